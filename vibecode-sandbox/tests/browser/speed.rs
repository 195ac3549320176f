//! What an open page costs the clients of the sandbox.

use std::time::{Duration, Instant};

use crate::{browser::Browser, served::Served};
use vibecode_sandbox::Sandbox;

/// The writes of a round. There are as many rounds with the page as without it, in turn.
const PATCHES: usize = 10_000;
const ROUNDS: usize = 5;

const MAX_RATIO: f64 = 1.3;

/// Run it without other load:
/// `cargo test --release -p vibecode-sandbox --test browser -- --ignored --nocapture`
#[test]
#[ignore = "measures"]
fn an_open_page_slows_clients_down_by_less_than_a_third() {
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let alone = Served::start(Sandbox::builder());
        let without = time(&alone);
        drop(alone);
        let watched = Served::start(Sandbox::builder());
        let Some(mut browser) = Browser::open(&watched.page(), 1280, 800) else {
            return;
        };
        browser.wait_for_text("Live");
        let with = time(&watched);
        browser.wait_for_text("200 of 10,000");
        let ratio = with.as_secs_f64() / without.as_secs_f64();
        println!(
            "{PATCHES} PATCHes: {without:.2?} without the page, {with:.2?} with it: {ratio:.2}"
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ROUNDS / 2];
    println!("median: {median:.2}, at most {MAX_RATIO}");
    assert!(median <= MAX_RATIO, "{median}");
}

fn time(served: &Served) -> Duration {
    let mut connection = served.connect();
    let start = Instant::now();
    for number in 0..PATCHES {
        let body = format!(r#"{{"post":"Director {number}"}}"#);
        assert_eq!(connection.send("PATCH /v1/contacts/71", &body), 200);
    }
    start.elapsed()
}
