//! What was reviewed with `--plan` is what is sent, or nothing is.

use vibecode_sandbox::Fault;

use crate::support::{Desk, Said};

fn json(said: &Said) -> serde_json::Value {
    serde_json::from_str(said.out.lines().last().unwrap()).unwrap()
}

fn review(desk: &Desk, words: &str) -> String {
    let said = desk.run(&format!("contacts a.csv --plan --format json {words}"));
    json(&said)["reviewed"].as_str().unwrap().to_owned()
}

fn send(desk: &Desk, words: &str) -> Said {
    desk.run(&format!("contacts a.csv --yes --reviewed {words}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_ends_with_the_command_that_sends_it() {
    let desk = Desk::of(3).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n3,c\n");
    let said = desk.run("contacts a.csv --plan --limit 2");
    let digest = review(&desk, "--limit 2");
    let flags = format!("--portal sandbox.invalid --yes --reviewed {digest}");
    said.assert(0, "To send exactly this, if nothing has changed since: cargo vibecode bulk contacts a.csv --limit 2 ");
    said.assert(0, &flags);
    let sent = send(&desk, &format!("{digest} --limit 2"));
    sent.assert(0, "2 rows done, 0 failed");
    // The rest was not reviewed with it.
    let plan = "cargo vibecode bulk contacts a.csv --limit 2 --no-backup";
    sent.assert(
        0,
        "1 row is not sent yet because of --limit. To see what the next 1 row would change: ",
    );
    for words in ["--yes --limit 2", "--yes"] {
        let said = desk.run(&format!("contacts a.csv {words}"));
        said.assert(2, "this job was started before, and 2 rows have an outcome. It was reviewed with --limit 2, which did not cover all rows. To see what the next ones would change: ");
        said.assert(2, " --plan --portal sandbox.invalid");
        assert_eq!(
            said.err.contains("--limit 2 --"),
            words.contains("limit"),
            "{said:?}"
        );
    }
    assert!(sent.out.contains(plan), "{sent:?}");
    // If nothing would change, there is nothing to send.
    desk.write("b.csv", "id,post\n1,a\n2,b\n");
    let said = desk.run("contacts b.csv --plan");
    said.assert(0, "0 rows would change, 2 the same");
    assert!(!said.out.contains("To send"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rows_or_records_than_those_that_were_reviewed_are_not_sent() {
    let desk = Desk::of(3).await;
    let file = "id,post,phone\n1,a,+79161112233\n2,b,\n";
    desk.write("a.csv", file);
    let digest = review(&desk, "");
    let refused = |words: &str, why: &str| {
        let said = send(&desk, words);
        said.assert(2, "what would be sent is not what was reviewed: ");
        said.assert(2, why);
        said.assert(
            2,
            "Nothing was sent. To review it again: cargo vibecode bulk contacts a.csv",
        );
        assert!(!desk.exists("a.csv.journal"));
    };
    desk.write("a.csv", file.replace("2,b,", "2,c,"));
    refused(&digest, "the rows request other changes");
    desk.write("a.csv", file);
    refused(
        &format!("{digest} --limit 1"),
        "a record was changed since, or deleted, or the review was made without --limit or with another one. Nothing was sent",
    );
    for row in ["post\n2,x\n", "phone\n1,+79161112233\n"] {
        desk.write("b.csv", format!("id,{row}"));
        let _ = std::fs::remove_file(desk.path("b.csv.journal"));
        desk.run("contacts b.csv --yes").assert(0, "1 row done");
        refused(
            &digest,
            "a record was changed since, or deleted, or the review was made with --limit. Nothing was sent",
        );
    }
    let digest = review(&desk, "");
    send(&desk, &digest).assert(0, "2 rows done, 0 failed");
}

/// A job that was sent as it was reviewed, and stopped after 50 of its 60 rows.
async fn stopped_after_a_batch() -> Desk {
    let desk = Desk::of(60).await;
    let rows: Vec<String> = (1..=60).map(|id| format!("{id},p{id}\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    let digest = review(&desk, "");
    // The records are read for the review, and again just before the first batch is sent.
    desk.faults((0..5).map(|_| Fault::delay(std::time::Duration::ZERO)));
    desk.fault(Fault::error("SCOPE_DENIED"));
    let sent = send(&desk, &format!("{digest} --no-throttle"));
    sent.assert(2, "50 rows done, 0 failed so far");
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_job_sends_the_rows_that_are_left_as_they_were_reviewed() {
    let desk = stopped_after_a_batch().await;
    // The job itself has changed the first record, and nobody has changed those that are left.
    desk.run("contacts a.csv --resume")
        .assert(0, "60 rows done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_left_and_whose_record_is_not_as_it_was_reviewed_is_not_sent() {
    let desk = stopped_after_a_batch().await;
    desk.write("b.csv", "id,post\n55,x\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    let refused = desk.run("contacts a.csv --resume");
    refused.assert(
        2,
        "and the records of 1 of the rows that are left are not as they were (the first is row 56 (contacts/55)): nothing was sent",
    );
    refused.assert(
        2,
        "To review what is left: cargo vibecode bulk contacts a.csv",
    );
    assert_eq!(desk.field(56, "post"), serde_json::Value::Null);
    let plan = desk.run("contacts a.csv --plan");
    plan.assert(0, "contacts/55 post: x → p55");
    plan.assert(0, " --resume --reviewed ");
    let digest = review(&desk, "");
    desk.run(&format!("contacts a.csv --resume --reviewed {digest}"))
        .assert(0, "60 rows done, 0 failed");
    assert_eq!(desk.field(55, "post"), "p55");
}

/// Six rows, of which two were sent without a review.
async fn two_of_six_sent() -> Desk {
    let desk = Desk::of(6).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n");
    desk.run("contacts a.csv --yes --limit 2 --settle 1")
        .assert(0, "2 rows done");
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn the_review_of_an_unfinished_job_covers_the_rows_that_are_sent_next() {
    let desk = two_of_six_sent().await;
    let digest = review(&desk, "--limit 2 --settle 1");
    desk.write("b.csv", "id,post\n4,x\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    let words = format!("contacts a.csv --resume --limit 2 --settle 1 --reviewed {digest}");
    desk.run(&words)
        .assert(2, "a record was changed since, or deleted, or the job has sent rows since, or the review was made without --limit or with another one. Nothing was sent");
    assert_ne!(desk.field(3, "post"), "c");
    assert_eq!(desk.field(4, "post"), "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_an_earlier_process_left_open_are_reviewed_whatever_the_limit_is() {
    let desk = two_of_six_sent().await;
    let is_kept = |line: &&str| !line.contains("\"done\"") && !line.contains("\"ended\"");
    let journal = desk.read("a.csv.journal");
    let lines: Vec<String> = journal.lines().filter(is_kept).map(str::to_owned).collect();
    desk.write_journal("a.csv", &lines);
    let plan = desk.run("contacts a.csv --plan --limit 1 --settle 1");
    plan.assert(0, "contacts/3 post: (nothing) → c");
    plan.assert(0, "1 row would change, 2 the same");
    let digest = review(&desk, "--limit 1 --settle 1");
    let words = format!("contacts a.csv --resume --limit 1 --settle 1 --reviewed {digest}");
    desk.run(&words).assert(0, "3 rows done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_an_unfinished_job_is_refused_if_it_could_not_be_resumed() {
    let desk = two_of_six_sent().await;
    let file = desk.read("a.csv");
    desk.write("a.csv", file.replace("6,f", "6,g"));
    desk.run("contacts a.csv --plan --settle 1")
        .assert(2, "the file has changed since its job was started");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_that_is_given_to_resume_holds_when_the_job_is_resumed_again() {
    let desk = Desk::of(110).await;
    let rows: Vec<String> = (1..=110).map(|id| format!("{id},p{id}\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    desk.run("contacts a.csv --yes --limit 10")
        .assert(0, "10 rows done");
    let digest = review(&desk, "");
    desk.faults((0..5).map(|_| Fault::delay(std::time::Duration::ZERO)));
    desk.fault(Fault::error("SCOPE_DENIED"));
    let words = format!("contacts a.csv --resume --no-throttle --reviewed {digest}");
    desk.run(&words).assert(2, "60 rows done, 0 failed so far");
    desk.write("b.csv", "id,post\n105,x\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    let refused = desk.run("contacts a.csv --resume");
    refused.assert(2, &format!("the job was reviewed as {digest}"));
    refused.assert(2, "(the first is row 106 (contacts/105)): nothing was sent");
    assert_eq!(desk.field(105, "post"), "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_with_a_limit_that_is_given_to_resume_is_known_when_the_job_is_resumed_again() {
    let desk = two_of_six_sent().await;
    let digest = review(&desk, "--limit 2 --settle 1");
    let words = format!("contacts a.csv --resume --limit 2 --settle 1 --reviewed {digest}");
    desk.run(&words).assert(0, "4 rows done, 0 failed");
    desk.run("contacts a.csv --resume --settle 1")
        .assert(0, "warning: the job was reviewed with --limit 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_after_a_changed_line_is_asked_for_again() {
    let desk = two_of_six_sent().await;
    let digest = review(&desk, "--limit 2 --settle 1");
    let words = format!("contacts a.csv --resume --limit 2 --settle 1 --reviewed {digest}");
    desk.run(&words).assert(0, "4 rows done, 0 failed");
    let journal = desk.read("a.csv.journal");
    let changed = journal.replace(r#""ok":"2-3""#, r#""ok":"2""#);
    assert_ne!(changed, journal);
    desk.write("a.csv.journal", changed);
    for _ in 0..2 {
        let refused = desk.run("contacts a.csv --resume --settle 1");
        refused.assert(2, "the journal has lost what was reviewed of 2 rows");
    }
    let digest = review(&desk, "--settle 1");
    desk.run(&format!(
        "contacts a.csv --resume --settle 1 --reviewed {digest}"
    ))
    .assert(0, "6 rows done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_beyond_the_limit_of_a_review_are_named_when_they_are_sent() {
    let desk = Desk::of(3).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n3,c\n");
    let digest = review(&desk, "--limit 2");
    send(&desk, &format!("{digest} --limit 2")).assert(0, "2 rows done, 0 failed");
    desk.run("contacts a.csv --resume")
        .assert(0, "warning: the job was reviewed with --limit 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_digest_is_refused_with_the_command_that_prints_one() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    for wrong in ["x", "1f09d2c4", "1f09d2c4-77ab03eg", "1F09D2C4-77AB03E9"] {
        let said = send(&desk, wrong);
        said.assert(
            2,
            "this is no digest of a review, such as 1f09d2c4-77ab03e9",
        );
        said.assert(2, "--plan` has it");
    }
    desk.assert_nothing_sent();
}

/// A job of two rows that was sent as it was reviewed, and killed before its batch was reported.
async fn killed_with_an_open_batch() -> Desk {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    let digest = review(&desk, "--settle 1");
    send(&desk, &format!("{digest} --settle 1")).assert(0, "2 rows done");
    let is_kept = |line: &&str| line.contains("\"journal\"") || line.contains("\"reviewed\"");
    let journal = desk.read("a.csv.journal");
    let mut lines: Vec<String> = journal.lines().filter(is_kept).map(str::to_owned).collect();
    let started = journal.lines().find(|line| line.contains("\"started\""));
    lines.push(started.unwrap().to_owned());
    desk.write_journal("a.csv", &lines);
    desk
}

/// Sets the post of a contact, as somebody else would.
fn set_post(desk: &Desk, id: u64, post: &str) {
    let _ = std::fs::remove_file(desk.path("b.csv.journal"));
    desk.write("b.csv", format!("id,post\n{id},{post}\n"));
    desk.run("contacts b.csv --yes --empty clear --settle 1")
        .assert(0, "1 row done");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_row_whose_record_somebody_else_has_changed_since_the_review_is_not_sent() {
    let desk = killed_with_an_open_batch().await;
    set_post(&desk, 2, "x");
    let refused = desk.run("contacts a.csv --resume --settle 1");
    refused.assert(
        2,
        "the records of 1 of the rows that are left are not as they were (the first is row 3 (contacts/2))",
    );
    refused.assert(2, "nothing was sent, and row 3 (contacts/2) was sent before and had no answer, and its record has neither what was reviewed nor what the row sets");
    assert_eq!(desk.field(2, "post"), "x");
    let digest = review(&desk, "--settle 1");
    desk.run(&format!(
        "contacts a.csv --resume --settle 1 --reviewed {digest}"
    ))
    .assert(0, "2 rows done");
    assert_eq!(desk.field(2, "post"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_row_may_show_what_was_reviewed_or_what_it_sets() {
    let desk = killed_with_an_open_batch().await;
    set_post(&desk, 2, "");
    assert_eq!(desk.field(1, "post"), "a");
    desk.run("contacts a.csv --resume --settle 1")
        .assert(0, "2 rows done");
    assert_eq!(desk.field(2, "post"), "b");
}

/// A job with two rows about contact 1, of which the second was reviewed and is left.
async fn with_a_later_row_left() -> Desk {
    let desk = Desk::of(55).await;
    let rows: Vec<String> = (1..=55).map(|id| format!("{id},p{id},\n")).collect();
    let rows = rows.concat();
    desk.write("a.csv", format!("id,post,comments\n{rows}1,late,note\n"));
    let digest = review(&desk, "");
    desk.faults((0..5).map(|_| Fault::delay(std::time::Duration::ZERO)));
    desk.fault(Fault::error("SCOPE_DENIED"));
    send(&desk, &format!("{digest} --no-throttle")).assert(2, "50 rows done, 0 failed so far");
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_after_another_about_its_record_is_compared_with_what_that_has_set() {
    let desk = with_a_later_row_left().await;
    desk.run("contacts a.csv --resume")
        .assert(0, "56 rows done");
    assert_eq!(desk.field(1, "post"), "late");

    for (field, value) in [("post", "x"), ("comments", "x")] {
        let desk = with_a_later_row_left().await;
        desk.write("b.csv", format!("id,{field}\n1,{value}\n"));
        desk.run("contacts b.csv --yes").assert(0, "1 row done");
        desk.run("contacts a.csv --resume")
            .assert(2, "(the first is row 57 (contacts/1)): nothing was sent");
        assert_eq!(desk.field(1, field), value);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_after_another_that_was_sent_before_the_review_is_compared_with_the_review() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,first\n1,a\n2,b\n1,c\n");
    desk.run("contacts a.csv --yes --limit 2 --settle 1")
        .assert(0, "2 rows done");
    let digest = review(&desk, "--settle 1");
    // The records are read for the review, and then the first batch is refused.
    desk.fault(Fault::delay(std::time::Duration::ZERO));
    desk.fault(Fault::error("SCOPE_DENIED"));
    desk.run(&format!(
        "contacts a.csv --resume --settle 1 --reviewed {digest}"
    ))
    .assert(2, "2 rows done, 0 failed so far");
    // The review does not know the value of a row that was sent before it.
    set_post(&desk, 1, "first");
    desk.run("contacts a.csv --resume --settle 1")
        .assert(2, "(the first is row 5 (contacts/1)): nothing was sent");
    assert_eq!(desk.field(1, "post"), "first");
    set_post(&desk, 1, "a");
    desk.run("contacts a.csv --resume --settle 1")
        .assert(0, "4 rows done");
}
