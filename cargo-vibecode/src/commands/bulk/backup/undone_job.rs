//! The job that a backup undoes, as its journal shows it.
//!
//! If an undo ran beside the job, or while requests of the job are still carried out, it would end as done, and
//! afterwards these requests would set the values of the job again. So the first line of a backup names the journal of
//! the job, which an undo reads before it sends anything:
//!
//! - The job runs, since its journal is locked: the undo is refused. Otherwise the undo locks the journal, so that the
//!   job is not resumed beside it.
//! - The job was killed, or rows of it had no answer: the undo waits a full settle time for their requests, as
//!   `--resume` does.
//! - The backup was moved: the journal is looked for where the job was started.
//! - The journal is not there, or is that of another job: nothing shows that the job has ended. The undo says so, and
//!   waits a full settle time.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use vibecode_spec::one_line;

use super::{order::sharing, unapplied::UnappliedRows};
use crate::{
    clock::wait_in_words,
    commands::bulk::{
        earlier,
        input::{Input, journal_of, origin::Origin},
        job::BulkJob,
        journal::resume::{self, FoundJournal},
        send::{Sender, Stopped},
    },
    failure::Failure,
};

/// The job of a backup.
#[derive(Debug)]
pub(crate) struct UndoneJob {
    /// The journal, which stays locked; `None` if it was not found.
    journal: Option<FoundJournal>,
    /// Whether the journal says that the undo was begun.
    has_begun: AtomicBool,
    /// The path that the backup names, if it names one.
    named: Option<PathBuf>,
}

impl UndoneJob {
    /// Finds the job of a file that is sent. `None` if it is not sent, or not a backup.
    ///
    /// # Errors
    /// If the job runs, or if its journal cannot be read.
    pub(crate) fn to_look_at(input: &Input, is_sent: bool) -> Result<Option<Self>, Failure> {
        let Some(origin) = input.origin.as_ref().filter(|_| is_sent) else {
            return Ok(None);
        };
        let named = named_journal(input, origin);
        let found = find_named(named.as_deref(), origin);
        let journal = found.map(|path| {
            if resume::is_running(&path)? {
                let problem = "the job that this backup undoes is still running, and would change the records again: nothing was sent. Wait until it has ended, or interrupt it (Ctrl-C), and run the same command again";
                return Err(Failure::in_file(&path, problem));
            }
            FoundJournal::open(&path)
        });
        Ok(Some(Self {
            journal: journal.transpose()?,
            has_begun: AtomicBool::new(false),
            named,
        }))
    }

    /// Finds the job of a backup that is only looked at, and says so if it may still change records. The journal is
    /// locked while the result exists, so that it must not exist for long.
    pub(crate) fn to_show(undo: &BulkJob<'_>) -> Option<Self> {
        let (input, output) = (undo.input, undo.output);
        let origin = input.origin.as_ref()?;
        let named = named_journal(input, origin);
        let path = find_named(named.as_deref(), origin)?;
        let opened = match resume::is_running(&path) {
            Ok(true) => {
                output.warn(format!(
                    "{}: the job that this backup undoes is still running: what it changes from now on is not shown, and an undo is refused until it has ended",
                    one_line(&path.to_string_lossy())
                ));
                return None;
            }
            Ok(false) => FoundJournal::open(&path),
            Err(failure) => Err(failure),
        };
        let journal = match opened {
            Ok(journal) => journal,
            Err(failure) => {
                output.warn(failure.to_string());
                return None;
            }
        };
        let undone = Self {
            journal: Some(journal),
            has_begun: AtomicBool::new(false),
            named,
        };
        let (left, _) = undone.unsettled(undo);
        if !left.is_zero() {
            output.warn(format!(
                "{}: requests of the job that this backup undoes may be applied until {} after its end: what they change is not shown before that, and an undo waits for it",
                one_line(&path.to_string_lossy()),
                wait_in_words(left)
            ));
        }
        Some(undone)
    }

