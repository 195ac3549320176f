//! What a journal says of its job: which rows are done, failed or open, and for how long requests may still be running.
//!
//! How long ago a line was written is not known: the clock may have been set since, and the journal may have been written
//! on another machine. What is known is that no process was running the job when this one read the journal, which it has
//! locked. So requests of earlier processes settle a full settle time after that. A process that has waited for it says
//! so in the journal, and no later one waits for them again.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    Line,
    outcome::RowFailure,
    review::PastReview,
    row_set::{Ranges, RowSet},
    undo::{OpenUndo, Undone, moment},
};
use crate::commands::bulk::{
    backup::{LastParts, unapplied::UnappliedRows},
    send::lost::AllLost,
};

#[cfg(test)]
mod tests;

/// A backup of the job.
#[derive(Debug)]
struct PastBackup {
    /// Relative to the folder of the journal.
    file: String,
    /// What was appended last.
    parts: Option<LastParts>,
}

/// Why rows may have been sent of which a journal says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LackedLines {
    /// Lines of it are lost.
    Damaged,
    /// The file was changed or copied after its last line was written. It may be an older copy that was put back.
    PutBack,
    /// The same, and the journal does not record it yet.
    PutBackNow,
}

/// The state of the job so far.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// When the journal was read. No process of the job was running then. `None`: it is a new job.
    read: Option<Instant>,
    /// Rows that have been reported.
    pub(crate) done: RowSet,
    /// Rows that were sent and have no known outcome.
    pub(crate) open: RowSet,
    /// Rows whose old values are in a backup.
    pub(crate) backed_up: RowSet,
    /// The backups of the job, the oldest first.
    backups: Vec<PastBackup>,
    /// All failed rows.
    pub(crate) failed_rows: RowSet,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) is_finished: bool,
    /// When it was, in milliseconds since 1970.
    pub(super) finished_at: u64,
    pub(super) undone: Option<Undone>,
    /// The undo of the job that was begun and has not ended, so that requests of it may still be running.
    pub(super) open_undo: Option<OpenUndo>,
    /// What was reviewed before rows were sent.
    pub(crate) reviewed: PastReview,
    /// The rows that were sent after the latest review.
    pub(crate) sent_since_review: RowSet,
    /// The failed rows whose phones and emails may be missing.
    pub(crate) lacking: RowSet,
    /// The rows of which an attempt was lost, unless it is known to have settled.
    pub(crate) lost: AllLost,
    lacked_lines: Option<LackedLines>,
    /// Whether requests of rows of which the journal says nothing may still be running.
    may_lack_requests: bool,
    /// Whether the process has ended while no request was under way, or the journal is of an earlier version, which
    /// does not say so.
    pub(super) is_ended: bool,
    /// The number of open rows whose requests may still be running, since their batches have no outcome.
    pub(super) under_way: u64,
    pub(super) batches: HashMap<u64, Ranges>,
    pub(super) last_batch: u64,
    /// The open rows of which nothing is under way: their requests have settled, or they were answered and no portal is
    /// known to have taken them.
    pub(super) settled_open: RowSet,
    /// Reported rows of which no answer has confirmed the portal.
    pub(crate) unconfirmed: RowSet,
    /// The failed rows of which nothing was applied, whatever else was sent of them before.
    not_applied: RowSet,
    /// Failed rows without an answer, whose change may still be applied.
    pub(super) unanswered: RowSet,
}

impl Past {
    /// The state before the first line of a journal that is read now.
    pub(super) fn read_now() -> Self {
        Self {
            read: Some(Instant::now()),
            ..Self::default()
        }
    }

    /// Returns the open rows whose old values are in a backup.
    pub(crate) fn kept_open_rows(&self) -> RowSet {
        let mut rows = RowSet::default();
        let kept = self.open.iter().filter(|row| self.backed_up.contains(*row));
        kept.for_each(|row| rows.insert(row));
        rows
    }

