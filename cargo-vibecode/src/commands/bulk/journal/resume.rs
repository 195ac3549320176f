//! The state of an interrupted job, read from its journal.

use std::{
    collections::HashMap,
    env,
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    HEARTBEAT, Journal, Line, for_each_line,
    header::{Header, VERSION},
    lock, now,
    row_set::{Ranges, RowSet},
};
use crate::{commands::bulk::input::make_private, failure::Failure, output::Output};

/// The state of the job so far.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// Rows that have been reported.
    pub(crate) done: RowSet,
    /// Rows that were sent and have no known outcome.
    pub(crate) open: RowSet,
    /// Rows whose old values are in a backup.
    pub(crate) backed_up: RowSet,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) is_finished: bool,
    batches: HashMap<u64, Ranges>,
    last_batch: u64,
    /// When the process last wrote to the journal.
    last_heartbeat: u64,
    /// Failed rows without an answer, whose change may still be applied.
    unanswered: u64,
    /// When the last of them was reported.
    last_unanswered: u64,
}

/// The journal of an interrupted job, which is locked.
#[derive(Debug)]
pub(crate) struct FoundJournal {
    file: File,
    path: PathBuf,
    header: Header,
    past: Past,
    /// The length of its complete lines.
    whole: u64,
}

impl FoundJournal {
    /// Opens and reads a journal.
    ///
    /// # Errors
    /// If it does not exist, if another process has locked it, or if it is damaged.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let opened = OpenOptions::new().read(true).append(true).open(path);
        let mut file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                let here = env::current_dir().unwrap_or_default();
                let problem = format!(
                    "there is no journal to resume from (the current folder is {}): run the command for the file of the job, or start the job with --yes",
                    here.display()
                );
                Failure::in_file(path, problem)
            }
            _ => Failure::of_file(path, &error),
        })?;
        lock(&file, path)?;
        let mut past = Past::default();
        let mut header = None;
        let whole = for_each_line(&mut file, path, |line| match line {
            Line::Journal(then) => header = Some(*then),
            line => past.apply(line),
        })?;
        past.conclude();
        let header = header.ok_or_else(|| {
            let problem =
                "the journal ends before anything was sent: delete it, and start the job with --yes";
            Failure::in_file(path, problem)
        })?;
        if header.version > VERSION {
            let problem =
                "a later version of cargo-vibecode wrote this journal: resume with that version";
            return Err(Failure::in_file(path, problem));
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            header,
            past,
            whole,
        })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Continues the journal, without a last line that is incomplete.
    ///
    /// # Errors
    /// If it belongs to another job than this one, or if it cannot be written.
    pub(crate) fn resume(self, now: &Header, output: &Output) -> Result<(Journal, Past), Failure> {
        let Self {
            file,
            path,
            header,
            past,
            whole,
        } = self;
        let mut problem = header.is_of_another_job(now);
        if !past.is_finished {
            problem = problem.or_else(|| header.refusal(now));
            for warning in header.warnings(now) {
                output.warn(warning);
            }
        }
        if let Some(problem) = problem {
            return Err(Failure::in_file(&path, problem));
        }
        let opened = file.set_len(whole).and_then(|()| make_private(&file));
        opened.map_err(|error| Failure::of_file(&path, &error))?;
        let next_batch = past.last_batch + 1;
        Ok((Journal::of(file, &path, whole, next_batch), past))
    }
}

/// Returns the hash of the file of a finished job; `None` if the job is not finished.
///
/// # Errors
/// If the journal cannot be read, or if another process has locked it.
pub(crate) fn finished(path: &Path) -> Result<Option<String>, Failure> {
    let opened = OpenOptions::new().read(true).append(true).open(path);
    let mut file = opened.map_err(|error| Failure::of_file(path, &error))?;
    lock(&file, path)?;
    let mut digest = None;
    let mut is_finished = false;
    for_each_line(&mut file, path, |line| match line {
        Line::Journal(header) => digest = Some(header.input_sha256),
        line => is_finished = matches!(line, Line::Finished { .. }),
    })?;
    Ok(digest.filter(|_| is_finished))
}

