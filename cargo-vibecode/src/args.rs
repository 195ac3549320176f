//! The command line.

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

use crate::{
    bulk, check, completions, new, output::Format, portal::PortalArgs, probe, pull, sandbox, update,
};

/// Schemas, checks, bulk jobs and a sandbox for the `VibeCode` API of Bitrix24.
#[derive(Debug, Parser)]
#[command(name = "cargo-vibecode", bin_name = "cargo vibecode", version)]
#[command(after_help = "\
The key of the API is read from VIBECODE_API_KEY or --key-file, for an app's the session token from \
VIBECODE_SESSION_TOKEN; never from an argument, where others could see it.

Exit codes: 0 done, 1 something was found, 2 it could not be done.")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) portal: PortalArgs,

    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tells what the key is and may do, and warns where it cannot write records.
    Me,
    /// Fetches the portal's fields into `vibecode/<entity>.json`, for the compiler to check against.
    Pull(pull::Wanted),
    /// Tells what has changed on the portal since its schema was fetched.
    Check(check::Wanted),
    /// Prints a ready module for an entity: its struct, and its lists as enums.
    New(new::Wanted),
    /// Changes one record, checked against the schema before anything is sent.
    Update(update::Wanted),
    /// Changes many records by the rows of a file: checks them all, sends them, and can go on after
    /// whatever broke it off.
    #[command(after_help = bulk::HELP)]
    Bulk(Box<bulk::Wanted>),
    /// Runs a stand-in for the API on this machine, with a page that shows what comes in.
    Sandbox(sandbox::Wanted),
    /// Finds out on a portal what the API's documentation leaves open, with a throw-away record.
    Probe(probe::Wanted),
    /// Prints shell completions, or the man page.
    Completions(completions::Wanted),
}

/// Parses the command line, also in the form in which cargo passes it: `cargo-vibecode vibecode …`.
pub(crate) fn parse() -> Args {
    let mut words: Vec<OsString> = std::env::args_os().collect();
    if words.get(1).is_some_and(|word| word == "vibecode") {
        words.remove(1);
    }
    Args::parse_from(words)
}

/// Returns the definition of the command line, for completions and the man page.
pub(crate) fn command() -> clap::Command {
    Args::command()
}
