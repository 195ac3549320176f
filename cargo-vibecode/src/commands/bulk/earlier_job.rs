//! The journal that an earlier process has left for the file: of a job to resume, or of one that is finished.

use std::path::Path;

use super::{
    check::Checked,
    earlier,
    job::{BulkJob, current_folder},
    journal::{
        self,
        resume::{self, FinishedJob, FoundJournal},
    },
};
use crate::failure::Failure;

impl BulkJob<'_> {
    /// Opens the journal of the job to resume, and warns of the portal's files that have changed since: they
    /// may be the reason for what the check reports.
    pub(super) fn interrupted_job(&self, journal: &Path) -> Result<Option<FoundJournal>, Failure> {
        if !self.args.resume {
            return Ok(None);
        }
        let found = FoundJournal::open(journal)?;
        let folder = current_folder();
        for changed in found.header().changed_files(&self.files, folder.as_deref()) {
            self.output
                .warn(format!("{changed} since the job was started"));
        }
        if let Some(undone) = found.past().undone_in_words()
            && !found.past().is_finished
        {
            self.output.warn(format!(
                "{undone}: the rows of this job that are left are sent all the same"
            ));
        }
        Ok(Some(found))
    }

    /// Returns what to do after a job that is finished.
    pub(super) fn after_the_end(&self, done: &str, journal: &Path) -> String {
        format!(
            "{done}. Nothing was sent now, and the portal was not compared, where values may have been changed or undone since. To compare: {}. To send all rows again, delete {}",
            self.command_to_review(),
            journal.display()
        )
    }

    /// Returns an earlier job that is finished.
    pub(super) fn earlier_job(&self, journal: &Path) -> Result<Option<FinishedJob>, Failure> {
        if !self.args.yes || self.args.resume || !journal.exists() {
            return Ok(None);
        }
        let finished = resume::finished(journal)?;
        finished
            .map(Some)
            .ok_or_else(|| journal::already_started(journal, &self.command_to_resume()))
    }

    /// Sets the journal of an earlier file of the same name aside.
    pub(super) fn set_aside(
        &self,
        journal: &Path,
        earlier: Option<&FinishedJob>,
        checked: &Checked,
    ) -> Result<(), Failure> {
        let Some(earlier) = earlier else {
            return Ok(());
        };
        if earlier.digest() == checked.digest {
            let done = || Failure::new(self.after_the_end(&earlier.in_words(), journal));
            return Err(self.finished_undo().unwrap_or_else(done));
        }
        let aside = earlier::set_aside(journal);
        let aside = aside.map_err(|error| Failure::of_file(journal, &error))?;
        self.output.line(format!(
            "the journal of an earlier file of this name is now {}",
            aside.display()
        ));
        Ok(())
    }
}
