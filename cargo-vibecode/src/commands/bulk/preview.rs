//! What the rows would change, compared with the records as they are now.

use std::fmt::Write as _;

use serde_json::{Value, json};
use vibecode_runtime::Client;
use vibecode_spec::{Field, Kind, Schema, one_line};

use super::{
    check::{Checked, rows},
    ending::bad_rows,
    input::Input,
    journal::row_set::RowSet,
    old_values::{Addition, OldValue, RowChanges},
    pipelines::RefusedStage,
    plan_totals::PlanTotals,
    records::{FoundRecord, RecordReader},
    refused_rows::RefusedRows,
    repeated::RepeatedRecords,
    reviewed::{ReviewDigest, RowReview},
    row_name::record_name,
    send::{
        batch::RowError,
        plan::{Plan, Repeating},
    },
};
use crate::{failure::Failure, output::Output, progress::RequestProgress, record_batch::NotRead};

/// The maximum number of records that do not exist and are named at the end.
const MAX_NOT_FOUND_AT_END: usize = 10;

/// How many rows would do what.
#[derive(Debug, Default)]
pub(super) struct Preview {
    changed: u64,
    same: u64,
    not_found: u64,
    /// Rows of an undo that would fail, since their records were changed since.
    changed_since: u64,
    /// Rows of an undo that would fail, since their records are in another pipeline than that of the stage.
    other_pipeline: u64,
    /// Rows that would fail, since their records cannot be read.
    not_read: u64,
    totals: PlanTotals,
    digest: ReviewDigest,
    rows_not_found: RowSet,
    /// The first of the rows without a record, each with the name of the record.
    first_not_found: Vec<(u64, String)>,
    rows_refused: RowSet,
    rows_not_read: RowSet,
    /// The rows that are not sent, since earlier rows add all that they would add.
    unsent: Vec<Repeating>,
}

/// How a preview is made.
#[derive(Debug)]
pub(super) struct PreviewOptions<'a> {
    pub(super) entity: &'a str,
    pub(super) schema: &'a Schema,
    /// Whether an undo also replaces what somebody else has written since.
    pub(super) overwrites_newer: bool,
    /// The records that several rows are about.
    pub(super) repeated: &'a RepeatedRecords,
    /// The rows that must not be sent, if they are shown.
    pub(super) refused: Option<&'a RefusedRows>,
}

impl Preview {
    pub(super) fn new(digest: ReviewDigest) -> Self {
        Self {
            digest,
            ..Self::default()
        }
    }

    /// Reads the records of all rows of a plan, and prints what would change in each. Nothing is
    /// changed.
    ///
    /// # Errors
    /// If the file or a record cannot be read.
    pub(super) async fn print(
        &mut self,
        client: &Client,
        plan: Plan<'_>,
        options: &PreviewOptions<'_>,
        progress: RequestProgress,
        output: &Output,
    ) -> Result<(), Failure> {
        let mut reader = RecordReader::new(client.clone(), plan, progress);
        while let Some(read) = reader.next().await? {
            for row in read {
                let name = record_name(row.job.entity(), row.job.id());
                let record = match &row.record {
                    FoundRecord::Found(record) => record.raw(),
                    FoundRecord::NotFound(_) => {
                        self.digest.add_missing(row.number);
                        self.rows_not_found.insert(row.number);
                        self.add_not_found(name, row.number, output);
                        continue;
                    }
                    FoundRecord::NotRead(not_read) => {
                        self.digest.add_not_read(row.number);
                        self.rows_not_read.insert(row.number);
                        self.not_read += 1;
                        show_not_read(&name, row.number, not_read, output);
                        continue;
                    }
                };
                let changes = RowChanges::of(&row.job, record, options.schema);
                let written = row.written.as_ref().filter(|_| !options.overwrites_newer);
                let fields = written.map_or_else(Vec::new, |it| it.changed_since(&row.job, record));
                let review = RowReview {
                    number: row.number,
                    record: &name,
                    changes: &changes,
                    refused: &fields,
                };
                let is_repeated = options.repeated.rows(row.job.id()).is_some();
                self.digest.add(&review, is_repeated);
                let refused = options.refused.and_then(|it| it.of_row(row.number));
                if let Some(RowError::OtherPipeline { stage, .. }) = refused {
                    self.rows_refused.insert(row.number);
                    self.other_pipeline += 1;
                    show_other_pipeline(&name, row.number, stage, output);
                    continue;
                }
                if !fields.is_empty() {
                    self.rows_refused.insert(row.number);
                    self.changed_since += 1;
                    show_changed_since(&name, row.number, &fields, output);
                    continue;
                }
                self.totals.add(&changes);
                if changes.changed.is_empty() && changes.added.is_empty() {
                    self.same += 1;
                } else {
                    self.changed += 1;
                }
                show(&name, row.number, &changes, options.schema, output);
            }
        }
        self.unsent.extend_from_slice(reader.unsent());
        Ok(())
    }

