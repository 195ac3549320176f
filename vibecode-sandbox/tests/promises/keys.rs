use serde_json::json;
use vibecode_sandbox::{Key, Sandbox};

use crate::wire::send;

const GET: &str = "GET /v1/contacts/71";
const PATCH: &str = "PATCH /v1/contacts/71";

/// Sends with this key and, if it is not empty, this session token.
async fn refusal(sandbox: &Sandbox, request: &str, key: &str, token: &str) -> (u16, String) {
    let key = format!("X-Api-Key: {key}");
    let token = format!("Authorization: Bearer {token}");
    let headers = if token.ends_with(' ') {
        vec![&*key]
    } else {
        vec![&*key, &*token]
    };
    let answer = send(sandbox, request, &headers, r#"{"post":"Director"}"#).await;
    if answer.status == 200 {
        return (200, String::new());
    }
    let (status, code) = answer.error();
    (status, code.to_owned())
}

#[tokio::test]
async fn a_request_without_a_key_is_401() {
    let sandbox = Sandbox::start().await;
    let answer = send(&sandbox, GET, &[], "").await;
    assert_eq!(answer.error(), (401, "MISSING_API_KEY"));
    let answer = send(&sandbox, GET, &["X-Api-Key: "], "").await;
    assert_eq!(answer.error(), (401, "MISSING_API_KEY"));
}

#[tokio::test]
async fn an_unknown_key_is_refused_by_its_kind() {
    let sandbox = Sandbox::start().await;
    for (key, code) in [
        ("vibe_api_nobody", "INVALID_API_KEY"),
        ("vibe_app_nobody", "INVALID_APP_KEY"),
        ("vibe_live_nobody", "INVALID_API_KEY"),
        ("whatever", "INVALID_API_KEY"),
    ] {
        let refused = refusal(&sandbox, GET, key, "").await;
        assert_eq!(refused, (401, code.to_owned()), "{key}");
    }
}

#[tokio::test]
async fn an_apps_key_needs_a_good_session() {
    let sandbox = Sandbox::start().await;
    for (token, status, code) in [
        ("", 401, "TOKEN_MISSING"),
        ("vibe_session_nobody", 401, "INVALID_SESSION"),
        (Sandbox::EXPIRED_SESSION_TOKEN, 401, "TOKEN_EXPIRED"),
        (Sandbox::SESSION_TOKEN, 200, ""),
    ] {
        let refused = refusal(&sandbox, PATCH, Sandbox::APP_KEY, token).await;
        assert_eq!(refused, (status, code.to_owned()), "{token}");
    }
}

#[tokio::test]
async fn a_key_has_the_expired_sessions_that_it_was_given() {
    let key = Key::app("vibe_app_shop")
        .session("vibe_session_open")
        .expired_session("vibe_session_old");
    let sandbox = Sandbox::builder().key(key).start().await;
    for (token, status, code) in [
        ("vibe_session_open", 200, ""),
        ("vibe_session_old", 401, "TOKEN_EXPIRED"),
        ("vibe_session_nobody", 401, "INVALID_SESSION"),
    ] {
        for request in [GET, PATCH] {
            let refused = refusal(&sandbox, request, "vibe_app_shop", token).await;
            assert_eq!(refused, (status, code.to_owned()), "{token}");
        }
    }
    sandbox.add_session("vibe_session_old");
    let refused = refusal(&sandbox, GET, "vibe_app_shop", "vibe_session_old").await;
    assert_eq!(refused.0, 200);
}

#[tokio::test]
async fn a_session_ends_and_begins_in_mid_run() {
    let sandbox = Sandbox::start().await;
    let status = async |token| refusal(&sandbox, GET, Sandbox::APP_KEY, token).await;
    sandbox.expire_session(Sandbox::SESSION_TOKEN);
    sandbox.expire_session("vibe_session_nobody");
    sandbox.add_session("vibe_session_new");
    let expired = (401, "TOKEN_EXPIRED".to_owned());
    assert_eq!(status(Sandbox::SESSION_TOKEN).await, expired);
    assert_eq!(status("vibe_session_nobody").await.1, "INVALID_SESSION");
    assert_eq!(status("vibe_session_new").await.0, 200);
    sandbox.add_session(Sandbox::SESSION_TOKEN);
    assert_eq!(status(Sandbox::SESSION_TOKEN).await.0, 200);
}

#[tokio::test]
async fn every_refusal_of_a_key_has_a_key_of_its_own() {
    let sandbox = Sandbox::start().await;
    for (key, status, code) in [
        (
            Sandbox::MANAGEMENT_KEY,
            403,
            "MANAGEMENT_KEY_NO_ENTITY_ACCESS",
        ),
        (Sandbox::UNSCOPED_KEY, 403, "SCOPE_DENIED"),
        (Sandbox::TOKENLESS_KEY, 401, "TOKEN_MISSING"),
        (Sandbox::DENIED_KEY, 403, "ACCESS_DENIED"),
    ] {
        for request in [GET, PATCH, "GET /v1/contacts/fields"] {
            let refused = refusal(&sandbox, request, key, "").await;
            assert_eq!(refused, (status, code.to_owned()), "{request}");
        }
    }
    assert!(sandbox.contact(71).unwrap()["post"].is_null());
}

#[tokio::test]
async fn a_read_only_key_reads_and_does_not_write() {
    let sandbox = Sandbox::start().await;
    let read = refusal(&sandbox, GET, Sandbox::READ_ONLY_KEY, "").await;
    assert_eq!(read.0, 200);
    let written = refusal(&sandbox, PATCH, Sandbox::READ_ONLY_KEY, "").await;
    assert_eq!(written, (403, "WRITE_BLOCKED_READONLY_KEY".to_owned()));
}

#[tokio::test]
async fn a_test_brings_keys_of_its_own() {
    let sandbox = Sandbox::builder()
        .key(Key::personal("vibe_api_x").read_only().denied())
        .key(Key::app("vibe_app_x").session("vibe_session_y"))
        .key(Key::management("vibe_live_x"))
        .key(Key::personal(Sandbox::DENIED_KEY))
        .start()
        .await;
    for (key, token, status) in [
        ("vibe_api_x", "", 403),
        ("vibe_app_x", "vibe_session_y", 200),
        ("vibe_app_x", Sandbox::SESSION_TOKEN, 401),
        ("vibe_live_x", "", 403),
        (Sandbox::DENIED_KEY, "", 200),
        (Sandbox::API_KEY, "", 200),
    ] {
        let answered = refusal(&sandbox, PATCH, key, token).await;
        assert_eq!(answered.0, status, "{key}");
    }
}

#[tokio::test]
async fn me_describes_the_key_whatever_it_may_do() {
    let sandbox = Sandbox::start().await;
    for (key, access, has_crm, kind, user) in [
        (Sandbox::API_KEY, "READWRITE", true, "personal", json!(1)),
        (
            Sandbox::READ_ONLY_KEY,
            "READONLY",
            true,
            "personal",
            json!(1),
        ),
        (
            Sandbox::UNSCOPED_KEY,
            "READWRITE",
            false,
            "personal",
            json!(1),
        ),
        (
            Sandbox::MANAGEMENT_KEY,
            "READWRITE",
            true,
            "management",
            json!(null),
        ),
    ] {
        let header = format!("x-api-key: {key}");
        let answer = send(&sandbox, "GET /v1/me", &[&header], "").await;
        let me = answer.data();
        assert_eq!(me["accessMode"], access);
        let scopes = me["scopes"].as_array().unwrap();
        assert_eq!(scopes.contains(&json!("crm")), has_crm);
        assert_eq!(me["type"], kind);
        assert_eq!(me["owner"], json!({"userId": 1}));
        assert_eq!(me["currentUser"]["bitrixUserId"], user);
        let entities = &me["api"]["entityApi"]["entities"];
        assert_eq!(entities["contacts"], "/v1/contacts");
    }
}

#[test]
fn the_text_of_a_key_is_not_in_its_debug() {
    let key = Key::app("vibe_app_secret").session("vibe_session_secret");
    assert!(!format!("{key:?}").contains("secret"));
    let builder = Sandbox::builder().key(key);
    assert!(!format!("{builder:?}").contains("secret"));
}
