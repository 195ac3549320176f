//! What a builder's calls put on the wire, and what is never sent.
#![cfg(test)]

use serde_json::json;
use vibecode_runtime::{
    Client, CompanyId, ContactId, Credentials, Email, Encode, EncodeError, Encoder, ErrorKind,
    LeadId, Outcome, Patch, Phone, UserId, kind,
};
use vibecode_sandbox::Sandbox;

#[path = "../benches/encode/contenders.rs"]
mod contenders;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    name: String,
    post: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    company_ids: Option<Vec<CompanyId>>,
    assigned_by_id: UserId,
    observers: Vec<UserId>,
    type_id: Option<String>,
    opened: Option<bool>,
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "email", type_id = "MAILING")]
    newsletter: Option<String>,
    #[vibecode(field = "phone", type_id = "WORK")]
    desk: Option<String>,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<u64>,
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    scores: Vec<f64>,
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: Option<Vec<String>>,
    #[vibecode(field = "ufCrmVisits", kind = "integer")]
    visits: Option<i64>,
    #[vibecode(field = "ufCrmRatio", kind = "double")]
    ratio: Option<f64>,
    #[vibecode(field = "ufCrmCurator", kind = "employee")]
    curator: Option<UserId>,
    #[vibecode(read_only)]
    updated_time: String,
    #[vibecode(skip)]
    cached: u32,
}

fn customer() -> CustomerPatch {
    Customer::patch()
}

fn json<P: Patch + serde::Serialize>(patch: &P) -> String {
    serde_json::to_string(patch).unwrap()
}

fn refusal<P: Patch + serde::Serialize>(patch: &P) -> String {
    serde_json::to_string(patch).unwrap_err().to_string()
}

#[test]
fn a_fresh_patch_changes_nothing() {
    assert!(customer().is_empty());
    assert!(CustomerPatch::default().is_empty());
    assert_eq!(json(&customer()), "{}");
}

