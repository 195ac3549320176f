//! The old values of some hundred rows at a time, which are kept just before these rows are sent.

use std::{process::Child, time::Duration};

use vibecode_sandbox::Fault;

use crate::support::{Desk, Said};

/// The rows whose old values are kept together, and the requests that read their records.
const ROWS: u64 = 500;
const READS: u64 = ROWS / 50;

/// A desk with a file, `a.csv`, that sets the posts of more contacts than are kept together.
async fn desk_of_two_parts() -> Desk {
    let desk = Desk::of(ROWS + 20).await.keeping_backups();
    let rows: Vec<String> = (1..=ROWS + 20).map(|id| format!("{id},new\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    desk
}

const SEND: &str = "contacts a.csv --backup b.jsonl --no-throttle --no-verify --settle 1";

/// Sets the post of a contact, as somebody else would.
fn set_post(desk: &Desk, id: u64, post: &str) {
    desk.write("other.csv", format!("id,post\n{id},{post}\n"));
    desk.run("contacts other.csv --yes --no-backup --settle 1")
        .assert(0, "1 row done");
}

async fn wait_for_requests(desk: &Desk, count: u64) {
    while (desk.requests().len() as u64) < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Starts a command whose request of this number takes long, and returns it once that is under way.
pub(crate) async fn started(desk: &Desk, words: &str, slow: u64) -> Child {
    desk.faults((1..slow).map(|_| Fault::delay(Duration::ZERO)));
    desk.fault(Fault::delay(Duration::from_secs(6)));
    let job = desk.command(words).spawn().unwrap();
    wait_for_requests(desk, slow).await;
    job
}

fn undo(desk: &Desk) {
    desk.run("contacts b.jsonl --yes --no-throttle --no-verify --settle 1")
        .assert(0, "520 rows done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_restores_what_somebody_else_has_written_while_earlier_rows_were_sent() {
    let desk = desk_of_two_parts().await;
    let job = started(&desk, &format!("{SEND} --yes"), 2 * READS).await;
    set_post(&desk, ROWS + 10, "theirs");
    Said::of(job.wait_with_output().unwrap()).assert(0, "520 rows done, 0 failed");
    assert_eq!(desk.field(ROWS + 10, "post"), "new");
    undo(&desk);
    assert_eq!(desk.field(ROWS + 10, "post"), "theirs");
    assert_ne!(desk.field(1, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewed_job_stops_before_rows_whose_records_change_while_earlier_rows_are_sent() {
    let desk = desk_of_two_parts().await;
    let said = desk.run("contacts a.csv --no-backup --plan --no-throttle --format json");
    let out: serde_json::Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    let digest = out["reviewed"].as_str().unwrap();
    desk.sandbox.clear_requests();
    // All records are read to compare them with the review, and then those of each part again.
    let words = format!("{SEND} --yes --reviewed {digest}");
    let job = started(&desk, &words, READS + 1 + 2 * READS).await;
    set_post(&desk, ROWS + 10, "theirs");
    let said = Said::of(job.wait_with_output().unwrap());
    said.assert(2, "the records of 1 of the next rows were changed since the review (the first is row 511 (contacts/510)): none of the next rows was sent");
    assert!(!said.err.contains("To resume"), "{said:?}");
    said.assert(2, "500 rows done, 0 failed so far");
    assert_eq!(desk.field(ROWS + 10, "post"), "theirs");
    assert_ne!(desk.field(ROWS + 1, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_of_rows_that_were_not_sent_is_read_again_when_the_job_is_resumed() {
    let desk = desk_of_two_parts().await;
    // The records of the second part are read, and its rows are refused.
    desk.faults((0..=2 * READS).map(|_| Fault::delay(Duration::ZERO)));
    desk.fault(Fault::error("SCOPE_DENIED"));
    desk.run(&format!("{SEND} --yes"))
        .assert(2, "500 rows done, 0 failed so far");
    assert_eq!(desk.read("b.jsonl").lines().count(), 1 + 520);
    set_post(&desk, ROWS + 10, "theirs");
    desk.run(&format!("{SEND} --resume"))
        .assert(0, "520 rows done, 0 failed");
    let kept = desk.read("b.jsonl");
    assert_eq!(kept.lines().count(), 1 + 520);
    assert!(
        kept.contains(r#"{"id":510,"wire:post":"theirs","#),
        "{kept}"
    );
    undo(&desk);
    assert_eq!(desk.field(ROWS + 10, "post"), "theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_values_of_rows_that_were_sent_stay_when_the_job_is_resumed() {
    let desk = desk_of_two_parts().await;
    desk.write("old.csv", "id,post\n510,old\n");
    desk.run("contacts old.csv --yes --settle 1")
        .assert(0, "1 row done");
    desk.sandbox.clear_requests();
    // It is killed before the answer to the rows of its second part arrives.
    let mut job = started(&desk, &format!("{SEND} --yes"), 2 * READS + 2).await;
    job.kill().unwrap();
    job.wait().unwrap();
    desk.run(&format!("{SEND} --resume"))
        .assert(0, "520 rows done, 0 failed");
    assert_eq!(desk.read("b.jsonl").lines().count(), 1 + 520);
    undo(&desk);
    assert_eq!(desk.field(ROWS + 10, "post"), "old");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_an_earlier_row_set_to_what_it_was_is_kept_when_a_later_row_changes_it() {
    for options in ["--yes --backup b.jsonl", "--yes --limit 1 --backup b.jsonl"] {
        let desk = Desk::of(1).await;
        desk.write("old.csv", "id,post,comments\n1,old,before\n");
        desk.run("contacts old.csv --yes").assert(0, "1 row done");
        desk.write("backup.csv", "id,post,comments\n1,old,note\n1,new,note\n");
        desk.run(&format!("contacts backup.csv --settle 1 {options}"));
        if options.contains("--limit") {
            desk.run("contacts backup.csv --settle 1 --resume")
                .assert(0, "2 rows done, 0 failed");
        }
        assert_eq!(desk.field(1, "post"), "new", "{options}");
        desk.run("contacts b.jsonl --yes --settle 1")
            .assert(0, "0 failed");
        let restored = ["post", "comments"].map(|field| desk.field(1, field));
        assert_eq!(restored, ["old", "before"], "{options}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_with_rows_in_several_parts_gets_back_what_it_had_before_the_first() {
    let desk = Desk::of(3).await.keeping_backups();
    desk.write("old.csv", "id,post,comments\n1,old,before\n");
    desk.run("contacts old.csv --yes").assert(0, "1 row done");
    desk.write(
        "a.csv",
        "id,post,comments,phone\n1,a,,\n2,a,,\n1,b,note,+79161112233\n3,a,,\n1,c,,+79161112244\n",
    );
    for options in [
        "--yes --limit 2 --backup b.jsonl",
        "--resume --limit 2",
        "--resume",
    ] {
        desk.run(&format!("contacts a.csv --settle 1 {options}"))
            .assert(0, "rows done, 0 failed");
    }
    // The post and the comments of record 1 are in a row each.
    assert_eq!(desk.read("b.jsonl").lines().count(), 1 + 4);
    let added = desk.read("b.added.csv");
    assert_eq!(
        added,
        "record,field,value,row\ncontacts/1,phone,+79161112233,4\ncontacts/1,phone,+79161112244,6\n"
    );
    desk.run("contacts b.jsonl --yes --settle 1")
        .assert(0, "4 rows done, 0 failed");
    assert_eq!(desk.field(1, "post"), "old");
    assert_eq!(desk.field(1, "comments"), "before");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_for_people_open_in_the_spreadsheet_that_the_file_is_for() {
    let rows = "1;+79161112233\n2;+79161112244\n3;+79161112255\n";
    let objects: Vec<String> = rows
        .lines()
        .map(|row| row.split_once(';').unwrap())
        .map(|(id, phone)| format!("{{\"id\":{id},\"phone\":\"{phone}\"}}\n"))
        .collect();
    for (name, file, mark, delimiter, first) in [
        (
            "a.csv",
            format!("\u{feff}id;phone\n{rows}"),
            "\u{feff}",
            ";",
            2,
        ),
        ("a.csv", format!("sep=;\nid;phone\n{rows}"), "", ";", 2),
        (
            "a.csv",
            format!("id;phone\n{rows}").replace(';', "\t"),
            "",
            "\t",
            2,
        ),
        ("backup.jsonl", objects.concat(), "\u{feff}", ",", 1),
    ] {
        let desk = Desk::of(3).await.keeping_backups();
        desk.write(name, &file);
        for options in [
            "--yes --limit 1 --backup b.jsonl",
            "--resume --limit 1",
            "--resume",
        ] {
            desk.run(&format!("contacts {name} --settle 1 {options}"))
                .assert(0, "done, 0 failed");
        }
        let expected = [
            "record;field;value;row\n".to_owned(),
            format!("contacts/1;phone;+79161112233;{first}\n"),
            format!("contacts/2;phone;+79161112244;{}\n", first + 1),
            format!("contacts/3;phone;+79161112255;{}\n", first + 2),
        ];
        let expected = expected.concat().replace(';', delimiter);
        assert_eq!(desk.read("b.added.csv"), format!("{mark}{expected}"));
        desk.run("contacts b.jsonl --settle 1 --plan")
            .assert(0, "of the 3 that the job was to add, listed in b.added.csv");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_not_as_the_job_has_left_it_is_not_continued() {
    let longer = |kept: &str| kept.replacen("\"id\":1", "\"id\":  1", 1);
    let with_another_line_end = |kept: &str| kept.replace('\n', "\r\n");
    let with_another_line = |kept: &str| format!("{kept}{{\"id\":7,\"post\":\"by hand\"}}\n");
    let changes: [&dyn Fn(&str) -> String; 5] = [
        &|_| String::new(),
        &|_| "{}\n".to_owned(),
        &longer,
        &with_another_line_end,
        &with_another_line,
    ];
    for change in changes {
        let desk = Desk::of(2).await.keeping_backups();
        desk.write("a.csv", "id,post\n1,a\n2,b\n");
        desk.run("contacts a.csv --yes --limit 1 --backup b.jsonl --settle 1")
            .assert(0, "1 row done");
        let text = change(&desk.read("b.jsonl"));
        desk.write("b.jsonl", &text);
        let said = desk.run("contacts a.csv --resume --settle 1");
        said.assert(0, "b.jsonl: the backup of this job was changed");
        said.assert(0, "the old values are kept in b.1.jsonl");
        assert_eq!(desk.read("b.jsonl"), text);
        assert_eq!(desk.read("b.1.jsonl").lines().count(), 1 + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_backup_a_record_gets_back_what_the_rest_of_the_job_has_found() {
    let desk = Desk::of(2).await.keeping_backups();
    desk.write("a.csv", "id,post\n1,a\n1,b\n");
    desk.run("contacts a.csv --yes --limit 1 --backup b.jsonl --settle 1")
        .assert(0, "1 row done");
    std::fs::remove_file(desk.path("b.jsonl")).unwrap();
    let said = desk.run("contacts a.csv --resume --settle 1");
    said.assert(0, "b.jsonl: the backup of this job is not there any more, and with it the old values of the rows that were sent");
    desk.run("contacts b.1.jsonl --yes --settle 1")
        .assert(0, "1 row done");
    assert_eq!(desk.field(1, "post"), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_somebody_has_changed_is_set_aside_and_named() {
    let desk = Desk::of(2).await.keeping_backups();
    desk.write("a.csv", "id,phone\n1,+79161112233\n2,+79161112244\n");
    desk.run("contacts a.csv --yes --limit 1 --backup b.jsonl --settle 1")
        .assert(0, "1 row done");
    // It was removed by hand, and is not in the list any more.
    desk.write("b.added.csv", "record,field,value,row\n");
    let said = desk.run("contacts a.csv --resume --settle 1");
    said.assert(
        0,
        "b.added.csv: the list was changed after the job had written it, and is b.added.1.csv now",
    );
    let added = desk.read("b.added.csv");
    assert_eq!(
        added,
        "record,field,value,row\ncontacts/2,phone,+79161112244,3\n"
    );
    assert_eq!(desk.read("b.jsonl").lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_resumed_twice_before_it_sends_goes_on_with_its_backup() {
    let desk = desk_of_two_parts().await;
    desk.faults((0..=2 * READS).map(|_| Fault::delay(Duration::ZERO)));
    desk.fault(Fault::error("SCOPE_DENIED"));
    desk.run(&format!("{SEND} --yes"))
        .assert(2, "500 rows done, 0 failed so far");
    // The rows of the second part are taken out of the backup, and then their records cannot be read.
    desk.fault(Fault::error("SCOPE_DENIED"));
    desk.run(&format!("{SEND} --resume")).assert(
        2,
        "nothing was sent, since the old values could not be kept",
    );
    assert_eq!(desk.read("b.jsonl").lines().count(), 1 + 500);
    desk.run(&format!("{SEND} --resume"))
        .assert(0, "520 rows done, 0 failed");
    assert_eq!(desk.read("b.jsonl").lines().count(), 1 + 520);
    assert!(!desk.exists("b.1.jsonl"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_changes_while_the_job_is_sent_stops_it() {
    let desk = desk_of_two_parts().await;
    let job = started(&desk, &format!("{SEND} --yes"), 2 * READS).await;
    let kept = desk.read("b.jsonl");
    desk.write("b.jsonl", &kept[..kept.len() - 1]);
    let said = Said::of(job.wait_with_output().unwrap());
    said.assert(
        2,
        "b.jsonl: it was changed by something else while the job was running",
    );
    said.assert(
        2,
        "none of the next rows was sent, since the old values could not be kept",
    );
    said.assert(2, "500 rows done, 0 failed so far");
    assert_ne!(desk.field(ROWS + 1, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_only_a_later_row_changes_is_kept_before_that_row_is_sent() {
    let desk = Desk::of(ROWS + 1).await.keeping_backups();
    let rows: Vec<String> = (1..=ROWS).map(|id| format!("{id},new,\n")).collect();
    let rows = rows.concat();
    desk.write("a.csv", format!("id,post,comments\n{rows}5,,ours\n"));
    let job = started(&desk, &format!("{SEND} --yes"), 2 * READS).await;
    desk.write("other.csv", "id,comments\n5,theirs\n");
    desk.run("contacts other.csv --yes --no-backup --settle 1")
        .assert(0, "1 row done");
    Said::of(job.wait_with_output().unwrap()).assert(0, "501 rows done, 0 failed");
    assert_eq!(desk.field(5, "comments"), "ours");
    desk.run("contacts b.jsonl --yes --no-throttle --no-verify --settle 1")
        .assert(0, "501 rows done, 0 failed");
    assert_eq!(desk.field(5, "comments"), "theirs");
    assert_ne!(desk.field(5, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_of_rows_that_were_not_sent_is_taken_out_also_without_a_further_backup() {
    let desk = desk_of_two_parts().await;
    desk.faults((0..=2 * READS).map(|_| Fault::delay(Duration::ZERO)));
    desk.fault(Fault::error("SCOPE_DENIED"));
    desk.run(&format!("{SEND} --yes"))
        .assert(2, "500 rows done, 0 failed so far");
    set_post(&desk, ROWS + 10, "theirs");
    let resumed = SEND.replace("--backup b.jsonl", "--no-backup");
    desk.run(&format!("{resumed} --resume"))
        .assert(0, "520 rows done, 0 failed");
    assert_eq!(desk.read("b.jsonl").lines().count(), 1 + 500);
    desk.run("contacts b.jsonl --yes --no-throttle --no-verify --settle 1")
        .assert(0, "500 rows done, 0 failed");
    assert_eq!(desk.field(ROWS + 10, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_killed_after_it_has_written_its_first_old_values_goes_on_with_them() {
    let desk = Desk::of(2).await.keeping_backups();
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    desk.faults([Fault::delay(Duration::ZERO), Fault::error("SCOPE_DENIED")]);
    desk.run("contacts a.csv --yes --backup b.jsonl --settle 1")
        .assert(2, "0 rows done");
    // The journal as it was before the line that says that the values were kept.
    let journal = desk.read("a.csv.journal");
    let lines: Vec<String> = journal.lines().map(str::to_owned).collect();
    let begun = lines.iter().position(|line| line.contains("backed_up"));
    desk.write_journal("a.csv", &lines[..=begun.unwrap()]);
    let said = desk.run("contacts a.csv --resume --backup b.jsonl --settle 1");
    said.assert(0, "2 rows done, 0 failed");
    let seal_is_lost = said.out.contains("b.1.jsonl");
    assert_eq!(desk.exists("b.1.jsonl"), seal_is_lost, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backups_of_a_job_have_each_field_of_a_record_once_and_may_be_undone_in_any_order() {
    for order in [["b.jsonl", "c.jsonl"], ["c.jsonl", "b.jsonl"]] {
        let desk = Desk::of(2).await.keeping_backups();
        desk.write("a.csv", "id,post,comments\n1,a,\n1,b,note\n");
        desk.run("contacts a.csv --yes --limit 1 --backup b.jsonl --settle 1")
            .assert(0, "1 row done");
        desk.run("contacts a.csv --resume --backup c.jsonl --settle 1")
            .assert(0, "2 rows done");
        for backup in order {
            desk.run(&format!("contacts {backup} --yes --settle 1"))
                .assert(0, "1 row done, 0 failed");
        }
        for field in ["post", "comments"] {
            assert_eq!(desk.field(1, field), serde_json::Value::Null, "{order:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_there_any_more_is_named() {
    let desk = Desk::of(2).await.keeping_backups();
    desk.write("a.csv", "id,phone\n1,+79161112233\n2,+79161112244\n");
    desk.run("contacts a.csv --yes --limit 1 --backup b.jsonl --settle 1")
        .assert(0, "1 row done");
    std::fs::remove_file(desk.path("b.added.csv")).unwrap();
    desk.run("contacts a.csv --resume --settle 1")
        .assert(0, "b.added.csv: the list is not there any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_backup_can_have_is_refused_before_the_job_is_started() {
    let desk = Desk::of(1).await.keeping_backups();
    desk.write("a.csv", "id,post\n1,a\n");
    desk.run("contacts a.csv --yes --backup kept.csv")
        .assert(2, "a backup is JSON Lines");
    assert!(!desk.exists("a.csv.journal"));
}
