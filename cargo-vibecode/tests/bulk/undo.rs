//! An undo takes back what the job did, and nothing that somebody else has done since.

use serde_json::json;
use vibecode_sandbox::Sandbox;

use crate::support::{Desk, Said};

/// A job that has changed the posts of three records, with a backup.
async fn done() -> Desk {
    let seed = json!({"contacts": [
        {"id": 1, "post": "Clerk"}, {"id": 2, "post": "Clerk"}, {"id": 3}
    ]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("a.csv", "id,post\n1,Director\n2,Director\n3,Director\n");
    desk.run("contacts a.csv --yes --backup kept.jsonl")
        .assert(0, "3 rows done");
    desk
}

/// Changes a record as somebody else does.
fn change(desk: &Desk, row: &str) {
    desk.write("b.csv", format!("id,post\n{row}\n"));
    let _ = std::fs::remove_file(desk.path("b.csv.journal"));
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_has_changed_since_is_left_unless_it_is_asked_for() {
    let desk = done().await;
    change(&desk, "2,Chief");
    let plan = desk.run("contacts kept.jsonl --plan");
    plan.assert(1, "contacts/2 post: changed since by somebody else");
    plan.assert(
        1,
        "2 rows would change, 0 the same, 0 rows not found, 1 row changed since",
    );
    let said = desk.run("contacts kept.jsonl --yes");
    said.assert(1, "2 rows done, 1 failed");
    said.assert(1, "[CHANGED_SINCE]");
    assert_eq!(desk.field(1, "post"), "Clerk");
    assert_eq!(desk.field(2, "post"), "Chief");
    assert_ne!(desk.field(3, "post"), "Director");
    let failed = desk.read("kept.failed.jsonl");
    assert!(failed.contains("\"CHANGED_SINCE\""), "{failed}");

    // The failed row is still one of an undo.
    desk.run("contacts kept.failed.jsonl --yes")
        .assert(1, "0 rows done, 1 failed");
    desk.run("contacts kept.failed.jsonl --plan --overwrite-newer")
        .assert(0, "contacts/2 post: Chief → Clerk");
    desk.run("contacts kept.jsonl --resume")
        .assert(1, "already finished");
    std::fs::remove_file(desk.path("kept.jsonl.journal")).unwrap();
    desk.run("contacts kept.jsonl --yes --overwrite-newer")
        .assert(0, "3 rows done");
    assert_eq!(desk.field(2, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_was_reviewed_without_newer_changes_does_not_overwrite_them() {
    let desk = done().await;
    change(&desk, "2,Chief");
    let reviewed = |words: &str| {
        let plan = desk.run(&format!("contacts kept.jsonl --plan --format json {words}"));
        let counts: serde_json::Value =
            serde_json::from_str(plan.out.lines().last().unwrap()).unwrap();
        counts["reviewed"].as_str().unwrap().to_owned()
    };
    let (without, with) = (reviewed(""), reviewed("--overwrite-newer"));
    let send = |words: &str| desk.run(&format!("contacts kept.jsonl --yes --reviewed {words}"));
    send(&format!("{without} --overwrite-newer")).assert(
        2,
        ", or the review was made without --overwrite-newer. Nothing",
    );
    send(&with).assert(
        2,
        ", or the review was made with --overwrite-newer. Nothing",
    );
    assert_eq!(desk.field(1, "post"), "Director");
    assert_eq!(desk.field(2, "post"), "Chief");
    send(&format!("{with} --overwrite-newer")).assert(0, "3 rows done");
    assert_eq!(desk.field(2, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_of_rows_about_one_record_knows_all_that_they_wrote() {
    let desk = Desk::of(2).await;
    change(&desk, "1,Clerk");
    desk.write("a.csv", "id,post\n1,first\n2,x\n1,second\n");
    desk.run("contacts a.csv --yes --backup kept.jsonl")
        .assert(0, "3 rows done");
    // As if the second row about it had failed.
    change(&desk, "1,first");
    desk.run("contacts kept.jsonl --yes")
        .assert(0, "2 rows done");
    assert_eq!(desk.field(1, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_an_earlier_version_is_undone_with_a_warning() {
    let desk = done().await;
    let kept = desk.read("kept.jsonl");
    let old: String = kept
        .replace(",\"has_written\":true", "")
        .lines()
        .map(|line| match line.split_once(",\"backup:written\"") {
            Some((row, _)) => format!("{row}}}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    assert!(!old.contains("written"), "{old}");
    desk.write("old.jsonl", old);
    change(&desk, "2,Chief");
    let said = desk.run("contacts old.jsonl --yes");
    said.assert(0, "3 rows done");
    said.assert(
        0,
        "warning: an earlier version of cargo-vibecode wrote this backup",
    );
    assert_eq!(desk.field(2, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_says_before_it_sends_which_fields_it_clears() {
    let desk = done().await;
    desk.sandbox.clear_requests();
    let said = desk.run("contacts kept.jsonl");
    said.assert(0, "clears `post` of 1 record, which had no value when the backup was made, the first in row 4 (contacts/3)");
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_a_backup_that_are_not_understood_stop_the_undo() {
    let desk = done().await;
    let kept = desk.read("kept.jsonl");
    let odd = kept.replace("{\"post\":[\"Director\"]}", "\"Director\"");
    desk.write("odd.jsonl", odd);
    desk.run("contacts odd.jsonl --yes").assert(
        2,
        "row 2 (contacts/1): `backup:written` does not list the values that the job wrote",
    );
    assert_eq!(desk.field(1, "post"), "Director");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_without_the_values_of_the_job_is_not_undone_unchecked() {
    let desk = done().await;
    change(&desk, "2,Chief");
    let kept = desk.read("kept.jsonl");
    let written = ",\"backup:written\":{\"post\":[\"Director\"]}";
    assert_eq!(kept.matches(written).count(), 3, "{kept}");
    desk.write("lost.jsonl", kept.replace(written, ""));
    for how in ["--yes", "--plan"] {
        desk.run(&format!("contacts lost.jsonl {how}"))
            .assert(2, "row 2 (contacts/1): `backup:written` is missing");
    }
    // The restored file is not taken for another one.
    desk.write("lost.jsonl", &kept);
    desk.run("contacts lost.jsonl --yes")
        .assert(1, "2 rows done, 1 failed");
    change(&desk, "1,Director");
    // A field that is not listed is not known to be as the job left it.
    desk.write(
        "unlisted.jsonl",
        kept.replace("{\"post\":[\"Director\"]}", "{}"),
    );
    let said = desk.run("contacts unlisted.jsonl --yes");
    // Record 3 has its old value already.
    said.assert(1, "1 row done, 2 failed");
    said.assert(1, "[CHANGED_SINCE]");
    assert_eq!(desk.field(1, "post"), "Director");
    assert_eq!(desk.field(2, "post"), "Chief");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_backup_without_its_first_line_is_not_sent() {
    let desk = done().await;
    change(&desk, "2,Chief");
    let backup = desk.read("kept.jsonl");
    let (head, rows) = backup.split_once('\n').unwrap();
    let second = rows.lines().nth(1).unwrap();
    desk.write("part.jsonl", format!("{second}\n"));
    for arguments in ["", "--plan", "--yes"] {
        desk.run(&format!("contacts part.jsonl {arguments}"))
            .assert(2, "the first line of the backup is missing");
    }
    assert_eq!(desk.field(2, "post"), "Chief");

    desk.write("part.jsonl", format!("{head}\n{second}\n"));
    desk.run("contacts part.jsonl --yes")
        .assert(1, "[CHANGED_SINCE]");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_has_each_field_of_a_record_once_with_the_value_before_the_first_row_that_changes_it()
 {
    let seed = json!({"contacts": [
        {"id": 1, "post": "Clerk", "name": "Anna"}, {"id": 2, "post": "Clerk"}
    ]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("a.csv", "id,post,name\n1,first,\n2,x,\n1,,Vera\n1,Clerk,\n");
    desk.run("contacts a.csv --yes --backup kept.jsonl")
        .assert(0, "4 rows done");
    let kept = desk.read("kept.jsonl");
    let rows: Vec<&str> = kept.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            r#"{"id":1,"wire:post":"Clerk","backup:written":{"post":["first","Clerk"]},"backup:rows":"2,5"}"#,
            r#"{"id":2,"wire:post":"Clerk","backup:written":{"post":["x"]},"backup:rows":"3"}"#,
            r#"{"id":1,"wire:name":"Anna","backup:written":{"name":["Vera"]},"backup:rows":"4"}"#,
        ]
    );
    // As if the last row had failed.
    change(&desk, "1,first");
    desk.run("contacts kept.jsonl --yes")
        .assert(0, "3 rows done");
    assert_eq!(desk.field(1, "post"), "Clerk");
    assert_eq!(desk.field(1, "name"), "Anna");
}

/// The command that was printed for the failed rows of an undo, without `cargo vibecode bulk`, and sent.
fn printed(said: &Said) -> String {
    let all = format!("{}{}", said.out, said.err);
    let (_, command) = all
        .lines()
        .find_map(|line| {
            line.split_once(": cargo vibecode bulk ").filter(|_| {
                line.contains("to undo the failed rows also in records")
                    || line.contains("To undo only these")
            })
        })
        .unwrap_or_else(|| panic!("{said:#?}"));
    let mut words: Vec<&str> = command.split(' ').collect();
    // The desk gives it itself.
    let base_url = words.iter().position(|word| *word == "--base-url").unwrap();
    words.drain(base_url..base_url + 2);
    words.join(" ").replace("--plan", "--yes")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_that_is_printed_for_rows_that_were_changed_since_undoes_them() {
    let desk = done().await;
    change(&desk, "2,Chief");
    let said = desk.run("contacts kept.jsonl --yes");
    said.assert(1, "[CHANGED_SINCE]");
    desk.run(&printed(&said)).assert(0, "1 row done, 0 failed");
    assert_eq!(desk.field(2, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_is_finished_and_overwrites_newer_changes_leads_to_its_failed_rows_alone() {
    let desk = done().await;
    change(&desk, "2,Chief");
    desk.run("contacts kept.jsonl --yes")
        .assert(1, "[CHANGED_SINCE]");
    desk.run("contacts kept.failed.jsonl --yes")
        .assert(1, "[CHANGED_SINCE]");
    change(&desk, "1,newer");
    for file in ["kept.jsonl", "kept.failed.jsonl"] {
        let said = desk.run(&format!("contacts {file} --yes --overwrite-newer"));
        said.assert(2, "this undo is finished: nothing was sent");
        if file == "kept.failed.jsonl" {
            desk.run(&printed(&said)).assert(0, "1 row done, 0 failed");
        }
    }
    assert_eq!(desk.field(1, "post"), "newer");
    assert_eq!(desk.field(2, "post"), "Clerk");
}