    /// Counts the rows that are not sent, after all others.
    pub(super) fn end(&mut self, options: &PreviewOptions<'_>, output: &Output) {
        for row in std::mem::take(&mut self.unsent) {
            let name = record_name(options.entity, row.id);
            self.add_unsent(&row, &name, output);
        }
    }

    /// Counts a row that is not sent, since earlier rows add all that it would add: it fails if one of them does.
    fn add_unsent(&mut self, row: &Repeating, name: &str, output: &Output) {
        let is_among =
            |numbers: &RowSet| row.earlier.iter().any(|number| numbers.contains(*number));
        if is_among(&self.rows_not_found) {
            self.add_not_found(name.to_owned(), row.number, output);
        } else if is_among(&self.rows_refused) {
            self.changed_since += 1;
        } else if is_among(&self.rows_not_read) {
            self.not_read += 1;
        } else {
            self.same += 1;
        }
    }

    fn add_not_found(&mut self, name: String, number: u64, output: &Output) {
        self.not_found += 1;
        show_not_found(&name, number, output);
        if self.first_not_found.len() < MAX_NOT_FOUND_AT_END {
            self.first_not_found.push((number, name));
        }
    }

    /// Prints the records that do not exist once more: among many changes they are overlooked.
    fn show_first_not_found(&self, output: &Output) {
        let shown = self.first_not_found.iter();
        let shown: Vec<String> = shown
            .map(|(number, name)| format!("{name} (row {number})"))
            .collect();
        if shown.is_empty() {
            return;
        }
        let others = self.not_found - shown.len() as u64;
        let others = match others {
            0 => String::new(),
            count => format!(", and {count} more"),
        };
        output.line(format!("not found: {}{others}", shown.join(", ")));
    }

    /// Returns whether a row would fail.
    pub(super) fn has_failures(&self) -> bool {
        let failed = self.not_found + self.changed_since + self.other_pipeline + self.not_read;
        failed > 0
    }

    /// Returns whether a record would change.
    pub(super) fn has_changes(&self) -> bool {
        self.changed > 0
    }

    /// Returns the digest of what would change.
    pub(super) fn digest(&self) -> &ReviewDigest {
        &self.digest
    }

    pub(super) fn into_digest(self) -> ReviewDigest {
        self.digest
    }

    /// Prints the counts. `reviewed` is what `--reviewed` takes.
    pub(super) fn summarize(
        &self,
        input: &Input,
        reviewed: &str,
        checked: &Checked,
        output: &Output,
    ) {
        self.totals.show(output);
        let mut refused = match self.changed_since {
            0 => String::new(),
            count => format!(", {} changed since by somebody else", rows(count)),
        };
        if self.other_pipeline > 0 {
            let _ = write!(
                refused,
                ", {} in another pipeline",
                rows(self.other_pipeline)
            );
        }
        if self.not_read > 0 {
            let _ = write!(refused, ", {} not read", rows(self.not_read));
        }
        self.show_first_not_found(output);
        output.line(format!(
            "{} would change, {} the same, {} not found{refused}{}",
            rows(self.changed),
            self.same,
            rows(self.not_found),
            bad_rows(checked.bad),
        ));
        let first_not_found = self.first_not_found.iter();
        let first_not_found =
            first_not_found.map(|(row, record)| json!({"row": row, "record": record}));
        output.json(&json!({
            "encoding": input.encoding_name(),
            "would_change": self.changed,
            "fields": self.totals.fields_json(),
            "additions": self.totals.additions_json(),
            "same": self.same,
            "not_found": self.not_found,
            "first_not_found": first_not_found.collect::<Value>(),
            "bad": checked.bad,
            "changed_since": self.changed_since,
            "other_pipeline": self.other_pipeline,
            "not_read": self.not_read,
            "unapplied": checked.unapplied,
            "in_another_form": checked.other_forms.records(),
            "reviewed": reviewed,
        }));
    }
}

