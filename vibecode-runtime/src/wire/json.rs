//! Reads parts of a JSON text without parsing the rest into values.

use std::{borrow::Cow, collections::HashSet};

use serde::{Deserialize, de::Error as _};
use serde_json::value::RawValue;

use super::members::{NotMembers, for_each_member};

/// Returns the values of some keys of a JSON object, as they are written. Returns `None` if the
/// text is not a JSON object, if a key is not valid text, or if one of these keys occurs twice with
/// different values.
pub(crate) fn pick<'a, const N: usize>(
    text: &'a str,
    keys: [&str; N],
) -> Option<[Option<&'a str>; N]> {
    let mut picked = [None; N];
    let position = |key: &str| keys.iter().position(|wanted| *wanted == key);
    pick_into(text, &mut picked, position, |_, _| {}).ok()?;
    Some(picked)
}

/// Why the values of an object's keys cannot be picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotPicked {
    NotMembers(NotMembers),
    /// The key with this index occurs twice, with different values.
    Ambiguous(usize),
}

/// Same as `pick`, but with a function that returns the index of a key. Passes the members with other
/// keys to `pass_over`.
#[inline]
pub(crate) fn pick_into<'a>(
    text: &'a str,
    picked: &mut [Option<&'a str>],
    index: impl Fn(&str) -> Option<usize>,
    mut pass_over: impl FnMut(&str, &'a str),
) -> Result<(), NotPicked> {
    let mut ambiguous = None;
    let read = for_each_member(text, |key, value| {
        let slot = index(key).and_then(|index| Some((index, picked.get_mut(index)?)));
        match slot {
            Some((index, slot)) => {
                if slot.replace(value).is_some_and(|before| before != value) {
                    ambiguous = Some(index);
                }
            }
            None => pass_over(key, value),
        }
    });
    read.map_err(NotPicked::NotMembers)?;
    ambiguous.map_or(Ok(()), |index| Err(NotPicked::Ambiguous(index)))
}

/// Returns the elements of a list with gaps, which PHP writes as an object (`{"0":…,"2":…}`), in
/// the order of their indexes. Returns `None` if a key is not an index, or if the object is empty:
/// PHP writes an empty list as `[]`.
pub(crate) fn list_with_gaps(text: &str) -> Option<Vec<&str>> {
    let pairs = pairs(text)?;
    let indexed = pairs
        .into_iter()
        .map(|(key, value)| Some((index(&key)?, value)));
    let mut indexed: Vec<_> = indexed.collect::<Option<_>>()?;
    indexed.sort_by_key(|(index, _)| *index);
    let elements: Vec<_> = indexed.into_iter().map(|(_, value)| value).collect();
    (!elements.is_empty()).then_some(elements)
}

/// Whether a key is the index of a list with gaps, so that the object is not a single value.
pub(crate) fn has_index_among_keys(text: &str) -> bool {
    pairs(text).is_none_or(|pairs| pairs.iter().any(|(key, _)| index(key).is_some()))
}

/// Parses a key as an index, in the only form in which PHP writes it.
pub(crate) fn index(key: &str) -> Option<u64> {
    let is_canonical = key == "0" || !key.starts_with(['0', '+']);
    key.parse().ok().filter(|_| is_canonical)
}

/// Returns whether a value is an object. It must not begin with white space.
pub(crate) fn is_object(value: &str) -> bool {
    value.starts_with('{')
}

/// Returns the elements of a JSON list, or `None` if it is not one.
pub(crate) fn elements(text: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

/// Returns the keys of a JSON object with their values, in the order of the text. Returns `None` if
/// it is not an object, if a key is not valid text, or if a key occurs twice.
pub(crate) fn pairs(text: &str) -> Option<Vec<(String, &str)>> {
    let mut pairs = Vec::new();
    for_each_member(text, |key, value| pairs.push((key.to_owned(), value))).ok()?;
    let mut keys = HashSet::with_capacity(pairs.len());
    let is_unique = pairs.iter().all(|(key, _)| keys.insert(key.as_str()));
    is_unique.then_some(pairs)
}

/// Returns the value of a key among the pairs of an object.
pub(crate) fn value_of<'a>(pairs: &[(String, &'a str)], key: &str) -> Option<&'a str> {
    let mut pairs = pairs.iter();
    pairs.find_map(|(name, value)| (name == key).then_some(*value))
}

