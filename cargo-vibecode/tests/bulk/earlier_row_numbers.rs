//! Journals of earlier versions, in which the rows of a text have the numbers of its lines.

use std::fs;

use crate::support::{Desk, Said};

const CUSTOMERS: &[u8] = include_bytes!("files/customers.xlsx");
/// Rows 2 to 4, which are on the lines 2, 4 and 5.
const ROWS: &str = "id,post\n1,\"a\nb\"\n404,c\n2,d\n";
const WHY: &str = "an earlier version of cargo-vibecode wrote the journal, and numbered the rows of this file by the lines of its text";

/// Makes the journal of a file that of an earlier version.
fn make_earlier(desk: &Desk, file: &str) {
    let lines = desk.journal(file).into_iter().map(|mut line| {
        if let Some(version) = line.pointer_mut("/journal/version") {
            assert_eq!(*version, 9);
            *version = 8.into();
        }
        line.to_string()
    });
    desk.write_journal(file, &lines.collect::<Vec<_>>());
}

fn run(desk: &Desk, file: &str, how: &str) -> Said {
    desk.run(&format!("contacts {file} {how} --skip-bad --settle 1"))
}

/// A desk with a job of an earlier version, which has sent the first rows of a file.
async fn started(file: &str, text: impl AsRef<[u8]>, sent: u64) -> Desk {
    let desk = Desk::of(80).await;
    desk.write(file, text);
    let said = run(&desk, file, &format!("--yes --limit {sent}"));
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
    make_earlier(&desk, file);
    desk.sandbox.clear_requests();
    desk
}

fn assert_refused(desk: &Desk, said: &Said, next: &str) {
    said.assert(2, WHY).assert(2, next);
    assert!(!said.err.contains("Restore what has changed"), "{said:?}");
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_rows_were_numbered_by_lines_is_not_resumed_and_the_way_out_works() {
    let separated = ROWS.replace("a\nb", "a");
    for text in [ROWS.to_owned(), format!("sep=,\r\n{separated}")] {
        let desk = started("a.csv", text, 1).await;
        for how in ["--resume", "--yes", "--plan"] {
            let said = run(&desk, "a.csv", how);
            let next = "To send all rows of the file as a new job, rename it to a.1.csv, ";
            assert_refused(&desk, &said, next);
            said.assert(2, "and run: cargo vibecode bulk contacts a.1.csv");
        }
        fs::rename(desk.path("a.csv"), desk.path("a.1.csv")).unwrap();
        run(&desk, "a.1.csv", "--yes").assert(1, "2 rows done, 1 failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_does_not_say_what_the_rows_change_is_refused_for_the_same_reason() {
    let desk = started("a.csv", ROWS, 1).await;
    let mut header = desk.journal("a.csv").remove(0);
    header["journal"]["version"] = 2.into();
    header.as_object_mut().unwrap().remove("sum").unwrap();
    let fields = header["journal"].as_object_mut().unwrap();
    fields.remove("meaning").unwrap();
    desk.write("a.csv.journal", format!("{header}\n"));
    let said = run(&desk, "a.csv", "--resume");
    assert_refused(&desk, &said, "as a new job");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_failed_rows_of_a_finished_job_are_not_written_by_numbers_that_mean_other_rows() {
    let desk = started("a.csv", ROWS, 3).await;
    let failed = desk.read("a.failed.csv");
    assert!(failed.contains("404"), "{failed}");
    run(&desk, "a.csv", "--resume").assert(1, "this job is already finished: 2 done, 1 failed");
    fs::remove_file(desk.path("a.failed.csv")).unwrap();
    let said = run(&desk, "a.csv", "--resume");
    let next = "To see what the rows would change: cargo vibecode bulk contacts a.csv";
    assert_refused(&desk, &said, next);
    said.assert(2, "1 failed");
    said.assert(2, "a.failed.csv is not there. It cannot be written again");
    assert!(!desk.exists("a.failed.csv"));
    run(&desk, "a.csv", "--plan").assert(1, "404");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_rows_have_the_same_numbers_in_both_versions_is_resumed() {
    let lines = "{\"id\":1,\"post\":\"a\\nb\"}\n\n{\"id\":2,\"post\":\"d\"}\n";
    for (file, text) in [
        ("a.csv", "id,post\r\n\r\n1,a\r\n,\r\n2,d\r\n".as_bytes()),
        ("a.jsonl", lines.as_bytes()),
        ("a.xlsx", CUSTOMERS),
    ] {
        let desk = started(file, text, 1).await;
        let said = run(&desk, file, "--resume");
        let code = i32::from(said.out.contains("bad (not sent)"));
        said.assert(code, "2 rows done, 0 failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_failed_rows_of_an_earlier_job_are_written_if_their_numbers_are_the_same() {
    let desk = started("a.csv", "id,post\n1,a\n\n404,c\n2,d\n", 3).await;
    let failed = desk.read("a.failed.csv");
    fs::remove_file(desk.path("a.failed.csv")).unwrap();
    run(&desk, "a.csv", "--resume").assert(1, "the failed rows are in a.failed.csv");
    assert_eq!(desk.read("a.failed.csv"), failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_rows_were_numbered_by_lines_is_undone() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", ROWS);
    let before = desk.field(1, "post");
    desk.run("contacts a.csv --yes --backup kept.jsonl --settle 1")
        .assert(1, "2 rows done, 1 failed");
    make_earlier(&desk, "a.csv");
    desk.run("contacts kept.jsonl --yes --settle 1")
        .assert(0, "2 rows done, 0 failed");
    assert_eq!(desk.field(1, "post"), before);
}
