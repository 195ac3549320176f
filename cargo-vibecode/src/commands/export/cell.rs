//! The cells of a record: the values of its fields, and its phones and emails.

use serde_json::value::RawValue;
use vibecode_runtime::MultifieldEntry;
use vibecode_spec::{Field, Multifield};

pub(super) use crate::returned_value::Scalar;
use crate::returned_value::{self, ReturnedValue};

/// The cell of a record's field.
#[derive(Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Empty,
    /// The record does not show the field, so its value is not known.
    NotShown,
    One(Scalar<'a>),
    List(Vec<Scalar<'a>>),
    /// Phones or emails with their types.
    Typed(Vec<(&'a str, &'static str)>),
}

/// What is noted of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellNote {
    Nothing,
    NotShown,
    /// A code that the portal does not list now.
    OldCode,
    /// A phone or an email with a type that the API does not write.
    OtherType,
}

/// Reads the value of a field that is not a multifield. A problem is the end of a sentence that begins with the
/// name of the field.
pub(super) fn read<'a>(field: &Field, json: &'a RawValue) -> Result<Cell<'a>, &'static str> {
    Ok(match returned_value::read(field, json)? {
        ReturnedValue::Nothing => Cell::Empty,
        ReturnedValue::One(value) => Cell::One(value),
        ReturnedValue::List(values) => Cell::List(values),
    })
}

/// Reads the phones or emails of a record. Returns also how many have a type that the API does not write.
pub(super) fn typed(entries: &[MultifieldEntry], multifield: Multifield) -> (Cell<'_>, u64) {
    let mut as_other = 0;
    let kind = multifield.kind_in_fm();
    let entries = entries.iter().filter(|entry| entry.kind() == kind);
    let values: Vec<_> = entries
        .map(|entry| {
            let mut known = multifield.type_ids().iter();
            let known = known.find(|known| **known == entry.value_type());
            as_other += u64::from(known.is_none());
            (entry.value(), known.copied().unwrap_or(OTHER))
        })
        .collect();
    let cell = if values.is_empty() {
        Cell::Empty
    } else {
        Cell::Typed(values)
    };
    (cell, as_other)
}

/// The type of what has another type than those that can be written.
const OTHER: &str = "OTHER";
