//! The rows of the input, one after the other, whatever its form.

mod csv;
mod json_lines;

use std::io::{self, BufRead};

pub(super) use self::{
    csv::{CsvRows, detect_delimiter},
    json_lines::{JsonRows, json_line_with},
};

/// A row may be so long. A quote that is missing its end would take in the rest of the file.
const LONGEST_ROW: usize = 16 * 1024 * 1024;

/// A row as it stands in the input. It is read into again and again.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The line of the file where the row begins, from 1.
    pub(super) line: u64,
    /// The byte of the file where the row begins, from 0.
    pub(super) offset: u64,
    /// The cells of CSV one after the other, or a line of JSON.
    bytes: Vec<u8>,
    /// Where each cell of CSV ends.
    ends: Vec<usize>,
    /// Why it is no row.
    malformed: Option<&'static str>,
}

/// One value of a row, with the place of its column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) column: usize,
    pub(super) value: CellValue,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum CellValue {
    /// An empty cell, null, an empty text or list.
    Empty,
    Text(String),
    /// A list, which only JSON can write.
    List(Vec<String>),
}

/// What is wrong with a row, and in which column. No value of the row is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) column: Option<String>,
    pub(super) text: String,
}

/// Reads rows out of either form.
#[derive(Debug)]
pub(super) enum Rows<R> {
    Csv(CsvRows<R>),
    Json(JsonRows<R>),
}

impl<R: BufRead> Rows<R> {
    /// Reads the next row that is not empty, and tells whether there was one.
    ///
    /// # Errors
    /// Where the input cannot be read, or a row does not end.
    pub(super) fn read(&mut self, record: &mut Record) -> io::Result<bool> {
        match self {
            Self::Csv(rows) => rows.read(record),
            Self::Json(rows) => rows.read(record),
        }
    }

    /// What the rows are read from.
    pub(super) fn input(&self) -> &R {
        match self {
            Self::Csv(rows) => rows.input(),
            Self::Json(rows) => rows.input(),
        }
    }

    /// The values of a row. Columns that no row had before are noted by their names.
    ///
    /// # Errors
    /// Where it is no row.
    pub(super) fn cells(
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
    fn begin(&mut self, line: u64, offset: u64) {
        (self.line, self.offset, self.malformed) = (line, offset, None);
        self.bytes.clear();
        self.ends.clear();
    }

    /// How long the row is.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The cells of CSV as they stand.
    pub(super) fn raw_cells(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        let places = begins.zip(&self.ends);
        places.map(|(begin, end)| self.bytes.get(begin..*end).unwrap_or_default())
    }

    /// The line of JSON as it stands.
    pub(super) fn raw_line(&self) -> &[u8] {
        &self.bytes
    }
}

impl Problem {
    pub(super) fn of_the_row(text: impl Into<String>) -> Self {
        Self {
            column: None,
            text: text.into(),
        }
    }

    pub(super) fn of_column(column: &str, text: impl Into<String>) -> Self {
        Self {
            column: Some(column.to_owned()),
            text: text.into(),
        }
    }
}

/// The error of a row that does not end.
fn endless(line: u64) -> io::Error {
    let problem = format!(
        "the row that begins on line {line} does not end within {} MiB: is a quote missing?",
        LONGEST_ROW / 1024 / 1024
    );
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// The text of some bytes.
fn text<'b>(record: &Record, column: Option<&str>, bytes: &'b [u8]) -> Result<&'b str, Problem> {
    str::from_utf8(bytes).map_err(|error| Problem {
        column: column.map(str::to_owned),
        text: format!(
            "byte {} is not UTF-8 (the row begins at byte {} of the file): save the file as UTF-8",
            error.valid_up_to() + 1,
            record.offset + 1
        ),
    })
}
