//! A small file beside the journal, by which an older copy of the journal is recognised that was put back.
//!
//! Example: a job ends after 10 of 60 rows, and somebody copies its journal. The job is resumed, and killed while row 11
//! is under way. The copy is put back: each of its lines is as it was written, and the last one says that no request is
//! under way. Row 11 would be sent at once, and its phone would be added twice.
//!
//! So whenever a journal says that nothing is under way, the seal records how long it is, the checksum of its lines, and
//! what the file system says of its last change, which no copy keeps: on Unix the inode and the time of the last change of
//! the inode, which only the kernel sets. If a process is killed between the two files, the journal is the same file and begins
//! with what the seal records. Any other journal was changed or copied. Then the job waits as if the process had been
//! killed just now.
//!
//! This does not recognise a copy of both files that was put back within the precision of the file system's times (4 ms
//! or less on most, 2 s on FAT). On Windows there is no such time, so a tool that restores the times of creation and of
//! the last write with both files is not recognised. Nor is a virtual machine or a volume that was reset to a snapshot:
//! there everything is as it was.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::checksum::{self, RunningChecksum};
use crate::{part_file::PartFile, text_file::private};

/// A file that is longer, in bytes, is not a seal.
const MAX_BYTES: u64 = 4096;
/// The end of a line, in bytes, contains its checksum.
const LENGTH_OF_END: u64 = 64;

/// How a journal was when it was last written while nothing was under way.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    length: u64,
    sum: String,
    /// What stays the same while the file is written to, as far as the system shows it.
    #[serde(default)]
    identity: Option<String>,
    last_change: String,
}

impl Seal {
    /// Returns the seal of a journal as it is now.
    pub(super) fn of(journal: &File, sum: &RunningChecksum) -> io::Result<Self> {
        let metadata = journal.metadata()?;
        Ok(Self {
            length: metadata.len(),
            sum: sum.as_str().to_owned(),
            identity: identity(&metadata),
            last_change: last_change(&metadata)?,
        })
    }

    /// Returns whether the seal beside a journal, of which this is the seal now, is the same one or that of a state from
    /// which the journal has only grown.
    pub(super) fn is_beside(&self, journal: &File, path: &Path) -> bool {
        let path = path_of(path);
        let is_short = fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() < MAX_BYTES);
        let text = is_short.then(|| fs::read(path).ok()).flatten();
        let seal = text.and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        seal.is_some_and(|seal| seal == *self || self.has_grown_from(&seal, journal))
    }

    /// Returns whether a process was killed after it had added lines to the journal and before it wrote a seal again. The
    /// lines before are those of the earlier seal, in the same file.
    fn has_grown_from(&self, earlier: &Self, journal: &File) -> bool {
        self.length > earlier.length
            && self.identity.is_some()
            && self.identity == earlier.identity
            && checksum_before(journal, earlier.length)
                .is_ok_and(|sum| sum.as_deref() == Some(earlier.sum.as_bytes()))
    }

    /// Writes the seal beside a journal. If that fails, or if the process is killed before it is done, the earlier seal
    /// is left, from which the journal has grown.
    pub(super) fn write_beside(&self, journal: &Path) -> io::Result<()> {
        let mut json = serde_json::to_vec(self)?;
        json.push(b'\n');
        let (part, mut file) = PartFile::create(&path_of(journal), &mut private())?;
        io::Write::write_all(&mut file, &json)?;
        part.keep(&file)
    }
}

/// Returns the checksum of the line of a journal that ends at this position.
fn checksum_before(mut journal: &File, end: u64) -> io::Result<Option<Vec<u8>>> {
    let start = end.saturating_sub(LENGTH_OF_END);
    journal.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    journal.take(end - start).read_to_end(&mut bytes)?;
    let line = bytes.strip_suffix(b"\n");
    Ok(line.and_then(|line| Some(checksum::split(line)?.1.to_owned())))
}

/// Returns the path of the seal of a journal.
fn path_of(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".seal");
    PathBuf::from(name)
}

/// Returns what distinguishes the last change of a file from every other, as far as the system shows it.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "it may fail on other systems")]
fn last_change(file: &fs::Metadata) -> io::Result<String> {
    use std::os::unix::fs::MetadataExt as _;
    let (inode, seconds, nanoseconds) = (file.ino(), file.ctime(), file.ctime_nsec());
    Ok(format!("{inode} {seconds}.{nanoseconds:09}"))
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not show it")]
fn identity(file: &fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    Some(file.ino().to_string())
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Option<String> {
    None
}

#[cfg(not(unix))]
fn last_change(file: &fs::Metadata) -> io::Result<String> {
    Ok(format!("{:?} {:?}", file.created()?, file.modified()?))
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_seal_is_complete_at_any_moment() {
        let folder = std::env::temp_dir().join(format!("vibecode-seal-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.journal");
        let mut journal = File::create(&path).unwrap();
        let seal = |journal: &File| Seal::of(journal, &RunningChecksum::default()).unwrap();
        let first = seal(&journal);
        first.write_beside(&path).unwrap();
        // What a process would leave that is killed while it writes the next one.
        let mut left = File::open(path_of(&path)).unwrap();
        journal.write_all(b"line").unwrap();
        seal(&journal).write_beside(&path).unwrap();
        let mut text = Vec::new();
        left.read_to_end(&mut text).unwrap();
        assert_eq!(serde_json::from_slice::<Seal>(&text).unwrap(), first);
        assert!(seal(&journal).is_beside(&journal, &path));
        fs::remove_dir_all(&folder).unwrap();
    }
}
