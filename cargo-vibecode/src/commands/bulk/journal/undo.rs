//! What a journal says of the undos of its job.

use std::{io, path::Path};

use jiff::Timestamp;

use super::{Journal, Line, lines::for_each_line, now, resume::FoundJournal};
use crate::{commands::bulk::backup::undone_job::relative, failure::Failure, plural::number_of};

/// An undo that was begun.
#[derive(Debug, Clone)]
pub(crate) struct OpenUndo {
    /// In milliseconds since 1970.
    pub(super) at: u64,
    /// Its backup, relative to the folder of the journal.
    pub(crate) file: Option<String>,
}

impl OpenUndo {
    pub(super) fn in_words(&self) -> String {
        format!(
            "an undo of it was begun{}, and has not ended",
            moment(self.at)
        )
    }
}

/// The last undo of a job.
#[derive(Debug, Clone, Copy)]
pub(super) struct Undone {
    /// In milliseconds since 1970.
    at: u64,
    rows: u64,
}

impl Undone {
    /// Returns `None` if no row was restored.
    pub(super) fn of(at: u64, rows: u64) -> Option<Self> {
        (rows > 0).then_some(Self { at, rows })
    }

    pub(super) fn in_words(self) -> String {
        format!(
            "{} restored from its backup{}",
            number_of(self.rows, "row was", "rows were"),
            moment(self.at)
        )
    }
}

impl FoundJournal {
    /// Records that an undo of the job with this backup is about to send its first row.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn note_begun_undo(&self, backup: &Path) -> Result<(), Failure> {
        let file = relative(backup, &self.path);
        self.note(&Line::Undoing { at: now(), file })
    }

    /// Records that an undo of the job has ended, and how many rows it has restored.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn note_undo(&self, rows: u64) -> Result<(), Failure> {
        self.note(&Line::Undone { at: now(), rows })
    }

    /// Adds a line about an undo. A journal that is damaged, or of an earlier version, is left as it is.
    fn note(&self, line: &Line) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::of_file(&self.path, &error);
        let mut file = self.file.try_clone().map_err(failed)?;
        // An earlier line about the undo may have been added.
        let lines = for_each_line(&mut file, &self.path, drop)?;
        let is_whole = file.metadata().map_err(failed)?.len() == lines.whole;
        if !is_whole || lines.damage.is_some() || lines.checksum.is_none() {
            return Ok(());
        }
        let is_sealed = lines.is_sealed(&file, &self.path);
        let mut journal = Journal::of(file, &self.path, lines.whole, 0, lines.checksum);
        // What shows that the journal was put back is not covered up, whether its job is finished or not.
        journal.is_idle = self.past.is_ended && is_sealed;
        journal.write(line)?;
        journal.sync()
    }
}

/// Returns a moment as the end of a sentence.
pub(super) fn moment(at: u64) -> String {
    let moment = i64::try_from(at).ok().map(Timestamp::from_millisecond);
    moment.and_then(Result::ok).map_or_else(String::new, |at| {
        format!(", on {} UTC", at.strftime("%Y-%m-%d at %H:%M"))
    })
}
