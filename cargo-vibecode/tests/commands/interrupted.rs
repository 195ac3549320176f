//! Every command that is interrupted says what it has and has not done.

use std::{
    io::Read as _,
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;
use vibecode_sandbox::Sandbox;
use vibecode_tests::signal;

use crate::{Folder, Said};

/// A server that takes requests and answers none, and each request that has arrived.
fn silent_server() -> (String, Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (send, arrived) = channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            if stream.read(&mut request).unwrap_or_default() > 0 {
                let _ = send.send(stream);
            }
        }
    });
    (url, arrived)
}

/// Sends a signal to a command that waits for the answer to its first request.
fn interrupted(folder: &Folder, words: &[&str], name: &str) -> Said {
    let (url, arrived) = silent_server();
    let child = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"))
        .arg("vibecode")
        .args(words)
        .current_dir(&folder.0)
        .env("VIBECODE_API_KEY", Sandbox::API_KEY)
        .env("VIBECODE_BASE_URL", url)
        .env_remove("VIBECODE_SESSION_TOKEN")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _waits = arrived.recv_timeout(Duration::from_secs(20)).unwrap();
    signal::send(name, &child).unwrap();
    let ended = child.wait_with_output().unwrap();
    Said {
        code: ended.status.code().unwrap_or(-1),
        out: String::from_utf8(ended.stdout).unwrap(),
        err: String::from_utf8(ended.stderr).unwrap(),
    }
}

const COMMANDS: [(&[&str], &str); 9] = [
    (
        &["me"],
        "interrupted: the result is not complete: run the command again",
    ),
    (
        &["check", "contacts"],
        "interrupted: the result is not complete: run the command again",
    ),
    (&["pull"], "interrupted: no file was written"),
    (&["new", "leads"], "interrupted: no file was written"),
    (
        &[
            "update",
            "contacts",
            "71",
            "--set",
            "post=a",
            "--portal",
            "acme.invalid",
        ],
        "interrupted: nothing was sent",
    ),
    (
        &["bulk", "contacts", "a.csv"],
        "interrupted: nothing was sent",
    ),
    (
        &["bulk", "contacts", "a.csv", "--yes", "--no-backup"],
        "interrupted: nothing was sent",
    ),
    (
        &["export", "contacts", "--output", "b.csv"],
        "interrupted: nothing was exported: run the command again",
    ),
    (
        &["probe", "--yes", "--portal", "acme.invalid"],
        "interrupted: nothing on the portal was changed",
    ),
];

#[test]
fn a_command_that_is_interrupted_before_it_does_anything_says_so() {
    let folder = Folder::new("interrupted-early");
    folder.write("a.csv", "id,post\n71,a\n");
    folder.write(
        "vibecode/contacts.json",
        r#"{"ufCrm_1": {"type": "string"}}"#,
    );
    for (words, message) in COMMANDS {
        for name in signal::ending() {
            let said = interrupted(&folder, words, name);
            assert_eq!(said.code, 2, "{words:?} {name}: {}", said.err);
            let line = format!("error: {message}\n");
            assert!(said.err.ends_with(&line), "{words:?} {name}: {}", said.err);
        }
        let words = [words, &["--format", "json"]].concat();
        let said = interrupted(&folder, &words, "INT");
        let document: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(document["error"], message, "{words:?}");
    }
    let files = std::fs::read_dir(&folder.0).unwrap().count();
    assert_eq!(files, 3, "Cargo.toml, a.csv and vibecode");
}

#[test]
fn an_interrupt_while_standard_input_is_read_says_that_nothing_was_sent() {
    let folder = Folder::new("interrupted-stdin");
    for name in signal::ending() {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"))
            .args(["vibecode", "bulk", "contacts", "-"])
            .current_dir(&folder.0)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let is_copied = || {
            let files = std::fs::read_dir(&folder.0).unwrap();
            let mut names = files.map(|it| it.unwrap().file_name().into_string().unwrap());
            names.any(|name| name.starts_with("stdin-"))
        };
        while !is_copied() {
            thread::sleep(Duration::from_millis(5));
        }
        signal::send(name, &child).unwrap();
        let stdin = child.stdin.take();
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(2), "{name}: {said}");
        assert!(
            said.contains("error: interrupted: nothing was sent"),
            "{name}: {said}"
        );
        assert!(!is_copied(), "{name}: the copy is left");
        drop(stdin);
    }
}

#[test]
fn a_command_that_nohup_has_started_goes_on_without_its_terminal() {
    let folder = Folder::new("interrupted-nohup");
    let (url, arrived) = silent_server();
    let child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" vibecode me"])
        .arg(env!("CARGO_BIN_EXE_cargo-vibecode"))
        .current_dir(&folder.0)
        .env("VIBECODE_API_KEY", Sandbox::API_KEY)
        .env("VIBECODE_BASE_URL", url)
        .env_remove("VIBECODE_SESSION_TOKEN")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut waits = arrived.recv_timeout(Duration::from_secs(20)).unwrap();
    signal::send("HUP", &child).unwrap();
    thread::sleep(Duration::from_millis(300));
    let body = r#"{"success":true,"data":{"portal":"acme.invalid"}}"#;
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    std::io::Write::write_all(&mut waits, answer.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    assert!(said.contains("acme.invalid"), "{said}");
}
