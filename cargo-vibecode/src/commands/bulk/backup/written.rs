//! What a job wrote, in the row of a backup that undoes it: a record with another value was changed by somebody else
//! since.
//!
//! Example: a job changed the post of record 71 from `Clerk` to `Director`. The row of the backup is
//! `{"id":71,"wire:post":"Clerk","backup:written":{"post":["Director"]}}`. If the record has the post `Chief` now, the
//! undo would take away what somebody else has written, so the row fails. If two rows of the job set the post, both
//! values are listed, since the second may have failed.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use serde_json::Value;
use vibecode_runtime::{PatchJob, RawAnswer};

use crate::{
    commands::bulk::{
        input::{
            Input,
            rows::{Record, WRITTEN},
        },
        record_fields::RecordFields,
        repeated::RepeatedRecords,
        send::plan::Plan,
    },
    failure::Failure,
};

/// The values that a job may have written to the fields of a record, by their wire names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WrittenValues(BTreeMap<String, Vec<Value>>);

impl WrittenValues {
    /// Adds what a job sets and clears.
    #[expect(clippy::expect_used, reason = "the runtime wrote the JSON")]
    pub(crate) fn add(&mut self, job: &PatchJob) {
        for field in job.fields() {
            // What is added is not undone.
            let Some(json) = field.json() else {
                continue;
            };
            let value: Value = serde_json::from_str(json).expect("a job consists of JSON");
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
    #[expect(clippy::expect_used, reason = "texts and JSON")]
    pub(crate) fn json<'f>(&self, fields: impl IntoIterator<Item = &'f str>) -> String {
        let values = fields
            .into_iter()
            .filter_map(|field| Some((field, self.0.get(field)?)));
        let values: BTreeMap<&str, &Vec<Value>> = values.collect();
        serde_json::to_string(&values).expect("a map of texts to JSON is JSON")
    }

    /// Reads the values from a row of a file. `None` if the file is not a backup, or if an earlier version wrote it: then
    /// neither its first line nor the row mentions them.
    ///
    /// # Errors
    /// If the row of a backup does not have them, or if they are not understood.
    pub(crate) fn of_row(input: &Input, row: &Record) -> Result<Option<Self>, Failure> {
        let Some(origin) = &input.origin else {
            return Ok(None);
        };
        let failed = |problem: &str| {
            let problem = format!("row {}: {problem}: restore the backup", row.line);
            Err(Failure::in_file(&input.path, problem))
        };
        let line = str::from_utf8(row.raw_line()).ok();
        let Some(fields) = line.and_then(RecordFields::read) else {
            return failed("the row is not understood, so it is not known what the job wrote");
        };
        match fields.get(WRITTEN) {
            None if origin.has_written => failed(&format!(
                "`{WRITTEN}` is missing, so it is not known whether somebody else has changed the record since"
            )),
            None => Ok(None),
            Some(json) => match serde_json::from_str(json.get()) {
                Ok(values) => Ok(Some(Self(values))),
                Err(_) => failed(&format!(
                    "`{WRITTEN}` does not list the values that the job wrote"
                )),
            },
        }
    }

    /// Returns the fields of an undo that have neither the old value nor one that the job wrote. A field of which no
    /// value is listed has none that the job wrote.
    pub(crate) fn changed_since(&self, undo: &PatchJob, record: &RawAnswer) -> Vec<String> {
        let different = undo.mismatches(record);
        let changed = different
            .iter()
            .map(vibecode_runtime::Mismatch::field)
            .filter(|field| {
                let mut written = self.0.get(*field).into_iter().flatten();
                !written.any(|value| has(undo, field, value, record))
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
    pub(crate) fn of(mut plan: Plan<'_>, repeated: &RepeatedRecords) -> Result<Self, Failure> {
        let mut by_id: HashMap<u64, WrittenValues> = HashMap::new();
        while let Some(batch) = plan.next_batch()? {
            for job in batch
                .jobs
                .iter()
                .filter(|job| repeated.rows(job.id()).is_some())
            {
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
