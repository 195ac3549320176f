//! What a job wrote, in the row of a backup that undoes it: a record with another value was changed by somebody else
//! since.
//!
//! Example: a job changed the post of record 71 from `Clerk` to `Director`. The row of the backup is
//! `{"id":71,"wire:post":"Clerk","backup:written":{"post":["Director"]}}`. If the record has the post `Chief` now, the
//! undo would take away what somebody else has written, so the row fails. If two rows of the job set the post, both
//! values are listed, since the second may have failed.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use vibecode_runtime::{PatchJob, RawAnswer};

use crate::{
    change::PIPELINE,
    commands::bulk::{
        input::{
            Input,
            rows::{Record, WRITTEN, WRITTEN_BY},
        },
        journal::row_set::Ranges,
        record_fields::RecordFields,
        repeated::RepeatedRecords,
        row_name::{record_name, row_name},
        send::plan::Plan,
    },
    failure::Failure,
};

/// The values that a job may have written to the fields of a record, by their wire names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WrittenValues {
    by_field: BTreeMap<String, WrittenField>,
}

/// The values that rows of a job set a field to, and these rows. The row of a backup does not say which of its rows set
/// which field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct WrittenField(Vec<Value>, Ranges);

impl WrittenValues {
    /// Adds what a row sets and clears.
    #[expect(clippy::expect_used, reason = "the runtime wrote the JSON")]
    pub(crate) fn add(&mut self, number: u64, job: &PatchJob) {
        for field in job.fields() {
            // What is added is not undone.
            let Some(json) = field.json() else {
                continue;
            };
            let value: Value = serde_json::from_str(json).expect("a job consists of JSON");
            let field = self.by_field.entry(field.name().to_owned()).or_default();
            let WrittenField(values, rows) = field;
            *rows = rows.iter().chain([number]).collect();
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }

    pub(crate) fn of_row_alone(number: u64, job: &PatchJob) -> Self {
        let mut values = Self::default();
        values.add(number, job);
        values
    }

    /// Takes out the fields whose values a row of the job changes in its record. If it changes the pipeline, these are all
    /// fields, since that also changes the stage, which another row may set.
    fn take_changed(&mut self, job: &PatchJob, record: &RawAnswer) -> Self {
        let different = job.mismatches(record);
        let of_job = different.iter().map(vibecode_runtime::Mismatch::field);
        let mut names: Vec<String> = of_job.map(str::to_owned).collect();
        if names.iter().any(|name| name == PIPELINE) {
            names.extend(self.changed_in(job, record).map(str::to_owned));
        }
        let taken = names.into_iter().filter_map(|name| {
            let field = self.by_field.remove(&name)?;
            Some((name, field))
        });
        Self {
            by_field: taken.collect(),
        }
    }

    /// Returns the fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.by_field.keys().map(String::as_str)
    }

    pub(crate) fn has_field(&self, name: &str) -> bool {
        self.by_field.contains_key(name)
    }

