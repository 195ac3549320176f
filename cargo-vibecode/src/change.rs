//! A change of one record, read from text and checked against its known fields.

use serde_json::{Value, json};
use vibecode_runtime::{CrmRef, Date, DateTime, Error, Money, PatchJob, UntypedPatch};
use vibecode_spec::{Field, Kind, Multifield, OptionMatch, Schema, closest};

/// The changes to a record. A problem names the field and shows no value.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    entity: &'a str,
    schema: &'a Schema,
    steps: Vec<Step<'a>>,
}

/// The change of one field, by its wire name.
#[derive(Debug)]
enum Step<'a> {
    Set(&'a str, Value),
    /// A phone or an email, and its type.
    Add(&'a str, String, &'static str),
    /// Clears the field with this value.
    Clear(&'a str, Value),
}

/// Separates several values of one field.
pub(crate) const SEPARATOR: char = ';';

impl<'a> Change<'a> {
    /// Creates an empty change.
    pub(crate) fn new(entity: &'a str, schema: &'a Schema) -> Self {
        Self {
            entity,
            schema,
            steps: Vec::new(),
        }
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
        let value = value(field, text).map_err(|problem| format!("`{}` {problem}", field.name))?;
        self.steps.push(Step::Set(&field.name, value));
        Ok(())
    }

    /// Sets a field of several values to these.
    pub(crate) fn set_list(&mut self, name: &str, texts: &[String]) -> Result<(), String> {
        let field = writable(self.schema, name)?;
        let values = texts.iter().map(|text| single(field, text.trim()));
        let values: Result<Vec<Value>, String> = values.collect();
        let values = values.map_err(|problem| format!("`{}` {problem}", field.name))?;
        self.steps.push(Step::Set(&field.name, values.into()));
        Ok(())
    }

    /// Adds a phone or an email: `value`, or `value:TYPE`.
    pub(crate) fn add(&mut self, name: &str, text: &str) -> Result<(), String> {
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
        let step = Step::Add(&field.name, value.to_owned(), type_id);
        self.steps.push(step);
        Ok(())
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

    /// Returns true if there are no changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the patch for this record, which serialises to the body of the request.
    pub(crate) fn patch(&self, id: u64) -> UntypedPatch {
        let begun = PatchJob::untyped(self.entity, id);
        self.steps.iter().fold(begun, |patch, step| match step {
            Step::Set(name, value) => patch.set(*name, value),
            Step::Add(name, value, type_id) => patch.add(name, value, type_id),
            Step::Clear(name, by) => patch.clear(*name, by),
        })
    }

    /// Returns the patch for this record as a job to be sent.
    pub(crate) fn job(&self, id: u64) -> Result<PatchJob, Error> {
        self.patch(id).job()
    }
}

/// Finds the field with this wire name or label.
pub(crate) fn field<'s>(schema: &'s Schema, name: &str) -> Result<&'s Field, String> {
    if let Some(field) = schema.field(name) {
        return Ok(field);
    }
    let is_so_called = |field: &&Field| {
        let title = field.title.as_deref().unwrap_or_default();
        !title.is_empty() && title.to_lowercase() == name.trim().to_lowercase()
    };
    let mut so_called = schema.fields().filter(is_so_called);
    match (so_called.next(), so_called.next()) {
        (Some(field), None) => Ok(field),
        (Some(one), Some(other)) => Err(format!(
            "`{name}` is the label of both `{}` and `{}`: use a wire name",
            one.name, other.name
        )),
        (None, _) => {
            if schema.lacks(name).is_some() {
                return Err(format!(
                    "the portal's list has no field `{name}`, so the API would ignore it. If the schema is out of date, update it with `cargo vibecode pull`"
                ));
            }
            let meant: Vec<_> = schema.suggestions(name).iter().map(|it| it.name).collect();
            let advice = if meant.is_empty() {
                "if the schema is out of date, update it with `cargo vibecode pull`".to_owned()
            } else {
                format!("did you mean `{}`?", meant.join("` or `"))
            };
            Err(format!("there is no field `{name}`: {advice}"))
        }
    }
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

fn writable<'s>(schema: &'s Schema, name: &str) -> Result<&'s Field, String> {
    let field = field(schema, name)?;
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

