use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use vibecode_sandbox::{Entity, Fault, Sandbox};

use crate::wire::{Exchange, call_raw, get};

const SECOND: Duration = Duration::from_secs(1);

/// Sends a PATCH of contact 71 that meets this fault, and returns the outcome and whether it was
/// applied, which the log must say too.
async fn meet(fault: Fault) -> (Exchange, bool, Sandbox) {
    let sandbox = Sandbox::start().await;
    let name = fault.name();
    sandbox.fault(fault);
    let exchange = call_raw(&sandbox, "PATCH /v1/contacts/71", r#"{"post":"Director"}"#).await;
    let applied = sandbox.contact(71).unwrap()["post"] == "Director";
    let requests = sandbox.requests();
    assert_eq!(requests[0].fault().unwrap().name(), name);
    assert_eq!(requests[0].was_applied(), applied, "{name}");
    (exchange, applied, sandbox)
}

fn code(exchange: &Exchange) -> String {
    let answer = exchange.answer();
    answer.error().1.to_owned()
}

#[tokio::test]
async fn a_dropped_connection_ends_in_order_and_without_an_answer() {
    for (fault, expected) in [(Fault::drop_before(), false), (Fault::drop_after(), true)] {
        let (exchange, applied, sandbox) = meet(fault).await;
        assert!(exchange.ended.is_ok() && exchange.bytes.is_empty());
        assert_eq!(applied, expected);
        assert_eq!(sandbox.requests()[0].status(), None);
    }
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    for (fault, expected) in [(Fault::reset_before(), false), (Fault::reset_after(), true)] {
        let (exchange, applied, _sandbox) = meet(fault).await;
        assert!(exchange.is_reset() && exchange.bytes.is_empty());
        assert_eq!(applied, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_write_comes_that_much_after_the_connection_was_closed() {
    let begin = Instant::now();
    let (exchange, applied, sandbox) = meet(Fault::late(30 * SECOND)).await;
    assert!(exchange.ended.is_ok() && exchange.bytes.is_empty() && !applied);
    assert_eq!(begin.elapsed(), Duration::ZERO);
    sleep(29 * SECOND).await;
    assert!(sandbox.contact(71).unwrap()["post"].is_null());
    sleep(2 * SECOND).await;
    assert_eq!(sandbox.contact(71).unwrap()["post"], "Director");
    let requests = sandbox.requests();
    assert!(requests[0].was_applied() && requests[0].status().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_delayed_answer_is_proper_and_the_connection_goes_on() {
    let begin = Instant::now();
    let (exchange, applied, _sandbox) = meet(Fault::delay(10 * SECOND)).await;
    assert!(applied);
    assert_eq!(exchange.answer().data()["post"], "Director");
    assert!(begin.elapsed() >= 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_request_is_never_answered() {
    for (fault, expected) in [(Fault::hang(), false), (Fault::hang_after(), true)] {
        let sandbox = Sandbox::start().await;
        sandbox.fault(fault);
        let request = call_raw(&sandbox, "PATCH /v1/contacts/71", r#"{"post":"x"}"#);
        assert!(timeout(3600 * SECOND, request).await.is_err());
        assert_eq!(sandbox.requests()[0].was_applied(), expected);
        assert_eq!(sandbox.requests()[0].status(), None);
        assert_eq!(get(&sandbox, "contacts/71").await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_trickled_answer_is_whole_in_the_end() {
    let begin = Instant::now();
    let (exchange, applied, _sandbox) = meet(Fault::trickle(SECOND)).await;
    assert!(applied);
    assert_eq!(exchange.answer().data()["post"], "Director");
    let morsels = u32::try_from(exchange.bytes.len().div_ceil(16)).unwrap();
    assert!(begin.elapsed() >= (morsels - 1) * SECOND);
}

#[tokio::test]
async fn a_rate_limit_says_how_long_in_the_body_and_in_the_header() {
    let (exchange, applied, _sandbox) =
        meet(Fault::rate_limited(Duration::from_millis(2500))).await;
    assert!(!applied);
    assert_eq!(
        (exchange.status(), &*code(&exchange)),
        (429, "RATE_LIMITED")
    );
    assert_eq!(exchange.answer().body["error"]["retryAfter"], 3);
    assert_eq!(exchange.header("retry-after"), Some("3"));
}

#[tokio::test]
async fn a_rate_limit_may_give_a_date_alone() {
    let (exchange, applied, _sandbox) = meet(Fault::rate_limited_until(SECOND)).await;
    assert!(!applied);
    assert!(exchange.answer().body["error"].get("retryAfter").is_none());
    let date = exchange.header("retry-after").unwrap();
    assert!(date.ends_with(" GMT") && date.len() == 29, "{date}");
    assert_ne!(Some(date), exchange.header("date"));
}

#[tokio::test]
async fn errors_in_the_envelope_have_their_status_and_their_default() {
    for (fault, status, expected, applies) in [
        (
            Fault::query_limit_exceeded(),
            503,
            "QUERY_LIMIT_EXCEEDED",
            false,
        ),
        (Fault::bad_gateway(), 502, "BITRIX_UNAVAILABLE", true),
        (Fault::queue_timeout(), 504, "QUEUE_TIMEOUT", true),
        (Fault::server_error(), 500, "INTERNAL_ERROR", false),
        (Fault::overload_limit(), 422, "BITRIX_ERROR", false),
        (Fault::success_false(), 200, "BITRIX_ERROR", false),
        (
            Fault::error("OPERATION_TIME_LIMIT"),
            429,
            "OPERATION_TIME_LIMIT",
            false,
        ),
        (Fault::error("QUEUE_OVERFLOW"), 500, "QUEUE_OVERFLOW", false),
    ] {
        let (exchange, applied, sandbox) = meet(fault).await;
        assert_eq!((exchange.status(), &*code(&exchange)), (status, expected));
        assert_eq!(applied, applies, "{expected}");
        let requests = sandbox.requests();
        assert_eq!(requests[0].status().unwrap(), status);
        assert_eq!(requests[0].error_code(), Some(expected));
    }
    let (exchange, ..) = meet(Fault::overload_limit()).await;
    assert_eq!(exchange.answer().body["error"]["b24Code"], "OVERLOAD_LIMIT");
}

#[tokio::test]
async fn gateways_answer_pages() {
    for (fault, status, applies) in [
        (Fault::unavailable_html(), 503, false),
        (Fault::bad_gateway_html(), 502, true),
        (Fault::html(), 200, true),
    ] {
        let (exchange, applied, _sandbox) = meet(fault).await;
        assert_eq!((exchange.status(), applied), (status, applies));
        assert_eq!(
            exchange.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert!(exchange.head_and_body().1.starts_with("<html>"));
    }
}

#[tokio::test]
async fn bodies_that_are_not_an_answer_come_with_a_good_status() {
    let (exchange, applied, _sandbox) = meet(Fault::no_content()).await;
    assert_eq!((exchange.status(), applied), (204, true));
    assert!(exchange.head_and_body().1.is_empty());

    let (exchange, applied, _sandbox) = meet(Fault::garbage()).await;
    assert!(applied && exchange.bytes.starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert!(exchange.bytes.ends_with(b"\xff\x00,,"));

    let (exchange, applied, _sandbox) = meet(Fault::another_record()).await;
    let answer = exchange.answer();
    assert!(applied && answer.data()["post"] == "Director");
    assert_eq!(answer.data()["id"], 72);
}

#[tokio::test]
async fn a_creation_is_answered_with_an_earlier_record() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::another_record().on("POST"));
    let exchange = call_raw(&sandbox, "POST /v1/contacts", r#"{"name":"Vera"}"#).await;
    assert_eq!(exchange.status(), 201);
    let answer: Value = serde_json::from_str(exchange.head_and_body().1).unwrap();
    let id = answer["data"]["id"].as_u64().unwrap();
    assert_eq!(sandbox.contact(id).unwrap(), answer["data"]);
    assert_ne!(answer["data"]["name"], "Vera");
}

#[tokio::test]
async fn a_cut_off_answer_is_shorter_than_it_says() {
    let (exchange, applied, sandbox) = meet(Fault::cut_off()).await;
    assert!(applied && exchange.ended.is_ok());
    let length: usize = exchange.header("content-length").unwrap().parse().unwrap();
    let body = exchange.head_and_body().1;
    assert!(body.len() < length && body.starts_with("{\"data\":"));
    assert_eq!(sandbox.requests()[0].status().unwrap(), 200);

    let (exchange, applied, _sandbox) = meet(Fault::cut_off_chunked()).await;
    assert!(applied && exchange.ended.is_ok());
    assert_eq!(exchange.header("transfer-encoding"), Some("chunked"));
    assert!(exchange.bytes.ends_with(b"\r\n") && !exchange.bytes.ends_with(b"0\r\n\r\n"));
}

#[tokio::test]
async fn an_oversized_answer_is_longer_than_16_mib_and_whole() {
    let (exchange, applied, _sandbox) = meet(Fault::oversized()).await;
    assert!(applied && exchange.bytes.len() > 16 * 1024 * 1024);
    let (_, body) = exchange.head_and_body();
    let last = body.trim_end_matches("\r\n").strip_suffix("\r\n0").unwrap();
    let last = last.rsplit_once("\r\n").unwrap().1;
    let answer: Value = serde_json::from_str(last).unwrap();
    assert_eq!(answer["data"]["post"], "Director");
}

#[tokio::test]
async fn each_fault_is_applied_or_not_as_a_test_wants() {
    for fault in [
        Fault::rate_limited(SECOND),
        Fault::unavailable_html(),
        Fault::bad_gateway(),
        Fault::queue_timeout(),
        Fault::server_error(),
        Fault::no_content(),
        Fault::cut_off(),
        Fault::garbage(),
        Fault::another_record(),
        Fault::success_false(),
    ] {
        assert!(meet(fault.clone().applied()).await.1, "{fault:?}");
        assert!(!meet(fault.clone().not_applied()).await.1, "{fault:?}");
    }
}

#[tokio::test]
async fn an_answer_to_what_was_not_applied_shows_an_id_alone() {
    let (exchange, ..) = meet(Fault::delay(Duration::ZERO).not_applied()).await;
    assert_eq!(exchange.answer().data(), &json!({"id": 71}));
}

#[tokio::test]
async fn a_read_that_meets_a_fault_shows_what_it_would() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::another_record().not_applied());
    let answer = get(&sandbox, "contacts/71").await;
    assert_eq!(
        (&answer.data()["id"], &answer.data()["name"]),
        (&72.into(), &"Ivan".into())
    );
    assert!(!sandbox.requests()[0].was_applied());
}

#[tokio::test]
async fn faults_hit_one_request_each_in_their_order() {
    let sandbox = Sandbox::start().await;
    sandbox.faults([Fault::server_error(), Fault::bad_gateway()]);
    let mut statuses = Vec::new();
    for path in ["me", "contacts/71", "contacts/71", "contacts/71"] {
        statuses.push(get(&sandbox, path).await.status);
    }
    assert_eq!(statuses, [200, 500, 502, 200]);
}

#[tokio::test]
async fn a_fault_waits_for_the_request_it_is_for() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::server_error().on("PATCH").at("contacts/72"));
    sandbox.fault(Fault::bad_gateway());
    let mut statuses = Vec::new();
    for request in [
        "GET /v1/contacts/72",
        "PATCH /v1/contacts/71",
        "GET /v1/contacts/72",
        "PATCH /v1/contacts/72",
    ] {
        statuses.push(call_raw(&sandbox, request, "{}").await.status());
    }
    assert_eq!(statuses, [502, 200, 200, 500]);
}

#[tokio::test]
async fn calm_forgets_the_faults_that_wait() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::server_error());
    sandbox.calm();
    assert_eq!(get(&sandbox, "contacts/71").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_sandbox_ends_what_hangs() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::hang());
    let address = crate::wire::address(&sandbox).to_owned();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = b"GET /v1/contacts/71 HTTP/1.1\r\nHost: sandbox\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, request)
        .await
        .unwrap();
    while sandbox.requests().is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
    drop(sandbox);
    let mut nothing = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut nothing).await;
    assert!(ended.is_ok_and(|read| read == 0));
}

/// A search and a creation have the same method, and the path of a search contains the other's.
#[tokio::test]
async fn a_fault_at_exactly_a_path_hits_no_longer_path() {
    for path in ["contacts", "/v1/contacts"] {
        let sandbox = Sandbox::start().await;
        let before = sandbox.records(Entity::Contacts).len();
        sandbox.fault(Fault::drop_after().on("POST").at_exactly(path));
        for request in [
            "POST /v1/contacts/search",
            "POST /v1/contacts/batch",
            "GET /v1/contacts",
            "POST /v1/companies",
        ] {
            call_raw(&sandbox, request, "{}").await;
        }
        let requests = sandbox.requests();
        assert!(requests.iter().all(|request| request.fault().is_none()));
        let exchange = call_raw(&sandbox, "POST /v1/contacts", r#"{"name":"Vera"}"#).await;
        assert!(exchange.bytes.is_empty());
        assert_eq!(sandbox.records(Entity::Contacts).len(), before + 1);
    }
}
