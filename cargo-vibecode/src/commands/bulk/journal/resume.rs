//! The state of an interrupted job, read from its journal.

use std::{
    collections::HashMap,
    env,
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;

use super::{
    HEARTBEAT, Journal, Line, checksum,
    header::{Header, VERSION},
    lines::{Damage, ReadLines, for_each_line, moment_of},
    lock, now,
    outcome::RowFailure,
    review::PastReview,
    row_set::{Ranges, RowSet},
};
use crate::{
    commands::bulk::{backup::undone_job::relative, send::lost::AllLost},
    failure::Failure,
    output::Output,
    plural::number_of,
    text_file::make_private,
};

/// If a file was changed later than this after its last line, in milliseconds, something else has changed it.
const TOUCHED_AFTER: u64 = 500;

/// A file whose first line is longer, in bytes, is no journal.
const LONGEST_FIRST_LINE: u64 = 1024 * 1024;

/// The state of the job so far.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// Rows that have been reported.
    pub(crate) done: RowSet,
    /// Rows that were sent and have no known outcome.
    pub(crate) open: RowSet,
    /// Rows whose old values are in a backup.
    pub(crate) backed_up: RowSet,
    /// The backups of the job, the oldest first, relative to the folder of the journal.
    backups: Vec<String>,
    /// All failed rows.
    pub(crate) failed_rows: RowSet,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) is_finished: bool,
    /// When it was, in milliseconds since 1970.
    finished_at: u64,
    undone: Option<Undone>,
    /// The undo of the job that was begun and has not ended, so that requests of it may still be running.
    open_undo: Option<OpenUndo>,
    /// What was reviewed before rows were sent.
    pub(crate) reviewed: PastReview,
    /// The failed rows whose phones and emails may be missing.
    pub(crate) lacking: RowSet,
    /// The rows of which an attempt was lost, unless it is known to have settled.
    pub(crate) lost: AllLost,
    /// Until when rows may have been sent of which the journal says nothing, if lines of it are lost.
    damaged_at: Option<u64>,
    /// When the file was changed or copied after its last line was written. It may be an older copy that was put back,
    /// so rows may have been sent until then of which it says nothing.
    put_back_at: Option<u64>,
    /// Whether the journal does not record this yet.
    is_put_back_now: bool,
    /// When the last line was written.
    last_line_at: u64,
    /// Whether the process has ended while no request was under way, or the journal is of an earlier version, which
    /// does not say so.
    is_ended: bool,
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
    lines: ReadLines,
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
        let mut lines = for_each_line(&mut file, path, |line| match line {
            Line::Journal(then) => {
                if let Some(review) = &then.reviewed {
                    past.reviewed.begin(review.clone());
                }
                header = Some(*then);
            }
            line => past.apply(line),
        })?;
        if let Some(review) = lines.damage.as_ref().and_then(|it| it.review.clone()) {
            past.reviewed.begin(review);
        }
        past.conclude();
        let changed = file.metadata().and_then(|it| last_change(&it));
        let changed = changed.unwrap_or_else(|_| now());
        if lines.checksum.is_none() {
            past.is_ended = true;
        } else if !past.is_ended {
            past.heartbeat(changed);
        } else if lines.damage.is_none()
            && !past.is_finished
            && changed > past.last_line_at.saturating_add(TOUCHED_AFTER)
        {
            past.put_back_at = Some(changed);
            past.is_put_back_now = true;
        }
        if let Some(damage) = &mut lines.damage {
            damage.latest = damage.latest.max(changed);
            past.damaged_at = Some(damage.latest);
            past.is_finished = false;
        }
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
            lines,
        })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn past(&self) -> &Past {
        &self.past
    }

    /// Returns the backups of the job, the newest first.
    pub(crate) fn backups(&self) -> Vec<PathBuf> {
        self.past.backups(&self.path)
    }

    /// Returns the state of the job, which is left as it is.
    ///
    /// # Errors
    /// If it is another job than this one, or if its rows would change something else now.
    pub(crate) fn past_of(self, now: &Header) -> Result<Past, Failure> {
        self.check(now)?;
        Ok(self.past)
    }

    /// Checks that this job can be resumed now.
    fn check(&self, now: &Header) -> Result<(), Failure> {
        let mut problem = self.header.is_of_another_job(now);
        if !self.past.is_finished {
            problem = problem.or_else(|| self.header.refusal(now));
        }
        match problem {
            Some(problem) => Err(Failure::in_file(&self.path, problem)),
            None => Ok(()),
        }
    }

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
        let mut journal = Journal::of(file, &self.path, lines.whole, 0, lines.checksum);
        journal.write(line)?;
        journal.sync()
    }

    /// Continues the journal, without a last line that is incomplete.
    ///
    /// # Errors
    /// If it belongs to another job than this one, or if it cannot be written.
    pub(crate) fn resume(self, now: &Header, output: &Output) -> Result<(Journal, Past), Failure> {
        if !self.past.is_finished {
            for warning in self.header.warnings(now) {
                output.warn(warning);
            }
        }
        self.check(now)?;
        let Self {
            file,
            path,
            header,
            past,
            lines,
        } = self;
        if let Some(damage) = &lines.damage {
            let kept = keep_damaged(&path).map_err(|error| Failure::of_file(&path, &error))?;
            output.warn(damage.in_words(&path, &kept));
        }
        let ReadLines {
            whole,
            checksum,
            damage,
        } = lines;
        // A file that is complete is left as it is, so that its last change is that of its last line.
        let is_torn = file.metadata().map_or(true, |it| it.len() != whole);
        let cut = if is_torn { file.set_len(whole) } else { Ok(()) };
        let opened = cut.and_then(|()| make_private(&file));
        opened.map_err(|error| Failure::of_file(&path, &error))?;
        let next_batch = past.last_batch + 1;
        let mut journal = Journal::of(file, &path, whole, next_batch, checksum);
        journal.id = header.id;
        if let Some(Damage { latest, review, .. }) = damage {
            journal.write(&Line::Damaged { at: latest })?;
            if let Some(review) = review {
                // Without its digests, so that the job needs a new one.
                journal.write(&Line::Review { at: latest, review })?;
            }
            journal.sync()?;
        }
        if let Some(at) = past.put_back_at
            && past.is_put_back_now
            && !past.is_finished
        {
            journal.write(&Line::PutBack { at })?;
            journal.sync()?;
        }
        Ok((journal, past))
    }
}