#[test]
fn leave_set_and_clear_are_three_things() {
    assert_eq!(json(&customer().name("Ivan")), r#"{"name":"Ivan"}"#);
    let set = customer().name("Ivan").post("Director");
    assert_eq!(json(&set), r#"{"name":"Ivan","post":"Director"}"#);
    let cleared = customer().name("Ivan").clear_post();
    assert_eq!(json(&cleared), r#"{"name":"Ivan","post":""}"#);
}

#[test]
fn of_two_sets_the_last_wins() {
    let patch = customer().post("Director").post("Chairman");
    assert_eq!(json(&patch), r#"{"post":"Chairman"}"#);
    let patch = customer().scores([1.0, 2.0]).scores([3.5]);
    assert_eq!(json(&patch), r#"{"ufCrm_694BF2A975BD0":[3.5]}"#);
}

#[test]
fn a_clear_before_the_first_value_is_kept() {
    let patch = customer().clear_company().post("Director");
    assert_eq!(json(&patch), r#"{"companyId":0,"post":"Director"}"#);
    let patch = customer().clear_company().add_phone("+7");
    assert_eq!(json(&patch), r#"{"companyId":0,"phone":"+7"}"#);
}

#[test]
fn a_clear_after_a_set_clears() {
    let patch = customer().post("Director").clear_post();
    assert_eq!(json(&patch), r#"{"post":""}"#);
}

#[test]
fn a_set_after_a_clear_sets() {
    let patch = customer().clear_post().post("Director");
    assert_eq!(json(&patch), r#"{"post":"Director"}"#);
}

#[test]
fn keys_stand_in_the_order_in_which_they_were_first_set() {
    let patch = customer()
        .visits(1)
        .add_phone("+7")
        .name("Ivan")
        .post("Director")
        .add_phone("+8")
        .visits(2)
        .name("Pyotr")
        .clear_post();
    let expected = r#"{"ufCrmVisits":2,"phone":["+7","+8"],"name":"Pyotr","post":""}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn a_patch_of_many_fields_keeps_every_one() {
    let patch = customer()
        .name("Ivan")
        .post("Director")
        .company(9)
        .company_ids([9.into(), 10.into()])
        .assigned_by_id(7)
        .observers([UserId::from(1), UserId::from(2)])
        .type_id("CLIENT")
        .opened(true)
        .loyalty(81_u64)
        .scores([0.5])
        .tags(["a".to_owned()])
        .visits(-3)
        .ratio(1.25)
        .curator(UserId::from(4))
        .add_phone("+7");
    let expected = concat!(
        r#"{"name":"Ivan","post":"Director","companyId":9,"companyIds":[9,10],"#,
        r#""assignedById":7,"observers":[1,2],"typeId":"CLIENT","opened":true,"#,
        r#""ufCrm_1721244707107":81,"ufCrm_694BF2A975BD0":[0.5],"ufCrmTags":["a"],"#,
        r#""ufCrmVisits":-3,"ufCrmRatio":1.25,"ufCrmCurator":4,"phone":"+7"}"#,
    );
    assert_eq!(json(&patch), expected);
}

#[test]
fn clearing_sends_what_clears_the_kind() {
    for (patch, expected) in [
        (customer().clear_post(), r#"{"post":""}"#),
        (customer().clear_type_id(), r#"{"typeId":""}"#),
        (customer().clear_company(), r#"{"companyId":0}"#),
        (customer().clear_company_ids(), r#"{"companyIds":[]}"#),
        (customer().clear_tags(), r#"{"ufCrmTags":[]}"#),
        (customer().clear_loyalty(), r#"{"ufCrm_1721244707107":""}"#),
        (customer().clear_visits(), r#"{"ufCrmVisits":""}"#),
        // A single user field, although it refers to a user.
        (customer().clear_curator(), r#"{"ufCrmCurator":""}"#),
    ] {
        assert_eq!(json(&patch), expected);
    }
}

#[test]
fn clear_overrides_what_clearing_sends() {
    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Overridden {
        #[vibecode(clear = "null")]
        post: Option<String>,
        #[vibecode(clear = "")]
        company_id: Option<CompanyId>,
        #[vibecode(clear = "[]")]
        name: Option<String>,
        #[vibecode(clear = "false")]
        opened: Option<bool>,
        #[vibecode(field = "ufCrmVisits", kind = "integer", clear = "0")]
        visits: Option<i64>,
    }

    let patch = Overridden::patch()
        .clear_post()
        .clear_company_id()
        .clear_name()
        .clear_opened()
        .clear_visits();
    let expected = r#"{"post":null,"companyId":"","name":[],"opened":false,"ufCrmVisits":0}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn text_is_sent_as_it_is() {
    let patch = customer().name("").post("a \"b\" \\ \n \u{0} é Иван 🦀");
    let expected = r#"{"name":"","post":"a \"b\" \\ \n \u0000 é Иван 🦀"}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn numbers_are_sent_whole() {
    let patch = customer().visits(i64::MIN).ratio(1e300).loyalty(u64::MAX);
    let expected = r#"{"ufCrmVisits":-9223372036854775808,"ufCrmRatio":1e+300,"ufCrm_1721244707107":18446744073709551615}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn a_number_is_read_from_the_wire_as_exactly_the_one_that_was_set() {
    for number in [
        0.1,
        -0.0,
        1.0 / 3.0,
        -6.509_212_913_611_46e-77,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        9_007_199_254_740_993.0,
    ] {
        let body = json(&customer().ratio(number));
        let text = body.strip_prefix(r#"{"ufCrmRatio":"#).unwrap();
        let read: f64 = text.strip_suffix('}').unwrap().parse().unwrap();
        assert_eq!(read.to_bits(), number.to_bits(), "{body}");
    }
}

#[test]
fn a_float_of_32_bits_is_sent_by_its_shortest_text() {
    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Narrow {
        #[vibecode(field = "ufCrmRatio", kind = "double")]
        ratio: f32,
    }
    assert_eq!(json(&Narrow::patch().ratio(0.1)), r#"{"ufCrmRatio":0.1}"#);
}

#[test]
fn one_value_of_the_type_work_is_a_string() {
    assert_eq!(json(&customer().add_phone("+7")), r#"{"phone":"+7"}"#);
    let patch = customer().add_phone(Phone::work("+7"));
    assert_eq!(json(&patch), r#"{"phone":"+7"}"#);
    let patch = customer().add_email("a@b.com".to_owned());
    assert_eq!(json(&patch), r#"{"email":"a@b.com"}"#);
}

#[test]
fn several_values_of_the_type_work_are_strings() {
    let patch = customer().add_phone("+7").add_phone("+8").add_phone("+9");
    assert_eq!(json(&patch), r#"{"phone":["+7","+8","+9"]}"#);
}

#[test]
fn the_same_value_of_the_same_type_is_added_once() {
    let patch = customer().add_phone("+7").add_phone("+8").add_phone("+7");
    assert_eq!(json(&patch), r#"{"phone":["+7","+8"]}"#);
    let patch = customer().add_phone("+7").add_phone(Phone::home("+7"));
    let expected = r#"{"phone":[{"value":"+7","typeId":"WORK"},{"value":"+7","typeId":"HOME"}]}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn a_value_of_another_type_makes_them_all_objects() {
    let patch = customer().add_phone(Phone::mobile("+7"));
    let expected = r#"{"phone":[{"value":"+7","typeId":"MOBILE"}]}"#;
    assert_eq!(json(&patch), expected);
    let patch = customer()
        .add_email("a@b.com")
        .add_email(Email::mailing("b@b.com"));
    let expected =
        r#"{"email":[{"value":"a@b.com","typeId":"WORK"},{"value":"b@b.com","typeId":"MAILING"}]}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn several_fields_of_a_struct_feed_one_multifield_in_the_order_of_the_calls() {
    let patch = customer()
        .add_newsletter("news@b.com")
        .post("Director")
        .add_email("a@b.com")
        .add_desk("+7")
        .add_phone(Phone::home("+8"));
    let expected = concat!(
        r#"{"email":[{"value":"news@b.com","typeId":"MAILING"},{"value":"a@b.com","typeId":"WORK"}],"#,
        r#""post":"Director","#,
        r#""phone":[{"value":"+7","typeId":"WORK"},{"value":"+8","typeId":"HOME"}]}"#,
    );
    assert_eq!(json(&patch), expected);
    let patch = customer().add_desk("+7").add_phone("+8");
    assert_eq!(json(&patch), r#"{"phone":["+7","+8"]}"#);
}

#[test]
fn maybe_sets_where_there_is_a_value_and_leaves_where_there_is_none() {
    let patch = customer()
        .maybe(Some("Director"), CustomerPatch::post)
        .maybe(None::<String>, CustomerPatch::name)
        .maybe(Some("+7"), CustomerPatch::add_phone)
        .maybe(Some(5), CustomerPatch::visits);
    let expected = r#"{"post":"Director","phone":"+7","ufCrmVisits":5}"#;
    assert_eq!(json(&patch), expected);
    let patch = customer().maybe(Some(()), |patch, ()| patch.clear_post());
    assert_eq!(json(&patch), r#"{"post":""}"#);
}

fn bare() -> Customer {
    Customer {
        id: 71.into(),
        name: "Ivan".to_owned(),
        post: None,
        company: None,
        company_ids: None,
        assigned_by_id: 1.into(),
        observers: Vec::new(),
        type_id: None,
        opened: None,
        phone: Vec::new(),
        email: Vec::new(),
        newsletter: None,
        desk: None,
        loyalty: None,
        scores: Vec::new(),
        tags: None,
        visits: None,
        ratio: None,
        curator: None,
        updated_time: "2026-04-15T12:00:00+03:00".to_owned(),
        cached: 3,
    }
}

#[test]
fn to_patch_leaves_none_and_empty_lists() {
    let customer = bare();
    let patch = customer.to_patch();
    assert_eq!(json(&patch), r#"{"name":"Ivan","assignedById":1}"#);
    // By reference: the struct is still there, with what is not the API's.
    assert_eq!((customer.cached, customer.id), (3, ContactId::from(71)));
}

#[test]
fn to_patch_sets_and_adds_all_that_is_present() {
    let customer = Customer {
        post: Some("Director".to_owned()),
        company: Some(9.into()),
        company_ids: Some(vec![9.into()]),
        observers: vec![2.into()],
        type_id: Some("CLIENT".to_owned()),
        opened: Some(false),
        phone: vec![Phone::work("+7"), Phone::mobile("+8")],
        email: vec!["a@b.com".into()],
        newsletter: Some("b@b.com".to_owned()),
        desk: Some("+9".to_owned()),
        loyalty: Some(81),
        scores: vec![0.5, 1.5],
        tags: Some(vec!["a".to_owned()]),
        visits: Some(0),
        ratio: Some(0.25),
        curator: Some(3.into()),
        ..bare()
    };
    let expected = concat!(
        r#"{"name":"Ivan","post":"Director","companyId":9,"companyIds":[9],"assignedById":1,"#,
        r#""observers":[2],"typeId":"CLIENT","opened":false,"#,
        r#""phone":[{"value":"+7","typeId":"WORK"},{"value":"+8","typeId":"MOBILE"},{"value":"+9","typeId":"WORK"}],"#,
        r#""email":[{"value":"a@b.com","typeId":"WORK"},{"value":"b@b.com","typeId":"MAILING"}],"#,
        r#""ufCrm_1721244707107":81,"ufCrm_694BF2A975BD0":[0.5,1.5],"ufCrmTags":["a"],"#,
        r#""ufCrmVisits":0,"ufCrmRatio":0.25,"ufCrmCurator":3}"#,
    );
    assert_eq!(json(&customer.to_patch()), expected);
}

#[test]
fn an_empty_list_that_is_given_to_a_setter_is_sent() {
    let patch = customer().scores([]);
    assert_eq!(json(&patch), r#"{"ufCrm_694BF2A975BD0":[]}"#);
}

#[test]
fn to_patch_can_be_changed_further() {
    let patch = bare().to_patch().name("Pyotr").clear_post();
    assert_eq!(
        json(&patch),
        r#"{"name":"Pyotr","assignedById":1,"post":""}"#
    );
}

#[test]
fn set_unchecked_sends_any_json() {
    let patch = customer()
        .set_unchecked("ufCrmPlan", json!({ "a": [1, null, "x"] }))
        .set_unchecked("leadId", 5)
        .set_unchecked("comments", None::<String>);
    let expected = r#"{"ufCrmPlan":{"a":[1,null,"x"]},"leadId":5,"comments":null}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn set_unchecked_twice_keeps_the_last() {
    let patch = customer().set_unchecked("x", 1).set_unchecked("x", 2);
    assert_eq!(json(&patch), r#"{"x":2}"#);
}

#[test]
fn set_unchecked_refuses_every_name_that_the_struct_has() {
    for name in [
        "post",
        "companyId",
        "phone",
        "email",
        "ufCrm_1721244707107",
        // Never written, and no way around it.
        "id",
        "updatedTime",
    ] {
        let refused = refusal(&customer().set_unchecked(name, "secret"));
        assert!(refused.contains(&format!("`{name}`")), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
    // What the struct keeps for itself is not the API's name.
    let patch = customer().set_unchecked("cached", 1);
    assert_eq!(json(&patch), r#"{"cached":1}"#);
}

#[test]
fn a_patch_is_idempotent_unless_it_adds_or_holds_what_is_unchecked() {
    let patch = customer().post("Director").clear_company().scores([1.0]);
    assert!(patch.is_idempotent());
    assert!(customer().is_idempotent());
    assert!(!patch.clone().add_phone("+7").is_idempotent());
    assert!(!patch.clone().add_newsletter("a@b.com").is_idempotent());
    assert!(!patch.set_unchecked("leadId", 5).is_idempotent());
}

/// Patches with a value that has no wire form, and its field. Where a value beside it has one, it
/// is `BESIDE`.
fn invalid_patches() -> Vec<(CustomerPatch, &'static str)> {
    let none = UserId::from(0);
    vec![
        (customer().ratio(f64::NAN), "ufCrmRatio"),
        (customer().ratio(f64::INFINITY), "ufCrmRatio"),
        (customer().ratio(f64::NEG_INFINITY), "ufCrmRatio"),
        (customer().scores([7654.0, f64::NAN]), "ufCrm_694BF2A975BD0"),
        (customer().add_phone("7654").add_phone(""), "phone"),
        (customer().add_phone(Phone::mobile(" \t\n\u{a0}")), "phone"),
        (customer().add_email("   "), "email"),
        (customer().add_newsletter(""), "email"),
        (customer().add_desk(""), "phone"),
        (customer().company(0), "companyId"),
        (
            customer().company_ids([7654.into(), 0.into()]),
            "companyIds",
        ),
        (customer().assigned_by_id(0), "assignedById"),
        (
            customer().observers([UserId::from(7654), none]),
            "observers",
        ),
        (customer().curator(none), "ufCrmCurator"),
    ]
}

const BESIDE: &str = "7654";

#[test]
fn what_has_no_wire_form_is_refused_by_its_field_and_without_its_value() {
    for (patch, field) in invalid_patches() {
        let refused = refusal(&patch);
        assert!(refused.contains(&format!("`{field}`")), "{refused}");
        assert!(!refused.contains(BESIDE), "{refused}");
        assert!(!patch.is_empty(), "{field}");
    }
}

#[tokio::test]
async fn what_has_no_wire_form_is_not_sent() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    for (patch, field) in invalid_patches() {
        let patch = patch.post("Director");
        let error = client.update(71, &patch).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidPatch, "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_eq!((error.status(), error.code()), (None, None));
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(&format!("`{field}`")), "{shown}");
        for value in ["Director", BESIDE] {
            assert!(!shown.contains(value), "{value} in {shown}");
        }
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn a_name_that_the_struct_has_is_not_sent_unchecked() {
    let sandbox = Sandbox::start().await;
    let patch = customer().set_unchecked("phone", "+79169876543");
    let error = client(&sandbox).update(71, &patch).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPatch);
    let shown = format!("{error} {error:?} {patch:?}");
    assert!(shown.contains("`phone`"), "{shown}");
    assert!(!shown.contains("9169876543"), "{shown}");
    assert!(sandbox.requests().is_empty());
}

#[test]
fn the_first_failure_is_the_one_that_is_told() {
    let patch = customer().ratio(f64::NAN).add_phone("").post("Director");
    let refused = refusal(&patch);
    assert!(refused.contains("`ufCrmRatio`"), "{refused}");
    assert!(!refused.contains("phone"), "{refused}");
}

#[test]
fn no_failure_ever_becomes_null() {
    for (patch, _) in invalid_patches() {
        assert!(serde_json::to_value(&patch).is_err());
        assert!(serde_json::to_vec(&patch).is_err());
    }
}

#[test]
fn the_failure_of_a_users_own_type_names_the_field_and_its_reason() {
    struct TaxNumber(String);

    impl Encode<kind::Text> for TaxNumber {
        fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
            if self.0.len() == 10 {
                Encode::<kind::Text>::encode(&self.0, to)
            } else {
                Err(EncodeError::new("a tax number has ten digits"))
            }
        }
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Payer {
        #[vibecode(field = "ufCrmTaxNumber", kind = "string")]
        tax_number: Option<TaxNumber>,
    }

    let good = Payer::patch().tax_number(TaxNumber("7707083893".to_owned()));
    assert_eq!(json(&good), r#"{"ufCrmTaxNumber":"7707083893"}"#);
    let refused = refusal(&Payer::patch().tax_number(TaxNumber("7707".to_owned())));
    assert!(refused.contains("`ufCrmTaxNumber`"), "{refused}");
    assert!(refused.contains("a tax number has ten digits"), "{refused}");
    assert!(!refused.contains("7707"), "{refused}");
}

fn client(sandbox: &Sandbox) -> Client {
    let builder = Client::builder(Credentials::personal(Sandbox::API_KEY));
    builder.base_url(sandbox.url()).build().unwrap()
}

#[tokio::test]
async fn an_empty_patch_is_not_sent() {
    let sandbox = Sandbox::start().await;
    for patch in [
        customer(),
        customer().maybe(None::<&str>, CustomerPatch::post),
    ] {
        let error = client(&sandbox).update(71, &patch).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EmptyPatch);
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn nothing_is_sent_to_the_id_0() {
    let sandbox = Sandbox::start().await;
    let patch = customer().post("Director");
    let client = client(&sandbox);
    for call in [
        client.update(0, &patch),
        client.update(ContactId::from(0), &patch),
    ] {
        let error = call.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidId);
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn a_contacts_own_id_and_a_plain_number_address_the_same_record() {
    let sandbox = Sandbox::start().await;
    let patch = customer().post("Director");
    let client = client(&sandbox);
    client.update(72, &patch).await.unwrap();
    client.update(ContactId::from(72), &patch).await.unwrap();
    let paths: Vec<_> = sandbox
        .requests()
        .iter()
        .map(|request| request.path().to_owned())
        .collect();
    assert_eq!(paths, ["/v1/contacts/72", "/v1/contacts/72"]);
}

#[tokio::test]
async fn the_body_on_the_wire_is_what_serde_json_writes() {
    let sandbox = Sandbox::start().await;
    let patch = customer()
        .post("Директор \u{1F980}\n")
        .add_phone(Phone::home("+7"))
        .scores([0.1, 1e21])
        .clear_company()
        .set_unchecked("comments", "a");
    client(&sandbox).update(71, &patch).await.unwrap();
    let requests = sandbox.requests();
    assert_eq!(requests[0].body_str(), json(&patch));
    assert!(requests[0].dropped().is_empty());
}

#[test]
fn debug_shows_wire_names_and_no_values() {
    let patch = customer()
        .post("Director")
        .add_phone("+79169876543")
        .add_email(Email::home("personal@me.ru"))
        .loyalty(8_154_u64)
        .clear_company()
        .set_unchecked("ufCrmSecret", "hidden")
        .ratio(f64::NAN);
    let shown = format!("{patch:?} {patch:#?}");
    for name in [
        "CustomerPatch",
        "post",
        "phone",
        "email",
        "ufCrm_1721244707107",
        "companyId",
        "ufCrmSecret",
        "ufCrmRatio",
    ] {
        assert!(shown.contains(name), "{name} in {shown}");
    }
    for value in ["Director", "9169876543", "personal@me.ru", "8154", "hidden"] {
        assert!(!shown.contains(value), "{value} in {shown}");
    }
}

#[test]
fn a_phone_and_an_email_show_their_type_and_not_their_value() {
    let shown = format!("{:?} {:?}", Phone::mobile("+7916"), Email::home("a@b.com"));
    assert!(
        shown.contains("Mobile") && shown.contains("Home"),
        "{shown}"
    );
    assert!(!shown.contains("7916") && !shown.contains("a@b"), "{shown}");
}

#[test]
fn a_clone_changes_apart_from_its_original() {
    let patch = customer().post("Director").add_phone("+7");
    let clone = patch.clone().post("Chairman").add_phone("+8");
    assert_eq!(json(&patch), r#"{"post":"Director","phone":"+7"}"#);
    assert_eq!(json(&clone), r#"{"post":"Chairman","phone":["+7","+8"]}"#);
}

#[test]
fn leads_deals_and_companies_have_their_own_names() {
    #[derive(Patch)]
    #[vibecode(entity = "deals")]
    struct Order {
        title: String,
        amount: Option<f64>,
        currency: Option<String>,
        lead_id: Option<LeadId>,
        #[vibecode(field = "contactIds")]
        people: Vec<ContactId>,
    }

    let patch = Order::patch()
        .title("First")
        .amount(1500.5)
        .currency("RUB")
        .clear_lead_id()
        .people([71.into()]);
    let expected =
        r#"{"title":"First","amount":1500.5,"currency":"RUB","leadId":0,"contactIds":[71]}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn generic_and_borrowing_structs_patch_alike() {
    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Borrowed<'a, T> {
        post: Option<&'a str>,
        #[vibecode(field = "ufCrmNote", kind = "string")]
        note: Option<T>,
    }

    let owned = String::from("Director");
    let patch = Borrowed::<String>::patch().post(&owned).note("x");
    assert_eq!(json(&patch), r#"{"post":"Director","ufCrmNote":"x"}"#);
    let full = Borrowed {
        post: Some(&owned),
        note: Some("y"),
    };
    assert_eq!(
        json(&full.to_patch()),
        r#"{"post":"Director","ufCrmNote":"y"}"#
    );
}

#[test]
fn both_contenders_of_the_benchmark_encode_to_the_same_bytes() {
    use contenders::{BorrowedInputs, OwnedInputs, hand_written, vibecode};

    let expected = concat!(
        r#"{"name":"Ivan","post":"Director","companyId":15,"assignedById":7,"#,
        r#""phone":[{"value":"+79161234567","typeId":"WORK"},{"value":"+79161112233","typeId":"MOBILE"}],"#,
        r#""ufCrm_1721244707107":81}"#,
    );
    let inputs = BorrowedInputs::new();
    assert_eq!(json(&vibecode::from_borrowed(&inputs)), expected);
    let by_hand = hand_written::from_borrowed(&inputs);
    assert_eq!(serde_json::to_string(&by_hand).unwrap(), expected);
    assert_eq!(json(&vibecode::from_owned(OwnedInputs::new())), expected);
    let by_hand = hand_written::from_owned(OwnedInputs::new());
    assert_eq!(serde_json::to_string(&by_hand).unwrap(), expected);
}
