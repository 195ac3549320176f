//! The commands that are printed as the next step: the words that were given, and what another shell needs
//! to reach the same portal with them.

use std::{
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use super::{
    job::BulkJob,
    journal::header::{Setting, SettingValue},
};
use crate::{
    args, portal,
    shell_word::{no_option, quoted},
};

/// The options that an undo has in common with the job.
const OPTIONS_OF_UNDO: [&str; 8] = [
    "key-file",
    "base-url",
    "portal",
    "format",
    "settle",
    "per-minute",
    "no-throttle",
    "no-verify",
];
/// The options that do not apply to the file of failed rows: they are about one run, or about the form of the file.
const OPTIONS_OF_ONE_FILE: [&str; 11] = [
    "yes",
    "resume",
    "plan",
    "reviewed",
    "limit",
    "skip-bad",
    "backup",
    "backup-incomplete",
    "encoding",
    "sheet",
    "hidden-rows",
];
/// The position of the entity among the words without a name, after `bulk`.
const ENTITY: usize = 1;
/// The position of the file among the words without a name, after `bulk` and the entity.
const FILE: usize = 2;

/// A command of this program. A text that has one ends its line with it, since people copy what is between the colon and
/// the end of the line: a full stop behind the name of a file would become a part of it. A short command without the
/// words of a person, such as `cargo vibecode pull`, is within backticks instead. The tests check this in all that the
/// commands say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandLine {
    /// The words that are not options, from `bulk` on.
    words: Vec<OsString>,
    options: Vec<GivenOption>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct GivenOption {
    /// Without dashes.
    name: String,
    /// `--name`, `--name=value`, or `--name` and `value`.
    words: Vec<OsString>,
}

impl BulkJob<'_> {
    /// Returns the command that sends the rows that were checked.
    pub(super) fn command_to_send(&self) -> CommandLine {
        self.command_again().without(&["plan"]).flag("yes")
    }

    /// Returns the command that sends all rows of a job that was resumed.
    pub(super) fn command_to_start_again(&self) -> CommandLine {
        self.command_to_resume().without(&["resume"]).flag("yes")
    }

    /// Returns the command that shows what would change.
    pub(super) fn command_to_review(&self) -> CommandLine {
        let command = self.command_again().without(&["yes", "resume", "reviewed"]);
        command.flag("plan")
    }

    /// Returns the command that shows what would change if the bad rows are left out.
    pub(super) fn command_to_review_valid_rows(&self) -> CommandLine {
        self.command_to_review().flag("skip-bad")
    }

    /// Returns the command that resumes the job, with all of its rows.
    pub(super) fn command_to_resume(&self) -> CommandLine {
        self.command_to_resume_with_limit().without(&["limit"])
    }

    /// Returns the command that resumes the job with as many rows as were given, such as those that `--plan` has shown.
    pub(super) fn command_to_resume_with_limit(&self) -> CommandLine {
        let command = self.command_again();
        let command = command.without(&["yes", "resume", "plan", "reviewed"]);
        command.flag("resume")
    }

    /// Returns the command that resumes the job of an earlier copy of standard input or of a pipe.
    pub(super) fn command_to_resume_copy(&self, copy: &Path) -> CommandLine {
        self.command_to_resume().with_file(copy)
    }

    /// Returns the command that shows what a backup would restore.
    pub(super) fn command_to_review_undo(&self, backup: &Path) -> CommandLine {
        self.undo_of(backup).flag("plan")
    }

    /// Returns the command that resumes an undo which was begun.
    pub(super) fn command_to_resume_undo(&self, backup: &Path) -> CommandLine {
        self.undo_of(backup).flag("resume")
    }

    fn undo_of(&self, backup: &Path) -> CommandLine {
        let mut given = CommandLine::given();
        given
            .options
            .retain(|it| OPTIONS_OF_UNDO.contains(&it.name.as_str()));
        let backup = backup.as_os_str().to_owned();
        let undo = CommandLine {
            words: vec!["bulk".into(), self.args.entity.clone().into(), backup],
            options: given.options,
        };
        self.for_the_same_portal(undo)
    }

    /// Returns the command that checks the file of failed or of bad rows. Once they are sent, their old values are kept in
    /// the backup, if there is one.
    pub(super) fn command_to_check_rows(
        &self,
        file: &Path,
        backup: Option<PathBuf>,
    ) -> CommandLine {
        let mut command = CommandLine::given().without(&OPTIONS_OF_ONE_FILE);
        if let Some(backup) = backup {
            command = command.option("backup", backup);
        }
        self.for_the_same_portal(command.with_file(file))
    }

    /// Returns the command that shows what the failed rows of an undo would restore in records that were changed since.
    pub(super) fn command_to_overwrite_newer(
        &self,
        failed: &Path,
        backup: Option<PathBuf>,
    ) -> CommandLine {
        let command = self.command_to_check_rows(failed, backup);
        command.flag("overwrite-newer").flag("plan")
    }

    /// Returns the given command, with the name of the file that is to be read again.
    fn command_again(&self) -> CommandLine {
        let mut command = CommandLine::given();
        if self.args.yes
            && self.input.is_copy
            && let Some(file) = command.words.get_mut(FILE)
        {
            *file = self.input.path.clone().into_os_string();
        }
        self.for_the_same_portal(command)
    }

    /// Adds the base URL of the environment, and asserts the portal: another shell may have another key.
    fn for_the_same_portal(&self, mut command: CommandLine) -> CommandLine {
        if let Some(url) = portal::base_url_of_environment(self.portal_args) {
            command = command.option("base-url", url);
        }
        command.with_portal(self.identity.as_ref().and_then(|it| it.portal.as_deref()))
    }
}