    /// Returns the rows that set these fields.
    pub(super) fn rows<'f>(&self, fields: impl IntoIterator<Item = &'f str>) -> Ranges {
        let fields = fields
            .into_iter()
            .filter_map(|name| self.by_field.get(name));
        let rows: BTreeSet<u64> = fields
            .flat_map(|WrittenField(_, rows)| rows.iter())
            .collect();
        rows.into_iter().collect()
    }

    fn values(&self, field: &str) -> impl Iterator<Item = &Value> {
        let field = self.by_field.get(field);
        field.into_iter().flat_map(|WrittenField(values, _)| values)
    }

    /// Returns whether a record, which is that of a job, has one of the values in a field.
    pub(crate) fn any_is_in(&self, job: &PatchJob, field: &str, record: &RawAnswer) -> bool {
        let mut values = self.values(field);
        values.any(|value| has(job, field, value, record))
    }

    /// Returns all values, and the rows, as JSON.
    #[expect(clippy::expect_used, reason = "texts and JSON")]
    fn all_json(&self) -> Box<str> {
        let json = serde_json::to_string(&self.by_field);
        json.expect("a map of texts to JSON is JSON").into()
    }

    /// Reads what `all_json` has returned.
    #[expect(clippy::expect_used, reason = "it is our own JSON")]
    fn of_json(json: &str) -> Self {
        let by_field = serde_json::from_str(json).expect("a map of texts to JSON");
        Self { by_field }
    }

    /// Returns the fields of which one of the values is another than the record has.
    fn changed_in<'w>(
        &'w self,
        job: &'w PatchJob,
        record: &'w RawAnswer,
    ) -> impl Iterator<Item = &'w str> {
        let differs = |field: &&str| {
            !self
                .values(field)
                .all(|value| has(job, field, value, record))
        };
        self.fields().filter(differs)
    }

    /// Returns the values of these fields as the JSON of a backup's row.
    #[expect(clippy::expect_used, reason = "texts and JSON")]
    pub(crate) fn json<'f>(&self, fields: impl IntoIterator<Item = &'f str>) -> String {
        let values = fields.into_iter().filter_map(|name| {
            let WrittenField(values, _) = self.by_field.get(name)?;
            Some((name, values))
        });
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
        let line = str::from_utf8(row.raw_line()).ok();
        let fields = line.and_then(RecordFields::read);
        let failed = |problem: &str| {
            let id = fields.as_ref().and_then(RecordFields::id);
            let record = id.map(|id| record_name(&origin.entity, id));
            let row = row_name(row.number, record.as_deref());
            let problem = format!("{row}: {problem}: restore the backup");
            Err(Failure::in_file(&input.path, problem))
        };
        let Some(fields) = &fields else {
            return failed("the row is not understood, so it is not known what the job wrote");
        };
        if rows_of(fields).is_err() {
            return failed(&format!(
                "`{WRITTEN_BY}` does not list the rows of the job that wrote the values"
            ));
        }
        match fields.get(WRITTEN) {
            None if origin.has_written => failed(&format!(
                "`{WRITTEN}` is missing, so it is not known whether somebody else has changed the record since"
            )),
            None => Ok(None),
            Some(json) => match serde_json::from_str::<BTreeMap<String, Vec<Value>>>(json.get()) {
                Ok(values) => {
                    let fields = values.into_iter();
                    let by_field = fields
                        .map(|(name, values)| (name, WrittenField(values, Ranges::default())))
                        .collect();
                    Ok(Some(Self { by_field }))
                }
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
                let mut written = self.values(field);
                !written.any(|value| has(undo, field, value, record))
            });
        changed.map(str::to_owned).collect()
    }
}

/// Returns the rows of the job that wrote the values of a backup's row; `None` if an earlier version wrote the backup.
pub(super) fn rows_of(fields: &RecordFields<'_>) -> serde_json::Result<Option<Ranges>> {
    let json = fields.get(WRITTEN_BY);
    json.map(|json| serde_json::from_str(json.get()))
        .transpose()
}

/// Returns whether a record, which is that of a job, has this value in a field.
fn has(of_record: &PatchJob, field: &str, value: &Value, record: &RawAnswer) -> bool {
    let patch = of_record.untyped_with(field, value);
    patch
        .job()
        .is_ok_and(|job| job.mismatches(record).is_empty())
}

/// The memory for the values of records that several rows are about, in bytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The memory for the values of one record.
const MAX_BYTES_OF_RECORD: usize = 16 * 1024;
/// What a record takes beside its values.
const BYTES_PER_RECORD: usize = 64;

/// The values that the rows of a job write to each record that several of them are about, so that a backup has each field
/// of a record once, with the value before the first row that changes it. Memory is bounded: a record for which there is no
/// room has the fields of each of its rows.
#[derive(Debug, Clone)]
pub(crate) struct WrittenByRecord {
    by_id: HashMap<u64, OfRecord>,
    bytes: usize,
    max_bytes: usize,
    /// Whether there was no room for a record, or for all of its values.
    pub(crate) is_incomplete: bool,
    /// Whether a record was left out. Then no further one is added, since its first rows may have been left out.
    has_left_out: bool,
}

#[derive(Debug, Clone)]
enum OfRecord {
    /// Those of all of its rows that are not in the backup yet, as JSON, which takes less memory.
    Values(Box<str>),
    TooMany,
}

impl Default for WrittenByRecord {
    fn default() -> Self {
        Self::with_room(MAX_BYTES)
    }
}

impl WrittenByRecord {
    fn with_room(max_bytes: usize) -> Self {
        Self {
            by_id: HashMap::new(),
            bytes: 0,
            max_bytes,
            is_incomplete: false,
            has_left_out: false,
        }
    }

