//! Answers that were recorded on a portal, or that the API documents: the sandbox answers them, or
//! answers in their shape.

use std::time::Duration;

use serde_json::{Value, json};
use vibecode_sandbox::{Fault, Sandbox};

use crate::wire::{call, get, post, send};

/// The JSON of a recorded file.
macro_rules! recorded {
    ($file:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../../../tests/recorded/", $file)))
            .unwrap()
    };
}

/// Asserts that `answer` has every key of `recorded`, at any depth, with a value of the same JSON type.
/// A null is of every type, and of a recorded list the first row counts.
fn has_shape(answer: &Value, recorded: &Value, path: &str) {
    match (answer, recorded) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(answer), Value::Object(recorded)) => {
            for (key, value) in recorded {
                let path = format!("{path}.{key}");
                let found = answer.get(key);
                has_shape(
                    found.unwrap_or_else(|| panic!("{path} is missing")),
                    value,
                    &path,
                );
            }
        }
        (Value::Array(rows), Value::Array(recorded)) => {
            for (row, recorded) in rows.iter().zip(recorded) {
                has_shape(row, recorded, &format!("{path}[]"));
            }
        }
        _ => assert_eq!(
            std::mem::discriminant(answer),
            std::mem::discriminant(recorded),
            "{path}: {answer} instead of {recorded}"
        ),
    }
}

#[tokio::test]
async fn errors_have_the_messages_that_were_recorded() {
    let recorded = recorded!("observed/errors.json");
    let sandbox = Sandbox::start().await;
    let without_key = send(&sandbox, "GET /v1/contacts/71", &[], "").await;
    let operator = json!({"filter": {"dateCreate": {"to": "2026-01-01"}}});
    let wrong_operator = post(&sandbox, "deals/search", &operator).await;
    let grouping = json!({"op": "count", "groupBy": ["currency"]});
    let wrong_grouping = post(&sandbox, "deals/aggregate", &grouping).await;
    for (answer, name) in [
        (without_key, "missingApiKey"),
        (wrong_operator, "invalidFilterOperator"),
        (wrong_grouping, "invalidAggregateGroupBy"),
    ] {
        assert_eq!(recorded[name]["status"], answer.status, "{name}");
        assert_eq!(recorded[name]["body"], answer.body, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_is_the_documented_one() {
    let documented = recorded!("documented/error-429.json");
    let sandbox = Sandbox::builder().rate_limit(1).start().await;
    get(&sandbox, "contacts").await.data();
    let mut limited = get(&sandbox, "contacts").await;
    assert_eq!(limited.error(), (429, "RATE_LIMITED"));
    assert_eq!(limited.body["error"]["retryAfter"], 60);
    limited.body["error"]["retryAfter"] = 2.into();
    assert_eq!(limited.body, documented);

    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::rate_limited(Duration::from_secs(2)));
    assert_eq!(get(&sandbox, "contacts").await.body, documented);
}

#[tokio::test]
async fn me_and_the_guide_have_the_recorded_shape() {
    let sandbox = Sandbox::start().await;
    has_shape(
        &get(&sandbox, "me").await.body,
        &recorded!("observed/me.json"),
        "me",
    );
    let guide = get(&sandbox, "guide").await.body;
    has_shape(&guide, &recorded!("observed/guide.json"), "guide");
}

#[tokio::test]
async fn a_batch_has_the_recorded_shape() {
    let recorded = recorded!("observed/batch-answer.json");
    let sandbox = Sandbox::start().await;
    let calls = json!({"calls": [
        {"id": "deals", "entity": "deals", "action": "list", "params": {"select": "id,title"}},
        {"id": "x", "entity": "deals", "action": "list", "params": {"limit": -1}},
    ]});
    let mut answer = post(&sandbox, "batch", &calls).await.body;
    has_shape(&answer, &recorded, "batch");
    assert_eq!(answer["data"]["summary"], recorded["data"]["summary"]);
    assert_eq!(answer["data"]["meta"], recorded["data"]["meta"]);
    assert_eq!(answer["data"]["errors"]["x"]["code"], "INVALID_PARAMS");
    answer["data"]["results"] = json!({});
    let keys: Vec<_> = answer["data"].as_object().unwrap().keys().collect();
    let known: Vec<_> = recorded["data"].as_object().unwrap().keys().collect();
    assert_eq!(keys, known);
}

#[tokio::test]
async fn the_documented_batch_without_ids_is_answered() {
    let sandbox = Sandbox::start().await;
    let calls = recorded!("documented/batch-without-ids.json");
    let answer = post(&sandbox, "batch", &calls).await;
    assert_eq!(answer.data()["results"]["0"]["id"], 71);
    assert_eq!(answer.data()["results"]["1"][0]["id"], 15);
    assert_eq!(
        answer.data()["summary"],
        json!({"total": 2, "succeeded": 2, "failed": 0})
    );
}

#[tokio::test]
async fn fields_have_the_recorded_vocabulary() {
    let recorded = recorded!("observed/fields-api-vocabulary.json");
    let sandbox = Sandbox::builder()
        .user_field(
            vibecode_sandbox::Entity::Deals,
            "ufCrmMoney",
            json!({"type": "money", "isReadOnly": true, "title": "Money"}),
        )
        .start()
        .await;
    let answer = get(&sandbox, "deals/fields").await;
    let (fields, recorded) = (&answer.data()["fields"], &recorded["data"]["fields"]);
    assert_eq!(fields["id"], recorded["id"]);
    assert_eq!(fields["title"]["type"], recorded["title"]["type"]);
    let money = json!({"type": "money", "label": "Money", "readonly": true});
    assert_eq!(fields["ufCrmMoney"], money);
    let words = [
        "type",
        "label",
        "readonly",
        "required",
        "immutable",
        "multiple",
        "enum",
    ];
    for (name, field) in fields.as_object().unwrap() {
        let mut keys = field.as_object().unwrap().keys();
        assert!(keys.all(|key| words.contains(&&**key)), "{name}: {field}");
    }
}

#[tokio::test]
async fn a_definition_has_the_documented_keys() {
    let sandbox = Sandbox::start().await;
    let made = json!({"fieldName": "UF_CRM_PROJECT_CODE", "userTypeId": "string"});
    post(&sandbox, "userfields/deals", &made).await.created();
    for (path, documented) in [
        ("contacts", recorded!("documented/userfields-contacts.json")),
        ("deals", recorded!("documented/userfields-deals.json")),
    ] {
        let answer = get(&sandbox, &format!("userfields/{path}")).await;
        let rows = answer.data().as_array().unwrap();
        assert_eq!(answer.body["meta"], json!({"total": rows.len()}));
        for expected in documented["data"].as_array().unwrap() {
            let of_kind = |each: &&Value| each["userTypeId"] == expected["userTypeId"];
            has_shape(rows.iter().find(of_kind).unwrap(), expected, path);
        }
    }
}

#[tokio::test]
async fn the_documented_answer_is_part_of_that_of_an_update() {
    let documented = recorded!("documented/update-answer.json");
    let sandbox = Sandbox::start().await;
    let body = r#"{"name":"A","lastName":"B","phone":"+7","post":"Director"}"#;
    let answer = call(&sandbox, "PATCH /v1/contacts/71", body).await.body;
    has_shape(&answer, &documented, "update");
    for key in ["id", "name", "lastName", "companyId", "createdTime"] {
        assert_eq!(answer["data"][key], documented["data"][key]);
    }
}

#[tokio::test]
async fn recorded_deals_are_a_seed_and_are_listed_and_found_as_recorded() {
    let recorded = recorded!("observed/deals.json");
    let sandbox = Sandbox::builder()
        .seed(json!({"deals": recorded["data"]}))
        .untruthful_paging()
        .start()
        .await;
    let answer = get(&sandbox, "deals?limit=2").await;
    let rows = answer.data().as_array().unwrap().iter();
    for (row, recorded) in rows.zip(recorded["data"].as_array().unwrap()) {
        for (key, value) in recorded.as_object().unwrap() {
            assert_eq!(&row[key], value, "{key}");
        }
    }
    assert_eq!(answer.body["meta"], recorded["meta"]);

    let search = recorded!("observed/deals-search.json");
    let answer = post(&sandbox, "deals/search", &search["request"]["body"]).await;
    let expected = &search["response"]["data"][0];
    assert_eq!(answer.data().as_array().unwrap().len(), 1);
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&answer.data()[0][key], value, "{key}");
    }
}

