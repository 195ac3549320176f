//! An undo beside the job that it undoes, or while requests of that job are still carried out.

use std::{fs, process::Child, time::Duration};

use serde_json::json;
use vibecode_sandbox::{CallFault, Fault, Sandbox};

use crate::support::{Desk, Said};

/// A desk with a file that changes the post of contact 1 from `Clerk` to `Director`.
async fn desk() -> Desk {
    let seed = json!({"contacts": [{"id": 1, "post": "Clerk"}]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("a.csv", "id,post\n1,Director\n");
    desk
}

/// Starts the job, and returns it once its change was sent, which meets this fault.
fn started(desk: &Desk, fault: Fault) -> Child {
    let old_values = Fault::delay(Duration::ZERO);
    desk.faults([old_values, fault]);
    let job = desk
        .command("contacts a.csv --yes --backup kept.jsonl --no-throttle --settle 2")
        .spawn()
        .unwrap();
    while desk.requests().len() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    job
}

fn kill(mut job: Child) {
    job.kill().unwrap();
    job.wait().unwrap();
}

/// A job that is done, with its backup.
async fn done() -> Desk {
    let desk = desk().await;
    desk.run("contacts a.csv --yes --backup kept.jsonl")
        .assert(0, "1 row done");
    desk
}

const UNDO: &str = "contacts kept.jsonl --yes --no-throttle --settle 2";

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_beside_the_running_job_is_refused() {
    let desk = desk().await;
    let job = started(&desk, Fault::delay(Duration::from_secs(60)));
    let said = desk.run(UNDO);
    said.assert(2, "the job that this backup undoes is still running");
    said.assert(2, "nothing was sent");
    assert!(!desk.exists("kept.jsonl.journal"));
    assert_eq!(desk.requests().len(), 2);
    kill(job);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_an_undo_says_that_the_job_runs_or_until_when_its_requests_may_be_applied() {
    let desk = desk().await;
    let job = started(&desk, Fault::delay(Duration::from_secs(60)));
    let said = desk.run("contacts kept.jsonl --plan --settle 30");
    said.assert(
        0,
        "a.csv.journal: the job that this backup undoes is still running",
    );
    kill(job);
    for how in ["--plan", ""] {
        let said = desk.run(&format!("contacts kept.jsonl {how} --settle 30"));
        said.assert(
            0,
            "requests of the job that this backup undoes may be applied until 1 min after its end",
        );
    }
    let ended = done().await.run("contacts kept.jsonl --plan --settle 30");
    assert!(!ended.err.contains("undoes"), "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_waits_for_what_a_killed_job_has_left_behind() {
    let desk = desk().await;
    let job = started(&desk, Fault::late(Duration::from_millis(3_500)));
    kill(job);
    let said = desk.run(UNDO);
    said.assert(0, "1 row done, 0 failed");
    said.assert(
        0,
        "requests of the job that is undone may still be running at the server",
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(desk.field(1, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_of_a_job_that_has_ended_waits_for_nothing() {
    let desk = done().await;
    let said = desk.run(UNDO);
    said.assert(0, "1 row done, 0 failed");
    assert!(!said.out.contains("waiting"), "{said:#?}");
    assert_eq!(desk.field(1, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settle_time_that_is_given_counts_even_if_it_is_the_usual_one() {
    let desk = desk().await;
    let job = started(&desk, Fault::delay(Duration::from_secs(60)));
    kill(job);
    // The job had a settle time of 1000 s.
    let journal = desk.read("a.csv.journal");
    let lines = journal.lines().map(|line| {
        let (line, _) = line.split_once(",\"sum\"").unwrap();
        format!("{line}}}").replace("\"settle_seconds\":2", "\"settle_seconds\":1000")
    });
    desk.write_journal("a.csv", &lines.collect::<Vec<_>>());
    for (settle, expected) in [("--settle 120", 200..242), ("", 1_900..2_002)] {
        let words = format!("contacts kept.jsonl --yes --no-throttle --no-backup {settle}");
        let mut undo = desk.command(&words).spawn().unwrap();
        while !desk.exists("kept.jsonl.journal") {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(500));
        undo.kill().unwrap();
        let said = Said::of(undo.wait_with_output().unwrap());
        fs::remove_file(desk.path("kept.jsonl.journal")).unwrap();
        let (_, waiting) = said.out.split_once("waiting ").unwrap();
        let (time, _) = waiting.split_once(": ").unwrap();
        let words: Vec<&str> = time.split(' ').collect();
        let seconds = words.chunks_exact(2).map(|part| {
            let count: u64 = part[0].parse().unwrap();
            if part[1] == "min" { count * 60 } else { count }
        });
        let seconds: u64 = seconds.sum();
        assert!(expected.contains(&seconds), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_job_is_not_resumed_beside_its_undo() {
    let desk = done().await;
    // Reading the records before they are undone takes so long.
    desk.fault(Fault::delay(Duration::from_secs(60)));
    let sent = desk.requests().len();
    let undo = desk.command(UNDO).spawn().unwrap();
    while desk.requests().len() == sent {
        std::thread::sleep(Duration::from_millis(5));
    }
    desk.run("contacts a.csv --resume --backup more.jsonl")
        .assert(2, "another process is running this job");
    kill(undo);
}

/// A job in three parts, of which two are done, each with its own backup: `old.jsonl` and `old-2.jsonl`.
async fn in_parts() -> Desk {
    let seed = json!({"contacts": [
        {"id": 1, "post": "Clerk"}, {"id": 2, "post": "Clerk"}, {"id": 3, "post": "Clerk"}
    ]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("a.csv", "id,post\n1,Director\n2,Director\n3,Director\n");
    desk.run("contacts a.csv --yes --limit 1 --backup old.jsonl --settle 1")
        .assert(0, "1 row done");
    desk.run("contacts a.csv --resume --limit 1 --backup old-2.jsonl --settle 1")
        .assert(0, "2 rows done");
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_which_a_part_was_undone_is_not_resumed() {
    let desk = in_parts().await;
    desk.run("contacts old.jsonl --yes --settle 1")
        .assert(0, "1 row done");
    for (how, code) in [("--resume", 2), ("--yes", 2), ("--plan", 2), ("", 0)] {
        let said = desk.run(&format!("contacts a.csv {how} --settle 1"));
        said.assert(
            code,
            "this job was undone in part (1 row was restored from its backup, on 2",
        );
        said.assert(code, "To send all rows again, rename this journal to a.csv.1.journal, and run: cargo vibecode bulk contacts a.csv ");
        said.assert(code, " --yes");
        let all = format!("{}{}", said.out, said.err);
        assert!(!all.contains("--resume\n"), "{how}: {all}");
    }
    assert_eq!(desk.field(3, "post"), "Clerk");

    fs::rename(desk.path("a.csv.journal"), desk.path("a.csv.1.journal")).unwrap();
    desk.run("contacts a.csv --yes --settle 1")
        .assert(0, "3 rows done");
    assert_eq!(desk.field(1, "post"), "Director");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_names_the_other_backups_of_its_job_the_newest_first() {
    let desk = in_parts().await;
    desk.run("contacts a.csv --resume --backup old-3.jsonl --settle 1")
        .assert(0, "3 rows done");
    for how in ["--plan", "--yes"] {
        let said = desk.run(&format!("contacts old-2.jsonl {how} --settle 1"));
        said.assert(0, "this job has other backups, which are not undone");
        let third = said.out.find("bulk contacts old-3.jsonl ").unwrap();
        let first = said.out.find("bulk contacts old.jsonl ").unwrap();
        assert!(third < first, "{said:#?}");
    }
    let said = desk.run("contacts old-3.jsonl --yes --settle 1 --format json");
    said.assert(0, r#""other_backups":["old.jsonl"]"#);
    let said = desk.run("contacts old.jsonl --yes --settle 1");
    said.assert(0, "1 row done");
    assert!(!said.out.contains("other backups"), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_a_new_backup_repeats_how_to_undo_the_job() {
    let desk = desk().await;
    desk.write("a.csv", "id,post,phone\n1,Director,+79161112233\n");
    let job = started(&desk, Fault::delay(Duration::from_secs(60)));
    kill(job);
    let resumed = "contacts a.csv --resume --backup more.jsonl --no-throttle --settle 2";
    for done in ["1 row done", "already finished"] {
        let said = desk.run(resumed);
        said.assert(0, done);
        said.assert(0, "the old values are kept in kept.jsonl. To undo (it shows what would be restored; with --yes instead of --plan it is sent): cargo vibecode bulk contacts kept.jsonl ");
        said.assert(0, "kept.added.csv");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_not_resumed_after_an_undo_that_was_stopped_before_its_end() {
    let desk = in_parts().await;
    desk.write("b.csv", "id,post\n1,a\n2,b\n3,c\n");
    desk.run("contacts b.csv --yes --limit 2 --backup kept.jsonl --settle 1")
        .assert(0, "2 rows done");
    desk.run("contacts kept.jsonl --yes --limit 1 --settle 1")
        .assert(0, "1 row done");
    desk.run("contacts b.csv --resume --settle 1")
        .assert(2, "this job was undone in part");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_not_resumed_while_requests_of_an_undo_that_was_killed_may_still_restore_rows() {
    let desk = in_parts().await;
    desk.write("b.csv", "id,post\n1,a\n2,b\n3,c\n");
    desk.run("contacts b.csv --yes --limit 2 --backup kept.jsonl --settle 1")
        .assert(0, "2 rows done");
    let sent = desk.requests().len();
    let old_values = Fault::delay(Duration::ZERO);
    desk.faults([old_values, Fault::late(Duration::from_millis(3_500))]);
    let undo = desk
        .command("contacts kept.jsonl --yes --no-backup --no-throttle --settle 1")
        .spawn()
        .unwrap();
    while desk.requests().len() < sent + 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    kill(undo);
    let said = desk.run("contacts b.csv --resume --settle 1");
    said.assert(2, "an undo of it was begun, on 2");
    let (_, command) = said
        .err
        .split_once("End the undo first: cargo vibecode bulk ")
        .unwrap();
    let url = format!(" --base-url {}", desk.sandbox.url());
    let command = command.lines().next().unwrap().replace(&url, "");
    assert!(command.contains(" --portal sandbox.invalid"), "{command}");
    desk.run(&format!("{command} --no-backup"))
        .assert(0, "2 rows done");
    desk.run("contacts b.csv --resume --settle 1")
        .assert(2, "this job was undone in part");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_says_how_many_added_phones_and_emails_stay() {
    let seed = json!({"contacts": [{"id": 1, "post": "Clerk"}]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write(
        "a.csv",
        "id,post,phone\n1,Director,+79161112233;+79161112234\n",
    );
    desk.run("contacts a.csv --yes --backup kept.jsonl")
        .assert(0, "1 row done");
    for how in ["", "--plan", "--yes", "--resume"] {
        desk.run(&format!("contacts kept.jsonl {how} --settle 1"))
            .assert(
                0,
                "of the 2 that the job was to add, listed in kept.added.csv, those that were added stay",
            );
    }
    let said = desk.run("contacts kept.jsonl --plan --format json");
    said.assert(
        0,
        r#""phones_and_emails":2,"to_remove_by_hand":"kept.added.csv""#,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_without_the_journal_of_its_job_says_so_and_waits_a_settle_time() {
    let desk = done().await;
    fs::rename(desk.path("a.csv.journal"), desk.path("moved")).unwrap();
    let said = desk.run(UNDO);
    said.assert(
        0,
        "a.csv.journal: the journal of the job that this backup undoes is not there",
    );
    said.assert(0, "waiting 4 s: it is not known when the job");
    said.assert(0, "1 row done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_of_another_job_does_not_show_that_this_one_has_ended() {
    let desk = done().await;
    fs::remove_file(desk.path("a.csv.journal")).unwrap();
    desk.run("contacts a.csv --yes")
        .assert(0, "1 row done, 0 failed");
    let said = desk.run(UNDO);
    said.assert(
        0,
        "this is not the journal of the job that this backup undoes",
    );
    said.assert(0, "waiting 4 s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_set_aside_is_found() {
    let desk = done().await;
    desk.write("a.csv", "id,post\n1,Chief\n");
    desk.run("contacts a.csv --yes")
        .assert(0, "the journal of an earlier file of this name is now");
    let said = desk.run(&format!("{UNDO} --overwrite-newer"));
    said.assert(0, "1 row done, 0 failed");
    assert!(!said.out.contains("waiting"), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_in_another_folder_names_the_journal_too() {
    let desk = desk().await;
    fs::create_dir_all(desk.path("old/kept")).unwrap();
    desk.run("contacts a.csv --yes --backup old/kept/a.jsonl")
        .assert(0, "1 row done");
    let backup = desk.read("old/kept/a.jsonl");
    assert!(
        backup.contains("\"journal\":\"../../a.csv.journal\""),
        "{backup}"
    );
    let said = desk.run("contacts old/kept/a.jsonl --yes");
    said.assert(0, "1 row done, 0 failed");
    assert!(!said.out.contains("waiting"), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_of_the_journal_does_not_hide_what_the_job_has_sent_last() {
    let desk = desk().await;
    let job = started(&desk, Fault::delay(Duration::from_secs(60)));
    kill(job);
    let killed = desk.read("a.csv.journal");
    // The copy has the id of the job, and says that nothing is under way. It has no checksums, as in earlier versions.
    let start = killed.lines().take(2).map(|line| {
        let (line, _) = line.split_once(",\"sum\"").unwrap();
        format!("{line}}}\n").replace("\"version\":9", "\"version\":3")
    });
    let start: Vec<String> = start.collect();
    assert!(start[0].contains("\"version\":3"));
    // The clock was set back after the copy was made.
    let killed = desk.journal("a.csv").into_iter().map(|mut line| {
        if let Some(at) = line.pointer_mut("/started/at") {
            *at = json!(1);
        }
        line.to_string()
    });
    desk.write_journal("a.csv.2", &killed.collect::<Vec<_>>());
    desk.write("a.csv.1.journal", start.concat());
    fs::remove_file(desk.path("a.csv.journal")).unwrap();
    let said = desk.run(UNDO);
    said.assert(0, "requests of the job that is undone may still be running");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_backup_says_of_its_journal_is_data_from_outside() {
    for (named, shown) in [
        (
            "gone\\nwarning: all is well",
            "gone warning: all is well: the journal",
        ),
        ("/dev/zero", "/dev/zero: this is not the journal"),
    ] {
        let desk = done().await;
        let backup = desk.read("kept.jsonl");
        // Once relative, and once absolute.
        let (before, path) = backup.split_once("\"journal_path\":\"").unwrap();
        let (_, after) = path.split_once('"').unwrap();
        let backup = format!("{before}\"journal_path\":\"{named}\"{after}");
        let hostile = backup.replace("\"a.csv.journal\"", &format!("\"{named}\""));
        assert_ne!(backup, hostile);
        desk.write("kept.jsonl", hostile);
        let said = desk.run("contacts kept.jsonl --yes --no-throttle --settle 0");
        said.assert(0, "1 row done, 0 failed");
        if cfg!(unix) {
            said.assert(0, shown);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_job_that_was_undone_is_not_reported_as_done() {
    let desk = done().await;
    desk.run(UNDO).assert(0, "1 row done");
    let said = desk.run("contacts a.csv --resume");
    said.assert(1, "1 row was restored from its backup");
    let said = desk.run("contacts a.csv --resume --format json");
    said.assert(1, r#""undone":true"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_was_moved_still_finds_the_running_job() {
    let desk = desk().await;
    let job = started(&desk, Fault::delay(Duration::from_secs(60)));
    fs::create_dir(desk.path("elsewhere")).unwrap();
    fs::rename(desk.path("kept.jsonl"), desk.path("elsewhere/kept.jsonl")).unwrap();
    let undo = UNDO.replace("kept.jsonl", "elsewhere/kept.jsonl");
    let said = desk.run(&undo);
    said.assert(2, "the job that this backup undoes is still running");
    // Nor does a journal of another job at the place that the backup names hide it.
    desk.write("b.csv", "id,post\n1,Chief\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    fs::copy(
        desk.path("b.csv.journal"),
        desk.path("elsewhere/a.csv.journal"),
    )
    .unwrap();
    desk.run(&undo)
        .assert(2, "the job that this backup undoes is still running");
    kill(job);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_leaves_a_record_whose_row_was_refused() {
    let seed = json!({"contacts": [
        {"id": 1, "post": "Clerk"}, {"id": 2, "post": "Clerk"}, {"id": 3, "post": "Clerk"}
    ]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write(
        "a.csv",
        "id,post\n1,Director\n2,Director\n3,Director\n3,Chief\n",
    );
    // The two rows about a record are in two batches.
    let old_values = (0..2).map(|_| Fault::delay(Duration::ZERO));
    let refused = Fault::in_batch([(1, CallFault::error("ACCESS_DENIED"))]);
    desk.faults(old_values.chain([refused]));
    desk.run("contacts a.csv --yes --backup kept.jsonl --no-throttle")
        .assert(1, "3 rows done, 1 failed");
    assert_eq!(desk.field(2, "post"), "Clerk");
    // Somebody else sets what the row would have set.
    desk.write("b.csv", "id,post\n2,Director\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");

    let left =
        "1 row is left as it is: the journal of the job shows that it has not changed the record";
    let plan = desk.run("contacts kept.jsonl --plan");
    plan.assert(0, left);
    plan.assert(0, "2 rows would change, 0 the same");
    let said = desk.run(&format!("{UNDO} --format json"));
    said.assert(0, r#""ok":2,"#);
    said.assert(0, r#""unapplied":1"#);
    assert_eq!(desk.field(2, "post"), "Director");
    for id in [1, 3] {
        assert_eq!(desk.field(id, "post"), "Clerk");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_leaves_the_records_of_rows_that_a_killed_job_never_sent() {
    let contacts: Vec<_> = (1..=120)
        .map(|id| json!({"id": id, "post": "Clerk"}))
        .collect();
    let seed = json!({"contacts": contacts});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    let rows: Vec<String> = (1..=120).map(|id| format!("{id},Director\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    let old_values = (0..3).map(|_| Fault::delay(Duration::ZERO));
    desk.faults(old_values.chain([Fault::hang_after()]));
    let job = desk
        .command("contacts a.csv --yes --backup kept.jsonl --no-throttle --settle 2")
        .spawn()
        .unwrap();
    while desk.requests().len() < 4 {
        std::thread::sleep(Duration::from_millis(5));
    }
    kill(job);
    desk.write("b.csv", "id,post\n120,Director\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");

    let said = desk.run(UNDO);
    said.assert(0, "70 rows are left as they are");
    said.assert(0, "50 rows done");
    assert_eq!(desk.field(1, "post"), "Clerk");
    assert_eq!(desk.field(120, "post"), "Director");

    // Without the journal nothing is known of the rows.
    fs::remove_file(desk.path("kept.jsonl.journal")).unwrap();
    fs::remove_file(desk.path("a.csv.journal")).unwrap();
    desk.run(UNDO).assert(0, "120 rows done");
    assert_eq!(desk.field(120, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_waits_for_newer_backups_with_the_same_fields_of_the_same_records() {
    let seed = json!({"contacts": [{"id": 1, "post": "Clerk"}, {"id": 2, "post": "Clerk"}]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("a.csv", "id,post\n1,a\n1,b\n2,c\n");
    desk.run("contacts a.csv --yes --limit 1 --backup old.jsonl --settle 1")
        .assert(0, "1 row done");
    // The resumed job does not know which old values are kept.
    fs::rename(desk.path("old.jsonl"), desk.path("moved.jsonl")).unwrap();
    desk.run("contacts a.csv --resume --limit 1 --backup new.jsonl --settle 1")
        .assert(0, "2 rows done");
    desk.run("contacts a.csv --resume --backup other.jsonl --settle 1")
        .assert(0, "3 rows done");
    let posts = |desk: &Desk| (desk.field(1, "post"), desk.field(2, "post"));
    for name in ["moved.jsonl", "old.jsonl"] {
        fs::rename(desk.path("moved.jsonl"), desk.path(name)).unwrap();
        desk.sandbox.clear_requests();
        for (how, code) in [("--yes", 2), ("--plan", 0)] {
            let words = format!("contacts {name} {how} --overwrite-newer --settle 1");
            let said = desk.run(&words);
            said.assert(
                code,
                "newer backups of the same job have fields of the same records",
            );
            said.assert(code, "Undo them first, in this order, with --yes instead of --plan, or move them to another folder:\n  cargo vibecode bulk contacts new.jsonl ");
            let refused = said.err.split("in this order, with").nth(1).unwrap();
            assert!(!refused.contains("other.jsonl"), "{refused}");
            if code == 2 {
                desk.assert_nothing_sent();
            }
        }
        assert_eq!(posts(&desk), (json!("b"), json!("c")));
    }
    for (backup, expected) in [
        ("new.jsonl", ("a", "c")),
        // This one shares nothing with the last.
        ("old.jsonl", ("Clerk", "c")),
        ("other.jsonl", ("Clerk", "Clerk")),
    ] {
        desk.run(&format!("contacts {backup} --yes --settle 1"))
            .assert(0, "1 row done, 0 failed");
        assert_eq!(posts(&desk), (json!(expected.0), json!(expected.1)));
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_in_place_of_a_newer_backup_is_not_read() {
    let seed = json!({"contacts": [{"id": 1, "post": "Clerk"}, {"id": 2, "post": "Clerk"}]});
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    desk.run("contacts a.csv --yes --limit 1 --backup old.jsonl --settle 1")
        .assert(0, "1 row done");
    desk.run("contacts a.csv --resume --backup new.jsonl --settle 1")
        .assert(0, "2 rows done");
    fs::remove_file(desk.path("new.jsonl")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(desk.path("new.jsonl"))
        .status();
    assert!(made.unwrap().success());
    desk.run("contacts old.jsonl --yes --settle 1")
        .assert(0, "1 row done, 0 failed");
    assert_eq!(desk.field(1, "post"), "Clerk");
}
