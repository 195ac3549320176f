//! What counts as an id.
//!
//! The id that says which record an answer shows must be written as the API writes ids. An id that a
//! record contains in a field may have passed through a decimal column of the database (`15.00`).
//! 0 is never an id.

use super::{
    json::{index, text},
    number::{is_digits, whole},
};

/// Returns the id of a record or an entry: a number, or a string of its digits. Other forms that
/// could be parsed as a number (`+71`, `071`, `71.0`) are not how the API writes an id.
pub(crate) fn of_record(json: &str) -> Option<u64> {
    index(&text(json)?).filter(|id| *id != 0)
}

/// Returns the id that a field contains, in any form of a whole number.
pub(crate) fn of_field(json: &str) -> Option<u64> {
    of_text(&text(json)?)
}

/// Same as `of_field`, for a number or text that is not JSON.
pub(crate) fn of_text(text: &str) -> Option<u64> {
    whole(text).filter(|id| *id != 0)
}

/// Whether JSON is the id of some entity: a number, or text such as a currency's.
pub(crate) fn is_of_any_entity(json: &str) -> bool {
    text(json).is_some_and(|id| !id.is_empty())
}

/// Returns an element of a list of ids as text: an id, or a link such as `CO_3`. A list of integers
/// may be one of ids, so a bare 0 is an element too.
pub(crate) fn of_element(json: &str) -> Option<String> {
    let text = text(json)?;
    let is_id = json == "0" || is_digits(&text) && !text.starts_with('0') || is_link(&text);
    is_id.then(|| text.into_owned())
}

fn is_link(text: &str) -> bool {
    text.split_once('_').is_some_and(|(entity, id)| {
        entity.starts_with(|first: char| first.is_ascii_uppercase())
            && entity.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && is_digits(id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_or_its_digits() {
        for json in ["71", r#""71""#, r#""\u00371""#] {
            assert_eq!(of_record(json), Some(71), "{json}");
        }
        for json in [
            "0",
            r#""0""#,
            r#""""#,
            "71.0",
            "7.1e1",
            "-71",
            r#""+71""#,
            r#"" 71""#,
            r#""071""#,
            r#""71\ud83d""#,
            "99999999999999999999",
            "null",
            "[71]",
            "true",
        ] {
            assert_eq!(of_record(json), None, "{json}");
        }
    }

    #[test]
    fn the_id_in_a_field_may_be_the_number_of_a_decimal_column() {
        for json in ["71", r#""71""#, "71.0", r#""71.00""#, "7.1e1"] {
            assert_eq!(of_field(json), Some(71), "{json}");
        }
        for json in ["0", r#""0.00""#, "-71", "71.5", r#""""#, "null", "[71]"] {
            assert_eq!(of_field(json), None, "{json}");
        }
    }
}
