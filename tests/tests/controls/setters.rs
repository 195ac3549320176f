//! The arguments that setters take without conversions.

use vibecode_runtime::{CompanyId, Email, Patch, Phone, UserId};

use crate::body;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    assigned_by_id: UserId,
    lead_id: Option<u64>,
    observers: Vec<u64>,
    opened: bool,
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "ufCrmScores", kind = "double", multiple)]
    scores: Vec<f64>,
    #[vibecode(field = "ufCrmVisits", kind = "integer")]
    visits: Option<i32>,
    #[vibecode(field = "ufCrmLevel", kind = "integer")]
    level: u8,
    #[vibecode(field = "ufCrmRate", kind = "double")]
    rate: f32,
}

#[test]
fn a_bare_number_is_an_id_and_every_number_its_own_type() {
    let patch = Customer::patch()
        .company(9)
        .assigned_by_id(1)
        .lead_id(3)
        .observers([4, 5])
        .visits(-6)
        .level(7)
        .rate(0.1);
    let expected = concat!(
        r#"{"companyId":9,"assignedById":1,"leadId":3,"observers":[4,5],"#,
        r#""ufCrmVisits":-6,"ufCrmLevel":7,"ufCrmRate":0.1}"#,
    );
    assert_eq!(body(&patch), expected);
}

#[test]
fn an_id_is_taken_as_an_id_as_a_number_and_from_a_variable() {
    let number: u64 = 9;
    let expected = r#"{"companyId":9}"#;
    assert_eq!(body(&Customer::patch().company(number)), expected);
    assert_eq!(
        body(&Customer::patch().company(CompanyId::new(9))),
        expected
    );
    assert_eq!(
        body(&Customer::patch().company(CompanyId::from(number))),
        expected
    );
}

#[test]
fn text_is_taken_borrowed_owned_and_formatted() {
    let expected = r#"{"post":"Director"}"#;
    let owned = "Director".to_owned();
    assert_eq!(body(&Customer::patch().post(&owned)), expected);
    assert_eq!(body(&Customer::patch().post(owned.as_str())), expected);
    assert_eq!(body(&Customer::patch().post(owned)), expected);
    assert_eq!(
        body(&Customer::patch().post(format!("Dir{}", "ector"))),
        expected
    );
}

#[test]
fn an_empty_list_needs_no_type_and_is_sent() {
    let expected = r#"{"ufCrmScores":[]}"#;
    assert_eq!(body(&Customer::patch().scores([])), expected);
    assert_eq!(body(&Customer::patch().scores(vec![])), expected);
    assert_eq!(body(&Customer::patch().scores(Vec::new())), expected);
}

#[test]
fn a_list_is_taken_as_an_array_a_slice_and_a_vec() {
    let expected = r#"{"ufCrmScores":[1.0,2.5]}"#;
    let scores = vec![1.0, 2.5];
    assert_eq!(body(&Customer::patch().scores([1.0, 2.5])), expected);
    assert_eq!(body(&Customer::patch().scores(scores.as_slice())), expected);
    assert_eq!(body(&Customer::patch().scores(scores)), expected);
}

#[test]
fn phones_and_emails_are_taken_bare_and_typed() {
    let patch = Customer::patch()
        .add_phone("1")
        .add_phone("2".to_owned())
        .add_phone(Phone::work("3"))
        .add_email(Email::other("a@b.ru"));
    let expected = r#"{"phone":["1","2","3"],"email":[{"value":"a@b.ru","typeId":"OTHER"}]}"#;
    assert_eq!(body(&patch), expected);
}

#[test]
fn maybe_sets_a_value_that_is_present_and_ignores_none() {
    let patch = Customer::patch()
        .maybe(Some("Director"), CustomerPatch::post)
        .maybe(Some(9), CustomerPatch::company)
        .maybe(Some(true), CustomerPatch::opened)
        .maybe(Some("1"), CustomerPatch::add_phone)
        .maybe(None, CustomerPatch::visits)
        .maybe(None::<String>, CustomerPatch::add_email);
    let expected = r#"{"post":"Director","companyId":9,"opened":true,"phone":"1"}"#;
    assert_eq!(body(&patch), expected);
}

#[test]
fn maybe_takes_owned_text_and_closures() {
    let post = Some("Director".to_owned());
    let patch = Customer::patch()
        .maybe(post.as_deref(), CustomerPatch::post)
        .maybe(post, CustomerPatch::post)
        .maybe(Some(2), |patch, times| patch.visits(times * 2));
    assert_eq!(body(&patch), r#"{"post":"Director","ufCrmVisits":4}"#);
}

#[test]
fn a_patch_is_built_up_in_a_fold_and_in_branches() {
    let mut patch = ["1", "2"]
        .into_iter()
        .fold(Customer::patch(), CustomerPatch::add_phone);
    if patch.is_empty() {
        patch = patch.opened(true);
    }
    patch = patch.clear_visits();
    assert_eq!(body(&patch), r#"{"phone":["1","2"],"ufCrmVisits":""}"#);
}
