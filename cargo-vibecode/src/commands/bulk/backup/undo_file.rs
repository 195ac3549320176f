//! The old values as rows, and the check that `bulk` restores them.
//!
//! A value that was written is not a value that can be restored: its option may have been removed since, its
//! label may have a second meaning, spaces at its end are not read, and `#N/A` is refused. Therefore the file
//! is read by the same code that would undo the changes, and each row is compared with the record as it was.
//! For that, the fields as the API returned them are in a second file beside it, row for row.
//!
//! Example: record 71 had the post ` Clerk `. The row is `{"id":71,"wire:post":" Clerk "}`, and the second file
//! has `{"id":71,"post":" Clerk "}`. The row would set `Clerk`, which is not what the record had, so the field is
//! taken out of the row and reported.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
};

use serde_json::{json, value::RawValue};
use tokio::task::yield_now;
use vibecode_runtime::{Contacts, PatchJob, RawAnswer};

use super::{
    new_file::NewFile,
    written::{WrittenValues, rows_of},
};
use crate::{
    cells::CellStyle,
    change::WIRE,
    commands::bulk::{
        args::Empty,
        input::{
            FileOptions, Input,
            columns::ColumnOptions,
            origin::Origin,
            row_jobs::RowJobs,
            rows::{Problem, WRITTEN, WRITTEN_BY},
        },
        record_fields::RecordFields,
    },
    failure::Failure,
    numbers::Numbers,
    returned_value::ReturnedValue,
};

/// What precedes the number of an attempt in the temporary name of the rows.
pub(super) const ROWS: &str = ".rows";
/// The same for the fields as they were returned.
pub(super) const RETURNED: &str = ".returned";
/// The number of rows that are checked before other tasks run.
const ROWS_BETWEEN_YIELDS: u64 = 256;

/// How the cells of a backup are read, which is JSON Lines.
pub(super) fn style() -> CellStyle {
    CellStyle {
        numbers: Numbers::Program,
        ..CellStyle::default()
    }
}

/// The options with which `bulk ENTITY FILE` reads a backup.
pub(super) fn options<'a>(sent: &ColumnOptions<'a>, style: &'a CellStyle) -> ColumnOptions<'a> {
    ColumnOptions {
        export: sent.export,
        empty: Empty::Clear,
        sends_as_given: true,
        cells_hold_lists: false,
        ..ColumnOptions::new(sent.entity, sent.schema, sent.codes, style)
    }
}

/// The rows that restore the old values, with the fields as they were returned.
#[derive(Debug)]
pub(super) struct UndoFile {
    rows: NewFile,
    returned: NewFile,
    count: u64,
    origin: Origin,
}

/// A field whose old value the file does not restore.
#[derive(Debug)]
pub(super) struct NotRestored<'a> {
    pub(super) id: u64,
    /// The row of the job, or the first of them, that changes it.
    pub(super) row: u64,
    pub(super) field: &'a str,
    /// The old value as the API returned it.
    pub(super) json: &'a str,
    pub(super) problem: String,
}

impl UndoFile {
    pub(super) fn create(path: &Path, attempt: u32, origin: &Origin) -> io::Result<Self> {
        let mut rows = NewFile::create(path, &format!("{ROWS}{attempt}"))?;
        rows.write_all(origin.to_line().as_bytes())?;
        Ok(Self {
            rows,
            returned: NewFile::create(path, &format!("{RETURNED}{attempt}"))?,
            count: 0,
            origin: origin.clone(),
        })
    }

    /// Returns the rows, after the line that says where they come from.
    pub(super) fn into_rows(mut self) -> io::Result<Vec<u8>> {
        self.rows.flush()?;
        let mut rows = fs::read(self.rows.path())?;
        rows.drain(..self.origin.to_line().len().min(rows.len()));
        Ok(rows)
    }