/// Returns the text of a JSON string. Returns `None` for other JSON, and for text with a lone
/// surrogate, which no `str` can hold.
pub(crate) fn string(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(json).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// Returns the text of a string, or a number as it is written, since the API returns either.
pub(crate) fn text(json: &str) -> Option<Cow<'_, str>> {
    if is_number(json) {
        return Some(Cow::Borrowed(json));
    }
    string(json)
}

pub(crate) fn is_number(json: &str) -> bool {
    json.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

pub(crate) fn is_string(json: &str) -> bool {
    json.starts_with('"')
}

/// Reads a boolean in any of its forms (api.md, "Forms that are read"), bare or in quotes. Returns `None` if it is
/// not a boolean.
pub(crate) fn boolean(json: &str) -> Option<bool> {
    match text(json).as_deref().unwrap_or(json) {
        "true" | "1" | "Y" | "y" => Some(true),
        "false" | "0" | "N" | "n" => Some(false),
        _ => None,
    }
}

/// Reads a flag of an answer, such as `hasMore`: a boolean, or nothing for no. Returns `None` if it is not
/// understood.
pub(crate) fn flag(json: &str) -> Option<bool> {
    if matches!(json, "null" | r#""""#) {
        return Some(false);
    }
    boolean(json)
}

/// Reads a value of any type from a text. The error does not contain the content.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        // The text is known to be JSON, so a syntax error means that serde_json cannot represent
        // it.
        let problem = if error.is_data() {
            "has another shape"
        } else {
            "is nested too deeply, or has half of a surrogate pair in it"
        };
        serde_json::Error::custom(format!(
            "the value at line {line}, column {column} {problem}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_keys_are_picked_and_the_rest_is_passed_over() {
        let json = r#"{"a":{"x":[1,2],"id":5},"id":"71","b":null}"#;
        let [id, none] = pick(json, ["id", "c"]).unwrap();
        assert_eq!(id, Some(r#""71""#));
        assert!(none.is_none());
    }

    #[test]
    fn a_key_that_is_there_twice_is_known_only_if_both_values_are_the_same() {
        for (json, is_known) in [
            (r#"{"id":71,"id":71}"#, true),
            (r#"{"id":71,"id":72}"#, false),
            (r#"{"id":71,"id":null}"#, false),
            (r#"{"id":71,"\u0069d":72}"#, false),
            // These keys are not picked.
            (r#"{"id":71,"a":1,"a":2}"#, true),
        ] {
            assert_eq!(pick(json, ["id"]).is_some(), is_known, "{json}");
        }
    }

    #[test]
    fn pairs_of_an_object_with_a_doubled_key_are_not_known() {
        assert_eq!(pairs(r#"{"a":1,"b":1}"#).unwrap().len(), 2);
        for json in [r#"{"a":1,"a":2}"#, r#"{"a":1,"b":2,"\u0061":1}"#] {
            assert!(pairs(json).is_none(), "{json}");
            assert!(has_index_among_keys(json), "{json}");
        }
        assert!(list_with_gaps(r#"{"0":1,"0":1}"#).is_none());
    }

    #[test]
    fn an_object_is_known_by_its_first_letter() {
        for (json, expected) in [(r#" {"a":1}"#, true), (r#"["{"]"#, false), ("null", false)] {
            let value: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(is_object(value.get()), expected, "{json}");
        }
    }

    #[test]
    fn what_is_not_a_whole_object_is_not_picked_from() {
        for text in [
            "",
            "[]",
            "1",
            "{\"id\":",
            "{\"id\":1",
            "{\"id\":1} x",
            "<html>",
        ] {
            assert!(pick(text, ["id"]).is_none(), "{text}");
        }
    }
}