/// Returns whether a process has locked a journal.
///
/// # Errors
/// If the journal cannot be opened or locked.
pub(crate) fn is_running(path: &Path) -> Result<bool, Failure> {
    let failed = |error: io::Error| Failure::of_file(path, &error);
    let file = OpenOptions::new().read(true).append(true).open(path);
    match fs4::FileExt::try_lock(&file.map_err(failed)?) {
        Ok(()) => Ok(false),
        Err(fs4::TryLockError::WouldBlock) => Ok(true),
        Err(fs4::TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Returns the id of a journal, which is in its first line. `None` if that is not understood.
///
/// # Errors
/// If the file cannot be read. On some systems it cannot while it is locked.
pub(crate) fn id(path: &Path) -> io::Result<Option<String>> {
    Ok(header(path)?.and_then(|header| header.id))
}

/// Returns the first line of a journal, also if a process has locked it. `None` if it is not understood.
///
/// # Errors
/// If the file cannot be read. On some systems it cannot while it is locked.
pub(crate) fn header(path: &Path) -> io::Result<Option<Header>> {
    let mut line = Vec::new();
    let start = File::open(path)?.take(LONGEST_FIRST_LINE);
    BufReader::new(start).read_until(b'\n', &mut line)?;
    let line = checksum::split(line.trim_ascii_end());
    let line = line.and_then(|(line, _)| serde_json::from_slice(&line).ok());
    Ok(match line {
        Some(Line::Journal(header)) => Some(*header),
        _ => None,
    })
}

/// Returns the latest moment that a line of a journal names, in milliseconds since 1970; 0 if none does.
///
/// # Errors
/// If the file cannot be read.
pub(crate) fn last_moment(path: &Path) -> io::Result<u64> {
    let mut reader = BufReader::new(File::open(path)?);
    let (mut latest, mut line) = (0, Vec::new());
    while reader.read_until(b'\n', &mut line)? > 0 {
        latest = latest.max(moment_of(line.trim_ascii_end()));
        line.clear();
    }
    Ok(latest)
}

/// A job of which every row has been reported.
#[derive(Debug)]
pub(crate) struct FinishedJob {
    header: Header,
    past: Past,
}

/// An undo that was begun.
#[derive(Debug, Clone)]
pub(crate) struct OpenUndo {
    /// In milliseconds since 1970.
    at: u64,
    /// Its backup, relative to the folder of the journal.
    pub(crate) file: Option<String>,
}

impl OpenUndo {
    fn in_words(&self) -> String {
        format!(
            "an undo of it was begun{}, and has not ended",
            moment(self.at)
        )
    }
}

/// The last undo of a job.
#[derive(Debug, Clone, Copy)]
struct Undone {
    /// In milliseconds since 1970.
    at: u64,
    rows: u64,
}

impl FinishedJob {
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn past(&self) -> &Past {
        &self.past
    }

    pub(crate) fn in_words(&self) -> String {
        self.past.finished_in_words("")
    }
}

impl Undone {
    /// Returns `None` if no row was restored.
    fn of(at: u64, rows: u64) -> Option<Self> {
        (rows > 0).then_some(Self { at, rows })
    }

    fn in_words(self) -> String {
        format!(
            "{} restored from its backup{}",
            number_of(self.rows, "row was", "rows were"),
            moment(self.at)
        )
    }
}

/// Returns a moment as the end of a sentence.
fn moment(at: u64) -> String {
    let moment = i64::try_from(at).ok().map(Timestamp::from_millisecond);
    moment.and_then(Result::ok).map_or_else(String::new, |at| {
        format!(", on {} UTC", at.strftime("%Y-%m-%d at %H:%M"))
    })
}

/// Returns a finished job; `None` if the job is not finished.
///
/// # Errors
/// If the journal cannot be read, or if another process has locked it.
pub(crate) fn finished(path: &Path) -> Result<Option<FinishedJob>, Failure> {
    let opened = OpenOptions::new().read(true).append(true).open(path);
    let mut file = opened.map_err(|error| Failure::of_file(path, &error))?;
    lock(&file, path)?;
    let mut past = Past::default();
    let mut header = None;
    let lines = for_each_line(&mut file, path, |line| match line {
        Line::Journal(then) => header = Some(*then),
        line => past.apply(line),
    })?;
    past.conclude();
    let is_finished = past.is_finished && lines.damage.is_none();
    let header = header.filter(|_| is_finished);
    Ok(header.map(|header| FinishedJob { header, past }))
}

/// Returns when a file was last written, moved, copied to this place or given other rights, in milliseconds since 1970. A
/// copy that was put back may keep the time at which the journal was written.
fn last_change(file: &fs::Metadata) -> io::Result<u64> {
    let written = since_1970(file.modified()?);
    #[cfg(unix)]
    let changed = {
        use std::os::unix::fs::MetadataExt as _;
        let seconds = u64::try_from(file.ctime()).unwrap_or_default();
        let nanoseconds = u64::try_from(file.ctime_nsec()).unwrap_or_default();
        seconds.saturating_mul(1000) + nanoseconds / 1_000_000
    };
    #[cfg(not(unix))]
    let changed = file.created().map_or(written, since_1970);
    Ok(written.max(changed))
}

/// Copies a damaged journal to a free name. A journal that is set aside never has such a name: a copy is older than the
/// journal of its job, and would not show what that has sent since.
fn keep_damaged(path: &Path) -> io::Result<PathBuf> {
    let mut names = (1_u32..).map(|number| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".damaged-{number}"));
        PathBuf::from(name)
    });
    let free = names.find(|name| !name.exists());
    let free = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::copy(path, &free)?;
    Ok(free)
}

