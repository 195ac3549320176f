//! A record that cannot be read, although its row needs that before it is sent: the row fails, and the others are sent.

use serde_json::json;
use vibecode_sandbox::{CallFault, Entity, Fault, Sandbox};

use crate::{
    proxy::{Between, put_between},
    support::Desk,
};

const ROWS: u64 = 500;

/// A desk with a file, `backup.csv`, that sets the post of each contact. The word in its name makes the commands of a
/// test leave out `--no-backup`.
async fn desk_of(contacts: u64) -> Desk {
    let desk = Desk::of(contacts).await;
    let rows: Vec<String> = (1..=contacts).map(|id| format!("{id},new\n")).collect();
    desk.write("backup.csv", format!("id,post\n{}", rows.concat()));
    desk
}

const SEND: &str = "contacts backup.csv --backup b.jsonl --no-throttle --no-verify --settle 1";

/// A batch of which these calls are refused.
fn refused(calls: impl IntoIterator<Item = usize>) -> Fault {
    let denied = |call| (call, CallFault::error("ACCESS_DENIED"));
    Fault::in_batch(calls.into_iter().map(denied))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_old_value_cannot_be_read_fails_alone_and_is_not_sent() {
    for incomplete in ["", " --backup-incomplete"] {
        let desk = desk_of(3).await;
        desk.fault(refused([1]));
        let said = desk.run(&format!("{SEND} --yes{incomplete}"));
        said.assert(1, "2 rows done, 1 failed");
        said.assert(
            1,
            "row 3 (contacts/2) failed: the record could not be read before the row, so the row was not sent: ",
        );
        assert_ne!(desk.field(2, "post"), "new");
        let failed = desk.read("backup.failed.csv");
        assert!(failed.contains("\n2,new,ACCESS_DENIED,"), "{failed}");
        assert_eq!(desk.read("b.jsonl").lines().count(), 1 + 2);
        // It can be run again, and the others are undone.
        desk.run("contacts backup.failed.csv --yes --backup c.jsonl --settle 1")
            .assert(0, "1 row done, 0 failed");
        desk.run("contacts b.jsonl --yes --settle 1")
            .assert(0, "2 rows done, 0 failed");
        assert_eq!(desk.field(2, "post"), "new");
        assert_ne!(desk.field(1, "post"), "new");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_without_a_record_fails_alone_as_without_a_backup() {
    let desk = desk_of(3).await;
    desk.write("backup.csv", "id,post\n1,new\n404,new\n3,new\n");
    let said = desk.run(&format!("{SEND} --yes"));
    said.assert(1, "2 rows done, 1 failed");
    said.assert(1, "[ENTITY_NOT_FOUND]");
}

/// A batch of which the records of these calls are not found.
fn not_found(calls: impl IntoIterator<Item = usize>) -> Fault {
    let error = |call| (call, CallFault::error("ENTITY_NOT_FOUND"));
    Fault::in_batch(calls.into_iter().map(error))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_not_found_when_it_is_read_is_not_changed_without_its_old_values() {
    let desk = desk_of(3).await;
    desk.fault(not_found([1]));
    let said = desk.run(&format!("{SEND} --yes"));
    said.assert(1, "2 rows done, 1 failed");
    said.assert(1, "row 3 (contacts/2) failed: the record was not found when its old values were read, so the row was not sent: there is no such record. If it exists, run the file of failed rows, with --no-backup if it is not found again; the API's message: ");
    assert_ne!(desk.field(2, "post"), "new");
    // An undo restores everything that was changed.
    desk.run("contacts b.jsonl --yes --settle 1")
        .assert(0, "2 rows done, 0 failed");
    // Who does not need the old value sends the row without it.
    desk.run("contacts backup.failed.csv --yes --no-backup --settle 1")
        .assert(0, "1 row done, 0 failed");
    assert_eq!(desk.field(2, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_stops_if_none_of_its_first_records_is_found() {
    let desk = desk_of(ROWS + 1).await;
    desk.faults((0..ROWS / 50).map(|_| not_found(0..50)));
    let said = desk.run(&format!("{SEND} --yes"));
    said.assert(
        2,
        "stopped because no row of the first batch is done: row 2 (contacts/1): the record was not found",
    );
    said.assert(2, "0 rows done, 500 failed so far");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_an_undo_does_not_find_when_it_compares_it_is_not_changed() {
    let mut desk = desk_of(3).await;
    desk.run(&format!("{SEND} --yes")).assert(0, "3 rows done");
    let sandbox = desk.base_url.clone();
    let with = json!({"code": "ENTITY_NOT_FOUND", "message": "none"});
    put_between(&mut desk, Broken { id: 2, with });
    let said = desk.run("contacts b.jsonl --yes --settle 1");
    said.assert(1, "2 rows done, 1 failed");
    said.assert(1, "row 3 (contacts/2) failed: the record was not found when it was read to see whether it was changed since, so the row was not sent: there is no such record. If it exists, run the file of failed rows, with --overwrite-newer if it is not found again; the API's message: ");
    assert_eq!(desk.field(2, "post"), "new");
    desk.base_url = sandbox;
    desk.run("contacts b.failed.jsonl --yes --overwrite-newer --settle 1")
        .assert(0, "1 row done");
    assert_ne!(desk.field(2, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_under_way_is_not_sent_again_if_its_record_is_not_found() {
    let desk = desk_of(3).await;
    desk.faults([Fault::delay(std::time::Duration::ZERO), Fault::hang_after()]);
    let mut job = desk.command(&format!("{SEND} --yes")).spawn().unwrap();
    while desk.requests().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    job.kill().unwrap();
    job.wait().unwrap();
    desk.sandbox.calm();
    desk.fault(not_found([1]));
    let said = desk.run(&format!("{SEND} --resume --format json"));
    said.assert(
        1,
        "so the row, which was sent before and had no answer, was not sent again",
    );
    said.assert(1, r#""outcome":"not_verified""#);
    assert_eq!(desk.reported("backup.csv"), (vec![2, 4], vec![3]));
}

/// A desk whose undo, of `b.jsonl`, was killed while its rows were under way.
async fn desk_whose_undo_was_killed() -> Desk {
    let desk = desk_of(3).await;
    desk.run(&format!("{SEND} --yes")).assert(0, "3 rows done");
    desk.sandbox.clear_requests();
    desk.faults([Fault::delay(std::time::Duration::ZERO), Fault::hang_after()]);
    let mut undo = desk
        .command("contacts b.jsonl --yes --settle 1")
        .spawn()
        .unwrap();
    while desk.requests().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    undo.kill().unwrap();
    undo.wait().unwrap();
    assert_ne!(desk.field(2, "post"), "new");
    desk.sandbox.calm();
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_an_undo_that_was_under_way_is_not_reported_as_not_applied_without_its_record() {
    for fault in [not_found([1]), refused([1])] {
        let desk = desk_whose_undo_was_killed().await;
        desk.fault(fault);
        let said = desk.run("contacts b.jsonl --resume --settle 1 --format json");
        said.assert(
            1,
            "so the row, which was sent before and had no answer, was not sent again",
        );
        said.assert(1, r#""outcome":"not_verified""#);
        // An undo reads its records in any order.
        let (done, failed) = desk.reported("b.jsonl");
        assert_eq!((done.len(), failed.len()), (2, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_an_undo_that_was_under_way_is_not_reported_as_not_applied_if_somebody_changed_its_record()
 {
    let desk = desk_whose_undo_was_killed().await;
    desk.write("other.csv", "id,post\n2,of somebody else\n");
    desk.run("contacts other.csv --yes --no-backup --settle 1")
        .assert(0, "1 row done");
    let said = desk.run("contacts b.jsonl --resume --settle 1 --format json");
    said.assert(
        1,
        "the row, which was sent before and had no answer, was not sent again",
    );
    said.assert(1, r#""outcome":"not_as_sent""#);
    assert_eq!(desk.field(2, "post"), "of somebody else");
}

/// Answers to the reading of a record with something else, which is an error if it has a code.
struct Broken {
    id: u64,
    with: serde_json::Value,
}

impl Between for Broken {
    fn after(&mut self, batch: &serde_json::Value, answer: &mut serde_json::Value) {
        for call in batch["calls"].as_array().unwrap() {
            if call["entityId"] == self.id && call["action"] == "get" {
                let id = call["id"].as_str().unwrap();
                let data = &mut answer["data"];
                if self.with.get("code").is_some() {
                    data["results"].as_object_mut().unwrap().remove(id);
                    data["errors"][id] = self.with.clone();
                } else {
                    data["results"][id] = self.with.clone();
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_record_is_answered_with_something_else_fails_alone_and_is_not_sent() {
    for (with, code) in [
        (json!(null), "UNEXPECTED"),
        (json!([]), "UNEXPECTED"),
        (json!("ok"), "UNEXPECTED"),
        (json!({"post": "Clerk"}), "UNEXPECTED"),
        (json!({"error": "INTERNAL_ERROR"}), "UNEXPECTED"),
        (json!({"id": 1, "post": "Clerk"}), "OTHER_RECORD"),
    ] {
        let mut desk = desk_of(3).await;
        put_between(&mut desk, Broken { id: 2, with });
        let said = desk.run(&format!("{SEND} --yes"));
        said.assert(1, "2 rows done, 1 failed");
        said.assert(1, "row 3 (contacts/2) failed: the record could not be read before the row, so the row was not sent: ");
        said.assert(1, &format!("[{code}]"));
        assert_ne!(desk.field(2, "post"), "new");
        assert_eq!(desk.field(3, "post"), "new");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_row_of_a_request_fails_alone_too_if_its_record_is_not_understood() {
    let mut desk = desk_of(ROWS + 1).await;
    let with = json!(null);
    put_between(&mut desk, Broken { id: ROWS + 1, with });
    desk.run(&format!("{SEND} --yes"))
        .assert(1, "500 rows done, 1 failed");
    assert_ne!(desk.field(ROWS + 1, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_an_undo_does_not_understand_fails_its_row_alone() {
    let mut desk = desk_of(3).await;
    desk.run(&format!("{SEND} --yes")).assert(0, "3 rows done");
    let with = json!(null);
    put_between(&mut desk, Broken { id: 2, with });
    let said = desk.run("contacts b.jsonl --yes --settle 1");
    said.assert(1, "2 rows done, 1 failed");
    said.assert(1, "[NOT_COMPARED]");
    assert_eq!(desk.field(2, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_that_is_not_understood_gets_no_stage() {
    let deal = |id: u64| json!({"id": id, "stageId": "NEW", "categoryId": 0});
    let seed = json!({"deals": [deal(12), deal(13)]});
    let mut desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    let with = json!(null);
    put_between(&mut desk, Broken { id: 13, with });
    desk.write("a.csv", "id,stageId\n12,WON\n13,WON\n");
    desk.run("deals a.csv --yes --no-backup --no-verify")
        .assert(1, "1 row done, 1 failed");
    let stage = |id| desk.sandbox.record(Entity::Deals, id).unwrap()["stageId"].clone();
    assert_eq!((stage(12), stage(13)), (json!("WON"), json!("NEW")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_row_of_a_job_fails_alone_too() {
    let desk = desk_of(ROWS + 1).await;
    // The reads and the changes of the first part, and the read of the second.
    desk.faults((0..ROWS / 25).map(|_| Fault::delay(std::time::Duration::ZERO)));
    desk.fault(refused([0]));
    desk.run(&format!("{SEND} --yes"))
        .assert(1, "500 rows done, 1 failed");
    assert_ne!(desk.field(ROWS + 1, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_stops_if_none_of_its_first_records_can_be_read() {
    let desk = desk_of(ROWS + 1).await;
    desk.faults((0..ROWS / 50).map(|_| refused(0..50)));
    let said = desk.run(&format!("{SEND} --yes"));
    said.assert(
        2,
        "stopped because no row of the first batch is done: row 2 (contacts/1): ",
    );
    said.assert(2, "0 rows done, 500 failed so far");
    desk.run(&format!("{SEND} --resume --max-failed 600"))
        .assert(1, "1 row done, 500 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_stops_before_rows_of_which_too_many_cannot_be_read() {
    let desk = desk_of(50).await;
    desk.fault(refused(0..3));
    let said = desk.run(&format!("{SEND} --yes --max-failed 2"));
    said.assert(
        2,
        "stopped because more than 2 rows have failed (3), the last with row 4 (contacts/3): the record could not be read",
    );
    assert_ne!(desk.field(4, "post"), "new");
    desk.run(&format!("{SEND} --resume --max-failed 3"))
        .assert(1, "47 rows done, 3 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_the_api_stops_the_job_and_no_row_fails() {
    let errors = |code, calls| {
        move || {
            let error = |call| (call, CallFault::error(code));
            Fault::in_batch((0..calls).map(error))
        }
    };
    let faults: [&dyn Fn() -> Fault; 8] = [
        &Fault::server_error,
        &|| Fault::error("INVALID_API_KEY"),
        // The whole request is refused, and not a record.
        &|| Fault::error("ACCESS_DENIED"),
        &|| Fault::error("ENTITY_NOT_FOUND"),
        &Fault::drop_before,
        &errors("BITRIX_UNAVAILABLE", 3),
        &errors("RATE_LIMITED", 3),
        &errors("INVALID_API_KEY", 1),
    ];
    for fault in faults {
        let desk = desk_of(3).await;
        desk.faults((0..20).map(|_| fault()));
        let said = desk.run(&format!("{SEND} --yes"));
        said.assert(
            2,
            "nothing was sent, since the old values could not be kept",
        );
        said.assert(2, "0 rows done, 0 failed so far");
        desk.sandbox.calm();
        desk.run(&format!("{SEND} --resume"))
            .assert(0, "3 rows done, 0 failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_for_one_record_among_others_fails_its_row_alone() {
    let desk = desk_of(3).await;
    let unavailable = CallFault::error("BITRIX_UNAVAILABLE");
    desk.fault(Fault::in_batch([(1, unavailable)]));
    // The client reads the record alone, twice more.
    let alone = || Fault::in_batch([(0, CallFault::error("BITRIX_UNAVAILABLE"))]);
    desk.faults([alone(), alone()]);
    let said = desk.run(&format!("{SEND} --yes"));
    said.assert(1, "2 rows done, 1 failed");
    said.assert(1, "[BITRIX_UNAVAILABLE]");
    assert_ne!(desk.field(2, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_a_record_that_cannot_be_read_and_the_others() {
    let desk = desk_of(3).await;
    desk.fault(refused([1]));
    let plan = desk.run("contacts backup.csv --no-backup --plan");
    plan.assert(1, "contacts/2 cannot be read, so row 3 would fail: ");
    plan.assert(
        1,
        "2 rows would change, 0 the same, 0 rows not found, 1 row not read",
    );
    desk.fault(refused([1]));
    let plan = desk.run("contacts backup.csv --no-backup --plan --format json");
    plan.assert(1, r#""not_read":1"#);
    plan.assert(1, r#""event":"not_read","record":"contacts/2","row":3"#);
    let document: serde_json::Value =
        serde_json::from_str(plan.out.lines().last().unwrap()).unwrap();
    let reviewed = document["reviewed"].as_str().unwrap();
    // What could not be reviewed is not sent, if it can be read then.
    desk.fault(refused([1]));
    desk.run(&format!("{SEND} --yes --reviewed {reviewed}"))
        .assert(
            2,
            "the records of 1 of the next rows were changed since the review (the first is row 3 (contacts/2))",
        );
    assert_ne!(desk.field(2, "post"), "new");
    std::fs::remove_file(desk.path("backup.csv.journal")).unwrap();
    // As it was reviewed: it cannot be read when it is compared, nor when it is sent.
    desk.faults([refused([1]), refused([1])]);
    desk.run(&format!("{SEND} --yes --reviewed {reviewed}"))
        .assert(1, "2 rows done, 1 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_that_cannot_be_read_gets_no_stage_that_was_not_checked() {
    let seed = json!({"deals": [
        {"id": 12, "stageId": "NEW", "categoryId": 0},
        {"id": 13, "stageId": "NEW", "categoryId": 0},
    ]});
    for backup in ["--no-backup", "--backup b.jsonl"] {
        let desk = Desk::with(Sandbox::builder().seed(seed.clone()).start().await);
        desk.write("a.csv", "id,stageId\n12,WON\n13,WON\n");
        desk.fault(refused([0]));
        let said = desk.run(&format!("deals a.csv --yes {backup}"));
        said.assert(1, "1 row done, 1 failed");
        said.assert(1, "[ACCESS_DENIED]");
        let stage = |id| desk.sandbox.record(Entity::Deals, id).unwrap()["stageId"].clone();
        assert_eq!((stage(12), stage(13)), (json!("NEW"), json!("WON")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_not_added_to_a_record_whose_phones_could_not_be_read() {
    let desk = Desk::of(2).await;
    desk.write("old.csv", "id,phone\n1,8 916 111-22-33\n");
    desk.run("contacts old.csv --yes --phones as-is")
        .assert(0, "1 row done");
    desk.write("a.csv", "id,phone\n1,+79161112233\n2,+79161112244\n");
    desk.fault(refused([0]));
    desk.run("contacts a.csv --yes --country 7")
        .assert(1, "1 row done, 1 failed");
    assert_eq!((desk.phones(1).len(), desk.phones(2).len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_that_cannot_be_read_gets_a_stage_with_its_pipeline() {
    let seed = json!({"deals": [
        {"id": 12, "stageId": "NEW", "categoryId": 0},
        {"id": 13, "stageId": "NEW", "categoryId": 0},
    ]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("a.csv", "id,stageId,categoryId\n12,WON,\n13,C5:NEW,5\n");
    desk.fault(refused([1]));
    desk.run("deals a.csv --yes")
        .assert(0, "2 rows done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_sent_may_be_applied_although_its_phones_cannot_be_read_now() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,phone\n1,+79161112233\n2,+79161112244\n");
    let words = "a.csv --country 7 --no-throttle --settle 1";
    // The phones are read twice, and then they are sent.
    desk.faults((0..2).map(|_| Fault::delay(std::time::Duration::ZERO)));
    desk.fault(Fault::hang_after());
    let mut job = desk
        .command(&format!("contacts {words} --yes"))
        .spawn()
        .unwrap();
    while desk.requests().len() < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    job.kill().unwrap();
    job.wait().unwrap();
    desk.sandbox.calm();
    desk.fault(refused([0]));
    let said = desk.run(&format!("contacts {words} --resume --format json"));
    said.assert(1, r#""outcome":"not_verified""#);
    assert_eq!(desk.reported("a.csv"), (vec![3], vec![2]));
}
