//! A corrected file under the name of a job that is finished, while requests of that job may still be carried out.

#![cfg(unix)]

use std::time::Duration;

use vibecode_sandbox::Fault;
use vibecode_tests::signal;

use crate::support::{Desk, Said};

const JOB: &str = "contacts a.csv --yes --no-throttle";

/// A desk whose job has ended with a row that adds a phone and has no answer. Its request is carried out after
/// 3.5 s. The wait at the end was interrupted.
async fn desk_after_an_interrupted_wait() -> Desk {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n");
    desk.fault(Fault::delay(Duration::ZERO));
    desk.fault(Fault::late(Duration::from_millis(3_500)));
    desk.faults((0..20).map(|_| Fault::html()));
    let child = desk.command(&format!("{JOB} --settle 2")).spawn().unwrap();
    while !desk.exists("a.csv.journal") || !desk.read("a.csv.journal").contains("\"failed\"") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    signal::send("INT", &child).unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    said.assert(1, "0 rows done, 1 failed");
    said.assert(1, "the change of 1 row has no answer");
    desk.sandbox.calm();
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_file_waits_for_the_requests_of_the_job_before_and_adds_no_phone_twice() {
    let desk = desk_after_an_interrupted_wait().await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n2,+79160000002\n");
    let said = desk.run(&format!("{JOB} --settle 2"));
    said.assert(0, "requests of the earlier job under this name");
    said.assert(0, "2 rows done, 0 failed");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!((desk.phones(1).len(), desk.phones(2).len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_wait_for_the_job_before_begins_again_and_nothing_was_sent() {
    let desk = desk_after_an_interrupted_wait().await;
    desk.write("a.csv", "id,phone\n2,+79160000002\n");
    let job = desk.command(&format!("{JOB} --settle 60")).spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    signal::send("INT", &job).unwrap();
    let said = Said::of(job.wait_with_output().unwrap());
    said.assert(2, "requests of the earlier job under this name");
    said.assert(2, "interrupted: nothing was sent");
    assert!(!desk.exists("a.csv.1.journal"));
    let said = desk.run(&format!("{JOB} --settle 2"));
    said.assert(0, "1 row done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_of_a_job_whose_requests_may_run_is_not_to_be_deleted_yet() {
    let desk = desk_after_an_interrupted_wait().await;
    let said = desk.run(&format!("{JOB} --settle 60"));
    said.assert(2, "To send all rows again, delete a.csv.journal, not before 2 min after its end, since changes of it without an answer may be applied until then");
    desk.run("contacts a.csv --resume --no-throttle --settle 2")
        .assert(1, "already finished");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_file_waits_for_nothing_if_every_row_before_was_answered() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    desk.run(JOB).assert(0, "1 row done");
    desk.write("a.csv", "id,post\n1,b\n");
    let said = desk.run(JOB);
    said.assert(0, "1 row done");
    assert!(!said.out.contains("waiting"), "{said:?}");
}
