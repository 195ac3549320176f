//! `cargo vibecode`: schemas, checks, bulk jobs and a sandbox from the command line.

mod api_words;
mod args;
mod cells;
mod change;
mod clock;
mod code_file;
mod column_header;
mod commands;
mod digest;
mod failure;
mod garbled;
mod interrupts;
mod key_file;
mod numbers;
mod output;
mod part_file;
mod plural;
mod portal;
mod portal_files;
mod portal_identity;
mod progress;
mod rate_limit;
mod record_batch;
mod returned_value;
mod schema_file;
mod shell_word;
mod terminal_text;
mod text_file;
mod verify;
mod visible;

use std::process::ExitCode;

use crate::{
    args::{Args, Command},
    commands::{bulk, check, completions, export, me, new, probe, pull, sandbox, update},
    failure::Failure,
    output::{Format, Output},
    portal_identity::Identity,
};

/// The result of a command that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Nothing needs attention.
    Success,
    /// Something needs attention.
    Attention,
}

/// The exit code of a command that failed or was interrupted.
pub(crate) const FAILED: u8 = 2;

fn main() -> ExitCode {
    let args = match args::parse() {
        Ok(args) => args,
        Err(stopped) => return print_help_or_error(&stopped),
    };
    let output = Output::new(args.format);
    if let Err(failure) = interrupts::say_early(args.command.interrupted_early(), &output) {
        output.fail(&failure);
        return ExitCode::from(FAILED);
    }
    let key_file = args.portal.key_file.as_deref();
    if let Some(warning) = key_file.and_then(key_file::warning) {
        output.warn(warning);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let status = match runtime {
        Ok(runtime) => runtime.block_on(run(args, &output)),
        Err(error) => Err(Failure::new(format!(
            "cannot start the asynchronous runtime: {error}"
        ))),
    };
    for path in part_file::removed_leftovers() {
        output.warn(format!(
            "{} is removed: a command that was killed has left it",
            path.display()
        ));
    }
    // The error of the command itself says more.
    let status = status.and_then(|status| output::written().map(|()| status));
    match status {
        Ok(ExitStatus::Success) => ExitCode::SUCCESS,
        Ok(ExitStatus::Attention) => ExitCode::from(1),
        Err(failure) => {
            output.fail(&failure);
            ExitCode::from(FAILED)
        }
    }
}

/// Prints the help, the version, or why the command line is not valid.
fn print_help_or_error(stopped: &clap::Error) -> ExitCode {
    if stopped.use_stderr() {
        if args::requests_json() {
            Output::new(Format::Json).fail(&Failure::new(args::problem(stopped)));
        } else {
            let _ = stopped.print();
        }
        return ExitCode::from(FAILED);
    }
    output::note(stopped.print());
    match output::written() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            Output::new(Format::Human).fail(&failure);
            ExitCode::from(FAILED)
        }
    }
}

async fn run(args: Args, output: &Output) -> Result<ExitStatus, Failure> {
    let portal = &args.portal;
    // These compare the portal themselves, and bulk and export show it.
    let is_compared = !matches!(
        args.command,
        Command::Bulk(_)
            | Command::Export(_)
            | Command::Pull(_)
            | Command::Sandbox(_)
            | Command::Completions(_)
    );
    if is_compared && portal.portal.is_some() {
        let client = portal::client(portal, |builder| builder)?;
        Identity::of(&client, portal).await?;
    }
    match args.command {
        Command::Me => me::run(portal, output).await,
        Command::Pull(args) => pull::run(&args, portal, output).await,
        Command::Check(args) => check::run(&args, portal, output).await,
        Command::New(args) => new::run(&args, portal, output).await,
        Command::Update(args) => update::run(&args, portal, output).await,
        Command::Bulk(args) => bulk::run(&args, portal, output).await,
        Command::Export(args) => export::run(&args, portal, output).await,
        Command::Sandbox(args) => sandbox::run(&args, output).await,
        Command::Probe(args) => probe::run(&args, portal, output).await,
        Command::Completions(args) => completions::run(&args, args::command(), output),
    }
}
