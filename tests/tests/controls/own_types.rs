//! The user's own types, which implement `Encode`.

use vibecode_runtime::{Encode, EncodeError, Encoder, Patch, Phone, kind};

use crate::body;

#[derive(Clone)]
struct Title(String);

impl From<&str> for Title {
    fn from(title: &str) -> Self {
        Self(title.to_owned())
    }
}

impl Encode<kind::Text> for Title {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        if self.0.is_empty() {
            return Err(EncodeError::new("a title has at least one letter"));
        }
        Encode::<kind::Text>::encode(&self.0, to)
    }
}

/// A phone for work that is also mobile.
struct Line(u64);

impl Encode<kind::Phone> for Line {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Encode::<kind::Phone>::encode(&Phone::mobile(format!("+{}", self.0)), to)
    }
}

/// A newtype around a list.
struct Directory(Vec<Line>);

impl Encode<kind::Multiple<kind::Phone>> for Directory {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Encode::<kind::Multiple<kind::Phone>>::encode(&self.0, to)
    }
}

#[derive(Clone, Copy)]
enum Loyalty {
    Gold = 81,
    Silver = 82,
}

impl Encode<kind::Enumeration> for Loyalty {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Encode::<kind::Enumeration>::encode(&(*self as u64), to)
    }
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<Title>,
    comments: Box<Title>,
    #[vibecode(field = "ufCrmTitles", kind = "string", multiple)]
    titles: Vec<Title>,
    phone: Vec<Line>,
    #[vibecode(field = "phone")]
    directory: Directory,
    #[vibecode(field = "phone", type_id = "HOME")]
    home: Option<Title>,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<Loyalty>,
    #[vibecode(field = "ufCrmLevels", kind = "enumeration", multiple)]
    levels: Vec<Loyalty>,
}

const BODY: &str = concat!(
    r#"{"post":"Director","comments":"a","ufCrmTitles":["b","c"],"#,
    r#""phone":[{"value":"+1","typeId":"MOBILE"},{"value":"2","typeId":"WORK"},{"value":"3","typeId":"HOME"}],"#,
    r#""ufCrm_1721244707107":81,"ufCrmLevels":[82]}"#,
);

#[test]
fn a_type_of_ones_own_is_taken_alone_in_a_list_as_a_phone_and_under_a_type() {
    let patch = Customer::patch()
        .post("Director")
        .comments(Title::from("a"))
        .titles([Title::from("b"), Title::from("c")])
        .add_phone(Line(1))
        .add_directory("2")
        .add_home("3")
        .loyalty(Loyalty::Gold)
        .levels([Loyalty::Silver]);
    assert_eq!(body(&patch), BODY);
}

#[test]
fn to_patch_encodes_types_of_ones_own() {
    let customer = Customer {
        post: Some("Director".into()),
        comments: Box::new("a".into()),
        titles: vec!["b".into(), "c".into()],
        phone: vec![Line(1)],
        directory: Directory(vec![Line(2)]),
        home: Some("3".into()),
        loyalty: Some(Loyalty::Gold),
        levels: vec![Loyalty::Silver],
    };
    let expected = BODY.replace(
        r#""value":"2","typeId":"WORK""#,
        r#""value":"+2","typeId":"MOBILE""#,
    );
    assert_eq!(body(&customer.to_patch()), expected);
}

#[test]
fn a_value_that_a_type_of_ones_own_refuses_is_never_sent() {
    let patch = Customer::patch().post("").comments(Title::from("a"));
    let error = serde_json::to_string(&patch).unwrap_err().to_string();
    assert!(error.contains("`post`"), "{error}");
    assert!(error.contains("at least one letter"), "{error}");
}

/// A text with a type parameter, which marks its owner.
struct Tag<T>(String, std::marker::PhantomData<T>);

impl<T> Encode<kind::Text> for Tag<T> {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Encode::<kind::Text>::encode(&self.0, to)
    }
}

impl<T> From<&str> for Tag<T> {
    fn from(text: &str) -> Self {
        Self(text.to_owned(), std::marker::PhantomData)
    }
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Tagged {
    post: Option<Tag<Self>>,
}

#[test]
fn self_in_a_field_is_the_struct_and_not_its_builder() {
    let tagged = Tagged {
        post: Some(Tag::from("a")),
    };
    assert_eq!(
        serde_json::to_string(&tagged.to_patch()).unwrap(),
        r#"{"post":"a"}"#
    );
    let patch = Tagged::patch().post("b");
    assert_eq!(serde_json::to_string(&patch).unwrap(), r#"{"post":"b"}"#);
}
