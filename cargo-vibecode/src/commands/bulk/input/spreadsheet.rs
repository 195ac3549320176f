//! A sheet of an .xlsx file, copied into a temporary CSV file. Each row of the sheet is one row of the
//! copy, so that rows have the numbers that a spreadsheet shows.

use std::{
    env,
    fs::{self, File},
    io::{self, BufReader, BufWriter, Write as _},
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use calamine::{
    Data, ExcelDateTime, Reader as _, Sheet as SheetMetadata, SheetType, SheetVisible, Xlsx,
    XlsxError,
};
use vibecode_spec::one_line;

use super::rows::MAX_COLUMNS;
use crate::{cells::NOT_COMPUTED, failure::Failure, text_file::private};

/// What is known of the sheet that was copied.
#[derive(Debug)]
pub(crate) struct SheetInfo {
    pub(super) name: String,
    /// Why this sheet was chosen, if there are others.
    choice: Option<String>,
    /// Whether a cell is a number with decimals. In the copy they have a point.
    pub(super) has_fractions: bool,
}

/// The number from which a spreadsheet loses digits.
const EXACT: f64 = 1e15;

/// Copies the sheet with this name, or the first one that is not hidden. The file of the copy has no name any more.
///
/// # Errors
/// If the file is no .xlsx, has no such sheet, or cannot be read.
pub(super) fn copy_sheet(
    path: &Path,
    file: File,
    name: Option<&str>,
) -> Result<(File, SheetInfo), Failure> {
    let refused = |error: XlsxError| match error {
        XlsxError::Io(error) if error.raw_os_error().is_some() => Failure::of_file(path, &error),
        error => Failure::in_file(path, unreadable(&error)),
    };
    let mut book = Xlsx::new(BufReader::new(file)).map_err(refused)?;
    let mut info = SheetInfo::choose(book.sheets_metadata(), name)
        .map_err(|problem| Failure::in_file(path, problem))?;
    let failed = |error: io::Error| Failure::of_file(path, &error);
    let copy = temporary().map_err(failed)?;
    let mut writer = Writer {
        file: BufWriter::new(copy),
        row: 0,
        cells: Vec::new(),
        columns: 0,
    };
    let mut cells = book.worksheet_cells_reader(&info.name).map_err(refused)?;
    loop {
        let cell = match cells.next_cell_with_formula_metadata() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            Err(XlsxError::CellError(error)) => {
                let problem = info.unknown_error(&error, writer.row);
                return Err(Failure::in_file(path, problem));
            }
            Err(error) => return Err(refused(error)),
        };
        let (row, column) = cell.pos;
        let value: Data = cell.value.into();
        info.has_fractions |= matches!(value, Data::Float(number) if number.fract() != 0.0);
        // Libraries write formulas without their results. Such a cell is not empty.
        let text = match (&value, cell.formula) {
            (Data::Empty, Some(_)) => NOT_COMPUTED.to_owned(),
            _ => text(&value),
        };
        writer.write(row, column, text).map_err(failed)?;
    }
    let (copy, is_empty) = writer.end().map_err(failed)?;
    if is_empty {
        return Err(Failure::in_file(path, info.empty()));
    }
    Ok((copy, info))
}

/// Returns what is wrong with an archive that cannot be read as .xlsx, and what to do.
fn unreadable(error: &XlsxError) -> &'static str {
    match error {
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => {
            "the file is an archive without the parts of an .xlsx: unpack it, or save it as .xlsx or CSV"
        }
        XlsxError::Password => {
            "the file is protected with a password: open it in a spreadsheet, and save it without one"
        }
        // The texts of the library name parts of the archive, which nobody has seen.
        _ => {
            "the file is an archive, as an .xlsx is, and cut off or damaged: copy it again, or open it in a spreadsheet and save it as .xlsx or CSV"
        }
    }
}