/// Returns true if a text looks like a type of a phone or an email.
fn is_type(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn value(field: &Field, text: &str) -> Result<Value, String> {
    if !field.multiple {
        return single(field, text.trim());
    }
    let parts = text.split(SEPARATOR).map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    let values: Result<Vec<Value>, String> = parts.map(|part| single(field, part)).collect();
    values.map(Value::Array)
}

fn single(field: &Field, text: &str) -> Result<Value, String> {
    let parsed = |read: bool, what: &str| {
        if read {
            Ok(json!(text))
        } else {
            Err(format!("requires {what}"))
        }
    };
    match &field.kind {
        Kind::Integer | Kind::Iblock => {
            let value: Result<i64, _> = text.parse();
            value
                .map_err(|_| "requires a whole number".to_owned())
                .map(Value::from)
        }
        Kind::Number | Kind::Double => serde_json::from_str::<serde_json::Number>(text)
            .map(Value::Number)
            .map_err(|_| "requires a number, such as 4.5".to_owned()),
        Kind::Boolean => boolean(text),
        Kind::Date => day(text),
        Kind::DateTime => moment(text),
        Kind::DateOrDateTime => day(text).or_else(|_| moment(text)).map_err(|_| {
            "requires a date, such as 2026-04-15, or a time with an offset, such as \
             2026-04-15T12:00:00+03:00"
                .to_owned()
        }),
        Kind::Money => parsed(
            text.parse::<Money>().is_ok(),
            "an amount and a currency, such as 300|RUB",
        ),
        Kind::Crm => parsed(text.parse::<CrmRef>().is_ok(), "a link such as C_2"),
        Kind::Reference(_) => match text.parse::<u64>() {
            Ok(id) if id > 0 => Ok(id.into()),
            _ => Err("requires the id of a record, a whole number above 0".to_owned()),
        },
        Kind::Enumeration => option(field, text),
        Kind::File => Err("takes a file, which cannot be given as text".to_owned()),
        _ if text.is_empty() => Err("cannot be set to an empty text: clear it instead".to_owned()),
        _ => Ok(text.into()),
    }
}

/// Reads a time, and returns it in the one form that the API is sure to take.
fn moment(text: &str) -> Result<Value, String> {
    let moment: Result<DateTime, _> = text.parse();
    moment
        .map(|moment| moment.as_str().into())
        .map_err(|_| "requires a time with an offset, such as 2026-04-15T12:00:00+03:00".to_owned())
}

fn boolean(text: &str) -> Result<Value, String> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "да" => Ok(true.into()),
        "false" | "no" | "n" | "0" | "нет" => Ok(false.into()),
        _ => Err("requires yes or no".to_owned()),
    }
}

/// Reads a date as the API writes it, or in the Russian form: `15.04.2026`.
fn day(text: &str) -> Result<Value, String> {
    let parts: Vec<&str> = text.split('.').collect();
    let iso = match parts.as_slice() {
        [day, month, year] => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => text.to_owned(),
    };
    match iso.parse::<Date>() {
        Ok(date) => Ok(date.to_string().into()),
        Err(_) => Err("requires a date, such as 2026-04-15".to_owned()),
    }
}

/// Finds an option by its id, or by its label. A text that is the id of one option and the label of
/// another is an error, like a label of several options: the API would accept each of them.
fn option(field: &Field, text: &str) -> Result<Value, String> {
    let mut possible = match field.option_by_label(text) {
        OptionMatch::None => Vec::new(),
        OptionMatch::One(item) => vec![item],
        OptionMatch::Ambiguous(items) => items,
    };
    let by_id = field.items.iter().find(|item| item.id == text);
    possible.extend(by_id.filter(|item| !possible.contains(item)));
    match possible[..] {
        [] => {}
        [item] => {
            return item.number().map(Value::from).ok_or_else(|| {
                "has an option with an id that is not a number: update the schema with `cargo vibecode pull`".to_owned()
            });
        }
        [..] => {
            let ids: Vec<&str> = possible.iter().map(|item| &*item.id).collect();
            return Err(format!(
                "has several options that this text may mean ({}): use an id or a label that only one of them has",
                ids.join(", ")
            ));
        }
    }
    match text.parse::<u64>() {
        // Without a schema the options are not known.
        Ok(id) if field.items.is_empty() && id > 0 => Ok(id.into()),
        _ if field.items.is_empty() => Err("requires the id of an option".to_owned()),
        _ => {
            let labels: Vec<&str> = field.items.iter().map(|item| &*item.label).collect();
            let meant = closest(text, labels.iter().copied());
            Err(meant.map_or_else(
                || format!("requires one of: {}", labels.join(", ")),
                |meant| format!("has no such option: did you mean `{meant}`?"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vibecode_spec::Entity;

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
        let mut change = Change::new("contacts", &schema);
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
    fn what_the_api_would_not_take_is_refused_with_the_fix() {
        let schema = schema();
        let mut change = Change::new("contacts", &schema);
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
                "`birthdate` requires a date, such as 2026-04-15",
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

    #[test]
    fn an_option_is_never_guessed_from_several() {
        let portal = r#"{"ufCrm_1": {"type": "enumeration", "items": [
            {"ID": "81", "VALUE": "Gold"}, {"ID": "82", "VALUE": "gold"},
            {"ID": "83", "VALUE": "Tea"}, {"ID": "84", "VALUE": "Tea"},
            {"ID": "85", "VALUE": "86"}, {"ID": "86", "VALUE": "Milk"}
        ]}}"#;
        let documented = Entity::Contacts.schema();
        let schema = documented.with_portal(Schema::read(portal).unwrap());
        let set = |text: &str| {
            let mut change = Change::new("contacts", &schema);
            change.set("ufCrm_1", text)?;
            Ok::<_, String>(serde_json::to_value(change.patch(71)).unwrap()["ufCrm_1"].clone())
        };
        for (text, option) in [("Gold", 81), ("gold", 82), ("milk", 86), ("83", 83)] {
            assert_eq!(set(text), Ok(json!(option)), "{text}");
        }
        for (text, ids) in [
            ("GOLD", "(81, 82)"),
            ("tea", "(83, 84)"),
            ("Tea", "(83, 84)"),
            ("86", "(85, 86)"),
        ] {
            let problem = set(text).unwrap_err();
            assert!(problem.contains(ids), "{text}: {problem}");
        }
    }
}
