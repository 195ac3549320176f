//! Rows that failed without an answer: their change may still be applied.

use std::time::Duration;

use vibecode_sandbox::Fault;

use crate::support::Desk;

/// Rows that each add the same phone to the first contact, in more than one batch.
fn sixty_rows() -> String {
    let rows: Vec<String> = (1..=60)
        .map(|row| format!("{},+7916{:07}\n", 1 + row % 50, row % 50))
        .collect();
    format!("id,phone\n{}", rows.concat())
}

/// A desk whose first batch has failed without an answer, so that the job has stopped. One of its requests
/// is carried out `late`.
async fn desk_after_a_first_batch_without_an_answer(late: Option<Duration>) -> Desk {
    let desk = Desk::of(60).await;
    desk.write("a.csv", sixty_rows());
    desk.fault(Fault::delay(Duration::ZERO));
    if let Some(late) = late {
        desk.fault(Fault::late(late));
    }
    desk.faults((0..20).map(|_| Fault::html()));
    let said = desk.run("contacts a.csv --yes --no-throttle --settle 2");
    said.assert(2, "stopped because no row of the first batch is done");
    said.assert(
        2,
        "the changes of 50 rows have no answer, and may still be applied for ",
    );
    said.assert(2, "--resume waits for that");
    desk.sandbox.calm();
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_stops_says_what_may_still_be_applied_and_a_resume_waits_for_it() {
    let desk = desk_after_a_first_batch_without_an_answer(None).await;
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 2 --max-failed 100");
    said.assert(1, "requests of the earlier process may still be running");
    // The second resume has nothing to wait for.
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 2 --max-failed 100");
    assert!(!said.out.contains("waiting"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_on_its_way_is_not_added_again_by_a_later_row_after_a_resume() {
    let late = Some(Duration::from_millis(3500));
    let desk = desk_after_a_first_batch_without_an_answer(late).await;
    desk.run("contacts a.csv --resume --no-throttle --settle 2 --max-failed 100");
    tokio::time::sleep(Duration::from_secs(4)).await;
    for id in 1..=50 {
        assert!(desk.phones(id).len() <= 1, "{id}: {:?}", desk.phones(id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ends_warns_of_failed_rows_whose_change_may_still_be_applied() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    desk.faults((0..40).map(|_| Fault::html()));
    let said = desk.run("contacts a.csv --yes --settle 60");
    said.assert(1, "0 rows done, 2 failed");
    said.assert(1, "the changes of 2 rows have no answer");
    said.assert(1, "run the failed rows only after that");
    desk.sandbox.calm();
    desk.run("contacts a.csv --resume --settle 60").assert(
        1,
        "may be applied until 2 min after the end of the job: run the failed rows only after that",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_job_whose_rows_were_all_answered_warns_of_nothing() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    desk.run("contacts a.csv --yes").assert(0, "2 rows done");
    let said = desk.run("contacts a.csv --resume");
    said.assert(0, "this job is already finished: 2 done, 0 failed");
    assert!(!said.err.contains("may still"), "{said:#?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_says_of_how_many_rows_the_change_may_still_be_applied() {
    let desk = Desk::of(50).await;
    let rows: Vec<String> = (1..=50).map(|id| format!("{id},p\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    desk.fault(Fault::delay(Duration::from_secs(60)));
    let child = desk.command("contacts a.csv --yes").spawn().unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..2 {
        vibecode_tests::signal::send("INT", &child).unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let said = crate::support::Said::of(child.wait_with_output().unwrap());
    said.assert(
        2,
        "the changes of 50 rows have no answer, and may still be applied for 4 min",
    );
}
