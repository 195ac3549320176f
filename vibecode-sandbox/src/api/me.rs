//! The answers of `GET /v1/me` and `GET /v1/guide` (their shapes are grade O, as recorded).

use serde_json::{Map, Value, json};

use crate::{
    keys::Key,
    portal::{HOST, Portal},
    wire::Catalogue,
};

const OPERATIONS: &[&str] = &[
    "GET (list/by-id)",
    "POST (create)",
    "PATCH (update)",
    "DELETE",
    "GET /fields",
    "POST /search",
    "POST /aggregate",
    "POST /batch",
];

/// The user that the key belongs to: the first of the default portal.
const OWNER: u64 = 1;

pub(crate) fn describe(key: &Key, portal: &Portal) -> Value {
    let scopes: &[&str] = if key.has_scope() {
        &["crm", "user", "user_basic", "user_brief"]
    } else {
        &[]
    };
    let access = if key.may_write() {
        "READWRITE"
    } else {
        "READONLY"
    };
    let user = if key.acts_for_a_user() {
        json!({ "bitrixUserId": OWNER })
    } else {
        Value::Null
    };
    json!({
        "portal": HOST,
        "type": key.type_name(),
        "tariff": {
            "code": "sandbox",
            "name": "Sandbox",
            "isCommercial": false,
            "wasEverCommercial": false,
            "kind": "CLOUD",
        },
        "scopes": scopes,
        "accessMode": access,
        "owner": { "userId": OWNER },
        "currentUser": user,
        "api": { "entityApi": { "entities": entities(portal), "operations": OPERATIONS } },
        "infra": {
            "enabled": false,
            "providers": [],
            "limits": { "execTimeout": 600, "logsLinesMax": 500 },
        },
    })
}

pub(crate) fn guide(portal: &Portal) -> Value {
    json!({
        "entityApi": {
            "description": "The entities of the sandbox.",
            "entities": entities(portal),
            "operations": OPERATIONS,
            "docs": {
                "overview": "https://vibecode.bitrix24.tech/docs-content/entity-api.md",
                "filtering": "https://vibecode.bitrix24.tech/docs-content/filtering.md",
            },
        },
    })
}

fn entities(portal: &Portal) -> Map<String, Value> {
    let mut paths: Vec<String> = portal.tables.keys().map(|entity| entity.path()).collect();
    paths.extend(Catalogue::ALL.iter().map(|each| each.path().to_owned()));
    paths.sort_unstable();
    let paths = paths.into_iter();
    paths
        .map(|path| {
            let url = format!("/v1/{path}");
            (path, url.into())
        })
        .collect()
}
