use serde_json::{Value, json};
use vibecode_sandbox::{Entity, EntityPath, Sandbox};

use crate::wire::{call, get, post, send};

#[tokio::test]
async fn statuses_are_listed_by_their_set() {
    let sandbox = Sandbox::start().await;
    for (set, code) in [
        ("DEAL_STAGE", "WON"),
        ("DEAL_STAGE_5", "C5:WON"),
        ("STATUS", "CONVERTED"),
        ("SOURCE", "WEB"),
        ("CONTACT_TYPE", "CLIENT"),
        ("COMPANY_TYPE", "CUSTOMER"),
        ("INDUSTRY", "IT"),
        ("EMPLOYEES", "EMPLOYEES_1"),
        ("DEAL_TYPE", "SALE"),
        ("HONORIFIC", "HNR_RU_1"),
    ] {
        let answer = get(&sandbox, &format!("statuses?filter[entityId]={set}")).await;
        let rows = answer.data().as_array().unwrap();
        assert!(rows.iter().all(|row| row["entityId"] == set), "{set}");
        assert!(rows.iter().any(|row| row["statusId"] == code), "{set}");
        assert_eq!(answer.body["meta"]["total"], rows.len());
    }
    let body = json!({"filter": {"entityId": "SOURCE"}, "order": {"sort": "desc"}, "limit": 1});
    let answer = post(&sandbox, "statuses/search", &body).await;
    assert_eq!(answer.data()[0]["statusId"], "OTHER");
    assert_eq!(answer.body["meta"]["hasMore"], true);
}

#[tokio::test]
async fn a_row_has_an_id_which_may_be_text() {
    let sandbox = Sandbox::start().await;
    for (path, key, value) in [
        ("currencies/RUB", "base", json!(true)),
        ("statuses/101", "statusId", json!("NEW")),
        ("deal-categories/5", "name", json!("Pipeline 5")),
        ("users/2", "name", json!("Anna")),
        ("users/me", "id", json!(1)),
    ] {
        assert_eq!(get(&sandbox, path).await.data()[key], value, "{path}");
    }
    for (request, code) in [
        ("GET /v1/currencies/rub", "ENTITY_NOT_FOUND"),
        ("GET /v1/users/3", "ENTITY_NOT_FOUND"),
        ("POST /v1/currencies", "ROUTE_NOT_FOUND"),
        ("DELETE /v1/users/1", "ROUTE_NOT_FOUND"),
    ] {
        assert_eq!(call(&sandbox, request, "{}").await.error(), (404, code));
    }
    let answer = get(&sandbox, "currencies?filter[nmae]=x").await;
    assert_eq!(answer.error(), (400, "INVALID_PARAMS"));
    let key = format!("X-Api-Key: {}", Sandbox::DENIED_KEY);
    let answer = send(&sandbox, "GET /v1/users", &[&key], "").await;
    assert_eq!(answer.error(), (403, "ACCESS_DENIED"));
}

#[tokio::test]
async fn a_seed_replaces_the_rows_of_a_catalogue_and_nothing_else() {
    let rows = json!([{"id": "EUR", "base": true}]);
    let sandbox = Sandbox::builder()
        .seed(json!({"currencies": rows}))
        .start()
        .await;
    assert_eq!(get(&sandbox, "currencies").await.data(), &rows);
    assert!(
        get(&sandbox, "statuses")
            .await
            .data()
            .as_array()
            .unwrap()
            .len()
            > 40
    );
    assert!(sandbox.contact(71).is_some());
    let sandbox = Sandbox::builder().seed(json!({"users": []})).start().await;
    assert_eq!(
        get(&sandbox, "users?filter[name]=x").await.data(),
        &json!([])
    );
    assert_eq!(get(&sandbox, "users/me").await.status, 404);
    for wrong in [json!([{"name": "x"}]), json!(["EUR"]), json!({})] {
        let builder = Sandbox::builder().seed(json!({"currencies": wrong}));
        let error = builder.try_start().await.unwrap_err().to_string();
        assert!(error.contains("currencies"), "{error}");
    }
}

#[tokio::test]
async fn a_smart_process_is_an_entity_like_any_other() {
    let requests = EntityPath::Items(1040);
    let sandbox = Sandbox::builder()
        .user_field(requests, "ufCrm6_1639669411830", json!({"type": "integer"}))
        .start()
        .await;
    let body = r#"{"title":"New","ufCrm6_1639669411830":5,"titel":"x"}"#;
    let answer = call(&sandbox, "POST /v1/items/1040", body).await;
    assert_eq!(answer.created()["id"], 4);
    assert_eq!(answer.created()["entityTypeId"], 1040);
    assert_eq!(sandbox.requests()[0].dropped(), ["titel"]);
    let answer = call(&sandbox, "PATCH /v1/items/1040/4", r#"{"title":"Old"}"#).await;
    assert_eq!(answer.data()["title"], "Old");
    let answer = get(&sandbox, "items/1040?filter[title]=Old&select=id").await;
    assert_eq!(answer.data(), &json!([{"id": 4}]));
    let fields = get(&sandbox, "items/1040/fields").await;
    assert_eq!(fields.data()["fields"]["title"]["type"], "string");
    let definitions = get(&sandbox, "userfields/items/1040").await;
    assert_eq!(definitions.data()[0]["fieldName"], "UF_CRM_6_1639669411830");
    assert_eq!(definitions.data()[0]["entityId"], "CRM_1040");
    call(&sandbox, "DELETE /v1/items/1040/4", "").await.data();
    assert_eq!(sandbox.record(requests, 4), None);
    for path in ["items/1041", "items/1041/1"] {
        assert_eq!(get(&sandbox, path).await.error(), (404, "ENTITY_NOT_FOUND"));
    }
    assert_eq!(get(&sandbox, "items").await.error().1, "ROUTE_NOT_FOUND");
}

#[tokio::test]
async fn a_seed_brings_smart_processes_of_its_own() {
    let sandbox = Sandbox::builder()
        .seed(json!({"items/31": [{"title": "Bill"}], "contacts": []}))
        .start()
        .await;
    let bill: &Value = &sandbox.record(EntityPath::Items(31), 1).unwrap();
    assert_eq!(bill["title"], "Bill");
    assert_eq!(sandbox.record(Entity::Deals, 5), None);
}
