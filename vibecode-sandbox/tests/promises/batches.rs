use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};

use crate::wire::{Answer, post, send};

fn update(id: &str, contact: u64, params: &Value) -> Value {
    let entity_id = contact;
    json!({"id": id, "entity": "contacts", "action": "update", "entityId": entity_id, "params": params})
}

async fn batch(sandbox: &Sandbox, calls: &Value) -> Answer {
    post(sandbox, "batch", &json!({"calls": calls})).await
}

#[tokio::test]
async fn a_batch_does_what_its_calls_say_in_their_order() {
    let sandbox = Sandbox::start().await;
    let calls = json!([
        {"id": "new", "entity": "deals", "action": "create", "params": {"title": "Two"}},
        update("one", 71, &json!({"post": "Director", "unknown": 1})),
        {"id": "read", "entity": "contacts", "action": "get", "entityId": "71"},
        {"id": "list", "entity": "contacts", "action": "list", "params": {"limit": 1, "select": "id"}},
        {"id": "found", "entity": "deals", "action": "search", "params": {"filter": {">id": 5}}},
        {"id": "gone", "entity": "leads", "action": "delete", "entityId": 31},
        {"id": "fields", "entity": "leads", "action": "fields"},
    ]);
    let answer = batch(&sandbox, &calls).await;
    let results = &answer.data()["results"];
    assert_eq!(results["new"]["id"], 6);
    assert_eq!(results["one"]["post"], "Director");
    assert_eq!(results["read"], sandbox.contact(71).unwrap());
    assert_eq!(results["list"], json!([{"id": 71}]));
    assert_eq!(results["found"][0]["title"], "Two");
    assert_eq!(results["gone"]["deleted"], true);
    let fields = &results["fields"]["fields"];
    assert_eq!(fields["stageId"]["type"], "crm_status");
    assert_eq!(answer.data()["errors"], json!({}));
    assert_eq!(
        answer.data()["summary"],
        json!({"total": 7, "succeeded": 7, "failed": 0})
    );
    assert_eq!(
        answer.data()["meta"],
        json!({
            "list": {"truncated": false, "hasMore": true},
            "found": {"truncated": false, "hasMore": false},
        })
    );
    assert_eq!(sandbox.record(Entity::Leads, 31), None);
    let requests = sandbox.requests();
    assert!(requests[0].was_applied());
    assert_eq!(requests[0].applied_calls(), ["new", "one", "gone"]);
    assert_eq!(requests[0].dropped(), ["one.unknown"]);
}

