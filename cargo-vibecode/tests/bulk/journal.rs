//! Which jobs a journal resumes, and which it refuses.

use std::fs;

use crate::support::Desk;

async fn finished() -> Desk {
    let desk = Desk::of(120).await;
    let rows = (1..=120)
        .map(|id| format!("{id},p{id}\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post\n{rows}"));
    desk.run("contacts a.csv --yes --no-throttle")
        .assert(0, "120 rows done");
    desk.sandbox.clear_requests();
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_has_a_journal_is_not_started_again() {
    let desk = finished().await;
    let said = desk.run("contacts a.csv --yes");
    said.assert(2, "this job is already finished: 120 done, 0 failed, on 2");
    said.assert(2, " UTC. Nothing was sent now. The records were not read: they may have been changed or undone since. To send all rows again, delete a.csv.journal. To compare: cargo vibecode bulk contacts a.csv");
    said.assert(2, " --plan\n");
    assert!(!said.err.contains("--resume"), "{said:?}");
    desk.assert_nothing_sent();
    desk.run("contacts a.csv --resume")
        .assert(0, "this job is already finished: 120 done, 0 failed, on 2")
        .assert(0, "The records were not read");
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_of_another_job_is_refused() {
    let desk = finished().await;
    for (flags, expected) in [
        ("--empty clear", "--empty was leave and is now clear"),
        ("--settle 5", "--settle was 120 and is now 5"),
        ("--ensure", "--ensure was not given and is now given"),
        (
            "--map post=comments",
            "--map or --mapping was not given and is now post=comments",
        ),
    ] {
        let said = desk.run(&format!("contacts a.csv --resume {flags}"));
        said.assert(2, "a.csv.journal: the job was started with other options (");
        said.assert(2, expected);
    }
    let mut command = desk.command("contacts a.csv --resume");
    let elsewhere = finished().await;
    let moved = elsewhere.command("contacts a.csv --resume");
    let said = command.args(moved.get_args().skip(5)).output().unwrap();
    assert_eq!(said.status.code(), Some(2));
    let said = {
        fs::copy(desk.path("a.csv.journal"), elsewhere.path("a.csv.journal")).unwrap();
        elsewhere.run("contacts a.csv --resume")
    };
    said.assert(2, "the base URL was");
    let text = desk.read("a.csv").replace("p7\n", "p8\n");
    desk.write("a.csv", text);
    desk.run("contacts a.csv --resume")
        .assert(2, "and the file has changed since (its SHA-256 began with ");
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_missing_damaged_or_in_use_is_reported() {
    let desk = finished().await;
    let whole = desk.read("a.csv.journal");
    desk.write("a.csv.journal", whole.replace("journal", "jour\"nal"));
    desk.run("contacts a.csv --resume")
        .assert(2, "line 1 is not a line of a journal");
    desk.write("a.csv.journal", "{\"jour");
    desk.run("contacts a.csv --resume")
        .assert(2, "ends before anything was sent");
    fs::remove_file(desk.path("a.csv.journal")).unwrap();
    desk.run("contacts a.csv --resume")
        .assert(2, "there is no journal to resume from");
    desk.write("a.csv.journal", &whole);
    let held = fs::File::open(desk.path("a.csv.journal")).unwrap();
    fs4::FileExt::try_lock(&held).unwrap();
    desk.run("contacts a.csv --resume")
        .assert(2, "another process is running this job");
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_line_is_dropped_and_its_rows_are_sent_again_after_the_wait() {
    let desk = Desk::of(60).await;
    let rows = (1..=60)
        .map(|id| format!("{id},p{id},+7916{id:07}\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post,phone\n{rows}"));
    desk.run("contacts a.csv --yes --settle 1")
        .assert(0, "60 rows done");
    let whole = desk.read("a.csv.journal");
    // As if killed while it wrote that the first batch was done.
    let lines: Vec<&str> = whole.lines().take(3).collect();
    desk.write(
        "a.csv.journal",
        format!("{}\n{{\"done\":{{\"ba", lines.join("\n")),
    );
    let said = desk.run("contacts a.csv --resume --settle 1");
    said.assert(0, "60 rows done");
    // The journal was written just now.
    said.assert(
        0,
        ": requests of the earlier process may still be running at the server",
    );
    assert_eq!(desk.reported("a.csv"), ((2..=61).collect(), vec![]));
    assert!((1..=60).all(|id| desk.phones(id).len() == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_one_record_that_were_left_open_are_sent_again_in_their_order() {
    let desk = Desk::of(60).await;
    let rows = (1..=120)
        .map(|row| format!("{},p{row}\n", 1 + row % 60))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post\n{rows}"));
    desk.run("contacts a.csv --yes --settle 1")
        .assert(0, "120 rows done");
    let whole = desk.read("a.csv.journal");
    let header = whole.lines().next().unwrap();
    // As if killed while both batches were under way.
    let started = [(1, "2-51"), (2, "52-101")].map(|(batch, rows)| {
        format!(r#"{{"started":{{"batch":{batch},"at":0,"rows":"{rows}"}}}}"#)
    });
    let [first, second] = started;
    desk.write_journal("a.csv", &[header.to_owned(), first, second]);
    desk.run("contacts a.csv --resume --settle 1")
        .assert(0, "120 rows done");
    for id in 1..=60 {
        let last = if id == 1 { 120 } else { id + 59 };
        assert_eq!(desk.field(id, "post"), format!("p{last}"), "contact {id}");
    }
    assert_eq!(desk.reported("a.csv").0, (2..=121).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_holds_no_value_of_a_row() {
    let desk = Desk::of(2).await;
    // Longer than the moments in the journal, in which fewer digits stand by chance.
    let missing = "4040000000000000404";
    let phone = "79161112233";
    desk.write(
        "a.csv",
        format!("id,post,phone\n1,Geheimrat,+{phone}\n{missing},Geheimrat,+{phone}\n"),
    );
    desk.run("contacts a.csv --yes")
        .assert(1, "1 row done, 1 failed");
    let journal = desk.read("a.csv.journal");
    for value in ["Geheimrat", phone, missing] {
        assert!(!journal.contains(value), "{journal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_undone_says_so_when_it_is_resumed() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    desk.run("contacts a.csv --yes --backup old.jsonl --settle 1")
        .assert(0, "2 rows done");
    desk.run("contacts old.jsonl --yes --no-backup --settle 1")
        .assert(0, "2 rows done");
    for how in ["--resume", "--yes"] {
        let said = desk.run(&format!(
            "contacts a.csv {how} --backup old.jsonl --settle 1"
        ));
        let all = format!("{}{}", said.out, said.err);
        let expected = " UTC; 2 rows were restored from its backup, on 2";
        assert!(all.contains(expected), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_waited_for_if_the_journal_of_a_finished_job_was_copied() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
    let journal = desk.read("a.csv.journal");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    desk.write("a.csv.journal", journal);
    let said = desk.run("contacts a.csv --resume");
    said.assert(0, "already finished");
    assert!(!said.err.contains("wait"), "{said:?}");
}
