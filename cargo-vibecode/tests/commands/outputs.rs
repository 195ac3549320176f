//! What every command promises of its output, whatever it does.

use serde_json::Value;
use vibecode_sandbox::Sandbox;

use crate::Folder;

/// Commands that succeed, need attention, or fail.
const COMMANDS: [(&str, i32); 22] = [
    ("me", 0),
    ("pull contacts", 0),
    ("pull nothing", 2),
    ("check", 0),
    ("check --offline", 0),
    ("check nothing", 2),
    ("new contacts", 0),
    ("new contacts --out a.csv", 2),
    ("new --agents", 0),
    ("update contacts 71 --set post=Clerk --dry-run", 0),
    ("update contacts 71 --set post=Clerk", 0),
    ("update contacts 71", 2),
    ("update contacts 404 --set post=Clerk", 2),
    ("bulk contacts a.csv", 0),
    ("bulk contacts a.csv --plan", 0),
    ("bulk contacts bad.csv", 1),
    ("bulk contacts none.csv", 2),
    ("export contacts --overwrite --output b.csv", 0),
    ("export contacts --fields nothing --output b.csv", 2),
    ("probe deals --portal other.invalid --yes", 2),
    ("completions bash", 0),
    ("completions --man", 0),
];

/// Command lines that are not valid.
const NO_COMMANDS: [&str; 5] = [
    "nothing",
    "me --nothing",
    "export contacts --limit x",
    "update contacts",
    "bulk contacts a.csv --settle x",
];

async fn folder(name: &str) -> (Folder, Sandbox) {
    let (folder, sandbox) = (Folder::new(name), Sandbox::start().await);
    folder.write("a.csv", "id,post\n71,Director\n");
    folder.write("bad.csv", "id,post\nx,Director\n");
    (folder, sandbox)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_writes_one_document_whether_it_succeeds_or_fails() {
    let (folder, sandbox) = folder("outputs-json").await;
    let no_commands = NO_COMMANDS.map(|text| (text, 2));
    for (text, code) in COMMANDS.into_iter().chain(no_commands) {
        let words: Vec<&str> = text.split(' ').chain(["--format", "json"]).collect();
        let said = folder.run(&sandbox, &words).await;
        assert_eq!(said.code, code, "{text}: {}{}", said.out, said.err);
        let lines = said.out.lines().map(serde_json::from_str::<Value>);
        let documents: Result<Vec<Value>, _> = lines.collect();
        let documents = documents.unwrap_or_else(|error| panic!("{text}: {error}: {}", said.out));
        let results: Vec<&Value> = documents
            .iter()
            .filter(|it| it["event"].is_null())
            .collect();
        let [result] = results[..] else {
            panic!("{text}: {}", said.out);
        };
        assert_eq!(documents.last(), Some(result), "{text}");
        assert_eq!(result.get("error").is_some(), code == 2, "{text}: {result}");
        for line in said.err.lines() {
            let event: Value = serde_json::from_str(line).unwrap_or_default();
            assert!(event["event"].is_string(), "{text}: {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_of_an_invalid_command_line_is_one_line_with_the_problem_and_the_next_step() {
    let (folder, sandbox) = folder("outputs-invalid").await;
    for (text, problem) in NO_COMMANDS.into_iter().zip([
        ": nothing.",
        ": --nothing.",
        ": x: write a whole number",
        ": <ID>.",
        ": x: write a whole number",
    ]) {
        let words: Vec<&str> = text.split(' ').chain(["--format", "json"]).collect();
        let said = folder.run(&sandbox, &words).await;
        let result: Value = serde_json::from_str(&said.out).unwrap();
        let error = result["error"].as_str().unwrap();
        assert!(!error.contains(['\n', '\u{1b}']), "{error}");
        assert!(
            error.contains(problem) && error.contains("--help"),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_of_a_command_agrees_with_its_exit_code() {
    let (folder, sandbox) = folder("outputs-text").await;
    for (text, code) in COMMANDS {
        let words: Vec<&str> = text.split(' ').collect();
        let said = folder.run(&sandbox, &words).await;
        assert_eq!(said.code, code, "{text}: {}{}", said.out, said.err);
        let has_error = said.err.lines().any(|line| line.starts_with("error: "));
        assert_eq!(has_error, code == 2, "{text}: {}", said.err);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_cannot_be_written_is_an_error_of_every_command() {
    use std::process::{Command, Stdio};
    let (folder, sandbox) = folder("outputs-full").await;
    for (text, code) in COMMANDS {
        for format in ["human", "json"] {
            let full = std::fs::File::options()
                .write(true)
                .open("/dev/full")
                .unwrap();
            let child = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"))
                .arg("vibecode")
                .args(text.split(' '))
                .args(["--format", format])
                .current_dir(&folder.0)
                .env("VIBECODE_API_KEY", Sandbox::API_KEY)
                .env("VIBECODE_BASE_URL", sandbox.url())
                .env_remove("VIBECODE_SESSION_TOKEN")
                .stdin(Stdio::null())
                .stdout(full)
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let ended = tokio::task::spawn_blocking(|| child.wait_with_output()).await;
            let ended = ended.unwrap().unwrap();
            let said = String::from_utf8(ended.stderr).unwrap();
            assert_eq!(ended.status.code(), Some(2), "{text} {format}: {said}");
            if code < 2 {
                let problem = "cannot write to standard output";
                assert!(said.contains(problem), "{text} {format}: {said}");
            }
        }
    }
}