impl CommandLine {
    /// Returns the command that is running.
    fn given() -> Self {
        Self::of(env::args_os().skip(1), &args::command())
    }

    /// Splits the words of a command into options and others.
    fn of(given: impl IntoIterator<Item = OsString>, definition: &clap::Command) -> Self {
        let bulk = definition.find_subcommand("bulk");
        let all = || {
            let of_bulk = bulk.into_iter().flat_map(clap::Command::get_arguments);
            definition.get_arguments().chain(of_bulk)
        };
        let takes_value = |name: &str| {
            let mut all = all();
            let option = all.find(|it| it.get_long() == Some(name));
            option.is_some_and(|it| it.get_action().takes_values())
        };
        let mut given = given.into_iter().peekable();
        // As cargo calls it.
        given.next_if(|word| word == "vibecode");
        let (mut words, mut options) = (Vec::new(), Vec::new());
        let mut are_options_over = false;
        while let Some(word) = given.next() {
            let text = word.to_string_lossy().into_owned();
            match text.strip_prefix("--") {
                Some("") if !are_options_over => are_options_over = true,
                Some(option) if !are_options_over => {
                    let name = option.split_once('=').map_or(option, |(name, _)| name);
                    let has_own_value = name.len() < option.len();
                    let mut words = vec![word];
                    if !has_own_value && takes_value(name) {
                        words.extend(given.next());
                    }
                    options.push(GivenOption {
                        name: name.to_owned(),
                        words,
                    });
                }
                _ => words.push(word),
            }
        }
        Self { words, options }
    }

    fn has(&self, name: &str) -> bool {
        self.options.iter().any(|it| it.name == name)
    }

    pub(super) fn without(mut self, names: &[&str]) -> Self {
        self.options.retain(|it| !names.contains(&it.name.as_str()));
        self
    }

    fn flag(mut self, name: &str) -> Self {
        if !self.has(name) {
            self.options.push(GivenOption {
                name: name.to_owned(),
                words: vec![format!("--{name}").into()],
            });
        }
        self
    }

    /// Returns this command with the settings of another job.
    pub(super) fn with_settings(self, settings: &[Setting]) -> Self {
        settings.iter().fold(self, Self::with_setting)
    }

    fn with_setting(mut self, setting: &Setting) -> Self {
        let Some(name) = setting.options.first() else {
            if let (Some(word), SettingValue::Values(values)) =
                (self.words.get_mut(ENTITY), &setting.value)
                && let [entity] = &values[..]
            {
                *word = entity.into();
            }
            return self;
        };
        let command = self.without(setting.options);
        match &setting.value {
            SettingValue::NotGiven => command,
            SettingValue::Flag => command.flag(name),
            SettingValue::Values(values) => values
                .iter()
                .fold(command, |command, value| command.option(name, value)),
        }
    }

    /// Returns this command with an assertion of the portal, unless it has one.
    pub(super) fn with_portal(self, portal: Option<&str>) -> Self {
        match portal {
            Some(portal) if !self.has("portal") => self.option("portal", portal),
            Some(_) | None => self,
        }
    }

    /// Returns this command for another file.
    pub(super) fn with_file(mut self, file: impl Into<OsString>) -> Self {
        if let Some(word) = self.words.get_mut(FILE) {
            *word = file.into();
        }
        self
    }

    pub(super) fn option(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.options.push(GivenOption {
            name: name.to_owned(),
            words: vec![format!("--{name}").into(), value.into()],
        });
        self
    }
}

impl fmt::Display for CommandLine {
    /// Writes the command so that a shell splits it into its words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cargo vibecode")?;
        for word in &self.words {
            write!(f, " {}", no_option(word))?;
        }
        let words = self.options.iter().flat_map(|it| &it.words);
        for word in words {
            write!(f, " {}", quoted(word))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(words: &[&str]) -> CommandLine {
        CommandLine::of(words.iter().map(OsString::from), &args::command())
    }

    #[test]
    fn an_option_is_removed_with_its_value_and_nothing_else() {
        for (words, expected) in [
            (
                "vibecode bulk contacts a.csv --limit 5 --yes",
                "cargo vibecode bulk contacts a.csv",
            ),
            (
                "bulk contacts a.csv --limit=5 --id-column --limit --settle 1",
                "cargo vibecode bulk contacts a.csv --id-column --limit --settle 1",
            ),
            (
                "--key-file --yes bulk --yes contacts --map --limit=x a.csv",
                "cargo vibecode bulk contacts a.csv --key-file --yes --map --limit=x",
            ),
            (
                "bulk contacts --ensure --limit 5 -- --yes",
                "cargo vibecode bulk contacts ./--yes --ensure",
            ),
            (
                "bulk contacts - --delimiter - --yes",
                "cargo vibecode bulk contacts - --delimiter -",
            ),
        ] {
            let words: Vec<&str> = words.split(' ').collect();
            let shown = command(&words).without(&["limit", "yes"]).to_string();
            assert_eq!(shown, expected, "{words:?}");
        }
    }
}
