//! The old values of rows that an earlier process has sent without an answer, as the backups of the job have them.
//!
//! Such rows are sent again when the job is resumed, perhaps days later. Somebody may have changed a record in between,
//! and no backup has what they wrote.
//!
//! Example: row 2 changes the post of record 71 from `Clerk` to `Director`, and the job is killed while the row is under
//! way. When it is resumed, the record may have the post `Clerk` or `Director`. If it has `Chief`, the row is not sent.

use std::{
    collections::HashSet,
    fmt,
    path::{Path, PathBuf},
};

use vibecode_runtime::{PatchJob, RawAnswer};

use super::{
    added::read_list,
    appended_file::is_backup_of,
    files::incomplete,
    kept_records::{KeptRecords, Understood, different_fields},
    undo_file,
};
use crate::{
    commands::bulk::{
        input::{FileOptions, Input, columns::ColumnOptions},
        journal::row_set::RowSet,
        row_name::record_id,
    },
    failure::Failure,
};

/// The rows that were sent without an answer and whose old values were kept, with these values.
#[derive(Debug)]
pub(in crate::commands::bulk) struct KeptValues {
    rows: RowSet,
    records: KeptRecords,
    /// The fields whose old values no backup restores, each with the id of its record.
    lost: HashSet<(u64, String)>,
    /// What the backups lack. If that is nothing, a field that they do not have had the value that the row sets.
    pub(in crate::commands::bulk) gaps: Vec<Gap>,
}

/// Why the old values of a backup are not all known.
#[derive(Debug)]
pub(in crate::commands::bulk) enum Gap {
    /// The journal names no backup.
    Unnamed,
    /// The backup or a list beside it is not there any more, or the file is another one.
    Missing(PathBuf),
    /// The backup or a list beside it cannot be read.
    Unreadable(Failure),
    /// A line of this file is not understood, or an earlier version wrote it.
    Unclear(PathBuf),
}

impl fmt::Display for Gap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed => write!(formatter, "the journal names no backup"),
            Self::Missing(path) => {
                write!(
                    formatter,
                    "{}: this file of the backup is not there any more",
                    path.display()
                )
            }
            Self::Unreadable(failure) => write!(formatter, "{failure}"),
            Self::Unclear(path) => {
                write!(
                    formatter,
                    "{}: not all lines are understood",
                    path.display()
                )
            }
        }
    }
}

impl KeptValues {
    /// Reads the values of these rows, which are about these records, from the backups of the job with this journal.
    /// Beside `with_lost_fields` there were lists of the fields that they do not restore.
    pub(in crate::commands::bulk) fn read(
        (rows, ids): (RowSet, &HashSet<u64>),
        (backups, with_lost_fields): &(Vec<PathBuf>, Vec<PathBuf>),
        journal: Option<&str>,
        sent: &ColumnOptions<'_>,
    ) -> Self {
        let mut kept = Self {
            rows,
            records: KeptRecords::default(),
            lost: HashSet::new(),
            gaps: Vec::new(),
        };
        if backups.is_empty() {
            kept.gaps.push(Gap::Unnamed);
        }
        for backup in backups {
            let gap = match is_backup_of(backup, journal) {
                Ok(true) => kept.add(backup, ids, sent).err().map(Gap::Unreadable),
                Ok(false) => Some(Gap::Missing(backup.clone())),
                Err(error) => Some(Gap::Unreadable(Failure::of_file(backup, &error))),
            };
            kept.gaps.extend(gap);
        }
        let lists = with_lost_fields.iter().map(|backup| incomplete(backup));
        let not_there = lists.filter(|list| !list.exists());
        kept.gaps.extend(not_there.map(Gap::Missing));
        kept
    }

    /// Returns the rows.
    pub(in crate::commands::bulk) fn rows(&self) -> &RowSet {
        &self.rows
    }

    /// Returns why a backup that is there cannot be read.
    pub(in crate::commands::bulk) fn unreadable(&self) -> Option<&Failure> {
        self.gaps.iter().find_map(|gap| match gap {
            Gap::Unreadable(failure) => Some(failure),
            Gap::Unnamed | Gap::Missing(_) | Gap::Unclear(_) => None,
        })
    }

    fn add(
        &mut self,
        backup: &Path,
        ids: &HashSet<u64>,
        sent: &ColumnOptions<'_>,
    ) -> Result<(), Failure> {
        let style = undo_file::style();
        let options = undo_file::options(sent, &style);
        let input = Input::open(backup, &FileOptions::default())?;
        let is_about = |id: u64| ids.contains(&id);
        // Otherwise it is not known which values the job writes, or which were there.
        if self.records.add(&input, &options, is_about)? == Understood::NotAll {
            self.gaps.push(Gap::Unclear(backup.to_owned()));
        }
        let lost = incomplete(backup);
        if lost.exists() {
            self.add_lost(&lost, sent)?;
        }
        Ok(())
    }

    /// Adds the fields of a list of those that are not restored.
    fn add_lost(&mut self, list: &Path, sent: &ColumnOptions<'_>) -> Result<(), Failure> {
        let mut is_understood = true;
        read_list(list, |cells| {
            let cell = |index| str::from_utf8(cells.get(index).unwrap_or_default()).ok();
            let id = cell(0).and_then(|record| record_id(sent.entity, record));
            let field = cell(1).and_then(|name| sent.schema.field(name));
            match id.zip(field) {
                Some((id, field)) => {
                    self.lost.insert((id, field.name.clone()));
                }
                None => is_understood = false,
            }
        })?;
        if !is_understood {
            self.gaps.push(Gap::Unclear(list.to_owned()));
        }
        Ok(())
    }

    /// Returns the fields of a row that somebody else has changed since its old values were kept: its record has neither
    /// these nor what the job writes.
    pub(in crate::commands::bulk) fn changed_since(
        &self,
        (number, job): (u64, &PatchJob),
        record: &RawAnswer,
        sent: &ColumnOptions<'_>,
    ) -> Vec<String> {
        if !self.rows.contains(number) {
            return Vec::new();
        }
        let different = different_fields(job, record).into_iter();
        let changed = different.filter(|it| {
            let is_explained = self.records.explain(job, it, record, sent);
            !is_explained.unwrap_or_else(|| self.may_have_had(job.id(), it))
        });
        changed.collect()
    }

    /// Returns whether a field that no backup restores may have had another value than the row sets.
    fn may_have_had(&self, id: u64, field: &str) -> bool {
        !self.gaps.is_empty() || self.lost.contains(&(id, field.to_owned()))
    }

    /// Returns whether the record of a job is in a pipeline that the job writes.
    pub(in crate::commands::bulk) fn has_moved(&self, job: &PatchJob, record: &RawAnswer) -> bool {
        self.records.has_moved(job, record)
    }
}
