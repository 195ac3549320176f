//! An attempt without an answer that is applied late, after a later row of the same record.

use std::{fs, time::Duration};

use vibecode_sandbox::Fault;

use crate::support::Desk;

const JOB: &str = "contacts a.csv --no-throttle --settle 2";

/// A desk with two rows about contact 1, of which the first meets this fault.
async fn desk(fault: Fault) -> Desk {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,first\n1,second\n");
    desk.fault(fault);
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_a_lost_attempt_of_an_earlier_row_replaces_is_not_done() {
    let desk = desk(Fault::late(Duration::from_millis(2_500))).await;
    let said = desk.run(&format!("{JOB} --yes"));
    said.assert(1, "1 row done, 1 failed");
    said.assert(1, "row 3 (contacts/1) failed: post: the row was done");
    said.assert(1, "[OVERTAKEN]");
    assert_eq!(desk.field(1, "post"), "first");
    let failed = desk.read("a.failed.csv");
    assert!(failed.contains("1,second,OVERTAKEN"), "{failed}");
    desk.run("contacts a.failed.csv --yes")
        .assert(0, "1 row done");
    assert_eq!(desk.field(1, "post"), "second");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_not_overtaken_are_done_once_the_lost_attempt_has_settled() {
    let desk = desk(Fault::drop_after()).await;
    let said = desk.run(&format!("{JOB} --yes"));
    said.assert(0, "an attempt without an answer may still be applied");
    said.assert(0, "2 rows done, 0 failed");
    // The comparison is done, and is not made again.
    let said = desk.run(&format!("{JOB} --resume"));
    said.assert(0, "already finished: 2 done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_rows_cannot_overtake_each_other_waits_for_nothing() {
    for rows in ["1,first\n2,second\n", "1,same\n1,same\n"] {
        let desk = desk(Fault::drop_after()).await;
        desk.write("a.csv", format!("id,post\n{rows}"));
        let said = desk.run(&format!("{JOB} --yes"));
        said.assert(0, "2 rows done, 0 failed");
        assert!(!said.out.contains("waiting"), "{said:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_job_that_was_killed_before_the_comparison_are_compared_by_a_resume() {
    let desk = desk(Fault::late(Duration::from_millis(2_500))).await;
    let mut job = desk.command(&format!("{JOB} --yes")).spawn().unwrap();
    let journal = || fs::read_to_string(desk.path("a.csv.journal")).unwrap_or_default();
    // The first is written when the job is started, and the second once its rows were sent.
    while journal().matches("\"ended\"").count() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    job.kill().unwrap();
    job.wait().unwrap();
    let said = desk.run(&format!("{JOB} --resume"));
    said.assert(1, "1 row done, 1 failed");
    said.assert(1, "[OVERTAKEN]");
    desk.run(&format!("{JOB} --resume"))
        .assert(1, "already finished: 1 done, 1 failed");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_the_comparison_and_a_resume_makes_it() {
    let desk = desk(Fault::late(Duration::from_millis(2_500))).await;
    let job = desk.command(&format!("{JOB} --yes")).spawn().unwrap();
    let journal = || fs::read_to_string(desk.path("a.csv.journal")).unwrap_or_default();
    while journal().matches("\"ended\"").count() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    desk.fault(Fault::delay(Duration::from_secs(30)));
    let sent = desk.requests().len();
    while desk.requests().len() == sent {
        std::thread::sleep(Duration::from_millis(5));
    }
    let began = std::time::Instant::now();
    vibecode_tests::signal::send("INT", &job).unwrap();
    let said = crate::support::Said::of(job.wait_with_output().unwrap());
    said.assert(2, "interrupted");
    assert!(began.elapsed() < Duration::from_secs(15));
    desk.sandbox.calm();
    desk.run(&format!("{JOB} --resume"))
        .assert(1, "1 row done, 1 failed")
        .assert(1, "[OVERTAKEN]");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_waits_for_a_lost_attempt_of_a_row_that_is_done() {
    let desk = desk(Fault::delay(Duration::ZERO)).await;
    desk.write("a.csv", "id,post\n1,first\n");
    desk.fault(Fault::late(Duration::from_millis(3_500)));
    let before = desk.field(1, "post");
    let said = desk.run(&format!("{JOB} --yes --backup kept.jsonl"));
    said.assert(0, "1 row done, 0 failed");
    assert!(!said.out.contains("waiting"), "{said:#?}");
    let said = desk.run("contacts kept.jsonl --yes --no-throttle --settle 2");
    said.assert(0, "requests of the job that is undone may still be running");
    said.assert(0, "1 row done, 0 failed");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(desk.field(1, "post"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_rows_of_a_limit_are_compared_too() {
    let desk = desk(Fault::late(Duration::from_millis(2_500))).await;
    let said = desk.run(&format!("{JOB} --yes --limit 2"));
    said.assert(1, "[OVERTAKEN]");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_rows_about_a_record_the_last_of_each_field_is_compared() {
    let desk = desk(Fault::late(Duration::from_millis(2_500))).await;
    let rows: Vec<String> = (0..40).map(|row| format!("1,post {row},\n")).collect();
    let rows = rows.concat();
    desk.write(
        "a.csv",
        format!("id,post,secondName\n1,first,first\n{rows}1,,second\n"),
    );
    let said = desk.run(&format!("{JOB} --yes"));
    said.assert(1, "40 rows done, 2 failed");
    said.assert(1, "row 42 (contacts/1) failed: post: the row was done");
    said.assert(
        1,
        "row 43 (contacts/1) failed: secondName: the row was done",
    );
}
