//! The answer of `GET /v1/me` (its shape is grade O).

use serde_json::{Map, Value, json};
use vibecode_spec::Entity;

use crate::{keys::Key, wire::Action};

pub(crate) fn describe(key: &Key) -> Value {
    let scopes: &[&str] = if key.has_scope() { &["crm"] } else { &[] };
    let access = if key.may_write() {
        "READWRITE"
    } else {
        "READONLY"
    };
    let entities: Map<String, Value> = Entity::ALL
        .iter()
        .map(|entity| {
            let path = format!("/v1/{}", entity.path());
            (entity.path().to_owned(), path.into())
        })
        .collect();
    let operations: Vec<_> = Action::ALL.iter().map(|action| action.name()).collect();
    json!({
        "portal": "sandbox.invalid",
        "tariff": "sandbox",
        "scopes": scopes,
        "accessMode": access,
        "api": { "entityApi": { "entities": entities, "operations": operations } },
    })
}
