//! A probe of a sandbox, and what it says.

use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tokio::task::spawn_blocking;
use vibecode_sandbox::{Entity, Sandbox, SandboxBuilder};

pub(crate) fn command(sandbox: &Sandbox, key: &str, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command
        .args(["vibecode", "probe"])
        .args(words)
        .env("VIBECODE_BASE_URL", sandbox.url())
        .env("VIBECODE_API_KEY", key)
        .env_remove("VIBECODE_SESSION_TOKEN")
        .stdin(Stdio::null());
    command
}

pub(crate) async fn probe(sandbox: &Sandbox, words: &[&str]) -> Output {
    let mut command = command(sandbox, Sandbox::API_KEY, words);
    spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

pub(crate) fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

pub(crate) fn report(output: &Output) -> Value {
    let text = str::from_utf8(&output.stdout).unwrap();
    serde_json::from_str(text).unwrap_or_else(|_| panic!("{text}{}", stderr(output)))
}

/// `number about: here`, with a mark if it differs from what is assumed.
pub(crate) fn lines(report: &Value) -> Vec<String> {
    let answers = report["answers"].as_array().unwrap().iter();
    answers
        .flat_map(|answer| {
            let findings = answer["findings"].as_array().unwrap().iter();
            findings.map(move |finding| {
                let mark = match finding["verdict"].as_str() {
                    Some("differs") => " !",
                    _ => "",
                };
                let (about, here) = (&finding["about"], &finding["here"]);
                let number = &answer["number"];
                let (about, here) = (about.as_str().unwrap(), here.as_str().unwrap());
                format!("{number} {about}: {here}{mark}")
            })
        })
        .collect()
}

/// The ids of the contacts, deals and so on that there are.
pub(crate) fn holds_only_what_was_seeded(sandbox: &Sandbox) -> bool {
    let above =
        |entity, last: u64| (last + 1..last + 5).all(|id| sandbox.record(entity, id).is_none());
    above(Entity::Contacts, 73) && above(Entity::Deals, 5) && above(Entity::Companies, 15)
}

pub(crate) async fn start(builder: SandboxBuilder) -> Sandbox {
    builder.rate_limit(100_000).start().await
}
