//! The forms in which phones and emails are added.

use vibecode_runtime::{Email, Phone};

use crate::{customer, json};

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
fn a_phone_or_email_is_the_same_value_however_it_is_written() {
    let phone = Phone::mobile("+7 (916) 111-22-33");
    assert!(phone.is_same_value("79161112233"));
    assert!(!phone.is_same_value("89161112233"));
    assert!(!Phone::work("1-800-FLOWERS").is_same_value("1-800"));
    let email = Email::work("Maria@Company.ru");
    assert!(email.is_same_value(" maria@company.ru"));
    assert!(!email.is_same_value("maria@company.com"));
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
