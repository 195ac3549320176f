//! A change of one record, read from text and checked against its known fields.

mod code;
pub(crate) mod entries;
pub(crate) mod field_name;
mod item_texts;
mod kind;
mod value;

use std::borrow::Cow;

use serde_json::Value;
use vibecode_runtime::{Email, Error, PatchJob, Phone, UntypedPatch};
use vibecode_spec::{Field, Kind, Multifield, Schema, closest};

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
    /// Clears the field with this value.
    Clear(&'a str, Value),
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
        self.steps.push(Step::Set(field, values?.into()));
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

    /// Adds a phone or an email: `value`, or `value:TYPE`.
    ///
    /// # Errors
    /// If it cannot be added, or is added twice.
    pub(crate) fn add(&mut self, name: &str, text: &str) -> Result<(), String> {
        if self.add_once(name, text)? {
            return Ok(());
        }
        Err(format!(
            "`{name}` is given the same value twice: give it once"
        ))
    }

    /// Adds a phone or an email as [`Change::add`] does, unless the change adds it already, with whatever type.
    /// Returns true if it was added.
    pub(crate) fn add_once(&mut self, name: &str, text: &str) -> Result<bool, String> {
        let field = writable(self.schema, name)?;
        let Kind::Multifield(multifield) = field.kind else {
            return Err(format!(
                "`{}` has no phones or emails to add to: set it instead",
                field.name
            ));
        };
        let known = multifield.type_ids();
        let known_type = |(value, given): (_, &str)| {
            let type_id = known.iter().find(|type_id| **type_id == given);
            type_id.map(|type_id| (value, *type_id))
        };
        let parts = text.rsplit_once(':');
        let (value, type_id) = match (parts.and_then(known_type), parts) {
            (Some(known), _) => known,
            (None, Some((_, type_id))) if is_type(type_id) => {
                let meant = closest(type_id, known.iter().copied());
                let meant = meant.map_or_else(
                    || format!("use one of {}", known.join(", ")),
                    |meant| format!("did you mean `{meant}`?"),
                );
                return Err(format!("`{}` has no type `{type_id}`: {meant}", field.name));
            }
            (None, _) => (text, Multifield::DEFAULT_TYPE_ID),
        };
        let value = value.trim();
        if value.is_empty() {
            return Err(format!(
                "an empty value cannot be added to `{}`",
                field.name
            ));
        }
        let plausible = self.rules.check(multifield, value);
        let plausible = plausible.map_err(|problem| format!("`{}` {problem}", field.name))?;
        let is_same = |step: &Step<'_>| match step {
            Step::Add(name, known, _) => {
                *name == field.name && is_same_value(multifield, known, &plausible.text)
            }
            Step::Set(..) | Step::Clear(..) => false,
        };
        if self.steps.iter().any(is_same) {
            return Ok(false);
        }
        self.lacking_country += u64::from(plausible.lacks_country);
        self.perhaps_placeholders += u64::from(plausible.may_be_placeholder);
        self.steps
            .push(Step::Add(&field.name, plausible.text, type_id));
        Ok(true)
    }

    /// Takes out the phones and emails for which `is_kept` returns false.
    pub(crate) fn retain_additions(&mut self, mut is_kept: impl FnMut(Multifield, &str) -> bool) {
        self.steps.retain(|step| match step {
            Step::Add(name, value, _) => {
                Multifield::of_field(name).is_none_or(|multifield| is_kept(multifield, value))
            }
            Step::Set(..) | Step::Clear(..) => true,
        });
    }

    /// Writes the phones and emails for which `form` returns another form in that form. Returns true if there are any.
    pub(crate) fn rewrite_additions(
        &mut self,
        form: impl Fn(Multifield, &str) -> Option<String>,
    ) -> bool {
        let mut is_any_rewritten = false;
        for step in &mut self.steps {
            if let Step::Add(name, value, _) = step
                && let Some(multifield) = Multifield::of_field(name)
                && let Some(form) = form(multifield, value)
            {
                *value = form;
                is_any_rewritten = true;
            }
        }
        is_any_rewritten
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
        self.steps
            .push(Step::Clear(&field.name, clearing_value(field)));
        Ok(())
    }

    /// A field that is given twice, perhaps under two of its names, has no order of its values.
    fn check_is_new(&self, field: &Field) -> Result<(), String> {
        let is_given = |step: &Step<'_>| match step {
            Step::Set(set, _) => set.name == field.name,
            Step::Clear(name, _) => *name == field.name,
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
            Step::Clear(name, by) => patch.clear(*name, by),
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

/// Returns true if two phones or emails are the same, however they are written.
pub(crate) fn is_same_value(multifield: Multifield, one: &str, other: &str) -> bool {
    match multifield {
        Multifield::Email => Email::work(one).is_same_value(other),
        _ => Phone::work(one).is_same_value(other),
    }
}

/// Returns true if a text looks like a type of a phone or an email.
fn is_type(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vibecode_spec::Entity;

    use super::*;

    fn schema() -> Schema {
        let portal = r#"{
            "ufCrm_1": {"type": "enumeration", "title": "Loyalty", "items": [{"ID": "81", "VALUE": "Gold"}]},
            "ufCrm_2": {"type": "double", "isMultiple": true}
        }"#;
        let documented = Entity::Contacts.schema();
        documented.with_portal(Schema::read(portal).unwrap())
    }

    #[test]
    fn values_are_sent_in_the_form_of_their_kind() {
        let schema = schema();
        let codes = KnownCodes::default();
        let mut change = Change::new("contacts", &schema, &codes);
        for (name, text) in [
            ("post", " Director "),
            ("companyId", "15"),
            ("opened", "да"),
            ("birthdate", "8.5.1990"),
            ("Loyalty", "gold"),
            ("ufCrm_2", "4.5; 5"),
        ] {
            change.set(name, text).unwrap();
        }
        change.add("phone", "+79161112233:MOBILE").unwrap();
        change.add("email", "a@b.ru").unwrap();
        change.clear("lastName").unwrap();
        let body = serde_json::to_value(change.patch(71)).unwrap();
        let expected = json!({
            "post": "Director", "companyId": 15, "opened": true, "birthdate": "1990-05-08",
            "ufCrm_1": 81, "ufCrm_2": [4.5, 5], "lastName": "",
            "phone": [{"value": "+79161112233", "typeId": "MOBILE"}],
            "email": "a@b.ru",
        });
        assert_eq!(body, expected);
        let job = change.job(71).unwrap();
        assert!(!job.is_idempotent());
    }

    #[test]
    fn a_phone_that_is_given_twice_is_an_error_however_it_is_written() {
        let schema = schema();
        let codes = KnownCodes::default();
        let mut change = Change::new("contacts", &schema, &codes);
        change.add("phone", "+79161112233").unwrap();
        change.add("email", "anna@example.com").unwrap();
        for (name, text) in [
            ("phone", "+7 916 111-22-33"),
            ("phone", "+7 (916) 111-22-33:MOBILE"),
            ("email", "Anna@example.com:WORK"),
        ] {
            let problem = change.add(name, text).unwrap_err();
            assert!(problem.contains("the same value twice"), "{problem}");
            assert_eq!(change.add_once(name, text), Ok(false));
        }
        assert_eq!(change.add_once("phone", "+79161112244"), Ok(true));
    }

    #[test]
    fn what_the_api_would_not_take_is_refused_with_the_fix() {
        let schema = schema();
        let codes = KnownCodes::default();
        let mut change = Change::new("contacts", &schema, &codes);
        let set = |change: &mut Change<'_>, name, text| change.set(name, text).unwrap_err();
        for (name, text, problem) in [
            (
                "pots",
                "a",
                "there is no field `pots`: did you mean `post`?",
            ),
            ("updatedTime", "a", "`updatedTime` is read-only"),
            (
                "phone",
                "+7",
                "`phone` cannot be set: the API can only add phones",
            ),
            (
                "companyId",
                "0",
                "`companyId` requires the id of a record, a whole number above 0",
            ),
            (
                "birthdate",
                "1990-02-30",
                "`birthdate` requires a date, and there is no such day",
            ),
            (
                "Loyalty",
                "Glod",
                "`ufCrm_1` has no such option: did you mean `Gold`?",
            ),
            (
                "post",
                "",
                "`post` cannot be set to an empty text: clear it instead",
            ),
        ] {
            assert_eq!(set(&mut change, name, text), problem);
        }
        let wrong = change.add("phone", "+7:MOBIL").unwrap_err();
        assert_eq!(wrong, "`phone` has no type `MOBIL`: did you mean `MOBILE`?");
        assert!(change.add("post", "a").is_err());
        assert!(change.clear("email").is_err());
        assert!(change.is_empty());
    }
}
