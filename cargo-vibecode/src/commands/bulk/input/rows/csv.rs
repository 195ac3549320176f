//! CSV rows as in RFC 4180: quoted cells may contain delimiters, doubled quotes and line breaks.
//! This is not the `csv` crate because that one does not count empty lines, which are rows of a spreadsheet, and reads
//! text after a closing quote and a quote that is never closed without an error.

use std::io::{self, BufRead};

use super::{Cell, CellValue, MAX_ROW_BYTES, Problem, Record, row_too_long, text};
use crate::plural::number_of;

/// A reader of CSV rows.
#[derive(Debug)]
pub(crate) struct CsvRows<R> {
    input: R,
    delimiter: u8,
    /// The number of the next row.
    row: u64,
    /// The position of the next byte.
    offset: u64,
}

/// The position of a byte within a row.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Position {
    CellStart,
    Bare,
    Quoted,
    /// After a quote in a quoted cell: a second quote means a literal one, anything else ends the
    /// cell.
    Quote,
}

const UNCLOSED: &str = "a quoted cell does not end, so all that follows in the file counts as part of it: is a quote missing?";
const AFTER_QUOTE: &str =
    "there is text after the closing quote of a cell: a quote inside a quoted cell must be doubled";

impl<R: BufRead> CsvRows<R> {
    /// Starts after what precedes the header, such as a byte order mark; `offset` is its length in bytes.
    pub(crate) fn new(input: R, delimiter: u8, offset: u64) -> Self {
        Self {
            input,
            delimiter,
            row: 1,
            offset,
        }
    }

    pub(super) fn input(&self) -> &R {
        &self.input
    }

    pub(super) fn read(&mut self, record: &mut Record) -> io::Result<bool> {
        loop {
            record.begin(self.row, self.offset);
            if !self.read_line(record)? {
                return Ok(false);
            }
            self.row += 1;
            // A row with only empty cells is what a spreadsheet writes for a deleted one.
            if !record.bytes.is_empty() || record.malformed.is_some() {
                return Ok(true);
            }
        }
    }

    /// Reads to the end of a row, and returns false at the end of the input.
    fn read_line(&mut self, record: &mut Record) -> io::Result<bool> {
        let mut position = Position::CellStart;
        let mut has_ended = false;
        let mut is_anything = false;
        while !has_ended {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                break;
            }
            is_anything = true;
            let mut consumed = 0;
            for byte in buffer {
                consumed += 1;
                position = take(record, position, *byte, self.delimiter);
                if *byte == b'\n' && position != Position::Quoted {
                    has_ended = true;
                    break;
                }
            }
            self.input.consume(consumed);
            self.offset += u64::try_from(consumed).unwrap_or_default();
            if record.bytes.len() > MAX_ROW_BYTES {
                return Err(row_too_long(record.number));
            }
        }
        if position == Position::Quoted {
            record.malformed = Some(UNCLOSED);
        }
        if is_anything && !has_ended {
            record.ends.push(record.bytes.len());
        }
        Ok(is_anything)
    }
}

/// Consumes a byte, and returns the position of the next one.
fn take(record: &mut Record, position: Position, byte: u8, delimiter: u8) -> Position {
    match (position, byte) {
        (Position::Quoted, b'"') => return Position::Quote,
        (Position::CellStart, b'"') => return Position::Quoted,
        (Position::Quoted, _) | (Position::Quote, b'"') => {
            record.bytes.push(byte);
            return Position::Quoted;
        }
        _ => {}
    }
    if byte == delimiter {
        record.ends.push(record.bytes.len());
        return Position::CellStart;
    }
    match byte {
        b'\n' => {
            if position == Position::Bare && record.bytes.last() == Some(&b'\r') {
                record.bytes.pop();
            }
            record.ends.push(record.bytes.len());
            Position::CellStart
        }
        // Before a line break; a carriage return elsewhere is a normal byte.
        b'\r' if position == Position::Quote => Position::Quote,
        _ => {
            if position == Position::Quote {
                record.malformed.get_or_insert(AFTER_QUOTE);
            }
            record.bytes.push(byte);
            Position::Bare
        }
    }
}

