//! A small file beside the journal, by which an older copy of the journal is recognised that was put back.
//!
//! Example: a job ends after 10 of 60 rows, and somebody copies its journal. The job is resumed, and killed while row 11
//! is under way. The copy is put back: each of its lines is as it was written, and the last one says that no request is
//! under way. Row 11 would be sent at once, and its phone would be added twice.
//!
//! So whenever a journal says that nothing is under way, the seal records how long it is, the checksum of its lines, and
//! what the file system says of its last change, which no copy keeps: on Unix the inode and the time of the last change of
//! the inode, which only the kernel sets. A journal without this seal was changed or copied, or its process was killed
//! between the two files. Then the job waits as if the process had been killed just now.
//!
//! This does not recognise a copy of both files that was put back within the precision of the file system's times (4 ms
//! or less on most, 2 s on FAT). On Windows there is no such time, so a tool that restores the times of creation and of
//! the last write with both files is not recognised. Nor is a virtual machine or a volume that was reset to a snapshot:
//! there everything is as it was.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::checksum::RunningChecksum;
use crate::text_file::{make_private, private};

/// A file that is longer, in bytes, is not a seal.
const MAX_BYTES: u64 = 4096;

/// How a journal was when it was last written while nothing was under way.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    length: u64,
    sum: String,
    last_change: String,
}

impl Seal {
    /// Returns the seal of a journal as it is now.
    pub(super) fn of(journal: &File, sum: &RunningChecksum) -> io::Result<Self> {
        let metadata = journal.metadata()?;
        Ok(Self {
            length: metadata.len(),
            sum: sum.as_str().to_owned(),
            last_change: last_change(&metadata)?,
        })
    }

    /// Returns whether this seal is beside a journal.
    pub(super) fn is_beside(&self, journal: &Path) -> bool {
        let path = path_of(journal);
        let is_short = fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() < MAX_BYTES);
        let text = is_short.then(|| fs::read(path).ok()).flatten();
        let seal = text.and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        seal.as_ref() == Some(self)
    }

    /// Writes the seal beside a journal. If that fails, the journal has none, and the resumed job waits.
    pub(super) fn write_beside(&self, journal: &Path) -> io::Result<()> {
        let mut json = serde_json::to_vec(self)?;
        json.push(b'\n');
        let mut options = private();
        let mut file = options.create(true).truncate(true).open(path_of(journal))?;
        make_private(&file)?;
        io::Write::write_all(&mut file, &json)
    }
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

#[cfg(not(unix))]
fn last_change(file: &fs::Metadata) -> io::Result<String> {
    Ok(format!("{:?} {:?}", file.created()?, file.modified()?))
}
