//! A portal that stores `+7 916…` as `8 916…`: the row says so in the run that has sent it, and adds no second number.

#![cfg(unix)]

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use vibecode_sandbox::{Fault, Sandbox};
use vibecode_tests::{servers, signal};

use crate::support::{Desk, Said};

/// Starts a server before the sandbox that writes phones in another form. Returns its URL.
async fn rewriting(sandbox: &Sandbox) -> String {
    let rewrite = |request: &str| request.replace("\"+79", "\"8 9");
    servers::rewriting(sandbox.url(), rewrite).await.unwrap()
}

/// A command of cargo vibecode against such a portal.
fn command(desk: &Desk, url: &str, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command
        .args(words.split_whitespace())
        .args(["--base-url", url])
        .current_dir(&desk.folder)
        .env("VIBECODE_API_KEY", Sandbox::API_KEY)
        .env_remove("VIBECODE_SESSION_TOKEN")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(desk: &Desk, url: &str, words: &str) -> Said {
    Said::of(command(desk, url, words).output().unwrap())
}

fn values(desk: &Desk, id: u64) -> Vec<String> {
    let phones = desk.phones(id).into_iter();
    phones.map(|(value, _)| value).collect()
}

/// The rows that are done, the records with a phone in another form, and the rows that were stored in one.
fn counts(said: &Said) -> (Value, Value, Value) {
    let mut result: Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    let mut field = |name: &str| result.get_mut(name).unwrap().take();
    let forms = (field("in_another_form"), field("stored_in_another_form"));
    (field("ok"), forms.0, forms.1)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_its_country_a_number_in_another_form_is_done_and_reported() {
    let desk = Desk::of(2).await;
    let url = rewriting(&desk.sandbox).await;
    desk.write("a.csv", "id,post,phone\n1,a,89161112231\n2,b,\n");
    let words = "bulk contacts a.csv --yes --no-backup --country 7";
    let said = run(&desk, &url, words);
    said.assert(0, "2 rows done, 0 failed");
    said.assert(0, "the portal has stored a phone of 1 row in another form, such as with 8 instead of +7: nothing has to be run again");
    assert_eq!(values(&desk, 1), ["8 9161112231"]);
    assert!(!desk.exists("a.failed.csv"));
    // Nothing is lost or without an answer, and the same rows add nothing.
    assert!(!desk.read("a.csv.journal").contains("lost"));
    std::fs::remove_file(desk.path("a.csv.journal")).unwrap();
    let said = run(&desk, &url, &format!("{words} --format json"));
    assert_eq!(counts(&said), (2.into(), 1.into(), 0.into()));
    desk.write("b.csv", "id,phone\n1,89161112240\n2,89161112241\n");
    let words = "bulk contacts b.csv --yes --no-backup --country 7 --format json";
    let said = run(&desk, &url, words);
    assert_eq!(counts(&said), (2.into(), 0.into(), 2.into()));
    assert_eq!(values(&desk, 1), ["8 9161112231", "8 9161112240"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_process_counts_its_own_numbers_in_another_form_and_a_finished_job_none() {
    let desk = Desk::of(3).await;
    let url = rewriting(&desk.sandbox).await;
    desk.write(
        "a.csv",
        "id,phone\n1,89161112231\n2,89161112232\n3,89161112233\n",
    );
    let words = "bulk contacts a.csv --no-backup --country 7 --format json";
    let said = run(&desk, &url, &format!("{words} --yes --limit 1"));
    assert_eq!(counts(&said), (1.into(), 0.into(), 1.into()));
    let said = run(&desk, &url, &format!("{words} --resume"));
    assert_eq!(counts(&said), (3.into(), 0.into(), 2.into()));
    // Nothing is read and sent.
    let said = run(&desk, &url, &format!("{words} --resume"));
    assert_eq!(counts(&said), (3.into(), Value::Null, Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_country_the_row_says_at_once_what_running_it_again_would_say() {
    let desk = Desk::of(1).await;
    let url = rewriting(&desk.sandbox).await;
    desk.write("a.csv", "id,post,phone\n1,a,+79161112231\n");
    let said = run(&desk, &url, "bulk contacts a.csv --yes --no-backup");
    said.assert(1, "0 rows done, 1 failed");
    said.assert(1, "the portal has probably stored it in another form. If it is the same number, nothing has to be run again");
    said.assert(1, "[SIMILAR_PHONE]");
    assert!(!said.err.contains("may still be applied"), "{said:?}");
    assert!(desk.read("a.failed.csv").contains(",SIMILAR_PHONE,"));
    let said = run(&desk, &url, "bulk contacts a.failed.csv --yes --no-backup");
    said.assert(1, "[SIMILAR_PHONE]");
    assert_eq!(values(&desk, 1), ["8 9161112231"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_its_country_a_number_in_another_form_is_done_also_without_verifying() {
    let desk = Desk::of(2).await;
    let url = rewriting(&desk.sandbox).await;
    desk.write("a.csv", "id,phone\n1,89161112231\n");
    let words = "bulk contacts a.csv --yes --no-backup --country 7 --no-verify";
    run(&desk, &url, words).assert(0, "1 row done, 0 failed");
    let words = "update contacts 2 --add phone=+79161112231 --country 7 --no-verify";
    run(&desk, &url, words).assert(0, "nothing has to be run again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_similar_number_after_a_lost_answer_does_not_say_that_nothing_has_to_be_run_again() {
    let desk = Desk::of(1).await;
    let url = rewriting(&desk.sandbox).await;
    desk.write("a.csv", "id,phone\n1,+79161112231\n");
    desk.faults([Fault::delay(Duration::ZERO), Fault::drop_after()]);
    let words = "bulk contacts a.csv --yes --no-backup --no-throttle --settle 1";
    let said = run(&desk, &url, words);
    said.assert(
        1,
        "it is not known whether the change was applied [MULTIFIELDS_UNKNOWN]",
    );
    assert!(
        !said.out.contains("nothing has to be run again"),
        "{said:?}"
    );
    let said = run(&desk, &url, "bulk contacts a.failed.csv --yes --no-backup");
    said.assert(1, "[SIMILAR_PHONE]");
    assert_eq!(values(&desk, 1), ["8 9161112231"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_country_is_advised_only_if_it_would_change_the_result() {
    let desk = Desk::of(2).await;
    let url = rewriting(&desk.sandbox).await;
    for (id, options) in [(1, "--phones as-is"), (2, "--country 375")] {
        desk.write(
            &format!("{id}.csv"),
            format!("id,phone\n{id},+79161112231\n"),
        );
        let words = format!("bulk contacts {id}.csv --yes --no-backup {options}");
        let said = run(&desk, &url, &words);
        said.assert(1, "[SIMILAR_PHONE]");
        said.assert(1, "If it is the same number, nothing has to be run again");
        assert!(!said.out.contains("--country 7"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_rows_that_need_not_be_run_again_is_not_to_be_run() {
    let desk = Desk::of(2).await;
    let url = rewriting(&desk.sandbox).await;
    desk.write("a.csv", "id,phone\n1,+79161112231\n");
    let said = run(&desk, &url, "bulk contacts a.csv --yes --no-backup");
    said.assert(1, "the failed rows are in a.failed.csv: the portal has probably stored their phones in another form. If these are the same numbers, nothing has to be run again");
    assert!(!said.out.contains("run that file"), "{said:?}");
    // The same is said again.
    let said = run(&desk, &url, "bulk contacts a.csv --resume --no-backup");
    said.assert(
        1,
        "If these are the same numbers, nothing has to be run again",
    );
    desk.write("b.csv", "id,phone\n2,+79161112231\n404,+79161112232\n");
    let said = run(&desk, &url, "bulk contacts b.csv --yes --no-backup");
    said.assert(
        1,
        "the failed rows are in b.failed.csv: correct them, and run that file",
    );
    said.assert(1, "of 1 row in that file the portal has probably stored a phone in another form (SIMILAR_PHONE): if it is the same number, remove the row from the file");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_an_unfinished_job_knows_the_forms_of_the_phones_that_are_sent_next() {
    let desk = Desk::of(3).await;
    let url = rewriting(&desk.sandbox).await;
    desk.write("before.csv", "id,phone\n2,+79161112232\n");
    run(
        &desk,
        &url,
        "bulk contacts before.csv --yes --no-backup --country 7",
    )
    .assert(0, "1 row done");
    let rows = "1,+79161112231,a\n2,+79161112232,b\n3,+79161112233,c\n";
    desk.write("a.csv", format!("id,phone,post\n{rows}"));
    let words = "bulk contacts a.csv --no-backup --country 7 --limit 1";
    run(&desk, &url, &format!("{words} --yes")).assert(0, "1 row done");
    let plan = run(&desk, &url, &format!("{words} --plan"));
    plan.assert(0, "1 record has a phone of the file in another form");
    assert!(!plan.out.contains("contacts/2 phone: +"), "{plan:?}");
    let (_, reviewed) = plan.out.split_once(" --reviewed ").unwrap();
    let reviewed = reviewed.lines().next().unwrap();
    run(
        &desk,
        &url,
        &format!("{words} --resume --reviewed {reviewed}"),
    )
    .assert(0, "2 rows done, 0 failed");
    assert_eq!(values(&desk, 2), ["8 9161112232"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_says_that_the_number_is_there_in_another_form() {
    let desk = Desk::of(2).await;
    let url = rewriting(&desk.sandbox).await;
    let words = "update contacts 1 --add phone=+79161112231 --country 7";
    let said = run(&desk, &url, words);
    said.assert(
        0,
        "contacts/1 has these values; it has a phone in another form, such as 8… instead of +7…",
    );
    let words = "update contacts 2 --add phone=+79161112231 --ensure";
    let said = run(&desk, &url, words);
    said.assert(2, "the portal has probably stored it in another form");
    said.assert(2, "nothing has to be run again");
    for id in 1..=2 {
        assert_eq!(values(&desk, id), ["8 9161112231"]);
    }
}

const LATE: &str = "--no-backup --country 7 --no-throttle --settle 2";

/// Starts a job with one phone, whose request arrives late.
fn start_with_a_late_phone(desk: &Desk, url: &str) -> Child {
    desk.write("a.csv", "id,phone\n1,89161112231\n");
    // Two reads come first: that of the phones, and that of `ensure`.
    desk.faults([Fault::delay(Duration::ZERO), Fault::delay(Duration::ZERO)]);
    desk.fault(Fault::late(Duration::from_secs(3)));
    desk.faults((0..20).map(|_| Fault::html()));
    let words = format!("bulk contacts a.csv --yes {LATE}");
    command(desk, url, &words).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_phone_of_a_killed_process_is_found_in_another_form_and_not_added_again() {
    let desk = Desk::of(1).await;
    let url = rewriting(&desk.sandbox).await;
    let mut job = start_with_a_late_phone(&desk, &url);
    while desk.requests().len() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    job.kill().unwrap();
    job.wait().unwrap();
    desk.sandbox.calm();
    let said = run(&desk, &url, &format!("bulk contacts a.csv --resume {LATE}"));
    said.assert(0, "1 row done, 0 failed");
    assert_eq!(values(&desk, 1), ["8 9161112231"]);
    // The wait is noted, although it was before the records were read.
    assert!(desk.read("a.csv.journal").contains("waited"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_phone_of_the_job_before_is_found_in_another_form_and_not_added_again() {
    let desk = Desk::of(2).await;
    let url = rewriting(&desk.sandbox).await;
    let mut job = start_with_a_late_phone(&desk, &url);
    while !desk.exists("a.csv.journal") || !desk.read("a.csv.journal").contains("\"failed\"") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    signal::send("INT", &job).unwrap();
    job.wait().unwrap();
    desk.sandbox.calm();
    // A corrected file under the same name.
    desk.write("a.csv", "id,phone\n2,89161112232\n1,89161112231\n");
    let said = run(&desk, &url, &format!("bulk contacts a.csv --yes {LATE}"));
    said.assert(0, "2 rows done, 0 failed");
    assert_eq!(values(&desk, 1), ["8 9161112231"]);
}
