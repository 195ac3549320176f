//! A folder, a sandbox, and the command that runs between them.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use vibecode_sandbox::{Fault, LoggedRequest, Sandbox};
use vibecode_tests::printed_commands::assert_end_their_lines;

/// A folder of a test's own, with the sandbox that its commands talk to.
pub(crate) struct Desk {
    pub(crate) folder: PathBuf,
    pub(crate) sandbox: Sandbox,
    /// What its commands talk to: the sandbox, unless another server is between them.
    pub(crate) base_url: String,
    /// Whether its commands keep old values as they do by default, and have no `--no-backup`.
    keeps_backups: bool,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(Sandbox::start().await)
    }

    /// A desk beside contacts 1 to `count`.
    pub(crate) async fn of(count: u64) -> Self {
        Self::with(Sandbox::builder().contacts(count).start().await)
    }

    pub(crate) fn with(sandbox: Sandbox) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("bulk-{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        Self {
            folder,
            base_url: sandbox.url().to_owned(),
            sandbox,
            keeps_backups: false,
        }
    }

    /// The same desk, for tests of the backups that are kept without being asked for.
    pub(crate) fn keeping_backups(mut self) -> Self {
        self.keeps_backups = true;
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The command with these words, as cargo would call it.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
        command
            .args(["vibecode", "bulk"])
            .args(words.split_whitespace())
            // The tests of backups ask for them.
            .args((!self.keeps_backups && !words.contains("backup")).then_some("--no-backup"))
            .args(["--base-url", &self.base_url])
            .current_dir(&self.folder)
            .env("VIBECODE_API_KEY", Sandbox::API_KEY)
            .env_remove("VIBECODE_SESSION_TOKEN")
            .env_remove("VIBECODE_BASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, words: &str) -> Said {
        Said::of(self.command(words).output().unwrap())
    }

    /// The command with this on its standard input.
    pub(crate) fn run_with_input(&self, words: &str, input: &str) -> Said {
        let mut command = self.command(words);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        Said::of(child.wait_with_output().unwrap())
    }

    /// One field of a contact.
    pub(crate) fn field(&self, id: u64, name: &str) -> Value {
        self.sandbox.contact(id).unwrap()[name].clone()
    }

    /// The phones of a contact with their types, in their order.
    pub(crate) fn phones(&self, id: u64) -> Vec<(String, String)> {
        let entries = self.field(id, "fm");
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
        let entries = entries.as_array().unwrap().iter();
        entries
            .filter(|entry| entry["typeId"] == "PHONE")
            .map(|entry| (text(entry, "value"), text(entry, "valueType")))
            .collect()
    }

    /// Checks that no request has been sent.
    pub(crate) fn assert_nothing_sent(&self) {
        assert!(self.requests().is_empty());
    }

    /// Has the next batch meet a fault. Other requests, such as the one that asks which portal it is,
    /// do not meet it.
    pub(crate) fn fault(&self, fault: Fault) {
        self.sandbox.fault(fault.at("/batch"));
    }

    /// Has the next batches meet these faults, one each.
    pub(crate) fn faults(&self, faults: impl IntoIterator<Item = Fault>) {
        faults.into_iter().for_each(|fault| self.fault(fault));
    }

    /// The requests that were sent, but for those that ask which portal it is.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        let mut requests = self.sandbox.requests();
        requests.retain(|request| !request.path().ends_with("/me"));
        requests
    }

    /// The lines of a journal.
    pub(crate) fn journal(&self, name: &str) -> Vec<Value> {
        let text = self.read(&format!("{name}.journal"));
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    /// Writes a journal of these lines, each with its checksum, as the command writes it.
    pub(crate) fn write_journal(&self, name: &str, lines: &[String]) {
        let (mut sum, mut journal) = (String::new(), Vec::new());
        for line in lines {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line.as_object_mut().unwrap().remove("sum");
            let mut line = line.to_string();
            let hash = Sha256::new_with_prefix(&sum).chain_update(&line).finalize();
            let digits: Vec<String> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            sum = digits.concat();
            sum.truncate(16);
            line.pop();
            writeln!(journal, "{line},\"sum\":\"{sum}\"}}").unwrap();
        }
        self.write(&format!("{name}.journal"), journal);
    }

    /// The rows that a journal reports, in rising order: those that are done and those that failed.
    pub(crate) fn reported(&self, name: &str) -> (Vec<u64>, Vec<u64>) {
        let (mut ok, mut failed) = (Vec::new(), Vec::new());
        for line in self.journal(name) {
            let done = &line["done"];
            ok.extend(rows(done["ok"].as_str().unwrap_or_default()));
            let failures = done["failed"].as_array().into_iter().flatten();
            failed.extend(failures.map(|failure| failure["row"].as_u64().unwrap()));
        }
        ok.sort_unstable();
        failed.sort_unstable();
        (ok, failed)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The rows of `2-51,60`.
pub(crate) fn rows(ranges: &str) -> Vec<u64> {
    let parts = ranges.split(',').filter(|part| !part.is_empty());
    let rows = parts.flat_map(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        first.parse::<u64>().unwrap()..=last.parse().unwrap()
    });
    rows.collect()
}

impl Said {
    #[track_caller]
    pub(crate) fn of(output: Output) -> Self {
        let said = Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert_end_their_lines(&said.out);
        assert_end_their_lines(&said.err);
        said
    }

    /// Holds how it ended and that it said this.
    #[track_caller]
    pub(crate) fn assert(&self, code: i32, said: &str) -> &Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        let all = format!("{}{}", self.out, self.err);
        assert!(all.contains(said), "`{said}` is not in {self:#?}");
        self
    }
}