    /// Returns how long requests of the job may still be running, and why. `undo` is the job that undoes it.
    fn unsettled(&self, undo: &BulkJob<'_>) -> (Duration, &'static str) {
        match &self.journal {
            Some(journal) => {
                let settle = undo.settle_of_batches_of(journal.header());
                (
                    journal.past().unsettled_with_lost(settle),
                    "requests of the job that is undone may still be running at the server",
                )
            }
            None => (
                undo.settle_of_batches(),
                "it is not known when the job that is undone has ended, so its requests may still be running at the server",
            ),
        }
    }

    /// Returns which rows of the job have changed nothing; `None` if that is not known.
    pub(crate) fn unapplied(&self) -> Option<UnappliedRows> {
        self.journal.as_ref()?.past().unapplied()
    }

    /// Records in the journal of the job that this backup is about to be sent.
    ///
    /// # Errors
    /// If it cannot be written.
    fn begin(&self, backup: &Path) -> Result<(), Failure> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        journal.note_begun_undo(backup)?;
        self.has_begun.store(true, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// Records in the journal of the job that its undo has ended, and how many of its rows were restored.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn note(&self, rows: u64) -> Result<(), Failure> {
        let journal = self.journal.as_ref();
        journal.map_or(Ok(()), |journal| journal.note_undo(rows))
    }

    /// Returns the other backups of the job that are not undone, the newest first.
    pub(crate) fn other_backups(&self, own: &Path) -> Vec<PathBuf> {
        let backups = self.journal.as_ref().map(FoundJournal::backups);
        let mut others = backups.unwrap_or_default();
        others.retain(|backup| !is_same_file(backup, own) && is_not_undone(backup));
        others
    }

    /// Returns the newer backups of the job that are not undone and restore something of what this one restores, the newest
    /// first.
    ///
    /// # Errors
    /// If a backup cannot be read.
    fn newer_backups(&self, own: &Path) -> Result<Vec<PathBuf>, Failure> {
        let backups = self.journal.as_ref().map(FoundJournal::backups);
        let mut newer = backups.unwrap_or_default();
        let is_own = |backup: &PathBuf| is_same_file(backup, own);
        // If exactly one backup is no longer at its path, this one was moved from there.
        let is_missing = |backup: &PathBuf| !backup.exists();
        let is_one_missing = newer.iter().filter(|it| is_missing(it)).count() == 1;
        let moved = newer.iter().position(is_missing).filter(|_| is_one_missing);
        let position = newer.iter().position(is_own).or(moved);
        newer.truncate(position.unwrap_or_default());
        newer.retain(|backup| is_not_undone(backup));
        sharing(own, newer)
    }

    /// Returns the warning of a job whose journal was not found.
    fn warning(&self) -> Option<String> {
        if self.journal.is_some() {
            return None;
        }
        let missing = match &self.named {
            None => "this backup does not name the journal of its job".to_owned(),
            // The name is text of the backup, which may come from anywhere.
            Some(path) => {
                let problem = if path.exists() {
                    "this is not the journal of the job that this backup undoes, or it is damaged"
                } else {
                    "the journal of the job that this backup undoes is not there"
                };
                format!("{}: {problem}", one_line(&path.to_string_lossy()))
            }
        };
        Some(format!(
            "{missing}, so it is not known whether that job has ended: an undo beside it would be overwritten. Make sure that it has ended"
        ))
    }
}

