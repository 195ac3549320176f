//! What an open page costs the clients of the sandbox.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{browser::Browser, served::Served};
use vibecode_sandbox::Sandbox;

const PATCHES: usize = 10_000;

/// In each, the order is without, with, with, without: other load and warmth hit both.
const ROUNDS: usize = 9;

const MAX_RATIO: f64 = 1.3;

/// `cargo test --release -p vibecode-sandbox --test browser -- --ignored --nocapture`
#[test]
#[ignore = "measures"]
fn an_open_page_slows_clients_down_by_less_than_a_third() {
    let alone = Served::start(Sandbox::builder());
    let watched = Served::start(Sandbox::builder());
    let Some(mut browser) = Browser::open(&watched.page(), 1280, 800) else {
        return;
    };
    browser.wait_for_text("Live");
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let (first, with) = (time(&alone), time(&watched) + time(&watched));
        let without = first + time(&alone);
        let ratio = with.as_secs_f64() / without.as_secs_f64();
        println!("{without:.2?} without the page, {with:.2?} with it: {ratio:.2}");
        ratios.push(ratio);
    }
    let all = PATCHES * 2 * ROUNDS / 1000;
    browser.wait_for_text(&format!("200 of {all},000"));
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ROUNDS / 2];
    println!("median: {median:.2}, at most {MAX_RATIO}");
    assert!(median <= MAX_RATIO, "{median}");
}

/// Returns how long the writes take, after a pause: a browser that has started or drawn is busy for
/// a while.
fn time(served: &Served) -> Duration {
    thread::sleep(Duration::from_secs(2));
    let mut connection = served.connect();
    let start = Instant::now();
    for number in 0..PATCHES {
        let body = format!(r#"{{"post":"Director {number}"}}"#);
        assert_eq!(connection.send("PATCH /v1/contacts/71", &body), 200);
    }
    start.elapsed()
}