    /// Returns whether no record has several rows, as far as there was room.
    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Returns whether a record has several rows and there was room for the values of all of them.
    pub(super) fn has_room_for(&self, id: u64) -> bool {
        matches!(self.by_id.get(&id), Some(OfRecord::Values(_)))
    }

    /// Removes fields whose old values are in the backup already.
    pub(super) fn remove(&mut self, id: u64, fields: &[String]) {
        if let Some(OfRecord::Values(json)) = self.by_id.get_mut(&id) {
            let mut left = WrittenValues::of_json(json);
            left.by_field.retain(|field, _| !fields.contains(field));
            *json = left.all_json();
        }
    }

    /// Reads the rows of a plan. `repeated` are the records that several rows are about.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn of(mut plan: Plan<'_>, repeated: &RepeatedRecords) -> Result<Self, Failure> {
        let mut by_record = Self::default();
        while let Some(batch) = plan.next_batch()? {
            let rows = batch.row_numbers.iter().zip(&batch.jobs);
            for (number, job) in rows.filter(|(_, job)| repeated.rows(job.id()).is_some()) {
                by_record.add(*number, job);
            }
        }
        Ok(by_record)
    }

    /// Adds the values of a row. Those of a record are complete or not there at all.
    fn add(&mut self, number: u64, job: &PatchJob) {
        let is_full = self.bytes >= self.max_bytes;
        let of_record = match self.by_id.entry(job.id()) {
            Entry::Occupied(of_record) => of_record.into_mut(),
            Entry::Vacant(_) if is_full || self.has_left_out => {
                // A later row must not be taken for the first.
                self.has_left_out = true;
                self.is_incomplete = true;
                return;
            }
            Entry::Vacant(free) => {
                self.bytes += BYTES_PER_RECORD;
                free.insert(OfRecord::Values(WrittenValues::default().all_json()))
            }
        };
        let OfRecord::Values(before) = of_record else {
            return;
        };
        self.bytes -= before.len();
        let mut values = WrittenValues::of_json(before);
        values.add(number, job);
        let after = values.all_json();
        if is_full || after.len() > MAX_BYTES_OF_RECORD {
            self.is_incomplete = true;
            *of_record = OfRecord::TooMany;
            return;
        }
        self.bytes += after.len();
        *of_record = OfRecord::Values(after);
    }

    /// Returns what all rows about a record write; `None` if no row is, or if there was no room for it.
    pub(crate) fn values_of(&self, id: u64) -> Option<WrittenValues> {
        match self.by_id.get(&id)? {
            OfRecord::Values(json) => Some(WrittenValues::of_json(json)),
            OfRecord::TooMany => None,
        }
    }

    /// Returns the values of the fields whose old values the backup gets from the record as it is before a row of the job
    /// is sent: those that it changes and that the backup does not have. To be called for each row, in their order.
    pub(crate) fn take(
        &mut self,
        number: u64,
        job: &PatchJob,
        record: &RawAnswer,
    ) -> WrittenValues {
        let Some(OfRecord::Values(json)) = self.by_id.get_mut(&job.id()) else {
            return WrittenValues::of_row_alone(number, job).take_changed(job, record);
        };
        let mut left = WrittenValues::of_json(json);
        let taken = left.take_changed(job, record);
        *json = left.all_json();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: u64, field: &str, value: &str) -> PatchJob {
        let patch = PatchJob::untyped("contacts", id).set(field, value);
        patch.job().unwrap()
    }

    fn record(json: &str) -> RawAnswer {
        RawAnswer::from_json::<vibecode_runtime::Contacts>(json).unwrap()
    }

    /// The fields that a row takes, with their values, and the rows that set them.
    fn taken(written: &mut WrittenByRecord, number: u64, job: &PatchJob, json: &str) -> String {
        let taken = written.take(number, job, &record(json));
        format!(
            "{} {}",
            taken.json(taken.fields()),
            taken.rows(taken.fields())
        )
    }

    const EMPTY: &str = r#"{"post":null,"name":null}"#;

    #[test]
    fn each_field_of_a_record_is_taken_once_by_the_first_row_that_changes_it() {
        let rows = [
            job(1, "post", "a"),
            job(2, "post", "x"),
            job(1, "post", "b"),
            job(1, "name", "c"),
        ];
        let mut written = WrittenByRecord::default();
        for (number, row) in (2..).zip(&rows) {
            written.add(number, row);
        }
        let mut resumed = written.clone();
        resumed.remove(1, &["post".to_owned()]);
        let post = r#"{"post":["a","b"]} 2,4"#;
        assert_eq!(taken(&mut written, 2, &rows[0], EMPTY), post);
        assert_eq!(
            taken(&mut written, 3, &rows[1], EMPTY),
            r#"{"post":["x"]} 3"#
        );
        assert_eq!(taken(&mut written, 4, &rows[2], r#"{"post":"a"}"#), "{} ");
        assert_eq!(
            taken(&mut written, 5, &rows[3], EMPTY),
            r#"{"name":["c"]} 5"#
        );
        // The post is in the backup of an earlier process.
        assert_eq!(taken(&mut resumed, 2, &rows[0], EMPTY), "{} ");
        assert_eq!(
            taken(&mut resumed, 5, &rows[3], EMPTY),
            r#"{"name":["c"]} 5"#
        );
    }

    #[test]
    fn a_row_that_changes_nothing_leaves_its_field_to_a_later_row() {
        let rows = [job(1, "post", "a"), job(1, "post", "b")];
        let mut written = WrittenByRecord::default();
        for (number, row) in (2..).zip(&rows) {
            written.add(number, row);
        }
        let same = r#"{"post":"a"}"#;
        assert_eq!(taken(&mut written, 2, &rows[0], same), "{} ");
        assert_eq!(
            taken(&mut written, 3, &rows[1], same),
            r#"{"post":["a","b"]} 2-3"#
        );
    }

    #[test]
    fn a_row_that_changes_the_pipeline_takes_the_stage_of_a_later_row() {
        let deal = |field: &str, value: &str| {
            PatchJob::untyped("deals", 1)
                .set(field, value)
                .job()
                .unwrap()
        };
        let rows = [deal("categoryId", "5"), deal("stageId", "C5:WON")];
        let mut written = WrittenByRecord::default();
        for (number, row) in (2..).zip(&rows) {
            written.add(number, row);
        }
        let before = r#"{"categoryId":0,"stageId":"NEW"}"#;
        let both = taken(&mut written, 2, &rows[0], before);
        assert_eq!(both, r#"{"categoryId":["5"],"stageId":["C5:WON"]} 2-3"#);
        let after = r#"{"categoryId":5,"stageId":"C5:NEW"}"#;
        assert_eq!(taken(&mut written, 3, &rows[1], after), "{} ");
    }

    #[test]
    fn memory_is_bounded_and_the_values_of_a_record_are_complete_or_not_there() {
        let mut written = WrittenByRecord::with_room(100_000);
        let (long, ids) = ("a".repeat(1000), 1..=150);
        for round in ["1", "2"] {
            for id in ids.clone() {
                written.add(id, &job(id, "post", &format!("{long}{round}")));
            }
        }
        assert!(
            written.bytes <= 100_000 + MAX_BYTES_OF_RECORD,
            "{}",
            written.bytes
        );
        assert!(written.is_incomplete);
        for id in ids {
            let row = job(id, "post", &format!("{long}1"));
            let taken = written.take(1, &row, &record(EMPTY));
            let is_alone = taken == WrittenValues::of_row_alone(1, &row);
            assert!(is_alone || taken.values("post").count() == 2, "{id}");
        }
    }

    #[test]
    fn a_record_with_very_many_rows_takes_the_room_of_no_other() {
        let mut written = WrittenByRecord::default();
        for row in 0..2_000 {
            written.add(row, &job(1, "post", &format!("{row:>8}")));
        }
        assert!(written.bytes <= 2 * MAX_BYTES_OF_RECORD);
        let row = job(1, "post", "0");
        let alone = WrittenValues::of_row_alone(1, &row);
        assert_eq!(written.take(1, &row, &record(EMPTY)), alone);
        for (number, value) in [(2, "a"), (3, "b")] {
            written.add(number, &job(2, "post", value));
        }
        let taken = taken(&mut written, 2, &job(2, "post", "a"), EMPTY);
        assert_eq!(taken, r#"{"post":["a","b"]} 2-3"#);
    }
}
