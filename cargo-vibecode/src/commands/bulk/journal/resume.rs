//! Reads and continues the journal of an interrupted job.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use super::{
    Journal, Line, checksum,
    header::{Header, VERSION},
    lines::{Damage, ReadLines, for_each_line, moment_of},
    lock,
    past::{LackedLines, Past},
    seal::Seal,
};
use crate::{failure::Failure, output::Output, text_file::make_private};

/// A file whose first line is longer, in bytes, is no journal.
const LONGEST_FIRST_LINE: u64 = 1024 * 1024;

/// The journal of an interrupted job, which is locked.
#[derive(Debug)]
pub(crate) struct FoundJournal {
    pub(super) file: File,
    pub(super) path: PathBuf,
    pub(super) header: Header,
    pub(super) past: Past,
    pub(super) lines: ReadLines,
}

impl FoundJournal {
    /// Opens and reads a journal.
    ///
    /// # Errors
    /// If it does not exist, if another process has locked it, or if it is damaged.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let mut file = open_existing(path)?;
        lock(&file, path)?;
        let mut past = Past::read_now();
        let mut header = None;
        let lines = for_each_line(&mut file, path, |line| match line {
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
        past.compare_with_file(&file, path, &lines);
        Ok(Self {
            file,
            path: path.to_owned(),
            header: readable_header(header, path)?,
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
    pub(crate) fn into_past(self) -> Past {
        self.past
    }

    /// Continues the journal, without a last line that is incomplete. The caller has checked that it is that of the job now.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn resume(self, output: &Output) -> Result<(Journal, Past), Failure> {
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
        journal.is_idle = past.is_ended && !past.is_put_back_now();
        let at = super::now();
        if let Some(Damage { review, .. }) = damage {
            journal.write(&Line::Damaged { at })?;
            if let Some(review) = review {
                // Without its digests, so that the job needs a new one.
                journal.write(&Line::Review { at, review })?;
            }
            journal.sync()?;
        }
        if past.is_put_back_now() && !past.is_finished {
            journal.write(&Line::PutBack { at })?;
            journal.sync()?;
        }
        Ok((journal, past))
    }
}

/// Opens a journal that must exist.
fn open_existing(path: &Path) -> Result<File, Failure> {
    let opened = OpenOptions::new().read(true).append(true).open(path);
    opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let here = env::current_dir().unwrap_or_default();
            let problem = format!(
                "there is no journal to resume from (the current folder is {}): run the command for the file of the job, or start the job with --yes",
                here.display()
            );
            Failure::in_file(path, problem)
        }
        _ => Failure::of_file(path, &error),
    })
}

/// Returns the first line of a journal, if this version understands all of its lines.
fn readable_header(header: Option<Header>, path: &Path) -> Result<Header, Failure> {
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
    Ok(header)
}

impl Past {
    /// Adds what the file shows beside its lines.
    fn compare_with_file(&mut self, file: &File, path: &Path, lines: &ReadLines) {
        if lines.damage.is_some() {
            self.lack_lines(LackedLines::Damaged);
            self.is_finished = false;
        }
        if lines.checksum.is_none() {
            self.is_ended = true;
        } else if self.is_ended
            && lines.damage.is_none()
            && !self.is_finished
            && !lines.is_sealed(file, path)
        {
            self.lack_lines(LackedLines::PutBackNow);
        }
    }
}

impl ReadLines {
    /// Returns whether the file is as it was when the last of these lines was written.
    pub(super) fn is_sealed(&self, file: &File, path: &Path) -> bool {
        let checksum = self.checksum.as_ref();
        let seal = checksum.and_then(|checksum| Seal::of(file, checksum).ok());
        seal.is_some_and(|seal| seal.is_beside(file, path))
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

/// Returns the latest moment that a line of a journal names, in milliseconds since 1970, 0 if none does, and the length
/// of the journal. Of two copies the later one has the greater pair: if the clock was set back between them, they name the
/// same latest moment, and the later one is longer.
///
/// # Errors
/// If the file cannot be read.
pub(crate) fn last_moment_and_length(path: &Path) -> io::Result<(u64, u64)> {
    let mut reader = BufReader::new(File::open(path)?);
    let (mut latest, mut length, mut line) = (0, 0, Vec::new());
    while reader.read_until(b'\n', &mut line)? > 0 {
        latest = latest.max(moment_of(line.trim_ascii_end()));
        length += u64::try_from(line.len()).unwrap_or_default();
        line.clear();
    }
    Ok((latest, length))
}

/// A job of which every row has been reported.
#[derive(Debug)]
pub(crate) struct FinishedJob {
    header: Header,
    past: Past,
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

/// Returns a finished job; `None` if the job is not finished.
///
/// # Errors
/// If the journal cannot be read, or if another process has locked it.
pub(crate) fn finished(path: &Path) -> Result<Option<FinishedJob>, Failure> {
    let opened = OpenOptions::new().read(true).append(true).open(path);
    let mut file = opened.map_err(|error| Failure::of_file(path, &error))?;
    lock(&file, path)?;
    let mut past = Past::read_now();
    let mut header = None;
    let lines = for_each_line(&mut file, path, |line| match line {
        Line::Journal(then) => header = Some(*then),
        line => past.apply(line),
    })?;
    past.conclude();
    let is_finished = past.is_finished && lines.damage.is_none();
    // It may have been put back in the place of the journal of a later job.
    if is_finished && lines.checksum.is_some() && !lines.is_sealed(&file, path) {
        past.lack_lines(LackedLines::PutBackNow);
    }
    let header = header.filter(|_| is_finished);
    Ok(header.map(|header| FinishedJob { header, past }))
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
