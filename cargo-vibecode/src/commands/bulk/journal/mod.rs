//! The journal of a job: which rows have been sent, and their outcomes, so that a job that is
//! interrupted at any moment can be resumed. It contains no value of any row; but what the API says of a
//! failed row may quote one, so only the file's owner can read it.

mod checksum;
pub(crate) mod header;
mod line;
mod lines;
pub(crate) mod outcome;
pub(crate) mod past;
pub(crate) mod resume;
pub(crate) mod review;
pub(crate) mod row_set;
mod seal;
pub(crate) mod undo;

use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use sha2::{Digest as _, Sha256};

use self::{
    checksum::RunningChecksum,
    header::Header,
    line::Line,
    lines::for_each_line,
    outcome::RowFailure,
    review::{Review, ReviewedRows, RowDigests},
    row_set::{Ranges, RowSet},
    seal::Seal,
};
use super::{backup::LastParts, send::lost::LostRows};
use crate::{digest, failure::Failure, text_file::private};

/// The number of hexadecimal digits of the id of a journal.
const ID_DIGITS: usize = 16;

/// A journal that is being written. It is locked until the process ends.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    /// The length of the file.
    length: u64,
    /// Whether the file ends with a part of a line that could not be removed.
    is_torn: bool,
    next_batch: u64,
    /// Whether this process has begun to send rows.
    has_started: bool,
    /// `None`: the journal is of an earlier version, which has no checksums.
    checksum: Option<RunningChecksum>,
    /// Whether no request of a process is under way, as the lines so far say.
    is_idle: bool,
    /// `None`: the journal is of an earlier version.
    id: Option<String>,
}

