//! Gives contacts a manager, without async.
//!
//! `blocking-script MANAGER [CONTACT …]` reads the contacts from stdin if none is named. Without
//! `VIBECODE_API_KEY` it uses a sandbox.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "this shows what it does"
)]

use std::{
    env,
    error::Error,
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use tokio::runtime::Runtime;
use vibecode_runtime::{ContactId, Credentials, Patch, Record, UserId, blocking::Client};
use vibecode_sandbox::Sandbox;

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Contact {
    assigned_by_id: UserId,
}

const USAGE: &str = "usage: blocking-script MANAGER [CONTACT …], by their ids; without contacts, one a line from stdin";

type AnyError = Box<dyn Error>;

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Returns the number of contacts that failed.
fn run() -> Result<usize, AnyError> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let has_key = env::var_os("VIBECODE_API_KEY").is_some_and(|key| !key.is_empty());
    if has_key {
        let client = Client::from_env()?;
        return assign(&client, &arguments);
    }
    println!("VIBECODE_API_KEY is not set: this uses a sandbox in this process.");
    if arguments.is_empty() {
        arguments = ["7", "71", "72", "73"].map(str::to_owned).into();
    }
    // The sandbox is asynchronous, and stays on the runtime's own threads.
    let runtime = Runtime::new()?;
    let sandbox = runtime.block_on(Sandbox::builder().try_start())?;
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY)).base_url(sandbox.url());
    assign(&client.build()?, &arguments)
}

fn assign(client: &Client, arguments: &[String]) -> Result<usize, AnyError> {
    let [manager, contacts @ ..] = arguments else {
        return Err(USAGE.into());
    };
    let manager = UserId::from(id(manager)?);
    // All are read before the first is changed.
    let contacts = match contacts {
        [] => contacts_from_stdin()?,
        named => named
            .iter()
            .map(|text| id(text))
            .collect::<Result<_, _>>()?,
    };

    let mut failed = 0;
    for contact in contacts {
        match change(client, contact.into(), manager) {
            Ok(change) => println!("contact {contact}: {change}"),
            Err(error) => {
                failed += 1;
                eprintln!("contact {contact}: {error}");
            }
        }
    }
    Ok(failed)
}

fn contacts_from_stdin() -> Result<Vec<u64>, AnyError> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(USAGE.into());
    }
    let mut contacts = Vec::new();
    for line in stdin.lines() {
        match line?.trim() {
            "" => {}
            text => contacts.push(id(text)?),
        }
    }
    Ok(contacts)
}

/// Sets the manager of one contact, and returns a description of what has changed.
fn change(client: &Client, contact: ContactId, manager: UserId) -> Result<String, AnyError> {
    let before: Contact = client.get(contact)?;
    let before = before.assigned_by_id;
    if before == manager {
        return Ok(format!("{manager} is its manager already"));
    }
    let patch = Contact::patch().assigned_by_id(manager);
    let updated = client.update(contact, &patch)?;
    if updated.mismatches(&patch).is_empty() {
        Ok(format!("manager {before} → {manager}"))
    } else {
        Err(format!("the portal did not take {manager} for a manager").into())
    }
}

fn id(text: &str) -> Result<u64, AnyError> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("`{text}` is no id\n{USAGE}").into()),
        Ok(id) => Ok(id),
    }
}
