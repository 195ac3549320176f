//! The complete struct from the documentation.

use vibecode_runtime::{CompanyId, ContactId, Email, Patch, Phone, UserId};

use crate::body;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    post: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    assigned_by_id: UserId,
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "email", type_id = "MAILING")]
    newsletter: Option<String>,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<u64>,
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    scores: Vec<f64>,
    #[vibecode(read_only)]
    updated_time: String,
    #[vibecode(skip)]
    cached: u32,
}

fn customer() -> Customer {
    Customer {
        id: ContactId::new(71),
        post: Some("Director".to_owned()),
        company: None,
        assigned_by_id: UserId::new(1),
        phone: vec![Phone::mobile("+79161112233")],
        email: vec![],
        newsletter: Some("news@company.ru".to_owned()),
        loyalty: Some(81),
        scores: vec![],
        updated_time: "2026-01-15T10:00:00+03:00".to_owned(),
        cached: 5,
    }
}

#[test]
fn every_setter_of_the_example_puts_its_wire_name_into_the_body() {
    let patch = Customer::patch()
        .post("Director")
        .company(CompanyId::new(9))
        .assigned_by_id(1)
        .add_phone("+79169876543")
        .add_phone(Phone::mobile("+79161112233"))
        .add_email(Email::home("a@home.ru"))
        .add_newsletter("news@company.ru")
        .loyalty(81)
        .scores([1.5, 2.0]);
    let expected = concat!(
        r#"{"post":"Director","companyId":9,"assignedById":1,"#,
        r#""phone":[{"value":"+79169876543","typeId":"WORK"},{"value":"+79161112233","typeId":"MOBILE"}],"#,
        r#""email":[{"value":"a@home.ru","typeId":"HOME"},{"value":"news@company.ru","typeId":"MAILING"}],"#,
        r#""ufCrm_1721244707107":81,"ufCrm_694BF2A975BD0":[1.5,2.0]}"#,
    );
    assert_eq!(body(&patch), expected);
}

#[test]
fn every_option_of_the_example_can_be_cleared() {
    let patch = Customer::patch()
        .clear_post()
        .clear_company()
        .clear_loyalty();
    let expected = r#"{"post":"","companyId":0,"ufCrm_1721244707107":""}"#;
    assert_eq!(body(&patch), expected);
}

#[test]
fn to_patch_takes_what_is_present_and_never_what_is_read_only_skipped_or_the_id() {
    let customer = customer();
    let expected = concat!(
        r#"{"post":"Director","assignedById":1,"#,
        r#""phone":[{"value":"+79161112233","typeId":"MOBILE"}],"#,
        r#""email":[{"value":"news@company.ru","typeId":"MAILING"}],"#,
        r#""ufCrm_1721244707107":81}"#,
    );
    assert_eq!(body(&customer.to_patch()), expected);
    assert_eq!((customer.id.get(), customer.cached), (71, 5));
    assert!(customer.updated_time.starts_with("2026"));
}
