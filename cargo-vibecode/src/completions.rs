//! Shell completions and the man page.

use std::io::{self, Write};

use clap_complete::Shell;

use crate::{Ended, args, failure::Failure};

/// What is printed.
#[derive(Debug, clap::Args)]
pub(crate) struct Wanted {
    /// The shell.
    #[arg(value_enum, required_unless_present = "man")]
    shell: Option<Shell>,

    /// The man page instead.
    #[arg(long, conflicts_with = "shell")]
    man: bool,
}

pub(crate) fn run(wanted: &Wanted) -> Result<Ended, Failure> {
    let mut text = Vec::new();
    let mut command = args::command();
    match wanted.shell {
        Some(shell) => clap_complete::generate(shell, &mut command, "cargo-vibecode", &mut text),
        None => clap_mangen::Man::new(command)
            .render(&mut text)
            .map_err(|error| Failure::new(error.to_string()))?,
    }
    io::stdout()
        .write_all(&text)
        .map_err(|error| Failure::new(error.to_string()))?;
    Ok(Ended::Done)
}