impl Journal {
    /// Creates a journal.
    ///
    /// # Errors
    /// If there is one already, or if it cannot be written.
    pub(crate) fn create(
        path: &Path,
        mut header: Header,
        reviewed: &RowDigests,
    ) -> Result<Self, Failure> {
        let mut options = private();
        let file = options.read(true).append(true).create_new(true).open(path);
        let file = file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                Failure::in_file(path, "another process has just started this job: resume it with the same command and --resume")
            }
            _ => Failure::of_file(path, &error),
        })?;
        lock(&file, path)?;
        let mut journal = Self::of(file, path, 0, 1, Some(RunningChecksum::default()));
        header.id = Some(new_id());
        journal.id.clone_from(&header.id);
        journal.write(&Line::Journal(Box::new(header)))?;
        journal.write_reviewed(reviewed)?;
        // Nothing is under way until a batch is started.
        journal.end()?;
        // The directory entry must survive a loss of power, too.
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new(".")));
        if let Ok(folder) = folder {
            let _ = folder.sync_all();
        }
        Ok(journal)
    }

    /// Continues a journal of this length that was locked with [`lock`].
    fn of(
        file: File,
        path: &Path,
        length: u64,
        next_batch: u64,
        checksum: Option<RunningChecksum>,
    ) -> Self {
        Self {
            file,
            path: path.to_owned(),
            length,
            is_torn: false,
            next_batch,
            has_started: false,
            checksum,
            is_idle: false,
            id: None,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what distinguishes this journal from every other. Journals of earlier versions have nothing.
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Returns whether this process has begun to send rows.
    pub(crate) fn has_started(&self) -> bool {
        self.has_started
    }

    fn write_reviewed(&mut self, rows: &RowDigests) -> Result<(), Failure> {
        let mut lines = ReviewedRows::lines(rows, now());
        lines.try_for_each(|line| self.write(&Line::Reviewed(line)))
    }

    /// Records a review that was given to `--resume`. Its digests replace earlier ones of the same rows.
    pub(crate) fn reviewed(&mut self, review: Review, rows: &RowDigests) -> Result<(), Failure> {
        self.write(&Line::Review { at: now(), review })?;
        self.write_reviewed(rows)?;
        self.sync()
    }

    /// Records that these rows are about to be sent, and returns the number of their batch. Call
    /// [`Journal::sync`] before sending them.
    pub(crate) fn start(&mut self, rows: Ranges) -> Result<u64, Failure> {
        let batch = self.next_batch;
        self.next_batch += 1;
        self.has_started = true;
        let at = now();
        self.write(&Line::Started { batch, at, rows })?;
        Ok(batch)
    }

    /// Records that the old values of these rows are in a file, which is named relative to the folder of the journal, and
    /// what was appended to it and to the lists beside it.
    pub(crate) fn backed_up(
        &mut self,
        rows: Ranges,
        file: Option<String>,
        parts: LastParts,
    ) -> Result<(), Failure> {
        self.write(&Line::BackedUp {
            at: now(),
            rows,
            file,
            parts: Some(parts),
        })?;
        self.sync()
    }

    pub(crate) fn done(
        &mut self,
        batch: u64,
        ok: Ranges,
        failed: Vec<RowFailure>,
        lost: &LostRows,
    ) -> Result<(), Failure> {
        let mut numbers = lost.row_numbers.clone();
        numbers.sort_unstable();
        self.write(&Line::Done {
            batch,
            at: now(),
            ok,
            failed,
            lost: numbers.into_iter().collect(),
        })
    }

    /// Records the outcomes of rows that this process has not sent.
    pub(crate) fn unsent(&mut self, ok: Ranges, failed: Vec<RowFailure>) -> Result<(), Failure> {
        let batch = self.next_batch;
        self.next_batch += 1;
        self.done(batch, ok, failed, &LostRows::default())?;
        self.sync()
    }

    /// Records which rows a lost attempt has overtaken.
    pub(crate) fn overtaken(&mut self, failed: Vec<RowFailure>) -> Result<(), Failure> {
        if failed.is_empty() {
            return Ok(());
        }
        self.write(&Line::Overtaken { at: now(), failed })?;
        self.sync()
    }

    /// Records that everything that was sent so far has settled, since this process has waited for it.
    pub(crate) fn waited(&mut self) -> Result<(), Failure> {
        self.write(&Line::Waited { at: now() })?;
        self.sync()
    }

    /// Records that what was lost has settled, and that all rows that it may have overtaken were compared.
    pub(crate) fn settled(&mut self) -> Result<(), Failure> {
        let (at, failed) = (now(), Vec::new());
        self.write(&Line::Settled { at, failed })?;
        self.sync()
    }

    pub(crate) fn returned(&mut self, batch: u64) -> Result<(), Failure> {
        self.write(&Line::Returned { batch, at: now() })
    }

    /// Records that it is not known which portal took these rows, which were reported.
    pub(crate) fn reopened(&mut self, rows: &RowSet) -> Result<(), Failure> {
        let (at, rows) = (now(), rows.iter().collect());
        self.write(&Line::Reopened { at, rows })?;
        self.sync()
    }

    /// Records that the API did not report again which portal has taken these rows, which were reported.
    pub(crate) fn unconfirmed(&mut self, rows: &RowSet) -> Result<(), Failure> {
        let (at, rows) = (now(), rows.iter().collect());
        self.write(&Line::Unconfirmed { at, rows })?;
        self.sync()
    }

    /// Passes every failed row to `visit`, except those whose outcome does not count since the row was reopened later. A
    /// row may have failed before that and again after it, so the failed rows of `Past` do not show which failure counts.
    /// Reads through the handle that holds the lock: on some systems no other handle can read.
    pub(crate) fn failures(&mut self, mut visit: impl FnMut(RowFailure)) -> Result<(), Failure> {
        let mut reopened = Vec::new();
        let mut number = 0_u64;
        for_each_line(&mut self.file, &self.path, |line| {
            number += 1;
            if let Line::Reopened { rows, .. } = line {
                let mut set = RowSet::default();
                rows.iter().for_each(|row| set.insert(row));
                reopened.push((number, set));
            }
        })?;
        number = 0;
        for_each_line(&mut self.file, &self.path, |line| {
            number += 1;
            if let Line::Done { failed, .. }
            | Line::Overtaken { failed, .. }
            | Line::Settled { failed, .. } = line
            {
                let counts = |failure: &RowFailure| {
                    let mut later = reopened.iter().filter(|(at, _)| *at > number);
                    !later.any(|(_, rows)| rows.contains(failure.row))
                };
                failed.into_iter().filter(counts).for_each(&mut visit);
            }
        })?;
        Ok(())
    }

    /// Records that no request of this process is under way.
    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        self.write(&Line::Ended { at: now() })?;
        self.sync()
    }

    pub(crate) fn finish(&mut self, ok: u64, failed: u64) -> Result<(), Failure> {
        let at = now();
        self.write(&Line::Finished { at, ok, failed })?;
        self.sync()
    }

    /// Ensures that everything written so far survives a loss of power.
    pub(crate) fn sync(&mut self) -> Result<(), Failure> {
        let synced = self.file.sync_data();
        synced.map_err(|error| Failure::of_file(&self.path, &error))?;
        if let Some(checksum) = self.checksum.as_ref().filter(|_| self.is_idle) {
            // If it cannot be written, the earlier seal is left, or a resumed job waits without one, which is safe.
            let seal = Seal::of(&self.file, checksum);
            let _ = seal.and_then(|seal| seal.write_beside(&self.path));
        }
        Ok(())
    }

    /// Writes a line. If the disk is full after a part of it, the part is removed: a later line after it
    /// would make the journal unreadable.
    fn write(&mut self, line: &Line) -> Result<(), Failure> {
        if self.is_torn {
            let problem = "its last line is incomplete, and nothing is written after it";
            return Err(Failure::in_file(&self.path, problem));
        }
        let mut json = serde_json::to_vec(line).map_err(|error| Failure::new(error.to_string()))?;
        let mut checksum = self.checksum.clone();
        if let Some(checksum) = &mut checksum {
            checksum.append_checksum(&mut json);
        }
        json.push(b'\n');
        if let Err(error) = self.file.write_all(&json) {
            self.is_torn = self.file.set_len(self.length).is_err();
            return Err(Failure::of_file(&self.path, &error));
        }
        self.checksum = checksum;
        self.is_idle = line.is_ended_after(self.is_idle);
        self.length += u64::try_from(json.len()).unwrap_or_default();
        Ok(())
    }
}

