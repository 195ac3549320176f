//! The command line.

use std::{error::Error as _, ffi::OsString, ops::RangeInclusive};

use clap::{CommandFactory, Parser, Subcommand, error::ContextKind};
use vibecode_spec::one_line;

use crate::{
    commands::{bulk, check, completions, export, me, new, probe, pull, sandbox, update},
    output::Format,
    portal::{COMMON, PortalArgs},
};

/// Schemas, checks, bulk jobs and a sandbox for the `VibeCode` API of Bitrix24.
#[derive(Debug, Parser)]
#[command(name = "cargo-vibecode", bin_name = "cargo vibecode", version)]
// Without the backticks that a doc comment needs.
#[command(about = "Schemas, checks, bulk jobs and a sandbox for the VibeCode API of Bitrix24")]
#[command(after_help = "\
The API key is read from VIBECODE_API_KEY or from --key-file. An app also needs a session token, in \
VIBECODE_SESSION_TOKEN or in the second line of the file. Neither can be given as an argument, because \
other users of the machine could read it.

Examples:
  cargo vibecode me
  cargo vibecode pull
  cargo vibecode export contacts --output contacts.csv
  cargo vibecode bulk contacts contacts.csv

Exit codes: 0 success, 1 something needs attention, 2 the command failed.

Colours are off if NO_COLOR is set or the output is not a terminal.")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) portal: PortalArgs,

    /// The format of the results.
    #[arg(long, global = true, value_enum, default_value_t, help_heading = COMMON)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what the key may do, and warn if it cannot change records.
    #[command(after_help = me::HELP)]
    Me,
    /// Fetch the portal's fields, statuses and currencies and write them to `vibecode/<entity>.json`,
    /// `statuses.json` and `currencies.json`, where the compiler finds them.
    #[command(after_help = pull::HELP)]
    Pull(pull::Args),
    /// Show what has changed on the portal since its files were fetched.
    #[command(after_help = check::HELP)]
    Check(check::Args),
    /// Print a complete module for an entity: a struct, and an enum for each list, each field with
    /// status codes and the stages of each pipeline. With `--agents`: print an AGENTS.md for an app.
    #[command(after_help = new::HELP)]
    New(new::Args),
    /// Change one record, after checking the change against the schema.
    #[command(after_help = update::HELP)]
    Update(update::Args),
    /// Change many records by the rows of a file: check all rows, send them, and resume after an
    /// interruption.
    #[command(after_help = bulk::HELP)]
    Bulk(Box<bulk::Args>),
    /// Write records to a file that `bulk` takes, each with its id.
    #[command(after_help = export::HELP)]
    Export(export::Args),
    /// Run a stand-in for the API on this machine, with a page that shows the requests.
    Sandbox(sandbox::Args),
    /// Test on a portal what the API's documentation leaves open, with a temporary record.
    #[command(after_help = probe::HELP)]
    Probe(probe::Args),
    /// Print shell completions or the man page.
    #[command(after_help = completions::HELP)]
    Completions(completions::Args),
}

impl Command {
    /// Returns what a command says that is interrupted before it does anything that lasts.
    pub(crate) fn interrupted_early(&self) -> &'static str {
        match self {
            Self::Me | Self::Check(_) => {
                "interrupted: the result is not complete: run the command again"
            }
            Self::Pull(_) | Self::New(_) => "interrupted: no file was written",
            Self::Update(_) | Self::Bulk(_) => "interrupted: nothing was sent",
            Self::Export(_) => "interrupted: nothing was exported: run the command again",
            Self::Sandbox(_) => "interrupted: the sandbox has not started",
            Self::Probe(_) => "interrupted: nothing on the portal was changed",
            Self::Completions(_) => "interrupted: the output is not complete",
        }
    }
}

/// Parses the command line, also in the form in which cargo passes it: `cargo-vibecode vibecode …`.
///
/// # Errors
/// If it is not valid, or if it requests the help or the version, which clap treats in the same way.
pub(crate) fn parse() -> Result<Args, clap::Error> {
    let mut words: Vec<OsString> = std::env::args_os().collect();
    if words.get(1).is_some_and(|word| word == "vibecode") {
        words.remove(1);
    }
    Args::try_parse_from(words)
}

/// Returns whether a command line that is not valid requests JSON.
pub(crate) fn requests_json() -> bool {
    let words: Vec<OsString> = std::env::args_os().collect();
    let is_pair = |pair: &[OsString]| matches!(pair, [option, json] if option == "--format" && json == "json");
    words.windows(2).any(is_pair) || words.iter().any(|word| word == "--format=json")
}

