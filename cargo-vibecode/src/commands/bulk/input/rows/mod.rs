//! The rows of the input, one after another, in either form.

mod csv;
mod json_lines;

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, BufRead},
};

pub(crate) use self::{
    csv::{CsvRows, detect_delimiter},
    json_lines::{JsonRows, Pairs, WRITTEN, WRITTEN_BY, json_line_with},
};

use crate::visible::trimmed;

/// The maximum length of a row. An unclosed quote would otherwise take in the rest of the file.
const MAX_ROW_BYTES: usize = 16 * 1024 * 1024;

/// The maximum number of columns: that of a sheet, whose last column is XFD.
pub(crate) const MAX_COLUMNS: usize = 16_384;

/// A raw row of the input. The buffer is reused.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The number of the row, from 1, as a spreadsheet shows it: an empty row counts, a line break in a cell does not,
    /// and the header is the first row, also after `sep=;`. Of JSON Lines it is the line.
    pub(crate) number: u64,
    /// The byte of the file where the row begins, from 0.
    pub(crate) offset: u64,
    /// The cells of CSV one after the other, or a line of JSON.
    bytes: Vec<u8>,
    /// The end of each CSV cell.
    ends: Vec<usize>,
    /// Why it is not a valid row.
    malformed: Option<&'static str>,
}

/// One value of a row, with the index of its column.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) column: usize,
    pub(crate) value: CellValue,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CellValue {
    /// An empty cell, null, an empty text or list.
    Empty,
    Text(String),
    /// A list, which only JSON has.
    List(Vec<String>),
}

impl CellValue {
    /// Leaves out spaces and invisible characters at the ends of the texts. A value without anything else is empty.
    pub(crate) fn trim(&mut self) {
        let is_seen = |text: &mut String| {
            let seen = trimmed(text);
            if seen.len() < text.len() {
                *text = seen.to_owned();
            }
            !text.is_empty()
        };
        let has_value = match self {
            Self::Empty => return,
            Self::Text(text) => is_seen(text),
            Self::List(texts) => {
                texts.retain_mut(is_seen);
                !texts.is_empty()
            }
        };
        if !has_value {
            *self = Self::Empty;
        }
    }

    /// Returns the value for a person at a terminal.
    pub(crate) fn shown(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Text(text) => Some(text.clone()),
            Self::List(texts) => Some(texts.join("; ")),
        }
    }
}

/// The problem with a row, and its column. The text contains no value of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) column: Option<String>,
    pub(crate) text: String,
    /// The value of the cell, which only a terminal shows.
    pub(crate) value: Option<String>,
}

/// A reader of rows in either form.
#[derive(Debug)]
pub(crate) enum Rows<R> {
    Csv(CsvRows<R>),
    Json(JsonRows<R>),
}

impl<R: BufRead> Rows<R> {
    /// Reads the next row that is not empty, and returns false at the end of the input.
    ///
    /// # Errors
    /// If the input cannot be read, or if a row does not end.
    pub(crate) fn read(&mut self, record: &mut Record) -> io::Result<bool> {
        match self {
            Self::Csv(rows) => rows.read(record),
            Self::Json(rows) => rows.read(record),
        }
    }

    /// Returns the underlying reader.
    pub(crate) fn input(&self) -> &R {
        match self {
            Self::Csv(rows) => rows.input(),
            Self::Json(rows) => rows.input(),
        }
    }

    /// Returns the values of a row. The names of new columns are added to `names`.
    ///
    /// # Errors
    /// If it is not a valid row.
    pub(crate) fn cells(
        &self,
        record: &Record,
        names: &mut Vec<String>,
    ) -> Result<Vec<Cell>, Problem> {
        if let Some(malformed) = record.malformed {
            return Err(Problem::of_the_row(malformed));
        }
        match self {
            Self::Csv(_) => csv::cells(record, names),
            Self::Json(_) => json_lines::cells(record, names),
        }
    }
}

impl Record {
    fn begin(&mut self, number: u64, offset: u64) {
        (self.number, self.offset, self.malformed) = (number, offset, None);
        self.bytes.clear();
        self.ends.clear();
    }

    /// Returns the length of the row in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Returns whether a cell of CSV has a line break.
    pub(crate) fn has_line_break(&self) -> bool {
        self.bytes.contains(&b'\n')
    }

    /// Returns a hash of the row and of where it begins.
    pub(crate) fn fingerprint(&self) -> u32 {
        let mut hasher = DefaultHasher::new();
        (self.number, &self.bytes, &self.ends).hash(&mut hasher);
        let [a, b, c, d, ..] = hasher.finish().to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    /// Returns the raw CSV cells.
    pub(crate) fn raw_cells(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        let ranges = begins.zip(&self.ends);
        ranges.map(|(begin, end)| self.bytes.get(begin..*end).unwrap_or_default())
    }

    /// Returns the raw line of JSON.
    pub(crate) fn raw_line(&self) -> &[u8] {
        &self.bytes
    }
}

impl Problem {
    pub(crate) fn of_the_row(text: impl Into<String>) -> Self {
        Self {
            column: None,
            text: text.into(),
            value: None,
        }
    }

    pub(crate) fn of_column(column: &str, text: impl Into<String>) -> Self {
        Self {
            column: Some(column.to_owned()),
            text: text.into(),
            value: None,
        }
    }
}

/// Creates the error of a row that does not end.
fn row_too_long(row: u64) -> io::Error {
    let problem = format!(
        "row {row} does not end within {} MiB: is a quote missing?",
        MAX_ROW_BYTES / 1024 / 1024
    );
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// Returns bytes as text.
fn text<'b>(record: &Record, column: Option<&str>, bytes: &'b [u8]) -> Result<&'b str, Problem> {
    str::from_utf8(bytes).map_err(|error| Problem {
        column: column.map(str::to_owned),
        text: format!(
            "byte {} is not valid UTF-8 (the row begins at byte {} of the file): save the file as UTF-8, or name its --encoding",
            error.valid_up_to() + 1,
            record.offset + 1
        ),
        value: None,
    })
}