#[tokio::test]
async fn deals_are_counted_by_stage_as_recorded() {
    let recorded = recorded!("observed/deals-aggregate.json");
    let stages = [
        "EXECUTING",
        "WON",
        "WON",
        "NEW",
        "LOSE",
        "LOSE",
        "LOSE",
        "APOLOGY",
        "PREPARATION",
    ];
    let deals: Vec<_> = stages
        .iter()
        .map(|stage| json!({"stageId": stage, "categoryId": 0}))
        .collect();
    let sandbox = Sandbox::builder()
        .seed(json!({"deals": deals}))
        .start()
        .await;
    let request = &recorded["request"];
    assert_eq!(request["path"], "/v1/deals/aggregate");
    let answer = post(&sandbox, "deals/aggregate", &request["body"]).await;
    let mut body = answer.body.clone();
    let groups = body["data"]["groups"].as_array_mut().unwrap();
    assert_eq!(groups.len(), 6);
    // The recording kept the first two groups.
    groups.truncate(2);
    assert_eq!(body, recorded["response"]);
}

#[tokio::test]
async fn catalogues_have_the_recorded_rows() {
    let sandbox = Sandbox::start().await;
    for (path, recorded) in [
        (
            "statuses?filter[entityId]=DEAL_STAGE&limit=2",
            recorded!("observed/statuses.json"),
        ),
        ("currencies", recorded!("observed/currencies.json")),
        (
            "deal-categories?limit=1",
            recorded!("observed/deal-categories.json"),
        ),
        ("users?limit=1", recorded!("observed/users.json")),
    ] {
        let answer = get(&sandbox, path).await;
        let rows = match &recorded["data"] {
            // A single row was seen as one object, which is doubtful.
            row @ Value::Object(_) => json!([row]),
            rows => rows.clone(),
        };
        assert_eq!(answer.data(), &rows, "{path}");
        has_shape(&answer.body["meta"], &recorded["meta"], path);
    }
    let answer = get(&sandbox, "users/me").await;
    assert_eq!(answer.data(), &recorded!("observed/users.json")["data"]);
}