fn show_not_found(name: &str, number: u64, output: &Output) {
    output.line(format!("{name} not found (row {number})"));
    output.event("not_found", json!({"row": number, "record": name}));
}

/// Shows a row that would fail, since its record cannot be read.
fn show_not_read(name: &str, number: u64, not_read: &NotRead, output: &Output) {
    let problem = format!("{}{}", not_read.explanation(), not_read.words_after());
    output.line(format!(
        "{name} cannot be read, so row {number} would fail: {problem}"
    ));
    let document = json!({"row": number, "record": name, "error_message": problem});
    output.event("not_read", document);
}

/// Shows a row of an undo that would fail, since somebody else has changed these fields of its record.
fn show_changed_since(name: &str, number: u64, fields: &[String], output: &Output) {
    output.line(format!(
        "{name} {}: changed since by somebody else, so row {number} would fail: --overwrite-newer undoes it too",
        fields.join(", ")
    ));
    let document = json!({"row": number, "record": name, "fields": fields});
    output.event("changed_since", document);
}

/// Shows a row of an undo that would fail, since its record is in another pipeline than that of the stage.
fn show_other_pipeline(name: &str, number: u64, stage: &RefusedStage, output: &Output) {
    output.line(format!("row {number} would fail: {}", stage.in_words));
    let document = json!({"row": number, "record": name, "field": stage.field});
    output.event("other_pipeline", document);
}

fn show(name: &str, number: u64, changes: &RowChanges<'_>, schema: &Schema, output: &Output) {
    for change in &changes.changed {
        let field = schema.field(&change.field);
        let (old, old_in_words) = match &change.old {
            OldValue::Known(old) => {
                let old: Value = serde_json::from_str(&old.json()).unwrap_or_default();
                let words = in_words(field, &old);
                (old, words)
            }
            OldValue::Unknown(problem) => (Value::Null, format!("(not known: it {problem})")),
        };
        let new = in_words(field, &change.new);
        output.line(format!("{name} {}: {old_in_words} → {new}", change.field));
        let document = json!({
            "row": number,
            "record": name,
            "field": change.field,
            "old": old,
            "is_old_known": matches!(change.old, OldValue::Known(_)),
            "new": change.new,
        });
        output.event("change", document);
    }
    for addition in &changes.added {
        let Addition {
            field,
            value,
            value_type,
            is_known,
        } = addition;
        let perhaps = if *is_known {
            ""
        } else {
            " (unless it is there: the record shows its phones and emails in a form that is not understood)"
        };
        let shown = one_line(value);
        output.line(format!("{name} {field}: + {shown} ({value_type}){perhaps}"));
        let document = json!({
            "row": number,
            "record": name,
            "field": field,
            "value": value,
            "type": value_type,
            "is_known": is_known,
        });
        output.event("addition", document);
    }
}

/// Returns a value on one line, an option or a code with its label.
fn in_words(field: Option<&Field>, value: &Value) -> String {
    match value {
        Value::Null => NOTHING.to_owned(),
        Value::Array(values) if values.is_empty() => NOTHING.to_owned(),
        Value::Array(values) => {
            let shown: Vec<String> = values.iter().map(|value| in_words(field, value)).collect();
            shown.join("; ")
        }
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        value => {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let is_reference = field.is_some_and(|field| matches!(field.kind, Kind::Reference(_)));
            if text.is_empty() || (is_reference && text == "0") {
                return NOTHING.to_owned();
            }
            let mut items = field.map_or(&[][..], |field| &field.items).iter();
            let label = items.find(|item| item.id == text).map(|item| &item.label);
            one_line(label.unwrap_or(&text))
        }
    }
}

const NOTHING: &str = "(nothing)";
