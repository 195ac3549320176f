//! A journal from which lines are missing, or that was changed, does not make a job forget what may be under way.

use std::time::Duration;

use serde_json::Value;
use vibecode_sandbox::Fault;

use crate::support::Desk;

/// Kills a job whose one request with a phone arrives late, does something to its journal, and resumes it.
async fn resumed_after(damage: impl FnOnce(String) -> String) -> (Desk, String) {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n");
    desk.fault(Fault::delay(Duration::ZERO));
    desk.fault(Fault::late(Duration::from_millis(3_500)));
    let mut child = desk
        .command("contacts a.csv --yes --no-throttle --settle 2")
        .spawn()
        .unwrap();
    while desk.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = damage(desk.read("a.csv.journal"));
    desk.write("a.csv.journal", journal);
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 2");
    said.assert(0, "1 row done, 0 failed");
    said.assert(0, "requests of the earlier process may still be running");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(desk.phones(1).len(), 1);
    (desk, said.err)
}

/// Kills a job that was reviewed and whose one request with a phone arrives late, does something to its journal, and
/// resumes it with a new review, as the refusal asks for.
async fn reviewed_again_after(damage: impl FnOnce(String) -> String) {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n");
    let reviewed = |desk: &Desk| {
        let plan = desk.run("contacts a.csv --plan --settle 2 --format json");
        let counts: Value = serde_json::from_str(plan.out.lines().last().unwrap()).unwrap();
        counts["reviewed"].as_str().unwrap().to_owned()
    };
    let digest = reviewed(&desk);
    desk.sandbox.clear_requests();
    // The record is read for the review, and again before the row is sent.
    desk.faults((0..2).map(|_| Fault::delay(Duration::ZERO)));
    desk.fault(Fault::late(Duration::from_millis(3_500)));
    let words = format!("contacts a.csv --yes --reviewed {digest} --no-throttle --settle 2");
    let mut child = desk.command(&words).spawn().unwrap();
    while desk.requests().len() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = damage(desk.read("a.csv.journal"));
    desk.write("a.csv.journal", journal);
    let refused = desk.run("contacts a.csv --resume --no-throttle --settle 2");
    refused.assert(2, "the journal has lost what was reviewed of 1 row");
    refused.assert(
        2,
        "To review what is left: cargo vibecode bulk contacts a.csv",
    );
    let digest = reviewed(&desk);
    let words = format!("contacts a.csv --resume --reviewed {digest} --no-throttle --settle 2");
    let said = desk.run(&words);
    said.assert(0, "1 row done, 0 failed");
    said.assert(0, "requests of the earlier process may still be running");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(desk.phones(1).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewed_phone_is_added_once_although_a_line_of_its_review_is_damaged() {
    reviewed_again_after(|journal| {
        let changed = journal.replacen("\"digests\":\"", "\"digests\":\"0", 1);
        assert_ne!(changed, journal);
        changed
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewed_phone_is_added_once_although_all_lines_after_the_first_are_lost() {
    reviewed_again_after(|journal| format!("{}\n", journal.lines().next().unwrap())).await;
}

/// The journal without the line of its batch, and with a line after it.
fn without_started(journal: &str) -> String {
    let lines = journal.lines().filter(|line| !line.contains("started"));
    let lines: Vec<String> = lines.map(|line| format!("{line}\n")).collect();
    let later = r#"{"alive":{"at":1},"sum":"0123456789abcdef"}"#;
    format!("{}{later}\n", lines.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_added_once_although_the_line_of_its_batch_is_lost() {
    let (desk, err) = resumed_after(|journal| without_started(&journal)).await;
    let expected = "a.csv.journal: line 3 is not as it was written";
    assert!(err.contains(expected), "{err}");
    assert!(desk.read("a.csv.journal.damaged-1").contains("alive"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_added_once_although_all_lines_after_the_first_are_lost() {
    let first = |journal: String| format!("{}\n", journal.lines().next().unwrap());
    resumed_after(first).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_added_once_although_the_line_of_its_batch_names_other_rows() {
    let (_, err) = resumed_after(|journal| journal.replace(r#""rows":"2""#, r#""rows":"3""#)).await;
    assert!(err.contains("line 3 is not as it was written"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_changed_line_rows_are_compared_and_only_what_is_missing_is_sent() {
    let desk = Desk::of(120).await;
    let rows = |post: &str| -> String {
        let rows = (1..=120).map(|id| format!("{id},{post}{id}\n"));
        rows.collect()
    };
    desk.write("a.csv", format!("id,post\n{}", rows("p")));
    desk.run("contacts a.csv --yes --no-throttle --settle 1")
        .assert(0, "120 rows done");
    // The second batch was reported with one row less.
    let journal = desk.read("a.csv.journal");
    let changed = journal.replace(r#""ok":"52-101""#, r#""ok":"52-100""#);
    assert_ne!(changed, journal);
    desk.write("a.csv.journal", changed);
    desk.sandbox.clear_requests();
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 1");
    said.assert(0, "120 rows done, 0 failed");
    said.assert(0, "is not as it was written");
    let sent = desk.requests();
    let is_update = |body: &str| body.contains("\"update\"");
    let updates = sent.iter().filter(|it| is_update(it.body_str()));
    assert_eq!(updates.count(), 0);
    assert_eq!(desk.reported("a.csv").0, (2..=121).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_whose_first_line_was_changed_is_refused() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    desk.run("contacts a.csv --yes --limit 1 --settle 1")
        .assert(0, "1 row done");
    let journal = desk.read("a.csv.journal");
    desk.write("a.csv.journal", journal.replace("leave", "clear"));
    desk.sandbox.clear_requests();
    desk.run("contacts a.csv --resume --settle 1 --empty clear")
        .assert(2, "line 1 is not a line of a journal");
    desk.assert_nothing_sent();
}
