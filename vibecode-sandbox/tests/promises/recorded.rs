//! Error answers that were recorded on a portal.

use serde_json::{Value, json};
use vibecode_sandbox::Sandbox;

use crate::wire::{post, send};

#[tokio::test]
async fn errors_have_the_messages_that_were_recorded() {
    let recorded = include_str!("../../../tests/recorded/observed/errors.json");
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    let sandbox = Sandbox::start().await;
    let without_key = send(&sandbox, "GET /v1/contacts/71", &[], "").await;
    let operator = json!({"filter": {"dateCreate": {"to": "2026-01-01"}}});
    let wrong_operator = post(&sandbox, "deals/search", &operator).await;
    for (answer, name) in [
        (without_key, "missingApiKey"),
        (wrong_operator, "invalidFilterOperator"),
    ] {
        assert_eq!(recorded[name]["status"], answer.status, "{name}");
        assert_eq!(recorded[name]["body"], answer.body, "{name}");
    }
}
