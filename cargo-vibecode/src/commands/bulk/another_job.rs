//! Whether a journal is that of the job now, and if not, the command that is meant to follow.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use vibecode_spec::one_line;

use super::{
    commands_to_run::CommandLine,
    earlier,
    input::journal_of,
    job::BulkJob,
    journal::{
        header::{Header, OtherJob, Setting},
        resume::FoundJournal,
    },
};
use crate::{clock::wait_in_words, failure::Failure, plural::number_of};

impl BulkJob<'_> {
    /// Checks that the job of a journal can be resumed now, and warns of what cannot be compared.
    ///
    /// # Errors
    /// If it is another job, or if its rows would change something else now.
    pub(super) fn check_resumable(
        &self,
        found: &FoundJournal,
        now: &Header,
    ) -> Result<(), Failure> {
        let (header, is_finished) = (found.header(), found.past().is_finished);
        if !is_finished {
            for warning in header.warnings(now) {
                self.output.warn(warning);
            }
        }
        self.check_same_rows(found, now)?;
        let refusal = header.refusal(now).filter(|_| !is_finished);
        refusal.map_or(Ok(()), |refusal| {
            let problem = refusal.in_words(|| self.as_new_job(found, &[]));
            Err(Failure::in_file(&self.input.journal(), problem))
        })
    }

    /// Checks what is known of the job now before the rows of the file are read.
    ///
    /// # Errors
    /// If the journal is that of another job, or if the file cannot be read.
    pub(super) fn check_same_job(&self, found: &FoundJournal) -> Result<(), Failure> {
        let then = found.header();
        // Whether the rows add something is not known yet.
        let is_ensured = self.args.ensure || then.ensure;
        let now = self.header_of(self.input.digest()?, None, is_ensured)?;
        self.check_same_rows(found, &now)
    }

    /// Checks that a journal is that of the job now, and that its rows are found in the file by their numbers.
    fn check_same_rows(&self, found: &FoundJournal, now: &Header) -> Result<(), Failure> {
        if let Some(other) = found.header().difference_from(now) {
            return Err(self.another_job(found, other));
        }
        let past = found.past();
        let needs_rows = !past.is_finished || self.lacks_failed_rows(past);
        if !needs_rows
            || !found.header().numbers_rows_by_lines()
            || self.input.has_rows_numbered_by_lines()?
        {
            return Ok(());
        }
        let why = "an earlier version of cargo-vibecode wrote the journal, and numbered the rows of this file by the lines of its text. Now they have the numbers that a spreadsheet shows";
        let problem = if past.is_finished {
            format!(
                "{}, and {} is not there. It cannot be written again: {why}. Nothing was sent now. To see what the rows would change: {}",
                past.finished_in_words(""),
                self.input.failed().display(),
                self.command_to_review_as(found, &[])
            )
        } else {
            format!(
                "it is not known which rows of the file are left: {why}. Nothing was sent now. To send all rows of the file as a new job, {}",
                self.as_new_job(found, &[])
            )
        };
        Err(Failure::in_file(&self.input.journal(), problem))
    }

    /// The error of a job that is started again although it has a journal.
    pub(super) fn started_before(&self, journal: &Path) -> Failure {
        let found = FoundJournal::open(journal).and_then(|found| {
            self.check_not_undone(&found)?;
            self.check_same_job(&found)?;
            Ok(found)
        });
        let found = match found {
            Ok(found) => found,
            Err(failure) => return failure,
        };
        let portal = found.header().portal.as_deref();
        let next = match found.past().reviewed.limit() {
            // A resumed job would send rows that nobody has reviewed.
            Some(limit) => format!(
                "It was reviewed with --limit {limit}, which did not cover all rows. To see what the next ones would change: {}",
                self.command_to_review().with_portal(portal)
            ),
            None => format!(
                "A resumed job waits for requests that may still run, and sends no row twice. To continue it: {}",
                self.command_to_resume_with_limit().with_portal(portal)
            ),
        };
        let known = number_of(found.past().done.len(), "row has", "rows have");
        let problem = format!("this job was started before, and {known} an outcome. {next}");
        Failure::in_file(journal, problem)
    }

    /// The error of a journal that is not that of the job now.
    fn another_job(&self, found: &FoundJournal, other: OtherJob) -> Failure {
        let problem = match other {
            OtherJob::File { digests, then } if found.past().is_finished => format!(
                "{}, and the file has changed since ({digests}): there is nothing to resume, and nothing was sent now. To see what the file would change (with --yes instead of --plan it is sent): {}",
                found.past().finished_in_words(""),
                self.command_to_review_as(found, &then)
            ),
            OtherJob::File { digests, then } => format!(
                "the file has changed since its job was started ({digests}), and that job is not finished: nothing was sent now. To end it, restore the file as it was, and use --resume. To send the file as it is instead, {}",
                self.as_new_job(found, &then)
            ),
            OtherJob::Portal { then, now } => format!(
                "the portal was {then} and is now {now}: nothing was sent. To resume the job, use a key for {then}"
            ),
            OtherJob::Settings { then, differences } => format!(
                "the job was started with other options ({}): nothing was sent now. To resume it: {}",
                differences.join("; "),
                self.command_to_resume_with_limit()
                    .with_settings(&then)
                    .with_portal(found.header().portal.as_deref())
            ),
        };
        Failure::in_file(&self.input.journal(), problem)
    }

    /// Returns the command that shows what the file would change. The options of a job that is resumed are those that it
    /// was started with.
    fn command_to_review_as(&self, found: &FoundJournal, then: &[Setting]) -> CommandLine {
        let then = if self.args.resume { then } else { &[] };
        let command = self.command_to_review().with_settings(then);
        command.with_portal(found.header().portal.as_deref())
    }

    /// Says how the rows can be sent by a job of their own, although this one is not finished.
    fn as_new_job(&self, found: &FoundJournal, then: &[Setting]) -> String {
        let settle = self.settle_of_batches_of(found.header());
        let not_before = if found.past().unsettled_with_lost(settle).is_zero() {
            String::new()
        } else {
            format!(
                ", not before {} after the end of that job, since its requests may be applied until then",
                wait_in_words(settle)
            )
        };
        let name = self.free_name();
        format!(
            "rename it to {}{not_before}, and run: {}",
            one_line(&name.to_string_lossy()),
            self.command_to_review_as(found, then)
                .with_file(OsString::from(name))
        )
    }

    /// Returns a name for the file that no other file has, and no journal of one.
    fn free_name(&self) -> PathBuf {
        let mut names = earlier::numbered(&self.input.path);
        let free = names.find(|name| !name.exists() && !journal_of(name).exists());
        free.unwrap_or_default()
    }
}
