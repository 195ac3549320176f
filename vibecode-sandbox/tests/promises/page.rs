use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use vibecode_sandbox::{Fault, Sandbox};

use crate::wire::{Exchange, address, call_raw, exchange, exchange_as, get, patch, post};

async fn with_page(contacts: Value) -> Sandbox {
    let seed = json!({ "contacts": contacts });
    Sandbox::builder().page().seed(seed).start().await
}

async fn page(sandbox: &Sandbox, path: &str) -> Exchange {
    exchange_as(sandbox, address(sandbox), &format!("GET {path}"), &[], "").await
}

#[tokio::test]
async fn no_page_is_served_unless_it_is_asked_for() {
    let sandbox = Sandbox::start().await;
    let answer = call_raw(&sandbox, "GET /", "").await;
    assert_eq!(answer.answer().error(), (404, "ROUTE_NOT_FOUND"));
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test]
async fn the_page_shows_contacts_and_requests_and_is_not_logged_itself() {
    let sandbox = with_page(json!([{ "id": 71, "name": "Ivan", "phone": "+79160000001" }])).await;
    patch(
        &sandbox,
        &json!({ "psot": "Director", "phone": "+79160000002" }),
    )
    .await;
    let document = page(&sandbox, "/").await;
    let (head, body) = document.head_and_body();
    assert!(head.contains("content-type: text/html"), "{head}");
    for shown in [
        "Ivan",
        "+79160000001",
        "+79160000002",
        "psot",
        "/v1/contacts/71",
    ] {
        assert!(body.contains(shown), "{shown} is not in {body}");
    }
    for part in ["/page.css", "/page.js", "/favicon.ico"] {
        assert!(page(&sandbox, part).await.status() < 300, "{part}");
    }
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test]
async fn no_key_and_no_session_is_shown() {
    let sandbox = with_page(json!([])).await;
    let headers = [
        "X-Api-Key: vibe_app_secret",
        "Authorization: Bearer vibe_session_secret",
    ];
    exchange(&sandbox, "GET /v1/contacts/71", &headers, "").await;
    for path in ["/", "/state"] {
        let shown = page(&sandbox, path).await;
        let (_, body) = shown.head_and_body();
        assert!(
            body.contains("/v1/contacts/71") && !body.contains("secret"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn what_is_shown_cannot_run() {
    let sandbox =
        with_page(json!([{ "id": 1, "name": "</script><script>alert(1)</script>" }])).await;
    let document = page(&sandbox, "/").await;
    let policy = document.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"));
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(document.header("x-content-type-options"), Some("nosniff"));
    let (_, body) = document.head_and_body();
    assert!(!body.contains("<script>alert"), "{body}");
    assert!(body.contains("alert(1)"));
}

#[tokio::test]
async fn another_host_is_refused_the_page_but_not_the_api() {
    let sandbox = with_page(json!([{ "id": 71, "name": "Ivan" }])).await;
    let rebound = exchange(&sandbox, "GET /state", &[], "").await;
    assert_eq!(rebound.status(), 403);
    assert_eq!(
        call_raw(&sandbox, "GET /v1/contacts/71", "").await.status(),
        200
    );
}

#[tokio::test]
async fn a_request_is_shown_whole_to_this_machine_alone() {
    let sandbox = with_page(json!([{ "id": 71 }])).await;
    let long = "я".repeat(10_000);
    patch(&sandbox, &json!({ "comments": long })).await;
    let state = page(&sandbox, "/state").await.answer().body;
    let shown = &state["requests"][0];
    assert_eq!(
        (&shown["bodyIsCut"], &shown["answerIsCut"]),
        (&json!(true), &json!(true))
    );
    let whole = page(&sandbox, "/request?serial=0").await.answer().body;
    assert_eq!(
        (&whole["bodyIsCut"], &whole["answerIsCut"]),
        (&json!(false), &json!(false))
    );
    for part in ["body", "answer"] {
        assert!(whole[part].as_str().unwrap().contains(&long), "{part}");
    }
    assert_eq!(page(&sandbox, "/request?serial=1").await.status(), 404);
    let rebound = exchange(&sandbox, "GET /request?serial=0", &[], "").await;
    assert_eq!(rebound.status(), 403);
}

#[tokio::test]
async fn a_refusal_and_the_failed_calls_of_a_batch_are_shown_with_their_reasons() {
    let sandbox = with_page(json!([{ "id": 71 }])).await;
    patch(&sandbox, &json!({ "phone": 5 })).await;
    let call = |id: &str, record: u32| json!({ "id": id, "entity": "contacts", "action": "get", "entityId": record });
    let calls = json!({ "calls": [call("a", 71), call("b", 9999)] });
    post(&sandbox, "batch", &calls).await;
    let state = page(&sandbox, "/state").await.answer().body;
    let (batch, refused) = (&state["requests"][0], &state["requests"][1]);
    assert_eq!(refused["error"]["code"], "INVALID_MULTIFIELD_SHAPE");
    assert!(refused["error"]["hint"].is_string());
    let failed = json!([{ "id": "b", "code": "ENTITY_NOT_FOUND", "message": "Item not found" }]);
    assert_eq!(batch["failed"], failed);
}

#[tokio::test]
async fn answers_of_the_latest_requests_alone_are_kept() {
    let sandbox = with_page(json!([{ "id": 71 }])).await;
    for _ in 0..201 {
        get(&sandbox, "contacts/71").await;
    }
    for (serial, is_kept) in [(0, false), (1, true), (200, true)] {
        let path = format!("/request?serial={serial}");
        let request = page(&sandbox, &path).await.answer().body;
        assert_eq!(request["answer"] != "", is_kept, "{serial}");
    }
}

#[tokio::test]
async fn news_come_when_there_are_some() {
    let sandbox = with_page(json!([{ "id": 71, "name": "Ivan" }])).await;
    let state = page(&sandbox, "/state").await.answer().body;
    let revision = state["revision"].as_u64().unwrap();
    let path = format!("/state?after={revision}");
    let waits = page(&sandbox, &path);
    let mut waits = std::pin::pin!(waits);
    assert!(
        timeout(Duration::from_millis(100), waits.as_mut())
            .await
            .is_err()
    );
    let ((), news) = tokio::join!(
        async {
            patch(&sandbox, &json!({ "post": "Director" })).await;
        },
        waits
    );
    let news = news.answer().body;
    assert!(news["revision"].as_u64().unwrap() > revision);
    assert_eq!(news["requests"][0]["method"], "PATCH");
    // An older page asks with a revision that this sandbox never had.
    let at_once = page(&sandbox, "/state?after=1000000");
    assert!(timeout(Duration::from_secs(5), at_once).await.is_ok());
}

#[tokio::test]
async fn a_request_without_an_answer_is_shown_as_over() {
    let sandbox = with_page(json!([{ "id": 71 }])).await;
    sandbox.fault(Fault::drop_after());
    call_raw(&sandbox, "PATCH /v1/contacts/71", r#"{"post":"Director"}"#).await;
    let state = page(&sandbox, "/state").await.answer().body;
    let request = &state["requests"][0];
    assert_eq!(request["fault"], "drop_after");
    assert_eq!(
        (&request["status"], &request["over"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(request["applied"], true);
}
