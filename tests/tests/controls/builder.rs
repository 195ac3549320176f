//! The traits and properties of every builder.

use std::{fmt::Debug, rc::Rc};

use serde::Serialize;
use vibecode_runtime::{Entity, Patch, Phone};

use crate::body;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    phone: Vec<Phone>,
}

#[derive(Patch)]
#[vibecode(entity = "deals")]
struct Sale<T> {
    title: Option<T>,
}

fn is_a_builder<P>(_: &P)
where
    P: vibecode_runtime::Patch
        + Serialize
        + Clone
        + Default
        + Debug
        + Send
        + Sync
        + Unpin
        + 'static,
{
}

#[test]
fn a_builder_is_a_patch_that_can_be_serialized_cloned_shown_and_sent_to_a_thread() {
    is_a_builder(&Customer::patch());
}

#[test]
fn a_builder_can_be_sent_to_a_thread_even_if_its_struct_cannot() {
    is_a_builder(&Sale::<Rc<str>>::patch());
    is_a_builder(&Sale::<*const u8>::patch());
}

#[test]
fn the_default_patch_is_the_empty_one() {
    assert!(CustomerPatch::default().is_empty());
    assert_eq!(body(&CustomerPatch::default()), "{}");
}

#[test]
fn a_clone_is_changed_by_itself() {
    let director = Customer::patch().post("Director");
    let other = director.clone().post("Engineer");
    assert_eq!(body(&director), r#"{"post":"Director"}"#);
    assert_eq!(body(&other), r#"{"post":"Engineer"}"#);
}

#[test]
fn debug_shows_wire_names_and_no_values() {
    let patch = Customer::patch().post("Director").add_phone("+79169876543");
    let shown = format!("{patch:?}");
    assert!(shown.contains("CustomerPatch"), "{shown}");
    assert!(shown.contains("post") && shown.contains("phone"), "{shown}");
    assert!(!shown.contains("Director"), "{shown}");
    assert!(!shown.contains("9876543"), "{shown}");
}

#[test]
fn a_builder_knows_its_entity() {
    fn path_of<P: Patch>(_: &P) -> &'static str {
        <P::Entity as Entity>::PATH
    }
    assert_eq!(path_of(&Customer::patch()), "contacts");
    assert_eq!(path_of(&Sale::<String>::patch()), "deals");
}

#[test]
fn only_adding_makes_a_patch_non_idempotent() {
    assert!(
        Customer::patch()
            .post("Director")
            .clear_post()
            .is_idempotent()
    );
    assert!(!Customer::patch().add_phone("+79169876543").is_idempotent());
}
