use serde_json::{Value, json};
use vibecode_sandbox::Sandbox;

use crate::wire::patch;

/// What `fm` lists after the seeded phone and email, as kind, type and value.
fn added(contact: &Value) -> Vec<[&str; 3]> {
    let entries = contact["fm"].as_array().unwrap().iter().skip(2);
    entries
        .map(|entry| ["typeId", "valueType", "value"].map(|key| entry[key].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn each_of_the_three_forms_adds() {
    for (phone, expected) in [
        (json!("+1"), vec![["PHONE", "WORK", "+1"]]),
        (
            json!(["+1", "+2"]),
            vec![["PHONE", "WORK", "+1"], ["PHONE", "WORK", "+2"]],
        ),
        (
            json!([{"value": "+1", "typeId": "MOBILE"}, {"value": "+2"}]),
            vec![["PHONE", "MOBILE", "+1"], ["PHONE", "WORK", "+2"]],
        ),
        (json!([]), vec![]),
    ] {
        let sandbox = Sandbox::start().await;
        let answer = patch(&sandbox, &json!({"phone": phone})).await;
        assert_eq!(added(answer.data()), expected);
        assert_eq!(answer.data()["fm"][0]["value"], "+74950000071");
    }
}

#[tokio::test]
async fn an_equal_value_is_added_twice() {
    let sandbox = Sandbox::start().await;
    for _ in 0..2 {
        patch(&sandbox, &json!({"email": "ivan@example.com"})).await;
    }
    let contact = sandbox.contact(71).unwrap();
    assert_eq!(added(&contact), [["EMAIL", "WORK", "ivan@example.com"]; 2]);
}

#[tokio::test]
async fn an_added_value_has_an_id_of_its_own_and_shows_in_its_alias() {
    let sandbox = Sandbox::start().await;
    let phones = json!([{"value": "+1", "typeId": "HOME"}, {"value": "+2", "typeId": "OTHER"}]);
    let answer = patch(&sandbox, &json!({"phone": phones})).await;
    let contact = answer.data();
    assert_eq!(contact["phoneHome"], "+1");
    assert_eq!(contact["phoneOther"], "+2");
    assert_eq!(contact["phone"], "+74950000071");
    let mut ids: Vec<_> = contact["fm"].as_array().unwrap().iter().collect();
    ids.sort_unstable_by_key(|entry| entry["id"].as_u64().unwrap());
    ids.dedup_by_key(|entry| entry["id"].as_u64().unwrap());
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn any_other_shape_is_400_and_adds_nothing() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71);
    for phone in [
        json!([{"VALUE": "+1", "VALUE_TYPE": "WORK"}]),
        json!([{"value": "+1", "VALUE_TYPE": "WORK"}]),
        json!({"value": "+1", "typeId": "WORK"}),
        json!([{"value": "+1", "typeId": "FAX"}]),
        json!([{"value": "+1", "typeId": "MAILING"}]),
        json!([{"value": "+1", "typeId": "work"}]),
        json!([{"value": "+1", "typeId": null}]),
        json!([{"value": 1}]),
        json!([{"typeId": "WORK"}]),
        json!(["+1", {"value": "+2"}]),
        json!(["+1", ""]),
        json!([["+1"]]),
        json!(""),
        json!("  "),
        json!(79_169_876_543_u64),
        json!(true),
    ] {
        let answer = patch(&sandbox, &json!({"post": "x", "phone": phone})).await;
        let refused = answer.error();
        assert_eq!(refused, (400, "INVALID_MULTIFIELD_SHAPE"), "{phone}");
    }
    assert_eq!(sandbox.contact(71), before);
}

#[tokio::test]
async fn phones_and_emails_have_types_of_their_own() {
    let sandbox = Sandbox::start().await;
    let mailing = json!({"email": [{"value": "a@b.c", "typeId": "MAILING"}]});
    assert_eq!(
        patch(&sandbox, &mailing).await.data()["emailMailing"],
        "a@b.c"
    );
    let mobile = json!({"email": [{"value": "a@b.c", "typeId": "MOBILE"}]});
    assert_eq!(patch(&sandbox, &mobile).await.status, 400);
}
