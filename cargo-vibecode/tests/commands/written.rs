//! A result that could not be written is no success.
#![cfg(target_os = "linux")]

use std::{
    fs::OpenOptions,
    process::{Command, Stdio},
};

use vibecode_sandbox::Sandbox;

use crate::Folder;

fn command(folder: &Folder, sandbox: &Sandbox, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command
        .args(words.split_whitespace())
        .current_dir(&folder.0)
        .env("VIBECODE_API_KEY", Sandbox::API_KEY)
        .env("VIBECODE_BASE_URL", sandbox.url());
    command
}

const COMMANDS: [&str; 24] = [
    "--help",
    "-h",
    "--version",
    "help",
    "help bulk",
    "bulk --help",
    "vibecode --help",
    "vibecode bulk -h",
    "me",
    "me --format json",
    "pull contacts",
    "check contacts",
    "new contacts",
    "update contacts 71 --set post=Director",
    "update contacts 71 --set post=Director --dry-run",
    "bulk contacts a.csv",
    "bulk contacts a.csv --plan",
    "bulk contacts a.csv --format json",
    "export contacts",
    "export contacts --format json --overwrite --output e.csv",
    "completions bash",
    "completions zsh",
    "completions fish",
    "completions --man",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_command_fails_if_its_output_cannot_be_written() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("full");
    folder.write("a.csv", "id,post\n71,a\n");
    for words in COMMANDS {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(&folder, &sandbox, words).stdout(full).output();
        let output = output.unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words}: {err}");
        assert!(
            err.contains("cannot write to standard output"),
            "{words}: {err}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_whose_address_cannot_be_written_does_not_run() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("full-sandbox");
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&folder, &sandbox, "sandbox").stdout(full).output();
    assert_eq!(output.unwrap().status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_sent_and_journaled_although_the_output_cannot_be_written() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("full-bulk");
    folder.write("a.csv", "id,post\n71,a\n");
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&folder, &sandbox, "bulk contacts a.csv --yes")
        .stdout(full)
        .output();
    assert_eq!(output.unwrap().status.code(), Some(2));
    assert!(folder.read("a.csv.journal").contains("\"finished\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_is_not_an_error() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("closed");
    folder.write("a.csv", "id,post\n71,a\n");
    for words in COMMANDS {
        let mut child = command(&folder, &sandbox, words)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{words}");
    }
}