/// Returns why a command line is not valid, on one line.
pub(crate) fn problem(error: &clap::Error) -> String {
    let kind = error
        .kind()
        .as_str()
        .unwrap_or("the command line is not valid");
    let context = error.context().filter(|(of, _)| *of != ContextKind::Usage);
    let context =
        context.map(|(of, value)| format!("; {}: {value}", of.as_str().unwrap_or("context")));
    let context: String = context.collect();
    let source = error.source().map(|source| format!(": {source}"));
    let text = format!("{kind}{context}{}. See --help", source.unwrap_or_default());
    one_line(&text)
}

/// Parses the value of an option such as `--set FIELD=VALUE`.
pub(crate) fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("the `=` is missing: write the name, `=` and the value")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Parses the number of an option.
pub(crate) fn whole_number<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| match (range.start(), range.end()) {
            (least, &u64::MAX) => format!("write a whole number from {least}"),
            (least, most) => format!("write a whole number from {least} to {most}"),
        })
    }
}

/// Returns the definition of the command line, for completions and the man page.
pub(crate) fn command() -> clap::Command {
    Args::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_an_example_and_its_exit_codes() {
        for command in command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let name = command.get_name();
            assert!(help.contains("Exit codes: 0 "), "{name}");
            assert!(help.contains(&format!("  cargo vibecode {name}")), "{name}");
        }
    }

    /// The help of each command, as it is shown on a terminal with this many columns.
    fn helps(columns: usize) -> Vec<(String, String)> {
        let mut program = command().term_width(columns);
        program.build();
        let mut helps = vec![("cargo vibecode".to_owned(), program.render_long_help())];
        helps.extend(
            program
                .get_subcommands_mut()
                .map(|command| (command.get_name().to_owned(), command.render_long_help())),
        );
        let text = |(name, help): (String, clap::builder::StyledStr)| (name, help.to_string());
        helps.into_iter().map(text).collect()
    }

    #[test]
    fn the_help_fits_a_narrow_and_a_wide_terminal() {
        for columns in [60, 100] {
            for (name, help) in helps(columns) {
                for line in help.lines() {
                    let width = line.chars().count();
                    assert!(width <= columns, "{name}, {columns} columns: {line}");
                }
            }
        }
    }

    /// An example that is broken in the middle cannot be copied.
    #[test]
    fn an_example_is_a_valid_command_line_in_a_narrow_terminal_too() {
        let mut count = 0;
        for (name, help) in helps(60) {
            let help = help.replace("\\\n", "");
            let lines = help.lines().map(str::trim_start);
            for example in lines.filter(|line| line.starts_with("cargo vibecode ")) {
                let (command, _) = example
                    .split_once('>')
                    .filter(|_| !example.contains('\''))
                    .unwrap_or((example, ""));
                let words = command
                    .split_whitespace()
                    .map(|word| word.trim_matches('\''));
                let words = words.take_while(|word| *word != ">").skip(2);
                let parsed = Args::try_parse_from(std::iter::once("cargo-vibecode").chain(words));
                assert!(parsed.is_ok(), "{name}: {example}: {}", parsed.unwrap_err());
                count += 1;
            }
        }
        assert!(count >= 25, "{count}");
    }

    #[test]
    fn a_number_that_cannot_be_read_is_refused_in_plain_words() {
        for (words, expected) in [
            ("update contacts x", "write a whole number from 1"),
            (
                "bulk contacts a.csv --limit 0",
                "write a whole number from 1",
            ),
            (
                "bulk contacts a.csv --settle x",
                "write a whole number from 0",
            ),
            (
                "sandbox --port 70000",
                "write a whole number from 0 to 65535",
            ),
            ("export contacts --limit 1.5", "write a whole number from 0"),
        ] {
            let words = std::iter::once("cargo-vibecode").chain(words.split(' '));
            let refused = Args::try_parse_from(words).unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
        }
    }

    /// "Show …", not "Shows …": the first word of every command and of every switch.
    #[test]
    fn help_texts_are_imperative() {
        for command in command().get_subcommands() {
            let switches = command.get_arguments();
            let switches = switches.filter(|argument| !argument.get_action().takes_values());
            let helps = switches.filter_map(clap::Arg::get_help);
            for help in helps.chain(command.get_about()) {
                let help = help.to_string();
                let verb = help.split_whitespace().next().unwrap();
                let is_imperative = verb.starts_with(char::is_uppercase) && !verb.ends_with('s');
                assert!(is_imperative, "{}: {help}", command.get_name());
            }
        }
    }
}
