//! The texts that a command has read as options or codes, and whether they still mean the same.
//!
//! Example: a file says `Gold`, which is option 81 in the schema. Since the schema was fetched, the portal has got an
//! option 90 with the same label. `Gold` may mean either now, although nothing about option 81 has changed.

use std::collections::BTreeMap;

use serde_json::Value;
use vibecode_spec::{Field, Kind, Schema, one_line};

use super::{code, value};
use crate::code_file::KnownCodes;

/// A text that was read as an option or a code of a field.
#[derive(Debug)]
pub(crate) struct ItemText<'a> {
    field: &'a Field,
    text: String,
    /// What is sent for it.
    value: Value,
}

/// The texts of all rows. There are about as many as options and codes: any other text is refused.
#[derive(Debug, Default, Clone)]
pub(crate) struct ItemTexts(Vec<TextsOfField>);

/// The texts of one field, each with what is sent for it.
#[derive(Debug, Clone)]
struct TextsOfField {
    field: String,
    /// The pipeline in which they were looked up.
    pipeline: Option<u64>,
    values: BTreeMap<String, Value>,
}

impl<'a> ItemText<'a> {
    /// Returns `None` if any text of this form would have been taken.
    pub(super) fn new(
        field: &'a Field,
        text: &str,
        value: &Value,
        codes: &KnownCodes,
    ) -> Option<Self> {
        let is_looked_up = match field.kind {
            Kind::Enumeration => !field.items.is_empty(),
            _ => code::has_codes(field) && codes.of_field(field).is_some(),
        };
        is_looked_up.then(|| Self {
            field,
            text: text.to_owned(),
            value: value.clone(),
        })
    }
}

impl ItemTexts {
    /// Adds a text if it was looked up among options or codes.
    pub(crate) fn note(&mut self, field: &Field, text: &str, value: &Value, codes: &KnownCodes) {
        let text = ItemText::new(field, text, value, codes);
        self.add(text.into_iter().collect(), codes.pipeline());
    }

    /// Adds texts that were looked up in this pipeline.
    pub(crate) fn add(&mut self, texts: Vec<ItemText<'_>>, pipeline: Option<u64>) {
        for ItemText { field, text, value } in texts {
            let pipeline = pipeline.filter(|_| code::is_by_pipeline(field));
            let mut known = self.0.iter_mut();
            let known = known.find(|it| it.pipeline == pipeline && it.field == field.name);
            if let Some(known) = known {
                known.values.entry(text).or_insert(value);
            } else {
                self.0.push(TextsOfField {
                    field: field.name.clone(),
                    pipeline,
                    values: BTreeMap::from([(text, value)]),
                });
            }
        }
    }

    /// Returns a sentence about each text that does not mean what it was read as, according to these fields and
    /// codes. A field that is not among them has no text.
    pub(crate) fn changed(&self, schema: &Schema, codes: &KnownCodes) -> Vec<(String, String)> {
        let mut changed = Vec::new();
        for texts in &self.0 {
            let Some(field) = schema.field(&texts.field) else {
                continue;
            };
            let codes = codes.clone().with_pipeline(texts.pipeline);
            for (text, before) in &texts.values {
                let problem = match value::single(field, text, &codes) {
                    Ok(now) if now == *before => continue,
                    Ok(now) => format!("meant {before}, and means {now} now"),
                    Err(problem) => problem,
                };
                let (name, text) = (one_line(&texts.field), one_line(text));
                changed.push((
                    texts.field.clone(),
                    format!("~ {name}, “{text}”: {problem}"),
                ));
            }
        }
        changed
    }
}
