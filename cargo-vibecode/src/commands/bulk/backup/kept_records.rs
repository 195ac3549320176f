//! What rows of backups say of records: the old values, and what the job writes instead.

use std::collections::HashMap;

use vibecode_runtime::{Mismatch, PatchJob, RawAnswer};
use vibecode_spec::Multifield;

use super::written::WrittenValues;
use crate::{
    change::PIPELINE,
    commands::bulk::input::{Input, columns::ColumnOptions, row_jobs::RowJobs},
    failure::Failure,
};

/// Rows of backups, by the ids of their records.
#[derive(Debug, Default)]
pub(in crate::commands::bulk) struct KeptRecords(HashMap<u64, Vec<Kept>>);

/// A row of a backup.
#[derive(Debug)]
struct Kept {
    /// What restores the old values. `None`: it is not understood, such as the label of an option that was removed since.
    undo: Option<PatchJob>,
    /// What the job writes to these fields.
    written: WrittenValues,
}

impl Kept {
    /// Returns whether a record has the old value of a field, or one that the job writes. `None` if the row does not
    /// restore the field, or is not understood.
    fn explain(&self, field: &str, record: &RawAnswer) -> Option<bool> {
        let undo = self.undo.as_ref()?;
        if !undo.fields().any(|it| it.name() == field) {
            return None;
        }
        let changed = self.written.changed_since(undo, record);
        Some(!changed.iter().any(|it| it == field))
    }
}

/// Whether all rows are understood that are about the records in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Understood {
    All,
    NotAll,
}

impl KeptRecords {
    /// Adds the rows of a backup that are about some records.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn add(
        &mut self,
        backup: &Input,
        options: &ColumnOptions<'_>,
        is_about: impl Fn(u64) -> bool,
    ) -> Result<Understood, Failure> {
        let mut rows = RowJobs::open(backup, options)?;
        let mut understood = Understood::All;
        while let Some(row) = rows.next()? {
            let written = WrittenValues::of_row(backup, rows.record())?;
            let id = row.id();
            if id.is_some_and(|id| !is_about(id)) {
                continue;
            }
            let undo = row.change.ok().and_then(|(_, undo)| undo);
            if undo.is_none() || written.is_none() {
                understood = Understood::NotAll;
            }
            if let Some((id, written)) = id.zip(written) {
                let of_record = self.0.entry(id).or_default();
                of_record.push(Kept { undo, written });
            }
        }
        Ok(understood)
    }

    /// Returns whether a record has an old value of a field that a row about it sets, or one that the job writes. `None` if
    /// no row that is understood restores the field.
    pub(super) fn explain(
        &self,
        job: &PatchJob,
        field: &str,
        record: &RawAnswer,
        sent: &ColumnOptions<'_>,
    ) -> Option<bool> {
        let of_record = self
            .of_record(job)
            .filter_map(|it| it.explain(field, record));
        let is_explained = of_record.reduce(|one, other| one || other)?;
        // A row that moves a deal to another pipeline also changes its stage.
        let codes = sent.schema.field(field).and_then(|it| it.codes.as_ref());
        let is_stage = codes.is_some_and(vibecode_spec::CodeSet::is_by_pipeline);
        Some(is_explained || is_stage && self.has_moved(job, record))
    }

    fn of_record(&self, job: &PatchJob) -> impl Iterator<Item = &Kept> {
        self.0.get(&job.id()).into_iter().flatten()
    }

    /// Returns whether the record of a job is in a pipeline that the rows of the file set.
    pub(super) fn has_moved(&self, job: &PatchJob, record: &RawAnswer) -> bool {
        self.of_record(job)
            .any(|it| it.written.any_is_in(job, PIPELINE, record))
    }

    /// Returns the fields that a row sets and that its record has neither with an old value nor with one that the job writes.
    /// An old value that is not understood counts as another one than the record has.
    pub(in crate::commands::bulk) fn changed_since(
        &self,
        job: &PatchJob,
        record: &RawAnswer,
        sent: &ColumnOptions<'_>,
    ) -> Vec<String> {
        let different = different_fields(job, record).into_iter();
        let changed = different.filter(|field| {
            let is_explained = self.explain(job, field, record, sent);
            !is_explained.unwrap_or_else(|| self.has_written(job, field, record))
        });
        changed.collect()
    }

    /// Returns whether no row of a backup has a field, or whether its record has a value that the job writes to it.
    fn has_written(&self, job: &PatchJob, field: &str, record: &RawAnswer) -> bool {
        let mut of_field = self.of_record(job).filter(|it| it.written.has_field(field));
        let is_written = |it: &Kept| it.written.any_is_in(job, field, record);
        of_field
            .next()
            .is_none_or(|first| is_written(first) || of_field.any(is_written))
    }
}

/// Returns the fields that a row sets and of which its record has another value. What is added replaces nothing.
pub(super) fn different_fields(job: &PatchJob, record: &RawAnswer) -> Vec<String> {
    let different = job.mismatches(record);
    let different = different.iter().map(Mismatch::field);
    let of_fields = different.filter(|field| Multifield::of_field(field).is_none());
    of_fields.map(str::to_owned).collect()
}
