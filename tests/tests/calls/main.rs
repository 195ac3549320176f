//! The calls other than updates: records are created, deleted, listed and read, jobs wait in a queue,
//! and blocking clients do the same.
#![cfg(test)]

mod blocking;
mod connecting;
mod jobs;
mod lists;
mod long_streams;
mod order;
mod polled_once;
mod records;
mod runtimes;
mod shut_down;
mod traces;
mod typed_filters;
mod untyped_lists;

use vibecode_runtime::{
    Client, ContactId, Credentials, Email, Patch, Phone, Record, RetryPolicy, Throttle,
};
use vibecode_sandbox::Sandbox;

#[derive(Patch, Record, Debug, PartialEq)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    name: Option<String>,
    last_name: Option<String>,
    post: Option<String>,
    phone: Vec<Phone>,
    email: Vec<Email>,
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .retry(RetryPolicy::new().seed(7))
        .throttle(Throttle::unlimited())
        .build()
        .unwrap()
}

/// Returns the methods and paths of the requests so far.
fn requests(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests();
    let shown = requests
        .iter()
        .map(|request| format!("{} {}", request.method(), request.path()));
    shown.collect()
}
