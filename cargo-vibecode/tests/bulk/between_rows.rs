//! What somebody else writes to a record between two rows of the file that set the same field.

use std::{process::Child, time::Duration};

use serde_json::json;
use vibecode_sandbox::{CallFault, Entity, Fault, Sandbox};

use crate::{
    backup_parts::started,
    support::{Desk, Said},
};

/// As many as are read and sent before the next records are read.
const BLOCK: u64 = 500;
const OPTIONS: &str = "contacts backup.csv --no-throttle --no-verify --settle 1";
const BACKUP: &str = "--backup b.jsonl";
const CHANGED: &str = "post: the record has neither the value from before the job nor one that the rows of the file set, so it was changed since an earlier row, and the row was not sent. Look at the record, and to replace what it has, run the file of failed rows [CHANGED_SINCE]";

/// Changes a field of a contact, as somebody else would.
fn change(desk: &Desk, id: u64, field: &str, value: &str) {
    desk.write("no-backup.csv", format!("id,{field}\n{id},{value}\n"));
    desk.run("contacts no-backup.csv --yes --no-backup --empty clear --settle 1")
        .assert(0, "1 row done");
    std::fs::remove_file(desk.path("no-backup.csv.journal")).unwrap();
}

/// A desk with a clerk, and a file that changes this contact several times.
async fn desk_of_a_clerk(rows: &str) -> Desk {
    let contacts = [1, 2].map(|id| json!({"id": id, "post": "Clerk", "comments": "note"}));
    let seed = json!({ "contacts": contacts });
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("backup.csv", format!("id,post,comments\n{rows}"));
    desk
}

/// A desk with a job of two blocks, of which the second changes contacts 5 and 6 again.
async fn desk_of_two_blocks() -> Desk {
    let desk = Desk::of(BLOCK).await;
    let rows: Vec<String> = (1..=BLOCK).map(|id| format!("{id},a\n")).collect();
    let rows = rows.concat();
    desk.write("backup.csv", format!("id,post\n{rows}5,b\n6,b\n7,b\n"));
    desk
}

