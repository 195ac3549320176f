//! The failed and the bad rows at the end of a job: their files, and the commands that run them again.

use std::path::{Path, PathBuf};

use super::{
    backup,
    bad::Written,
    check::{Checked, rows},
    failed::{self, SentRows},
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::{Journal, past::Past},
    sent_to,
};
use crate::failure::Failure;

/// The rows that a job leaves to be corrected.
#[derive(Debug)]
pub(super) struct RowsToCorrect<'a> {
    /// The file of the failed rows. `None` if no row failed.
    pub(super) file: Option<Written>,
    pub(super) failed: u64,
    pub(super) checked: &'a Checked,
    /// Whether the job has kept old values. A job of the rows of a file does too then, however few these are.
    pub(super) keeps_backup: bool,
}

impl BulkJob<'_> {
    /// Writes the failed rows of a job to a file, and the bad ones with them. Bad rows alone are in a file of their own.
    pub(super) fn write_failed_rows(
        &self,
        journal: &mut Journal,
        failed: u64,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
    ) -> Result<Option<Written>, Failure> {
        if failed == 0 {
            return Ok(None);
        }
        let portal = self.identity.as_ref().and_then(|it| it.portal.as_deref());
        let sent = SentRows {
            input: self.input,
            column_options,
            checked,
            sent_to: sent_to::cell(portal, &self.args.entity),
        };
        failed::write(&sent, journal, failed, self.output).map(Some)
    }

    /// Prints where the failed and the bad rows are, and how to run them again. Returns the path of the failed rows for
    /// programs.
    pub(super) fn show_rows_to_correct(
        &self,
        to_correct: &RowsToCorrect<'_>,
        journal: &mut Journal,
    ) -> Result<Option<String>, Failure> {
        match &to_correct.file {
            Some(Written { path, earlier }) => {
                if let Some(earlier) = earlier {
                    let earlier = earlier.display();
                    self.output
                        .line(format!("an earlier file of failed rows is now {earlier}"));
                }
                self.show_failed_rows(path, to_correct, stored_in_another_form(journal)?);
            }
            None => {
                if let Some(path) = to_correct.checked.file_of_bad_rows() {
                    let which = "bad rows, which were not sent,";
                    self.show_file_to_correct(which, path, to_correct.keeps_backup);
                }
            }
        }
        self.advise_on_newer(journal, to_correct.keeps_backup)?;
        let file = to_correct.file.as_ref();
        Ok(file.map(|file| file.path.display().to_string()))
    }

    /// Prints where the failed rows are. `stored` is the number of those of which the portal has probably stored a phone
    /// in another form.
    fn show_failed_rows(&self, path: &Path, to_correct: &RowsToCorrect<'_>, stored: u64) {
        let bad = to_correct.checked.bad;
        if stored == to_correct.failed && bad == 0 {
            self.output.line(format!(
                "the failed rows are in {}: the portal has probably stored their phones in another form. If these are the same numbers, nothing has to be run again",
                path.display()
            ));
            return;
        }
        let which = if bad > 0 {
            "failed and the bad rows"
        } else {
            "failed rows"
        };
        self.show_file_to_correct(which, path, to_correct.keeps_backup);
        if stored > 0 {
            self.output.line(format!(
                "of {} in that file the portal has probably stored a phone in another form (SIMILAR_PHONE): if it is the same number, remove the row from the file",
                rows(stored)
            ));
        }
    }

    fn show_file_to_correct(&self, which: &str, path: &Path, keeps_backup: bool) {
        self.output.line(format!(
            "the {which} are in {}: correct them, and run that file. To check it (with --yes it is sent): {}",
            path.display(),
            self.command_to_check_rows(path, backup_of_rows(path, keeps_backup))
        ));
    }

    /// Prints how to undo the rows that were left since somebody else has changed their records. The command above
    /// would leave them again.
    fn advise_on_newer(&self, journal: &mut Journal, keeps_backup: bool) -> Result<(), Failure> {
        if self.input.origin.is_none() || self.args.overwrite_newer {
            return Ok(());
        }
        let mut is_any_left = false;
        journal.failures(|failure| is_any_left |= failure.is_changed_since())?;
        if is_any_left {
            let failed = self.input.failed();
            self.output.line(format!(
                "to undo the failed rows also in records that were changed since (it shows what would be replaced; with --yes instead of --plan it is sent): {}",
                self.command_to_overwrite_newer(&failed, backup_of_rows(&failed, keeps_backup))
            ));
        }
        Ok(())
    }

    /// The error of an undo that is finished, and is sent again with `--overwrite-newer`. `None` if this is not one.
    pub(super) fn finished_undo(&self, past: &Past) -> Option<Failure> {
        let failed = self.input.failed();
        let is_one = self.input.origin.is_some() && self.args.overwrite_newer && failed.exists();
        is_one.then(|| {
            let problem = format!(
                "this undo is finished: nothing was sent, since all of its rows would replace what was changed since. Its failed rows are in {}. To undo only these (it shows what would be replaced; with --yes instead of --plan it is sent): {}",
                failed.display(),
                self.command_to_overwrite_newer(&failed, backup_of_rows(&failed, self.has_kept_backup(past)))
            );
            Failure::in_file(&self.input.journal(), problem)
        })
    }
}

/// Returns the backup that a job of the rows of a file is to keep, as `--backup` takes it. `None`: the job of these rows
/// kept no old values, as there were few or as `--no-backup` says, or no name is free.
fn backup_of_rows(file: &Path, keeps_backup: bool) -> Option<PathBuf> {
    let next = keeps_backup.then(|| backup::next_path(file, &[]));
    // If there is no free name, sending the rows says so.
    next?.ok()
}

/// Returns the number of failed rows of which the portal has probably stored a phone in another form.
fn stored_in_another_form(journal: &mut Journal) -> Result<u64, Failure> {
    let mut stored = 0;
    journal.failures(|failure| stored += u64::from(failure.is_stored_in_another_form()))?;
    Ok(stored)
}
