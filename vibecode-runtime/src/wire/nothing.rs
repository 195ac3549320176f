//! What counts as nothing.
//!
//! The API writes "nothing" as null, "", [], false or 0 (api.md, "Records", grade B). Which
//! of these a reader takes for nothing depends on the values that the field can have: in a boolean,
//! `false` is a value, and in a number, 0 is. So there is one function for each case:
//!
//! | function | null, "", [] | false | 0 | "0", {} |
//! |---|---|---|---|---|
//! | `is_nothing_as_boolean` | yes | no | no | no |
//! | `is_nothing_as_value` | yes | yes | no | no |
//! | `is_nothing_as_id` | yes | yes | yes | "0" only |
//! | `is_nothing` | yes | yes | yes | yes |

use super::{
    json,
    number::{Decimal, whole},
};

/// Whether JSON is "nothing" in any of its forms, for a reader that knows no field in which one of
/// them is a value: when two values are compared, and where a text, an object or a list is expected.
/// PHP may write an empty list as an empty object.
pub(crate) fn is_nothing(json: &str) -> bool {
    let is_zero = |number| Decimal::of(number).is_some_and(|number| number.is_zero());
    is_nothing_as_value(json)
        || is_empty(json, '{', '}')
        || json::string(json).is_some_and(|text| text == "0")
        || json::is_number(json) && is_zero(json)
}

/// Whether JSON is "nothing" in a field of any kind but a boolean. 0 may be a number.
pub(crate) fn is_nothing_as_value(json: &str) -> bool {
    json == "false" || is_nothing_as_boolean(json)
}

/// Whether JSON is "nothing" in a boolean field.
pub(crate) fn is_nothing_as_boolean(json: &str) -> bool {
    matches!(json, "null" | r#""""#) || is_empty(json, '[', ']')
}

/// Whether JSON is "nothing" in a field that contains an id. 0 is not the id of a record.
pub(crate) fn is_nothing_as_id(json: &str) -> bool {
    // Nearly all ids: a number that begins with another digit than 0 is not 0.
    if json.starts_with(|first: char| matches!(first, '1'..='9')) {
        return false;
    }
    // `u64`, since a number that does not fit the type is compared digit by digit, which is slow.
    is_nothing_as_value(json) || json::text(json).and_then(|text| whole::<u64>(&text)) == Some(0)
}

fn is_empty(json: &str, open: char, close: char) -> bool {
    let inner = json
        .strip_prefix(open)
        .and_then(|it| it.strip_suffix(close));
    inner.is_some_and(|inner| inner.trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_takes_for_nothing_what_cannot_be_a_value_of_its_field() {
        let readers = [
            is_nothing_as_boolean,
            is_nothing_as_value,
            is_nothing_as_id,
            is_nothing,
        ];
        for (json, expected) in [
            ("null", [true, true, true, true]),
            (r#""""#, [true, true, true, true]),
            ("[]", [true, true, true, true]),
            ("[ ]", [true, true, true, true]),
            ("false", [false, true, true, true]),
            ("0", [false, false, true, true]),
            ("0.00", [false, false, true, true]),
            (r#""0""#, [false, false, true, true]),
            // The text of a version, but no id.
            (r#""0.0""#, [false, false, true, false]),
            ("{}", [false, false, false, true]),
            ("true", [false; 4]),
            ("1", [false; 4]),
            (r#"" ""#, [false; 4]),
            (r#""false""#, [false; 4]),
            (r#""\ud83d""#, [false; 4]),
            ("[0]", [false; 4]),
            (r#"{"a":1}"#, [false; 4]),
        ] {
            assert_eq!(readers.map(|reads| reads(json)), expected, "{json}");
        }
    }
}
