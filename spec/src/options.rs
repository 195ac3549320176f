//! Reads the options of a list from the description of a field, in all of its forms.

use std::collections::HashSet;

use crate::{
    Item, Kind, SchemaError,
    json::{Json, Object},
    localized_label::label_in,
    one_line,
};

/// The keys that hold options: `items` in the REST layer underneath (grade B), and `enum` in the API's
/// own vocabulary (grade O; the form of its value is not known).
pub(crate) const LISTS: &[&str] = &["items", "enum"];
pub(crate) const IDS: &[&str] = &["ID", "id"];
const LABELS: &[&str] = &[
    "VALUE", "value", "NAME", "name", "LABEL", "label", "TITLE", "title",
];
/// In an option without an id, `value` is the id if another key holds the label.
const VALUES: &[&str] = &["VALUE", "value"];

/// Reads the options in the description of a field. No option is skipped: an unreadable option is an
/// error.
pub(crate) fn read(
    field: &str,
    kind: &Kind,
    description: &Json<'_>,
) -> Result<Vec<Item>, SchemaError> {
    let list = Options { field, kind };
    for key in LISTS {
        let items = description.get(key).map_or(Ok(Vec::new()), |items| {
            list.read(items)
                .map_err(|problem| SchemaError::of_the_whole(list.named(key, &problem)))
        })?;
        if !items.is_empty() {
            return Ok(items);
        }
    }
    Ok(Vec::new())
}

struct Options<'a> {
    field: &'a str,
    kind: &'a Kind,
}

impl Options<'_> {
    fn named(&self, key: &str, problem: &str) -> String {
        format!(
            "the options (`{key}`) of `{}` cannot be read: {problem}",
            one_line(self.field)
        )
    }

    fn read(&self, items: &Json<'_>) -> Result<Vec<Item>, String> {
        let items: Vec<Item> = match items {
            Json::Null => Vec::new(),
            Json::List(items) => {
                let items = items.iter().map(|item| self.item(item));
                items.collect::<Result<_, _>>()?
            }
            Json::Object(items) => {
                let items = items
                    .members()
                    .into_iter()
                    .map(|(key, item)| self.entry(key, item));
                items.collect::<Result<_, _>>()?
            }
            Json::Text(_) | Json::Number(_) | Json::Bool(_) => {
                return Err("they are neither a list nor a map".to_owned());
            }
        };
        self.check(items)
    }

    /// Reads an entry of a map. If the value is an object, the key is ignored: PHP serializes a list
    /// with gaps as a map. Otherwise the entry maps an id to a label.
    fn entry(&self, key: &str, item: &Json<'_>) -> Result<Item, String> {
        if item.is_object() {
            return self.item(item);
        }
        let label = label_in(item).ok_or_else(|| without_a_label(key))?;
        Ok(Item::new(key.to_owned(), label))
    }

    fn item(&self, item: &Json<'_>) -> Result<Item, String> {
        let Some(item) = item.as_object() else {
            return self.bare(item);
        };
        let (id, label) = match first(item, IDS) {
            Some(id) => (Some(id), first(item, LABELS)),
            None => (first(item, VALUES), first_but(item, LABELS, VALUES)),
        };
        let id = id.filter(|_| label.is_some()).and_then(text);
        let id = id.ok_or("an option has no id")?;
        let label = label
            .and_then(label_in)
            .ok_or_else(|| without_a_label(&id))?;
        Ok(Item::new(id, label))
    }

    /// Reads an option that is a single value: a code, which is also its label. This is an error for a
    /// list, since its options must have ids.
    fn bare(&self, item: &Json<'_>) -> Result<Item, String> {
        if self.has_numbers() {
            return Err("an option has no id".to_owned());
        }
        let id = text(item).ok_or("an option has no id")?;
        Ok(Item::new(id.clone(), id))
    }

    /// Returns whether the ids of the options must be numbers. They are for a list; in other fields they
    /// may be codes.
    fn has_numbers(&self) -> bool {
        matches!(self.kind, Kind::Enumeration | Kind::Unknown(_))
    }

    fn check(&self, mut items: Vec<Item>) -> Result<Vec<Item>, String> {
        let mut ids = HashSet::new();
        for item in &mut items {
            if self.has_numbers() {
                let id = item.id.trim().parse::<u64>().ok().filter(|id| *id > 0);
                let Some(id) = id else {
                    let given = one_line(&item.id);
                    return Err(format!("the id `{given}` is not a number above 0"));
                };
                item.id = id.to_string();
            }
            if !ids.insert(item.id.clone()) {
                return Err(format!("two options have the id {}", one_line(&item.id)));
            }
        }
        Ok(items)
    }
}

fn without_a_label(id: &str) -> String {
    format!("the option {} has no label", one_line(id))
}

