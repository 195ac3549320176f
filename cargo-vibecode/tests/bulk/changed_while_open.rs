//! Rows that were under way when a job was killed, and whose records somebody else has changed before it is resumed.

use std::time::Duration;

use serde_json::json;
use vibecode_sandbox::{CallFault, Entity, Fault, Sandbox};

use crate::support::{Desk, Said};

const OPTIONS: &str = "contacts backup.csv --no-throttle --no-verify --settle 1";
const BACKUP: &str = "--backup b.jsonl";

/// Starts a command, and kills it while its request of this number is under way, which is carried out or not.
async fn kill(desk: &Desk, words: &str, request: usize, is_applied: bool) {
    desk.sandbox.calm();
    desk.sandbox.clear_requests();
    desk.faults((1..request).map(|_| Fault::delay(Duration::ZERO)));
    desk.fault(if is_applied {
        Fault::hang_after()
    } else {
        Fault::hang()
    });
    let mut job = desk.command(words).spawn().unwrap();
    while desk.requests().len() < request {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    job.kill().unwrap();
    job.wait().unwrap();
    desk.sandbox.calm();
}

/// Changes a contact, as somebody else would.
fn change(desk: &Desk, id: u64, field: &str, value: &str) {
    desk.write("no-backup.csv", format!("id,{field}\n{id},{value}\n"));
    desk.run("contacts no-backup.csv --yes --no-backup --settle 1")
        .assert(0, "1 row done");
    std::fs::remove_file(desk.path("no-backup.csv.journal")).unwrap();
}

fn resume(desk: &Desk) -> Said {
    desk.run(&format!("{OPTIONS} --resume"))
}

/// A desk with three contacts that are clerks, and a job that makes them directors. The word in the name of its file makes
/// the commands of a test leave out `--no-backup`.
async fn desk_of_clerks() -> Desk {
    let clerk = |id| json!({"id": id, "post": "Clerk", "comments": "note", "opened": "Y"});
    let contacts: Vec<_> = (1..=3).map(clerk).collect();
    let seed = json!({ "contacts": contacts });
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write(
        "backup.csv",
        "id,post,comments,opened\n1,Director,note,yes\n2,Director,note,yes\n3,Director,note,yes\n",
    );
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_writes_before_a_killed_job_is_resumed_is_not_replaced() {
    for is_applied in [false, true] {
        let desk = desk_of_clerks().await;
        kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, is_applied).await;
        change(&desk, 2, "post", "Chief");
        let said = resume(&desk);
        said.assert(1, "2 rows done, 1 failed");
        said.assert(1, "row 3 (contacts/2) failed: post: the row was sent before and had no answer, and the record has neither the old value nor the one of the row, so it was changed since: the row was not sent again");
        assert_eq!(desk.field(2, "post"), "Chief");
        assert_eq!(desk.field(1, "post"), "Director");
        let failed = desk.read("backup.failed.csv");
        assert!(
            failed.contains("\n2,Director,note,yes,CHANGED_SINCE,"),
            "{failed}"
        );
        // An undo leaves it, too.
        desk.run("contacts b.jsonl --yes --settle 1")
            .assert(1, "2 rows done, 1 failed");
        let posts = [1, 2, 3].map(|id| desk.field(id, "post"));
        assert_eq!(posts, ["Clerk", "Chief", "Clerk"]);
        // Who wants to replace it runs the failed row, and an undo of that restores it.
        desk.run("contacts backup.failed.csv --yes --backup c.jsonl --settle 1")
            .assert(0, "1 row done");
        assert_eq!(desk.field(2, "post"), "Director");
        desk.run("contacts c.jsonl --yes --settle 1")
            .assert(0, "1 row done");
        assert_eq!(desk.field(2, "post"), "Chief");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_had_the_value_of_the_row_already_is_compared_too() {
    for (field, value) in [("comments", "theirs"), ("opened", "no")] {
        let desk = desk_of_clerks().await;
        kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
        change(&desk, 2, field, value);
        let theirs = desk.field(2, field);
        resume(&desk).assert(
            1,
            &format!("row 3 (contacts/2) failed: {field}: the row was sent before"),
        );
        assert_eq!(desk.field(2, field), theirs);
        assert_eq!(desk.field(2, "post"), "Clerk");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_only_open_row_was_changed_goes_on_with_the_others() {
    let desk = desk_of_clerks().await;
    kill(
        &desk,
        &format!("{OPTIONS} {BACKUP} --yes --limit 1"),
        2,
        true,
    )
    .await;
    change(&desk, 1, "post", "Chief");
    resume(&desk).assert(1, "2 rows done, 1 failed");
    assert_eq!(desk.field(1, "post"), "Chief");
    assert_eq!(desk.field(3, "post"), "Director");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_killed_several_times_are_compared_with_what_they_had_before_the_first() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    // The first request reads the records, and the second one those to which something is added.
    kill(&desk, &format!("{OPTIONS} --resume"), 3, true).await;
    assert_eq!(desk.field(1, "post"), "Director");
    change(&desk, 2, "post", "Chief");
    resume(&desk).assert(1, "2 rows done, 1 failed");
    assert_eq!(desk.field(2, "post"), "Chief");
    // What was decided stays.
    resume(&desk).assert(1, "2 done, 1 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_rows_of_the_job_have_written_was_written_by_nobody_else() {
    let rows = "id,post\n1,a\n1,b\n1,c\n";
    // The record is read for each row, and then each is sent in a request of its own.
    for (request, applied) in [(4, "a"), (5, "b"), (6, "c")] {
        let desk = desk_of_clerks().await;
        desk.write("backup.csv", rows);
        kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), request, true).await;
        assert_eq!(desk.field(1, "post"), applied);
        resume(&desk).assert(0, "3 rows done, 0 failed");
        assert_eq!(desk.field(1, "post"), "c");
        desk.run("contacts b.jsonl --yes --settle 1")
            .assert(0, "1 row done");
        assert_eq!(desk.field(1, "post"), "Clerk");
    }
    let desk = desk_of_clerks().await;
    desk.write("backup.csv", rows);
    desk.run(&format!("{OPTIONS} {BACKUP} --yes --limit 1"))
        .assert(0, "1 row done");
    kill(&desk, &format!("{OPTIONS} --resume"), 3, false).await;
    assert_eq!(desk.field(1, "post"), "a");
    change(&desk, 1, "post", "theirs");
    resume(&desk).assert(1, "1 row done, 2 failed");
    assert_eq!(desk.field(1, "post"), "theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_backup_of_the_job_is_compared() {
    let desk = desk_of_clerks().await;
    kill(
        &desk,
        &format!("{OPTIONS} {BACKUP} --yes --limit 2"),
        2,
        false,
    )
    .await;
    // The open rows are sent, and then the old values of the last one are read for another backup.
    let words = format!("{OPTIONS} --resume --backup c.jsonl");
    kill(&desk, &words, 3, false).await;
    change(&desk, 2, "post", "Chief");
    desk.run(&words).assert(1, "2 rows done, 1 failed");
    assert_eq!(desk.field(2, "post"), "Chief");
    // The last row is killed in the other backup.
    let desk = desk_of_clerks().await;
    desk.run(&format!("{OPTIONS} {BACKUP} --yes --limit 1"))
        .assert(0, "1 row done");
    kill(&desk, &words, 2, false).await;
    change(&desk, 3, "post", "Chief");
    resume(&desk).assert(1, "2 rows done, 1 failed");
    assert_eq!(desk.field(3, "post"), "Chief");
}

const NOT_COMPARED: &str = "may be sent again without a comparison with their old values";

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_backup_that_was_moved_are_sent_again_with_a_warning() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    change(&desk, 2, "post", "Chief");
    std::fs::rename(desk.path("b.jsonl"), desk.path("moved.jsonl")).unwrap();
    let said = resume(&desk);
    said.assert(0, "3 rows done, 0 failed");
    said.assert(0, "b.jsonl: this file of the backup is not there any more: 3 rows that had no answer may be sent again without a comparison");
    assert_eq!(said.err.matches(NOT_COMPARED).count(), 1, "{said:?}");
    assert_eq!(desk.field(2, "post"), "Director");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_sent_without_a_backup_are_sent_again() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} --no-backup --yes"), 1, false).await;
    change(&desk, 2, "post", "Chief");
    let said = resume(&desk);
    said.assert(0, "3 rows done, 0 failed");
    assert!(!said.err.contains(NOT_COMPARED), "{said:?}");
    assert_eq!(desk.field(2, "post"), "Director");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_cannot_be_read_stops_the_job_before_rows_are_sent_again() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    change(&desk, 2, "post", "Chief");
    let backup = desk.read("b.jsonl");
    desk.write(
        "b.jsonl",
        backup.replace("\"backup:written\"", "\"written\""),
    );
    let said = resume(&desk);
    said.assert(
        2,
        "b.jsonl: row 2 (contacts/1): `backup:written` is missing",
    );
    said.assert(2, "nothing was sent now, since 3 rows that had no answer could not be compared with their old values: restore this file and resume, or send them without the comparison with --no-backup");
    assert_eq!(desk.field(1, "post"), "Clerk");
    // It is restored, and the rows are compared.
    desk.write("b.jsonl", backup.clone());
    resume(&desk).assert(1, "2 rows done, 1 failed");
    assert_eq!(desk.field(2, "post"), "Chief");

    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    change(&desk, 2, "post", "Chief");
    desk.write(
        "b.jsonl",
        backup.replace("\"backup:written\"", "\"written\""),
    );
    let said = desk.run(&format!("{OPTIONS} --resume --no-backup"));
    said.assert(0, "3 rows done, 0 failed");
    said.assert(0, NOT_COMPARED);
    assert_eq!(desk.field(2, "post"), "Director");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_goes_on_without_a_backup_compares_what_it_has_kept() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    change(&desk, 2, "post", "Chief");
    let said = desk.run(&format!("{OPTIONS} --resume --no-backup"));
    said.assert(1, "2 rows done, 1 failed");
    said.assert(
        1,
        "sending 3 rows takes up to 4 requests, 2 for the portal, 1 to read the records first, 1 for the rows:",
    );
    assert_eq!(desk.field(2, "post"), "Chief");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_no_backup_restores_is_not_taken_for_one_that_was_changed() {
    let seed = json!({"contacts": [{"id": 1, "post": "#N/A", "comments": "note"}]});
    let desk = Desk::with(Sandbox::builder().seed_unchecked(seed).start().await);
    desk.write("backup.csv", "id,post,comments\n1,Director,other\n");
    let words = format!("{OPTIONS} {BACKUP} --backup-incomplete --yes");
    kill(&desk, &words, 2, false).await;
    desk.run(&format!("{OPTIONS} --resume --backup-incomplete"))
        .assert(0, "1 row done");
    assert_eq!(desk.field(1, "post"), "Director");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_lost_values_that_is_not_understood_is_not_taken_for_an_empty_one() {
    for list in [
        None,
        Some("record,field,old_value,problem,row\nx,post,,,2\n"),
    ] {
        let seed = json!({"contacts": [{"id": 1, "post": "#N/A", "comments": "note"}]});
        let desk = Desk::with(Sandbox::builder().seed_unchecked(seed).start().await);
        desk.write("backup.csv", "id,post,comments\n1,Director,other\n");
        let words = format!("{OPTIONS} {BACKUP} --backup-incomplete --yes");
        kill(&desk, &words, 2, false).await;
        match list {
            Some(list) => desk.write("b.incomplete.csv", list),
            None => std::fs::remove_file(desk.path("b.incomplete.csv")).unwrap(),
        }
        let said = desk.run(&format!("{OPTIONS} --resume --backup-incomplete"));
        said.assert(0, "1 row done, 0 failed");
        said.assert(0, "b.incomplete.csv");
        said.assert(0, NOT_COMPARED);
        assert_eq!(desk.field(1, "post"), "Director");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_are_added_whatever_the_record_has() {
    let desk = desk_of_clerks().await;
    desk.write("backup.csv", "id,phone\n1,+79161112233\n");
    // The phones are read before the old values and the changes.
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 3, false).await;
    change(&desk, 1, "phone", "+79161112244");
    change(&desk, 1, "post", "Chief");
    resume(&desk).assert(0, "1 row done, 0 failed");
    assert_eq!(desk.phones(1).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_deleted_since_is_reported_as_such() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    let url = format!("{}/contacts/2", desk.sandbox.url());
    let client = reqwest::Client::new().delete(url);
    let deleted = client.header("X-Api-Key", Sandbox::API_KEY).send().await;
    assert!(deleted.unwrap().status().is_success());
    resume(&desk).assert(1, "[ENTITY_NOT_FOUND]");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_reviewed_is_sent() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    change(&desk, 2, "post", "Chief");
    let reviewed = review(&desk, OPTIONS);
    desk.run(&format!("{OPTIONS} --resume --reviewed {reviewed}"))
        .assert(0, "3 rows done, 0 failed");
    assert_eq!(desk.field(2, "post"), "Director");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_is_killed_does_not_replace_what_is_written_before_it_is_resumed() {
    let desk = desk_of_clerks().await;
    desk.run(&format!("{OPTIONS} {BACKUP} --yes"))
        .assert(0, "3 rows done");
    change(&desk, 2, "post", "Chief");
    let undo = "contacts b.jsonl --overwrite-newer --no-throttle --no-verify --settle 1";
    kill(&desk, &format!("{undo} --yes --backup u.jsonl"), 2, false).await;
    change(&desk, 2, "post", "Boss");
    desk.run(&format!("{undo} --resume"))
        .assert(1, "2 rows done, 1 failed");
    assert_eq!(desk.field(2, "post"), "Boss");
    assert_eq!(desk.field(1, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stage_of_a_deal_that_the_job_itself_has_moved_was_changed_by_nobody_else() {
    let seed = json!({"deals": [{"id": 13, "stageId": "NEW", "categoryId": 0}]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("backup.csv", "id,stageId,categoryId\n13,,5\n13,C5:WON,\n");
    let words = "deals backup.csv --no-throttle --no-verify --settle 1";
    // The pipelines and the old values are read for each row, and the stage is sent once the pipeline is set.
    kill(&desk, &format!("{words} {BACKUP} --yes"), 6, false).await;
    let deal = || desk.sandbox.record(Entity::Deals, 13).unwrap();
    assert_eq!(deal()["categoryId"], 5);
    // A portal gives a deal that is moved the first stage of its new pipeline.
    desk.write("no-backup.csv", "id,stageId\n13,C5:NEW\n");
    desk.run("deals no-backup.csv --yes --no-backup --settle 1")
        .assert(0, "1 row done");
    desk.run(&format!("{words} --resume"))
        .assert(0, "2 rows done, 0 failed");
    assert_eq!(deal()["stageId"], "C5:WON");
}

const DEALS: &str = "deals backup.csv --no-throttle --no-verify --settle 1";

/// A desk with a deal in pipeline 0, and a job that sets its stage and then moves it to pipeline 5.
async fn desk_of_a_moved_deal() -> Desk {
    let seed = json!({"deals": [{"id": 13, "stageId": "NEW", "categoryId": 0}]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("backup.csv", "id,stageId,categoryId\n13,WON,\n13,,5\n");
    desk
}

/// Changes fields of deal 13, as somebody else or the portal would.
fn change_deal(desk: &Desk, fields: &str, values: &str) {
    desk.write("no-backup.csv", format!("id,{fields}\n13,{values}\n"));
    desk.run("deals no-backup.csv --yes --no-backup --settle 1")
        .assert(0, "1 row done");
    std::fs::remove_file(desk.path("no-backup.csv.journal")).unwrap();
}

fn deal(desk: &Desk, field: &str) -> serde_json::Value {
    desk.sandbox.record(Entity::Deals, 13).unwrap()[field].clone()
}

/// The digest of a review.
fn review(desk: &Desk, words: &str) -> String {
    let plan = desk.run(&format!("{words} --plan --format json"));
    let document: serde_json::Value =
        serde_json::from_str(plan.out.lines().last().unwrap()).unwrap();
    document["reviewed"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_done_if_a_later_row_of_the_job_has_moved_its_deal() {
    // A portal leaves the deal the stage that it had, or gives it the first one of its new pipeline.
    for stage in ["WON", "C5:NEW"] {
        let desk = desk_of_a_moved_deal().await;
        // The pipelines and the old values are read for each row, and then each row is sent.
        kill(&desk, &format!("{DEALS} {BACKUP} --yes"), 6, true).await;
        assert_eq!(deal(&desk, "categoryId"), 5);
        if deal(&desk, "stageId") != stage {
            change_deal(&desk, "stageId", stage);
        }
        desk.run(&format!("{DEALS} --resume"))
            .assert(0, "2 rows done, 0 failed");
        assert_eq!(desk.reported("backup.csv"), (vec![2, 3], vec![]));
        assert_eq!(deal(&desk, "stageId"), stage);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_not_done_if_the_deal_is_in_the_pipeline_of_an_earlier_row() {
    let desk = desk_of_a_moved_deal().await;
    desk.write(
        "backup.csv",
        "id,stageId,categoryId\n13,,5\n13,,7\n13,C7:WON,\n",
    );
    kill(&desk, &format!("{DEALS} {BACKUP} --yes"), 9, false).await;
    assert_eq!(desk.reported("backup.csv"), (vec![2, 3], vec![]));
    // Somebody else moves it back.
    change_deal(&desk, "stageId,categoryId", "C5:NEW,5");
    let said = desk.run(&format!("{DEALS} --resume"));
    said.assert(1, "2 rows done, 1 failed");
    said.assert(1, "[OTHER_PIPELINE]");
    assert_eq!(deal(&desk, "stageId"), "C5:NEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_of_a_deal_that_a_reviewed_job_has_moved_is_done_without_a_backup() {
    let desk = desk_of_a_moved_deal().await;
    let words = format!("{DEALS} --no-backup");
    let reviewed = review(&desk, &words);
    // The records are read for the review, for their pipelines and before they are sent.
    kill(
        &desk,
        &format!("{words} --yes --reviewed {reviewed}"),
        8,
        true,
    )
    .await;
    assert_eq!(deal(&desk, "categoryId"), 5);
    change_deal(&desk, "stageId", "C5:NEW");
    let reviewed = review(&desk, &words);
    desk.run(&format!("{words} --resume --reviewed {reviewed}"))
        .assert(0, "2 rows done, 0 failed");
    assert_eq!(deal(&desk, "stageId"), "C5:NEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_of_a_deal_that_somebody_else_has_moved_is_not_sent_again() {
    let desk = desk_of_a_moved_deal().await;
    desk.write("backup.csv", "id,stageId\n13,WON\n");
    kill(&desk, &format!("{DEALS} {BACKUP} --yes"), 3, true).await;
    change_deal(&desk, "stageId,categoryId", "C5:NEW,5");
    // The stage is not what the job knows, either.
    let said = desk.run(&format!("{DEALS} --resume --format json"));
    said.assert(1, r#""error_code":"CHANGED_SINCE","#);
    assert_eq!(deal(&desk, "stageId"), "C5:NEW");

    let desk = desk_of_a_moved_deal().await;
    desk.write("backup.csv", "id,stageId\n13,WON\n");
    kill(&desk, &format!("{DEALS} {BACKUP} --yes"), 3, false).await;
    // The stage is still the old one.
    change_deal(&desk, "categoryId", "5");
    let said = desk.run(&format!("{DEALS} --resume --format json"));
    said.assert(1, r#""error_code":"OTHER_PIPELINE","#);
    // It may have been applied before.
    said.assert(1, r#""outcome":"not_verified""#);
    said.assert(
        1,
        "so the row, which was sent before and had no answer, was not sent again. Move the record",
    );
    assert_eq!(deal(&desk, "stageId"), "NEW");
    // The journal has neither the record nor the code.
    let journal = desk.read("backup.csv.journal");
    assert!(journal.contains("OTHER_PIPELINE"), "{journal}");
    assert!(
        !journal.contains("WON") && !journal.contains("deals/13"),
        "{journal}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_a_moved_deal_that_may_lack_other_changes_is_not_taken_for_done() {
    // Without its stage, the row can be sent again.
    for (stage, code, title, ended) in [
        ("WON", 0, "Won", "2 rows done, 0 failed"),
        ("C5:NEW", 1, "Old", "1 row done, 1 failed"),
    ] {
        let desk = desk_of_a_moved_deal().await;
        change_deal(&desk, "title", "Old");
        desk.write(
            "backup.csv",
            "id,stageId,categoryId,title\n13,WON,,Won\n13,,5,\n",
        );
        kill(&desk, &format!("{DEALS} {BACKUP} --yes"), 6, true).await;
        if stage != "WON" {
            change_deal(&desk, "stageId", stage);
        }
        // It has the old title, as if the first row had not been applied.
        change_deal(&desk, "title", "Old");
        desk.run(&format!("{DEALS} --resume")).assert(code, ended);
        assert_eq!(
            (deal(&desk, "stageId"), deal(&desk, "title")),
            (stage.into(), title.into())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_record_cannot_be_read_before_it_is_sent_again_fails_alone() {
    let desk = desk_of_clerks().await;
    kill(
        &desk,
        &format!("{OPTIONS} {BACKUP} --yes --limit 1"),
        2,
        true,
    )
    .await;
    desk.fault(Fault::in_batch([(0, CallFault::error("ACCESS_DENIED"))]));
    let said = desk.run(&format!("{OPTIONS} --resume --format json"));
    said.assert(1, r#""error_code":"ACCESS_DENIED","#);
    // It may have been applied before.
    said.assert(1, r#""outcome":"not_verified""#);
    assert_eq!(desk.reported("backup.csv"), (vec![3, 4], vec![2]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_another_job_is_not_compared() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    change(&desk, 2, "post", "Chief");
    let backup = desk.read("b.jsonl");
    let id = backup.split("\"journal_id\":\"").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    desk.write("b.jsonl", backup.replace(id, "00000000"));
    let said = resume(&desk);
    said.assert(0, "3 rows done, 0 failed");
    said.assert(0, "b.jsonl: this file of the backup is not there any more");
    assert_eq!(desk.field(2, "post"), "Director");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_rest_of_a_backup_lacks_is_not_taken_for_one_that_was_changed() {
    let bad = |row: &str| row.replace("\"wire:post\":\"Clerk\"", "\"wire:post\":[\"Clerk\"]");
    // An earlier version did not write what the job wrote.
    let old = |row: &str| {
        let written = row.split(",\"backup:written\"").next().unwrap();
        format!("{written}}}")
    };
    for is_old in [false, true] {
        let desk = desk_of_clerks().await;
        kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
        let backup = desk.read("b.jsonl");
        let lines = backup
            .lines()
            .map(|line| match (line.starts_with("{\"id\":2"), is_old) {
                (true, false) => bad(line),
                (true, true) => old(line),
                (false, _) => line.replace("\"has_written\":true,", ""),
            });
        let lines: Vec<String> = lines.collect();
        assert_ne!(lines.join("\n"), backup.trim_end());
        desk.write("b.jsonl", lines.join("\n") + "\n");
        let said = resume(&desk);
        said.assert(0, "3 rows done, 0 failed");
        said.assert(
            0,
            "b.jsonl: not all lines are understood: 3 rows that had no answer",
        );
    }
}

/// Changes the lines of a journal that say which old values were kept.
fn change_kept_lines(desk: &Desk, change: impl Fn(&mut serde_json::Value)) {
    let mut lines = desk.journal("backup.csv");
    let kept = lines
        .iter_mut()
        .filter_map(|line| line.get_mut("backed_up"));
    kept.for_each(change);
    let lines: Vec<String> = lines.iter().map(serde_json::Value::to_string).collect();
    desk.write_journal("backup.csv", &lines);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_backup_that_the_journal_does_not_name_are_sent_again_with_a_warning() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    change_kept_lines(&desk, |line| {
        line.as_object_mut()
            .unwrap()
            .retain(|key, _| key == "at" || key == "rows");
    });
    let said = resume(&desk);
    said.assert(0, "3 rows done, 0 failed");
    said.assert(0, "the journal names no backup: 3 rows that had no answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_row_whose_old_values_were_not_kept_is_sent_again_beside_others() {
    let desk = desk_of_clerks().await;
    kill(&desk, &format!("{OPTIONS} {BACKUP} --yes"), 2, false).await;
    change_kept_lines(&desk, |line| {
        if line["rows"] == "2-4" {
            line["rows"] = "3-4".into();
        }
    });
    change(&desk, 1, "post", "Chief");
    change(&desk, 2, "post", "Chief");
    let said = resume(&desk);
    said.assert(1, "2 rows done, 1 failed");
    assert_eq!(
        (desk.field(1, "post"), desk.field(2, "post")),
        ("Director".into(), "Chief".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_other_than_the_stage_of_a_moved_deal_was_changed_by_somebody_else() {
    let desk = desk_of_a_moved_deal().await;
    desk.write(
        "backup.csv",
        "id,stageId,categoryId,title\n13,,5,\n13,C5:WON,,\n13,,,New\n",
    );
    // The pipelines and the old values are read for each row, and the last row is under way.
    kill(&desk, &format!("{DEALS} {BACKUP} --yes"), 9, false).await;
    assert_eq!(deal(&desk, "stageId"), "C5:WON");
    change_deal(&desk, "title", "Theirs");
    let said = desk.run(&format!("{DEALS} --resume"));
    said.assert(1, "row 4 (deals/13) failed: title: the row was sent before");
    assert_eq!(deal(&desk, "title"), "Theirs");
}
