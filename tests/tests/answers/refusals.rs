//! Answers that report a failure.

use std::time::Duration;

use vibecode_runtime::{ContactId, ErrorCode, ErrorKind, Outcome};

use crate::{
    caller::{Attempts, Customer, assert_shows_nothing, builder, client, update},
    case::{Case, check},
    server::{Behaviour, Server},
    written::{SECRET, bytes, envelope, html, json, limited, refusal, success, whole},
};

#[tokio::test(start_paused = true)]
async fn a_refusal_with_the_apis_envelope_has_changed_nothing() {
    let refused = |status, code: &'static str| {
        Case::refused(code, refusal(status, code), ErrorKind::Api)
            .status(status)
            .code(ErrorCode::from_wire(code))
    };
    check([
        refused(400, "INVALID_REQUEST"),
        refused(401, "TOKEN_MISSING"),
        refused(403, "ACCESS_DENIED"),
        refused(404, "ENTITY_NOT_FOUND"),
        refused(402, "BRAND_NEW").unknown_if_it_adds(),
        refused(409, "BRAND_NEW").unknown_if_it_adds(),
        refused(422, "BITRIX_ERROR").unknown_if_it_adds(),
        refused(429, "BRAND_NEW").unknown_if_it_adds(),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_the_api_puts_off_is_sent_again_whatever_it_does() {
    let put_off = |status, code: &'static str| {
        Case::put_off(code, refusal(status, code), ErrorKind::Api)
            .status(status)
            .code(ErrorCode::from_wire(code))
    };
    check([
        put_off(429, "RATE_LIMITED"),
        put_off(503, "QUERY_LIMIT_EXCEEDED").unknown_if_it_adds(),
        put_off(503, "QUEUE_OVERFLOW").unknown_if_it_adds(),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_failure_behind_the_api_is_unknown_with_whatever_status() {
    for code in [
        "BITRIX_TIMEOUT",
        "BITRIX_UNAVAILABLE",
        "QUEUE_TIMEOUT",
        "TIMEOUT_QUARANTINE",
        "OPERATION_TIME_LIMIT",
        "INTERNAL_ERROR",
    ] {
        for status in [400, 422, 429, 503] {
            Case::unknown(code, refusal(status, code), ErrorKind::Api)
                .status(status)
                .code(ErrorCode::from_wire(code))
                .check()
                .await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_loop_of_errors_is_not_gone_on_with() {
    let code = "ERROR_LOOP_DETECTED";
    check([
        Case::refused("400", refusal(400, code), ErrorKind::Api)
            .status(400)
            .code(ErrorCode::ErrorLoopDetected),
        Case::refused("429", refusal(429, code), ErrorKind::Api)
            .unknown_if_it_adds()
            .status(429)
            .code(ErrorCode::ErrorLoopDetected),
        Case::unknown("503", refusal(503, code), ErrorKind::Api)
            .never_again()
            .status(503)
            .code(ErrorCode::ErrorLoopDetected),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_4xx_that_is_not_the_apis_leaves_the_outcome_unknown() {
    check([
        Case::unknown("HTML in a 403", html(403), ErrorKind::NotJson).status(403),
        Case::unknown("an empty 404", json(404, ""), ErrorKind::NotJson).status(404),
        Case::unknown(
            "JSON in a 400",
            json(400, r#"{"error":"x"}"#),
            ErrorKind::Unexpected,
        )
        .status(400),
        Case::unknown(
            "an error that is a text",
            json(400, r#"{"success":false,"error":"ACCESS_DENIED"}"#),
            ErrorKind::Unexpected,
        )
        .status(400),
        Case::unknown(
            "a success in a 400",
            json(400, &success("71")),
            ErrorKind::Unexpected,
        )
        .status(400),
        Case::unknown(
            "no code in a 400",
            json(400, r#"{"success":false,"error":{"message":"x"}}"#),
            ErrorKind::Api,
        )
        .status(400),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn statuses_that_may_be_repeated_by_anyone_leave_the_outcome_unknown() {
    for status in [408, 421, 425] {
        check([
            Case::unknown(
                "with a code",
                refusal(status, "INVALID_REQUEST"),
                ErrorKind::Api,
            )
            .status(status)
            .code(ErrorCode::InvalidRequest),
            Case::unknown("as HTML", html(status), ErrorKind::NotJson).status(status),
        ])
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_5xx_leaves_the_outcome_unknown() {
    check([
        Case::unknown("500", refusal(500, "INTERNAL_ERROR"), ErrorKind::Api)
            .status(500)
            .code(ErrorCode::InternalError),
        Case::unknown("502", refusal(502, "BITRIX_UNAVAILABLE"), ErrorKind::Api)
            .status(502)
            .code(ErrorCode::BitrixUnavailable),
        Case::unknown("504", refusal(504, "QUEUE_TIMEOUT"), ErrorKind::Api)
            .status(504)
            .code(ErrorCode::QueueTimeout),
        // The codes that count as a refusal with a 503, with another status.
        Case::unknown("500 listed", refusal(500, "QUEUE_OVERFLOW"), ErrorKind::Api)
            .status(500)
            .code(ErrorCode::QueueOverflow),
        Case::unknown(
            "503 unlisted",
            refusal(503, "BITRIX_TIMEOUT"),
            ErrorKind::Api,
        )
        .status(503)
        .code(ErrorCode::BitrixTimeout),
        Case::unknown("503 HTML", html(503), ErrorKind::NotJson).status(503),
        Case::unknown("HTML in a 500", html(500), ErrorKind::NotJson).status(500),
        Case::unknown("HTML in a 504", html(504), ErrorKind::NotJson).status(504),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_429_says_how_long_to_wait_and_has_changed_nothing() {
    let case = |name, answer| {
        Case::put_off(name, answer, ErrorKind::Api)
            .status(429)
            .code(ErrorCode::RateLimited)
    };
    check([
        case("in the header", limited("retry-after: 7\r\n", "")).retry_after(7.0),
        case("in the body", limited("", r#","retryAfter":5"#)).retry_after(5.0),
        case("as text", limited("", r#","retryAfter":"5""#)).retry_after(5.0),
        case("a part of a second", limited("", r#","retryAfter":0.5"#)).retry_after(0.5),
        case("nowhere", limited("", "")),
        case("below zero", limited("retry-after: -1\r\n", "")),
        case("no number", limited("retry-after: soon\r\n", "")),
        case("endless", limited("", r#","retryAfter":"inf""#)),
    ])
    .await;
    // Without the API's envelope it may come from any server.
    Case::unknown(
        "a gateway's",
        whole(429, "retry-after: 3\r\n", "<html></html>"),
        ErrorKind::NotJson,
    )
    .status(429)
    .retry_after(3.0)
    .check()
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_503_says_how_long_to_wait_too() {
    let body = envelope("QUERY_LIMIT_EXCEEDED");
    let answer = whole(503, "Retry-After: 2\r\n", &body);
    Case::put_off("503", answer, ErrorKind::Api)
        .unknown_if_it_adds()
        .status(503)
        .code(ErrorCode::QueryLimitExceeded)
        .retry_after(2.0)
        .check()
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_429_that_came_before_the_body_was_read_has_changed_nothing() {
    let answer = bytes(429, "retry-after: 1\r\n", &envelope("RATE_LIMITED"));
    for patch in [
        Customer::patch().post("x".repeat(64)),
        Customer::patch().post("x".repeat(8 * 1024 * 1024)),
    ] {
        let server = Server::start(Behaviour::AnswerEarly(answer.clone())).await;
        let client = client(&server.url());
        let error = client.update(71, &patch).await.unwrap_err();
        assert_eq!(error.code(), Some(&ErrorCode::RateLimited), "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
        assert_eq!(server.connections(), 1);
    }
}

/// The reset may overtake the answer, or not.
#[tokio::test(start_paused = true)]
async fn a_429_that_a_reset_runs_after_is_read_or_leaves_the_outcome_unknown() {
    let answer = bytes(429, "", &envelope("RATE_LIMITED"));
    for size in [64, 8 * 1024 * 1024] {
        let server = Server::start(Behaviour::AnswerUnread(answer.clone())).await;
        let attempts = Attempts::default();
        let client = builder(&server.url()).throttle(attempts.throttle());
        let patch = Customer::patch().post("x".repeat(size)).add_phone(SECRET);
        let error = client
            .build()
            .unwrap()
            .update(71, &patch)
            .await
            .unwrap_err();
        match error.kind() {
            ErrorKind::Api => assert_eq!(error.code(), Some(&ErrorCode::RateLimited)),
            kind => {
                assert_eq!(kind, ErrorKind::Interrupted, "{error:?}");
                assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
            }
        }
        // It is sent again only if the 429 was read.
        assert_eq!(server.connections(), attempts.count());
        assert!(error.kind() == ErrorKind::Api || attempts.count() < 3);
        assert_shows_nothing(&error);
    }
}

#[tokio::test]
async fn a_read_that_fails_has_never_changed_anything() {
    for behaviour in [
        html(502),
        Behaviour::Reset,
        json(200, &success("72")),
        refusal(500, "INTERNAL_ERROR"),
    ] {
        let server = Server::start(behaviour).await;
        let read = client(&server.url()).get_raw(ContactId::from(71));
        let error = read.await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotApplied, "{error:?}");
        assert_eq!(server.requests().len(), 1);
        assert_shows_nothing(&error);
    }
}

#[tokio::test]
async fn the_apis_own_words_are_there_for_who_asks() {
    let body = r#"{"success":false,"error":{"code":"BITRIX_ERROR","message":"a","hint":"b","b24Code":"OVERLOAD_LIMIT","retryAfter":null}}"#;
    let server = Server::start(json(422, body)).await;
    let error = update(&client(&server.url())).await.unwrap_err();
    assert_eq!(error.message(), Some("a"));
    assert_eq!(error.hint(), Some("b"));
    assert_eq!(error.b24_code(), Some("OVERLOAD_LIMIT"));
    assert_eq!(error.retry_after(), None);
}
