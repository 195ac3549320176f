//! `cargo vibecode`: schemas, checks, bulk jobs and a sandbox from the command line.

mod args;
mod bulk;
mod change;
mod check;
mod completions;
mod drift;
mod failure;
mod me;
mod new;
mod output;
mod portal;
mod probe;
mod pull;
mod sandbox;
mod schema_file;
mod stop;
mod update;

use std::process::ExitCode;

use crate::{
    args::{Args, Command},
    failure::Failure,
    output::Output,
};

/// The result of a command that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Nothing needs attention.
    Done,
    /// Something needs attention.
    Found,
}

fn main() -> ExitCode {
    let args = args::parse();
    let output = Output::new(args.format);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run(args, &output)),
        Err(error) => Err(Failure::new(format!(
            "cannot start the asynchronous runtime: {error}"
        ))),
    };
    match ended {
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::Found) => ExitCode::from(1),
        Err(failure) => {
            output.fail(&failure);
            ExitCode::from(2)
        }
    }
}

async fn run(args: Args, output: &Output) -> Result<Ended, Failure> {
    let portal = &args.portal;
    match args.command {
        Command::Me => me::run(portal, output).await,
        Command::Pull(wanted) => pull::run(&wanted, portal, output).await,
        Command::Check(wanted) => check::run(&wanted, portal, output).await,
        Command::New(wanted) => new::run(&wanted, portal, output).await,
        Command::Update(wanted) => update::run(&wanted, portal, output).await,
        Command::Bulk(wanted) => bulk::run(&wanted, portal, output).await,
        Command::Sandbox(wanted) => sandbox::run(&wanted, output).await,
        Command::Probe(wanted) => probe::run(&wanted, portal, output).await,
        Command::Completions(wanted) => completions::run(&wanted, args::command()),
    }
}
