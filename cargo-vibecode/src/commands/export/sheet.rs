//! Writes records as rows, to a file that appears once it is complete, or to standard output.

use std::{
    fs::File,
    io::{self, BufWriter, Stdout, Write},
    path::Path,
};

use serde_json::json;

use super::{
    args::{Args, Form},
    cell::{Cell, Scalar},
    columns::Columns,
};
use crate::{
    cells::NOT_AVAILABLE,
    change::SEPARATOR,
    failure::Failure,
    numbers::is_unclear,
    part_file::PartFile,
    returned_value::write_list,
    text_file::{UTF_8_MARK, private},
};

/// The rows.
#[derive(Debug)]
pub(super) struct Sheet {
    destination: Destination,
    form: Form,
    delimiter: u8,
    /// The keys of JSON Lines.
    keys: Vec<String>,
    /// The row that is being written.
    row: Vec<u8>,
    cell: String,
    /// The cells of text that a spreadsheet takes for a formula.
    pub(super) formulas: u64,
}

impl Sheet {
    /// # Errors
    /// If the file exists, or cannot be written.
    pub(super) fn create(args: &Args) -> Result<Self, Failure> {
        let destination = match &args.output {
            Some(path) => Destination::create(path, args.overwrite)?,
            None => Destination::Stdout(BufWriter::new(io::stdout())),
        };
        Ok(Self {
            destination,
            form: args.form(),
            delimiter: args.delimiter(),
            keys: Vec::new(),
            row: Vec::new(),
            cell: String::new(),
            formulas: 0,
        })
    }

    /// Writes what comes before the rows.
    pub(super) fn begin(&mut self, columns: &Columns<'_>, has_mark: bool) -> io::Result<()> {
        self.row.clear();
        let keys = columns.headers();
        self.keys = keys.map(|key| json!(key).to_string()).collect();
        if has_mark {
            self.row.extend_from_slice(UTF_8_MARK);
        }
        if self.form == Form::Csv {
            for (index, header) in columns.headers().enumerate() {
                self.csv_cell(index, header);
            }
            self.row.push(b'\n');
        }
        self.destination.write_all(&self.row)
    }

    /// Writes a record.
    pub(super) fn write(&mut self, id: u64, cells: &[Cell<'_>]) -> io::Result<()> {
        self.row.clear();
        match self.form {
            Form::Csv => {
                write!(self.row, "{id}")?;
                for (index, cell) in cells.iter().enumerate() {
                    let mut text = std::mem::take(&mut self.cell);
                    text.clear();
                    csv_text(cell, &mut text);
                    let is_text = matches!(cell, Cell::One(Scalar::Text(_)));
                    self.formulas += u64::from(is_text && is_formula(&text));
                    self.csv_cell(index + 1, &text);
                    self.cell = text;
                }
            }
            Form::Jsonl => {
                let keys = self.keys.iter().map(String::as_str);
                let row = &mut self.row;
                let mut keys = keys.chain(std::iter::repeat("\"\""));
                write!(row, "{{{}:{id}", keys.next().unwrap_or_default())?;
                let known = cells.iter().zip(keys);
                let known = known.filter(|(cell, _)| **cell != Cell::NotShown);
                for (cell, key) in known {
                    write!(row, ",{key}:")?;
                    write_json(row, cell)?;
                }
                row.push(b'}');
            }
        }
        self.row.push(b'\n');
        self.destination.write_all(&self.row)
    }

    /// Returns the row that was written last.
    pub(super) fn row(&self) -> &[u8] {
        &self.row
    }

    /// Appends a cell, in quotes if it needs them.
    fn csv_cell(&mut self, index: usize, text: &str) {
        if index > 0 {
            self.row.push(self.delimiter);
        }
        let needs_quotes = |byte: u8| matches!(byte, b'"' | b'\n' | b'\r' | b',' | b';' | b'\t');
        let has_edge = text.starts_with(' ') || text.ends_with(' ');
        if !has_edge && !text.bytes().any(needs_quotes) {
            self.row.extend_from_slice(text.as_bytes());
            return;
        }
        self.row.push(b'"');
        self.row
            .extend_from_slice(text.replace('"', "\"\"").as_bytes());
        self.row.push(b'"');
    }

    /// Makes the file appear.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.destination.finish()
    }
}

fn csv_text(cell: &Cell<'_>, text: &mut String) {
    match cell {
        Cell::Empty => {}
        Cell::NotShown => text.push_str(NOT_AVAILABLE),
        Cell::One(value) => push_scalar(text, value),
        Cell::List(values) => {
            for value in values {
                separate(text);
                push_scalar(text, value);
            }
        }
        Cell::Typed(values) => {
            for (value, type_id) in values {
                separate(text);
                text.push_str(value);
                text.push(':');
                text.push_str(type_id);
            }
        }
    }
}

/// Appends a value. A number such as `1.234` gets a zero, since a reader might take its point for a separator of
/// thousands.
fn push_scalar(text: &mut String, value: &Scalar<'_>) {
    text.push_str(value.text());
    if let Scalar::Literal(number) = value
        && number.contains('.')
        && is_unclear(number)
    {
        text.push('0');
    }
}

fn separate(text: &mut String) {
    if !text.is_empty() {
        text.push(SEPARATOR);
        text.push(' ');
    }
}

fn write_json(row: &mut Vec<u8>, cell: &Cell<'_>) -> io::Result<()> {
    match cell {
        // Its key is left out.
        Cell::Empty | Cell::NotShown => row.extend_from_slice(b"null"),
        Cell::One(value) => value.write_json(row)?,
        Cell::List(values) => write_list(row, values)?,
        Cell::Typed(values) => {
            let entries = values.iter();
            let entries =
                entries.map(|(value, type_id)| json!({"value": value, "typeId": type_id}));
            let entries: Vec<_> = entries.collect();
            serde_json::to_writer(&mut *row, &entries)?;
        }
    }
    Ok(())
}

/// Returns whether a spreadsheet would take a text for a formula.
///
/// It is reported and not guarded as in a file of failed rows: `bulk` would send the apostrophe. It
/// is also wider than that guard, since a spreadsheet also calculates with `-2+3` and phones.
fn is_formula(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'=' | b'@' | b'\t' | b'\r') => true,
        Some(b'+' | b'-') => text.parse::<f64>().is_err(),
        _ => false,
    }
}

#[derive(Debug)]
enum Destination {
    Stdout(BufWriter<Stdout>),
    File {
        file: BufWriter<File>,
        /// The name of the file until all rows are written. An incomplete file would look like an export of fewer
        /// records. `None` once they are.
        part: Option<PartFile>,
    },
}

impl Destination {
    fn create(path: &Path, overwrite: bool) -> Result<Self, Failure> {
        if !overwrite && path.symlink_metadata().is_ok() {
            return Err(Failure::in_file(
                path,
                "the file exists: name another one, or replace it with --overwrite",
            ));
        }
        let created = PartFile::create(path, &mut private());
        let (part, file) = created.map_err(|error| Failure::of_file(path, &error))?;
        Ok(Self::File {
            file: BufWriter::new(file),
            part: Some(part),
        })
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File { file, part } => {
                file.flush()?;
                part.take().map_or(Ok(()), |part| part.keep(file.get_ref()))
            }
        }
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File { file, .. } => file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_recognised_and_a_number_is_none() {
        for text in ["=1+1", "@SUM(A1)", "+cmd", "-2+3", "\t=1"] {
            assert!(is_formula(text), "{text}");
        }
        for text in ["-2", "+7.5", "a=1", "", "Director"] {
            assert!(!is_formula(text), "{text}");
        }
    }
}
