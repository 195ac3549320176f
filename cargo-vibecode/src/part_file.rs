//! A file that gets its name once it is complete: a reader finds either the old contents or the new ones.

use std::{
    ffi::OsString,
    fs::{self, DirEntry, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The files of this process that have temporary names, or are needed by it alone.
static PARTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// What has been removed that killed processes have left, and is not reported yet.
static REMOVED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The ending of a temporary name, after the number of the process. No other program has it, so that a person's file is
/// never taken for a part.
const ENDING: &str = ".vibecode.new";

/// Returns the files of killed processes that this one has removed since the last call.
pub(crate) fn removed_leftovers() -> Vec<PathBuf> {
    let mut removed = REMOVED.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *removed)
}

fn parts() -> MutexGuard<'static, Vec<PathBuf>> {
    PARTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has a file removed if a signal ends the program before it has done anything that lasts.
pub(crate) fn remove_if_ended_early(file: PathBuf) {
    parts().push(file);
}

/// Removes all files that have temporary names, before the process exits without dropping them: they have data of
/// customers. No other one is created while the result exists.
#[must_use = "other parts are created once it is dropped"]
pub(crate) fn remove_parts() -> impl Sized {
    let mut parts = parts();
    for part in parts.drain(..) {
        let _ = fs::remove_file(part);
    }
    parts
}

/// The name under which a file is written. The file is removed unless it is kept.
#[derive(Debug)]
pub(crate) struct PartFile {
    part: PathBuf,
    path: PathBuf,
    is_kept: bool,
}

impl PartFile {
    /// Creates a file beside `path`.
    ///
    /// # Errors
    /// If it cannot be created.
    pub(crate) fn create(path: &Path, options: &mut OpenOptions) -> io::Result<(Self, File)> {
        Self::create_beside(path, "", options)
    }

    /// Creates a file beside `path` and beside other parts of it, which have another label.
    ///
    /// # Errors
    /// If it cannot be created.
    pub(crate) fn create_beside(
        path: &Path,
        label: &str,
        options: &mut OpenOptions,
    ) -> io::Result<(Self, File)> {
        let mut part = OsString::from(path);
        part.push(format!("{label}.{}{ENDING}", std::process::id()));
        let part = PathBuf::from(part);
        remove_leftovers(path, label);
        let file = {
            let mut parts = parts();
            let file = options.create(true).truncate(true).open(&part)?;
            parts.push(part.clone());
            file
        };
        // The lock shows that the process lives. On Windows nobody could read a locked file.
        if cfg!(unix) {
            let _ = fs4::FileExt::try_lock(&file);
        }
        let part_file = Self {
            part,
            path: path.to_owned(),
            is_kept: false,
        };
        Ok((part_file, file))
    }

    /// Returns the name of the file until it is kept.
    pub(crate) fn part(&self) -> &Path {
        &self.part
    }

    /// Gives the file its name once it is on the disk. `before` is called before an earlier file of this name
    /// is replaced, with both names.
    ///
    /// # Errors
    /// If the file cannot be written or renamed, or if `before` fails.
    pub(crate) fn keep_after<T>(
        mut self,
        file: &File,
        before: impl FnOnce(&Path, &Path) -> io::Result<T>,
    ) -> io::Result<T> {
        file.sync_all()?;
        let result = before(&self.part, &self.path)?;
        fs::rename(&self.part, &self.path)?;
        self.is_kept = true;
        Ok(result)
    }

    /// Gives the file its name once it is on the disk.
    ///
    /// # Errors
    /// If the file cannot be written or renamed.
    pub(crate) fn keep(self, file: &File) -> io::Result<()> {
        self.keep_after(file, |_, _| Ok(()))
    }
}

/// A younger file that is empty does not count as a leftover: its process may have created it, and not locked it yet. It
/// locks it before it writes to it.
const MIN_AGE_OF_A_LEFTOVER: Duration = Duration::from_secs(60);

/// Returns whether a file was written to long ago. A time that is not known, or in the future, is not.
fn is_old(file: &DirEntry) -> bool {
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    let age = modified.ok().and_then(|modified| modified.elapsed().ok());
    age.is_some_and(|age| age >= MIN_AGE_OF_A_LEFTOVER)
}

/// Removes what processes that were killed have left beside `path`: no living process has locked it, and it is not empty
/// or old. Returns what may have been left, and is too young to be removed.
pub(crate) fn remove_leftovers(path: &Path, label: &str) -> Vec<PathBuf> {
    let mut young = Vec::new();
    // If files are not locked, nothing shows whether its process lives.
    if !cfg!(unix) {
        return young;
    }
    let Some(name) = path.file_name() else {
        return young;
    };
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let Ok(files) = fs::read_dir(folder.unwrap_or(Path::new("."))) else {
        return young;
    };
    // The labels `.rows0` and `.rows1` are of one kind.
    let kind = label.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let is_part = |file: &str| {
        let rest = file.strip_prefix(kind)?.strip_suffix(ENDING)?;
        let (number, process) = rest.split_once('.')?;
        let has_label = (number.is_empty() && kind == label) || is_number(number);
        Some(has_label && is_number(process))
    };
    for file in files.flatten() {
        let own = file.file_name();
        let rest = own.as_encoded_bytes().strip_prefix(name.as_encoded_bytes());
        let rest = rest.and_then(|rest| str::from_utf8(rest).ok());
        if rest.and_then(is_part) == Some(true)
            && file.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(left) = OpenOptions::new().write(true).open(file.path())
            && fs4::FileExt::try_lock(&left).is_ok()
        {
            let has_contents = file.metadata().is_ok_and(|metadata| metadata.len() > 0);
            if has_contents || is_old(&file) {
                remove_leftover(file.path());
            } else {
                young.push(file.path());
            }
        }
    }
    young.sort_unstable();
    young
}

fn remove_leftover(path: PathBuf) {
    if fs::remove_file(&path).is_ok() {
        let mut removed = REMOVED.lock().unwrap_or_else(PoisonError::into_inner);
        removed.push(path);
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.part);
        }
        parts().retain(|part| *part != self.part);
    }
}