/// Starts a job, and returns once the last request of its first block is under way.
async fn job_between_blocks(desk: &Desk) -> Child {
    let slow = 2 * BLOCK.div_ceil(50);
    started(desk, &format!("{OPTIONS} {BACKUP} --yes"), slow).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_writes_while_the_job_runs_is_not_replaced_by_a_later_row() {
    let desk = desk_of_two_blocks().await;
    let old = desk.field(5, "post");
    let job = job_between_blocks(&desk).await;
    change(&desk, 5, "post", "Chief");
    // It is as it was before, so that nothing is lost.
    change(&desk, 6, "post", old.as_str().unwrap_or_default());
    let said = Said::of(job.wait_with_output().unwrap());
    said.assert(1, "502 rows done, 1 failed");
    said.assert(1, &format!("row 502 (contacts/5) failed: {CHANGED}"));
    let posts = [5, 6, 7].map(|id| desk.field(id, "post"));
    assert_eq!(posts, ["Chief", "b", "b"]);
    let failed = desk.read("backup.failed.csv");
    assert!(failed.contains("\n5,b,CHANGED_SINCE,"), "{failed}");
    // An undo leaves it, and restores the others.
    desk.run("contacts b.jsonl --yes --no-throttle --no-verify --settle 1")
        .assert(1, "499 rows done, 1 failed");
    let posts = [5, 6, 7].map(|id| desk.field(id, "post"));
    assert_eq!(posts, [json!("Chief"), old.clone(), old]);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_are_compared_take_no_further_request() {
    let desk = desk_of_two_blocks().await;
    desk.run(&format!("{OPTIONS} {BACKUP} --yes"))
        .assert(0, "503 rows done, 0 failed");
    // The records and the rows of each block.
    assert_eq!(desk.requests().len(), 10 + 10 + 1 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_writes_before_the_job_is_resumed_is_not_replaced_by_a_later_row() {
    let desk = desk_of_a_clerk("1,a,\n1,b,\n1,,ours\n").await;
    desk.run(&format!("{OPTIONS} {BACKUP} --yes --limit 1"))
        .assert(0, "1 row done");
    change(&desk, 1, "post", "Chief");
    change(&desk, 1, "comments", "theirs");
    let said = desk.run(&format!("{OPTIONS} --resume"));
    said.assert(1, "2 rows done, 1 failed");
    said.assert(1, &format!("row 3 (contacts/1) failed: {CHANGED}"));
    // The field that no earlier row has changed is in the backup as it was before its first row.
    let both = |desk: &Desk| (desk.field(1, "post"), desk.field(1, "comments"));
    assert_eq!(both(&desk), (json!("Chief"), json!("ours")));
    desk.run("contacts b.jsonl --yes --settle 1")
        .assert(1, "1 row done, 1 failed");
    assert_eq!(both(&desk), (json!("Chief"), json!("theirs")));
    // Who wants to replace it runs the failed row, and an undo of that restores it.
    desk.run("contacts backup.failed.csv --yes --backup c.jsonl --settle 1")
        .assert(0, "1 row done");
    assert_eq!(desk.field(1, "post"), "b");
    desk.run("contacts c.jsonl --yes --settle 1")
        .assert(0, "1 row done");
    assert_eq!(desk.field(1, "post"), "Chief");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_somebody_else_has_cleared_was_changed_too() {
    let desk = desk_of_a_clerk("1,a,\n1,b,\n").await;
    desk.run(&format!("{OPTIONS} {BACKUP} --yes --limit 1"))
        .assert(0, "1 row done");
    change(&desk, 1, "post", "");
    desk.run(&format!("{OPTIONS} --resume"))
        .assert(1, &format!("row 3 (contacts/1) failed: {CHANGED}"));
    assert_eq!(desk.field(1, "post"), json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_after_one_whose_record_was_changed_are_not_sent_either() {
    let desk = desk_of_a_clerk("1,a,\n1,b,\n1,c,\n").await;
    desk.run(&format!("{OPTIONS} {BACKUP} --yes --limit 1"))
        .assert(0, "1 row done");
    change(&desk, 1, "post", "Chief");
    desk.run(&format!("{OPTIONS} --resume --limit 1"))
        .assert(1, "1 row done, 1 failed");
    desk.run(&format!("{OPTIONS} --resume"))
        .assert(1, "1 row done, 2 failed");
    assert_eq!(desk.field(1, "post"), "Chief");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_job_itself_has_written_and_what_was_there_before_are_replaced() {
    for before_next in [None, Some("a"), Some("Clerk"), Some("b"), Some("c")] {
        let desk = desk_of_a_clerk("1,a,\n1,b,\n1,c,\n").await;
        desk.run(&format!("{OPTIONS} {BACKUP} --yes --limit 1"))
            .assert(0, "1 row done");
        if let Some(post) = before_next {
            change(&desk, 1, "post", post);
        }
        desk.run(&format!("{OPTIONS} --resume --limit 1"))
            .assert(0, "2 rows done");
        desk.run(&format!("{OPTIONS} --resume"))
            .assert(0, "3 rows done, 0 failed");
        assert_eq!(desk.field(1, "post"), "c");
        desk.run("contacts b.jsonl --yes --settle 1")
            .assert(0, "1 row done");
        assert_eq!(desk.field(1, "post"), "Clerk");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_sent_after_one_that_has_failed() {
    let desk = desk_of_a_clerk("1,a,\n2,a,\n1,b,\n").await;
    desk.faults([
        Fault::delay(Duration::ZERO),
        Fault::in_batch([(0, CallFault::error("VALIDATION_ERROR"))]),
    ]);
    desk.run(&format!("{OPTIONS} {BACKUP} --yes --limit 2"))
        .assert(1, "1 row done, 1 failed");
    desk.run(&format!("{OPTIONS} --resume"))
        .assert(1, "2 rows done, 1 failed");
    assert_eq!(desk.field(1, "post"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_backup_of_the_job_is_compared_with_the_records() {
    let desk = desk_of_a_clerk("1,a,\n1,,x\n1,b,y\n1,c,z\n").await;
    desk.run(&format!("{OPTIONS} {BACKUP} --yes --limit 1"))
        .assert(0, "1 row done");
    desk.run(&format!("{OPTIONS} --resume --limit 1 --backup c.jsonl"))
        .assert(0, "2 rows done");
    desk.run(&format!("{OPTIONS} --resume --limit 1"))
        .assert(0, "3 rows done");
    change(&desk, 1, "comments", "theirs");
    desk.run(&format!("{OPTIONS} --resume")).assert(
        1,
        "row 5 (contacts/1) failed: comments: the record has neither",
    );
    assert_eq!(desk.field(1, "comments"), "theirs");
    assert_eq!(desk.field(1, "post"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stage_that_a_portal_gives_a_deal_that_the_job_has_moved_is_replaced() {
    let seed = json!({"deals": [{"id": 13, "stageId": "NEW", "categoryId": 0}]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("backup.csv", "id,stageId,categoryId\n13,,5\n13,C5:WON,\n");
    let words = "deals backup.csv --no-throttle --no-verify --settle 1";
    desk.run(&format!("{words} {BACKUP} --yes --limit 1"))
        .assert(0, "1 row done");
    desk.write("no-backup.csv", "id,stageId\n13,C5:NEW\n");
    desk.run("deals no-backup.csv --yes --no-backup --settle 1")
        .assert(0, "1 row done");
    desk.run(&format!("{words} --resume"))
        .assert(0, "2 rows done, 0 failed");
    let deal = desk.sandbox.record(Entity::Deals, 13).unwrap();
    assert_eq!(deal["stageId"], "C5:WON");
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_are_added_whatever_else_was_changed() {
    let desk = desk_of_a_clerk("").await;
    desk.write(
        "backup.csv",
        "id,post,phone\n1,a,+79161112233\n1,,+79161112244\n",
    );
    desk.run(&format!("{OPTIONS} {BACKUP} --yes --limit 1"))
        .assert(0, "1 row done");
    change(&desk, 1, "post", "Chief");
    change(&desk, 1, "phone", "+79161112255");
    desk.run(&format!("{OPTIONS} --resume"))
        .assert(0, "2 rows done, 0 failed");
    assert_eq!(desk.phones(1).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_not_there_any_more_stops_the_job_before_the_next_rows() {
    let desk = desk_of_two_blocks().await;
    let job = job_between_blocks(&desk).await;
    std::fs::remove_file(desk.path("b.jsonl")).unwrap();
    let said = Said::of(job.wait_with_output().unwrap());
    said.assert(2, "b.jsonl: ");
    said.assert(2, "none of the next rows was sent");
    assert_eq!(desk.field(7, "post"), "a");
}
