//! The failed rows, as a file in the form of the input that can be run again once it is corrected.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufWriter, Write},
};

use csv::ByteRecord;

use super::{
    bad::{self, Written},
    check::Checked,
    earlier,
    input::{
        FileFormat, Input,
        columns::{ColumnOptions, ERROR_COLUMNS},
        row_jobs::RowJobs,
        rows::{Record, json_line_with},
    },
    journal::{Journal, outcome::BAD_ROW},
    spreadsheet_cell::{guarded, unguarded},
};
use crate::{
    failure::Failure, output::Output, part_file::PartFile, progress::ProgressMeter,
    text_file::private,
};

/// Why rows failed. Each reason is stored once, and each row takes 8 bytes: a million rows take 8
/// MB.
#[derive(Debug, Default)]
struct Reasons {
    texts: Vec<(String, String)>,
    indexes: HashMap<(String, String), u64>,
    /// The length of all texts in bytes.
    bytes: usize,
    /// The number of a row in the upper bits and the index of its reason in the lower ones, sorted by
    /// the number.
    rows: Vec<u64>,
}

const REASON_BITS: u32 = 16;
const MAX_REASONS: u64 = 1 << REASON_BITS;
/// The API may say something else about each row. After this many bytes of texts its words are left
/// out; they are in the journal.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The reason of the rows for which there is no room. Its index is 0.
const NO_ROOM: (&str, &str) = ("FAILED", "the reason is in the journal");

/// The rows that were sent.
#[derive(Debug)]
pub(super) struct SentRows<'a> {
    pub(super) input: &'a Input,
    pub(super) column_options: &'a ColumnOptions<'a>,
    pub(super) checked: &'a Checked,
    /// The portal and the entity to which they were sent, as a cell.
    pub(super) sent_to: String,
}

/// Writes the failed and the bad rows to a file. The file is written atomically.
///
/// # Errors
/// If a file cannot be read or written, or if the rows are not those that were checked.
pub(super) fn write(
    sent: &SentRows<'_>,
    journal: &mut Journal,
    count: u64,
    output: &Output,
) -> Result<Written, Failure> {
    let input = sent.input;
    let reasons = Reasons::read(journal, count)?;
    let path = input.failed();
    let failed = |error: io::Error| Failure::of_file(&path, &error);
    let (part, file) = PartFile::create(&path, &mut private()).map_err(failed)?;
    let file = write_rows(sent, &reasons, file, output)?;
    let earlier = earlier::replace(part, &file).map_err(failed)?;
    Ok(Written { path, earlier })
}

fn write_rows(
    sent: &SentRows<'_>,
    reasons: &Reasons,
    file: File,
    output: &Output,
) -> Result<File, Failure> {
    let SentRows {
        input,
        column_options,
        checked,
        ref sent_to,
    } = *sent;
    let failed = |error: io::Error| Failure::of_file(&input.failed(), &error);
    let mut row_jobs = RowJobs::open(input, column_options)?;
    let names = &row_jobs.columns().names;
    let writer = Writer::begin(input, names, &ERROR_COLUMNS, BufWriter::new(file));
    let mut writer = writer.map_err(failed)?;
    let mut at = 0;
    let mut progress =
        ProgressMeter::of_file("writing the failed rows", "rows", input.bytes(), output);
    while let Some(row_job) = row_jobs.next()? {
        progress.advance_to(row_jobs.bytes_read());
        let reason = match &row_job.change {
            Err(bad_row) => Some((BAD_ROW, bad::message(&bad_row.problems))),
            Ok(_) => reasons.of(row_job.number, &mut at),
        };
        if let Some((code, message)) = reason {
            writer
                .write(row_jobs.record(), &[code, &message, sent_to])
                .map_err(failed)?;
        }
    }
    progress.end();
    // Rows are found by their numbers: in another file these would be other rows.
    if row_jobs.digest() != checked.digest {
        let problem = "the file has changed since its rows were sent, so the failed rows cannot be written: restore it, and run the command again with --resume";
        return Err(Failure::in_file(&input.path, problem));
    }
    writer.end().map_err(failed)
}

impl Reasons {
    fn read(journal: &mut Journal, count: u64) -> Result<Self, Failure> {
        let mut reasons = Self::default();
        reasons.index(NO_ROOM.0.to_owned(), NO_ROOM.1.to_owned());
        // Growing by doubling would take three times as much memory.
        let rows = usize::try_from(count).unwrap_or_default();
        reasons.rows.reserve_exact(rows);
        journal.failures(|failure| {
            let has_room = reasons.bytes < MAX_BYTES;
            let text = if has_room {
                failure.text()
            } else {
                failure.message
            };
            let index = reasons.index(failure.code, text);
            reasons.rows.push((failure.row << REASON_BITS) | index);
        })?;
        reasons.rows.sort_unstable();
        Ok(reasons)
    }

