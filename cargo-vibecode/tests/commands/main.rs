//! The commands as a shell runs them, against the stand-in.
#![cfg(test)]

mod additions;
mod agents;
mod codes;
mod codes_fetched;
mod codes_sent;
mod completions;
mod garbled;
mod help;
mod hostile_labels;
#[cfg(unix)]
mod interrupted;
mod json_page;
mod keys;
mod modules;
mod moved_key;
mod outputs;
mod places;
mod portal_files;
mod recorded;
mod schemas;
mod taken;
mod updates;
mod written;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use vibecode_sandbox::Sandbox;
use vibecode_tests::printed_commands::assert_end_their_lines;

/// A folder of its own, with `Cargo.toml` as the root of a project has it.
struct Folder(PathBuf);

/// What a command said, and how it ended.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("commands")
            .join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("Cargo.toml"), "[workspace]\n").unwrap();
        Self(folder)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap()
    }

    /// Runs a command with these words and variables, and none of the caller's own.
    async fn run_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
        command
            .arg("vibecode")
            .args(words)
            .current_dir(&self.0)
            .env_remove("VIBECODE_API_KEY")
            .env_remove("VIBECODE_SESSION_TOKEN")
            .env_remove("VIBECODE_BASE_URL")
            .envs(variables.iter().copied());
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.unwrap().unwrap();
        let said = Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert_end_their_lines(&said.out);
        assert_end_their_lines(&said.err);
        said
    }

    /// Runs a command by a key of the stand-in.
    async fn run_by(&self, key: &str, sandbox: &Sandbox, words: &[&str]) -> Said {
        let variables = [
            ("VIBECODE_API_KEY", key),
            ("VIBECODE_BASE_URL", sandbox.url()),
        ];
        let said = self.run_with(words, &variables).await;
        assert!(
            !said.out.contains(key) && !said.err.contains(key),
            "the key is shown"
        );
        said
    }

    async fn run(&self, sandbox: &Sandbox, words: &[&str]) -> Said {
        self.run_by(Sandbox::API_KEY, sandbox, words).await
    }
}
