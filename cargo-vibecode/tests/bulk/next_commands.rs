//! The commands that are printed as the next step do what they say, also in another shell.

use std::{
    fs,
    process::{Command, Stdio},
};

use vibecode_sandbox::Sandbox;

use crate::support::{Desk, Said};

const BINARY: &str = env!("CARGO_BIN_EXE_cargo-vibecode");

/// Runs a command with the key in the file `key` and the base URL in the environment.
fn run(desk: &Desk, words: &[&str]) -> Said {
    desk.write("key", Sandbox::API_KEY);
    let mut command = Command::new(BINARY);
    command
        .args(["vibecode", "bulk", "contacts"])
        .args(words)
        .args(["--key-file", "key"])
        .current_dir(&desk.folder)
        .env_remove("VIBECODE_API_KEY")
        .env("VIBECODE_BASE_URL", desk.sandbox.url())
        .stdin(Stdio::null());
    Said::of(command.output().unwrap())
}

/// Returns the command after this text.
#[track_caller]
fn printed(said: &Said, before: &str) -> String {
    let all = format!("{}{}", said.out, said.err);
    let (_, after) = all.split_once(before).unwrap_or_else(|| panic!("{all}"));
    let line = after.lines().next().unwrap();
    line.to_owned()
}

/// Runs a printed command in a shell without any variable of ours.
fn run_in_another_shell(desk: &Desk, printed: &str) -> Said {
    let words = printed.strip_prefix("cargo vibecode ").unwrap();
    let mut command = Command::new("bash");
    command
        .args(["-c", &format!("exec \"$0\" vibecode {words}"), BINARY])
        .current_dir(&desk.folder)
        .env_remove("VIBECODE_API_KEY")
        .env_remove("VIBECODE_SESSION_TOKEN")
        .env_remove("VIBECODE_BASE_URL")
        .stdin(Stdio::null());
    Said::of(command.output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_commands_reach_the_same_portal() {
    let desk = Desk::of(3).await;
    desk.write("old.csv", "id,post\n1,o1\n2,o2\n3,o3\n");
    run(&desk, &["old.csv", "--yes", "--no-backup"]).assert(0, "3 rows done");
    desk.write("a b.csv", "id,post\n1,x\n2,y\n3,z\n");
    let said = run(
        &desk,
        &["a b.csv", "--limit", "2", "--backup", "kept.jsonl"],
    );
    let send = printed(&said, "To send: ");
    assert!(send.contains("--portal sandbox.invalid"), "{send}");

    let said = run_in_another_shell(&desk, &send);
    said.assert(0, "2 rows done, 0 failed");
    let undo = printed(&said, "with --yes instead of --plan it is sent): ");
    said.assert(0, "with --yes instead of --plan it is sent");
    // The old values of the other rows are added to the backup.
    let resume = printed(&said, "To send: ");
    let said = run_in_another_shell(&desk, &resume);
    said.assert(0, "3 rows done, 0 failed");
    assert_eq!(desk.read("kept.jsonl").lines().count(), 1 + 3);

    let said = run_in_another_shell(&desk, &undo);
    said.assert(0, "contacts/1 post: x → o1");
    said.assert(0, "3 rows would change");
    assert_eq!(desk.field(1, "post"), "x");
    let said = run_in_another_shell(&desk, &undo.replace("--plan", "--yes"));
    said.assert(0, "3 rows done");
    assert_eq!(desk.field(1, "post"), "o1");
    assert_eq!(desk.field(3, "post"), "o3");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_after_a_plan_of_an_unfinished_job_sends_what_the_plan_has_shown() {
    let desk = Desk::of(6).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n");
    run(&desk, &["a.csv", "--yes", "--no-backup", "--limit", "2"]).assert(0, "2 rows done");
    let plan = run(&desk, &["a.csv", "--plan", "--no-backup", "--limit", "2"]);
    plan.assert(0, "contacts/3 post: (nothing) → c");
    plan.assert(0, "2 rows would change, 0 the same");
    let resume = printed(&plan, "nothing has changed since: ");
    run_in_another_shell(&desk, &resume).assert(0, "4 rows done, 0 failed");
    assert_eq!(desk.field(4, "post"), "d");
    assert_ne!(desk.field(5, "post"), "e");
    let plan = run(&desk, &["a.csv", "--plan", "--no-backup"]);
    plan.assert(0, "2 rows would change, 0 the same");
    let resume = printed(&plan, "nothing has changed since: ");
    run_in_another_shell(&desk, &resume).assert(0, "6 rows done, 0 failed");
}

/// A desk with a job of which only the first row is sent.
async fn desk_with_an_unfinished_job(words: &[&str]) -> Desk {
    let desk = Desk::of(3).await;
    desk.write("a.csv", "id,post,phone\n1,x,8 916 111-22-33\n2,y,\nz,,\n");
    let given = [
        "a.csv",
        "--yes",
        "--no-backup",
        "--limit",
        "1",
        "--settle",
        "1",
    ];
    let said = run(&desk, &[&given, words].concat());
    said.assert(1, "1 row done, 0 failed, 1 bad (not sent)");
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_resumed_with_other_options_is_answered_with_its_own() {
    let own = [
        "--country",
        "7",
        "--skip-bad",
        "--map",
        "post=comments",
        "--decimal",
        ",",
    ];
    for other in [
        &["--resume", "--no-backup"][..],
        &[
            "--resume",
            "--no-backup",
            "--skip-bad",
            "--country",
            "375",
            "--ensure",
            "--settle",
            "9",
        ],
        &[
            "--yes",
            "--no-backup",
            "--skip-bad",
            "--ignore",
            "post",
            "--decimal=.",
            "--empty",
            "clear",
        ],
    ] {
        let desk = desk_with_an_unfinished_job(&own).await;
        let said = run(&desk, &[&["a.csv"], other].concat());
        said.assert(2, "the job was started with other options (");
        said.assert(2, "nothing was sent now. To resume it: ");
        let resume = printed(&said, "To resume it: ");
        assert!(resume.contains("--portal sandbox.invalid"), "{resume}");
        run_in_another_shell(&desk, &resume).assert(1, "2 rows done, 0 failed, 1 bad (not sent)");
        assert_eq!(desk.field(2, "comments"), "y");
        assert_eq!(
            desk.phones(1),
            [("+79161112233".to_owned(), "WORK".to_owned())]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_for_another_entity_and_with_a_file_of_fields_is_answered_with_its_own() {
    let desk = Desk::of(2).await;
    desk.write(
        "fields.json",
        r#"{"id": "id", "Job": "post", "Note": null}"#,
    );
    desk.write("a.csv", "id\tJob\tNote\n1\tx\ta\n2\ty\tb\n");
    let given = [
        "a.csv",
        "--yes",
        "--no-backup",
        "--limit",
        "1",
        "--mapping",
        "fields.json",
    ];
    run(&desk, &given).assert(0, "1 row done");
    desk.write(
        "fields.json",
        r#"{"id": "id", "Job": "comments", "Note": null}"#,
    );
    let said = run(
        &desk,
        &[
            "a.csv",
            "--resume",
            "--no-backup",
            "--mapping",
            "fields.json",
        ],
    );
    said.assert(2, "--map or --mapping was");
    let resume = printed(&said, "To resume it: ").replace("bulk contacts", "bulk companies");
    let said = run_in_another_shell(&desk, &resume);
    said.assert(2, "the entity was contacts and is now companies");
    let resume = printed(&said, "To resume it: ");
    run_in_another_shell(&desk, &resume).assert(0, "2 rows done, 0 failed");
    assert_eq!(desk.field(2, "post"), "y");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_file_of_an_unfinished_job_is_sent_by_the_steps_that_are_printed() {
    for option in ["--yes", "--resume", "--plan"] {
        let desk = desk_with_an_unfinished_job(&["--country", "7", "--skip-bad"]).await;
        desk.write("a.csv", "id,post,phone\n1,x,8 916 111-22-33\n2,y,\n3,z,\n");
        desk.write("a.1.csv", "");
        let words = [
            "a.csv",
            option,
            "--no-backup",
            "--country",
            "7",
            "--settle",
            "60",
        ];
        let said = run(&desk, &words);
        said.assert(
            2,
            "the file has changed since its job was started (its SHA-256 began with ",
        );
        said.assert(2, "and that job is not finished: nothing was sent now. To end it, restore the file as it was, and use --resume. To send the file as it is instead, ");
        let words = words.map(|word| if word == "60" { "0" } else { word });
        // The options of a job that is resumed are known.
        let given = if option == "--resume" {
            &words[..3]
        } else {
            &words
        };
        let said = run(&desk, given);
        said.assert(2, "instead, rename it to a.2.csv, and run: ");
        fs::rename(desk.path("a.csv"), desk.path("a.2.csv")).unwrap();
        let plan = run_in_another_shell(&desk, &printed(&said, "rename it to a.2.csv, and run: "));
        plan.assert(0, "2 rows would change, 1 the same");
        let send = printed(&plan, "nothing has changed since: ");
        run_in_another_shell(&desk, &send).assert(0, "3 rows done, 0 failed");
        assert_eq!(desk.phones(1).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_an_unfinished_job_are_to_be_waited_for_before_its_corrected_file_is_sent()
{
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n");
    desk.fault(vibecode_sandbox::Fault::hang());
    let mut job = desk
        .command("contacts a.csv --yes --no-throttle")
        .spawn()
        .unwrap();
    while desk.requests().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    job.kill().unwrap();
    job.wait().unwrap();
    desk.write("a.csv", "id,phone\n1,+79160000002\n");
    for option in ["--yes", "--resume"] {
        let said = run(&desk, &["a.csv", option]);
        said.assert(2, "To send the file as it is instead, rename it to a.1.csv, not before 4 min after the end of that job, since its requests may be applied until then, and run: ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_under_the_name_of_a_finished_job_is_not_a_job_to_resume() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,x\n");
    run(&desk, &["a.csv", "--yes", "--no-backup"]).assert(0, "1 row done");
    desk.write("a.csv", "id,post\n2,y\n");
    let said = run(&desk, &["a.csv", "--resume", "--no-backup"]);
    said.assert(2, "this job is already finished: 1 done, 0 failed, on 2");
    said.assert(
        2,
        "there is nothing to resume, and nothing was sent now. To see what the file would change (with --yes instead of --plan it is sent): ",
    );
    let command = printed(
        &said,
        "To see what the file would change (with --yes instead of --plan it is sent): ",
    );
    assert!(command.contains("--portal sandbox.invalid"), "{command}");
    run_in_another_shell(&desk, &command).assert(0, "contacts/2 post: ");
    run_in_another_shell(&desk, &command.replace("--plan", "--yes")).assert(0, "1 row done");
    assert_eq!(desk.field(2, "post"), "y");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_command_is_refused_for_another_portal() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,x\n2,y\n");
    let send = printed(&run(&desk, &["a.csv"]), "To send: ");
    let elsewhere = send.replace("sandbox.invalid", "acme.bitrix24.ru");
    run_in_another_shell(&desk, &elsewhere).assert(
        2,
        "the key is for the portal sandbox.invalid, and --portal names acme.bitrix24.ru",
    );
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_base_url_of_a_key_file_is_used() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,x\n");
    let env = format!(
        "VIBECODE_API_KEY={}\nVIBECODE_BASE_URL={}\n",
        Sandbox::API_KEY,
        desk.sandbox.url()
    );
    desk.write(".env", env);
    let mut command = Command::new(BINARY);
    command
        .args(["bulk", "contacts", "a.csv", "--key-file", ".env"])
        .current_dir(&desk.folder)
        .env_remove("VIBECODE_API_KEY")
        .env("VIBECODE_BASE_URL", "http://127.0.0.1:9/v1")
        .stdin(Stdio::null());
    let said = Said::of(command.output().unwrap());
    let send = printed(&said, "To send: ");
    assert!(!send.contains("--base-url"), "{send}");
    run_in_another_shell(&desk, &send).assert(0, "1 row done");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_unicode_is_printed_so_that_it_can_be_run() {
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::of(1).await;
    let name = std::ffi::OsStr::from_bytes(b"a\xff\n.csv");
    fs::write(desk.path("").join(name), "id,post\n1,x\n").unwrap();
    desk.write("key", Sandbox::API_KEY);
    let mut command = Command::new(BINARY);
    command
        .args(["bulk", "contacts"])
        .arg(name)
        .args(["--key-file", "key", "--base-url", desk.sandbox.url()])
        .current_dir(&desk.folder)
        .env_remove("VIBECODE_BASE_URL")
        .stdin(Stdio::null());
    let said = Said::of(command.output().unwrap());
    let send = printed(&said, "To send: ");
    run_in_another_shell(&desk, &send).assert(0, "1 row done");
    assert_eq!(desk.field(1, "post"), "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_and_a_plan_of_a_finished_job_print_no_command_that_is_refused() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,x\n2,y\n");
    desk.write("b.csv", "id,post\n1,z\n2,z\n");
    for file in ["a.csv", "b.csv"] {
        run(&desk, &[file, "--yes", "--no-backup"]).assert(0, "2 rows done");
    }
    let said = run(&desk, &["a.csv"]);
    said.assert(0, "this job is already finished: 2 done, 0 failed, on 2");
    said.assert(0, "To send all rows again, delete a.csv.journal");
    assert!(!said.out.contains("To send: "), "{said:?}");

    let said = run(&desk, &["a.csv", "--plan"]);
    said.assert(0, "this job is already finished: 2 done, 0 failed, on 2");
    said.assert(0, "2 rows would change");
    let before =
        "To send exactly this, if nothing has changed since, delete a.csv.journal, and run: ";
    let send = printed(&said, before);
    fs::remove_file(desk.folder.join("a.csv.journal")).unwrap();
    run_in_another_shell(&desk, &format!("{send} --no-backup")).assert(0, "2 rows done");
    assert_eq!(desk.field(1, "post"), "x");

    // Another file under the same name is a job of its own.
    desk.write("a.csv", "id,post\n1,w\n");
    run(&desk, &["a.csv"]).assert(0, "To send: ");
    run(&desk, &["a.csv", "--plan"]).assert(0, "if nothing has changed since: cargo");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_an_unfinished_job_prints_how_to_continue_it() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,x\n2,y\n");
    run(&desk, &["a.csv", "--yes", "--no-backup", "--limit", "1"]).assert(0, "1 row done");
    let said = run(&desk, &["a.csv", "--no-backup"]);
    assert!(!said.out.contains("To send: "), "{said:?}");
    let resume = printed(
        &said,
        "this job was started before, and 1 row has an outcome. A resumed job waits for requests that may still run, and sends no row twice. To continue it: ",
    );
    run_in_another_shell(&desk, &resume).assert(0, "2 rows done");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_for_failed_rows_keeps_a_backup_if_their_job_did() {
    let desk = Desk::of(102).await;
    let rows: Vec<String> = (1..=102).map(|id| format!("{id},x\n")).collect();
    let rows = rows.concat().replace("102,x", "404,x");
    desk.write("a.csv", format!("id,post\n{rows}y,w\n"));
    let said = run(&desk, &["a.csv", "--yes", "--skip-bad"]);
    said.assert(1, "101 rows done, 1 failed, 1 bad");
    let check = printed(&said, "To check it (with --yes it is sent): ");
    let failed = desk.read("a.failed.csv");
    let corrected = failed.replace("404,x", "102,z").replace("\ny,", "\n101,");
    desk.write("a.failed.csv", corrected);
    let said = run_in_another_shell(&desk, &format!("{check} --yes"));
    said.assert(0, "2 rows done, 0 failed");
    run(
        &desk,
        &["a.failed.csv.backup.jsonl", "--yes", "--settle", "1"],
    )
    .assert(0, "2 rows done, 0 failed");
    assert_eq!(desk.field(101, "post"), "x");
    assert!(desk.field(102, "post").is_null());

    // The job itself is finished: the command is the same, but for the backup that exists now.
    let said = run(&desk, &["a.csv", "--resume", "--skip-bad"]);
    let again = printed(&said, "To check it (with --yes it is sent): ");
    assert!(
        again.contains("--backup a.failed.csv.backup-2.jsonl"),
        "{again}"
    );

    desk.write("b.csv", "id,post\n404,x\n1,y\n");
    for (options, has_backup) in [
        (&["--no-backup"][..], false),
        (&["--backup", "b.jsonl"], true),
    ] {
        let _ = fs::remove_file(desk.path("b.csv.journal"));
        let said = run(&desk, &[&["b.csv", "--yes"], options].concat());
        let check = printed(&said, "To check it (with --yes it is sent): ");
        let backup = "--backup b.failed.csv.backup.jsonl";
        assert_eq!(check.contains(backup), has_backup, "{check}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_job_names_the_file_of_its_bad_rows_and_not_their_cells() {
    let desk = Desk::of(2).await;
    desk.write(
        "a.csv",
        "id,birthdate\n1,1990-01-01\n2,soon\n2,1990-01-02\n",
    );
    let words = ["a.csv", "--no-backup", "--skip-bad"];
    let said = run(&desk, &[&words[..], &["--yes", "--limit", "1"]].concat());
    said.assert(1, "3 (contacts/2)  birthdate  `birthdate` requires a date");
    let said = run(&desk, &[&words[..], &["--resume"]].concat());
    said.assert(
        1,
        "1 row is bad and not sent: the bad rows are in a.bad.csv, each with its problems",
    );
    said.assert(1, "2 rows done, 0 failed, 1 bad (not sent)");
    assert!(!said.out.contains("requires a date"), "{said:?}");
}