#[tokio::test]
async fn a_call_that_fails_does_not_stop_the_others() {
    let sandbox = Sandbox::start().await;
    let calls = json!([
        update("absent", 999, &json!({"post": "x"})),
        update("letters", 71, &json!({"phone": 5})),
        update("list", 71, &json!(["post"])),
        {"id": "entity", "entity": "contact", "action": "get", "entityId": 71},
        {"id": "action", "entity": "contacts", "action": "upsert", "entityId": 71},
        update("good", 72, &json!({"post": "Director"})),
    ]);
    let answer = batch(&sandbox, &calls).await;
    let errors = answer.data()["errors"].as_object().unwrap();
    let code = |id: &str| errors[id]["code"].as_str().unwrap();
    assert_eq!(code("absent"), "ENTITY_NOT_FOUND");
    assert_eq!(code("letters"), "INVALID_MULTIFIELD_SHAPE");
    for id in ["list", "entity", "action"] {
        assert_eq!(code(id), "INVALID_PARAMS");
    }
    assert!(errors.values().all(|error| error["message"].is_string()));
    assert_eq!(answer.data()["results"]["good"]["post"], "Director");
    assert_eq!(sandbox.requests()[0].applied_calls(), ["good"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_batch_fails_all_of_it() {
    let sandbox = Sandbox::start().await;
    let good = update("good", 71, &json!({"post": "Director"}));
    let without_id = json!({"id": "a", "entity": "contacts", "action": "update", "params": {}});
    let named = |id: &str| update(id, 71, &json!({}));
    let calls: Vec<Value> = (0..51).map(|id| named(&id.to_string())).collect();
    for (calls, code) in [
        (json!([good, without_id]), "MISSING_ENTITY_ID"),
        (json!(calls), "BATCH_LIMIT_EXCEEDED"),
        (json!([]), "INVALID_REQUEST"),
        (json!({}), "INVALID_REQUEST"),
        (json!([good, good]), "INVALID_PARAMS"),
        (json!([good, named("")]), "INVALID_PARAMS"),
        (json!([good, named(&"x".repeat(65))]), "INVALID_PARAMS"),
        (json!([good, 5]), "INVALID_PARAMS"),
    ] {
        let answer = batch(&sandbox, &calls).await;
        assert_eq!(answer.error(), (400, code), "{calls}");
    }
    assert!(sandbox.contact(71).unwrap()["post"].is_null());
    let calls = json!([named(&"ю".repeat(64)), calls[0]]);
    assert_eq!(batch(&sandbox, &calls).await.status, 200);
    assert_eq!(batch(&sandbox, &json!(calls)).await.status, 200);
}

#[tokio::test]
async fn a_read_only_key_reads_in_a_batch_and_a_denied_one_has_none() {
    let sandbox = Sandbox::start().await;
    let calls = json!([
        {"id": "read", "entity": "contacts", "action": "get", "entityId": 71},
        update("write", 71, &json!({"post": "x"})),
    ]);
    let body = json!({"calls": calls}).to_string();
    let key = format!("X-Api-Key: {}", Sandbox::READ_ONLY_KEY);
    let answer = send(&sandbox, "POST /v1/batch", &[&key], &body).await;
    assert_eq!(answer.data()["results"]["read"]["id"], 71);
    let error = &answer.data()["errors"]["write"];
    assert_eq!(error["code"], "WRITE_BLOCKED_READONLY_KEY");
    let key = format!("X-Api-Key: {}", Sandbox::DENIED_KEY);
    let answer = send(&sandbox, "POST /v1/batch", &[&key], &body).await;
    assert_eq!(answer.error(), (403, "ACCESS_DENIED"));
    assert!(
        sandbox
            .requests()
            .iter()
            .all(|request| !request.was_applied())
    );
}

#[tokio::test]
async fn fields_under_a_key_of_their_own_are_dropped_without_a_word() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71).unwrap();
    let wrong = json!({"fields": {"post": "Director"}});
    let answer = batch(&sandbox, &json!([update("c", 71, &wrong)])).await;
    assert_eq!(answer.data()["results"]["c"], before);
    assert_eq!(sandbox.requests()[0].dropped(), ["c.fields"]);
    let right = json!({"post": "Director"});
    let answer = batch(&sandbox, &json!([update("c", 71, &right)])).await;
    assert_eq!(answer.data()["results"]["c"]["post"], "Director");
}

#[tokio::test]
async fn empty_maps_may_be_empty_lists() {
    let sandbox = Sandbox::builder().empty_maps_as_lists().start().await;
    let answer = batch(&sandbox, &json!([update("a", 71, &json!([]))])).await;
    assert_eq!(answer.data()["errors"], json!([]));
    assert!(answer.data()["results"].is_object());
    let answer = batch(&sandbox, &json!([update("a", 999, &json!({}))])).await;
    assert_eq!(answer.data()["results"], json!([]));
    assert!(answer.data()["errors"].is_object());
}

#[tokio::test]
async fn a_batch_of_one_entity_names_its_results_by_the_records() {
    let sandbox = Sandbox::start().await;
    let body = json!({"action": "update", "items": [
        {"id": 71, "post": "Director"}, {"id": 999, "post": "x"}, {"id": 72, "phone": 5},
    ]});
    let answer = post(&sandbox, "contacts/batch", &body).await;
    assert_eq!(answer.data()["results"]["71"]["post"], "Director");
    assert_eq!(answer.data()["errors"]["999"]["code"], "ENTITY_NOT_FOUND");
    let shape = &answer.data()["errors"]["72"]["code"];
    assert_eq!(shape, "INVALID_MULTIFIELD_SHAPE");
    assert_eq!(sandbox.requests()[0].applied_calls(), ["71"]);

    let body = json!({"action": "delete", "ids": [72, 73]});
    post(&sandbox, "contacts/batch", &body).await.data();
    assert_eq!(sandbox.contact(72), None);
    let body = json!({"action": "create", "items": [{"name": "Vera"}, {"name": "Nina"}]});
    let answer = post(&sandbox, "contacts/batch", &body).await;
    assert_eq!(answer.data()["results"]["1"]["id"], 75);
}

#[tokio::test]
async fn what_is_wrong_with_a_batch_of_one_entity_fails_all_of_it() {
    let sandbox = Sandbox::start().await;
    let many: Vec<_> = (1..=501).collect();
    for (body, code) in [
        (
            json!({"action": "update", "items": [{"post": "x"}]}),
            "MISSING_ENTITY_ID",
        ),
        (json!({"action": "update", "items": [5]}), "INVALID_PARAMS"),
        (json!({"action": "update", "items": []}), "INVALID_REQUEST"),
        (json!({"action": "update", "ids": [71]}), "INVALID_REQUEST"),
        (json!({"action": "get", "ids": []}), "INVALID_REQUEST"),
        (json!({"action": "get", "items": [{}]}), "MISSING_ENTITY_ID"),
        (json!({"action": "upsert", "ids": [71]}), "INVALID_PARAMS"),
        (json!({"ids": [71]}), "INVALID_PARAMS"),
        (
            json!({"action": "delete", "ids": many}),
            "BATCH_LIMIT_EXCEEDED",
        ),
    ] {
        let answer = post(&sandbox, "contacts/batch", &body).await;
        assert_eq!(answer.error(), (400, code), "{body}");
    }
    let key = format!("X-Api-Key: {}", Sandbox::READ_ONLY_KEY);
    let body = r#"{"action":"update","items":[{"id":71,"post":"x"}]}"#;
    let answer = send(&sandbox, "POST /v1/contacts/batch", &[&key], body).await;
    assert_eq!(answer.error(), (403, "WRITE_BLOCKED_READONLY_KEY"));
}

#[tokio::test]
async fn a_call_without_an_id_has_its_index() {
    let sandbox = Sandbox::start().await;
    let get = |id: u64| json!({"entity": "contacts", "action": "get", "entityId": id});
    let answer = batch(&sandbox, &json!([get(71), get(999), get(72)])).await;
    assert_eq!(answer.data()["results"]["0"]["id"], 71);
    assert_eq!(answer.data()["errors"]["1"]["code"], "ENTITY_NOT_FOUND");
    assert_eq!(answer.data()["results"]["2"]["id"], 72);
    let named = json!({"id": "1", "entity": "contacts", "action": "get", "entityId": 73});
    let answer = batch(&sandbox, &json!([named, get(71)])).await;
    assert_eq!(answer.error(), (400, "INVALID_PARAMS"));
}

#[tokio::test]
async fn a_batch_of_one_entity_also_reads() {
    let sandbox = Sandbox::start().await;
    let key = format!("X-Api-Key: {}", Sandbox::READ_ONLY_KEY);
    let ask = async |body: Value| {
        let body = body.to_string();
        let answer = send(&sandbox, "POST /v1/contacts/batch", &[&key], &body).await;
        answer.data()["results"].clone()
    };
    let got = ask(json!({"action": "get", "ids": [71, 72]})).await;
    assert_eq!(
        (&got["71"]["id"], &got["72"]["id"]),
        (&json!(71), &json!(72))
    );
    let got = ask(json!({"action": "get", "items": [{"id": 73}]})).await;
    assert_eq!(got["73"]["id"], 73);
    let listed = ask(json!({"action": "list", "limit": 1, "select": "id"})).await;
    assert_eq!(listed, json!({"0": [{"id": 71}]}));
    let queries =
        json!([{"filter": {"name": "Anna"}, "select": "id"}, {"limit": 1, "select": "id"}]);
    let listed = ask(json!({"action": "list", "items": queries})).await;
    assert_eq!(listed, json!({"0": [{"id": 72}], "1": [{"id": 71}]}));
    let fields = ask(json!({"action": "fields"})).await;
    assert!(fields["0"]["fields"]["post"].is_object());
}

#[tokio::test]
async fn a_smart_process_and_a_catalogue_are_in_a_batch_too() {
    let sandbox = Sandbox::start().await;
    let calls = json!([
        {"entity": "items", "action": "create", "params": {"entityTypeId": 1040, "title": "New"}},
        {"entity": "items", "action": "update", "entityId": 3,
            "params": {"entityTypeId": "1040", "title": "Old"}},
        {"entity": "items", "action": "get", "entityId": 3},
        {"entity": "currencies", "action": "get", "entityId": "RUB"},
        {"entity": "statuses", "action": "list", "params": {"filter": {"entityId": "SOURCE"}, "limit": 1}},
        {"entity": "currencies", "action": "delete", "entityId": "RUB"},
    ]);
    let answer = batch(&sandbox, &calls).await;
    let (results, errors) = (&answer.data()["results"], &answer.data()["errors"]);
    assert_eq!(results["0"]["entityTypeId"], 1040);
    assert_eq!(results["1"]["title"], "Old");
    assert_eq!(errors["2"]["code"], "INVALID_PARAMS");
    assert_eq!(results["3"]["id"], "RUB");
    assert_eq!(results["4"][0]["entityId"], "SOURCE");
    assert_eq!(errors["5"]["code"], "INVALID_PARAMS");
    assert!(sandbox.requests()[0].dropped().is_empty());
}
