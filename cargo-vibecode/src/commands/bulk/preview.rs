//! What the rows would change, compared with the records as they are now.

use serde_json::{Value, json};
use vibecode_runtime::Client;
use vibecode_spec::{Field, Kind, Schema, one_line};

use super::{
    check::rows,
    input::Input,
    old_values::{Addition, OldValue, RowChanges},
    records::RecordReader,
    send::plan::Plan,
};
use crate::{failure::Failure, output::Output, progress::RequestProgress};

/// How many rows would do what.
#[derive(Debug, Default)]
pub(super) struct Preview {
    changed: u64,
    same: u64,
    pub(super) not_found: u64,
}

impl Preview {
    /// Reads the records of all rows of a plan, and prints what would change in each. Nothing is
    /// changed.
    ///
    /// # Errors
    /// If the file or a record cannot be read.
    pub(super) async fn print(
        client: &Client,
        plan: Plan<'_>,
        schema: &Schema,
        progress: RequestProgress,
        output: &Output,
    ) -> Result<Self, Failure> {
        let mut reader = RecordReader::new(client, plan, progress);
        let mut preview = Self::default();
        while let Some(read) = reader.next().await? {
            for row in read {
                let name = format!("{}/{}", row.job.entity(), row.job.id());
                let Some(record) = &row.record else {
                    preview.not_found += 1;
                    output.line(format!("{name} not found (row {})", row.line));
                    output.event("not_found", json!({"row": row.line, "record": name}));
                    continue;
                };
                let changes = RowChanges::of(&row.job, record.raw(), schema);
                if changes.changed.is_empty() && changes.added.is_empty() {
                    preview.same += 1;
                } else {
                    preview.changed += 1;
                }
                show(&name, row.line, &changes, schema, output);
            }
        }
        Ok(preview)
    }

    /// Prints the counts.
    pub(super) fn summarize(&self, input: &Input, output: &Output) {
        output.line(format!(
            "{} would change, {} the same, {} not found",
            match self.changed {
                1 => "1 record".to_owned(),
                count => format!("{count} records"),
            },
            self.same,
            rows(self.not_found),
        ));
        output.json(&json!({
            "encoding": input.encoding_name(),
            "would_change": self.changed,
            "same": self.same,
            "not_found": self.not_found,
        }));
    }
}

fn show(name: &str, line: u64, changes: &RowChanges<'_>, schema: &Schema, output: &Output) {
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
            "row": line,
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
            is_known,
        } = addition;
        let perhaps = if *is_known {
            ""
        } else {
            " (unless it is there: the record shows its phones and emails in a form that is not understood)"
        };
        output.line(format!("{name} {field}: + {}{perhaps}", one_line(value)));
        let document = json!({"row": line, "record": name, "field": field, "value": value});
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
