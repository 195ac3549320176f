//! The positions, in the backups of a job, of the old values of the records that several rows are about.
//!
//! A backup has each field of such a record once. So the rows after the first one that changes it are compared with what
//! was kept: what somebody else has written in between would be replaced, and no backup would have it.
//!
//! Example: row 2 changes the post of record 71 from `Clerk` to `Director`, and row 700 to `Chief`. When the records of the
//! next 500 rows are read, 71 may have the post `Clerk`, `Director` or `Chief`. If it has `Expert`, row 700 is not sent.
//!
//! Only the positions of the lines are held in memory, and the lines are read again when they are needed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufRead, BufReader, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde_json::value::RawValue;

use super::{
    appended_file::is_backup_of,
    kept_records::KeptRecords,
    new_file::NewFile,
    undo_file::{self, id_of_line},
    written::WrittenByRecord,
};
use crate::{
    commands::bulk::{
        input::{FileOptions, Input, columns::ColumnOptions, origin::Origin, rows::WRITTEN},
        record_fields::RecordFields,
    },
    failure::Failure,
};

/// The label of the temporary file that has the lines of the records in question.
pub(super) const EARLIER: &str = ".earlier";

/// The lines of the records for which [`WrittenByRecord`] has room. The backup has every row of the others with the old
/// values before that row.
#[derive(Debug, Default)]
pub(in crate::commands::bulk) struct KeptLines {
    backups: Vec<PathBuf>,
    /// The id of the record, the index of the backup, and where the line begins.
    positions: BTreeSet<(u64, usize, u64)>,
}

impl KeptLines {
    /// Finds the lines of those of these backups that are of the job with this journal and are there, and takes the fields
    /// whose old values they have out of what is still to be kept.
    ///
    /// # Errors
    /// If a backup cannot be read, or if a row of it is not understood.
    pub(in crate::commands::bulk) fn read(
        backups: &[PathBuf],
        journal: Option<&str>,
        written: &mut WrittenByRecord,
    ) -> Result<Self, Failure> {
        let mut lines = Self::default();
        for backup in backups {
            let added = lines.add_backup(backup, journal, written);
            added.map_err(|error| Failure::of_file(backup, &error))?;
        }
        Ok(lines)
    }

    fn add_backup(
        &mut self,
        backup: &Path,
        journal: Option<&str>,
        written: &mut WrittenByRecord,
    ) -> io::Result<()> {
        if !is_backup_of(backup, journal)? {
            return Ok(());
        }
        let mut reader = BufReader::new(File::open(backup)?);
        let (mut line, mut begins_at) = (String::new(), 0);
        while reader.read_line(&mut line)? > 0 {
            if Origin::of_line(&line).is_none() {
                let row = id_and_fields(&line).ok_or_else(|| {
                    let problem = "a row is not understood, so it is not known which old values it has: restore the backup";
                    io::Error::new(io::ErrorKind::InvalidData, problem)
                });
                let (id, fields) = row?;
                if written.has_room_for(id) {
                    written.remove(id, &fields);
                    self.add(id, backup, begins_at);
                }
            }
            begins_at += length_of(line.as_bytes());
            line.clear();
        }
        Ok(())
    }

    /// Adds the lines that were appended to a backup, from `begins_at` on.
    pub(super) fn append(
        &mut self,
        backup: &Path,
        mut begins_at: u64,
        lines: &[u8],
        written: &WrittenByRecord,
    ) {
        if written.is_empty() {
            return;
        }
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            if let Some(id) = id_of_line(line).filter(|id| written.has_room_for(*id)) {
                self.add(id, backup, begins_at);
            }
            begins_at += length_of(line);
        }
    }

    fn add(&mut self, id: u64, backup: &Path, begins_at: u64) {
        let known = self.backups.iter().position(|it| it == backup);
        let index = known.unwrap_or_else(|| {
            self.backups.push(backup.to_owned());
            self.backups.len() - 1
        });
        self.positions.insert((id, index, begins_at));
    }

    /// Returns what the lines of these records say; `None` if they have none. `backup` is where a temporary file may be.
    ///
    /// # Errors
    /// If a backup cannot be read, or was changed.
    pub(super) fn of_records(
        &self,
        ids: impl Iterator<Item = u64>,
        (backup, origin): (&Path, &Origin),
        sent: &ColumnOptions<'_>,
    ) -> Result<Option<KeptRecords>, Failure> {
        if self.positions.is_empty() {
            return Ok(None);
        }
        let ids: BTreeSet<u64> = ids.collect();
        let mut by_backup: BTreeMap<usize, Vec<(u64, u64)>> = BTreeMap::new();
        for id in &ids {
            let of_record = self
                .positions
                .range((*id, 0, 0)..=(*id, usize::MAX, u64::MAX));
            for (id, index, begins_at) in of_record {
                by_backup.entry(*index).or_default().push((*id, *begins_at));
            }
        }
        if by_backup.is_empty() {
            return Ok(None);
        }
        let mut lines = origin.to_line().into_bytes();
        for (index, positions) in by_backup {
            let Some(path) = self.backups.get(index) else {
                continue;
            };
            let read = read_lines(path, &positions, &mut lines);
            read.map_err(|error| Failure::of_file(path, &error))?;
        }
        let failed = |error: io::Error| Failure::of_file(backup, &error);
        let mut file = NewFile::create(backup, EARLIER).map_err(failed)?;
        file.write_all(&lines).map_err(failed)?;
        file.flush().map_err(failed)?;
        let style = undo_file::style();
        let options = undo_file::options(sent, &style);
        let input = Input::open(file.path(), &FileOptions::default())?;
        let mut records = KeptRecords::default();
        // A row that is not understood has another old value than the record: see `KeptRecords::changed_since`.
        let _ = records.add(&input, &options, |_| true)?;
        Ok(Some(records))
    }
}

/// Appends the lines at these positions of a backup, each with the id of its record.
fn read_lines(backup: &Path, positions: &[(u64, u64)], lines: &mut Vec<u8>) -> io::Result<()> {
    let mut reader = BufReader::new(File::open(backup)?);
    for (id, begins_at) in positions {
        reader.seek(SeekFrom::Start(*begins_at))?;
        let start = lines.len();
        reader.read_until(b'\n', lines)?;
        let line = lines.get(start..).unwrap_or_default();
        if id_of_line(line) != Some(*id) || !line.ends_with(b"\n") {
            return Err(io::Error::other(
                "it was changed by something else while the job was running",
            ));
        }
    }
    Ok(())
}

fn length_of(line: &[u8]) -> u64 {
    u64::try_from(line.len()).unwrap_or(u64::MAX)
}

/// Returns the id of the record of a row, and the fields that the row restores. `None` if it is not understood.
pub(super) fn id_and_fields(line: &str) -> Option<(u64, Vec<String>)> {
    let cells = RecordFields::read(line)?;
    let id = cells.id()?;
    let written: BTreeMap<String, &RawValue> =
        serde_json::from_str(cells.get(WRITTEN)?.get()).ok()?;
    Some((id, written.into_keys().collect()))
}
