//! Which cells `bulk` certainly reads as the value that the record has, so that their rows need not be read back.
//!
//! Reading a row costs more than writing it. A scan of its cells is cheap, and most rows pass it. Example: in the row
//! `71,Director,15,+79161112233:WORK` the text has letters only, the number digits only, and the phone a plausible number
//! of digits after `+`.
//!
//! The scan relies on these rules, and leaves whatever they do not cover to `bulk`:
//! - the readers of CSV and of JSON Lines read any text as it was written, without the space around it;
//! - `CellStyle::normal` changes and refuses no such text, number or date; of other texts it is asked;
//! - `garbled::problem` finds nothing in ASCII without `?` and control characters; of other texts it is asked;
//! - `EntryRules::check` is asked about each phone and email, once its form shows that it is one value;
//! - a text is the same as itself, a number in digits as the same digits in text, and a day as the times that
//!   `returned_value` reads as this day (`equality` in the runtime);
//! - an option or a code means the same in every row with the same pipeline. It is harmless once a row with it was read.
//!
//! What is the same in all rows, such as a field that cannot be changed, is not scanned for: the cells of a column are
//! harmless only after `bulk` has read one.

use std::collections::HashSet;

use vibecode_spec::{Field, Kind, Multifield};

use super::{
    super::cell::{Cell, CellNote, Scalar},
    WrittenRecord,
};
use crate::{
    cells::CellStyle,
    change::{self, PIPELINE, entries::EntryRules},
    commands::bulk::{ColumnOptions, Columns as BulkColumns, Target},
    garbled::{self, TextUse},
};

/// The longest row that is scanned: `bulk` refuses rows that are far longer.
const LONGEST_ROW: usize = 64 * 1024;
/// The number of options or codes of a column that are remembered.
const MAX_REMEMBERED: usize = 1000;
/// The number of digits that certainly arrive as they were written.
const MAX_DIGITS: usize = 15;
/// Earlier days are left to `bulk`. A time before 1970 has a negative number of seconds, and `returned_value` and `equality`
/// round a fraction of a second there in different ways, so that they may find different days.
const FIRST_YEAR: &str = "1971";

/// The columns after the id, and what is known of their cells.
#[derive(Debug)]
pub(super) struct HarmlessCells {
    columns: Vec<Column>,
    /// The index of the column with the pipeline of the record.
    pipeline: Option<usize>,
    /// The key of an option or a code, while it is looked up.
    key: String,
}

#[derive(Debug)]
struct Column {
    rule: Rule,
    /// Whether `bulk` has read a cell of it without a problem.
    is_proven: bool,
    /// The options and codes that `bulk` has read.
    remembered: HashSet<String>,
}

/// Which values of a column are harmless.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Text(TextUse),
    WholeNumber,
    Number,
    Boolean,
    Day,
    Time,
    DayOrTime,
    /// Those that were read before, in the same pipeline if it matters.
    Remembered {
        is_by_pipeline: bool,
    },
    Entries(Multifield, EntryRules),
    LeftToBulk,
}

impl HarmlessCells {
    /// `fields` has the wire names of the columns after the id.
    pub(super) fn new(
        options: &ColumnOptions<'_>,
        columns: &BulkColumns<'_>,
        fields: &[String],
    ) -> Self {
        let targets = columns.described().map(|(_, target)| target).skip(1);
        let of_field = |(name, target): (&String, &Result<Target, String>)| Column {
            rule: Rule::of(options, name, target.as_ref().ok()),
            is_proven: false,
            remembered: HashSet::new(),
        };
        Self {
            columns: fields.iter().zip(targets).map(of_field).collect(),
            pipeline: fields.iter().position(|name| name == PIPELINE),
            key: String::new(),
        }
    }

    /// Returns whether `bulk` certainly reads every cell of a row as the value of the record.
    pub(super) fn are_all(&mut self, row: &[u8], written: WrittenRecord<'_>) -> bool {
        let WrittenRecord {
            id, cells, notes, ..
        } = written;
        let counts = [cells.len(), notes.len()];
        if id == 0 || row.len() > LONGEST_ROW || counts != [self.columns.len(); 2] {
            return false;
        }
        let pipeline = text_of(self.pipeline, cells);
        let mut cells = self.columns.iter().zip(cells.iter().zip(notes));
        cells.all(|(column, (cell, note))| column.is_harmless(cell, *note, pipeline, &mut self.key))
    }

