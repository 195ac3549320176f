//! Structs that `macro_rules` macros generate.

use vibecode_runtime::{CompanyId, Patch, Phone};

use crate::body;

macro_rules! record {
    (
        $(#[$on_struct:meta])*
        $visibility:vis struct $name:ident for $entity:literal {
            $($(#[$on_field:meta])* $field:ident: $ty:ty = $wire:literal;)*
        }
    ) => {
        $(#[$on_struct])*
        #[vibecode(entity = $entity)]
        $visibility struct $name {
            $($(#[$on_field])* #[vibecode(field = $wire)] $field: $ty,)*
        }
    };
}

record! {
    #[derive(Patch)]
    /// Made by a macro.
    pub(crate) struct Customer for "contacts" {
        position: Option<String> = "post";
        company: Option<CompanyId> = "companyId";
        phones: Vec<Phone> = "phone";
        #[vibecode(type_id = "MAILING")]
        newsletter: Option<String> = "email";
        #[vibecode(kind = "double", multiple)]
        scores: Vec<f64> = "ufCrm_694BF2A975BD0";
        #[vibecode(read_only)]
        updated: String = "updatedTime";
        opened: bool = "opened";
        manager: u64 = "assignedById";
    }
}

#[test]
fn a_struct_of_types_names_literals_and_attributes_from_a_macro_is_a_struct() {
    let patch = Customer::patch()
        .position("Director")
        .company(9)
        .add_phones("1")
        .add_newsletter("a@b.ru")
        .scores([1.5])
        .opened(true)
        .manager(5)
        .clear_position();
    let expected = concat!(
        r#"{"post":"","companyId":9,"phone":"1","email":[{"value":"a@b.ru","typeId":"MAILING"}],"#,
        r#""ufCrm_694BF2A975BD0":[1.5],"opened":true,"assignedById":5}"#,
    );
    assert_eq!(body(&patch), expected);
}

#[test]
fn to_patch_of_a_struct_from_a_macro_takes_what_is_present() {
    let customer = Customer {
        position: Some("Director".to_owned()),
        company: None,
        phones: vec![],
        newsletter: None,
        scores: vec![],
        updated: String::new(),
        opened: false,
        manager: 5,
    };
    let expected = r#"{"post":"Director","opened":false,"assignedById":5}"#;
    assert_eq!(body(&customer.to_patch()), expected);
}

/// The parts of types, each by itself in an invisible group.
macro_rules! parts {
    ($name:ident, $element:ty, $flag:ident, $kind:expr) => {
        #[derive(Patch)]
        #[vibecode(entity = "contacts")]
        #[allow(unused_parens, reason = "types may stand in parentheses")]
        struct $name {
            post: Option<$element>,
            #[vibecode(field = "ufCrmTags", kind = $kind, $flag)]
            tags: Vec<$element>,
            comments: Option<($element)>,
            name: $element,
        }
    };
}

parts!(Parts, String, multiple, "string");

#[test]
fn elements_flags_and_expressions_from_a_macro_are_read_through_their_groups() {
    let patch = Parts::patch()
        .post("Director")
        .tags(["a".to_owned()])
        .comments("b")
        .name("c")
        .clear_comments();
    let expected = r#"{"post":"Director","ufCrmTags":["a"],"comments":"","name":"c"}"#;
    assert_eq!(body(&patch), expected);
    let parts = Parts {
        post: None,
        tags: vec!["a".to_owned()],
        comments: None,
        name: "c".to_owned(),
    };
    assert_eq!(body(&parts.to_patch()), r#"{"ufCrmTags":["a"],"name":"c"}"#);
}

/// Borrowed and numeric types through `$t:ty`, which hides their syntax.
macro_rules! borrowed {
    ($name:ident<$lifetime:lifetime>, $text:ty, $number:ty) => {
        #[derive(Patch)]
        #[vibecode(entity = "companies")]
        struct $name<$lifetime> {
            title: $text,
            revenue: $number,
            comments: Option<$text>,
        }
    };
}

borrowed!(Firm<'a>, &'a str, f64);

#[test]
fn texts_and_numbers_from_a_macro_keep_their_way_of_being_taken() {
    let title = "Horns and hooves".to_owned();
    let patch = Firm::patch().title(title).revenue(1.5).comments("a");
    let expected = r#"{"title":"Horns and hooves","revenue":1.5,"comments":"a"}"#;
    assert_eq!(body(&patch), expected);
}

macro_rules! by_tokens {
    ($($tokens:tt)*) => { $($tokens)* };
}

by_tokens! {
    #[derive(Patch)]
    #[vibecode(entity = "leads")]
    struct Lead {
        title: Option<String>,
    }
}

#[test]
fn a_struct_passed_through_token_by_token_is_a_struct() {
    assert_eq!(
        body(&Lead::patch().title("Ten doors")),
        r#"{"title":"Ten doors"}"#
    );
}
