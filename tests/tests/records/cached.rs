//! Records that are cached or shown with serde: values are in their wire form.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt::Debug};
use vibecode_runtime::{EmailType, PhoneType, RawAnswer};

use super::{compact, *};

/// A struct of an app that derives `Record` and `Patch`, and is also a row of its cache.
#[derive(Patch, Record, Serialize, Deserialize, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts")]
struct Cached {
    #[vibecode(id)]
    id: ContactId,
    company_id: Option<CompanyId>,
    birthdate: Option<Date>,
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "ufCrmCall", kind = "datetime")]
    call: Option<DateTime>,
    #[vibecode(field = "ufCrmBudget", kind = "money")]
    budget: Option<Money>,
    #[vibecode(field = "ufCrmScans", kind = "file", multiple)]
    scans: Vec<File>,
    #[vibecode(field = "ufCrmRelated", kind = "crm", multiple)]
    related: Vec<CrmRef>,
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, form: &Value) {
    assert_eq!(&serde_json::to_value(value).unwrap(), form);
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
    assert_eq!(&serde_json::from_value::<T>(form.clone()).unwrap(), value);
    let reader = serde_json::from_reader::<_, T>(text.as_bytes());
    assert_eq!(&reader.unwrap(), value);
    assert_eq!(&compact::read::<T>(&compact::write(value)).unwrap(), value);
}

#[test]
fn every_value_is_kept_in_its_wire_form() {
    round_trip(&ContactId::from(71), &json!(71));
    round_trip(&date("1990-05-08"), &json!("1990-05-08"));
    let call: DateTime = "2026-04-15T12:00:00+03:00".parse().unwrap();
    round_trip(&call, &json!("2026-04-15T12:00:00+03:00"));
    round_trip(&Money::new("300.50", "RUB").unwrap(), &json!("300.50|RUB"));
    let mobile = json!({ "value": "+79161112233", "typeId": "MOBILE" });
    round_trip(&Phone::mobile("+79161112233"), &mobile);
    let mailing = json!({ "value": "a@b.ru", "typeId": "MAILING" });
    round_trip(&Email::mailing("a@b.ru"), &mailing);
    for link in ["C_2", "CO_3", "D_1", "L_4", "SI_7", "Q_8", "T80_6"] {
        round_trip(&link.parse::<CrmRef>().unwrap(), &json!(link));
    }
    round_trip(&File::keep(12), &json!({ "id": 12 }));
    round_trip(&File::upload("a.txt", "hi"), &json!(["a.txt", "aGk="]));
    for value_type in PhoneType::ALL {
        round_trip(value_type, &json!(value_type.as_str()));
    }
    for value_type in EmailType::ALL {
        round_trip(value_type, &json!(value_type.as_str()));
    }
    let by_id = BTreeMap::from([(ContactId::from(71), "Ivan".to_owned())]);
    let json = serde_json::to_string(&by_id).unwrap();
    assert_eq!(json, r#"{"71":"Ivan"}"#);
    assert_eq!(
        serde_json::from_str::<BTreeMap<_, _>>(&json).unwrap(),
        by_id
    );
}

#[test]
fn a_record_is_kept_and_comes_back_as_it_was_read() {
    let raw = RawAnswer::from_json::<Contacts>(
        r#"{"id":"71","companyId":"15","birthdate":"1990-05-08T00:00:00+03:00",
            "fm":[{"id":1,"typeId":"PHONE","valueType":"HOME","value":"+71"},
                  {"id":2,"typeId":"EMAIL","valueType":"WORK","value":"a@b.ru"}],
            "ufCrmCall":"2026-04-15T12:00:00+0300","ufCrmBudget":"300|RUB",
            "ufCrmScans":[{"id":12,"url":"/12"}],"ufCrmRelated":["C_2","9",7,"X_1"]}"#,
    );
    let read: Cached = raw.unwrap().record().unwrap();
    let kept = serde_json::to_string(&read).unwrap();
    let back: Cached = serde_json::from_str(&kept).unwrap();
    assert_eq!(back, read);
    assert_eq!(wire(&back.to_patch()), wire(&read.to_patch()));
    let links = &serde_json::from_str::<Value>(&kept).unwrap()["related"];
    assert_eq!(links, &json!(["C_2", "9", 7, "X_1"]));
    let compact: Cached = compact::read(&compact::write(&read)).unwrap();
    assert_eq!(compact, read);
}

#[test]
fn phones_emails_and_ids_are_read_in_their_short_forms_too() {
    let phone: Phone = serde_json::from_value(json!("+71")).unwrap();
    assert_eq!(phone, Phone::work("+71"));
    let phone: Phone = serde_json::from_value(json!({ "value": "+71" })).unwrap();
    assert_eq!(phone, Phone::work("+71"));
    let phone: Phone = serde_json::from_value(json!(79_161_112_233_u64)).unwrap();
    assert_eq!(phone, Phone::work("79161112233"));
    let email: Email =
        serde_json::from_value(json!({ "typeId": "HOME", "id": 5, "value": "a@b.ru" })).unwrap();
    assert_eq!(email, Email::home("a@b.ru"));
    let id: ContactId = serde_json::from_value(json!("71")).unwrap();
    assert_eq!(id, 71.into());
    let file: File = serde_json::from_value(json!({ "url": "/x", "id": "12" })).unwrap();
    assert_eq!(file, File::keep(12));
}

#[test]
fn an_error_about_a_phone_says_what_a_phone_is_read_from() {
    let error = serde_json::from_value::<Phone>(json!(true)).unwrap_err();
    let expected = "expected a value with its typeId, or text";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn what_is_not_a_value_is_refused_and_not_shown() {
    fn refused<T: DeserializeOwned>(form: &Value) {
        let Err(error) = serde_json::from_value::<T>(form.clone()) else {
            panic!("{form} is read");
        };
        let shown = error.to_string();
        for private in ["79161112233", "secret", "1.5"] {
            assert!(!shown.contains(private), "{shown}");
        }
    }
    for form in [
        json!(0),
        json!("0"),
        json!(-1),
        json!(1.5),
        json!("secret"),
        json!(null),
    ] {
        refused::<ContactId>(&form);
    }
    for form in [
        json!(-79_161_112_233_i64),
        json!(79_161_112_233.5),
        json!({ "value": [79_161_112_233_u64] }),
        json!({ "typeId": "WORK" }),
        json!({ "value": "79161112233", "typeId": "secret" }),
        json!({ "value": "79161112233", "typeId": "MAILING" }),
        json!([]),
        json!(true),
    ] {
        refused::<Phone>(&form);
    }
    refused::<Date>(&json!("secret"));
    refused::<Date>(&json!("1990-05-08T00:00:00Z"));
    refused::<DateTime>(&json!("2026-04-15"));
    refused::<Money>(&json!("secret|RUB"));
    refused::<Money>(&json!(79_161_112_233_u64));
    refused::<CrmRef>(&json!(""));
    refused::<CrmRef>(&json!(0));
    for form in [
        json!({ "id": 0 }),
        json!({}),
        json!(["secret"]),
        json!(["a.txt", "secret!"]),
    ] {
        refused::<File>(&form);
    }
    refused::<File>(&json!(["a.txt", "aGk=", "secret"]));
}
