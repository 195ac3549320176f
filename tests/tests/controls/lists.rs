//! Setters of lists take arrays of values that convert into the elements.

use std::{
    borrow::Cow,
    collections::{HashSet, VecDeque},
};

use vibecode_runtime::{CompanyId, Encode, EncodeError, Encoder, Enumeration, Patch, UserId, kind};

use crate::body;

#[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "ufCrmTiers")]
enum Tier {
    #[vibecode(item = 81)]
    Gold,
    #[vibecode(item = 82)]
    Silver,
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer<'a> {
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: Vec<String>,
    #[vibecode(field = "ufCrmNotes", kind = "string", multiple)]
    notes: Option<Vec<Cow<'static, str>>>,
    #[vibecode(field = "ufCrmWords", kind = "string", multiple)]
    words: Vec<&'a str>,
    #[vibecode(field = "companyIds")]
    companies: Vec<CompanyId>,
    observers: Vec<UserId>,
    #[vibecode(field = "ufCrmTiers", kind = "enumeration", multiple)]
    tiers: Vec<Tier>,
    #[vibecode(field = "ufCrmScores", kind = "double", multiple)]
    scores: Vec<f64>,
    #[vibecode(field = "ufCrmOwn", kind = "string", multiple)]
    own: Tags,
    #[vibecode(field = "ufCrmTwo", kind = "string", multiple)]
    two: [String; 2],
}

/// A list with its own type.
struct Tags(HashSet<String>);

impl Encode<kind::Multiple<kind::Text>> for Tags {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.list(&self.0, |tag, to| {
            to.text(tag);
            Ok(())
        })
    }
}

impl<const N: usize> From<[&str; N]> for Tags {
    fn from(tags: [&str; N]) -> Self {
        Self(tags.map(str::to_owned).into())
    }
}

#[test]
fn an_array_of_what_the_elements_convert_from_is_a_list() {
    let patch = Customer::patch()
        .tags(["a", "b"])
        .notes(["c"])
        .words(["d"])
        .companies([13, 15])
        .observers([UserId::new(1)])
        .tiers([Tier::Gold, Tier::Silver])
        .scores([4.5])
        .own(["e"])
        .two(["f".to_owned(), "g".to_owned()]);
    let expected = concat!(
        r#"{"ufCrmTags":["a","b"],"ufCrmNotes":["c"],"ufCrmWords":["d"],"companyIds":[13,15],"#,
        r#""observers":[1],"ufCrmTiers":[81,82],"ufCrmScores":[4.5],"ufCrmOwn":["e"],"#,
        r#""ufCrmTwo":["f","g"]}"#,
    );
    assert_eq!(body(&patch), expected);
}

#[test]
fn an_empty_list_needs_no_type() {
    let patch = Customer::patch()
        .tags([])
        .notes(vec![])
        .words([])
        .companies(Vec::new())
        .tiers([])
        .scores([]);
    let expected = concat!(
        r#"{"ufCrmTags":[],"ufCrmNotes":[],"ufCrmWords":[],"companyIds":[],"#,
        r#""ufCrmTiers":[],"ufCrmScores":[]}"#,
    );
    assert_eq!(body(&patch), expected);
}

#[test]
fn a_list_is_taken_by_reference_as_a_slice_and_out_of_other_collections() {
    let expected = r#"{"ufCrmTags":["a","b"]}"#;
    let texts = vec!["a".to_owned(), "b".to_owned()];
    let names: &[&str] = &["a", "b"];
    let pair: &[&str; 2] = &["a", "b"];
    for patch in [
        Customer::patch().tags(&texts),
        Customer::patch().tags(texts.as_slice()),
        Customer::patch().tags(names),
        Customer::patch().tags(pair),
        Customer::patch().tags(VecDeque::from(texts.clone())),
        Customer::patch().tags(texts.clone().into_boxed_slice()),
        Customer::patch().tags(Cow::Borrowed(texts.as_slice())),
        Customer::patch().tags(names.iter().map(ToString::to_string).collect::<Vec<_>>()),
        Customer::patch().maybe(Some(texts.clone()), CustomerPatch::tags),
        Customer::patch().maybe(Some(["a", "b"]), CustomerPatch::tags),
    ] {
        assert_eq!(body(&patch), expected);
    }
    let many: Vec<u64> = (1..=40).collect();
    let patch = Customer::patch().companies(many.as_slice());
    assert!(body(&patch).ends_with(",39,40]}"));
}
