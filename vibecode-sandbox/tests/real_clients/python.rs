//! The Python package `vibecode-b24-bot`.

use std::{
    env,
    ffi::OsString,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use vibecode_sandbox::{Entity, Fault, Sandbox};

use crate::skip;

const SCRIPT: &str = include_str!("bot.py");

/// The Python that has the package: that of the variable, or the machine's.
fn python() -> OsString {
    env::var_os("VIBECODE_TEST_PYTHON").unwrap_or_else(|| "python3".into())
}

/// Returns whether the package is installed; if it is not, the test is reported as skipped.
fn has_the_package() -> bool {
    let import = ["-c", "import vibecode_b24_bot"];
    let mut command = Command::new(python());
    let output = command.args(import).stdin(Stdio::null()).output();
    let is_there = output.is_ok_and(|output| output.status.success());
    if !is_there {
        skip::because_of("vibecode-b24-bot").unwrap();
    }
    is_there
}

/// Returns what the script prints.
async fn run(sandbox: &Sandbox) -> Value {
    let mut command = Command::new(python());
    command
        .args(["-c", SCRIPT, sandbox.url(), Sandbox::API_KEY])
        .stdin(Stdio::null())
        // No proxy of this machine is used for the loopback interface.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    let output = spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    serde_json::from_slice(&output.stdout).expect(&stderr)
}

#[tokio::test]
async fn every_call_of_the_bot_on_records_is_answered() {
    if !has_the_package() {
        return;
    }
    let sandbox = Sandbox::start().await;
    let seen = run(&sandbox).await;
    assert_eq!(seen["portal"], "sandbox.invalid");
    assert_eq!(seen["tariff"], "sandbox");
    assert_eq!(seen["entities"]["deals"], "/v1/deals");
    assert_eq!(seen["created"]["id"], 74);
    assert_eq!(seen["read"], seen["created"]);
    assert_eq!(seen["read"]["phoneWork"], "+79161234567");
    assert_eq!(seen["read"]["emailHome"], "vera@example.com");
    assert_eq!(seen["updated"]["post"], "Director");
    assert_eq!(seen["listed"], json!([72, 73]));
    assert_eq!(seen["filtered"], json!([{"id": 74, "post": "Director"}]));
    assert_eq!(seen["found"], json!([74]));
    assert_eq!(seen["with_ids"]["results"]["me"], seen["updated"]);
    assert_eq!(seen["with_ids"]["results"]["deal"]["contactId"], 74);
    assert_eq!(
        seen["with_ids"]["errors"]["none"]["code"],
        "ENTITY_NOT_FOUND"
    );
    assert_eq!(
        seen["with_ids"]["summary"],
        json!({"total": 3, "succeeded": 2, "failed": 1})
    );
    let results = &seen["without_ids"]["results"];
    assert_eq!(results["0"].as_array().map(Vec::len), Some(2));
    assert_eq!(results["1"]["comments"], "By a batch");
    assert_eq!(results["2"][0]["title"], "Order");
    assert_eq!(seen["stages"][5], "WON");
    assert_eq!(seen["users"], json!([1, 2]));
    assert_eq!(seen["gone"], json!(["ENTITY_NOT_FOUND", "Item not found"]));
    assert_eq!(sandbox.contact(74), None);
    assert!(sandbox.record(Entity::Deals, 6).is_some());

    let requests = sandbox.requests();
    assert_eq!(requests.len(), 14);
    assert!(requests.iter().all(|request| request.dropped().is_empty()));
}

#[tokio::test]
async fn the_bot_waits_out_a_429() {
    if !has_the_package() {
        return;
    }
    let sandbox = Sandbox::start().await;
    let limited = Fault::rate_limited(Duration::from_secs(1));
    sandbox.fault(limited.on("POST").at("contacts"));
    let seen = run(&sandbox).await;
    assert_eq!(seen["created"]["id"], 74);
    let requests = sandbox.requests();
    let refused = requests
        .iter()
        .filter(|request| request.status().is_some_and(|status| status == 429));
    assert_eq!(refused.count(), 1);
}
