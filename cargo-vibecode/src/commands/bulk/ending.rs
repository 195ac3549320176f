//! The end of a job: its failed rows, its summary and its exit status.

use std::time::Duration;

use serde_json::json;

use super::{
    backup::{Added, KeptBackup},
    bad::Written,
    check::{Checked, rows},
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::{Journal, past::Past},
    rows_to_correct::RowsToCorrect,
    send::{Sender, Stopped, other_portal::unconfirmed_in_words},
};
use crate::{ExitStatus, clock::wait_in_words, failure::Failure, plural::number_of};

/// The rows of a job at its end.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    ok: u64,
    failed: u64,
    left: u64,
    /// `None` if this process has sent nothing, since the job is finished.
    additions: Option<ProcessAdditions>,
    /// Whether an undo has restored some of them since, or was begun.
    is_undone: bool,
    /// Whether the API has reported the portal of the job again after the last row.
    is_portal_confirmed: Option<bool>,
}

/// What the rows that this process has sent add. The journal does not keep it.
#[derive(Debug, Clone, Copy)]
struct ProcessAdditions {
    /// The rows whose records have all phones and emails that they add already.
    had_all: u64,
    /// The records that have a phone of the file in another form.
    in_another_form: u64,
    /// The rows of which the portal has stored a phone in another form.
    stored_in_another_form: u64,
}

impl ProcessAdditions {
    fn of(sender: &Sender<'_>, checked: &Checked) -> Self {
        Self {
            had_all: sender.counts.had_all(),
            in_another_form: checked.other_forms.records(),
            stored_in_another_form: sender.counts.stored_in_another_form(),
        }
    }
}

/// How a job was sent that has ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct EndedJob {
    pub(super) is_reviewed: bool,
    /// Whether it keeps the old values of its rows.
    pub(super) keeps_backup: bool,
}

