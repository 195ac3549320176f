use serde_json::json;
use vibecode_sandbox::Sandbox;

use crate::wire::{call, get, patch, send};

#[tokio::test]
async fn a_request_is_logged_as_it_came() {
    let sandbox = Sandbox::start().await;
    let body = "{ \"post\" : \"Директор\",\n\"post\":\"Director\" }";
    call(&sandbox, "PATCH /v1/contacts/71?trace=1", body).await;
    let requests = sandbox.requests();
    let request = &requests[0];
    assert_eq!(request.method(), "PATCH");
    assert_eq!(request.path(), "/v1/contacts/71");
    assert_eq!(request.query(), Some("trace=1"));
    assert_eq!(request.body(), body.as_bytes());
    assert_eq!(request.body_str(), body);
    assert_eq!(request.header("x-api-key"), Some(Sandbox::API_KEY));
    assert_eq!(request.headers()["host"], "sandbox");
    assert_eq!(request.status().unwrap(), 200);
    assert_eq!(request.error_code(), None);
}

#[tokio::test]
async fn refused_requests_are_logged_with_their_code() {
    let sandbox = Sandbox::start().await;
    send(&sandbox, "GET /v1/contacts/71", &[], "").await;
    get(&sandbox, "contact/71").await;
    patch(&sandbox, &json!({"unknown": 1, "phone": 5})).await;
    let requests = sandbox.requests();
    let codes: Vec<_> = requests
        .iter()
        .map(|request| request.error_code().unwrap())
        .collect();
    assert_eq!(
        codes,
        [
            "MISSING_API_KEY",
            "ROUTE_NOT_FOUND",
            "INVALID_MULTIFIELD_SHAPE"
        ]
    );
    let statuses: Vec<_> = requests
        .iter()
        .map(|request| request.status().unwrap().as_u16())
        .collect();
    assert_eq!(statuses, [401, 404, 400]);
    assert!(requests[2].dropped().is_empty());
}

#[tokio::test]
async fn keys_and_sessions_are_not_in_the_debug_of_a_request() {
    let sandbox = Sandbox::start().await;
    let headers = [
        "X-Api-Key: vibe_app_secret",
        "Authorization: Bearer vibe_session_secret",
    ];
    send(&sandbox, "GET /v1/me", &headers, "").await;
    let requests = sandbox.requests();
    let debug = format!("{requests:?}");
    assert!(
        debug.contains("x-api-key") && !debug.contains("secret"),
        "{debug}"
    );
    assert_eq!(requests[0].header("X-Api-Key"), Some("vibe_app_secret"));
}

#[tokio::test]
async fn the_log_can_be_cleared() {
    let sandbox = Sandbox::start().await;
    get(&sandbox, "me").await;
    sandbox.clear_requests();
    assert!(sandbox.requests().is_empty());
    get(&sandbox, "me").await;
    assert_eq!(sandbox.requests().len(), 1);
}
