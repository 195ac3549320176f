//! A change of one record, read from text and checked against its known fields.

mod additions;
mod code;
mod date;
pub(crate) mod entries;
pub(crate) mod field_name;
mod item_texts;
mod kind;
#[cfg(test)]
mod tests;
mod value;

use std::borrow::Cow;

use serde_json::Value;
use vibecode_runtime::{Error, PatchJob, UntypedPatch};
use vibecode_spec::{Field, Kind, Schema};

pub(crate) use self::additions::is_same_value;
pub(crate) use self::code::{has_codes, is_by_pipeline, set_of, unchecked, without_portal};
use self::entries::EntryRules;
pub(crate) use self::field_name::{WIRE, field};
use self::item_texts::ItemText;
pub(crate) use self::item_texts::ItemTexts;
use crate::code_file::KnownCodes;

/// The changes to a record. A problem names the field and shows no value.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    entity: &'a str,
    schema: &'a Schema,
    codes: Cow<'a, KnownCodes>,
    rules: EntryRules,
    lacking_country: u64,
    perhaps_placeholders: u64,
    item_texts: Vec<ItemText<'a>>,
    steps: Vec<Step<'a>>,
}

/// The change of one field, by its wire name.
#[derive(Debug)]
enum Step<'a> {
    Set(&'a Field, Value),
    /// A phone or an email, and its type.
    Add(&'a str, String, &'static str),
    /// Clears the field with the value that clears its kind.
    Clear(&'a Field),
}

/// The field with the number of the pipeline.
pub(crate) const PIPELINE: &str = "categoryId";

/// Returns the pipeline that a record shows.
pub(crate) fn pipeline_of(record: &Value) -> Option<u64> {
    pipeline_number(record.get(PIPELINE)?)
}

/// Returns the number of a pipeline, which is sent or returned as this JSON.
pub(crate) fn pipeline_number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    }
}

/// Separates several values of one field.
pub(crate) const SEPARATOR: char = ';';

