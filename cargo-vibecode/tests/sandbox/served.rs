//! A sandbox that runs as a program of its own.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value;

/// A sandbox that runs until it is dropped.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) stdout: BufReader<ChildStdout>,
    pub(crate) first_line: String,
}

impl Served {
    pub(crate) fn start(words: &[&str]) -> Self {
        let mut child = command(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut first_line = String::new();
        stdout.read_line(&mut first_line).unwrap();
        Self {
            child,
            stdout,
            first_line,
        }
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        let (_, after) = self.first_line.split_once("http://").unwrap();
        after.split_once("/v1").unwrap().0
    }

    pub(crate) fn page(&self) -> String {
        format!("http://{}/", self.address())
    }

    /// Head and body of an answer.
    pub(crate) fn ask(&self, method_and_path: &str, body: &str) -> (String, String) {
        let address = self.address();
        let request = format!(
            "{method_and_path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             X-Api-Key: vibe_api_sandbox\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        (head.to_owned(), body.to_owned())
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let (_, body) = self.ask(&format!("GET /v1/{path}"), "");
        serde_json::from_str(&body).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command.arg("sandbox").args(words).stdin(Stdio::null());
    command
}

/// What a command says that cannot start.
pub(crate) fn refused(words: &[&str]) -> String {
    let output = command(words).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

/// A folder for files of one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("sandbox")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}