    /// Returns whether rows of the job were sent.
    pub(crate) fn has_begun(&self) -> bool {
        !self.done.is_empty() || !self.open.is_empty()
    }

    pub(super) fn apply(&mut self, line: Line) {
        self.is_ended = line.is_ended_after(self.is_ended);
        self.is_finished = line.is_finished_after(self.is_finished);
        match line {
            Line::Journal(_) | Line::Ended { .. } | Line::Alive { .. } => {}
            Line::Review { review, .. } => {
                self.reviewed.begin(review);
                self.sent_since_review = RowSet::default();
            }
            Line::Reviewed(rows) => self.reviewed.add(rows),
            Line::BackedUp {
                at: _,
                rows,
                file,
                parts,
            } => self.back_up(&rows, file, parts),
            Line::Started { batch, at: _, rows } => self.begin(batch, rows),
            Line::Done {
                batch,
                at: _,
                ok,
                failed,
                lost,
            } => {
                self.batches.remove(&batch);
                self.last_batch = self.last_batch.max(batch);
                self.lost.add(lost.iter(), self.read);
                self.add_not_applied(&failed, &lost);
                self.report(&ok, failed);
            }
            Line::Returned { batch, at: _ } => {
                self.batches.remove(&batch);
            }
            Line::Reopened { at: _, rows } => rows.iter().for_each(|row| self.reopen(row)),
            Line::Unconfirmed { at: _, rows } => {
                rows.iter().for_each(|row| self.unconfirmed.insert(row));
            }
            Line::Overtaken { at: _, failed } => self.overtake(failed),
            Line::Waited { at: _ } => self.settle(),
            Line::Settled { at: _, failed } => {
                self.settle();
                self.lost = AllLost::default();
                self.overtake(failed);
            }
            Line::Damaged { at: _ } => self.lack_lines(LackedLines::Damaged),
            Line::PutBack { at: _ } => self.lack_lines(LackedLines::PutBack),
            Line::Undoing { at, file } => self.open_undo = Some(OpenUndo { at, file }),
            Line::Undone { at, rows } => {
                self.open_undo = None;
                self.undone = Undone::of(at, rows).or(self.undone);
            }
            Line::Finished { at, .. } => self.finished_at = at,
        }
    }

    /// Adds the failed rows of a batch of which nothing can have been applied: not by an attempt that was lost, and not by
    /// an earlier process, whose batch had no outcome or counts no more.
    fn add_not_applied(&mut self, failed: &[RowFailure], lost: &Ranges) {
        for failure in failed.iter().filter(|it| it.is_not_applied()) {
            let is_row = |row| row == failure.row;
            let mut open = self.batches.values();
            let may_be_applied = lost.iter().any(is_row)
                || self.settled_open.contains(failure.row)
                || open.any(|rows| rows.iter().any(is_row));
            if !may_be_applied {
                self.not_applied.insert(failure.row);
            }
        }
    }

    /// Adds rows whose old values are kept, and what was appended to the backup, if it is named.
    fn back_up(&mut self, rows: &Ranges, file: Option<String>, parts: Option<LastParts>) {
        rows.iter().for_each(|row| self.backed_up.insert(row));
        let Some(file) = file else {
            return;
        };
        match self.backups.last_mut() {
            Some(last) if last.file == file => last.parts = parts,
            _ => self.backups.push(PastBackup { file, parts }),
        }
    }

    /// Adds a batch whose rows are about to be sent.
    fn begin(&mut self, batch: u64, rows: Ranges) {
        rows.iter()
            .for_each(|row| self.sent_since_review.insert(row));
        self.batches.insert(batch, rows);
        self.last_batch = self.last_batch.max(batch);
    }

