//! The journal that an earlier process has left for the file: of a job to resume, or of one that is finished. A new job
//! under the same name waits for the requests of one that is finished.

use std::{path::Path, time::Duration};

use super::{
    check::Checked,
    commands_to_run::CommandLine,
    earlier,
    input::{copies, journal_of},
    job::BulkJob,
    job_settings::current_folder,
    journal::{
        past::Past,
        resume::{self, FinishedJob, FoundJournal},
        undo::OpenUndo,
    },
    send::progress::Progress,
};
use crate::{clock::wait_in_words, failure::Failure, portal_identity::same_portal};

impl BulkJob<'_> {
    /// Opens the journal of the job to resume, and warns of the portal's files that have changed since: they
    /// may be the reason for what the check reports.
    ///
    /// # Errors
    /// If the journal cannot be read or is that of another job, or if an undo has restored rows of the job.
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
        self.check_not_undone(&found)?;
        self.check_same_job(&found)?;
        Ok(Some(found))
    }

    /// Checks that no undo has restored rows of a job that is not finished.
    ///
    /// # Errors
    /// If one has, or may still do so.
    pub(super) fn check_not_undone(&self, found: &FoundJournal) -> Result<(), Failure> {
        let past = found.past();
        match past.undone_in_words() {
            Some(undone) if !past.is_finished => Err(match past.open_undo() {
                Some(undo) => self.beside_its_undo(found, &undone, undo),
                None => self.undone(found, &undone),
            }),
            _ => Ok(()),
        }
    }

    /// The error of a job that is resumed after an undo. The rows that are left would be sent, and those that were
    /// restored would count as done.
    fn undone(&self, found: &FoundJournal, undone: &str) -> Failure {
        let journal = &self.input.journal();
        let free = earlier::numbered(journal).find(|name| !name.exists());
        let free = free.unwrap_or_default();
        let problem = format!(
            "this job was undone in part ({undone}), and a resumed job would report the restored rows as done: nothing was sent. To send all rows again, rename this journal to {}, and run: {}",
            free.display(),
            self.command_to_start_again()
                .with_portal(found.header().portal.as_deref())
        );
        Failure::in_file(journal, problem)
    }

    /// The error of a job that is resumed while requests of its undo may still restore rows.
    fn beside_its_undo(&self, found: &FoundJournal, undone: &str, undo: &OpenUndo) -> Failure {
        let journal = &self.input.journal();
        let folder = journal.parent().unwrap_or(Path::new(""));
        let next = match &undo.file {
            Some(file) => {
                let backup = folder.join(file);
                let command = self.command_to_resume_undo(&backup);
                let portal = found.header().portal.as_deref();
                format!(": {}", command.with_portal(portal))
            }
            None => ", with --resume for its backup".to_owned(),
        };
        let problem = format!(
            "{undone}, so its requests may still restore rows: nothing was sent. End the undo first{next}"
        );
        Failure::in_file(journal, problem)
    }

    /// Returns what to do after a job that is finished, whose requests take so long to settle.
    pub(super) fn after_the_end(
        &self,
        done: &str,
        journal: &Path,
        past: &Past,
        settle: Duration,
    ) -> String {
        format!(
            "{done}. Nothing was sent now. The records were not read: they may have been changed or undone since. To send all rows again, {}. To compare: {}",
            begin_again(journal, past, settle),
            self.command_to_review()
        )
    }

    /// Returns why `--yes` would send no row of a file that was only checked, and what to do instead. `None` if it would
    /// send them.
    pub(super) fn why_not_sent(&self, checked: &Checked) -> Option<String> {
        let journal = self.input.journal();
        if !journal.exists() {
            return None;
        }
        match resume::finished(&journal) {
            Ok(Some(finished)) => {
                let ended = self.finished_job_of(&finished, checked);
                ended.map(|failure| failure.to_string())
            }
            Ok(None) => Some(self.started_before(&journal).to_string()),
            Err(failure) => Some(failure.to_string()),
        }
    }

    /// Returns the error of sending the rows of a finished job again. `None` if it was the job of another file under the
    /// same name.
    fn finished_job_of(&self, finished: &FinishedJob, checked: &Checked) -> Option<Failure> {
        if finished.header().input_sha256 != checked.digest {
            return None;
        }
        let done = || {
            let settle = self.settle_of_batches_of(finished.header());
            let (done, journal) = (finished.in_words(), self.input.journal());
            Failure::new(self.after_the_end(&done, &journal, finished.past(), settle))
        };
        let undo = self.finished_undo(finished.past());
        Some(undo.unwrap_or_else(done))
    }

    /// Returns what to do after the preview of a finished job. `command` sends the rows of a new one.
    pub(super) fn after_preview(&self, finished: &FinishedJob, command: &CommandLine) -> String {
        if let Some(undo) = self.finished_undo(finished.past()) {
            return undo.to_string();
        }
        let settle = self.settle_of_batches_of(finished.header());
        format!(
            "nothing was sent. To send exactly this, if nothing has changed since, {}, and run: {command}",
            begin_again(&self.input.journal(), finished.past(), settle)
        )
    }
    /// Returns an earlier job that is finished.
    pub(super) fn earlier_job(&self, journal: &Path) -> Result<Option<FinishedJob>, Failure> {
        if !self.args.yes || self.args.resume || !journal.exists() {
            return Ok(None);
        }
        match resume::finished(journal)? {
            Some(finished) => Ok(Some(finished)),
            None => Err(self.started_before(journal)),
        }
    }

    /// Checks that standard input or a pipe does not have the rows of an earlier job that is not finished. Its copy has
    /// another name each time, so that the journal of the earlier one is not found by its name.
    ///
    /// # Errors
    /// If there is such a job in the current folder.
    pub(super) fn check_earlier_copies(&self, checked: &Checked) -> Result<(), Failure> {
        if !self.input.is_copy {
            return Ok(());
        }
        let copies = copies().map_err(|error| Failure::of_file(Path::new("."), &error))?;
        for copy in copies {
            let journal = journal_of(&copy);
            if copy == self.input.path || !journal.exists() {
                continue;
            }
            let Ok(Some(header)) = resume::header(&journal) else {
                self.output.warn(format!(
                    "{}: this journal of an earlier job cannot be read, so it is not known whether it has the same rows",
                    journal.display()
                ));
                continue;
            };
            let portal = self.identity.as_ref().and_then(|it| it.portal.as_deref());
            let is_elsewhere = match (header.portal.as_deref(), portal) {
                (Some(then), Some(now)) => !same_portal(then, now),
                (None, _) | (_, None) => false,
            };
            let has_same_rows =
                header.input_sha256 == checked.digest && header.entity == self.args.entity;
            if !has_same_rows || is_elsewhere || resume::finished(&journal)?.is_some() {
                continue;
            }
            let problem = format!(
                "this is a copy of the same rows, whose job is not finished: nothing was sent. To send all rows again instead of resuming it, move or delete the copy and its journal, not before the requests of that job have settled. To resume: {}",
                self.command_to_resume_copy(&copy)
            );
            return Err(Failure::in_file(&copy, problem));
        }
        Ok(())
    }

    /// Waits until no request of an earlier job under the same name can be running any more. Until then reads do not
    /// show what that job has changed, and the same phone would be added a second time. Its journal keeps its name, so
    /// that an interrupted wait begins again.
    ///
    /// # Errors
    /// If it is the job of this file.
    pub(super) async fn wait_for_earlier_job(
        &self,
        earlier: &FinishedJob,
        checked: &Checked,
    ) -> Result<(), Failure> {
        if let Some(ended) = self.finished_job_of(earlier, checked) {
            return Err(ended);
        }
        let settle = self.settle_of_batches_of(earlier.header());
        let why = "requests of the earlier job under this name may still be running at the server";
        let throttle = self.throttle.clone();
        let mut progress = Progress::new(checked.to_send, throttle, self.output);
        let left = earlier.past().unsettled_with_lost(settle);
        progress.wait(left, why, self.output).await;
        Ok(())
    }

    /// Sets the journal of an earlier file of the same name aside.
    pub(super) fn set_aside(&self, journal: &Path) -> Result<(), Failure> {
        let aside = earlier::set_aside(journal);
        let aside = aside.map_err(|error| Failure::of_file(journal, &error))?;
        self.output.line(format!(
            "the journal of an earlier file of this name is now {}",
            aside.display()
        ));
        Ok(())
    }
}

/// Returns how a finished job is started again: without its journal, once its requests have settled.
fn begin_again(journal: &Path, past: &Past, settle: Duration) -> String {
    let not_before = if past.unsettled_with_lost(settle).is_zero() {
        String::new()
    } else {
        format!(
            ", not before {} after its end, since changes of it without an answer may be applied until then",
            wait_in_words(settle)
        )
    };
    format!("delete {}{not_before}", journal.display())
}
