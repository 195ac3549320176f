use std::{process::Stdio, time::Duration};

use tokio::task::spawn_blocking;
use vibecode_sandbox::{Fault, Sandbox, Storm};
use vibecode_tests::signal;

use crate::asked::{command, holds_only_what_was_seeded, probe, report, stderr};

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_deleted_if_every_change_fails() {
    for fault in [
        Fault::server_error(),
        Fault::drop_before(),
        Fault::garbage(),
    ] {
        let sandbox = Sandbox::start().await;
        sandbox.storm(
            Storm::seeded(1)
                .probability(1.0)
                .faults([fault.on("PATCH")]),
        );
        let output = probe(&sandbox, &["--yes", "--format", "json"]).await;
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "{}",
            stderr(&output)
        );
        report(&output);
        assert!(holds_only_what_was_seeded(&sandbox));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_whose_answer_is_lost_is_repeated() {
    let sandbox = Sandbox::start().await;
    sandbox.faults([
        Fault::bad_gateway().on("DELETE").not_applied(),
        Fault::html().on("DELETE").not_applied(),
        Fault::drop_after().on("DELETE"),
    ]);
    let output = probe(&sandbox, &["--yes"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(holds_only_what_was_seeded(&sandbox));
}

#[tokio::test(flavor = "multi_thread")]
async fn if_the_deletion_is_refused_the_record_is_named() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::error("ACCESS_DENIED").on("DELETE"));
    let output = probe(&sandbox, &["--yes"]).await;
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(
        said.contains("contact 74 could not be deleted (403 ACCESS_DENIED)"),
        "{said}"
    );
    assert!(said.contains("VIBECODE PROBE"), "{said}");
    assert!(!output.stdout.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_whose_making_was_not_answered_is_found_and_deleted() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::drop_after().on("POST"));
    let output = probe(&sandbox, &["--yes"]).await;
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(
        said.contains("It was created nevertheless, with the id 74, and is deleted"),
        "{said}"
    );
    assert!(holds_only_what_was_seeded(&sandbox));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_deleted_on_ctrl_c() {
    let sandbox = Sandbox::start().await;
    let slow = Fault::delay(Duration::from_millis(200)).on("PATCH");
    sandbox.storm(Storm::seeded(1).probability(1.0).faults([slow]));
    let mut watch = sandbox.watch();
    let mut command = command(&sandbox, Sandbox::API_KEY, &["--yes"]);
    let running = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while let Some(news) = watch.next().await {
        if news.iter().any(|request| request.method() == "PATCH") {
            break;
        }
    }
    assert!(!holds_only_what_was_seeded(&sandbox));
    signal::send("INT", &running).unwrap();
    let output = spawn_blocking(move || running.wait_with_output().unwrap())
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("interrupted before all tests were done"),
        "{}",
        stderr(&output)
    );
    assert!(holds_only_what_was_seeded(&sandbox));
}
