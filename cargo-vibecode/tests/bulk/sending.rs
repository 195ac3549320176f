//! How rows are sent, and when sending stops.

use std::time::Duration;

use vibecode_sandbox::{CallFault, Fault, Sandbox};

use crate::{
    front::{Front, Me},
    support::{Desk, Said},
};

fn rows(count: u64) -> String {
    let rows = (1..=count)
        .map(|id| format!("{id},p{id}\n"))
        .collect::<Vec<_>>()
        .concat();
    format!("id,post\n{rows}")
}

#[tokio::test(flavor = "multi_thread")]
async fn scalars_are_sent_unread_and_phones_after_a_read() {
    let desk = Desk::of(60).await;
    desk.write("a.csv", rows(60));
    desk.run("contacts a.csv --yes --no-throttle")
        .assert(0, "60 rows done");
    assert_eq!(desk.requests().len(), 2);
    desk.write("b.csv", "id,phone\n1,+7 (916) 000-00-01\n1,79160000001\n");
    desk.run("contacts b.csv --yes --no-throttle")
        .assert(0, "2 rows done");
    assert_eq!(desk.phones(1).len(), 1);
    desk.sandbox.clear_requests();
    desk.write("c.csv", rows(60));
    desk.run("contacts c.csv --yes --ensure --no-throttle")
        .assert(0, "60 rows done");
    let requests = desk.requests();
    assert!(!requests.is_empty() && requests.iter().all(|request| !request.was_applied()));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_leave_no_faster_than_they_may() {
    let desk = Desk::of(200).await;
    desk.write("a.csv", rows(200));
    let start = std::time::Instant::now();
    desk.run("contacts a.csv --yes --per-minute 60")
        .assert(0, "200 rows done");
    assert_eq!(desk.requests().len(), 4);
    // One a second, of which two may be ahead.
    assert!(start.elapsed() >= Duration::from_secs(1));
    desk.run("contacts a.csv --yes --per-minute 0")
        .assert(2, "write a whole number from 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_no_job_is_started() {
    let desk = Desk::of(3).await;
    desk.write("a.csv", rows(3));
    let mut command = desk.command("contacts a.csv --yes");
    let said = command.env_remove("VIBECODE_API_KEY").output().unwrap();
    Said::of(said).assert(2, "no API key was given: set VIBECODE_API_KEY");
    assert!(!desk.exists("a.csv.journal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_there_starts_no_job() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", rows(300));
    let mut command = desk.command("contacts a.csv --yes");
    let words: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let index = words.iter().position(|word| word == "--base-url").unwrap();
    command = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command.args(&words[..=index]).arg("http://127.0.0.1:9/v1");
    command
        .current_dir(&desk.folder)
        .env("VIBECODE_API_KEY", Sandbox::API_KEY);
    let said = Said::of(command.output().unwrap());
    said.assert(2, "no connection to the API could be made");
    said.assert(2, "(127.0.0.1:9: Connection refused");
    assert!(!desk.exists("a.csv.journal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_doubles_no_phone_and_the_run_waits_until_it_can_be_run_again() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n2,+79160000002\n");
    desk.fault(Fault::bad_gateway().applied());
    desk.fault(Fault::late(Duration::from_millis(700)));
    desk.run("contacts a.csv --yes --settle 1")
        .assert(0, "2 rows done");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((desk.phones(1).len(), desk.phones(2).len()), (1, 1));
}

/// Rows of which the first batch is about other records than the rest.
fn rows_of_two_records() -> String {
    let rows = (1..=250)
        .map(|row| {
            let id = if row <= 50 { 10 + row } else { 1 + row % 2 };
            format!("{id},p{row}\n")
        })
        .collect::<Vec<_>>()
        .concat();
    format!("id,post\n{rows}")
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_one_record_keep_their_order_in_batches_that_are_under_way_together() {
    let desk = Desk::of(60).await;
    desk.write("a.csv", rows_of_two_records());
    let delays = [0, 90, 10, 60, 0, 40].map(|delay| Fault::delay(Duration::from_millis(delay)));
    desk.faults(delays);
    desk.run("contacts a.csv --yes --no-throttle")
        .assert(0, "250 rows done");
    assert_eq!(
        [desk.field(1, "post"), desk.field(2, "post")],
        ["p250", "p249"]
    );
    let of_one = |body: &str| {
        let (_, after) = body.split_once("\"entityId\":1,").unwrap_or_default();
        let post = after.split_once("\"post\":\"p").map(|(_, post)| post)?;
        post.split('"').next()?.parse::<u64>().ok()
    };
    let requests = desk.requests();
    let sent: Vec<u64> = requests
        .iter()
        .filter_map(|it| of_one(it.body_str()))
        .collect();
    assert_eq!(sent, (52..=250).step_by(2).collect::<Vec<_>>());
}

/// The numbers of the batches that a journal reports, in its order.
fn batches(desk: &Desk, what: &str) -> Vec<u64> {
    let journal = desk.journal("a.csv");
    let numbers = journal
        .iter()
        .filter_map(|line| line[what]["batch"].as_u64());
    numbers.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_reported_in_the_order_of_their_rows_whichever_ends_first() {
    let desk = Desk::of(300).await;
    desk.write("a.csv", rows(300));
    let slow = Fault::delay(Duration::from_millis(700));
    desk.faults([Fault::delay(Duration::ZERO), slow]);
    desk.run("contacts a.csv --yes --no-throttle")
        .assert(0, "300 rows done");
    assert_eq!(batches(&desk, "started"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(batches(&desk, "done"), [1, 2, 3, 4, 5, 6]);
    let journal = desk.read("a.csv.journal");
    let at = |part: &str| journal.find(part).unwrap();
    // The others went on while one of the batches 2 to 4 was slow.
    assert!(at(r#""started":{"batch":6"#) < at(r#""done":{"batch":4"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_refused_leaves_those_behind_it_to_be_sent_after_it() {
    let desk = Desk::of(100).await;
    // The third batch is one row about a record of the second, so it is sent after that.
    desk.write("a.csv", format!("{}60,late\n", rows(100)));
    desk.faults([Fault::delay(Duration::ZERO), Fault::error("SCOPE_DENIED")]);
    let said = desk.run("contacts a.csv --yes --no-throttle --settle 1");
    said.assert(2, "[SCOPE_DENIED]");
    said.assert(2, "50 rows done, 0 failed so far");
    assert_eq!(batches(&desk, "done"), [1]);
    assert!(batches(&desk, "returned").is_empty());
    desk.run("contacts a.csv --resume --no-throttle --settle 1")
        .assert(0, "101 rows done, 0 failed");
    assert_eq!(desk.field(60, "post"), "late");
}

/// Runs a job of 12 batches, of which the first takes 1.5 s, and answers the question for the portal so after that.
async fn with_another_answer_after_the_first_batch(me: Me, words: &str) -> (Desk, Said) {
    let desk = Desk::of(600).await;
    desk.write("a.csv", rows(600));
    let front = Front::of(&desk, Me::AtOnce).await;
    desk.fault(Fault::delay(Duration::from_millis(1500)));
    let words = format!("a.csv --yes --no-throttle {words}");
    let child = front.command(&desk, &words).spawn().unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    front.answer(me);
    let said = Said::of(child.wait_with_output().unwrap());
    (desk, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_stops_if_its_key_is_for_another_portal_now() {
    let (desk, said) = with_another_answer_after_the_first_batch(Me::OfAnother, "--settle 1").await;
    said.assert(2, "stopped before the next batch, since the API reported the portal sandbox.invalid for the key, and reports other.bitrix24.ru now");
    said.assert(2, "it is not known which portal took 50 rows");
    said.assert(2, "0 rows done, 0 failed so far. To resume: ");
    assert_eq!(desk.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_job_asks_at_its_end_which_portal_its_key_is_for() {
    let (desk, said) = with_another_answer_after_the_first_batch(Me::AtOnce, "").await;
    said.assert(0, "600 rows done, 0 failed");
    let requests = desk.sandbox.requests();
    let asked = requests.iter().filter(|it| it.path().ends_with("/me"));
    assert_eq!(asked.count(), 2);
    let (_, said) = with_another_answer_after_the_first_batch(Me::AtOnce, "--format json").await;
    said.assert(0, r#""portal_confirmed":true"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_another_portal_may_have_taken_are_not_done_and_are_sent_again() {
    let desk = Desk::of(60).await;
    desk.write("a.csv", rows(60));
    let front = Front::of(&desk, Me::AtOnce).await;
    front.answer_after_the_first(Me::OfAnother);
    let words = "a.csv --yes --no-throttle --format json --settle 1";
    let said = Said::of(front.command(&desk, words).output().unwrap());
    said.assert(2, "reports other.bitrix24.ru now");
    said.assert(2, "it is not known which portal took 60 rows");
    said.assert(2, "0 rows done, 0 failed so far. To resume: ");
    said.assert(2, r#""event":"portal_changed""#);
    said.assert(2, r#""first_row":2,"last_row":61,"rows":60"#);
    // They are compared with their records once the key is for the portal of the job again.
    front.answer(Me::AtOnce);
    desk.write("b.csv", "id,post\n1,x\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    let words = "a.csv --resume --no-throttle --settle 1";
    let said = Said::of(front.command(&desk, words).output().unwrap());
    said.assert(0, "60 rows done, 0 failed");
    assert_eq!(desk.field(1, "post"), "p1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_failed_on_another_portal_is_not_among_the_failed_rows_of_the_resumed_job() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    let front = Front::of(&desk, Me::AtOnce).await;
    desk.fault(Fault::in_batch([(1, CallFault::error("VALIDATION_ERROR"))]));
    let child = front.command(&desk, "a.csv --yes --settle 1");
    front.answer_after_the_first(Me::OfAnother);
    let said = Said::of({ child }.output().unwrap());
    said.assert(2, "0 rows done, 0 failed so far");
    said.assert(2, "it is not known which portal took 2 rows");
    // The same journal, with a key for its portal again.
    front.answer(Me::AtOnce);
    let said = Said::of(
        front
            .command(&desk, "a.csv --resume --settle 1")
            .output()
            .unwrap(),
    );
    said.assert(0, "2 rows done, 0 failed");
    assert!(!desk.exists("a.failed.csv"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_fails_again_after_another_portal_may_have_taken_it_has_only_its_last_reason() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n404,b\n");
    let front = Front::of(&desk, Me::AtOnce).await;
    desk.fault(Fault::in_batch([(1, CallFault::error("VALIDATION_ERROR"))]));
    let child = front.command(&desk, "a.csv --yes --settle 1");
    front.answer_after_the_first(Me::OfAnother);
    let said = Said::of({ child }.output().unwrap());
    said.assert(2, "it is not known which portal took 2 rows");
    front.answer(Me::AtOnce);
    let resume = front.command(&desk, "a.csv --resume --settle 1");
    let said = Said::of({ resume }.output().unwrap());
    said.assert(1, "1 row done, 1 failed");
    let failed = desk.read("a.failed.csv");
    assert!(failed.contains("404,b,ENTITY_NOT_FOUND,"), "{failed}");
    assert!(!failed.contains("VALIDATION_ERROR"), "{failed}");
    assert_eq!(failed.lines().count(), 2, "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_portal_is_not_reported_at_its_end_says_so() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    let front = Front::of(&desk, Me::AtOnce).await;
    front.answer_after_the_first(Me::Refused);
    let command = front.command(&desk, "a.csv --yes --format json");
    let said = Said::of({ command }.output().unwrap());
    said.assert(1, r#""portal_confirmed":false"#);
    said.assert(
        1,
        "the API did not report at the end which portal the key is for",
    );
    said.assert(1, "2 rows (row 2 to row 3) may have gone to another portal");
    // It does not become a job without a problem by being finished.
    front.answer(Me::AtOnce);
    let command = front.command(&desk, "a.csv --resume --format json");
    let said = Said::of({ command }.output().unwrap());
    said.assert(1, r#""portal_confirmed":false"#);
    said.assert(1, "2 rows (row 2 to row 3) may have gone to another portal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_resumed_repeats_which_rows_of_earlier_processes_are_not_confirmed() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    let front = Front::of(&desk, Me::AtOnce).await;
    front.answer_after_the_first(Me::Refused);
    let command = front.command(&desk, "a.csv --yes --limit 1");
    let said = Said::of({ command }.output().unwrap());
    said.assert(1, "1 row (row 2) may have gone to another portal");
    front.answer(Me::AtOnce);
    let command = front.command(&desk, "a.csv --resume --format json");
    let said = Said::of({ command }.output().unwrap());
    said.assert(1, r#""portal_confirmed":false"#);
    said.assert(1, "1 row (row 2) may have gone to another portal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_no_row_was_sent_to_is_not_confirmed() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,birthdate\n1,yesterday\n");
    let said = desk.run("contacts a.csv --yes --skip-bad --format json");
    said.assert(1, r#""portal_confirmed":null"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_have_changed_at_the_end_of_a_job_are_reported() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    let front = Front::of(&desk, Me::AtOnce).await;
    front.answer_after_the_first(Me::WithOtherRights);
    let command = front.command(&desk, "a.csv --yes --format json");
    let said = Said::of({ command }.output().unwrap());
    said.assert(0, r#""portal_confirmed":true"#);
    said.assert(0, "the key was ");
    said.assert(0, " and is now ");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_while_the_job_asks_for_the_portal_at_its_end_ends_it() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,phone\n1,+79161112233\n");
    let front = Front::of(&desk, Me::AtOnce).await;
    front.answer_after_the_first(Me::After(Duration::from_secs(60)));
    // The record is read, and of the phone no answer arrives.
    desk.fault(Fault::delay(Duration::ZERO));
    desk.faults((0..40).map(|_| Fault::html()));
    let command = front.command(&desk, "a.csv --yes --no-throttle --settle 30");
    let mut child = { command }.spawn().unwrap();
    while !desk.exists("a.csv.journal") || !desk.read("a.csv.journal").contains(r#"{"done":"#) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    vibecode_tests::signal::send("INT", &child).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(20), async {
        while child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let is_ended = ended.await.is_ok();
    let _ = child.kill();
    let said = Said::of(child.wait_with_output().unwrap());
    assert!(is_ended, "it waits: {said:#?}");
    said.assert(1, "may still be applied for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_the_portal_at_its_end_shows_it() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    let front = Front::of(&desk, Me::AtOnce).await;
    front.answer_after_the_first(Me::After(Duration::from_secs(12)));
    let command = front.command(&desk, "a.csv --yes");
    let said = Said::of({ command }.output().unwrap());
    said.assert(0, ", asking which portal the key is for, ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_job_goes_on_if_its_key_is_for_the_same_portal() {
    let (desk, said) = with_another_answer_after_the_first_batch(Me::AtOnce, "--settle 1").await;
    said.assert(0, "600 rows done, 0 failed");
    let requests = desk.sandbox.requests();
    let asked = requests.iter().filter(|it| it.path().ends_with("/me"));
    // Once at the beginning, and again after the first batch; on a slow machine once more.
    assert!(asked.count() >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_failed_rows_behind_a_slow_batch_stop_a_job_at_once() {
    // The records of the batches 1 and 2 exist.
    let desk = Desk::of(100).await;
    desk.write("a.csv", rows(600));
    desk.fault(Fault::delay(Duration::ZERO));
    // The others are answered while one of the next four batches is slow.
    desk.fault(Fault::delay(Duration::from_secs(2)));
    let said = desk.run("contacts a.csv --yes --no-throttle --max-failed 10");
    said.assert(
        2,
        "stopped because more than 10 rows have failed (50), the last with row ",
    );
    said.assert(2, "150 rows were under way then: ");
    said.assert(2, " have failed\n");
    let requests = desk.requests().len();
    assert!((5..=6).contains(&requests), "{requests}");
}
