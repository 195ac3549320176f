//! The labels of an enum's options or codes.
//!
//! Generated code has them in one text, `LABELS`, to keep compile times short: a match for each direction costs five
//! times as much. Each row of the text is a mark, the value and the label, both with their
//! length in bytes before them: `+3:WEB7:Website`. The mark is `+` if no other value of the set has this label, and `=`
//! otherwise.

use crate::{OptionEnum, StatusEnum};

/// Returns the label of an option.
pub fn of_option<T: OptionEnum>(option: &T) -> Option<&'static str> {
    of_value(T::LABELS, &option.wire_id().to_string())
}

/// Returns the label of a code.
pub fn of_code<T: StatusEnum>(code: &T) -> Option<&'static str> {
    of_value(T::LABELS, code.wire_code())
}

/// Returns the only option with this label.
#[must_use]
pub fn option<T: OptionEnum>(label: &str) -> Option<T> {
    T::of_wire_id(value(T::LABELS, label)?.parse().ok()?)
}

/// Returns the only code with this label.
#[must_use]
pub fn code<T: StatusEnum>(label: &str) -> Option<T> {
    T::of_wire_code(value(T::LABELS, label)?)
}

fn of_value(labels: &'static str, value: &str) -> Option<&'static str> {
    rows(labels).find_map(|row| (row.value == value).then_some(row.label))
}

fn value(labels: &'static str, label: &str) -> Option<&'static str> {
    rows(labels).find_map(|row| (row.is_unique && row.label == label).then_some(row.value))
}

struct Row {
    value: &'static str,
    label: &'static str,
    is_unique: bool,
}

fn rows(mut text: &'static str) -> impl Iterator<Item = Row> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let Some((row, rest)) = first_row(text) else {
            unreachable!("the derive macro writes whole rows");
        };
        text = rest;
        Some(row)
    })
}

fn first_row(text: &'static str) -> Option<(Row, &'static str)> {
    let is_unique = text.starts_with('+');
    let (value, rest) = first_text(text.strip_prefix(['+', '='])?)?;
    let (label, rest) = first_text(rest)?;
    let row = Row {
        value,
        label,
        is_unique,
    };
    Some((row, rest))
}

fn first_text(text: &'static str) -> Option<(&'static str, &'static str)> {
    let (length, rest) = text.split_once(':')?;
    rest.split_at_checked(length.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_whatever_they_contain() {
        let labels = "+1:A3:1:B=3:7:B2:==+1:C0:+1:D6:Цех=1:E2:==";
        let of = |value| of_value(labels, value);
        assert_eq!(of("A"), Some("1:B"));
        assert_eq!(of("7:B"), Some("=="));
        assert_eq!(of("C"), Some(""));
        assert_eq!(of("D"), Some("Цех"));
        assert_eq!(of("B"), None);
        assert_eq!(value(labels, "1:B"), Some("A"));
        assert_eq!(value(labels, "Цех"), Some("D"));
        assert_eq!(value(labels, "=="), None);
        assert_eq!(value(labels, "7:B"), None);
    }
}
