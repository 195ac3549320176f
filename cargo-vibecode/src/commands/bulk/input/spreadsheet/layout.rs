//! What the XML of a sheet says beside the values of its cells: which rows and columns are hidden, and which cells an
//! array formula fills.
//!
//! An array formula is written into the first cell of its range only. `{=A2:A5&"!"}` in `B2` looks like this in a file
//! without results, and the library would read `B3` to `B5` as empty:
//!
//! ```xml
//! <c r="B2"><f t="array" ref="B2:B5">A2:A5&amp;"!"</f></c> … <c r="B3"/>
//! ```
//!
//! `<sheetFormatPr zeroHeight="1"/>` hides the rows that the file does not contain, and these have no values.

use std::{
    fs::File,
    io::{self, Read},
    num::NonZeroU32,
    ops::RangeInclusive,
    str::FromStr,
};

use quick_xml::events::{BytesStart, Event};

use super::archive::{PartReader, attribute, damaged, read_sheet};

/// What is known of a sheet beside the values of its cells. Rows and columns are counted from 0.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// In rising order.
    hidden_rows: Vec<RangeInclusive<u32>>,
    hidden_columns: Vec<RangeInclusive<u32>>,
    /// The ranges of the array formulas whose results the file does not contain, by their first row.
    pub(super) uncomputed: Vec<CellRange>,
}

/// A rectangle of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellRange {
    pub(super) rows: RangeInclusive<u32>,
    pub(super) columns: RangeInclusive<u32>,
}

impl Layout {
    /// # Errors
    /// If the sheet cannot be found or read.
    pub(super) fn read(file: &File, sheet: &str) -> io::Result<Self> {
        let mut layout = read_sheet(file, sheet, |xml| Self::of(xml))?;
        layout.hidden_rows.sort_by_key(|rows| *rows.start());
        layout.uncomputed.sort_by_key(|range| *range.rows.start());
        Ok(layout)
    }

    pub(super) fn is_hidden_row(&self, row: u32) -> bool {
        let after = self.hidden_rows.partition_point(|rows| *rows.end() < row);
        self.hidden_rows
            .get(after)
            .is_some_and(|rows| rows.contains(&row))
    }

    pub(super) fn is_hidden_column(&self, column: u32) -> bool {
        self.hidden_columns
            .iter()
            .any(|columns| columns.contains(&column))
    }

    fn of<R: Read>(xml: &mut PartReader<R>) -> io::Result<Self> {
        let mut layout = Self::default();
        let mut buffer = Vec::new();
        let (mut row, mut cell, mut is_in_value) = (0, Cell::default(), false);
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(io::Error::other)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "col" => layout.add_column(&element)?,
                    "row" => {
                        if let Some(index) = index(&element, "r")? {
                            row = index;
                        }
                        if is_hidden(&element, "ht")? {
                            layout.hide_row(row);
                        }
                    }
                    "c" => cell = Cell::of(&element)?,
                    "f" => cell.array = range_of_array(&element)?,
                    "v" | "is" => {
                        is_in_value = true;
                        cell.has_value |= cell.is_text;
                    }
                    _ => {}
                },
                Event::Text(_) | Event::GeneralRef(_) | Event::CData(_) => {
                    cell.has_value |= is_in_value;
                }
                Event::End(element) => match element.local_name().as_ref() {
                    "v" | "is" => is_in_value = false,
                    "c" if !cell.has_value => layout.uncomputed.extend(cell.array.take()),
                    "row" => row += 1,
                    "sheetData" => return Ok(layout),
                    _ => {}
                },
                Event::Eof => return Ok(layout),
                _ => {}
            }
        }
    }

    fn add_column(&mut self, element: &BytesStart<'_>) -> io::Result<()> {
        let is_hidden = is_hidden(element, "width")?;
        let (first, last) = (index(element, "min")?, index(element, "max")?);
        match (first, last) {
            (Some(first), Some(last)) if first <= last => {
                if is_hidden {
                    self.hidden_columns.push(first..=last);
                }
                Ok(())
            }
            (_, _) => Err(damaged("the columns have no range")),
        }
    }

    fn hide_row(&mut self, row: u32) {
        match self.hidden_rows.last_mut() {
            Some(rows) if rows.end().checked_add(1) == Some(row) => *rows = *rows.start()..=row,
            Some(_) | None => self.hidden_rows.push(row..=row),
        }
    }
}

