//! Generic parameters of the struct: types, lifetimes and constants, with bounds, defaults and clauses.

use std::{borrow::Cow, fmt::Debug};

use vibecode_runtime::{Encode, Patch, Phone, Record, kind};

use crate::body;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct OfType<T> {
    post: Option<T>,
    comments: T,
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: Vec<T>,
    #[vibecode(field = "ufCrmNotes", kind = "string", multiple)]
    notes: Option<Vec<T>>,
    #[vibecode(type_id = "HOME")]
    phone: Option<T>,
}

#[test]
fn a_field_of_a_type_parameter_takes_whatever_has_the_wire_form() {
    let patch = OfType::<String>::patch()
        .post("Director")
        .comments("a".to_owned())
        .tags(["b"])
        .notes(vec!["c"])
        .add_phone("1")
        .clear_notes()
        .clear_post();
    let expected = concat!(
        r#"{"post":"","comments":"a","ufCrmTags":["b"],"ufCrmNotes":[],"#,
        r#""phone":[{"value":"1","typeId":"HOME"}]}"#,
    );
    assert_eq!(body(&patch), expected);
}

#[test]
fn to_patch_of_a_type_parameter_encodes_it() {
    let record = OfType {
        post: Some("Director"),
        comments: "a",
        tags: vec!["b"],
        notes: None,
        phone: Some("1"),
    };
    let expected = concat!(
        r#"{"post":"Director","comments":"a","ufCrmTags":["b"],"#,
        r#""phone":[{"value":"1","typeId":"HOME"}]}"#,
    );
    assert_eq!(body(&record.to_patch()), expected);
}

#[test]
fn a_parameter_without_a_wire_form_leaves_the_builder_usable() {
    struct Opaque;
    let patch = OfType::<Opaque>::patch().post("Director");
    assert_eq!(body(&patch), r#"{"post":"Director"}"#);
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Bounded<T: Clone + Debug, U = String>
where
    T: Encode<kind::Text> + 'static,
    U: Encode<kind::Text>,
    Vec<U>: Debug,
{
    post: Option<T>,
    comments: U,
}

#[test]
fn bounds_defaults_and_where_clauses_are_carried_over() {
    let record: Bounded<String> = Bounded {
        post: Some("Director".to_owned()),
        comments: "a".to_owned(),
    };
    let expected = r#"{"post":"Director","comments":"a"}"#;
    assert_eq!(body(&record.to_patch()), expected);
    let patch: BoundedPatch<String> = Bounded::patch().post("Director").comments("a");
    assert_eq!(body(&patch), expected);
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct OfLifetime<'a, 'b> {
    post: &'a str,
    comments: Option<&'b str>,
    source_description: Option<Cow<'a, str>>,
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: &'a [&'b str],
    #[vibecode(type_id = "MOBILE")]
    phone: Option<&'a str>,
}

#[test]
fn a_borrowed_text_field_takes_any_text_of_any_lifetime() {
    let patch = {
        let short = "Director".to_owned();
        OfLifetime::<'static, 'static>::patch()
            .post(&short)
            .comments(short.clone())
            .source_description("cold call")
            .tags(&["a"][..])
            .add_phone(short)
    };
    let expected = concat!(
        r#"{"post":"Director","comments":"Director","sourceDescription":"cold call","ufCrmTags":["a"],"#,
        r#""phone":[{"value":"Director","typeId":"MOBILE"}]}"#,
    );
    assert_eq!(body(&patch), expected);
}

#[test]
fn to_patch_of_borrowed_fields_reads_them() {
    let post = "Director".to_owned();
    let record = OfLifetime {
        post: &post,
        comments: None,
        source_description: Some(Cow::Borrowed("cold call")),
        tags: &["a", "b"],
        phone: Some("1"),
    };
    let expected = concat!(
        r#"{"post":"Director","sourceDescription":"cold call","ufCrmTags":["a","b"],"#,
        r#""phone":[{"value":"1","typeId":"MOBILE"}]}"#,
    );
    assert_eq!(body(&record.to_patch()), expected);
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct OfConstant<const N: usize, const M: usize = 2> {
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    scores: [f64; N],
    #[vibecode(field = "ufCrmMarks", kind = "integer", multiple)]
    marks: Option<[i64; M]>,
}

#[test]
fn an_array_is_a_list_whatever_its_length_is_called() {
    let record: OfConstant<3> = OfConstant {
        scores: [1.5, 2.0, 2.5],
        marks: Some([4, 5]),
    };
    let expected = r#"{"ufCrm_694BF2A975BD0":[1.5,2.0,2.5],"ufCrmMarks":[4,5]}"#;
    assert_eq!(body(&record.to_patch()), expected);
    let patch: OfConstantPatch<3> = OfConstant::patch().scores([1.5, 2.0, 2.5]).marks([4, 5]);
    assert_eq!(body(&patch), expected);
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct OfPhones<P> {
    phone: Vec<P>,
}

#[test]
fn phones_of_a_type_parameter_are_added() {
    let patch = OfPhones::<Phone>::patch().add_phone(Phone::home("1"));
    assert_eq!(body(&patch), r#"{"phone":[{"value":"1","typeId":"HOME"}]}"#);
    let record = OfPhones {
        phone: vec![Phone::work("1"), Phone::work("2")],
    };
    assert_eq!(body(&record.to_patch()), r#"{"phone":["1","2"]}"#);
}

/// Gives a field an associated type.
trait Source {
    type Text;
    const COUNT: usize;
}

/// A bound with a parameter.
trait Holds<T: ?Sized> {}

struct Own;

impl Source for Own {
    type Text = String;
    const COUNT: usize = 2;
}

#[derive(Patch, Record)]
#[vibecode(entity = "contacts", diff)]
struct OfItself<T, S>
where
    Self: Sized + Holds<Self>,
    T: Holds<Self> + Source,
    S: Source<Text = <T>::Text>,
    [(); 1]: Sized,
{
    post: Option<<T>::Text>,
    comments: Option<<S as Source>::Text>,
    #[vibecode(skip)]
    own: std::marker::PhantomData<fn() -> (Self, S)>,
}

impl<T: Holds<Self> + Source, S: Source<Text = T::Text>> Holds<Self> for OfItself<T, S> {}

impl Holds<OfItself<Self, Self>> for Own {}

#[test]
fn self_in_bounds_and_where_clauses_means_the_struct_in_its_builder_too() {
    let patch: OfItselfPatch<Own, Own> = OfItself::patch().post("Director").comments("a");
    let expected = r#"{"post":"Director","comments":"a"}"#;
    assert_eq!(body(&patch), expected);
    let record: OfItself<Own, Own> = OfItself {
        post: Some("Director".to_owned()),
        comments: Some("a".to_owned()),
        own: std::marker::PhantomData,
    };
    assert_eq!(body(&record.to_patch()), expected);
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Counted {
    #[vibecode(field = "ufCrmMarks", kind = "integer", multiple)]
    marks: [i64; Self::COUNT],
}

impl Counted {
    const COUNT: usize = Own::COUNT;
}

#[test]
fn a_constant_of_the_struct_can_be_named_in_its_builder_too() {
    let patch = Counted::patch().marks([4, 5]);
    assert_eq!(body(&patch), r#"{"ufCrmMarks":[4,5]}"#);
    let counted = Counted { marks: [4, 5] };
    assert_eq!(body(&counted.to_patch()), r#"{"ufCrmMarks":[4,5]}"#);
}
