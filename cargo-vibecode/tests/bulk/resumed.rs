//! A job is resumed with the changes and the portal that it was started with, or not at all.

use std::{
    fs,
    io::{self, BufRead as _, BufReader},
    path::Path,
    process::Command,
    time::Duration,
};

use vibecode_sandbox::{Fault, Sandbox};

use crate::{
    front::{Front, Me},
    support::{Desk, Said},
};

const ROWS: &str = "id,Loyalty\n71,gold\n72,gold\n";

/// A schema with the options of a list.
fn schema(options: &[(&str, &str)], label_of_another_field: &str) -> String {
    let items = options
        .iter()
        .map(|(id, label)| format!(r#"{{"ID":"{id}","VALUE":"{label}"}}"#));
    let items: Vec<String> = items.collect();
    format!(
        r#"{{"comments":{{"type":"string","title":"{label_of_another_field}"}},
            "ufCrm_1721244707107":{{"type":"enumeration","title":"Loyalty","items":[{}]}}}}"#,
        items.join(",")
    )
}

fn gold(id: &str) -> String {
    schema(&[(id, "Gold"), ("83", "Silver")], "Note")
}

/// A job of which one of two rows was sent.
async fn half_done() -> Desk {
    let desk = Desk::new().await;
    desk.write("vibecode/contacts.json", gold("81"));
    desk.write("a.csv", ROWS);
    desk.run("contacts a.csv --limit 1 --yes")
        .assert(0, "1 row done, 0 failed");
    desk.sandbox.clear_requests();
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_mean_other_values_after_a_pull_are_not_sent() {
    let desk = half_done().await;
    desk.write("vibecode/contacts.json", gold("82"));
    let said = desk.run("contacts a.csv --resume");
    said.assert(2, "the rows request other changes now than when the job was started (vibecode/contacts.json has changed): nothing was sent");
    said.assert(2, "Restore what has changed to resume");
    desk.assert_nothing_sent();
    fs::remove_file(desk.path("vibecode/contacts.json")).unwrap();
    desk.run("contacts a.csv --resume").assert(
        2,
        "warning: vibecode/contacts.json is missing in this folder and in those above it since",
    );
    desk.assert_nothing_sent();
    desk.write("vibecode/contacts.json", gold("81"));
    desk.run("contacts a.csv --resume")
        .assert(0, "2 rows done, 0 failed");
    assert_eq!(desk.field(72, "ufCrm_1721244707107"), 81);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_changes_no_row_does_not_prevent_a_resume() {
    let desk = half_done().await;
    let other = schema(
        &[("81", "Gold"), ("83", "Silver"), ("84", "Tin")],
        "Comment",
    );
    desk.write("vibecode/contacts.json", other);
    let said = desk.run("contacts a.csv --resume");
    said.assert(0, "2 rows done, 0 failed");
    said.assert(
        0,
        "warning: vibecode/contacts.json has changed since the job was started",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_has_another_code_now_is_not_sent() {
    let statuses = |code: &str| {
        format!(r#"{{"format":1,"sets":{{"SOURCE":[{{"code":"{code}","name":"Website"}}]}}}}"#)
    };
    let desk = Desk::new().await;
    desk.write("vibecode/statuses.json", statuses("WEB"));
    desk.write("a.csv", "id,sourceId\n71,Website\n72,Website\n");
    desk.run("contacts a.csv --limit 1 --yes")
        .assert(0, "1 row done, 0 failed");
    desk.sandbox.clear_requests();
    desk.write("vibecode/statuses.json", statuses("SHOP"));
    desk.run("contacts a.csv --resume")
        .assert(2, "(vibecode/statuses.json has changed)");
    desk.assert_nothing_sent();
    desk.write("vibecode/statuses.json", statuses("WEB"));
    desk.run("contacts a.csv --resume").assert(0, "2 rows done");
    assert_eq!(desk.field(72, "sourceId"), "WEB");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_of_the_program_is_named_if_the_rows_mean_other_values() {
    let desk = half_done().await;
    let version = concat!("\"tool\":\"", env!("CARGO_PKG_VERSION"), "\"");
    let journal = desk.read("a.csv.journal");
    assert!(journal.contains(version), "{journal}");
    let earlier = journal.replace(version, "\"tool\":\"0.0.9\"");
    let lines: Vec<String> = earlier.lines().map(str::to_owned).collect();
    desk.write_journal("a.csv", &lines);
    desk.write("vibecode/contacts.json", gold("82"));
    desk.run("contacts a.csv --resume")
        .assert(2, "and 0.0.9 started the job");
    desk.write("vibecode/contacts.json", gold("81"));
    desk.run("contacts a.csv --resume").assert(0, "2 rows done");
}

/// Runs a command, and does something once it has printed this.
fn said_after(command: &mut Command, printed: &str, then: impl FnOnce()) -> Said {
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains(printed) {
        line.clear();
        let read = out.read_line(&mut line).unwrap();
        assert!(read > 0, "`{printed}` was not printed");
    }
    then();
    io::copy(&mut out, &mut io::sink()).unwrap();
    Said::of(child.wait_with_output().unwrap())
}

/// The header of a journal as version 2 wrote it.
fn as_version_2(desk: &Desk) -> String {
    let mut header = desk.journal("a.csv").remove(0);
    header["journal"]["version"] = 2.into();
    header.as_object_mut().unwrap().remove("sum").unwrap();
    let fields = header["journal"].as_object_mut().unwrap();
    fields.remove("meaning").unwrap();
    fields.remove("key").unwrap();
    format!("{header}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_journal_is_resumed_with_a_warning() {
    let desk = half_done().await;
    desk.write("a.csv.journal", as_version_2(&desk));
    let said = desk.run("contacts a.csv --resume");
    said.assert(0, "2 rows done, 0 failed");
    said.assert(0, "warning: ");
    said.assert(0, "an earlier version of cargo-vibecode wrote the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_row_that_is_bad_now_is_never_left_out() {
    let desk = Desk::new().await;
    desk.write("vibecode/contacts.json", gold("81"));
    desk.write("a.csv", ROWS);
    desk.run("contacts a.csv --limit 1 --yes --skip-bad --settle 1")
        .assert(0, "1 row done");
    desk.sandbox.clear_requests();
    let open = "{\"started\":{\"batch\":1,\"at\":0,\"rows\":\"2\"}}\n";
    desk.write("a.csv.journal", as_version_2(&desk) + open);
    desk.write(
        "vibecode/contacts.json",
        schema(&[("83", "Silver")], "Note"),
    );
    let said = desk.run("contacts a.csv --resume --skip-bad --settle 1");
    said.assert(
        2,
        "a.csv: row 2 (contacts/71) was sent and had no answer, and it cannot be sent again",
    );
    assert!(!said.out.contains("takes up to"), "{said:?}");
    desk.assert_nothing_sent();
    desk.write("vibecode/contacts.json", gold("81"));
    desk.run("contacts a.csv --resume --skip-bad --settle 1")
        .assert(0, "2 rows done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_job_is_reported_whatever_the_files_are_now() {
    let desk = half_done().await;
    desk.run("contacts a.csv --resume").assert(0, "2 rows done");
    desk.write("vibecode/contacts.json", gold("82"));
    desk.run("contacts a.csv --resume")
        .assert(0, "this job is already finished: 2 done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_changes_before_its_rows_are_sent_is_noticed() {
    let desk = Desk::new().await;
    let rows = "71,a,b\n72,c,d\n";
    desk.write("a.csv", format!("id,post,comments\n{rows}"));
    desk.run("contacts a.csv --limit 1 --yes --settle 1")
        .assert(0, "1 row done");
    // As if killed just now, so that the resumed job waits before it sends.
    let header = desk.read("a.csv.journal");
    let header = header.lines().next().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.unwrap().as_millis();
    let started = format!(r#"{{"started":{{"batch":1,"at":{now},"rows":"2"}}}}"#);
    desk.write_journal("a.csv", &[header.to_owned(), started]);
    desk.sandbox.clear_requests();
    let mut command = desk.command("contacts a.csv --resume --settle 1");
    let said = said_after(&mut command, "may still be running at the server", || {
        desk.write("a.csv", format!("id,comments,post\n{rows}"));
    });
    said.assert(
        2,
        "the file has changed since its rows were checked: the header is different",
    );
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_rows_are_never_those_of_another_file() {
    let desk = Desk::of(2).await;
    let file = "id,phone,post\n1,+79160000001,\n2,,x\n";
    desk.write("a.csv", file);
    desk.fault(Fault::delay(Duration::ZERO));
    desk.faults((0..20).map(|_| Fault::html()));
    let mut command = desk.command("contacts a.csv --yes --no-throttle --settle 1");
    let said = said_after(&mut command, "may still be applied", || {
        desk.write("a.csv", "id,phone,post\n1,,y\n2,,x\n");
    });
    said.assert(
        2,
        "a.csv: the file has changed since its rows were sent, so the failed rows cannot be written: restore it",
    );
    assert!(!desk.exists("a.failed.csv"));
    desk.sandbox.calm();
    desk.write("a.csv", file);
    desk.run("contacts a.csv --resume --no-throttle --settle 1")
        .assert(1, "0 rows done, 2 failed");
    let failed = desk.read("a.failed.csv");
    assert!(failed.contains("1,+79160000001,"), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_of_a_portal_that_is_not_reported_now_is_refused() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\n71,a\n72,b\n");
    let front = Front::of(&desk, Me::AtOnce).await;
    let run = |words: &str| Said::of(front.command(&desk, words).output().unwrap());
    run("a.csv --limit 1 --yes").assert(0, "1 row done");
    desk.sandbox.clear_requests();
    front.answer(Me::Missing);
    let said = run("a.csv --resume");
    said.assert(
        2,
        "the job was started for the portal sandbox.invalid, and the API does not report now which portal the key is for: nothing was sent",
    );
    desk.assert_nothing_sent();
    front.answer(Me::AtOnce);
    run("a.csv --resume").assert(0, "2 rows done");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_kind_of_key_is_shown_when_a_job_is_resumed() {
    let desk = half_done().await;
    let mut command = desk.command("contacts a.csv --resume");
    command
        .env("VIBECODE_API_KEY", Sandbox::APP_KEY)
        .env("VIBECODE_SESSION_TOKEN", Sandbox::SESSION_TOKEN);
    let said = Said::of(command.output().unwrap());
    said.assert(0, "2 rows done");
    said.assert(0, "warning: the key was personal, reads and writes");
    said.assert(0, "and is now OAuth app, ");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_whose_portal_was_checked_is_the_one_that_sends() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\n71,a\n72,b\n");
    desk.write("key", Sandbox::API_KEY);
    let front = Front::of(&desk, Me::After(Duration::from_millis(800))).await;
    let mut command = front.command(&desk, "a.csv --yes --key-file key");
    let child = command.env_remove("VIBECODE_API_KEY").spawn().unwrap();
    front.is_asked().await;
    desk.write("key", Sandbox::READ_ONLY_KEY);
    let said = Said::of(child.wait_with_output().unwrap());
    said.assert(0, "2 rows done, 0 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_input_is_kept_while_rows_are_left() {
    let desk = Desk::new().await;
    let said = desk.run_with_input("contacts - --yes --limit 1", "id,post\n71,a\n72,b\n");
    said.assert(0, "1 row is not sent yet because of --limit");
    let copies = || {
        let files = fs::read_dir(&desk.folder).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let copies: Vec<String> = names
            .filter(|name| name.starts_with("stdin-") && !name.contains(".rows."))
            .collect();
        copies
    };
    let [copy] = &copies()[..] else {
        panic!("{:?}", copies());
    };
    said.assert(0, &format!("bulk contacts {copy} "));
    desk.run(&format!("contacts {copy} --resume"))
        .assert(0, "2 rows done");
    assert_eq!(desk.field(72, "post"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_of_an_unfinished_job_of_standard_input_are_not_sent_as_a_new_job() {
    let desk = Desk::of(2).await;
    let rows = "id,phone\n1,+79161112233\n2,+79161112234\n";
    desk.fault(Fault::delay(Duration::ZERO));
    desk.fault(Fault::late(Duration::from_millis(1_500)));
    let mut command = desk.command("contacts - --yes --settle 1");
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, rows.as_bytes()).unwrap();
    drop(stdin);
    while desk.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let sent = desk.requests().len();
    let said = desk.run_with_input("contacts - --yes --settle 1", rows);
    said.assert(2, "whose job is not finished: nothing was sent");
    assert_eq!(desk.requests().len(), sent);
    let copies = fs::read_dir(&desk.folder).unwrap();
    let names = copies.map(|file| file.unwrap().file_name().into_string().unwrap());
    let [copy] = &names
        .filter(|it| Path::new(it).extension().is_some_and(|it| it == "rows"))
        .collect::<Vec<_>>()[..]
    else {
        panic!("{said:#?}");
    };
    said.assert(
        2,
        &format!("To resume: cargo vibecode bulk contacts {copy} "),
    );
    // Other rows are another job.
    desk.run_with_input("contacts - --yes --settle 1", "id,post\n1,a\n")
        .assert(0, "1 row done");
    desk.run(&format!("contacts {copy} --resume --settle 1"))
        .assert(0, "2 rows done");
    assert!((1..=2).all(|id| desk.phones(id).len() == 1));
    // A job that is finished is not in the way.
    desk.run_with_input("contacts - --yes --settle 1", rows)
        .assert(0, "2 rows done");
}

#[tokio::test(flavor = "multi_thread")]
async fn open_rows_do_not_count_as_those_of_the_limit() {
    let desk = Desk::of(1).await;
    let rows = (1001..=1120)
        .map(|id| format!("{id},p\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post\n{rows}"));
    desk.run("contacts a.csv --limit 1 --yes --settle 1")
        .assert(1, "0 rows done, 1 failed");
    let header = desk.read("a.csv.journal");
    let header = header.lines().next().unwrap();
    let open = "{\"started\":{\"batch\":1,\"at\":0,\"rows\":\"2-51\"}}";
    desk.write_journal("a.csv", &[header.to_owned(), open.to_owned()]);
    desk.run("contacts a.csv --resume --limit 10 --max-failed 5 --settle 1")
        .assert(2, "stopped because more than 5 rows have failed");
    assert_eq!(desk.reported("a.csv").1.len(), 50);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_no_part_of_a_line_in_the_journal() {
    let desk = Desk::of(1).await;
    let rows = (1001..=1060)
        .map(|id| format!("{id},p\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post\n{rows}"));
    // No file may become longer than 2 or 4 KiB, which is less than the report of 50 failed rows.
    let limited = "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\"";
    let command = desk.command("contacts a.csv --yes --settle 1");
    let mut in_shell = Command::new("sh");
    in_shell
        .args(["-c", limited])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(&desk.folder)
        .env("VIBECODE_API_KEY", Sandbox::API_KEY)
        .env_remove("VIBECODE_BASE_URL");
    let said = Said::of(in_shell.output().unwrap());
    said.assert(2, "a.csv.journal: ");
    let journal = desk.read("a.csv.journal");
    assert!(journal.len() > 200 && journal.ends_with('\n'), "{journal}");
    desk.run("contacts a.csv --resume --settle 1 --max-failed 1000")
        .assert(1, "0 rows done, 60 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_an_interrupted_request_has_added_twice_is_reported() {
    let phones = serde_json::json!([
        {"id": 1, "typeId": "PHONE", "valueType": "WORK", "value": "+79161112233"},
        {"id": 2, "typeId": "PHONE", "valueType": "WORK", "value": "+79161112233"},
    ]);
    let seed = serde_json::json!({ "contacts": [{"id": 1, "fm": phones}, {"id": 2}] });
    let desk = Desk::with(Sandbox::builder().seed(seed).start().await);
    desk.write("a.csv", "id,phone\n2,+79161112244\n1,+79161112233\n");
    desk.run("contacts a.csv --yes --limit 1 --settle 1")
        .assert(0, "1 row done");
    // As if killed after the request was applied twice, and before its answer.
    let mut lines: Vec<String> = desk
        .read("a.csv.journal")
        .lines()
        .map(str::to_owned)
        .collect();
    lines.push(r#"{"started":{"batch":9,"at":0,"rows":"3"}}"#.to_owned());
    desk.write_journal("a.csv", &lines);
    let said = desk.run("contacts a.csv --resume --settle 1");
    said.assert(1, "1 row done, 1 failed");
    said.assert(1, "row 3 (contacts/1) failed: phone: the record has the value more than once (entries 1, 2): the request that was interrupted has added it twice, unless it was there before");
    said.assert(1, "[REPEATED]");
    assert_eq!(desk.phones(1).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_killed_while_it_read_the_old_values_is_resumed_without_a_wait() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    desk.fault(Fault::delay(Duration::from_secs(60)));
    let words = "contacts a.csv --backup old.jsonl";
    let mut child = desk.command(&format!("{words} --yes")).spawn().unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = desk.run(&format!("{words} --resume"));
    said.assert(0, "2 rows done, 0 failed");
    assert!(!said.out.contains("waiting"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_from_another_folder_names_the_folder_and_the_file_that_is_missing_there() {
    let desk = Desk::of(2).await;
    desk.write(
        "job/vibecode/contacts.json",
        r#"{"phone":{"type":"multifield","title":"Mobile number"}}"#,
    );
    let row = |id: u64| format!("{{\"id\":{id},\"Mobile number\":\"+7916000000{id}\"}}\n");
    desk.write("job/a.jsonl", row(1) + &row(2));
    let run = |words: &str, folder: &str| {
        let mut command = desk.command(words);
        Said::of(command.current_dir(desk.path(folder)).output().unwrap())
    };
    let words = "contacts a.jsonl --yes --limit 1 --skip-bad --settle 1";
    run(words, "job").assert(0, "1 row done");
    desk.write("other/a", "");
    desk.sandbox.clear_requests();
    let said = run(
        "contacts ../job/a.jsonl --resume --skip-bad --settle 1",
        "other",
    );
    said.assert(2, "the rows request other changes now than when the job was started (vibecode/contacts.json is missing in this folder and in those above it; the current folder has changed from ");
    said.assert(
        2,
        "Run the command in the folder in which the job was started",
    );
    assert!(!said.err.contains("--ensure"), "{said:?}");
    desk.assert_nothing_sent();
    run("contacts a.jsonl --resume --skip-bad --settle 1", "job").assert(0, "2 rows done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_sends_garbled_texts_is_resumed_only_with_the_option_and_names_it() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,????\n2,?????\n");
    desk.run("contacts a.csv --yes --allow-garbled --limit 1 --settle 1")
        .assert(0, "1 row done");
    desk.run("contacts a.csv --resume --settle 1")
        .assert(2, "--allow-garbled was given and is now not given");
    // A journal that does not say it is resumed as before.
    let journal = desk.read("a.csv.journal");
    let older = journal.replace(",\"allow_garbled\":true", "");
    assert_ne!(older, journal);
    let lines: Vec<String> = older.lines().map(str::to_owned).collect();
    desk.write_journal("a.csv", &lines);
    desk.run("contacts a.csv --resume --allow-garbled --settle 1")
        .assert(0, "2 rows done, 0 failed");
}
