//! Shell completions and the man pages.

use std::{fs, path::PathBuf};

use clap_complete::Shell;
use serde_json::json;

use crate::{
    ExitStatus,
    failure::Failure,
    output::{Output, print_raw},
};

/// Examples, and the folders for the output.
pub(crate) const HELP: &str = "\
Examples:
  cargo vibecode completions zsh
  cargo vibecode completions --man > cargo-vibecode.1

Bash: add this to ~/.bashrc, after the completions of cargo.
  source <(cargo vibecode completions bash)

Zsh: add this to ~/.zshrc, after compinit.
  source <(cargo vibecode completions zsh)

Fish: save them once.
  cargo vibecode completions fish \\
    > ~/.config/fish/conf.d/cargo-vibecode.fish

Man pages: write one for each command.
  cargo vibecode completions \\
    --man-dir ~/.local/share/man/man1

They complete `cargo-vibecode` and `cargo vibecode`.

Exit codes: 0 success, 2 the command failed.";

const NAME: &str = "cargo-vibecode";

/// The arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell to print completions for.
    #[arg(value_enum, required_unless_present_any = ["man", "man_dir"])]
    shell: Option<Shell>,

    /// Print the man page instead.
    #[arg(long, conflicts_with = "shell")]
    man: bool,

    /// Write a man page for each command into this folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["shell", "man"])]
    man_dir: Option<PathBuf>,
}

/// Prints the completions or the man page of a program with this command line.
pub(crate) fn run(
    args: &Args,
    mut command: clap::Command,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    if let Some(folder) = &args.man_dir {
        let write = || {
            fs::create_dir_all(folder)?;
            // The files are named after the program, and the pages show how cargo runs it.
            let command = command
                .name(NAME)
                .bin_name(NAME)
                .disable_help_subcommand(true);
            clap_mangen::generate_to(command, folder)
        };
        write().map_err(|error| Failure::of_file(folder, &error))?;
        let folder = folder.display().to_string();
        output.json(&json!({ "text": null, "folder": folder }));
        return Ok(ExitStatus::Success);
    }
    let mut text = Vec::new();
    match args.shell {
        Some(shell) => {
            // The parser's own name has a space, `cargo vibecode`, by which bash names the subcommands that it
            // otherwise looks up by `cargo-vibecode`.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, NAME, &mut script);
            let script = String::from_utf8_lossy(&script);
            let script = script.replace("cargo__subcmd__vibecode", "cargo__vibecode");
            text.extend_from_slice(script.as_bytes());
            text.extend_from_slice(with_cargo(shell).as_bytes());
        }
        None => clap_mangen::Man::new(command)
            .render(&mut text)
            .map_err(|error| Failure::new(error.to_string()))?,
    }
    if output.is_json() {
        let text = String::from_utf8_lossy(&text);
        output.json(&json!({ "text": text, "folder": null }));
    } else {
        print_raw(&text);
    }
    Ok(ExitStatus::Success)
}

/// Returns what completes `cargo vibecode` with the completions of `cargo-vibecode`, and leaves the rest to
/// the completions of cargo.
fn with_cargo(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("completions/cargo.bash"),
        Shell::Zsh => include_str!("completions/cargo.zsh"),
        Shell::Fish => include_str!("completions/cargo.fish"),
        _ => "",
    }
}