    /// Remembers the cells of a row that `bulk` has read without a problem.
    pub(super) fn learn(&mut self, written: WrittenRecord<'_>) {
        let pipeline = text_of(self.pipeline, written.cells);
        let cells = written.cells.iter().zip(written.notes);
        for (column, (cell, note)) in self.columns.iter_mut().zip(cells) {
            if *note != CellNote::Nothing || *cell == Cell::Empty {
                continue;
            }
            column.is_proven = true;
            if let (Rule::Remembered { is_by_pipeline }, Cell::One(value)) = (column.rule, cell)
                && has_one_form(value.text())
                && column.remembered.len() < MAX_REMEMBERED
            {
                write_key(&mut self.key, value, is_by_pipeline.then_some(pipeline));
                column.remembered.insert(self.key.clone());
            }
        }
    }
}

/// Returns the text of the cell with the pipeline. If it is empty or not known, `bulk` reads none.
fn text_of<'c>(pipeline: Option<usize>, cells: &'c [Cell<'_>]) -> &'c str {
    match pipeline.and_then(|index| cells.get(index)) {
        Some(Cell::One(value)) => value.text(),
        Some(Cell::Empty | Cell::NotShown | Cell::List(_) | Cell::Typed(_)) | None => "",
    }
}

/// Writes what decides the meaning of an option or a code: an id that is a number may also be the label of another one.
fn write_key(key: &mut String, value: &Scalar<'_>, pipeline: Option<&str>) {
    key.clear();
    key.push(match value {
        Scalar::Text(_) => 't',
        Scalar::Literal(_) => 'l',
    });
    key.push_str(value.text());
    if let Some(pipeline) = pipeline {
        key.push('\0');
        key.push_str(pipeline);
    }
}

impl Rule {
    fn of(options: &ColumnOptions<'_>, name: &str, target: Option<&Target>) -> Self {
        let field = options.schema.field(name);
        match (target, field) {
            (
                Some(Target::Set {
                    field: set,
                    is_multiple: false,
                    ..
                }),
                Some(field),
            ) if set == name => Self::of_field(options.entity, field),
            (
                Some(Target::Add {
                    field,
                    multifield,
                    type_id: None,
                    ..
                }),
                _,
            ) if field == name => Self::Entries(*multifield, options.rules),
            _ => Self::LeftToBulk,
        }
    }

    fn of_field(entity: &str, field: &Field) -> Self {
        let is_by_pipeline = change::is_by_pipeline(field);
        if change::has_codes(field) || field.name == PIPELINE {
            return Self::Remembered { is_by_pipeline };
        }
        match field.kind {
            Kind::Text | Kind::Url | Kind::Address => {
                Self::Text(TextUse::of_field(entity, &field.name))
            }
            Kind::Integer | Kind::Iblock | Kind::Reference(_) => Self::WholeNumber,
            Kind::Number | Kind::Double => Self::Number,
            Kind::Boolean => Self::Boolean,
            Kind::Date => Self::Day,
            Kind::DateTime => Self::Time,
            Kind::DateOrDateTime => Self::DayOrTime,
            Kind::Enumeration => Self::Remembered { is_by_pipeline },
            Kind::Money
            | Kind::File
            | Kind::Crm
            | Kind::Status
            | Kind::Multifield(_)
            | Kind::Unknown(_)
            | _ => Self::LeftToBulk,
        }
    }
}

impl Column {
    fn is_harmless(
        &self,
        cell: &Cell<'_>,
        note: CellNote,
        pipeline: &str,
        key: &mut String,
    ) -> bool {
        match cell {
            // It is taken out before the row is read.
            Cell::NotShown => note == CellNote::NotShown,
            Cell::Empty | Cell::One(_) | Cell::Typed(_) if note != CellNote::Nothing => false,
            Cell::Empty => !matches!(self.rule, Rule::LeftToBulk),
            Cell::One(value) => self.is_proven && self.is_harmless_value(value, pipeline, key),
            Cell::Typed(values) => self.is_proven && self.are_harmless_entries(values),
            // Whether the record has the same list depends on values that are not written.
            Cell::List(_) => false,
        }
    }

    fn is_harmless_value(&self, value: &Scalar<'_>, pipeline: &str, key: &mut String) -> bool {
        let text = value.text();
        match self.rule {
            Rule::Text(text_use) => is_harmless_text(text, text_use),
            Rule::WholeNumber => is_whole_number(text),
            Rule::Number => is_whole_number(text) || is_number(text),
            Rule::Boolean => matches!(text, "true" | "false"),
            Rule::Day => is_day(text),
            Rule::Time => is_time(text),
            Rule::DayOrTime => is_day(text) || is_time(text),
            Rule::Remembered { is_by_pipeline } => {
                write_key(key, value, is_by_pipeline.then_some(pipeline));
                self.remembered.contains(key.as_str())
            }
            Rule::Entries(..) | Rule::LeftToBulk => false,
        }
    }

    fn are_harmless_entries(&self, values: &[(&str, &str)]) -> bool {
        let Rule::Entries(multifield, rules) = self.rule else {
            return false;
        };
        let is_one_value: fn(&str) -> bool = match multifield {
            Multifield::Phone => is_plus_and_digits,
            Multifield::Email => is_plain_email,
            _ => return false,
        };
        let mut values = values.iter();
        values.all(|(value, _)| is_one_value(value) && rules.check(multifield, value).is_ok())
    }
}

/// Returns whether `bulk` takes a text as it is.
fn is_harmless_text(text: &str, text_use: TextUse) -> bool {
    if !has_one_form(text) || text.trim() != text {
        return false;
    }
    if text.bytes().all(is_harmless_byte) {
        return true;
    }
    CellStyle::default().normal(&Kind::Text, text).is_ok()
        && garbled::problem(text, text_use).is_none()
}

/// Returns true for the characters that no rule about texts looks for.
fn is_harmless_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r') && !matches!(byte, b'#' | b'+' | b'?')
}