    /// Adds the outcomes of the rows of a batch.
    fn report(&mut self, ok: &Ranges, failed: Vec<RowFailure>) {
        for row in ok.iter() {
            self.done.insert(row);
            self.settled_open.remove(row);
            self.ok += 1;
        }
        for failure in failed {
            self.done.insert(failure.row);
            self.settled_open.remove(failure.row);
            self.failed_rows.insert(failure.row);
            if failure.may_lack_additions() {
                self.lacking.insert(failure.row);
            }
            self.failed += 1;
            if failure.is_unknown() {
                self.unanswered.insert(failure.row);
                self.lost.add([failure.row], self.read);
            }
        }
    }

    /// Everything that was sent so far has settled. Rows without an outcome stay open.
    fn settle(&mut self) {
        for rows in std::mem::take(&mut self.batches).into_values() {
            for row in rows.iter().filter(|row| !self.done.contains(*row)) {
                self.settled_open.insert(row);
            }
        }
        self.unanswered = RowSet::default();
        self.lost.settle();
        self.may_lack_requests = false;
    }

    pub(super) fn is_put_back_now(&self) -> bool {
        self.lacked_lines == Some(LackedLines::PutBackNow)
    }

    /// Notes that rows may have been sent of which the journal says nothing.
    pub(super) fn lack_lines(&mut self, why: LackedLines) {
        self.lacked_lines = Some(why);
        self.may_lack_requests = true;
    }

    /// Counts a row that was reported as open.
    fn reopen(&mut self, row: u64) {
        if !self.done.contains(row) {
            return;
        }
        self.done.remove(row);
        self.settled_open.insert(row);
        let of_outcome = if self.failed_rows.contains(row) {
            &mut self.failed
        } else {
            &mut self.ok
        };
        *of_outcome = of_outcome.saturating_sub(1);
        for rows in [
            &mut self.failed_rows,
            &mut self.lacking,
            &mut self.not_applied,
            &mut self.unanswered,
        ] {
            rows.remove(row);
        }
    }

    /// Counts rows that had been done as failed.
    fn overtake(&mut self, rows: Vec<RowFailure>) {
        for failure in rows {
            self.ok = self.ok.saturating_sub(1);
            self.failed += 1;
            self.failed_rows.insert(failure.row);
            if failure.may_lack_additions() {
                self.lacking.insert(failure.row);
            }
        }
    }