impl BulkJob<'_> {
    /// Checks that no newer backup of the job has to be undone before this one.
    ///
    /// # Errors
    /// If one has to.
    pub(crate) fn check_order(&self, undone: &UndoneJob) -> Result<(), Failure> {
        let newer = undone.newer_backups(&self.input.path)?;
        if newer.is_empty() {
            return Ok(());
        }
        let commands = newer.iter().map(|backup| {
            let command = self.command_to_review_undo(backup);
            format!("\n  {command}")
        });
        let commands: String = commands.collect();
        let problem = format!(
            "newer backups of the same job have fields of the same records, and restore values that the job itself has written, if they are undone after this one: nothing was sent. Undo them first, in this order, with --yes instead of --plan, or move them to another folder:{commands}"
        );
        Err(Failure::in_file(&self.input.path, problem))
    }

    /// Waits until no request of the job that is undone can be running any more.
    pub(crate) async fn wait_for_undone_job(&self, sender: &mut Sender<'_>) -> Result<(), Stopped> {
        let Some(undone) = &self.undone else {
            return Ok(());
        };
        if let Some(warning) = undone.warning() {
            sender.progress.aside(|| self.output.warn(warning));
        }
        let (left, why) = undone.unsettled(self);
        sender.wait(left, why).await?;
        Ok(undone.begin(&self.input.path)?)
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let canonical = |path: &Path| fs::canonicalize(path).ok();
    canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

/// Returns whether a backup is there, and is not undone. If its journal cannot be read, it is not known to be undone.
///
/// Its path is from a journal that a backup has named: see [`may_be_journal`].
fn is_not_undone(backup: &Path) -> bool {
    let journal = journal_of(backup);
    let is_undone =
        || may_be_journal(&journal) && matches!(resume::finished(&journal), Ok(Some(_)));
    backup.is_file() && !is_undone()
}

/// Returns where the journal of the job of a backup should be, if the backup names it.
fn named_journal(input: &Input, origin: &Origin) -> Option<PathBuf> {
    let folder = input.path.parent().unwrap_or(Path::new(""));
    let journal = origin.journal.as_ref()?;
    Some(folder.join(journal))
}

/// Returns the journal of the job of a backup: the one that it names, seen from its folder, or if the backup was moved,
/// the one where the job was started. Either may have been set aside since.
fn find_named(named: Option<&Path>, origin: &Origin) -> Option<PathBuf> {
    let path = origin.journal_path.as_ref().map(PathBuf::from);
    let named = named.map(Path::to_owned).into_iter().chain(path);
    find(named, origin.journal_id.as_deref())
}

/// Returns the journal with this id: one of these names, or one that was set aside since. If there are several, all but
/// the latest are copies of it, which do not show what the job has sent last.
fn find(named: impl Iterator<Item = PathBuf>, id: Option<&str>) -> Option<PathBuf> {
    let mut latest: Option<((u64, u64), PathBuf)> = None;
    let paths = named.flat_map(|named| {
        let aside = earlier::numbered(&named).take_while(|path| path.exists());
        let aside: Vec<PathBuf> = aside.collect();
        std::iter::once(named).chain(aside)
    });
    for path in paths.filter(|path| may_be_journal(path)) {
        let at = match resume::id(&path) {
            Ok(found) if found.as_deref() != id => continue,
            // The job was started by an earlier version, whose journals have no id.
            Ok(None) => return Some(path),
            Ok(Some(_)) => resume::last_moment_and_length(&path),
            Err(error) => Err(error),
        };
        match at {
            Ok(at) if latest.as_ref().is_some_and(|(then, _)| at <= *then) => {}
            Ok(at) => latest = Some((at, path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // If it is there and cannot be read, it may be the one, and locked.
            Err(_) => return Some(path),
        }
    }
    latest.map(|(_, path)| path)
}

/// Returns whether a path that a backup names may be a journal. A backup is a file from outside: what it names is
/// neither read nor locked if it is a device, a pipe or a file of another kind.
fn may_be_journal(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "journal") && path.is_file()
}

/// Returns the path of a file from any folder.
pub(crate) fn absolute(file: &Path) -> Option<String> {
    let path = fs::canonicalize(file).ok()?;
    Some(path.to_str()?.to_owned())
}

/// Returns the path of a file relative to the folder of another one: a backup and the journal of its job name each
/// other in this way.
pub(crate) fn relative(file: &Path, other: &Path) -> Option<String> {
    let folder = |path: &Path| {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()
    };
    let (from, to) = (folder(other)?, folder(file)?);
    let to = to.join(file.file_name()?);
    let same = from.components().zip(to.components());
    let same = same.take_while(|(one, other)| one == other).count();
    if same == 0 {
        return Some(to.to_str()?.to_owned());
    }
    let up = from.components().skip(same).map(|_| Component::ParentDir);
    let path: PathBuf = up.chain(to.components().skip(same)).collect();
    Some(path.to_str()?.to_owned())
}
