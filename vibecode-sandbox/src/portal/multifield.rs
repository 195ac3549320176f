//! Multifields (phones and emails): how they are written and how they are read.

use serde_json::{Map, Value, json};
use vibecode_spec::Multifield;

use super::quirks::Phones;

/// The key that lists every entry of a record.
pub(crate) const FM: &str = "fm";

/// One value of a multifield, as `fm` lists it. `fm` also holds kinds that cannot be written, such
/// as sites, and types that cannot be written, such as faxes (grade B).
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Assigned when the entry is stored.
    pub(crate) id: u64,
    /// `PHONE`; `fm` calls it `typeId`.
    pub(crate) kind: String,
    /// `WORK`; `fm` calls it `valueType`.
    pub(crate) value_type: String,
    pub(crate) value: String,
}

/// A value and its type, as written.
#[derive(Debug)]
pub(crate) struct NewEntry {
    pub(crate) multifield: Multifield,
    pub(crate) type_id: &'static str,
    pub(crate) value: String,
}

impl NewEntry {
    pub(crate) fn formatted(self, phones: Phones) -> Self {
        match (phones, self.multifield) {
            (Phones::Formatted, Multifield::Phone) => Self {
                value: formatted(&self.value),
                ..self
            },
            _ => self,
        }
    }

    pub(crate) fn stored_as(self, id: u64) -> Entry {
        Entry {
            id,
            kind: self.multifield.kind_in_fm().to_owned(),
            value_type: self.type_id.to_owned(),
            value: self.value,
        }
    }
}

/// Writes a phone in another form with the same digits: `+7 916 987-65-43`. What is not a plain
/// number of 11 digits stays as it is.
fn formatted(phone: &str) -> String {
    let (plus, digits) = phone
        .strip_prefix('+')
        .map_or(("", phone), |digits| ("+", digits));
    let is_plain = digits.len() == 11 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let parts = [0..1, 1..4, 4..7, 7..9, 9..11].map(|range| digits.get(range));
    match parts {
        [
            Some(country),
            Some(area),
            Some(first),
            Some(second),
            Some(third),
        ] if is_plain => {
            format!("{plus}{country} {area} {first}-{second}-{third}")
        }
        _ => phone.to_owned(),
    }
}

/// The three documented forms, for messages.
pub(crate) const FORMS: &str = "a string, an array of strings, or an array of {value, typeId?}";

/// Reads one of the three documented forms: text, an array of texts, or an array of `{value,
/// typeId}`. Returns `None` for any other shape, including arrays of mixed forms.
pub(crate) fn parse(multifield: Multifield, written: &Value) -> Option<Vec<NewEntry>> {
    let text = |text: &Value| new_entry(multifield, text, None);
    match written {
        Value::String(_) => Some(vec![text(written)?]),
        Value::Array(texts) if texts.iter().all(Value::is_string) => {
            texts.iter().map(text).collect()
        }
        Value::Array(objects) => {
            let objects = objects.iter();
            objects.map(|one| parse_object(multifield, one)).collect()
        }
        _ => None,
    }
}

fn parse_object(multifield: Multifield, written: &Value) -> Option<NewEntry> {
    let object = written.as_object()?;
    let is_known = object.keys().all(|key| key == "value" || key == "typeId");
    let entry = new_entry(multifield, object.get("value")?, object.get("typeId"));
    entry.filter(|_| is_known)
}

fn new_entry(multifield: Multifield, value: &Value, type_id: Option<&Value>) -> Option<NewEntry> {
    let value = value.as_str().filter(|value| !value.trim().is_empty())?;
    let type_id = match type_id {
        None => Multifield::DEFAULT_TYPE_ID,
        Some(type_id) => {
            let mut type_ids = multifield.type_ids().iter();
            type_ids.find(|known| type_id == **known)?
        }
    };
    Some(NewEntry {
        multifield,
        type_id,
        value: value.to_owned(),
    })
}

pub(crate) fn values(multifield: Multifield, entries: &[Entry]) -> Value {
    let of_kind = entries
        .iter()
        .filter(|entry| entry.kind == multifield.kind_in_fm());
    of_kind.map(|entry| entry.value.clone()).collect()
}

/// Adds `fm` and its aliases to a record: `phone` is the first phone, `phoneMobile` the first
/// mobile one.
pub(crate) fn add_to(entries: &[Entry], view: &mut Map<String, Value>) {
    for multifield in Multifield::ALL {
        let mut of_kind = entries
            .iter()
            .filter(|entry| entry.kind == multifield.kind_in_fm())
            .peekable();
        if let Some(flag) = view.get_mut(&flag_name(*multifield)) {
            *flag = of_kind.peek().is_some().into();
        }
        for entry in of_kind {
            let typed = alias(*multifield, &entry.value_type);
            for name in [multifield.name().to_owned(), typed] {
                let shown = view.entry(name).or_insert(Value::Null);
                if shown.is_null() {
                    *shown = entry.value.clone().into();
                }
            }
        }
    }
    let fm = entries.iter().map(|entry| {
        json!({
            "id": entry.id,
            "typeId": entry.kind,
            "valueType": entry.value_type,
            "value": entry.value,
        })
    });
    view.insert(FM.to_owned(), fm.collect());
}

/// Returns true if a key of a record only repeats what `fm` says: `phoneWork`, `hasPhone`.
pub(crate) fn repeats_fm(key: &str) -> bool {
    Multifield::ALL.iter().any(|multifield| {
        let subtype = key.strip_prefix(multifield.name()).unwrap_or_default();
        subtype.starts_with(|first: char| first.is_ascii_uppercase())
            || key == flag_name(*multifield)
    })
}

/// `phoneMobile`
fn alias(multifield: Multifield, value_type: &str) -> String {
    format!("{}{}", multifield.name(), capitalised(value_type))
}

/// `hasPhone`
fn flag_name(multifield: Multifield) -> String {
    format!("has{}", capitalised(multifield.name()))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let rest = letters.map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}