/// Returns true if the record has the same text, or a number with the same digits. `1.50` may be the number 1.50, and the
/// text `1.50` differs from it.
fn has_one_form(text: &str) -> bool {
    let may_be_in_a_number =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    let is_text = !text.bytes().all(may_be_in_a_number);
    is_text || (text != "0" && is_whole_number(text))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_whole_number(text: &str) -> bool {
    text == "0" || (!text.starts_with('0') && text.len() <= MAX_DIGITS && is_digits(text))
}

/// Returns true for an amount such as `1500.00`. With three digits after the point it may be a separator of thousands.
fn is_number(text: &str) -> bool {
    text.split_once('.').is_some_and(|(whole, part)| {
        whole != "0" && is_whole_number(whole) && part.len() <= 2 && is_digits(part)
    }) && text.len() <= MAX_DIGITS
}

/// Returns whether a text has the form of this example, which has digits wherever the form has some.
fn has_form(text: &str, example: &str) -> bool {
    let mut bytes = text.bytes().zip(example.bytes());
    text.len() == example.len()
        && bytes
            .all(|(byte, like)| byte == like || (byte.is_ascii_digit() && like.is_ascii_digit()))
}

/// Returns true for `2026-04-15`. The day exists, since it was read from an answer.
fn is_day(text: &str) -> bool {
    has_form(text, "0000-00-00") && text >= FIRST_YEAR
}

/// Returns true for `2026-04-15T12:00:00+03:00` and `2026-04-15T12:00:00.000Z`.
fn is_time(text: &str) -> bool {
    let Some((day_and_time, rest)) = text.split_at_checked("0000-00-00T00:00:00".len()) else {
        return false;
    };
    let rest = rest.strip_prefix(".000").unwrap_or(rest);
    let has_offset = rest == "Z" || has_form(rest, "+00:00") || has_form(rest, "-00:00");
    has_offset && has_form(day_and_time, "0000-00-00T00:00:00") && text >= FIRST_YEAR
}

fn is_plus_and_digits(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(is_digits)
}

/// Returns true for an address of letters, digits, points, dashes and `_`.
fn is_plain_email(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests;
