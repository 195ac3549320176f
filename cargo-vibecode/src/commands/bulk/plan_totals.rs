//! What a plan would change in all, by field and by the type of what is added.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::old_values::RowChanges;
use crate::output::Output;

/// The totals of a plan.
#[derive(Debug, Default)]
pub(super) struct PlanTotals {
    /// The number of rows that set or clear a field.
    changed: BTreeMap<String, u64>,
    /// The phones or emails by field and type.
    added: BTreeMap<(&'static str, String), Additions>,
}

/// How many phones or emails would be added.
#[derive(Debug, Default)]
struct Additions {
    missing: u64,
    /// Those of which it is not known whether the records have them.
    perhaps_there: u64,
}

impl PlanTotals {
    /// Adds what a row would change in its record.
    pub(super) fn add(&mut self, changes: &RowChanges<'_>) {
        for change in &changes.changed {
            *self.changed.entry(change.field.clone()).or_default() += 1;
        }
        for addition in &changes.added {
            let key = (addition.field, addition.value_type.clone());
            let additions = self.added.entry(key).or_default();
            if addition.is_known {
                additions.missing += 1;
            } else {
                additions.perhaps_there += 1;
            }
        }
    }

    /// Prints a row for each field, and for each type of what is added.
    pub(super) fn show(&self, output: &Output) {
        let changed = self.changed.iter();
        let changed = changed.map(|(field, rows)| [field.clone(), rows.to_string(), String::new()]);
        let added = self.added.iter();
        let added = added.flat_map(|((field, value_type), additions)| {
            let name = format!("{field}, added as {value_type}");
            let perhaps = format!("{name} unless it is there");
            let counts = [
                (name, additions.missing),
                (perhaps, additions.perhaps_there),
            ];
            let counts = counts.into_iter().filter(|(_, count)| *count > 0);
            counts.map(|(name, count)| [name, String::new(), count.to_string()])
        });
        let rows: Vec<Vec<String>> = changed.chain(added).map(Vec::from).collect();
        if !rows.is_empty() {
            output.table(&["field", "would change", "would be added"], &rows);
        }
    }

    pub(super) fn fields_json(&self) -> Value {
        let fields = self.changed.iter();
        fields
            .map(|(field, rows)| json!({"field": field, "would_change": rows}))
            .collect()
    }

    pub(super) fn additions_json(&self) -> Value {
        let added = self.added.iter();
        added
            .map(|((field, value_type), additions)| {
                json!({
                    "field": field,
                    "type": value_type,
                    "would_be_added": additions.missing,
                    "may_be_there": additions.perhaps_there,
                })
            })
            .collect()
    }
}
