//! reqwest can log all bytes of a connection, including the key. An app that switches that on for its own
//! HTTP client does not switch it on for this one.
#![cfg(test)]

use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};
use vibecode_runtime::{Client, Credentials};
use vibecode_sandbox::Sandbox;

static LOGGED: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Everything;

impl Log for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = format!("{} {}", record.target(), record.args());
        LOGGED.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

/// Returns how many lines show the key.
fn lines_with_the_key() -> usize {
    let logged = LOGGED.lock().unwrap();
    logged
        .iter()
        .filter(|line| line.contains(Sandbox::API_KEY))
        .count()
}

#[tokio::test]
async fn verbose_connections_of_an_app_log_no_key() {
    log::set_logger(&Everything).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let sandbox = Sandbox::start().await;
    let verbose = || reqwest::Client::builder().connection_verbose(true);
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .http(verbose())
        .build()
        .unwrap();
    client.me().await.unwrap();
    assert_eq!(lines_with_the_key(), 0);

    // The count without the protection.
    let me = format!("{}/me", sandbox.url());
    let request = verbose().build().unwrap().get(me);
    let request = request.header("x-api-key", Sandbox::API_KEY);
    request.send().await.unwrap();
    assert_ne!(lines_with_the_key(), 0);
}