/// Returns an id that no other journal has.
fn new_id() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let hash = Sha256::new()
        .chain_update(since.unwrap_or_default().as_nanos().to_le_bytes())
        .chain_update(std::process::id().to_le_bytes());
    let mut id = digest::in_hex(&hash);
    id.truncate(ID_DIGITS);
    id
}

/// Milliseconds since 1970, by the wall clock. It may be set, and that of another machine may show something else, so it
/// never decides whether a request has settled.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

/// Locks the journal for this process. The system releases the lock however the process ends.
///
/// # Errors
/// If another process has locked it.
pub(crate) fn lock(file: &File, path: &Path) -> Result<(), Failure> {
    match fs4::FileExt::try_lock(file) {
        Ok(()) => Ok(()),
        Err(fs4::TryLockError::WouldBlock) => Err(Failure::in_file(
            path,
            "another process is running this job: wait until it has ended",
        )),
        Err(fs4::TryLockError::Error(error)) => Err(Failure::of_file(path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_follows_a_part_of_a_line() {
        let full = File::options().append(true).open("/dev/full").unwrap();
        let mut journal = Journal::of(full, Path::new("a.journal"), 0, 1, None);
        let lost = journal.returned(1).unwrap_err().to_string();
        assert!(!lost.contains("incomplete"), "{lost}");
        // The part cannot be removed from a device, so it is still there when there is room again.
        journal.file = File::options().append(true).open("/dev/null").unwrap();
        let refused = journal.returned(2).unwrap_err().to_string();
        assert!(refused.contains("its last line is incomplete"), "{refused}");
    }
}
