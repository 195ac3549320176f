//! A sheet of an .xlsx file, copied into a temporary CSV file. Each row of the sheet is one row of the
//! copy, so that rows have the numbers that a spreadsheet shows.

mod archive;
mod cell_text;
mod copy;
mod layout;

use std::{
    fs::File,
    io::{self, BufReader},
    path::Path,
};

use calamine::{
    Data, Reader as _, Sheet as SheetMetadata, SheetType, SheetVisible, Xlsx, XlsxError,
};
use vibecode_spec::one_line;

use self::{
    copy::{HiddenParts, SheetCopy},
    layout::Layout,
};
use crate::{
    cells::NOT_COMPUTED, commands::bulk::args::HiddenRows, failure::Failure, plural::number_of,
};

/// What is known of the sheet that was copied.
#[derive(Debug)]
pub(crate) struct SheetInfo {
    pub(super) name: String,
    /// Why this sheet was chosen, if there are others.
    choice: Option<String>,
    /// Whether a cell is a number with decimals. In the copy they have a point.
    pub(super) has_fractions: bool,
    hidden: HiddenParts,
    hidden_rows: Option<HiddenRows>,
}

/// The message about a file that cannot be read. The texts of the library name parts of the archive, which nobody has
/// seen.
const DAMAGED: &str = "the file is an archive, as an .xlsx is, and cut off or damaged: copy it again, or open it in a spreadsheet and save it as .xlsx or CSV";

/// Copies the sheet with this name, or the first one that is not hidden. The file of the copy has no name any more.
///
/// # Errors
/// If the file is no .xlsx, has no such sheet, or cannot be read, or if rows with values are hidden and nothing says
/// whether they are meant.
pub(super) fn copy_sheet(
    path: &Path,
    file: &File,
    name: Option<&str>,
    hidden_rows: Option<HiddenRows>,
) -> Result<(File, SheetInfo), Failure> {
    let refused = |error: XlsxError| match error {
        XlsxError::Io(error) if error.raw_os_error().is_some() => Failure::of_file(path, &error),
        error => Failure::in_file(path, unreadable(&error)),
    };
    let mut book = Xlsx::new(BufReader::new(file)).map_err(refused)?;
    let mut info = SheetInfo::choose(book.sheets_metadata(), name)
        .map_err(|problem| Failure::in_file(path, problem))?;
    info.hidden_rows = hidden_rows;
    let failed = |error: io::Error| Failure::of_file(path, &error);
    let layout = Layout::read(file, &info.name).map_err(|error| match error.raw_os_error() {
        Some(_) => failed(error),
        None => Failure::in_file(path, DAMAGED),
    })?;
    let mut copy = SheetCopy::new(&layout, hidden_rows).map_err(failed)?;
    let mut cells = book.worksheet_cells_reader(&info.name).map_err(refused)?;
    loop {
        let cell = match cells.next_cell_with_formula_metadata() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            Err(XlsxError::CellError(error)) => {
                let problem = info.unknown_error(&error, copy.row);
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
            _ => cell_text::text(&value),
        };
        copy.write(row, column, text).map_err(failed)?;
    }
    let (hidden, copy) = copy.end().map_err(failed)?;
    info.hidden = hidden;
    let Some(copy) = copy else {
        return Err(Failure::in_file(path, info.empty()));
    };
    match info.unclear_rows() {
        Some(problem) => Err(Failure::in_file(path, problem)),
        None => Ok((copy, info)),
    }
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
        _ => DAMAGED,
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
            hidden: HiddenParts::default(),
            hidden_rows: None,
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

    /// Returns the problem with a sheet without cells, or without any that are read.
    fn empty(&self) -> String {
        if self.hidden.rows > 0 {
            return format!(
                "all rows with values are hidden in the sheet `{}`: read them with --hidden-rows read",
                self.name
            );
        }
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

    /// Returns the problem with hidden rows if it is not known whether they are meant: who has filtered a sheet often
    /// means the rows that are shown.
    fn unclear_rows(&self) -> Option<String> {
        let HiddenParts {
            rows, first_row, ..
        } = self.hidden;
        if rows == 0 || self.hidden_rows.is_some() {
            return None;
        }
        let rows = number_of(rows, "row with values is", "rows with values are");
        Some(format!(
            "{rows} hidden in the sheet `{}`, as by a filter (the first is row {first_row}): leave hidden rows out with --hidden-rows skip, or read them like the others with --hidden-rows read",
            self.name
        ))
    }

    /// Returns which sheet has the rows, and why, and what of it is hidden.
    pub(super) fn describe(&self) -> String {
        let choice = self.choice.as_ref().map(|choice| format!(" ({choice})"));
        let sheet = format!(
            "the rows are those of the sheet `{}`{}",
            self.name,
            choice.unwrap_or_default()
        );
        let parts = [Some(sheet), self.shown_rows(), self.shown_columns()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join("; ")
    }

    /// Returns the number of hidden rows with values.
    pub(super) fn hidden_rows(&self) -> u64 {
        self.hidden.rows
    }

    /// Returns the names of the hidden columns with values.
    pub(super) fn hidden_columns(&self) -> impl Iterator<Item = &str> {
        self.hidden.column_names()
    }

    /// Returns what happens to the hidden rows with values.
    fn shown_rows(&self) -> Option<String> {
        let rows = self.hidden.rows;
        let skipped = ["hidden row is left out", "hidden rows are left out"];
        let read = ["hidden row is read", "hidden rows are read"];
        let [one, several] = match self.hidden_rows? {
            HiddenRows::Skip => skipped,
            HiddenRows::Read => read,
        };
        (rows > 0).then(|| number_of(rows, one, several))
    }

    /// Returns which hidden columns have values.
    fn shown_columns(&self) -> Option<String> {
        let names: Vec<String> = self.hidden_columns().map(one_line).collect();
        let number = u64::try_from(names.len()).unwrap_or(u64::MAX);
        let columns = number_of(number, "hidden column is", "hidden columns are");
        (number > 0).then(|| {
            format!(
                "{columns} read, and can be left out with --ignore: `{}`",
                names.join("`, `")
            )
        })
    }
}