impl<'a> Change<'a> {
    /// Creates an empty change.
    pub(crate) fn new(entity: &'a str, schema: &'a Schema, codes: &'a KnownCodes) -> Self {
        Self {
            entity,
            schema,
            codes: Cow::Borrowed(codes),
            rules: EntryRules::default(),
            lacking_country: 0,
            perhaps_placeholders: 0,
            item_texts: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Sets how phones and emails are checked.
    pub(crate) fn with_rules(self, rules: EntryRules) -> Self {
        Self { rules, ..self }
    }

    /// Sets the pipeline of the record, in which stages are looked up.
    pub(crate) fn in_pipeline(self, pipeline: u64) -> Self {
        let codes = self.codes.into_owned().with_pipeline(Some(pipeline));
        Self {
            codes: Cow::Owned(codes),
            ..self
        }
    }

    /// Returns the number of phones that were added without a country code.
    pub(crate) fn lacking_country(&self) -> u64 {
        self.lacking_country
    }

    /// Returns the number of emails that were added and may be placeholders.
    pub(crate) fn perhaps_placeholders(&self) -> u64 {
        self.perhaps_placeholders
    }

    /// Sets a field, by its wire name or its label. For a field of several values they are
    /// separated by semicolons.
    pub(crate) fn set(&mut self, name: &str, text: &str) -> Result<(), String> {
        let field = writable(self.schema, name)?;
        if let Kind::Multifield(multifield) = field.kind {
            return Err(format!(
                "`{}` cannot be set: the API can only add {}s",
                field.name,
                multifield.name()
            ));
        }
        self.check_is_new(field)?;
        if field.multiple {
            let texts = text.split(SEPARATOR).map(str::trim);
            return self.set_values(field, texts.filter(|text| !text.is_empty()));
        }
        let value = self.value(field, text.trim())?;
        self.steps.push(Step::Set(field, value));
        Ok(())
    }

    /// Sets a field of several values to these.
    pub(crate) fn set_list(&mut self, name: &str, texts: &[String]) -> Result<(), String> {
        let field = writable(self.schema, name)?;
        self.check_is_new(field)?;
        self.set_values(field, texts.iter().map(|text| text.trim()))
    }

    fn set_values<'t>(
        &mut self,
        field: &'a Field,
        texts: impl Iterator<Item = &'t str>,
    ) -> Result<(), String> {
        let values = texts.map(|text| self.value(field, text));
        let values: Result<Vec<Value>, String> = values.collect();
        let values = values?;
        // An empty list would clear the field.
        if values.is_empty() {
            return Err(format!(
                "`{}` cannot be set to no values: clear it instead",
                field.name
            ));
        }
        self.steps.push(Step::Set(field, values.into()));
        Ok(())
    }

    /// Reads a value of a field, and notes which option or code it means.
    fn value(&mut self, field: &'a Field, text: &str) -> Result<Value, String> {
        let value = value::single(field, text, &self.codes)
            .and_then(|value| {
                code::check_pipeline_exists(field, &value, self.schema, &self.codes)?;
                Ok(value)
            })
            .map_err(|problem| format!("`{}` {problem}", field.name))?;
        let item_text = ItemText::new(field, text, &value, &self.codes);
        self.item_texts.extend(item_text);
        Ok(value)
    }

    /// Returns whether a field is set to the text `0`. The API takes it as empty (api.md, "Records", grade B), so it clears
    /// the field, and the record does not show that the text was stored.
    pub(crate) fn sets_text_zero(&self, name: &str) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Set(field, Value::String(text)) => field.name == name && text == "0",
            Step::Set(..) | Step::Add(..) | Step::Clear(..) => false,
        })
    }

    /// Moves the texts that were read as options or codes to those of other changes.
    pub(crate) fn move_item_texts(&mut self, to: &mut ItemTexts) {
        let pipeline = self.codes.pipeline();
        to.add(std::mem::take(&mut self.item_texts), pipeline);
    }

    /// Clears a field, with the value that clears its kind.
    pub(crate) fn clear(&mut self, name: &str) -> Result<(), String> {
        let field = writable(self.schema, name)?;
        if let Kind::Multifield(multifield) = field.kind {
            return Err(format!(
                "`{}` cannot be cleared: the API can only add {}s",
                field.name,
                multifield.name()
            ));
        }
        self.check_is_new(field)?;
        if field.required {
            return Err(format!(
                "`{}` cannot be cleared: the portal requires a value",
                field.name
            ));
        }
        self.steps.push(Step::Clear(field));
        Ok(())
    }

    /// A field that is given twice, perhaps under two of its names, has no order of its values.
    fn check_is_new(&self, field: &Field) -> Result<(), String> {
        let is_given = |step: &Step<'_>| match step {
            Step::Set(known, _) | Step::Clear(known) => known.name == field.name,
            Step::Add(..) => false,
        };
        if self.steps.iter().any(is_given) {
            return Err(format!("`{}` is given twice: give it once", field.name));
        }
        Ok(())
    }

    /// Returns true if there are no changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the patch for this record, which serialises to the body of the request.
    pub(crate) fn patch(&self, id: u64) -> UntypedPatch {
        let begun = PatchJob::untyped(self.entity, id);
        self.steps.iter().fold(begun, |patch, step| match step {
            Step::Set(field, value) => kind::set(patch, field, value),
            Step::Add(name, value, type_id) => patch.add(name, value, type_id),
            Step::Clear(field) => kind::clear(patch, field, &clearing_value(field)),
        })
    }

    /// Returns the patch for this record as a job to be sent.
    pub(crate) fn job(&self, id: u64) -> Result<PatchJob, Error> {
        self.patch(id).job()
    }
}

/// Reads a single value of a field from text, as it is sent.
pub(crate) fn value(field: &Field, text: &str, codes: &KnownCodes) -> Result<Value, String> {
    value::single(field, text.trim(), codes)
}

/// Returns the value that clears a field.
#[expect(clippy::expect_used, reason = "a table of JSON in spec")]
pub(crate) fn clearing_value(field: &Field) -> Value {
    serde_json::from_str(field.clearing().as_json()).expect("what clears a field is JSON")
}

/// Returns true if an existing record's field cannot be changed.
pub(crate) fn is_fixed(field: &Field) -> bool {
    field.read_only || field.immutable
}

/// A wire name is taken as one, whatever the labels are: `field` has found it, once for all rows.
fn writable<'s>(schema: &'s Schema, name: &str) -> Result<&'s Field, String> {
    let field = match schema.field(name) {
        Some(field) => field,
        None => field(schema, name)?,
    };
    if field.read_only {
        return Err(format!("`{}` is read-only", field.name));
    }
    if field.immutable {
        return Err(format!(
            "`{}` can only be set when a record is created",
            field.name
        ));
    }
    Ok(field)
}
