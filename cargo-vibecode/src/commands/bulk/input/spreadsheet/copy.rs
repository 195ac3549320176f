//! The copy of a sheet: a temporary CSV file.

use std::{
    env,
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    sync::atomic::{AtomicU32, Ordering},
};

use super::layout::{CellRange, Layout};
use crate::{
    cells::NOT_COMPUTED,
    commands::bulk::{args::HiddenRows, input::rows::MAX_COLUMNS},
    text_file::private,
};

/// Creates a file without a name, which only this process can read.
fn temporary() -> io::Result<File> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("cargo-vibecode-{}-{number}.csv", std::process::id());
    let path = env::temp_dir().join(name);
    let file = private().read(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Writes the cells of a sheet in their order.
#[derive(Debug)]
pub(super) struct SheetCopy<'a> {
    file: BufWriter<File>,
    layout: &'a Layout,
    hidden_rows: Option<HiddenRows>,
    /// The index of the row that is being collected.
    pub(super) row: u32,
    cells: Vec<String>,
    /// The number of cells of the header; 0 before it.
    columns: usize,
    hidden: HiddenParts,
    /// The ranges without results that this row is in, and how many of all have begun.
    uncomputed: Vec<&'a CellRange>,
    begun: usize,
}

/// What a sheet has in hidden rows and columns. The name of a column is not counted as a value in it.
#[derive(Debug, Default)]
pub(super) struct HiddenParts {
    /// The number of hidden rows with values.
    pub(super) rows: u64,
    /// The first of them, as the spreadsheet numbers it.
    pub(super) first_row: u64,
    columns: Vec<HiddenColumn>,
}

#[derive(Debug)]
struct HiddenColumn {
    index: usize,
    name: String,
    has_values: bool,
}

impl HiddenParts {
    /// Returns the names of the hidden columns with values.
    pub(super) fn column_names(&self) -> impl Iterator<Item = &str> {
        let columns = self.columns.iter().filter(|column| column.has_values);
        columns.map(|column| column.name.as_str())
    }

    fn add_row(&mut self, row: u32) {
        if self.rows == 0 {
            self.first_row = u64::from(row) + 1;
        }
        self.rows += 1;
    }
}

impl<'a> SheetCopy<'a> {
    pub(super) fn new(layout: &'a Layout, hidden_rows: Option<HiddenRows>) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(temporary()?),
            layout,
            hidden_rows,
            row: 0,
            cells: Vec::new(),
            columns: 0,
            hidden: HiddenParts::default(),
            uncomputed: Vec::new(),
            begun: 0,
        })
    }

    pub(super) fn write(&mut self, row: u32, column: u32, text: String) -> io::Result<()> {
        while self.row < row {
            self.end_row()?;
        }
        self.put(usize::try_from(column).unwrap_or(usize::MAX), text);
        Ok(())
    }

    fn put(&mut self, column: usize, text: String) {
        if column < MAX_COLUMNS {
            if self.cells.len() <= column {
                self.cells.resize(column + 1, String::new());
            }
            if let Some(cell) = self.cells.get_mut(column) {
                *cell = text;
            }
        }
    }

    /// Writes the row, with as many cells as the header has.
    fn end_row(&mut self) -> io::Result<()> {
        self.mark_uncomputed();
        while self.cells.last().is_some_and(String::is_empty) {
            self.cells.pop();
        }
        if !self.cells.is_empty() && self.layout.is_hidden_row(self.row) {
            self.hidden.add_row(self.row);
            if self.hidden_rows == Some(HiddenRows::Skip) {
                self.cells.clear();
            }
        }
        if self.columns == 0 {
            self.columns = self.cells.len();
            self.note_hidden_columns();
        } else {
            self.note_hidden_values();
        }
        if !self.cells.is_empty() && self.cells.len() < self.columns {
            self.cells.resize(self.columns, String::new());
        }
        for (index, cell) in self.cells.iter().enumerate() {
            if index > 0 {
                self.file.write_all(b",")?;
            }
            write!(self.file, "\"{}\"", cell.replace('"', "\"\""))?;
        }
        self.cells.clear();
        self.row += 1;
        self.file.write_all(b"\n")
    }

    /// Marks the cells of the row whose array formula has no results in the file. What they contain is not the result,
    /// and most often nothing, which would clear the field.
    fn mark_uncomputed(&mut self) {
        let ranges = self.layout.uncomputed.get(self.begun..).unwrap_or_default();
        let begin = ranges
            .iter()
            .take_while(|range| *range.rows.start() <= self.row);
        let before = self.uncomputed.len();
        self.uncomputed.extend(begin);
        self.begun += self.uncomputed.len() - before;
        self.uncomputed
            .retain(|range| *range.rows.end() >= self.row);
        let end = if self.columns == 0 {
            MAX_COLUMNS
        } else {
            self.columns
        };
        for range in self.uncomputed.clone() {
            let columns = range
                .columns
                .clone()
                .map_while(|it| usize::try_from(it).ok());
            for column in columns.take_while(|column| *column < end) {
                self.put(column, NOT_COMPUTED.to_owned());
            }
        }
    }

    /// Takes the names of the hidden columns from the header.
    fn note_hidden_columns(&mut self) {
        let is_hidden = |index: usize| {
            u32::try_from(index).is_ok_and(|index| self.layout.is_hidden_column(index))
        };
        let names = self.cells.iter().enumerate();
        let hidden = names.filter(|(index, _)| is_hidden(*index));
        self.hidden.columns = hidden
            .map(|(index, name)| HiddenColumn {
                index,
                name: name.clone(),
                has_values: false,
            })
            .collect();
    }

    /// Notes which hidden columns have values in the row.
    fn note_hidden_values(&mut self) {
        for column in &mut self.hidden.columns {
            let cell = self.cells.get(column.index);
            column.has_values |= cell.is_some_and(|cell| !cell.is_empty());
        }
    }

    /// Returns what is hidden, and the file. `None`: no cell has a text.
    pub(super) fn end(mut self) -> io::Result<(HiddenParts, Option<File>)> {
        let ends = self.layout.uncomputed.iter().map(|range| *range.rows.end());
        let last = ends.max();
        while !self.cells.is_empty() || last.is_some_and(|last| self.row <= last) {
            self.end_row()?;
        }
        if self.columns == 0 {
            return Ok((self.hidden, None));
        }
        let file = self.file.into_inner();
        let file = file.map_err(io::IntoInnerError::into_error)?;
        Ok((self.hidden, Some(file)))
    }
}
