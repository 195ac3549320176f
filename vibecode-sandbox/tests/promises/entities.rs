//! Every entity of the API is served in the same way.

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, EntityPath, Sandbox};

use crate::wire::{call, get, post};

/// A record of the default portal, and a text field of its entity.
fn record_and_field(entity: EntityPath) -> (u64, &'static str) {
    match entity {
        EntityPath::Entity(Entity::Contacts) => (71, "name"),
        EntityPath::Entity(Entity::Companies) => (15, "title"),
        EntityPath::Entity(Entity::Leads) => (31, "title"),
        EntityPath::Entity(Entity::Deals) => (5, "title"),
        EntityPath::Entity(Entity::Quotes) => (8, "title"),
        EntityPath::Entity(Entity::Invoices) => (21, "accountNumber"),
        EntityPath::Entity(Entity::Requisites) => (61, "name"),
        EntityPath::Entity(Entity::Tasks) => (91, "title"),
        EntityPath::Entity(Entity::Addresses) => (51, "city"),
        EntityPath::Entity(Entity::Activities) => (11, "subject"),
        EntityPath::Items(_) => (3, "title"),
        EntityPath::Entity(other) => panic!("the default portal has no record of {other:?}"),
    }
}

fn every_entity() -> impl Iterator<Item = EntityPath> {
    let with_a_path = Entity::ALL.iter().copied().map(EntityPath::Entity);
    with_a_path.chain([EntityPath::Items(1040)])
}

/// A call of a batch. Only a smart process is named otherwise than in a path.
fn batch_call(entity: EntityPath, action: &str, id: Option<u64>, mut params: Value) -> Value {
    let name = match entity {
        EntityPath::Items(number) => {
            params["entityTypeId"] = number.into();
            "items".to_owned()
        }
        EntityPath::Entity(entity) => entity.path().to_owned(),
    };
    json!({"entity": name, "action": action, "entityId": id, "params": params})
}

#[tokio::test]
async fn every_entity_of_the_api_has_every_route() {
    let sandbox = Sandbox::start().await;
    for entity in every_entity() {
        let path = entity.path();
        let (id, field) = record_and_field(entity);

        let read = get(&sandbox, &format!("{path}/{id}")).await;
        assert_eq!(read.data()["id"], id, "{path}");
        let body = json!({field: "Changed"}).to_string();
        let patched = call(&sandbox, &format!("PATCH /v1/{path}/{id}"), &body).await;
        assert_eq!(patched.data()[field], "Changed", "{path}");
        let listed = get(
            &sandbox,
            &format!("{path}?filter[{field}]=Changed&select=id"),
        )
        .await;
        assert_eq!(listed.data(), &json!([{"id": id}]), "{path}");
        assert_eq!(listed.body["meta"], json!({"total": 1, "hasMore": false}));
        let search = json!({"filter": {field: {"$contains": "hange"}}, "select": [field]});
        let found = post(&sandbox, &format!("{path}/search"), &search).await;
        assert_eq!(found.data(), &json!([{"id": id, field: "Changed"}]));
        let counted = json!({"op": "count", "filter": {field: "Changed"}});
        let counted = post(&sandbox, &format!("{path}/aggregate"), &counted).await;
        assert_eq!(counted.data()["count"], 1, "{path}");
        let fields = get(&sandbox, &format!("{path}/fields")).await;
        assert_eq!(fields.data()["fields"][field]["type"], "string", "{path}");
        assert_eq!(fields.data()["fields"]["id"]["readonly"], true, "{path}");

        let created = post(&sandbox, &path, &json!({field: "New"})).await;
        assert_eq!(
            (created.status, &created.body["data"][field]),
            (201, &json!("New"))
        );
        let new = created.body["data"]["id"].as_u64().unwrap();
        let deleted = call(&sandbox, &format!("DELETE /v1/{path}/{new}"), "").await;
        assert_eq!(deleted.status, 200, "{path}");
        let gone = get(&sandbox, &format!("{path}/{new}")).await;
        assert_eq!(gone.error(), (404, "ENTITY_NOT_FOUND"), "{path}");
    }
}

#[tokio::test]
async fn a_batch_reads_and_writes_every_entity() {
    let sandbox = Sandbox::start().await;
    for entity in every_entity() {
        let path = entity.path();
        let (id, field) = record_and_field(entity);
        let calls = json!([
            batch_call(entity, "update", Some(id), json!({field: "Changed"})),
            batch_call(entity, "get", Some(id), json!({})),
            batch_call(
                entity,
                "list",
                None,
                json!({"filter": {field: "Changed"}, "select": ["id"]})
            ),
            batch_call(
                entity,
                "search",
                None,
                json!({"filter": {field: "Changed"}, "select": ["id"]})
            ),
            batch_call(entity, "fields", None, json!({})),
            batch_call(entity, "create", None, json!({field: "New"})),
            batch_call(entity, "delete", Some(id), json!({})),
        ]);
        let answer = post(&sandbox, "batch", &json!({"calls": calls})).await;
        assert_eq!(answer.data()["errors"], json!({}), "{path}");
        let results = &answer.data()["results"];
        assert_eq!(results["0"][field], "Changed", "{path}");
        assert_eq!(results["1"][field], "Changed", "{path}");
        assert_eq!(results["2"], json!([{"id": id}]), "{path}");
        assert_eq!(results["3"], json!([{"id": id}]), "{path}");
        assert_eq!(results["4"]["fields"][field]["type"], "string", "{path}");
        assert_eq!(results["5"][field], "New", "{path}");
        assert_eq!(results["6"]["deleted"], true, "{path}");
        assert_eq!(sandbox.record(entity, id), None, "{path}");
        assert!(sandbox.requests().last().unwrap().dropped().is_empty());
    }
}

#[tokio::test]
async fn the_key_and_the_guide_name_every_entity() {
    let sandbox = Sandbox::start().await;
    let me = get(&sandbox, "me").await;
    let guide = get(&sandbox, "guide").await;
    for entity in every_entity() {
        let (path, url) = (entity.path(), format!("/v1/{}", entity.path()));
        assert_eq!(me.data()["api"]["entityApi"]["entities"][&path], *url);
        assert_eq!(guide.data()["entityApi"]["entities"][&path], *url);
    }
}

#[tokio::test]
async fn the_definitions_of_user_fields_name_their_entity() {
    let sandbox = Sandbox::builder()
        .user_field(Entity::Requisites, "ufCrmBranch", json!({"type": "string"}))
        .start()
        .await;
    for (path, entity_id) in [
        ("contacts", "CRM_CONTACT"),
        ("quotes", "CRM_QUOTE"),
        ("requisites", "CRM_REQUISITE"),
    ] {
        let definitions = get(&sandbox, &format!("userfields/{path}")).await;
        assert_eq!(definitions.data()[0]["entityId"], entity_id, "{path}");
    }
}
