//! The records on the page: which of them are shown, and what of each.

use serde_json::{Value, json};
use vibecode_spec::Field;

use super::view::View;
use crate::portal::{Portal, fields::Fields, multifield::Entry, record::Record, table::Table};

/// The number of records on a page.
const PAGE_LENGTH: usize = 50;

/// How much of a value is shown, in characters.
const MAX_VALUE_LENGTH: usize = 300;

/// What a record is called by: the first of these lines that has a value.
const NAMES: &[&[&str]] = &[
    &["name", "secondName", "lastName"],
    &["title"],
    &["subject"],
    &["accountNumber"],
    &["city", "address1"],
];

/// Returns the entities, and the records of the view: a page of those that match.
pub(super) fn of(view: &View, portal: &Portal) -> Value {
    let tables = portal.tables.iter();
    let table = tables
        .filter(|(entity, _)| entity.path() == view.entity)
        .map(|(_, table)| table)
        .next();
    let found = table.map(|table| found(&view.find, table));
    let found = found.unwrap_or_default();
    let pages = found.len().div_ceil(PAGE_LENGTH).max(1);
    // The page may be gone, because records were deleted.
    let page = view.page.clamp(1, pages);
    let first = (page - 1) * PAGE_LENGTH;
    let records = table.map(|table| {
        let records = found.iter().skip(first).take(PAGE_LENGTH);
        let records = records.map(|record| shown_record(record, &table.fields));
        records.collect::<Vec<_>>()
    });
    json!({
        "entities": entities(portal),
        "entity": view.entity,
        "find": view.find,
        "page": page,
        "pages": pages,
        "found": found.len(),
        "first": first + 1,
        "shown": records.unwrap_or_default(),
    })
}

/// Returns the entities of the portal with the number of their records, contacts first.
fn entities(portal: &Portal) -> Value {
    let tables = portal.tables.iter();
    let mut entities: Vec<(String, usize)> = tables
        .map(|(entity, table)| (entity.path(), table.records.len()))
        .collect();
    entities.sort_by(|(one, _), (other, _)| {
        let of_contacts = |path: &str| path != "contacts";
        (of_contacts(one), one).cmp(&(of_contacts(other), other))
    });
    let entities = entities.into_iter();
    entities
        .map(|(path, count)| json!({ "path": path, "count": count }))
        .collect()
}

/// Returns the records that contain every word, by id. The record with the id that was typed comes
/// first: phones contain most numbers.
fn found<'a>(find: &str, table: &'a Table) -> Vec<&'a Record> {
    let find = find.to_lowercase();
    let words: Vec<&str> = find.split_whitespace().collect();
    let mut found: Vec<&Record> = table.records.values().collect();
    if words.is_empty() {
        return found;
    }
    let phone = phone_digits(&find);
    found.retain(|record| {
        let text = text(record);
        words.iter().all(|word| text.contains(word))
            || phone.as_ref().is_some_and(|digits| {
                let mut entries = record.entries.iter();
                entries.any(|entry| self::digits(&entry.value).contains(digits))
            })
    });
    if let [word] = words[..]
        && let Ok(id) = word.parse::<u64>()
    {
        found.sort_by_key(|record| record.id != id);
    }
    found
}

/// Returns everything in the record that can be found, in lower case.
fn text(record: &Record) -> String {
    let mut text = record.id.to_string();
    let values = record.values.values().map(value_text);
    let entries = record.entries.iter().map(|entry| entry.value.clone());
    for value in values.chain(entries) {
        text.push('\n');
        text.push_str(&value.to_lowercase());
    }
    text
}

/// Returns the digits of what can be a part of a phone, as people write it.
fn phone_digits(find: &str) -> Option<String> {
    let is_of_phone = |letter: char| letter.is_ascii_digit() || "+-() ".contains(letter);
    let digits = digits(find);
    (find.chars().all(is_of_phone) && digits.len() > 2).then_some(digits)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn shown_record(record: &Record, fields: &Fields) -> Value {
    let entries = record.entries.iter().map(entry);
    let values = record.values.iter();
    let values = values.map(|(key, value)| shown_value(key, value, fields.get(key)));
    json!({
        "id": record.id,
        "name": name(record),
        "fields": entries.chain(values).collect::<Vec<_>>(),
    })
}

fn name(record: &Record) -> String {
    let names = NAMES.iter().map(|keys| {
        let values = keys.iter().filter_map(|key| record.values.get(*key));
        let values = values.filter_map(Value::as_str);
        let values = values.map(str::trim).filter(|value| !value.is_empty());
        cut(&values.collect::<Vec<_>>().join(" "))
    });
    let mut names = names.filter(|name| !name.is_empty());
    names.next().unwrap_or_default()
}

/// `phone`, `email`, `web`
fn entry(entry: &Entry) -> Value {
    json!({
        "key": entry.kind.to_lowercase(),
        "value": cut(&entry.value),
        "type": entry.value_type,
    })
}

/// A value with the label of its user field, and of its option.
fn shown_value(key: &str, value: &Value, field: Option<&Field>) -> Value {
    let text = value_text(value);
    let option = field.and_then(|field| field.items.iter().find(|item| item.id == text));
    let label = field.filter(|_| key.starts_with("uf"));
    let label = label.and_then(|field| field.title.as_deref());
    json!({
        "key": key,
        "label": label.filter(|label| *label != key).map(cut),
        "value": cut(&text),
        "type": option.map(|option| cut(&option.label)),
    })
}

/// Returns a text as it is, and anything else as JSON; nothing of null.
fn value_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE_LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_two_letters() {
        let shown = cut(&"я".repeat(MAX_VALUE_LENGTH + 1));
        assert_eq!(shown, format!("{}…", "я".repeat(MAX_VALUE_LENGTH)));
        let whole = "я".repeat(MAX_VALUE_LENGTH);
        assert_eq!(cut(&whole), whole);
    }

    #[test]
    fn what_people_write_as_a_phone_is_compared_by_its_digits() {
        let digits = phone_digits("+7 (916) 000-00-02");
        assert_eq!(digits.as_deref(), Some("79160000002"));
        assert_eq!(phone_digits("71"), None);
        assert_eq!(phone_digits("ivan 916"), None);
    }
}
