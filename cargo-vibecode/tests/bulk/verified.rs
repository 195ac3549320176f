//! A row is done only if its record has its values.

use std::time::Duration;

use serde_json::json;
use vibecode_sandbox::{CallFault, Fault, Sandbox};

use crate::support::{Desk, Said};

/// A schema with a field that the portal has not, or no longer.
const OLD_SCHEMA: &str = r#"{"ufCrm_9": {"type": "string", "title": "Любимый цвет"}}"#;

fn rows(count: u64, cells: &str) -> String {
    let rows: Vec<String> = (1..=count).map(|id| format!("{id},{cells}\n")).collect();
    rows.concat()
}

async fn desk_with_an_old_schema() -> Desk {
    let desk = Desk::of(60).await;
    desk.write("vibecode/contacts.json", OLD_SCHEMA);
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_portal_dropped_since_the_schema_was_fetched_fails_its_rows() {
    let desk = desk_with_an_old_schema().await;
    desk.write("a.csv", "id,post,Любимый цвет\n1,a,red\n2,b,\n3,c,green\n");
    let said = desk.run("contacts a.csv --yes --no-throttle");
    said.assert(1, "1 row done, 2 failed");
    said.assert(
        1,
        "row 2 (contacts/1) failed: Любимый цвет: the API reported a success",
    );
    said.assert(1, "`cargo vibecode check contacts`");
    assert_eq!(desk.reported("a.csv"), (vec![3], vec![2, 4]));
    let failed = desk.read("a.failed.csv");
    let row = "3,c,green,NOT_TAKEN,\"Любимый цвет: ";
    assert!(failed.contains(row), "{failed}");
    let said = desk.run("contacts a.failed.csv --yes --no-throttle");
    said.assert(1, "0 rows done, 2 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_given_the_column_too() {
    let desk = desk_with_an_old_schema().await;
    desk.write("a.csv", "id,Любимый цвет\n1,red\n");
    let said = desk.run("contacts a.csv --yes --format json");
    assert_eq!(said.code, Some(1));
    let mut lines = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let estimate: serde_json::Value = lines.next().unwrap();
    assert_eq!(estimate["event"], "estimate");
    let row: serde_json::Value = lines.next().unwrap();
    assert_eq!(row["column"], "Любимый цвет");
    assert_eq!(
        (&row["row"], &row["outcome"]),
        (&json!(2), &json!("not_as_sent"))
    );
    let summary: serde_json::Value = lines.next().unwrap();
    assert_eq!((&summary["ok"], &summary["failed"]), (&json!(0), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_partial_answer_does_not_show_is_read_in_one_request_a_pack() {
    let sandbox = Sandbox::builder()
        .contacts(100)
        .partial_updates()
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write("a.csv", format!("id,post\n{}", rows(100, "Director")));
    desk.run("contacts a.csv --yes --no-throttle")
        .assert(0, "100 rows done, 0 failed");
    assert_eq!(desk.requests().len(), 4);
    desk.sandbox.clear_requests();
    desk.write("b.csv", format!("id,post\n{}", rows(100, "Clerk")));
    desk.run("contacts b.csv --yes --no-throttle --no-verify")
        .assert(0, "100 rows done, 0 failed");
    assert_eq!(desk.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_answer_does_not_hide_a_dropped_field() {
    let sandbox = Sandbox::builder()
        .contacts(3)
        .partial_updates()
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write("vibecode/contacts.json", OLD_SCHEMA);
    desk.write("a.csv", "id,ufCrm_9,lastName\n1,red,a\n2,,b\n");
    desk.run("contacts a.csv --yes")
        .assert(1, "1 row done, 1 failed");
    // Nobody asked whether it was taken.
    desk.write("b.csv", "id,ufCrm_9\n1,red\n");
    desk.run("contacts b.csv --yes --no-verify")
        .assert(0, "1 row done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_phone_beside_a_dropped_field_is_not_blamed() {
    let desk = desk_with_an_old_schema().await;
    desk.write("a.csv", "id,ufCrm_9,phone:HOME\n1,red,+79161112233\n");
    let said = desk.run("contacts a.csv --yes --settle 1");
    said.assert(
        1,
        "row 2 (contacts/1) failed: ufCrm_9: the API reported a success",
    );
    assert_eq!(desk.phones(1).len(), 1);
    let failed = &desk.journal("a.csv").into_iter().find_map(|line| {
        let failed = &line["done"]["failed"][0];
        failed.is_object().then(|| failed.clone())
    });
    assert_eq!(failed.as_ref().unwrap()["column"], "ufCrm_9");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_row_about_the_same_field_is_not_evidence_against_an_earlier_one() {
    let sandbox = Sandbox::builder()
        .contacts(60)
        .partial_updates()
        .start()
        .await;
    let desk = Desk::with(sandbox);
    // Both in one batch and in batches that are under way together.
    let row = |row: u64| format!("{},p{row}\n", if row <= 50 { row } else { 1 + row % 2 });
    let rows: Vec<String> = (1..=250).map(row).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    desk.run("contacts a.csv --yes --no-throttle")
        .assert(0, "250 rows done, 0 failed");
    assert_eq!(
        [desk.field(1, "post"), desk.field(2, "post")],
        ["p250", "p249"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_not_excused_by_a_later_row_of_the_record_that_fails() {
    let sandbox = Sandbox::builder()
        .contacts(3)
        .partial_updates()
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write("a.csv", "id,post\n1,a\n2,b\n1,c\n");
    // The second batch has the later row about record 1.
    desk.faults([
        Fault::delay(Duration::from_millis(1500)),
        Fault::in_batch([(0, CallFault::error("VALIDATION_ERROR"))]),
    ]);
    let child = desk.command("contacts a.csv --yes").spawn().unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Meanwhile somebody else writes another value.
    let credentials = vibecode_runtime::Credentials::personal(Sandbox::API_KEY);
    let client = vibecode_runtime::Client::builder(credentials).base_url(desk.sandbox.url());
    let other = vibecode_runtime::PatchJob::untyped("contacts", 1).set("post", "x");
    let other = other.job().unwrap();
    client.build().unwrap().update_job(&other).await.unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    said.assert(1, "1 row done, 2 failed");
    assert_eq!(desk.reported("a.csv"), (vec![3], vec![2, 4]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_whose_records_cannot_be_read_are_not_called_done() {
    let sandbox = Sandbox::builder()
        .contacts(3)
        .partial_updates()
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write("a.csv", "id,post\n1,a\n2,b\n3,c\n");
    let gone = CallFault::error("ENTITY_NOT_FOUND");
    desk.faults([
        Fault::delay(std::time::Duration::ZERO),
        Fault::in_batch([(0, gone)]),
    ]);
    let said = desk.run("contacts a.csv --yes");
    said.assert(1, "2 rows done, 1 failed");
    said.assert(1, "the record could not be read to check it");
    assert!(desk.read("a.failed.csv").contains("NOT_VERIFIED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stay_open_if_a_key_is_refused_before_they_are_checked() {
    let sandbox = Sandbox::builder()
        .contacts(3)
        .partial_updates()
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write("a.csv", "id,post\n1,a\n2,b\n3,c\n");
    desk.faults([
        Fault::delay(std::time::Duration::ZERO),
        Fault::error("SCOPE_DENIED"),
    ]);
    let said = desk.run("contacts a.csv --yes --settle 1");
    said.assert(2, "0 rows done, 0 failed so far. To resume");
    desk.run("contacts a.csv --resume --settle 1")
        .assert(0, "3 rows done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_job_with_failed_rows_is_not_a_success_when_it_is_resumed() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n404,b\n");
    desk.run("contacts a.csv --yes")
        .assert(1, "1 row done, 1 failed");
    let said = desk.run("contacts a.csv --resume");
    said.assert(1, "already finished: 1 done, 1 failed");
    said.assert(1, "the failed rows are in a.failed.csv");
    let said = desk.run("contacts a.csv --resume --format json");
    assert_eq!(said.code, Some(1));
    let summary: serde_json::Value = serde_json::from_str(said.out.trim()).unwrap();
    assert_eq!(summary["failed_rows"], "a.failed.csv");
    assert_eq!((&summary["ok"], &summary["failed"]), (&json!(1), &json!(1)));

    // A corrected file is kept, a lost one is written again.
    desk.write("a.failed.csv", "id,post\n2,b\n");
    desk.run("contacts a.csv --resume").assert(1, "1 failed");
    assert_eq!(desk.read("a.failed.csv"), "id,post\n2,b\n");
    std::fs::remove_file(desk.path("a.failed.csv")).unwrap();
    desk.run("contacts a.csv --resume").assert(1, "1 failed");
    assert!(desk.read("a.failed.csv").contains("404,b,ENTITY_NOT_FOUND"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_job_of_which_bad_rows_were_skipped_is_not_a_success_either() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\nx,b\n");
    desk.run("contacts a.csv --yes --skip-bad")
        .assert(1, "1 row done, 0 failed, 1 bad");
    let said = desk.run("contacts a.csv --resume --skip-bad");
    said.assert(1, "already finished: 1 done, 0 failed, 1 bad (not sent)");
    desk.write("b.csv", "id,post\n1,a\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    desk.run("contacts b.csv --resume")
        .assert(0, "already finished: 1 done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_was_there_twice_before_does_not_fail_its_row() {
    let phones = json!([
        {"id": 1, "typeId": "PHONE", "valueType": "WORK", "value": "+79161112233"},
        {"id": 2, "typeId": "PHONE", "valueType": "HOME", "value": "+79161112233"},
    ]);
    let seed = json!({ "contacts": [{"id": 1, "fm": phones}] });
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    assert_eq!(desk.phones(1).len(), 2);
    desk.write("a.csv", "id,phone\n1,+7 916 1112233\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_old_stops_the_job_after_its_first_batch() {
    let desk = desk_with_an_old_schema().await;
    desk.write("a.csv", format!("id,Любимый цвет\n{}", rows(60, "red")));
    let said = desk.run("contacts a.csv --yes --no-throttle");
    said.assert(
        2,
        "stopped because no row of the first batch is done: row 2 (contacts/1): Любимый цвет: the API reported",
    );
    assert_eq!(desk.reported("a.csv"), (vec![], (2..=51).collect()));
    desk.run("contacts a.csv --resume --no-throttle --max-failed 100")
        .assert(1, "0 rows done, 60 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_begins_with_a_column_is_not_a_formula() {
    let desk = desk_with_an_old_schema().await;
    desk.write("a.csv", "id,@SUM(A1)\n1,red\n");
    let said = desk.run("contacts a.csv --yes --map @SUM(A1)=ufCrm_9");
    said.assert(
        1,
        "row 2 (contacts/1) failed: @SUM(A1): the API reported a success",
    );
    let failed = desk.read("a.failed.csv");
    assert!(failed.starts_with("id,'@SUM(A1),"), "{failed}");
    let row = "1,red,NOT_TAKEN,\"'@SUM(A1): the API reported a success";
    assert!(failed.contains(row), "{failed}");
    let said = desk.run("contacts a.failed.csv --yes --map @SUM(A1)=ufCrm_9");
    said.assert(
        1,
        "row 2 (contacts/1) failed: @SUM(A1): the API reported a success",
    );
    let failed = desk.read("a.failed.failed.csv");
    assert!(failed.starts_with("id,'@SUM(A1),"), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_compared_with_the_country_code_that_was_added() {
    let sandbox = Sandbox::builder()
        .contacts(2)
        .partial_updates()
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write(
        "a.csv",
        "id,post,phone\n1,a,8 916 111-22-33\n2,b,916 111 22 44\n",
    );
    desk.run("contacts a.csv --yes --country 7")
        .assert(0, "2 rows done, 0 failed");
    assert_eq!(desk.phones(1)[0].0, "+79161112233");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_is_done_only_if_the_old_values_are_back() {
    let sandbox = Sandbox::builder()
        .contacts(3)
        .partial_updates()
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write("vibecode/contacts.json", OLD_SCHEMA);
    desk.write("old.csv", "id,post,lastName\n1,Clerk,a\n2,,b\n");
    desk.run("contacts old.csv --yes --empty clear")
        .assert(0, "2 rows done");
    desk.write(
        "a.csv",
        "id,post,ufCrm_9\n1,Director,\n2,Director,\n3,Director,red\n",
    );
    desk.run("contacts a.csv --yes --backup kept.jsonl --backup-incomplete")
        .assert(1, "2 rows done, 1 failed");
    desk.run("contacts kept.jsonl --yes --empty clear")
        .assert(0, "0 failed");
    assert_eq!(desk.field(1, "post"), "Clerk");
    assert_ne!(desk.field(2, "post"), "Director");
    assert_ne!(desk.field(3, "post"), "Director");
}