    /// Adds the old values of a record. The wire name is written so that it cannot be taken for a label.
    pub(super) fn add(
        &mut self,
        id: u64,
        fields: &[(&str, ReturnedValue<'_>, &RawValue)],
        written: &WrittenValues,
    ) -> io::Result<()> {
        if fields.is_empty() {
            return Ok(());
        }
        let rows = fields
            .iter()
            .map(|(name, value, _)| (format!("{WIRE}{name}"), value.json()));
        let names = || fields.iter().map(|(name, ..)| *name);
        let by = json!(written.rows(names())).to_string();
        let written = written.json(names());
        let rows = rows.chain([(WRITTEN.to_owned(), written), (WRITTEN_BY.to_owned(), by)]);
        write_object(&mut self.rows, id, rows)?;
        let returned = fields.iter();
        let returned = returned.map(|(name, _, json)| ((*name).to_owned(), json.get().to_owned()));
        self.count += 1;
        write_object(&mut self.returned, id, returned)
    }

    /// Reads the file as an undo would, takes out what it does not restore, and passes that to `lost`.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub(super) async fn checked(
        mut self,
        path: &Path,
        sent: &ColumnOptions<'_>,
        lost: &mut impl FnMut(NotRestored<'_>) -> io::Result<()>,
    ) -> Result<Self, Failure> {
        let style = style();
        let options = options(sent, &style);
        // A row with a bad cell shows nothing of its other cells, so what is left is read again.
        for attempt in 1.. {
            let failed = |error: io::Error| Failure::of_file(path, &error);
            self.rows.flush().map_err(failed)?;
            self.returned.flush().map_err(failed)?;
            if self.count == 0 {
                break;
            }
            let restored = Self::create(path, attempt, &self.origin).map_err(failed)?;
            let checked = self.check_once(restored, path, &options, lost);
            match checked.await? {
                Some(rest) => self = rest,
                None => break,
            }
        }
        Ok(self)
    }

    /// Returns the rows without the fields that are not restored; `None` if all are.
    async fn check_once(
        &self,
        mut restored: Self,
        path: &Path,
        options: &ColumnOptions<'_>,
        lost: &mut impl FnMut(NotRestored<'_>) -> io::Result<()>,
    ) -> Result<Option<Self>, Failure> {
        let failed = |error: io::Error| Failure::of_file(path, &error);
        let input = Input::open(self.rows.path(), &FileOptions::default())?;
        let mut rows = RowJobs::open(&input, options)?;
        let returned = File::open(self.returned.path()).map_err(failed)?;
        let mut returned = BufReader::new(returned);
        let mut old = String::new();
        let (mut count, mut are_all_restored) = (0, true);
        while let Some(row) = rows.next()? {
            old.clear();
            returned.read_line(&mut old).map_err(failed)?;
            let fields = RecordFields::read(&old).ok_or_else(|| out_of_step(path))?;
            let (id, record) = record_of(&old, &fields).ok_or_else(|| out_of_step(path))?;
            let problems = match &row.change {
                Ok((of, job)) if *of == id => not_restored(&fields, job.as_ref(), &record),
                Ok(_) => return Err(out_of_step(path)),
                Err(bad_row) => bad_fields(&fields, &bad_row.problems),
            };
            are_all_restored &= problems.is_empty();
            let line = str::from_utf8(rows.record().raw_line()).unwrap_or_default();
            let values = RecordFields::read(line).ok_or_else(|| out_of_step(path))?;
            let written_by = rows_of(&values).ok().flatten();
            let first = written_by.and_then(|rows| rows.iter().next());
            for (field, json, problem) in &problems {
                let it = NotRestored {
                    id,
                    row: first.unwrap_or_default(),
                    field,
                    json: json.get(),
                    problem: problem.clone(),
                };
                lost(it).map_err(failed)?;
            }
            let is_lost = |name: &str| problems.iter().any(|(field, ..)| *field == name);
            restored
                .copy(id, &values, &fields, is_lost)
                .map_err(failed)?;
            count += 1;
            if count % ROWS_BETWEEN_YIELDS == 0 {
                yield_now().await;
            }
        }
        if count != self.count {
            return Err(out_of_step(path));
        }
        Ok((!are_all_restored).then_some(restored))
    }

    /// Adds the fields of a row that are not lost.
    fn copy(
        &mut self,
        id: u64,
        values: &RecordFields<'_>,
        returned: &RecordFields<'_>,
        is_lost: impl Fn(&str) -> bool,
    ) -> io::Result<()> {
        let kept = |name: &str| name != ID && !is_lost(name.strip_prefix(WIRE).unwrap_or(name));
        let copied = |fields: &RecordFields<'_>| -> Vec<(String, String)> {
            let fields = fields.iter().filter(|(name, _)| kept(name));
            fields
                .map(|(name, json)| (name.to_owned(), json.get().to_owned()))
                .collect()
        };
        let values = copied(values);
        if !values.iter().any(|(name, _)| name.starts_with(WIRE)) {
            return Ok(());
        }
        self.count += 1;
        write_object(&mut self.rows, id, values)?;
        write_object(&mut self.returned, id, copied(returned))
    }
}

const ID: &str = "id";

/// The fields of a row that are not restored, with their old values and the problem.
type Problems<'f> = Vec<(&'f str, &'f RawValue, String)>;

/// Returns the fields that a job does not restore.
fn not_restored<'f>(
    fields: &'f RecordFields<'_>,
    job: Option<&PatchJob>,
    record: &RawAnswer,
) -> Problems<'f> {
    let mismatches = job.map_or_else(Vec::new, |job| job.mismatches(record));
    let problem = |name: &str| {
        let sent = job?.fields().find(|field| field.name() == name);
        let Some(sent) = sent.and_then(|field| field.json()) else {
            return Some("is not restored by its row");
        };
        // The text `0` clears a field (api.md, grade B).
        if sent == r#""0""# {
            return Some("is the text `0`, which the API takes for an empty field");
        }
        let is_other = mismatches.iter().any(|it| it.field() == name);
        is_other.then_some("would not get back exactly this value")
    };
    let fields = fields.iter().filter(|(name, _)| *name != ID);
    let problems = fields.filter_map(|(name, json)| {
        let problem = match job {
            Some(_) => problem(name)?,
            None => "is not restored by its row",
        };
        Some((name, json, problem.to_owned()))
    });
    problems.collect()
}

