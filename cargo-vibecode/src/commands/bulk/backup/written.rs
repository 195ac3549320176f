//! What a job wrote, in the row of a backup that undoes it: a record with another value was changed by somebody else
//! since.
//!
//! Example: a job changed the post of record 71 from `Clerk` to `Director`. The row of the backup is
//! `{"id":71,"wire:post":"Clerk","backup:written":{"post":["Director"]}}`. If the record has the post `Chief` now, the
//! undo would take away what somebody else has written, so the row fails. If two rows of the job set the post, both
//! values are listed, since the second may have failed.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
};

use serde_json::Value;
use vibecode_runtime::{PatchJob, RawAnswer};

use crate::{
    commands::bulk::{
        input::rows::{Record, WRITTEN},
        record_fields::RecordFields,
        send::plan::Plan,
    },
    failure::Failure,
};

/// The values that a job may have written to the fields of a record, by their wire names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WrittenValues(BTreeMap<String, Vec<Value>>);

impl WrittenValues {
    /// Adds what a job sets and clears.
    pub(crate) fn add(&mut self, job: &PatchJob) {
        for field in job.fields() {
            let value = field
                .json()
                .and_then(|json| serde_json::from_str(json).ok());
            let Some(value) = value else {
                continue;
            };
            let values = self.0.entry(field.name().to_owned()).or_default();
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }

    pub(crate) fn of_job(job: &PatchJob) -> Self {
        let mut values = Self::default();
        values.add(job);
        values
    }

    /// Returns the values of these fields as the JSON of a backup's row.
    pub(crate) fn json<'f>(&self, fields: impl IntoIterator<Item = &'f str>) -> String {
        let values = fields
            .into_iter()
            .filter_map(|field| Some((field, self.0.get(field)?)));
        let values: BTreeMap<&str, &Vec<Value>> = values.collect();
        // A map of texts to JSON is always JSON.
        serde_json::to_string(&values).unwrap_or_default()
    }

    /// Reads the values from a row of a backup; `None` if it is one of an earlier version.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn of_row(row: &Record) -> Result<Option<Self>, String> {
        let line = str::from_utf8(row.raw_line()).unwrap_or_default();
        let fields = RecordFields::read(line).unwrap_or_default();
        let Some(json) = fields.get(WRITTEN) else {
            return Ok(None);
        };
        let values = serde_json::from_str(json.get());
        values.map(|values| Some(Self(values))).map_err(|_| {
            format!("`{WRITTEN}` does not list the values that the job wrote: restore the backup")
        })
    }

    /// Returns the fields of an undo that have neither the old value nor one that the job wrote.
    pub(crate) fn changed_since(&self, undo: &PatchJob, record: &RawAnswer) -> Vec<String> {
        let different = undo.mismatches(record);
        let changed = different
            .iter()
            .map(vibecode_runtime::Mismatch::field)
            .filter(|field| {
                let Some(written) = self.0.get(*field) else {
                    return false;
                };
                !written.iter().any(|value| has(undo, field, value, record))
            });
        changed.map(str::to_owned).collect()
    }
}

/// Returns whether a record has this value in a field.
fn has(undo: &PatchJob, field: &str, value: &Value, record: &RawAnswer) -> bool {
    let job = PatchJob::untyped(undo.entity(), undo.id()).set(field, value);
    job.job().is_ok_and(|job| job.mismatches(record).is_empty())
}

/// The values that the rows of a job write to each record that several of them are about.
#[derive(Debug, Default)]
pub(crate) struct WrittenByRecord(HashMap<u64, WrittenValues>);

impl WrittenByRecord {
    /// Reads the rows of a plan. `repeated` are the records that several rows are about.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn of(mut plan: Plan<'_>, repeated: &HashSet<u64>) -> Result<Self, Failure> {
        let mut by_id: HashMap<u64, WrittenValues> = HashMap::new();
        while let Some(batch) = plan.next_batch()? {
            for job in batch.jobs.iter().filter(|job| repeated.contains(&job.id())) {
                by_id.entry(job.id()).or_default().add(job);
            }
        }
        Ok(Self(by_id))
    }

    /// Returns the values that the record of a row may have once the job is done.
    pub(crate) fn of_row(&self, job: &PatchJob) -> Cow<'_, WrittenValues> {
        match self.0.get(&job.id()) {
            Some(written) => Cow::Borrowed(written),
            None => Cow::Owned(WrittenValues::of_job(job)),
        }
    }
}
