//! A server before a sandbox, for which the key is moved to another portal after the first `GET /v1/me`. Everything else it
//! passes on.

use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use vibecode_sandbox::Sandbox;
use vibecode_tests::servers::{self, json_answer};

const OTHER: &str =
    r#"{"success":true,"data":{"portal":"other.bitrix24.ru","accessMode":"READWRITE"}}"#;

/// Returns the base URL of the server.
pub(crate) async fn before(sandbox: &Sandbox) -> String {
    let is_moved = Arc::new(AtomicBool::new(false));
    let url = servers::before(sandbox.url(), move |request| {
        let is_me = request.starts_with("GET /v1/me ");
        let is_of_other = is_me && is_moved.swap(true, Ordering::Relaxed);
        ready(is_of_other.then(|| json_answer("200 OK", OTHER)))
    });
    url.await.unwrap()
}
