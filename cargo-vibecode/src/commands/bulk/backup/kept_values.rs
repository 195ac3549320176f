//! The old values of rows that an earlier process has sent without an answer, as the backups of the job have them.
//!
//! Such rows are sent again when the job is resumed, perhaps days later. Somebody may have changed a record in between,
//! and no backup has what they wrote.
//!
//! Example: row 2 changes the post of record 71 from `Clerk` to `Director`, and the job is killed while the row is under
//! way. When it is resumed, the record may have the post `Clerk` or `Director`. If it has `Chief`, the row is not sent.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    path::{Path, PathBuf},
};

use vibecode_runtime::{PatchJob, RawAnswer};
use vibecode_spec::Multifield;

use super::{
    added::read_list, appended_file::is_backup_of, files::incomplete, undo_file,
    written::WrittenValues,
};
use crate::{
    change::PIPELINE,
    commands::bulk::{
        input::{FileOptions, Input, columns::ColumnOptions, row_jobs::RowJobs},
        journal::row_set::RowSet,
        row_name::record_id,
    },
    failure::Failure,
};

/// The rows that were sent without an answer and whose old values were kept, with these values.
#[derive(Debug)]
pub(in crate::commands::bulk) struct KeptValues {
    rows: RowSet,
    by_id: HashMap<u64, Vec<Kept>>,
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

/// A row of a backup.
#[derive(Debug)]
struct Kept {
    /// What restores the old values.
    undo: PatchJob,
    /// What the job writes to these fields.
    written: WrittenValues,
}

impl Kept {
    fn restores(&self, field: &str) -> bool {
        self.undo.fields().any(|it| it.name() == field)
    }

    /// Returns whether a record has the old value of a field, or one that the job writes.
    fn is_in(&self, field: &str, record: &RawAnswer) -> bool {
        let changed = self.written.changed_since(&self.undo, record);
        !changed.iter().any(|it| it == field)
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
            by_id: HashMap::new(),
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
        let mut rows = RowJobs::open(&input, &options)?;
        let mut is_understood = true;
        while let Some(row) = rows.next()? {
            let written = WrittenValues::of_row(&input, rows.record())?;
            match (row.change, written) {
                (Ok((id, Some(undo))), Some(written)) if ids.contains(&id) => {
                    let of_record = self.by_id.entry(id).or_default();
                    of_record.push(Kept { undo, written });
                }
                (Ok((id, _)), _) if !ids.contains(&id) => {}
                // It is not known which values the job writes, or which were there.
                _ => is_understood = false,
            }
        }
        if !is_understood {
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
        (line, job): (u64, &PatchJob),
        record: &RawAnswer,
        sent: &ColumnOptions<'_>,
    ) -> Vec<String> {
        if !self.rows.contains(line) {
            return Vec::new();
        }
        let different = job.mismatches(record);
        let different = different.iter().map(vibecode_runtime::Mismatch::field);
        // What is added replaces nothing.
        let of_fields = different.filter(|field| Multifield::of_field(field).is_none());
        let changed = of_fields.filter(|field| !self.is_explained(job.id(), field, record, sent));
        changed.map(str::to_owned).collect()
    }

    /// Returns whether nobody else has to have changed a field that has another value than the row sets.
    fn is_explained(
        &self,
        id: u64,
        field: &str,
        record: &RawAnswer,
        sent: &ColumnOptions<'_>,
    ) -> bool {
        let of_record = self.by_id.get(&id).map_or(&[][..], Vec::as_slice);
        let mut of_field = of_record.iter().filter(|it| it.restores(field)).peekable();
        if of_field.peek().is_none() {
            return !self.gaps.is_empty() || self.lost.contains(&(id, field.to_owned()));
        }
        // A row that moves a deal to another pipeline also changes its stage.
        let codes = sent.schema.field(field).and_then(|it| it.codes.as_ref());
        let is_stage = codes.is_some_and(vibecode_spec::CodeSet::is_by_pipeline);
        of_field.any(|it| it.is_in(field, record)) || is_stage && self.has_moved(id, record)
    }

    /// Returns whether a record is in a pipeline that the job writes.
    pub(in crate::commands::bulk) fn has_moved(&self, id: u64, record: &RawAnswer) -> bool {
        let mut of_record = self.by_id.get(&id).into_iter().flatten();
        of_record.any(|it| it.written.any_is_in(&it.undo, PIPELINE, record))
    }
}
