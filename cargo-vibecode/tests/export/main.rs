//! What `cargo vibecode export` promises, against a sandbox.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod chosen;
mod codes;
mod complete;
mod fake_portal;
mod hostile;
mod portals;
mod round_trips;
#[path = "../bulk/support.rs"]
#[allow(dead_code, reason = "the tests of `bulk` use all of it")]
mod support;

use std::process::{Command, Stdio};

use vibecode_sandbox::Sandbox;

use self::support::{Desk, Said};

/// The command with these words. A word may contain spaces.
fn command(desk: &Desk, words: &[&str]) -> Command {
    command_at(desk.sandbox.url(), desk, words)
}

/// The same, for another portal.
fn command_at(url: &str, desk: &Desk, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command
        .args(["vibecode", "export"])
        .args(words)
        .args(["--base-url", url])
        .current_dir(&desk.folder)
        .env("VIBECODE_API_KEY", Sandbox::API_KEY)
        .env_remove("VIBECODE_SESSION_TOKEN")
        .env_remove("VIBECODE_BASE_URL")
        .stdin(Stdio::null());
    command
}

/// Whether an export has left an unfinished file.
fn has_part(desk: &Desk) -> bool {
    let files = std::fs::read_dir(&desk.folder).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    paths.any(|path| path.extension().is_some_and(|it| it == "new"))
}

fn export(desk: &Desk, words: &[&str]) -> Said {
    Said::of(command(desk, words).output().unwrap())
}