    fn index(&mut self, code: String, message: String) -> u64 {
        let reason = (code, message);
        if let Some(index) = self.indexes.get(&reason) {
            return *index;
        }
        let next = u64::try_from(self.texts.len()).unwrap_or(MAX_REASONS);
        // Twice the budget: the client's own messages are few, and short.
        if next >= MAX_REASONS || self.bytes > MAX_BYTES * 2 {
            return 0;
        }
        self.bytes += reason.0.len() + reason.1.len();
        self.texts.push(reason.clone());
        self.indexes.insert(reason, next);
        next
    }

    /// Returns why this row failed. Rows are requested in order, and `at` is the position of the
    /// last one.
    fn of(&self, number: u64, at: &mut usize) -> Option<(&str, String)> {
        while self.rows.get(*at)? >> REASON_BITS < number {
            *at += 1;
        }
        let row = self.rows.get(*at)?;
        let index = usize::try_from(row & (MAX_REASONS - 1)).ok()?;
        let (code, message) = self.texts.get(index)?;
        (row >> REASON_BITS == number).then(|| (code.as_str(), message.clone()))
    }
}

/// Writes rows in the form of the input, with two additional columns.
#[derive(Debug)]
pub(super) enum Writer {
    Csv {
        writer: Box<csv::Writer<BufWriter<File>>>,
        /// Whether the cells are those of a file of failed rows, which are guarded already.
        is_guarded: bool,
        /// The indexes of the error columns of an earlier run.
        old: Vec<usize>,
        /// The number of cells in a complete row.
        columns: usize,
    },
    Json {
        file: BufWriter<File>,
        error_columns: &'static [&'static str],
    },
}

impl Writer {
    pub(super) fn begin(
        input: &Input,
        names: &[String],
        error_columns: &'static [&'static str],
        mut file: BufWriter<File>,
    ) -> io::Result<Self> {
        input.write_head(&mut file)?;
        let FileFormat::Csv { delimiter } = input.format else {
            return Ok(Self::Json {
                file,
                error_columns,
            });
        };
        let mut builder = csv::WriterBuilder::new();
        let writer = builder
            .delimiter(delimiter)
            .flexible(true)
            .from_writer(file);
        let is_among = |columns: &[&str], name: &String| columns.contains(&name.as_str());
        let is_old = |name: &String| is_among(error_columns, name);
        let columns = names.iter().enumerate();
        let mut csv = Self::Csv {
            writer: Box::new(writer),
            is_guarded: names.iter().any(|name| is_among(&ERROR_COLUMNS, name)),
            old: columns
                .filter_map(|(index, name)| is_old(name).then_some(index))
                .collect(),
            columns: names.len(),
        };
        let cells = names.iter().map(String::as_bytes);
        csv.write_cells(cells, error_columns)?;
        Ok(csv)
    }

    pub(super) fn write(&mut self, row: &Record, error: &[&str]) -> io::Result<()> {
        match self {
            Self::Csv { is_guarded, .. } => {
                let is_guarded = *is_guarded;
                let cells = row.raw_cells();
                let cells = cells.map(|cell| if is_guarded { unguarded(cell) } else { cell });
                self.write_cells(cells, error)
            }
            Self::Json {
                file,
                error_columns,
            } => {
                let line = json_line_with(row.raw_line(), error_columns, error);
                file.write_all(&line)?;
                file.write_all(b"\n")
            }
        }
    }

    /// Missing cells are written empty, so that the error is in its own columns; surplus cells come
    /// after it.
    fn write_cells<'c>(
        &mut self,
        cells: impl Iterator<Item = &'c [u8]>,
        error: &[&str],
    ) -> io::Result<()> {
        let Self::Csv {
            writer,
            old,
            columns,
            ..
        } = self
        else {
            return Ok(());
        };
        let mut row = ByteRecord::new();
        let mut cells = cells.fuse();
        for index in 0..*columns {
            let cell = cells.next().unwrap_or_default();
            if !old.contains(&index) {
                row.push_field(&guarded(cell));
            }
        }
        for cell in error {
            row.push_field(&guarded(cell.as_bytes()));
        }
        cells.for_each(|cell| row.push_field(&guarded(cell)));
        writer.write_byte_record(&row).map_err(io::Error::from)
    }

    pub(super) fn end(self) -> io::Result<File> {
        let file = match self {
            Self::Csv { writer, .. } => writer
                .into_inner()
                .map_err(|error| io::Error::other(error.to_string()))?,
            Self::Json { file, .. } => file,
        };
        file.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_room_for_its_reason_never_gets_that_of_another_row() {
        let mut reasons = Reasons::default();
        reasons.index(NO_ROOM.0.to_owned(), NO_ROOM.1.to_owned());
        for row in 1..MAX_REASONS + 10 {
            let index = reasons.index("CODE".to_owned(), format!("about row {row}"));
            reasons.rows.push((row << REASON_BITS) | index);
        }
        let mut at = 0;
        for row in 1..MAX_REASONS + 10 {
            let (_, message) = reasons.of(row, &mut at).unwrap();
            let is_own = message == format!("about row {row}");
            assert!(
                is_own || (row >= MAX_REASONS && message == NO_ROOM.1),
                "{row}"
            );
        }
    }
}