impl Past {
    fn apply(&mut self, line: Line) {
        match line {
            Line::Journal(_) => {}
            Line::BackedUp { at, rows } => {
                rows.iter().for_each(|row| self.backed_up.insert(row));
                self.heartbeat(at);
            }
            Line::Started { batch, at, rows } => {
                self.batches.insert(batch, rows);
                self.last_batch = self.last_batch.max(batch);
                self.heartbeat(at);
            }
            Line::Done {
                batch,
                at,
                ok,
                failed,
            } => {
                self.batches.remove(&batch);
                for row in ok.iter() {
                    self.done.insert(row);
                    self.ok += 1;
                }
                for failure in failed {
                    self.done.insert(failure.row);
                    self.failed += 1;
                    if failure.is_unknown() {
                        self.unanswered += 1;
                        self.last_unanswered = self.last_unanswered.max(at);
                    }
                }
                self.heartbeat(at);
            }
            Line::Returned { batch, at } => {
                self.batches.remove(&batch);
                self.heartbeat(at);
            }
            Line::Alive { at } => self.heartbeat(at),
            Line::Finished { .. } => self.is_finished = true,
        }
    }

    fn heartbeat(&mut self, at: u64) {
        self.last_heartbeat = self.last_heartbeat.max(at);
    }

    /// A batch may have been opened by one process, and its rows reported by the next.
    fn conclude(&mut self) {
        for rows in std::mem::take(&mut self.batches).into_values() {
            for row in rows.iter().filter(|row| !self.done.contains(*row)) {
                self.open.insert(row);
            }
        }
    }

    /// Returns how long requests of the ended process may still be running.
    ///
    /// One of an open row may have been sent up to the last sign of life of the process, whenever its batch
    /// was started: a batch may be sent more than once. One of a failed row without an answer was sent
    /// before the row was reported. It counts as much as an open one: a later row about the same record
    /// would read the record, miss the phone that is still on its way, and add it a second time.
    pub(crate) fn unsettled(&self, settle: Duration) -> Duration {
        let of_open_rows = (!self.open.is_empty()).then_some(self.last_heartbeat);
        let of_failed_rows = (self.unanswered > 0).then_some(self.last_unanswered);
        let Some(last) = of_open_rows.max(of_failed_rows) else {
            return Duration::ZERO;
        };
        let most = settle + HEARTBEAT * 2;
        let passed = Duration::from_millis(now().saturating_sub(last));
        most.saturating_sub(passed)
    }

    /// Returns the number of rows whose change may still be applied, and for how long.
    pub(crate) fn may_be_applied(&self, settle: Duration) -> (u64, Duration) {
        let rows = self.open.len() + self.unanswered;
        (rows, self.unsettled(settle))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SETTLE: Duration = Duration::from_secs(240);

    /// The state after a batch whose only row has failed with this outcome, `seconds` ago.
    fn after_failure(outcome: &str, seconds: u64) -> Past {
        let at = now() - seconds * 1000;
        let failure = json!({"row": 2, "code": "TIMEOUT", "outcome": outcome, "message": ""});
        let mut past = Past::default();
        for line in [
            json!({"started": {"batch": 1, "at": at, "rows": "2"}}),
            json!({"done": {"batch": 1, "at": at, "failed": [failure]}}),
            // The process went on with rows that were done.
            json!({"started": {"batch": 2, "at": now(), "rows": "3"}}),
            json!({"done": {"batch": 2, "at": now(), "ok": "3"}}),
        ] {
            past.apply(serde_json::from_value(line).unwrap());
        }
        past.conclude();
        past
    }

    #[test]
    fn a_failed_row_without_an_answer_is_waited_for_like_an_open_one() {
        let recent = after_failure("unknown", 0).unsettled(SETTLE);
        assert!(recent + Duration::from_secs(5) > SETTLE, "{recent:?}");
        let mut open = Past::default();
        let line = json!({"started": {"batch": 1, "at": now(), "rows": "2"}});
        open.apply(serde_json::from_value(line).unwrap());
        open.conclude();
        assert!(open.unsettled(SETTLE).abs_diff(recent) < Duration::from_secs(5));
    }

    #[test]
    fn a_failed_row_is_waited_for_since_it_was_reported_and_only_if_it_may_be_applied() {
        let left = after_failure("unknown", 200).unsettled(SETTLE);
        assert!(left < Duration::from_secs(45), "{left:?}");
        assert_eq!(
            after_failure("unknown", 300).unsettled(SETTLE),
            Duration::ZERO
        );
        for decided in ["not_applied", "not_as_sent", "not_verified"] {
            assert_eq!(after_failure(decided, 0).unsettled(SETTLE), Duration::ZERO);
        }
    }
}