/// Returns the fields with a cell that is refused; all of them if the row is refused as a whole.
fn bad_fields<'f>(fields: &'f RecordFields<'_>, problems: &[Problem]) -> Problems<'f> {
    let of_field = |name: &str| {
        problems.iter().find(|problem| match &problem.column {
            Some(column) => column.strip_prefix(WIRE) == Some(name),
            None => true,
        })
    };
    let named = || fields.iter().filter(|(name, _)| *name != ID);
    let bad = named().filter_map(|(name, json)| {
        let problem = of_field(name)?;
        Some((name, json, problem.text.clone()))
    });
    let bad: Problems<'f> = bad.collect();
    if !bad.is_empty() {
        return bad;
    }
    let text = problems
        .first()
        .map_or("is refused", |problem| problem.text.as_str());
    named()
        .map(|(name, json)| (name, json, text.to_owned()))
        .collect()
}

/// Returns the id of the record of a line, as `write_object` has written it.
pub(super) fn id_of_line(line: &[u8]) -> Option<u64> {
    let start = format!("{{\"{ID}\":");
    let rest = line.strip_prefix(start.as_bytes())?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()
}

fn record_of(line: &str, fields: &RecordFields<'_>) -> Option<(u64, RawAnswer)> {
    // The entity does not matter to a comparison.
    let record = RawAnswer::from_json::<Contacts>(line).ok()?;
    Some((fields.id()?, record))
}

/// Writes an object with an id on one line.
fn write_object(
    to: &mut NewFile,
    id: u64,
    fields: impl IntoIterator<Item = (String, String)>,
) -> io::Result<()> {
    write!(to, "{{\"{ID}\":{id}")?;
    for (name, json) in fields {
        // In JSON, line breaks are only between values.
        let json = json.replace(['\n', '\r'], " ");
        write!(to, ",{}:{json}", json!(name))?;
    }
    to.write_all(b"}\n")
}

fn out_of_step(path: &Path) -> Failure {
    Failure::in_file(
        path,
        "the old values that were just written are not read again as they were written",
    )
}
