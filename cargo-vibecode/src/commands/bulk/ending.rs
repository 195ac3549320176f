//! The end of a job: its failed rows, its summary and its exit status.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{
    check::{Checked, rows},
    commands_to_run::command,
    failed,
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::{Journal, resume::Past},
    send::{Sender, Stopped},
};
use crate::{ExitStatus, failure::Failure};

impl BulkJob<'_> {
    /// Called once every row has been reported. Writes the failed rows to a file; the journal is
    /// kept.
    pub(super) fn finish(
        &self,
        sender: &mut Sender<'_>,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        path: &Path,
    ) -> Result<ExitStatus, Failure> {
        let (ok, failed) = (sender.progress.ok, sender.progress.failed);
        let failed_rows = match failed + checked.bad {
            0 => None,
            _ => Some(failed::write(
                self.input,
                column_options,
                &mut sender.journal,
                failed,
            )?),
        };
        let left = checked.to_send.saturating_sub(ok + failed);
        if left == 0 {
            sender.journal.finish(ok, failed)?;
        }
        let bad = bad_rows(checked.bad);
        self.output
            .line(format!("{} done, {failed} failed{bad}", rows(ok)));
        let shown = self.show_failed_rows(failed_rows);
        if left > 0 {
            self.output.line(format!(
                "{} not sent yet because of --limit. To send: {}",
                match left {
                    1 => "1 row is".to_owned(),
                    left => format!("{left} rows are"),
                },
                command(&self.words_to_resume())
            ));
        }
        self.output.line(format!(
            "the journal is kept, so that the rows are not sent again by mistake: {}",
            path.display()
        ));
        self.summarize(ok, failed, checked.bad, shown.as_deref());
        Ok(exit_status(failed + checked.bad))
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
        let problems = past.failed + checked.bad;
        let path = self.input.failed();
        let failed_rows = match problems {
            0 => None,
            _ if path.exists() => Some((path, None)),
            _ => {
                let journal = &mut journal;
                Some(failed::write(
                    self.input,
                    column_options,
                    journal,
                    past.failed,
                )?)
            }
        };
        let shown = self.show_failed_rows(failed_rows);
        self.summarize(past.ok, past.failed, checked.bad, shown.as_deref());
        Ok(exit_status(problems))
    }

    /// Prints where the failed rows are, and the new name of an earlier file. Returns the path for
    /// programs.
    fn show_failed_rows(&self, written: Option<(PathBuf, Option<PathBuf>)>) -> Option<String> {
        let (path, earlier) = written?;
        if let Some(earlier) = earlier {
            self.output.line(format!(
                "an earlier file of failed rows is now {}",
                earlier.display()
            ));
        }
        let shown = path.display().to_string();
        self.output.line(format!(
            "the failed rows are in {shown}: correct them, and run that file"
        ));
        Some(shown)
    }

    fn summarize(&self, ok: u64, failed: u64, bad: u64, failed_rows: Option<&str>) {
        self.output.json(&json!({
            "ok": ok,
            "failed": failed,
            "bad": bad,
            "failed_rows": failed_rows,
            "journal": self.input.journal().display().to_string(),
        }));
    }

    pub(super) fn interrupted(&self, sender: &Sender<'_>, stopped: Stopped) -> Failure {
        let reason = match stopped {
            Stopped::Interrupted => "interrupted".to_owned(),
            Stopped::Failed(failure) => failure.to_string(),
        };
        let (ok, failed) = (sender.progress.ok, sender.progress.failed);
        Failure::new(format!(
            "{reason}\n{} done, {failed} failed so far. To resume: {}",
            rows(ok),
            command(&self.words_to_resume())
        ))
    }
}

/// The end of a sentence about the rows of a job.
pub(super) fn bad_rows(bad: u64) -> String {
    match bad {
        0 => String::new(),
        bad => format!(", {bad} bad (not sent)"),
    }
}

pub(super) fn exit_status(problems: u64) -> ExitStatus {
    match problems {
        0 => ExitStatus::Success,
        _ => ExitStatus::Attention,
    }
}
