//! An older copy of a journal that was put back, as from a backup of its folder.

use std::{fs, time::Duration};

use serde_json::json;
use vibecode_sandbox::{Fault, Sandbox};

use crate::support::Desk;

/// Rows that each add a phone.
fn rows(count: u64) -> String {
    let rows: Vec<String> = (1..=count)
        .map(|id| format!("{id},+7916{id:07}\n"))
        .collect();
    format!("id,phone\n{}", rows.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_that_the_records_have_already_are_not_added_again_and_are_counted() {
    let desk = Desk::of(60).await;
    desk.write("a.csv", rows(60));
    desk.run("contacts a.csv --yes --limit 10 --no-throttle --settle 1")
        .assert(0, "10 rows done");
    let older = desk.read("a.csv.journal");
    desk.run("contacts a.csv --resume --no-throttle --settle 1")
        .assert(0, "60 rows done");
    desk.write("a.csv.journal", older);
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 1");
    said.assert(0, "60 rows done, 0 failed");
    said.assert(
        0,
        "50 rows add nothing, since their records have the phones and emails already",
    );
    for id in 1..=60 {
        assert_eq!(desk.phones(id).len(), 1, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_there_twice_is_reported_since_an_unknown_request_may_have_added_it() {
    let phone = |id: u64| json!({"id": id, "typeId": "PHONE", "valueType": "WORK", "value": "+79160000002"});
    let seed = json!({"contacts": [{"id": 1}, {"id": 2, "fm": [phone(1), phone(2)]}]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("a.csv", rows(2));
    desk.run("contacts a.csv --yes --limit 1 --no-throttle --settle 1")
        .assert(0, "1 row done");
    let journal = desk.read("a.csv.journal");
    tokio::time::sleep(Duration::from_secs(1)).await;
    desk.write("a.csv.journal", journal);
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 1");
    said.assert(1, "1 row done, 1 failed");
    said.assert(1, "[REPEATED]");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_an_older_journal_does_not_know_is_waited_for() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", rows(2));
    desk.run("contacts a.csv --yes --limit 1 --no-throttle --settle 2")
        .assert(0, "1 row done");
    let older = desk.read("a.csv.journal");
    tokio::time::sleep(Duration::from_secs(1)).await;
    desk.sandbox.clear_requests();
    desk.fault(Fault::delay(Duration::ZERO));
    desk.fault(Fault::late(Duration::from_millis(3_500)));
    let mut child = desk
        .command("contacts a.csv --resume --no-throttle --settle 2")
        .spawn()
        .unwrap();
    while desk.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    fs::remove_file(desk.path("a.csv.journal")).unwrap();
    desk.write("a.csv.journal", older);
    // The copy has kept the time at which it was written.
    let copy = fs::File::options()
        .write(true)
        .open(desk.path("a.csv.journal"));
    let written = std::time::SystemTime::now() - Duration::from_secs(3600);
    copy.unwrap().set_modified(written).unwrap();
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 2");
    said.assert(0, "2 rows done, 0 failed");
    said.assert(0, "the journal was changed or copied after its last line");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(desk.phones(2).len(), 1);
}