    /// Returns why there may be requests of an earlier process that are still running.
    pub(crate) fn why_unsettled(&self) -> &'static str {
        match self.lacked_lines {
            Some(LackedLines::PutBack | LackedLines::PutBackNow) => {
                "the journal was changed or copied after its last line, so requests that it does not know may still be running at the server"
            }
            Some(LackedLines::Damaged) | None => {
                "requests of the earlier process may still be running at the server"
            }
        }
    }

    /// Returns the counts and the moment of the end of a finished job. `bad` follows the counts.
    pub(crate) fn finished_in_words(&self, bad: &str) -> String {
        let Self { ok, failed, .. } = self;
        let moment = moment(self.finished_at);
        let undone = self.undone_in_words();
        let undone = undone.map_or_else(String::new, |undone| format!("; {undone}"));
        format!("this job is already finished: {ok} done, {failed} failed{bad}{moment}{undone}")
    }

    /// Returns the rows that were sent, whether their outcomes are known or not.
    pub(crate) fn sent(&self) -> RowSet {
        let mut sent = self.done.clone();
        sent.insert_all(&self.open);
        sent
    }

    /// Returns which rows have changed nothing; `None` if rows may have been sent of which the journal says nothing.
    pub(crate) fn unapplied(&self) -> Option<UnappliedRows> {
        (!self.may_lack_rows()).then(|| UnappliedRows {
            sent: self.sent(),
            not_applied: self.not_applied.clone(),
        })
    }

    /// Returns whether an undo has restored rows of the job, or was begun.
    pub(crate) fn is_undone(&self) -> bool {
        self.open_undo.is_some() || self.undone.is_some()
    }

    /// Returns the last undo of the job as a sentence; `None` if no row was restored.
    pub(crate) fn undone_in_words(&self) -> Option<String> {
        let open = self.open_undo.as_ref().map(OpenUndo::in_words);
        open.or_else(|| self.undone.map(Undone::in_words))
    }

    /// Returns the undo of the job that has not ended.
    pub(crate) fn open_undo(&self) -> Option<&OpenUndo> {
        self.open_undo.as_ref()
    }

    /// Returns the backups of the job with this journal, the newest first. One that was begun is named in the journal before
    /// it exists.
    pub(crate) fn backups(&self, journal: &Path) -> Vec<PathBuf> {
        let folder = journal.parent().unwrap_or(Path::new(""));
        let begun = Some(LastParts::default());
        let backups = self.backups.iter().rev();
        let backups = backups.map(|backup| (folder.join(&backup.file), backup.parts == begun));
        let backups = backups.filter(|(path, is_only_begun)| !is_only_begun || path.exists());
        backups.map(|(path, _)| path).collect()
    }

    /// Returns the backups of the job with this journal beside which there were lists of the fields that they do not
    /// restore.
    pub(crate) fn backups_with_lost_fields(&self, journal: &Path) -> Vec<PathBuf> {
        let folder = journal.parent().unwrap_or(Path::new(""));
        let lists = |it: &&PastBackup| it.parts.as_ref().is_some_and(LastParts::has_lost_fields);
        let backups = self.backups.iter().filter(lists);
        backups.map(|it| folder.join(&it.file)).collect()
    }

    /// Returns the latest backup of the job with this journal, whether it exists or not, and what was appended to it last.
    /// `None` if a resumed job must not continue it: it could contain rows that were sent and of which the journal says
    /// nothing, or rows that were restored from it.
    pub(crate) fn latest_backup(&self, journal: &Path) -> Option<(PathBuf, &LastParts)> {
        if self.may_lack_rows() || self.is_undone() {
            return None;
        }
        let PastBackup { file, parts } = self.backups.last()?;
        let folder = journal.parent().unwrap_or(Path::new(""));
        Some((folder.join(file), parts.as_ref()?))
    }

    /// Returns whether rows may have been sent of which the journal says nothing.
    pub(crate) fn may_lack_rows(&self) -> bool {
        self.lacked_lines.is_some()
    }

    /// A batch may have been opened by one process, and its rows reported by the next.
    pub(super) fn conclude(&mut self) {
        self.reviewed.conclude();
        for rows in std::mem::take(&mut self.batches).into_values() {
            for row in rows.iter().filter(|row| !self.done.contains(*row)) {
                self.open.insert(row);
            }
        }
        self.under_way = self.open.len();
        self.open.insert_all(&self.settled_open);
    }

    /// Returns how long requests of the earlier processes may still be running.
    ///
    /// A failed row without an answer counts as much as an open one: a later row about the same record would read the
    /// record, miss the phone that is still on its way, and add it a second time.
    pub(crate) fn unsettled(&self, settle: Duration) -> Duration {
        match self.read {
            Some(read) if self.may_have_requests() => settle.saturating_sub(read.elapsed()),
            Some(_) | None => Duration::ZERO,
        }
    }

    /// Returns whether earlier processes have sent requests that had not settled as far as the journal says.
    pub(crate) fn may_have_requests(&self) -> bool {
        let may_have = self.under_way > 0
            || !self.is_ended
            || !self.unanswered.is_empty()
            || self.may_lack_requests;
        self.read.is_some() && may_have
    }

    /// Returns how long anything that the job has sent may still be applied, also of a row that is done: an attempt of
    /// it may have been lost.
    pub(crate) fn unsettled_with_lost(&self, settle: Duration) -> Duration {
        self.unsettled(settle).max(self.lost.unsettled(settle))
    }

    /// Returns the number of rows whose change may still be applied, and for how long.
    pub(crate) fn may_be_applied(&self, settle: Duration) -> (u64, Duration) {
        let rows = self.under_way + self.unanswered.len();
        (rows, self.unsettled(settle))
    }
}
