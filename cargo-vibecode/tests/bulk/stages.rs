//! A stage is one of the pipeline that the deal is in.

use std::time::Duration;

use serde_json::{Value, json};
use vibecode_sandbox::{CallFault, Entity, Fault, Sandbox};

use crate::{
    front::{Front, Me},
    support::{Desk, Said},
};

const STATUSES: &str = r#"{"format": 1, "pipelines": [{"id": 5, "name": "Partners"}], "sets": {
    "DEAL_STAGE": [{"code": "NEW", "name": "New"}, {"code": "WON", "name": "Won"}],
    "DEAL_STAGE_5": [{"code": "C5:NEW", "name": "New"}, {"code": "C5:WON", "name": "Won"}]
}}"#;

/// Deal 12 is in pipeline 5, and deal 13 in pipeline 0.
async fn desk() -> Desk {
    let seed = json!({"deals": [
        {"id": 12, "stageId": "C5:NEW", "categoryId": 5},
        {"id": 13, "stageId": "NEW", "categoryId": 0},
    ]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("vibecode/statuses.json", STATUSES);
    desk
}

fn stage(desk: &Desk, id: u64) -> String {
    let deal = desk.sandbox.record(Entity::Deals, id).unwrap();
    deal["stageId"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_of_another_pipeline_than_that_of_the_deal_is_never_sent() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId\n13,WON\n12,WON\n");
    for plan_or_yes in ["--plan", "--yes"] {
        let said = desk.run(&format!("deals a.csv {plan_or_yes}"));
        said.assert(
            2,
            "nothing was sent, since 1 row sets a stage of another pipeline",
        );
        said.assert(
            2,
            "row 3: deals/12 is in pipeline 5, and WON is not a stage of it: write C5:WON if you mean its stage",
        );
    }
    let is_write =
        |request: &vibecode_sandbox::LoggedRequest| request.body_str().contains("update");
    assert!(!desk.sandbox.requests().iter().any(is_write));
    assert_eq!(
        (stage(&desk, 12), stage(&desk, 13)),
        ("C5:NEW".into(), "NEW".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_refused_for_a_stage_is_corrected_and_run_again() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId\n13,WON\n12,WON\n");
    let said = desk.run("deals a.csv --yes");
    said.assert(2, "nothing was sent");
    assert!(!said.err.contains("resume"), "{said:#?}");
    assert!(!desk.exists("a.csv.journal"));
    desk.write("a.csv", "id,stageId\n13,WON\n12,C5:WON\n");
    desk.run("deals a.csv --yes").assert(0, "2 rows done");
    assert_eq!(
        (stage(&desk, 12), stage(&desk, 13)),
        ("C5:WON".into(), "WON".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_that_is_refused_for_a_stage_says_how_the_other_rows_are_sent() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId\n13,WON\n12,WON\n");
    desk.run("deals a.csv --limit 1 --yes")
        .assert(0, "1 row done");
    let said = desk.run("deals a.csv --resume");
    said.assert(
        2,
        "no further row was sent, since 1 row sets a stage of another pipeline",
    );
    said.assert(2, "send the rows that are left from a file of another name");
    assert_eq!(stage(&desk, 12), "C5:NEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_sets_a_pipeline_does_not_hide_one_that_sets_a_stage_alone() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId,categoryId\n12,WON,\n13,,5\n");
    desk.run("deals a.csv --yes").assert(
        2,
        "row 2: deals/12 is in pipeline 5, and WON is not a stage",
    );
    assert_eq!(stage(&desk, 12), "C5:NEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_stage_is_sent_beside_a_pipeline_that_is_cleared() {
    let by_an_earlier_row = r#"{"id": 12, "categoryId": ""}
{"id": 12, "stageId": "C5:WON"}
"#;
    for (file, rows) in [
        ("a.csv", "id,stageId,categoryId\n13,C5:WON,\n"),
        ("a.csv", "id,stageId,categoryId\n12,C5:WON,\n"),
        ("a.jsonl", by_an_earlier_row),
    ] {
        let desk = desk().await;
        desk.write(file, rows);
        let said = desk.run(&format!("deals {file} --empty clear --yes"));
        said.assert(2, "WON cannot be checked, since the pipeline of deals/");
        said.assert(2, "is cleared: set `categoryId`");
        assert_eq!(
            (stage(&desk, 12), stage(&desk, 13)),
            ("C5:NEW".into(), "NEW".into())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_is_read_as_it_is_sent() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId,categoryId\n13,NEW,1 234\n");
    desk.run("deals a.csv --yes").assert(
        1,
        "cannot be set to a code of pipeline 0, since the record is in pipeline 1234",
    );
    assert_eq!(stage(&desk, 13), "NEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pipeline_that_a_row_sets_is_that_of_later_rows_of_its_record() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId,categoryId\n13,,5\n13,C5:NEW,\n");
    desk.run("deals a.csv --yes").assert(0, "2 rows done");
    assert_eq!(stage(&desk, 13), "C5:NEW");

    desk.write("b.csv", "id,stageId,categoryId\n12,,0\n12,C5:WON,\n");
    desk.run("deals b.csv --yes").assert(
        2,
        "row 3: deals/12 is in pipeline 0 after an earlier row, and C5:WON is not a stage of it",
    );
    assert_eq!(stage(&desk, 12), "C5:NEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_sets_the_pipeline_decides_in_which_a_stage_is_looked_up() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId,categoryId\n12,Won,5\n13,won,0\n");
    desk.run("deals a.csv --yes").assert(0, "2 rows done");
    assert_eq!(
        (stage(&desk, 12), stage(&desk, 13)),
        ("C5:WON".into(), "WON".into())
    );
    // No record is read for its pipeline.
    let reads = |request: &vibecode_sandbox::LoggedRequest| request.body_str().contains("\"get\"");
    assert!(!desk.sandbox.requests().iter().any(reads));

    desk.write("b.csv", "id,stageId,categoryId\n12,WON,5\n13,C5:WON,0\n");
    let said = desk.run("deals b.csv --yes");
    said.assert(
        1,
        "cannot be set to a code of pipeline 0, since the record is in pipeline 5",
    );
    said.assert(
        1,
        "cannot be set to a code of pipeline 5, since the record is in pipeline 0",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pipeline_of_a_row_that_is_sent_again_is_that_of_later_rows_of_its_record() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId,categoryId\n12,,5\n13,,5\n13,C5:NEW,\n");
    desk.run("deals a.csv --limit 1 --settle 0 --yes")
        .assert(0, "1 row done");
    let mut lines: Vec<String> = desk.journal("a.csv").iter().map(Value::to_string).collect();
    lines.push(json!({"started": {"batch": 2, "at": 0, "rows": "3"}}).to_string());
    lines.push(json!({"ended": {"at": 0}}).to_string());
    desk.write_journal("a.csv", &lines);
    desk.run("deals a.csv --resume --limit 1 --settle 0")
        .assert(0, "3 rows done");
    assert_eq!(stage(&desk, 13), "C5:NEW");
}

/// The rows whose pipeline is not set, with one that is done.
const AFTER_A_PIPELINE: &str =
    "id,stageId,categoryId,title\n12,,,Other\n13,,5,\n13,C5:NEW,,\n13,,,Later\n";

/// Has the second call of the first batch of changes meet a fault, which sets the pipeline. The records are read before.
fn fail_second_change(desk: &Desk, fault: CallFault) {
    desk.run("deals a.csv --plan").assert(0, "would change");
    // It reads the pipelines, and then the records.
    let reads = desk.requests().len() / 2;
    desk.faults((0..reads).map(|_| Fault::delay(Duration::ZERO)));
    desk.fault(Fault::in_batch([(1, fault)]));
}

fn title(desk: &Desk, id: u64) -> Value {
    desk.sandbox.record(Entity::Deals, id).unwrap()["title"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_not_sent_if_the_row_that_sets_its_pipeline_has_failed() {
    for applied in [false, true] {
        let desk = desk().await;
        desk.write("a.csv", AFTER_A_PIPELINE);
        let fault = CallFault::error("VALIDATION_ERROR");
        fail_second_change(&desk, if applied { fault.applied() } else { fault });
        let said = desk.run("deals a.csv --yes");
        said.assert(1, "row 4 (deals/13) failed: row 3 sets the pipeline of the record and has failed, so this row, which sets a stage of that pipeline, was not sent");
        said.assert(1, "2 rows done, 2 failed");
        assert_eq!(desk.reported("a.csv"), (vec![2, 5], vec![3, 4]));
        let mut sent = desk.requests().into_iter();
        assert!(!sent.any(|request| request.body_str().contains("\"stageId\"")));
        assert_eq!(stage(&desk, 13), "NEW");
        assert_eq!(title(&desk, 13), "Later");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_not_sent_after_a_resume_if_the_row_that_sets_its_pipeline_has_failed() {
    let desk = desk().await;
    desk.write("a.csv", AFTER_A_PIPELINE);
    desk.fault(Fault::delay(Duration::ZERO));
    desk.fault(Fault::in_batch([(1, CallFault::error("VALIDATION_ERROR"))]));
    desk.run("deals a.csv --yes --limit 2")
        .assert(1, "1 row done, 1 failed");
    desk.run("deals a.csv --resume").assert(
        1,
        "row 4 (deals/13) failed: row 3 sets the pipeline of the record and has failed",
    );
    assert_eq!(desk.reported("a.csv"), (vec![2, 5], vec![3, 4]));
    assert_eq!(stage(&desk, 13), "NEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_was_held_is_not_sent_with_a_key_for_another_portal() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId,categoryId\n13,,5\n13,C5:NEW,\n");
    desk.run("deals a.csv --plan").assert(0, "would change");
    // The job reads the pipelines, and the preview also the records.
    let reads = desk.requests().len() / 2;
    desk.sandbox.clear_requests();
    desk.faults((0..reads).map(|_| Fault::delay(Duration::ZERO)));
    desk.fault(Fault::delay(Duration::from_millis(1_500)));
    let front = Front::of(&desk, Me::AtOnce).await;
    let words = "a.csv --yes --no-throttle --settle 1";
    let job = front.command_of(&desk, "deals", words).spawn().unwrap();
    while desk.requests().len() <= reads {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    front.answer(Me::OfAnother);
    let said = Said::of(job.wait_with_output().unwrap());
    said.assert(2, "stopped before the next batch, since the API reported");
    said.assert(2, "0 rows done, 0 failed so far");
    let mut sent = desk.requests().into_iter();
    assert!(!sent.any(|request| request.body_str().contains("\"stageId\"")));
}

/// A job that has won both deals in pipeline 0, and deal 12 that was moved to pipeline 5 since.
async fn one_of_two_moved_since() -> Desk {
    let seed = json!({"deals": [
        {"id": 12, "stageId": "NEW", "categoryId": 0},
        {"id": 13, "stageId": "NEW", "categoryId": 0},
    ]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("vibecode/statuses.json", STATUSES);
    desk.write("a.csv", "id,stageId\n12,WON\n13,WON\n");
    desk.run("deals a.csv --yes --backup kept.jsonl")
        .assert(0, "2 rows done");
    desk.write("b.csv", "id,stageId,categoryId\n12,C5:NEW,5\n");
    desk.run("deals b.csv --yes").assert(0, "1 row done");
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_in_another_pipeline_since_fails_alone_in_an_undo() {
    let desk = one_of_two_moved_since().await;
    let plan = desk.run("deals kept.jsonl --plan");
    plan.assert(1, "deals/12 stageId: changed since by somebody else");
    let said = desk.run("deals kept.jsonl --yes --settle 1");
    said.assert(1, "1 row done, 1 failed");
    said.assert(1, "[CHANGED_SINCE]");
    assert_eq!(
        (stage(&desk, 12), stage(&desk, 13)),
        ("C5:NEW".into(), "NEW".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_of_newer_changes_sends_no_stage_to_another_pipeline() {
    let desk = one_of_two_moved_since().await;
    let overwrite = "deals kept.jsonl --overwrite-newer --settle 1";
    let plan = desk.run(&format!("{overwrite} --plan"));
    plan.assert(
        1,
        "row 2 would fail: deals/12 is in pipeline 5, and NEW is not a stage of it",
    );
    plan.assert(1, "0 rows not found, 1 row in another pipeline");
    // It is not said that somebody else has changed the stage.
    let plan = desk.run(&format!("{overwrite} --plan --format json"));
    plan.assert(
        1,
        r#"{"event":"other_pipeline","field":"stageId","record":"deals/12","row":2}"#,
    );
    plan.assert(1, r#""changed_since":0,"#);
    plan.assert(1, r#""other_pipeline":1,"#);
    let said = desk.run(&format!("{overwrite} --yes"));
    said.assert(1, "1 row done, 1 failed");
    said.assert(1, "[OTHER_PIPELINE]");
    assert_eq!(
        (stage(&desk, 12), stage(&desk, 13)),
        ("C5:NEW".into(), "NEW".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_checks_the_stages_of_the_rows_that_it_sends_and_of_no_others() {
    let desk = desk().await;
    desk.write("a.csv", "id,stageId\n13,WON\n12,WON\n12,C5:WON\n");
    let refused = desk.run("deals a.csv --yes --limit 1 --settle 1");
    refused.assert(0, "1 row done");
    // Row 4 was sent without an answer, and the others were not sent.
    let journal = desk.read("a.csv.journal");
    let mut lines: Vec<String> = journal.lines().take(1).map(str::to_owned).collect();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.unwrap().as_millis();
    lines.push(json!({"started": {"batch": 1, "at": now, "rows": "4"}}).to_string());
    desk.write_journal("a.csv", &lines);
    desk.run("deals a.csv --resume --limit 1 --settle 1")
        .assert(0, "2 rows done");
    desk.run("deals a.csv --resume --limit 1 --settle 1")
        .assert(2, "row 3: deals/12 is in pipeline 5");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_that_was_moved_before_a_resume_fails_alone_if_the_job_compares_each_record() {
    for is_reviewed in [false, true] {
        let seed = json!({"deals": [
            {"id": 12, "stageId": "NEW", "categoryId": 0},
            {"id": 13, "stageId": "NEW", "categoryId": 0},
            {"id": 14, "stageId": "NEW", "categoryId": 0},
        ]});
        let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
        desk.write("a.csv", "id,stageId\n12,WON\n13,WON\n14,WON\n");
        let begun = if is_reviewed {
            let plan = desk.run("deals a.csv --plan --limit 1 --format json");
            let document: Value = serde_json::from_str(plan.out.lines().last().unwrap()).unwrap();
            format!("--reviewed {}", document["reviewed"].as_str().unwrap())
        } else {
            "--backup b.jsonl".to_owned()
        };
        desk.run(&format!("deals a.csv --yes --limit 1 --settle 1 {begun}"))
            .assert(0, "1 row done");
        desk.write("moved.csv", "id,stageId,categoryId\n13,C5:NEW,5\n");
        desk.run("deals moved.csv --yes").assert(0, "1 row done");
        // `backup` has the command keep its backup.
        let options = if is_reviewed { "" } else { "--backup b.jsonl" };
        let plan = desk.run(&format!("deals a.csv --plan --settle 1 {options}"));
        plan.assert(
            1,
            "row 3 would fail: deals/13 is in pipeline 5, and WON is not a stage of it",
        );
        let said = desk.run(&format!("deals a.csv --resume --settle 1 {options}"));
        said.assert(1, "2 rows done, 1 failed");
        said.assert(1, "[OTHER_PIPELINE]");
        assert_eq!(
            (stage(&desk, 13), stage(&desk, 14)),
            ("C5:NEW".into(), "WON".into())
        );
    }
}

/// A desk with more deals in pipeline 0 than are read together, and a file that wins them. The word in its name makes the
/// commands of a test leave out `--no-backup`.
async fn desk_of_two_parts(rows: impl IntoIterator<Item = String>) -> Desk {
    let deal = |id| json!({"id": id, "stageId": "NEW", "categoryId": 0});
    let seed = json!({"deals": (1..=501).map(deal).collect::<Value>()});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("vibecode/statuses.json", STATUSES);
    let won = (1..=501).map(|id| format!("{id},WON,\n"));
    let rows: Vec<String> = won.chain(rows).collect();
    let rows = format!("id,stageId,categoryId\n{}", rows.concat());
    desk.write("backup.csv", rows);
    desk
}

/// Runs a job, and moves a deal to another pipeline while the rows of its first part are sent.
async fn said_of_a_job_beside_a_move(desk: &Desk, id: u64, to: &str) -> Said {
    // The pipelines are read, and the records of the first part.
    let slow = 11 + 10 + 10;
    desk.faults((1..slow).map(|_| Fault::delay(Duration::ZERO)));
    desk.fault(Fault::delay(Duration::from_secs(3)));
    let words = "deals backup.csv --yes --no-throttle --no-verify --settle 1 --backup b.jsonl";
    let job = desk.command(words).spawn().unwrap();
    while desk.requests().len() < slow {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    desk.write("moved.csv", format!("id,categoryId,stageId\n{id},{to}\n"));
    desk.run("deals moved.csv --yes --no-backup")
        .assert(0, "1 row done");
    Said::of(job.wait_with_output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_that_is_moved_while_earlier_rows_are_sent_gets_no_stage_of_its_former_pipeline() {
    let desk = desk_of_two_parts([]).await;
    let said = said_of_a_job_beside_a_move(&desk, 501, "5,C5:NEW").await;
    said.assert(1, "500 rows done, 1 failed");
    said.assert(1, "row 502 (deals/501) failed: the stage is not one of the pipeline of the record, so the row was not sent. Move the record or correct the stage, and run the row again");
    assert_eq!(stage(&desk, 501), "C5:NEW");
    assert!(desk.read("backup.failed.csv").contains("OTHER_PIPELINE"));
    // Nothing was changed that an undo would restore.
    let kept = desk.read("b.jsonl");
    assert_eq!(kept.lines().count(), 1 + 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_that_is_moved_after_the_job_has_moved_it_gets_no_stage_of_the_pipeline_of_the_job()
{
    let desk = desk_of_two_parts([]).await;
    let others = (1..=501).filter(|id| *id != 13);
    let others: Vec<String> = others.map(|id| format!("{id},WON,\n")).collect();
    let others = others.concat();
    desk.write(
        "backup.csv",
        format!("id,stageId,categoryId\n13,,5\n{others}13,C5:WON,\n"),
    );
    let said = said_of_a_job_beside_a_move(&desk, 13, "0,NEW").await;
    said.assert(1, "501 rows done, 1 failed");
    said.assert(
        1,
        "row 503 (deals/13) failed: the stage is not one of the pipeline of the record",
    );
    assert_eq!(stage(&desk, 13), "NEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_same_block_may_set_the_pipeline_of_the_stage_of_a_later_row() {
    let later = ["501,,5\n", "501,C5:WON,\n", "13,,5\n", "13,C5:WON,\n"];
    let desk = desk_of_two_parts(later.map(str::to_owned)).await;
    let said = desk.run("deals backup.csv --yes --no-throttle --settle 1 --backup b.jsonl");
    said.assert(0, "505 rows done, 0 failed");
    assert_eq!(
        (stage(&desk, 501), stage(&desk, 13)),
        ("C5:WON".into(), "C5:WON".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_not_sent_if_the_row_of_its_block_that_sets_the_pipeline_was_not_sent() {
    let desk = desk().await;
    desk.write(
        "backup.csv",
        "id,stageId,categoryId,title\n12,,,Other\n13,,5,\n13,C5:NEW,,\n13,,,Later\n",
    );
    // The pipelines are read, in three requests since a request has a record once, and then the old values.
    desk.faults((0..3).map(|_| Fault::delay(Duration::ZERO)));
    let denied = |call| Fault::in_batch([(call, CallFault::error("ACCESS_DENIED"))]);
    desk.fault(denied(1));
    let said = desk.run("deals backup.csv --yes --settle 1 --backup b.jsonl");
    said.assert(1, "row 3 (deals/13) failed: the record could not be read");
    said.assert(
        1,
        "row 4 (deals/13) failed: row 3 sets the pipeline of the record and has failed",
    );
    said.assert(1, "2 rows done, 2 failed");
    assert_eq!(stage(&desk, 13), "NEW");
    assert_eq!(title(&desk, 13), "Later");
}