fn since_1970(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Damage {
    fn in_words(&self, path: &Path, kept: &Path) -> String {
        format!(
            "{}: line {} is not as it was written: lines were changed or removed. Which rows were sent after that, and with which outcome, is not known. So the job waits until no request can be running any more. Then each row without an outcome before that line is compared with its record, and only what is missing is sent. A phone or an email that such a row finds more than once counts as added twice. The damaged journal is kept as {}",
            path.display(),
            self.line,
            kept.display()
        )
    }
}

impl Past {
    fn apply(&mut self, line: Line) {
        self.last_line_at = line.at().unwrap_or(self.last_line_at);
        self.is_ended = match line {
            Line::Ended { .. } | Line::Finished { .. } => true,
            // It is written while nothing new is under way.
            Line::BackedUp { .. }
            | Line::Review { .. }
            | Line::Reviewed(_)
            | Line::Overtaken { .. }
            | Line::Undoing { .. }
            | Line::Undone { .. } => self.is_ended,
            Line::Journal(_)
            | Line::Started { .. }
            | Line::Done { .. }
            | Line::Settled { .. }
            | Line::Returned { .. }
            | Line::Alive { .. }
            | Line::Damaged { .. }
            | Line::PutBack { .. } => false,
        };
        self.is_finished = match line {
            Line::Finished { .. } => true,
            Line::Review { .. }
            | Line::Reviewed(_)
            | Line::Undoing { .. }
            | Line::Undone { .. } => self.is_finished,
            // Rows were sent, or may have been, after the end that an earlier line shows.
            Line::Journal(_)
            | Line::BackedUp { .. }
            | Line::Started { .. }
            | Line::Done { .. }
            | Line::Overtaken { .. }
            | Line::Settled { .. }
            | Line::Returned { .. }
            | Line::Alive { .. }
            | Line::Ended { .. }
            | Line::Damaged { .. }
            | Line::PutBack { .. } => false,
        };
        match line {
            // Nothing was under way at its end, so that it does not prolong the wait.
            Line::Journal(_) | Line::Ended { .. } => {}
            Line::Review { review, .. } => self.reviewed.begin(review),
            Line::Reviewed(rows) => self.reviewed.add(rows),
            Line::BackedUp { at, rows, file } => {
                self.backups.extend(file);
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
                lost,
                lost_at,
            } => {
                self.batches.remove(&batch);
                self.lost.add(lost.iter(), lost_at);
                for row in ok.iter() {
                    self.done.insert(row);
                    self.ok += 1;
                }
                for failure in failed {
                    self.done.insert(failure.row);
                    self.failed_rows.insert(failure.row);
                    if failure.may_lack_additions() {
                        self.lacking.insert(failure.row);
                    }
                    self.failed += 1;
                    if failure.is_unknown() {
                        self.unanswered += 1;
                        self.lost.add([failure.row], at);
                        self.last_unanswered = self.last_unanswered.max(at);
                    }
                }
                self.heartbeat(at);
            }
            Line::Returned { batch, at } => {
                self.batches.remove(&batch);
                self.heartbeat(at);
            }
            // Nothing is under way, so that it does not prolong the wait.
            Line::Overtaken { at: _, failed } => self.overtake(failed),
            Line::Settled { at, failed } => {
                self.lost = AllLost::default();
                self.overtake(failed);
                self.heartbeat(at);
            }
            Line::Alive { at } => self.heartbeat(at),
            Line::Damaged { at } => self.damaged_at = self.damaged_at.max(Some(at)),
            Line::PutBack { at } => self.put_back_at = self.put_back_at.max(Some(at)),
            Line::Undoing { at, file } => self.open_undo = Some(OpenUndo { at, file }),
            Line::Undone { at, rows } => {
                self.open_undo = None;
                self.undone = Undone::of(at, rows).or(self.undone);
            }
            Line::Finished { at, .. } => self.finished_at = at,
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
        match self.put_back_at {
            Some(_) => {
                "the journal was changed or copied after its last line, so requests that it does not know may still be running at the server"
            }
            None => "requests of the earlier process may still be running at the server",
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

    /// Returns the last undo of the job as a sentence; `None` if no row was restored.
    pub(crate) fn undone_in_words(&self) -> Option<String> {
        let open = self.open_undo.as_ref().map(OpenUndo::in_words);
        open.or_else(|| self.undone.map(Undone::in_words))
    }

    /// Returns the undo of the job that has not ended.
    pub(crate) fn open_undo(&self) -> Option<&OpenUndo> {
        self.open_undo.as_ref()
    }

    /// Returns the backups of the job with this journal, the newest first.
    pub(crate) fn backups(&self, journal: &Path) -> Vec<PathBuf> {
        let folder = journal.parent().unwrap_or(Path::new(""));
        let backups = self.backups.iter().rev();
        backups.map(|file| folder.join(file)).collect()
    }

    /// Returns whether rows may have been sent of which the journal says nothing.
    pub(crate) fn may_lack_rows(&self) -> bool {
        self.damaged_at.is_some() || self.put_back_at.is_some()
    }

    fn heartbeat(&mut self, at: u64) {
        self.last_heartbeat = self.last_heartbeat.max(at);
    }

    /// A batch may have been opened by one process, and its rows reported by the next.
    fn conclude(&mut self) {
        self.reviewed.conclude();
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
        let of_open_rows = (!self.open.is_empty() || !self.is_ended).then_some(self.last_heartbeat);
        let of_failed_rows = (self.unanswered > 0).then_some(self.last_unanswered);
        let of_file = self.damaged_at.max(self.put_back_at);
        let Some(last) = of_open_rows.max(of_failed_rows).max(of_file) else {
            return Duration::ZERO;
        };
        let most = settle + HEARTBEAT * 2;
        let passed = Duration::from_millis(now().saturating_sub(last));
        most.saturating_sub(passed)
    }

    /// Returns how long anything that the job has sent may still be applied, also of a row that is done: an attempt of
    /// it may have been lost.
    pub(crate) fn unsettled_with_lost(&self, settle: Duration) -> Duration {
        self.unsettled(settle).max(self.lost.unsettled(settle))
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
            json!({"ended": {"at": now()}}),
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

    #[test]
    fn a_review_or_an_undo_does_not_reopen_a_finished_job_and_a_batch_does() {
        let finished = json!({"finished": {"at": now(), "ok": 1, "failed": 0}});
        for (line, is_finished) in [
            (json!({"undoing": {"at": now()}}), true),
            (json!({"undone": {"at": now(), "rows": 1}}), true),
            (
                json!({"reviewed": {"at": now(), "rows": "2", "digests": "0000000a"}}),
                true,
            ),
            (
                json!({"started": {"batch": 2, "at": now(), "rows": "3"}}),
                false,
            ),
        ] {
            let mut past = Past::default();
            for line in [&finished, &line] {
                past.apply(serde_json::from_value(line.clone()).unwrap());
            }
            assert_eq!(past.is_finished, is_finished, "{line}");
        }
    }

    #[test]
    fn a_comparison_that_was_interrupted_keeps_its_rows_and_is_not_over() {
        let failure = |row: u64| json!({"row": row, "code": "OVERTAKEN", "outcome": "not_as_sent", "message": ""});
        let mut past = Past::default();
        for line in [
            json!({"started": {"batch": 1, "at": now(), "rows": "2-4"}}),
            json!({"done": {"batch": 1, "at": now(), "ok": "2-4", "lost": "2", "lost_at": now()}}),
            json!({"ended": {"at": now()}}),
            json!({"overtaken": {"at": now(), "failed": [failure(3)]}}),
        ] {
            past.apply(serde_json::from_value(line).unwrap());
        }
        assert_eq!((past.ok, past.failed), (2, 1));
        assert_eq!(past.unsettled(SETTLE), Duration::ZERO);
        assert!(!past.unsettled_with_lost(SETTLE).is_zero());
        for line in [
            json!({"overtaken": {"at": now(), "failed": [failure(4)]}}),
            json!({"settled": {"at": now()}}),
            json!({"finished": {"at": now(), "ok": 1, "failed": 2}}),
        ] {
            past.apply(serde_json::from_value(line).unwrap());
        }
        assert_eq!((past.ok, past.failed), (1, 2));
        assert_eq!(past.unsettled_with_lost(SETTLE), Duration::ZERO);
    }

    #[test]
    fn a_journal_without_an_end_or_with_lost_lines_is_waited_for() {
        let past_of = |lines: &[serde_json::Value]| {
            let mut past = Past::default();
            for line in lines {
                past.apply(serde_json::from_value(line.clone()).unwrap());
            }
            past.conclude();
            past.unsettled(SETTLE)
        };
        let started = json!({"started": {"batch": 1, "at": now(), "rows": "2"}});
        let done = json!({"done": {"batch": 1, "at": now(), "ok": "2"}});
        let ended = json!({"ended": {"at": now()}});
        let damaged = json!({"damaged": {"at": now()}});
        let close = |left: Duration| left + Duration::from_secs(5) > SETTLE;
        assert!(close(past_of(&[started.clone(), done.clone()])));
        assert!(close(past_of(&[damaged, ended.clone()])));
        // That the journal was put back counts however the process ends, until it has settled.
        let put_back = |at: u64| json!({"put_back": {"at": at}});
        let backed_up = json!({"backed_up": {"at": now(), "rows": "2"}});
        let put_back_now = [put_back(now()), backed_up.clone(), ended.clone()];
        assert!(close(past_of(&put_back_now)));
        let long_ago = [put_back(now() - 300_000), ended.clone()];
        assert_eq!(past_of(&long_ago), Duration::ZERO);
        // Nothing is sent while the old values are read.
        let before = [ended.clone(), backed_up];
        assert_eq!(past_of(&before), Duration::ZERO);
        let finished = json!({"finished": {"at": now(), "ok": 1, "failed": 0}});
        let nothing = Duration::ZERO;
        assert_eq!(past_of(&[started.clone(), done.clone(), ended]), nothing);
        assert_eq!(past_of(&[started, done, finished]), nothing);
        assert_eq!(past_of(&[]), Duration::ZERO);
    }
}
