//! A command notices that its files are not where or what they were.

#[cfg(unix)]
use std::{fs, time::Duration};

#[cfg(unix)]
use vibecode_sandbox::Fault;

use crate::support::Desk;
#[cfg(unix)]
use crate::support::Said;

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_replaced_while_its_rows_are_sent_is_noticed() {
    let desk = Desk::of(400).await;
    let rows = |post: &str| {
        let rows = (1..=400).map(|id| format!("{id},{post}\n"));
        format!("id,post\n{}", rows.collect::<String>())
    };
    desk.write("a.csv", rows("p"));
    desk.write("new.csv", rows("q"));
    desk.fault(Fault::delay(Duration::from_millis(1_500)));
    let child = desk
        .command("contacts a.csv --yes --no-throttle")
        .spawn()
        .unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    fs::rename(desk.path("a.csv"), desk.path("old.csv")).unwrap();
    fs::rename(desk.path("new.csv"), desk.path("a.csv")).unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    said.assert(
        2,
        "the file was replaced or removed since its rows were checked",
    );
    assert_eq!(desk.field(1, "post"), "p");
    assert_ne!(desk.field(400, "post"), "p");
    fs::rename(desk.path("old.csv"), desk.path("a.csv")).unwrap();
    desk.run("contacts a.csv --resume --no-throttle")
        .assert(0, "400 rows done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_or_a_mapping_of_another_folder_is_looked_for_where_the_message_says() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\n71,a\n");
    let here = desk.folder.canonicalize().unwrap();
    let folder = format!("(the current folder is {})", here.display());
    desk.run("contacts a.csv --resume").assert(2, &folder);
    desk.run("contacts a.csv --yes --mapping fields.json")
        .assert(2, &folder);
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_line_counts_the_bad_rows_too() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\n71,a\nx,b\n");
    let said = desk.run("contacts a.csv --yes --skip-bad");
    assert_eq!(
        said.out.lines().last(),
        Some("1 row done, 0 failed, 1 bad (not sent)")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_started_before_is_resumed_by_the_command_that_is_shown() {
    let desk = Desk::of(3).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n3,c\n");
    desk.run("contacts a.csv --yes --limit 1 --id-column id")
        .assert(0, "2 rows are not sent yet");
    let said = desk.run("contacts a.csv --yes --id-column id");
    let command = "cargo vibecode bulk contacts a.csv --id-column id";
    said.assert(2, &format!("To continue it: {command}"));
    said.assert(2, "--resume --portal sandbox.invalid\n");
    // As many rows as were given.
    let said = desk.run("contacts a.csv --yes --limit 1 --id-column id");
    said.assert(
        2,
        "1 row has an outcome. A resumed job waits for requests that may still run, and sends no row twice. To continue it: cargo vibecode bulk contacts a.csv --limit 1 ",
    );
}
