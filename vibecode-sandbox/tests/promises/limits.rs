use std::time::Duration;

use tokio::time::{advance, sleep};
use vibecode_sandbox::{Fault, ResetUnit, Sandbox, Window};

use crate::wire::{Exchange, call_raw, exchange};

const GET: &str = "GET /v1/contacts/71";

async fn get(sandbox: &Sandbox) -> Exchange {
    call_raw(sandbox, GET, "").await
}

/// What is left and in how many seconds there is more.
fn left(exchange: &Exchange) -> (&str, &str) {
    let header = |name| exchange.header(name).unwrap();
    (header("x-ratelimit-remaining"), header("x-ratelimit-reset"))
}

async fn seconds(seconds: u64) {
    advance(Duration::from_secs(seconds)).await;
}

#[tokio::test]
async fn no_limit_applies_unless_a_test_sets_one() {
    let sandbox = Sandbox::start().await;
    for _ in 0..400 {
        let exchange = get(&sandbox).await;
        assert_eq!(exchange.status(), 200);
        assert_eq!(exchange.header("x-ratelimit-limit"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_has_a_number_of_requests_in_any_60_seconds() {
    let sandbox = Sandbox::builder().rate_limit(2).start().await;
    let first = get(&sandbox).await;
    assert_eq!(first.header("x-ratelimit-limit"), Some("2"));
    assert_eq!(left(&first), ("1", "60"));
    seconds(20).await;
    assert_eq!(left(&get(&sandbox).await), ("0", "40"));
    seconds(10).await;
    let refused = get(&sandbox).await;
    let answer = refused.answer();
    assert_eq!(answer.error(), (429, "RATE_LIMITED"));
    assert_eq!(answer.body["error"]["retryAfter"], 30);
    assert_eq!(refused.header("retry-after"), Some("30"));
    assert_eq!(left(&refused), ("0", "30"));
    seconds(30).await;
    assert_eq!(left(&get(&sandbox).await), ("0", "20"));
    assert_eq!(get(&sandbox).await.status(), 429);
}

#[tokio::test(start_paused = true)]
async fn a_fixed_window_begins_again_every_minute() {
    let builder = Sandbox::builder().rate_limit(2);
    let sandbox = builder.rate_limit_window(Window::Fixed).start().await;
    seconds(50).await;
    assert_eq!(left(&get(&sandbox).await), ("1", "10"));
    assert_eq!(left(&get(&sandbox).await), ("0", "10"));
    assert_eq!(get(&sandbox).await.header("retry-after"), Some("10"));
    seconds(10).await;
    assert_eq!(left(&get(&sandbox).await), ("1", "60"));
}

#[tokio::test]
async fn the_reset_may_be_a_moment() {
    let builder = Sandbox::builder().rate_limit(2);
    let sandbox = builder.rate_limit_reset(ResetUnit::UnixTime).start().await;
    let exchange = get(&sandbox).await;
    let reset: u64 = left(&exchange).1.parse().unwrap();
    assert!(reset > 1_700_000_000, "{reset}");
}

#[tokio::test(start_paused = true)]
async fn each_key_has_a_limit_of_its_own_and_me_counts_too() {
    let sandbox = Sandbox::builder().rate_limit(1).start().await;
    assert_eq!(call_raw(&sandbox, "GET /v1/me", "").await.status(), 200);
    assert_eq!(get(&sandbox).await.status(), 429);
    let other = format!("X-Api-Key: {}", Sandbox::READ_ONLY_KEY);
    assert_eq!(exchange(&sandbox, GET, &[&other], "").await.status(), 200);
    let unknown = exchange(&sandbox, GET, &["X-Api-Key: vibe_api_nobody"], "").await;
    assert_eq!(unknown.status(), 401);
    assert_eq!(unknown.header("x-ratelimit-limit"), None);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_meets_a_fault_counts_and_one_that_is_refused_meets_none() {
    let sandbox = Sandbox::builder().rate_limit(2).start().await;
    sandbox.faults([
        Fault::drop_before(),
        Fault::bad_gateway_html(),
        Fault::garbage(),
    ]);
    assert!(get(&sandbox).await.bytes.is_empty());
    assert_eq!(left(&get(&sandbox).await).0, "0");
    assert_eq!(get(&sandbox).await.status(), 429);
    sleep(Duration::from_secs(60)).await;
    assert!(get(&sandbox).await.bytes.ends_with(b",,"));
}

#[tokio::test(start_paused = true)]
async fn a_portal_takes_a_number_of_requests_a_second_of_all_keys() {
    let sandbox = Sandbox::builder().portal_limit(2).start().await;
    let other = format!("X-Api-Key: {}", Sandbox::READ_ONLY_KEY);
    assert_eq!(get(&sandbox).await.status(), 200);
    assert_eq!(exchange(&sandbox, GET, &[&other], "").await.status(), 200);
    let refused = call_raw(&sandbox, "PATCH /v1/contacts/71", r#"{"post":"x"}"#).await;
    assert_eq!(refused.answer().error(), (502, "BITRIX_UNAVAILABLE"));
    assert!(sandbox.contact(71).unwrap()["post"].is_null());
    assert_eq!(call_raw(&sandbox, "GET /v1/me", "").await.status(), 200);
    seconds(1).await;
    assert_eq!(get(&sandbox).await.status(), 200);
}
