//! Copies customers from a SQLite table to the portal, every night.
//!
//! Without `VIBECODE_API_KEY` it creates a table and a sandbox, and runs twice. With a key it runs
//! on a real portal and takes the file: `cargo run -p nightly-sync -- customers.sqlite`.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "this shows what it does"
)]

mod contacts;
mod creation;
mod customer;
mod demonstration;
mod open_work;
mod report;
mod sync;
mod table;
#[cfg(test)]
mod tests;

use std::{env, error::Error, ffi::OsString, io, iter, path::Path, process::ExitCode};

use vibecode_runtime::Client;

use crate::{open_work::OpenWork, report::Report, table::Table};

type AnyError = Box<dyn Error + Send + Sync>;

const USAGE: &str = "usage: nightly-sync FILE, the SQLite file with the table `customers`";

/// Some rows could not be synced: the report names them.
const SOME_FAILED: u8 = 1;
/// The run did not start, or did not finish.
const STOPPED: u8 = 2;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let has_key = env::var_os("VIBECODE_API_KEY").is_some_and(|key| !key.is_empty());
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    // A job that has lost its key must not succeed: with a file it always uses the portal.
    let run = if has_key || !arguments.is_empty() {
        on_the_portal(&arguments).await
    } else {
        demonstration::run().await.map(|()| ExitCode::SUCCESS)
    };
    run.unwrap_or_else(|error| {
        eprintln!("{}", with_causes(&*error));
        ExitCode::from(STOPPED)
    })
}

async fn on_the_portal(arguments: &[OsString]) -> Result<ExitCode, AnyError> {
    let [file] = arguments else {
        return Err(USAGE.into());
    };
    let file = Path::new(file);
    let table = Table::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let client = Client::from_env()?;
    let settle_time = Client::SETTLE_TIME * Client::BATCH_SETTLE_FACTOR;
    let open_work = OpenWork::begin(&file.with_extension("open"), settle_time).await?;
    let mut out = io::stdout();
    let mut report = Report::to(&mut out);
    let run = sync::run(&client, &table, Client::SETTLE_TIME, &mut report).await;
    report.totals();
    run?;
    if !report.is_open {
        open_work.end()?;
    }
    Ok(match report.failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(SOME_FAILED),
    })
}

/// Formats an error and its causes. None of them shows a key or a value of a record.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = iter::successors(Some(error), |&error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}
