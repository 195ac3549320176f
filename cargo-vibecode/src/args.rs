//! What can be said on the command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::{bulk, check, completions, new, pull, update};

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

/// Which portal is asked, and by which key.
#[derive(Debug, clap::Args)]
pub(crate) struct PortalArgs {
    /// A file that holds the key of the API, and for an app the session token in a second line.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,

    /// The base URL of the API, `/v1` included. By default `VIBECODE_BASE_URL`, or the documented one.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,
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
    /// Prints shell completions, or the man page.
    Completions(completions::Wanted),
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON document, or one a line where results come one by one.
    Json,
}

/// Reads the command line, also as cargo hands it over: `cargo-vibecode vibecode …`.
pub(crate) fn parse() -> Args {
    let mut words: Vec<OsString> = std::env::args_os().collect();
    if words.get(1).is_some_and(|word| word == "vibecode") {
        words.remove(1);
    }
    Args::parse_from(words)
}

/// All that can be said, for completions and the man page.
pub(crate) fn command() -> clap::Command {
    Args::command()
}