fn first<'v, 'a>(item: &'v Object<'a>, keys: &[&str]) -> Option<&'v Json<'a>> {
    first_but(item, keys, &[])
}

fn first_but<'v, 'a>(item: &'v Object<'a>, keys: &[&str], but: &[&str]) -> Option<&'v Json<'a>> {
    let mut keys = keys.iter().filter(|key| !but.contains(key));
    keys.find_map(|key| item.get(key))
}

fn text(value: &Json<'_>) -> Option<String> {
    match value {
        Json::Text(text) => Some(text.clone().into_owned()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of_list(description: &Value) -> Result<Vec<(String, String)>, String> {
        let items = read("ufCrmTier", &Kind::Enumeration, &Json::from(description));
        let items = items.map_err(|error| error.to_string())?;
        let pairs = items.into_iter().map(|item| (item.id, item.label));
        Ok(pairs.collect())
    }

    #[test]
    fn every_form_of_a_list_of_options_is_the_same_list() {
        let expected = Ok(vec![
            ("81".to_owned(), "Gold".to_owned()),
            ("82".to_owned(), "7".to_owned()),
        ]);
        for description in [
            json!({"items": [{"ID": "81", "VALUE": "Gold"}, {"ID": "82", "VALUE": 7}]}),
            json!({"items": [{"id": 81, "value": "Gold"}, {"id": 82, "value": "7"}]}),
            json!({"items": {"0": {"ID": "81", "VALUE": "Gold"}, "2": {"ID": "82", "VALUE": "7"}}}),
            json!({"items": {"81": "Gold", "82": 7}}),
            json!({"enum": [{"id": 81, "name": "Gold"}, {"id": 82, "label": "7"}]}),
            json!({"enum": [{"value": 81, "label": "Gold"}, {"value": "82", "label": "7"}]}),
            json!({"enum": [{"ID": "081", "VALUE": {"ru": "Gold"}}, {"ID": " 82", "VALUE": "7"}]}),
            json!({"items": [], "enum": {"81": "Gold", "82": "7"}}),
            json!({"items": null, "enum": {"81": "Gold", "82": "7"}}),
        ] {
            assert_eq!(of_list(&description), expected, "{description}");
        }
        for none in [
            json!({}),
            json!({"items": []}),
            json!({"items": {}, "enum": null}),
        ] {
            assert_eq!(of_list(&none), Ok(Vec::new()), "{none}");
        }
    }

    #[test]
    fn options_that_cannot_be_read_are_an_error_that_names_the_field() {
        for (description, problem) in [
            (json!({"items": "Gold"}), "neither a list nor a map"),
            (json!({"items": 81}), "neither a list nor a map"),
            (json!({"items": ["Gold"]}), "has no id"),
            (json!({"items": [null]}), "has no id"),
            (json!({"items": [{"VALUE": "Gold"}]}), "has no id"),
            (json!({"items": [{"ID": "81"}]}), "has no id"),
            (
                json!({"items": [{"ID": ["81"], "VALUE": "Gold"}]}),
                "has no id",
            ),
            (
                json!({"items": [{"ID": "81", "VALUE": ["Gold"]}]}),
                "81 has no label",
            ),
            (json!({"items": {"81": true}}), "81 has no label"),
            (
                json!({"items": [{"ID": "gold", "VALUE": "Gold"}]}),
                "`gold` is not a number above 0",
            ),
            (
                json!({"items": [{"ID": "-81", "VALUE": "Gold"}]}),
                "not a number above 0",
            ),
            (
                json!({"items": [{"ID": 81.5, "VALUE": "Gold"}]}),
                "not a number above 0",
            ),
            (
                json!({"items": [{"ID": "0", "VALUE": "Gold"}]}),
                "not a number above 0",
            ),
            (
                json!({"items": {"0": "Gold", "1": "Silver"}}),
                "not a number above 0",
            ),
            (
                json!({"items": [{"ID": "81", "VALUE": "a"}, {"ID": 81, "VALUE": "b"}]}),
                "two options have the id 81",
            ),
            (json!({"enum": ["Gold"]}), "has no id"),
            (json!({"items": [], "enum": "x"}), "(`enum`)"),
        ] {
            let error = of_list(&description).unwrap_err();
            assert!(
                error.contains("`ufCrmTier`") && error.contains(problem),
                "{error}"
            );
        }
    }

    #[test]
    fn what_is_not_a_list_may_have_codes_for_options() {
        let codes = json!({"enum": ["NEW", "WON"]});
        let items = read("stageId", &Kind::Status, &Json::from(&codes)).unwrap();
        assert_eq!((&*items[1].id, &*items[1].label), ("WON", "WON"));
        let nested = json!({"enum": [["NEW"]]});
        assert!(read("stageId", &Kind::Status, &Json::from(&nested)).is_err());
    }
}