/// Returns the cells of a row under these columns.
pub(super) fn cells(record: &Record, names: &[String]) -> Result<Vec<Cell>, Problem> {
    // Spreadsheets write empty cells after the last column.
    let is_surplus = |cell: &[u8]| !cell.trim_ascii().is_empty();
    let has_surplus = record.raw_cells().skip(names.len()).any(is_surplus);
    if record.ends.len() < names.len() || has_surplus {
        let (cells, columns) = (record.ends.len(), names.len());
        let next = if has_surplus {
            "put a cell that contains the delimiter in quotes"
        } else {
            "add the missing cells, or put a cell that contains a line break in quotes"
        };
        let cells = number_of(u64::try_from(cells).unwrap_or(u64::MAX), "cell", "cells");
        let problem = format!("the row has {cells}, but the header has {columns}: {next}");
        return Err(Problem::of_the_row(problem));
    }
    let mut cells = Vec::with_capacity(names.len());
    for (column, (name, bytes)) in names.iter().zip(record.raw_cells()).enumerate() {
        let text = text(record, Some(name), bytes)?.trim();
        let value = match text {
            "" => CellValue::Empty,
            text => CellValue::Text(text.to_owned()),
        };
        cells.push(Cell { column, value });
    }
    Ok(cells)
}

/// Guesses the delimiter of a header: of the three candidates, the most frequent one outside
/// quotes.
pub(crate) fn detect_delimiter(header: &[u8]) -> u8 {
    let mut is_quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in header {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => break,
            byte if !is_quoted => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(delimiter == byte);
                }
            }
            _ => {}
        }
    }
    let [first, rest @ ..] = counts;
    let most = rest.into_iter().fold(
        first,
        |most, next| if next.1 > most.1 { next } else { most },
    );
    most.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the cells of every row, with its number and the byte where it begins.
    fn rows(text: &str) -> Vec<(u64, u64, Vec<String>, Option<&'static str>)> {
        let mut rows = CsvRows::new(text.as_bytes(), b',', 0);
        let mut record = Record::default();
        let mut all = Vec::new();
        while rows.read(&mut record).unwrap() {
            let cells = record.raw_cells().map(|cell| str::from_utf8(cell).unwrap());
            let cells = cells.map(str::to_owned).collect();
            all.push((record.number, record.offset, cells, record.malformed));
        }
        all
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        rows(text).into_iter().map(|row| row.2).collect()
    }

    #[test]
    fn quotes_line_breaks_and_either_line_end_are_read() {
        assert_eq!(
            cells("id,post\r\n1,\"a, \"\"b\"\"\nc\"\r\n2,\"\"\n3,\r\n4,5\" disk"),
            [
                vec!["id", "post"],
                vec!["1", "a, \"b\"\nc"],
                vec!["2", ""],
                vec!["3", ""],
                vec!["4", "5\" disk"],
            ]
        );
    }

    #[test]
    fn a_row_has_the_number_that_a_spreadsheet_shows() {
        let rows = rows("id,post\r\n\r\n1,\"a\nb\"\n,\n2,c\n");
        let positions: Vec<_> = rows.iter().map(|row| (row.0, row.1)).collect();
        assert_eq!(positions, [(1, 0), (3, 11), (5, 21)]);
    }

    #[test]
    fn a_misplaced_quote_is_reported() {
        let malformed = |text: &str| rows(text).pop().unwrap().3;
        assert_eq!(malformed("1,\"a\"b\n"), Some(AFTER_QUOTE));
        assert_eq!(malformed("1,\"a\n2,b\n"), Some(UNCLOSED));
        assert_eq!(malformed("1,\"a\""), None);
    }

    #[test]
    fn the_delimiter_is_the_most_frequent_one_in_the_header() {
        for (header, delimiter) in [
            ("id,post", b','),
            ("id;\"name, first, last\";post", b';'),
            ("id\tpost", b'\t'),
            ("id\n;;;;", b','),
        ] {
            assert_eq!(detect_delimiter(header.as_bytes()), delimiter, "{header}");
        }
    }
}