impl BulkJob<'_> {
    /// Called once every row has been reported. Writes the failed rows to a file; the journal is
    /// kept.
    pub(super) fn finish(
        &self,
        sender: &mut Sender<'_>,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        ended: EndedJob,
    ) -> Result<ExitStatus, Failure> {
        let (ok, failed) = (sender.progress.ok, sender.progress.failed);
        let journal = &mut sender.journal;
        let to_correct = RowsToCorrect {
            file: self.write_failed_rows(journal, failed, checked, column_options)?,
            failed,
            checked,
            keeps_backup: ended.keeps_backup,
        };
        let left = checked.to_send.saturating_sub(ok + failed);
        if left == 0 {
            journal.finish(ok, failed)?;
        }
        self.note_undo(ok);
        let additions = ProcessAdditions::of(sender, checked);
        self.show_additions(additions, checked);
        let failed_rows = self.show_rows_to_correct(&to_correct, &mut sender.journal)?;
        self.warn_of_unanswered(sender.may_be_applied(self.settle_of_batches()));
        self.show_rows_left(left, ended.is_reviewed);
        let counts = Counts {
            ok,
            failed,
            left,
            additions: Some(additions),
            is_undone: false,
            is_portal_confirmed: sender.is_portal_confirmed(),
        };
        self.show_end(counts, checked);
        self.summarize(counts, checked, failed_rows.as_deref());
        Ok(exit_status(
            failed > 0 || checked.bad > 0 || counts.is_portal_confirmed == Some(false),
        ))
    }

    /// Prints the last lines of a job that has ended.
    fn show_end(&self, counts: Counts, checked: &Checked) {
        let (ok, failed) = (rows(counts.ok), counts.failed);
        self.output.line(format!(
            "the journal is kept, so that the rows are not sent again by mistake: {}",
            self.input.journal().display()
        ));
        self.show_not_undone();
        let bad = bad_rows(checked.bad);
        self.output.line(format!("{ok} done, {failed} failed{bad}"));
    }

    fn show_additions(&self, additions: ProcessAdditions, checked: &Checked) {
        let ProcessAdditions {
            had_all,
            stored_in_another_form: stored,
            in_another_form: _,
        } = additions;
        if had_all > 0 {
            let (of_one, of_several) = if checked.sets_fields() {
                (
                    "; its other fields were set",
                    "; their other fields were set",
                )
            } else {
                ("", "")
            };
            let one =
                format!("row adds no phone or email, since its record has them already{of_one}");
            let several = format!(
                "rows add no phone or email, since their records have them already{of_several}"
            );
            self.output.line(number_of(had_all, &one, &several));
        }
        if stored > 0 {
            self.output.line(format!(
                "the portal has stored a phone of {} in another form, such as with 8 instead of +7: nothing has to be run again",
                number_of(stored, "row", "rows")
            ));
        }
    }

    /// Says that rows are left because of `--limit`, if there are any. After a review the next command is one too: a
    /// resumed job would send rows that nobody has reviewed.
    fn show_rows_left(&self, left: u64, is_reviewed: bool) {
        if left == 0 {
            return;
        }
        let next = if is_reviewed {
            let shown = self.args.limit.map_or(left, |limit| limit.min(left));
            format!(
                "To see what the next {} would change: {}",
                rows(shown),
                self.command_to_review()
            )
        } else {
            format!("To send: {}", self.command_to_resume())
        };
        self.output.line(format!(
            "{} not sent yet because of --limit. {next}",
            number_of(left, "row is", "rows are")
        ));
    }

    /// Records in the journal of the job that is undone that the undo has ended, and how many rows are restored. The undo
    /// itself is done, whether its job knows it or not.
    fn note_undo(&self, ok: u64) {
        let begun = self.undone.as_ref().filter(|undone| undone.has_begun());
        if let Some(Err(problem)) = begun.map(|undone| undone.note(ok)) {
            self.output.warn(problem.to_string());
        }
    }

    /// Returns whether the file of the failed rows of a finished job is to be written again.
    pub(super) fn lacks_failed_rows(&self, past: &Past) -> bool {
        past.failed > 0 && !self.input.failed().exists()
    }

    /// Called if an earlier process has reported every row. A file of failed rows that is there may have
    /// been corrected, and is left as it is.
    pub(super) fn finished_before(
        &self,
        mut journal: Journal,
        past: &Past,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
    ) -> Result<ExitStatus, Failure> {
        let is_unconfirmed = !past.unconfirmed.is_empty();
        if is_unconfirmed {
            self.output
                .warn(unconfirmed_in_words(&past.unconfirmed, None));
        }
        let file = if past.failed == 0 || self.lacks_failed_rows(past) {
            self.write_failed_rows(&mut journal, past.failed, checked, column_options)?
        } else {
            Some(Written {
                path: self.input.failed(),
                earlier: None,
            })
        };
        let to_correct = RowsToCorrect {
            file,
            failed: past.failed,
            checked,
            keeps_backup: self.has_kept_backup(past),
        };
        let failed_rows = self.show_rows_to_correct(&to_correct, &mut journal)?;
        let settle = self.settle_of_batches();
        if let (rows, left) = past.may_be_applied(settle)
            && !left.is_zero()
        {
            self.output.warn(format!(
                "{} may be applied until {} after the end of the job: run the failed rows only after that",
                unanswered(rows),
                wait_in_words(settle)
            ));
        }
        self.show_not_undone();
        self.show_earlier_backups(past, journal.path());
        let counts = Counts {
            ok: past.ok,
            failed: past.failed,
            is_undone: past.is_undone(),
            is_portal_confirmed: is_unconfirmed.then_some(false),
            ..Counts::default()
        };
        self.summarize(counts, checked, failed_rows.as_deref());
        Ok(exit_status(
            past.failed > 0 || checked.bad > 0 || past.is_undone() || is_unconfirmed,
        ))
    }

    /// Says at the end of an undo, and before one, what it leaves: the phones and emails that were added, and the other
    /// backups of a job that was sent in parts.
    pub(super) fn show_not_undone(&self) {
        if self.input.origin.is_none() {
            return;
        }
        let added = Added::beside(&self.input.path).unwrap_or_else(|failure| {
            self.output.warn(failure.to_string());
            None
        });
        let kept = KeptBackup::found(&self.input.path).unwrap_or_else(|failure| {
            self.output.warn(failure.to_string());
            None
        });
        let not_restored = kept.as_ref().and_then(KeptBackup::not_restored);
        if added.is_none() && not_restored.is_none() && self.other_backups.is_empty() {
            return;
        }
        if let Some(not_restored) = not_restored {
            self.output.warn(not_restored);
        }
        if let Some(added) = &added {
            self.output.line(added.in_words());
        }
        for (index, backup) in self.other_backups.iter().enumerate() {
            if index == 0 {
                self.output.line(
                    "this job has other backups, which are not undone. To undo them, in this order:",
                );
            }
            self.output
                .line(format!("  {}", self.command_to_review_undo(backup)));
        }
        let others = self.other_backups.iter().map(|it| it.display().to_string());
        let document = json!({
            "phones_and_emails": added.as_ref().map_or(0, |it| it.count),
            "to_remove_by_hand": added.as_ref().map(|it| it.list.display().to_string()),
            "fields_lost": kept.as_ref().map_or(0, KeptBackup::lost),
            "other_backups": others.collect::<Vec<_>>(),
        });
        self.output.event("not_undone", document);
    }

    /// Warns that the failed rows must not be run yet.
    fn warn_of_unanswered(&self, (rows, left): (u64, Duration)) {
        if !left.is_zero() {
            let unanswered = still_unanswered(rows, left);
            self.output
                .warn(format!("{unanswered}: run the failed rows only after that"));
        }
    }

    fn summarize(&self, counts: Counts, checked: &Checked, failed_rows: Option<&str>) {
        self.output.json(&json!({
            "encoding": self.input.encoding_name(),
            "ok": counts.ok,
            "failed": counts.failed,
            "bad": checked.bad,
            "left": counts.left,
            "undone": counts.is_undone,
            "unapplied": checked.unapplied,
            "portal_confirmed": counts.is_portal_confirmed,
            "added_before": counts.additions.map(|it| it.had_all),
            "in_another_form": counts.additions.map(|it| it.in_another_form),
            "stored_in_another_form": counts.additions.map(|it| it.stored_in_another_form),
            "failed_rows": failed_rows,
            "bad_rows": checked.file_of_bad_rows().map(|path| path.display().to_string()),
            "journal": self.input.journal().display().to_string(),
        }));
    }

    pub(super) fn interrupted(
        &self,
        sender: &Sender<'_>,
        checked: &Checked,
        stopped: Stopped,
        is_reviewed: bool,
    ) -> Failure {
        // What is left of the reviewed rows is not what `--limit` would choose now.
        let to_resume = if is_reviewed && self.args.limit.is_some() {
            format!(
                ". To see what the next rows would change: {}",
                self.command_to_review()
            )
        } else {
            format!(". To resume: {}", self.command_to_resume())
        };
        let (reason, to_resume) = match stopped {
            Stopped::Interrupted => ("interrupted".to_owned(), to_resume),
            Stopped::Failed(failure) => (failure.to_string(), to_resume),
            // It names the review that comes before that.
            Stopped::NotAsReviewed(failure) => (failure.to_string(), String::new()),
        };
        let (ok, failed) = (sender.progress.ok, sender.progress.failed);
        let (count, left) = sender.may_be_applied(self.settle_of_batches());
        // Otherwise requests of the undo may restore rows after its end, and the job is not resumed before it has ended.
        if left.is_zero() {
            self.note_undo(ok);
        }
        let unanswered = if left.is_zero() {
            String::new()
        } else {
            format!(
                "\n{}: --resume waits for that; run rows in any other way, or undo them, only after that",
                still_unanswered(count, left)
            )
        };
        // A file of them now would be corrected and run, and have the same rows again at the end of the job.
        let without_file = match failed {
            0 => "",
            _ => "\nThere is no file of the failed rows yet: the resumed job writes it at its end",
        };
        Failure::new(format!(
            "{reason}\n{} done, {failed} failed{} so far{to_resume}{without_file}{unanswered}",
            rows(ok),
            bad_rows(checked.bad)
        ))
    }
}

/// Says of how many rows the change may still be applied, and for how long.
fn still_unanswered(rows: u64, left: Duration) -> String {
    let left = wait_in_words(left);
    format!("{} may still be applied for {left}", unanswered(rows))
}

/// Says of how many rows the change has no answer, as the beginning of a sentence about it.
fn unanswered(rows: u64) -> String {
    match rows {
        0 => "requests of an earlier process".to_owned(),
        1 => "the change of 1 row has no answer, and".to_owned(),
        _ => format!("the changes of {rows} rows have no answer, and"),
    }
}

/// The end of a sentence about the rows of a job.
pub(super) fn bad_rows(bad: u64) -> String {
    match bad {
        0 => String::new(),
        bad => format!(", {bad} bad (not sent)"),
    }
}

pub(super) fn exit_status(needs_attention: bool) -> ExitStatus {
    if needs_attention {
        ExitStatus::Attention
    } else {
        ExitStatus::Success
    }
}