impl SheetInfo {
    /// # Errors
    /// If there is no such sheet. Contains the names of those that exist.
    fn choose(all: &[SheetMetadata], name: Option<&str>) -> Result<Self, String> {
        let with_rows = || all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let names = || {
            let names: Vec<&str> = with_rows().map(|sheet| &*sheet.name).collect();
            names.join("`, `")
        };
        let is_visible = |sheet: &&SheetMetadata| sheet.visible == SheetVisible::Visible;
        let chosen = |name: &str, choice| Self {
            name: name.to_owned(),
            choice,
            has_fractions: false,
        };
        if let Some(name) = name {
            let sheet = with_rows().find(|sheet| sheet.name == name);
            let sheet = sheet
                .ok_or_else(|| format!("the file has no such sheet: use one of `{}`", names()))?;
            let choice = (!is_visible(&sheet)).then(|| "it is hidden".to_owned());
            return Ok(chosen(name, choice));
        }
        let sheet = with_rows().find(is_visible).ok_or_else(|| {
            format!(
                "all sheets of the file are hidden: name one with --sheet: `{}`",
                names()
            )
        })?;
        let skipped = with_rows().take_while(|before| before.name != sheet.name);
        let choice = match (skipped.count(), with_rows().count()) {
            (_, 1) => None,
            (0, _) => Some("the first: choose with --sheet".to_owned()),
            (_, _) => Some(format!(
                "the first that is not hidden: choose with --sheet from `{}`",
                names()
            )),
        };
        Ok(chosen(&sheet.name, choice))
    }

    /// Returns the problem with a sheet without cells.
    fn empty(&self) -> String {
        let next = match &self.choice {
            Some(_) => ". Choose another one with --sheet",
            None => "",
        };
        format!(
            "the sheet `{}` is empty: its first row must name the columns{next}",
            self.name
        )
    }

    /// Returns the problem with an error that the library does not know, after cells of the row with this index.
    fn unknown_error(&self, error: &str, row: u32) -> String {
        format!(
            "in row {} of the sheet `{}` or below it, a cell has the error `{}` instead of a value: correct or empty the cell, and save the file",
            row.saturating_add(1),
            self.name,
            one_line(error)
        )
    }

    /// Returns which sheet has the rows, and why.
    pub(super) fn describe(&self) -> String {
        let choice = self.choice.as_ref().map(|choice| format!(" ({choice})"));
        format!(
            "the rows are those of the sheet `{}`{}",
            self.name,
            choice.unwrap_or_default()
        )
    }
}

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

/// Returns a cell as it would be typed. The digits of a number stay as they are.
fn text(cell: &Data) -> String {
    match cell {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => digits(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(moment) => moment_text(moment),
        Data::Error(error) => error.to_string(),
        _ => String::new(),
    }
}

fn digits(number: f64) -> String {
    // With an exponent, no field takes it: the spreadsheet has lost its last digits.
    if number.abs() >= EXACT {
        format!("{number:E}").replace('E', "E+")
    } else {
        number.to_string()
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return digits(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second) {
        (0, 0, 0) => date,
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
    }
}

struct Writer {
    file: BufWriter<File>,
    /// The index of the row that is being collected.
    row: u32,
    cells: Vec<String>,
    /// The number of cells of the first row.
    columns: usize,
}

impl Writer {
    fn write(&mut self, row: u32, column: u32, text: String) -> io::Result<()> {
        while self.row < row {
            self.end_row()?;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column < MAX_COLUMNS {
            if self.cells.len() <= column {
                self.cells.resize(column + 1, String::new());
            }
            if let Some(cell) = self.cells.get_mut(column) {
                *cell = text;
            }
        }
        Ok(())
    }

    /// Writes the row, with as many cells as the first one has.
    fn end_row(&mut self) -> io::Result<()> {
        while self.cells.last().is_some_and(String::is_empty) {
            self.cells.pop();
        }
        if !self.cells.is_empty() {
            if self.columns == 0 {
                self.columns = self.cells.len();
            }
            if self.cells.len() < self.columns {
                self.cells.resize(self.columns, String::new());
            }
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

    /// Returns the file, and whether no cell has a text.
    fn end(mut self) -> io::Result<(File, bool)> {
        if !self.cells.is_empty() {
            self.end_row()?;
        }
        let is_empty = self.columns == 0;
        let file = self.file.into_inner();
        Ok((file.map_err(io::IntoInnerError::into_error)?, is_empty))
    }
}
