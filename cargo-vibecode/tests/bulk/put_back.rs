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
        "50 rows add no phone or email, since their records have them already\n",
    );
    for id in 1..=60 {
        assert_eq!(desk.phones(id).len(), 1, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_add_no_phone_and_set_other_fields_say_that_these_were_set() {
    let desk = Desk::of(1).await;
    for (post, expected) in [
        ("a", "1 row done"),
        (
            "b",
            "1 row adds no phone or email, since its record has them already; its other fields were set\n",
        ),
    ] {
        desk.write("a.csv", format!("id,post,phone\n1,{post},+79160000001\n"));
        let said = desk.run("contacts a.csv --yes --no-throttle --settle 1");
        said.assert(0, expected);
        assert_eq!(desk.field(1, "post"), post);
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

/// Sends a second row, which arrives late, and kills the job while its request is under way.
async fn kill_with_a_late_request(desk: &Desk) {
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
}

/// A job of two rows, of which one was sent.
async fn one_of_two() -> Desk {
    let desk = Desk::of(2).await;
    desk.write("a.csv", rows(2));
    desk.run("contacts a.csv --yes --limit 1 --no-throttle --settle 2")
        .assert(0, "1 row done");
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_journal_is_recognised_however_soon_after_its_last_line_it_is_put_back() {
    let desk = one_of_two().await;
    // As if its last line were of the moment at which it is put back.
    let soon = |line: &str| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(at) = line.pointer_mut("/ended/at") {
            *at = json!(at.as_u64().unwrap() + 60_000);
        }
        line.to_string()
    };
    let older: Vec<String> = desk.read("a.csv.journal").lines().map(soon).collect();
    kill_with_a_late_request(&desk).await;
    desk.write_journal("a.csv", &older);
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 2");
    said.assert(0, "2 rows done, 0 failed");
    said.assert(0, "the journal was changed or copied after its last line");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(desk.phones(2).len(), 1);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_older_journal_is_recognised_if_all_files_beside_it_are_put_back_too() {
    let desk = one_of_two().await;
    let copy = |from: &str, to: &str| {
        fs::create_dir_all(desk.path(to)).unwrap();
        for entry in fs::read_dir(desk.path(from)).unwrap() {
            let file = entry.unwrap();
            if file.file_name().to_str().unwrap().starts_with("a.csv.") {
                fs::copy(file.path(), desk.path(to).join(file.file_name())).unwrap();
            }
        }
    };
    copy(".", "backup");
    kill_with_a_late_request(&desk).await;
    copy("backup", ".");
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 2");
    said.assert(0, "2 rows done, 0 failed");
    said.assert(0, "the journal was changed or copied after its last line");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(desk.phones(2).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_journal_of_a_finished_job_hides_no_request_of_the_next_job() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n");
    desk.run("contacts a.csv --yes --no-throttle --settle 2")
        .assert(0, "1 row done");
    let older = desk.read("a.csv.journal");
    desk.write("a.csv", "id,phone\n2,+79160000002\n");
    desk.sandbox.clear_requests();
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
    desk.write("a.csv.journal", older);
    desk.run("contacts a.csv --yes --no-throttle --settle 2")
        .assert(0, "1 row done, 0 failed");
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(desk.phones(2).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_does_not_cover_up_that_the_journal_of_its_finished_job_was_put_back() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,Director\n");
    desk.run("contacts a.csv --yes --no-throttle --settle 2 --backup kept.jsonl")
        .assert(0, "1 row done");
    let older = desk.read("a.csv.journal");
    desk.write("a.csv.journal.new", older);
    fs::rename(desk.path("a.csv.journal.new"), desk.path("a.csv.journal")).unwrap();
    desk.run("contacts kept.jsonl --yes --no-throttle --settle 2")
        .assert(0, "1 row done");
    desk.write("a.csv", "id,post\n1,Chief\n");
    let said = desk.run("contacts a.csv --yes --no-throttle --settle 2");
    said.assert(
        0,
        "requests of the earlier job under this name may still be running",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_journal_nobody_has_changed_is_resumed_without_a_wait() {
    let desk = one_of_two().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 2");
    assert!(!said.out.contains("waiting"), "{said:#?}");
}