/// Returns whether a row or column is hidden, or has no size.
fn is_hidden(element: &BytesStart<'_>, size: &str) -> io::Result<bool> {
    let is_hidden = match attribute(element, "hidden")?.as_deref() {
        Some("1" | "true") => true,
        Some("0" | "false") | None => false,
        Some(_) => return Err(damaged("`hidden` is not a boolean")),
    };
    let size: Option<f64> = number(element, size)?;
    Ok(is_hidden || size.is_some_and(|size| size <= 0.0))
}

/// Returns the index of a row or column, of which the file has the number from 1.
fn index(element: &BytesStart<'_>, name: &str) -> io::Result<Option<u32>> {
    let number: Option<NonZeroU32> = number(element, name)?;
    Ok(number.map(|number| number.get() - 1))
}

/// Returns the number in an attribute.
fn number<T: FromStr>(element: &BytesStart<'_>, name: &str) -> io::Result<Option<T>> {
    let number = attribute(element, name)?.map(|number| number.trim().parse());
    number
        .transpose()
        .map_err(|_| damaged("an attribute is not a number"))
}

/// Returns the range of a formula whose results fill several cells.
fn range_of_array(formula: &BytesStart<'_>) -> io::Result<Option<CellRange>> {
    match attribute(formula, "t")?.as_deref() {
        Some("normal" | "shared") | None => Ok(None),
        Some("array" | "dataTable") => {
            let range = attribute(formula, "ref")?;
            let range = range.and_then(|range| CellRange::of(&range));
            let problem = "the formula of several cells has no range";
            range.map(Some).ok_or_else(|| damaged(problem))
        }
        Some(_) => Err(damaged("the kind of a formula is not known")),
    }
}

/// What is known of the cell that is being read.
#[derive(Debug, Default)]
struct Cell {
    /// Whether its value is a text that a formula returns, which may be empty.
    is_text: bool,
    has_value: bool,
    /// The range that its formula fills.
    array: Option<CellRange>,
}

impl Cell {
    fn of(element: &BytesStart<'_>) -> io::Result<Self> {
        let kind = attribute(element, "t")?;
        Ok(Self {
            is_text: kind.as_deref() == Some("str"),
            ..Self::default()
        })
    }
}

impl CellRange {
    /// Returns the range of `B2:C5` or `B2`.
    fn of(text: &str) -> Option<Self> {
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let ((row, column), (last_row, last_column)) = (position(first)?, position(last)?);
        Some(Self {
            rows: row..=last_row,
            columns: column..=last_column,
        })
    }
}

/// Returns the row and the column of `B2`, from 0.
fn position(text: &str) -> Option<(u32, u32)> {
    let text = text.replace('$', "");
    let digits = text.find(|letter: char| letter.is_ascii_digit())?;
    let (letters, digits) = text.split_at(digits);
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        let letter = letter.to_ascii_uppercase();
        let value = u32::from(letter.checked_sub(b'A').filter(|value| *value < 26)?) + 1;
        column.checked_mul(26)?.checked_add(value)
    })?;
    let row: u32 = digits.parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_the_rows_and_columns_that_it_names() {
        let range = |rows, columns| Some(CellRange { rows, columns });
        assert_eq!(CellRange::of("B2:C5"), range(1..=4, 1..=2));
        assert_eq!(CellRange::of("$AA$10"), range(9..=9, 26..=26));
        for wrong in ["", "B", "2", "B0", "B2:", "Я2", "A4294967296", "AAAAAAAA1"] {
            assert_eq!(CellRange::of(wrong), None, "{wrong}");
        }
    }
}
