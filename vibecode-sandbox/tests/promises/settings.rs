//! What real portals may do, as settings.

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, ListShape, Sandbox, UnknownStatus};

use crate::wire::{call, get, patch, post};

#[tokio::test]
async fn new_phones_are_formatted_and_keep_their_digits() {
    let sandbox = Sandbox::builder().formatted_phones().start().await;
    let phones = json!(["+79169876543", "89169876544", "112", "+7 (916) 9876545"]);
    let answer = patch(&sandbox, &json!({"phone": phones, "email": "12345678901"})).await;
    let fm = answer.data()["fm"].as_array().unwrap();
    let values: Vec<&Value> = fm.iter().skip(2).map(|entry| &entry["value"]).collect();
    let expected = [
        "12345678901",
        "+7 916 987-65-43",
        "8 916 987-65-44",
        "112",
        "+7 (916) 9876545",
    ];
    assert_eq!(values, expected);
    // What was seeded stays.
    assert_eq!(fm[0]["value"], "+74950000071");
}

#[tokio::test]
async fn a_patch_may_answer_only_the_documented_keys() {
    let documented = include_str!("../../../tests/recorded/documented/update-answer.json");
    let documented: Value = serde_json::from_str(documented).unwrap();
    let sandbox = Sandbox::builder().partial_updates().start().await;
    let body = json!({"phone": "+79169876543", "post": "Director"});
    let answer = patch(&sandbox, &body).await;
    let keys =
        |record: &Value| -> Vec<String> { record.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(keys(answer.data()), keys(&documented["data"]));
    assert_eq!(sandbox.contact(71).unwrap()["post"], "Director");
    assert_eq!(
        get(&sandbox, "contacts/71").await.data()["post"],
        "Director"
    );
}

#[tokio::test]
async fn lists_may_be_objects() {
    let sandbox = Sandbox::builder()
        .list_shape(ListShape::Object)
        .start()
        .await;
    let answer = get(&sandbox, "contacts?select=id&limit=2").await;
    assert_eq!(answer.data(), &json!({"0": {"id": 71}, "1": {"id": 72}}));
    assert_eq!(get(&sandbox, "contacts?id=9").await.data(), &json!([]));
    assert_eq!(get(&sandbox, "currencies").await.data()["1"]["id"], "USD");

    let shape = ListShape::SingleRowAsObject;
    let sandbox = Sandbox::builder().list_shape(shape).start().await;
    let recorded = include_str!("../../../tests/recorded/observed/deal-categories.json");
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    let answer = get(&sandbox, "deal-categories?limit=1").await;
    assert_eq!(answer.data(), &recorded["data"]);
    let body = json!({"filter": {"id": {"$in": [71, 72]}}, "select": ["id"]});
    let answer = post(&sandbox, "contacts/search", &body).await;
    assert_eq!(answer.data(), &json!([{"id": 71}, {"id": 72}]));
}

#[tokio::test]
async fn read_only_keys_may_be_refused() {
    let sandbox = Sandbox::builder().refuse_read_only().start().await;
    let before = sandbox.contact(71);
    for key in ["id", "createdTime", "phoneWork", "fm", "hasPhone"] {
        let answer = patch(&sandbox, &json!({"name": "Pyotr", key: 5})).await;
        assert_eq!(answer.error(), (400, "READONLY_FIELD"), "{key}");
        assert!(
            answer.body["error"]["message"]
                .as_str()
                .unwrap()
                .contains(key)
        );
    }
    let answer = post(&sandbox, "contacts", &json!({"id": 900})).await;
    assert_eq!(answer.error(), (400, "READONLY_FIELD"));
    assert_eq!(sandbox.contact(71), before);
    // An unknown key is dropped all the same.
    assert_eq!(patch(&sandbox, &json!({"pots": 5})).await.status, 200);
}

#[tokio::test]
async fn an_unknown_status_code_is_stored_refused_or_dropped() {
    let writes = [
        ("contacts/71", "typeId", "CLIENTT"),
        ("contacts/71", "sourceId", "WEBB"),
        ("contacts/71", "honorific", "SIR"),
        ("contacts/71", "ufCrmPartner", "CLIENTT"),
        ("companies/15", "industry", "IT2"),
        ("leads/31", "stageId", "WON"),
        ("deals/5", "stageId", "C5:WON"),
    ];
    for outcome in [
        UnknownStatus::Stored,
        UnknownStatus::Refused,
        UnknownStatus::Dropped,
    ] {
        let field = json!({"type": "crm_status", "settings": {"ENTITY_TYPE": "CONTACT_TYPE"}});
        let sandbox = Sandbox::builder()
            .user_field(Entity::Contacts, "ufCrmPartner", field)
            .unknown_status(outcome)
            .start()
            .await;
        for (record, key, code) in writes {
            let before = get(&sandbox, record).await.data().clone();
            let request = format!("PATCH /v1/{record}");
            let answer = call(&sandbox, &request, &json!({key: code}).to_string()).await;
            match outcome {
                UnknownStatus::Refused => {
                    assert_eq!(answer.error(), (400, "INVALID_REQUEST"), "{key}");
                    assert!(!answer.body.to_string().contains(code));
                }
                UnknownStatus::Dropped => {
                    assert_eq!(answer.data()[key], before[key], "{key}");
                    assert_eq!(sandbox.requests().last().unwrap().dropped(), [key]);
                }
                _ => assert_eq!(answer.data()[key], code, "{key}"),
            }
        }
        // Known codes, codes of no known set, and clearing.
        let body = json!({"typeId": "CLIENT", "ufCrmChannel": "ANY", "sourceId": ""});
        assert_eq!(patch(&sandbox, &body).await.data()["typeId"], "CLIENT");
        let body = r#"{"categoryId":5,"stageId":"C5:WON"}"#;
        let deal = call(&sandbox, "PATCH /v1/deals/5", body).await;
        assert_eq!(deal.data()["stageId"], "C5:WON");
    }
}
