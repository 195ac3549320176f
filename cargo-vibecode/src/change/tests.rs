//! Whole changes, and the bodies that they become.

use serde_json::json;
use vibecode_runtime::{Contacts, RawAnswer};
use vibecode_spec::Entity;

use super::*;

fn schema() -> Schema {
    let portal = r#"{
        "ufCrm_1": {"type": "enumeration", "title": "Loyalty", "items": [{"ID": "81", "VALUE": "Gold"}]},
        "ufCrm_2": {"type": "double", "isMultiple": true}
    }"#;
    let documented = Entity::Contacts.schema();
    documented.with_portal(Schema::read(portal).unwrap())
}

#[test]
fn values_are_sent_in_the_form_of_their_kind() {
    let schema = schema();
    let codes = KnownCodes::default();
    let mut change = Change::new("contacts", &schema, &codes);
    for (name, text) in [
        ("post", " Director "),
        ("companyId", "15"),
        ("opened", "да"),
        ("birthdate", "8.5.1990"),
        ("Loyalty", "gold"),
        ("ufCrm_2", "4.5; 5"),
    ] {
        change.set(name, text).unwrap();
    }
    change.add("phone", "+79161112233:MOBILE").unwrap();
    change.add("email", "a@b.ru").unwrap();
    change.clear("lastName").unwrap();
    let body = serde_json::to_value(change.patch(71)).unwrap();
    let expected = json!({
        "post": "Director", "companyId": 15, "opened": true, "birthdate": "1990-05-08",
        "ufCrm_1": 81, "ufCrm_2": [4.5, 5], "lastName": "",
        "phone": [{"value": "+79161112233", "typeId": "MOBILE"}],
        "email": "a@b.ru",
    });
    assert_eq!(body, expected);
    let job = change.job(71).unwrap();
    assert!(!job.is_idempotent());
}

#[test]
fn a_cleared_boolean_is_the_same_in_every_form_that_an_answer_may_show() {
    let schema = schema();
    let codes = KnownCodes::default();
    let mut change = Change::new("contacts", &schema, &codes);
    change.clear("opened").unwrap();
    let job = change.job(71).unwrap();
    let is_as_sent = |shown: &str| {
        let record = format!(r#"{{"id":71,"opened":{shown}}}"#);
        let record = RawAnswer::from_json::<Contacts>(record).unwrap();
        job.mismatches(&record).is_empty()
    };
    for shown in [r#""N""#, "0", r#""0""#, "false", "null", r#""""#] {
        assert!(is_as_sent(shown), "{shown}");
    }
    for shown in [r#""Y""#, "1", "true"] {
        assert!(!is_as_sent(shown), "{shown}");
    }
}

#[test]
fn a_phone_that_is_given_twice_is_an_error_however_it_is_written() {
    let schema = schema();
    let codes = KnownCodes::default();
    let mut change = Change::new("contacts", &schema, &codes);
    change.add("phone", "+79161112233").unwrap();
    change.add("email", "anna@example.com").unwrap();
    for (name, text) in [
        ("phone", "+7 916 111-22-33"),
        ("phone", "+7 (916) 111-22-33:MOBILE"),
        ("email", "Anna@example.com:WORK"),
    ] {
        let problem = change.add(name, text).unwrap_err();
        assert!(problem.contains("the same value twice"), "{problem}");
        assert_eq!(change.add_once(name, text), Ok(false));
    }
    assert_eq!(change.add_once("phone", "+79161112244"), Ok(true));
}

#[test]
fn what_the_api_would_not_take_is_refused_with_the_fix() {
    let schema = schema();
    let codes = KnownCodes::default();
    let mut change = Change::new("contacts", &schema, &codes);
    let set = |change: &mut Change<'_>, name, text| change.set(name, text).unwrap_err();
    for (name, text, problem) in [
        (
            "pots",
            "a",
            "there is no field `pots`: did you mean `post`?",
        ),
        ("updatedTime", "a", "`updatedTime` is read-only"),
        (
            "phone",
            "+7",
            "`phone` cannot be set: the API can only add phones",
        ),
        (
            "companyId",
            "0",
            "`companyId` requires the id of a record, a whole number above 0",
        ),
        (
            "birthdate",
            "1990-02-30",
            "`birthdate` requires a date, and there is no such day",
        ),
        (
            "Loyalty",
            "Glod",
            "`ufCrm_1` has no such option in the schema, which `cargo vibecode pull` updates: did you mean `Gold`?",
        ),
        (
            "post",
            "",
            "`post` cannot be set to an empty text: clear it instead",
        ),
    ] {
        assert_eq!(set(&mut change, name, text), problem);
    }
    let wrong = change.add("phone", "+7:MOBIL").unwrap_err();
    assert_eq!(wrong, "`phone` has no type `MOBIL`: did you mean `MOBILE`?");
    assert!(change.add("post", "a").is_err());
    assert!(change.clear("email").is_err());
    assert!(change.is_empty());
}
