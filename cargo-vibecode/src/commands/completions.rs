//! Shell completions and the man page.

use clap_complete::Shell;

use crate::{ExitStatus, failure::Failure, output::print_raw};

/// The arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell to print completions for.
    #[arg(value_enum, required_unless_present = "man")]
    shell: Option<Shell>,

    /// Print the man page instead.
    #[arg(long, conflicts_with = "shell")]
    man: bool,
}

/// Prints the completions or the man page of a program with this command line.
pub(crate) fn run(args: &Args, mut command: clap::Command) -> Result<ExitStatus, Failure> {
    let mut text = Vec::new();
    match args.shell {
        Some(shell) => clap_complete::generate(shell, &mut command, "cargo-vibecode", &mut text),
        None => clap_mangen::Man::new(command)
            .render(&mut text)
            .map_err(|error| Failure::new(error.to_string()))?,
    }
    print_raw(&text);
    Ok(ExitStatus::Success)
}
