//! The first pass: reads and checks every row, and sends nothing.

mod show;

use std::{
    io,
    path::{Path, PathBuf},
};

use serde_json::json;
use vibecode_runtime::PatchJob;
use vibecode_spec::Schema;

use super::args::Args;
use super::backup::written::WrittenValues;
use super::bad::{BadRows, Written};
use super::bad_cells::BadCells;
use super::estimate::{Estimate, RequestCounter, Requests};
use super::input::{
    Input,
    changes_digest::ChangesDigest,
    columns::ColumnOptions,
    fingerprints::Fingerprints,
    origin::Origin,
    row_jobs::{BadRow, RowJobs},
    rows::Problem,
    tally::{ColumnTally, Tally},
    target::Target,
};
use super::journal::past::Past;
use super::other_forms::OtherForms;
use super::pipelines;
use super::repeated::Repeated;
use super::row_name::record_name;
use crate::{
    change::{self, ItemTexts},
    code_file::KnownCodes,
    failure::Failure,
    output::Output,
    plural::number_of,
    progress::ProgressMeter,
};

/// The result of the first pass.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Rows that change something.
    pub(super) to_send: u64,
    /// The requests for these rows.
    pub(super) requests: Requests,
    /// Rows that name a record but change nothing in it.
    unchanged: u64,
    /// Those of them that an undo leaves, since the job has changed nothing of them.
    pub(super) unapplied: u64,
    pub(super) bad: u64,
    bad_cells: BadCells,
    /// The file with the bad rows.
    bad_rows: Option<Written>,
    /// The file that an earlier run wrote, if there are no bad rows any more. Its rows may have been corrected in it, so
    /// it is left.
    old_bad_rows: Option<PathBuf>,
    /// Whether a row adds phones or emails.
    pub(super) adds: bool,
    /// Whether a row sets a stage and not its pipeline.
    pub(super) sets_stages: bool,
    pub(super) repeated: Repeated,
    /// If the file is a backup: what it undoes.
    origin: Option<Origin>,
    /// The requests that compare the schema and the codes with the portal.
    pub(super) requests_for_files: u64,
    columns: Vec<(String, String)>,
    tally: Tally,
    /// The texts of the rows that are options or codes.
    pub(super) item_texts: ItemTexts,
    /// The phones of the rows that records have in another form.
    pub(super) other_forms: OtherForms,
    /// The hash of the file.
    pub(super) digest: String,
    /// The hash of each row.
    pub(super) fingerprints: Fingerprints,
    /// The digest of what the rows change.
    pub(super) changes: ChangesDigest,
}

/// Checks every row. In JSON format each bad row is printed as it is found.
///
/// # Errors
/// If the file cannot be read, or if its columns cannot be assigned to fields.
pub(super) fn check(
    input: &Input,
    column_options: &ColumnOptions<'_>,
    output: &Output,
) -> Result<Checked, Failure> {
    let mut row_jobs = RowJobs::open(input, column_options)?;
    let mut checked = Checked {
        origin: input.origin.clone(),
        ..Checked::default()
    };
    let mut bad_rows = BadRowsFile::new(input, output);
    let mut requests = RequestCounter::default();
    let mut progress = ProgressMeter::of_file("checking", "rows", input.bytes(), output);
    checked.fingerprints.set_header(row_jobs.record());
    while let Some(row_job) = row_jobs.next()? {
        checked.fingerprints.push(row_jobs.record());
        progress.advance_to(row_jobs.bytes_read());
        checked.changes.add(&row_job)?;
        match row_job.change {
            Ok((id, job)) => {
                if job.is_some() {
                    // An undo that cannot be compared is refused before its journal is created.
                    WrittenValues::of_row(input, row_jobs.record())?;
                    requests.add(id, row_jobs.record().bytes());
                }
                checked.repeated.add(id, row_job.number);
                checked.add_valid(job.as_ref(), column_options.schema);
            }
            Err(bad_row) => {
                bad_rows.add(&row_jobs, &bad_row.problems);
                checked.add_bad(row_job.number, bad_row, column_options.entity, output);
            }
        }
    }
    progress.end();
    checked.repeated.end();
    checked.requests = requests.end();
    // The keys of JSON Lines are known only now.
    if let Some(problem) = row_jobs.columns().of_another_entity() {
        return Err(Failure::in_file(&input.path, problem));
    }
    checked.bad_rows = bad_rows.end();
    checked.old_bad_rows = Some(input.bad()).filter(|path| checked.bad == 0 && path.exists());
    if let Some(first) = row_jobs.columns().unused().first() {
        return Err(Failure::in_file(&input.path, first));
    }
    checked.take_results(&row_jobs);
    Ok(checked)
}

/// The file of the bad rows, as far as it can be written. If it cannot, that is a warning, and the check goes on.
struct BadRowsFile<'a> {
    input: &'a Input,
    output: &'a Output,
    rows: Option<BadRows<'a>>,
}

impl<'a> BadRowsFile<'a> {
    fn new(input: &'a Input, output: &'a Output) -> Self {
        Self {
            input,
            output,
            rows: Some(BadRows::new(input)),
        }
    }

    /// Adds the last row that was read.
    fn add(&mut self, row_jobs: &RowJobs<'_>, problems: &[Problem]) {
        let names = &row_jobs.columns().names;
        if let Some(rows) = &mut self.rows
            && let Err(error) = rows.add(names, row_jobs.record(), problems)
        {
            self.warn(&error);
            self.rows = None;
        }
    }

    fn end(mut self) -> Option<Written> {
        let written = self.rows.take()?.end();
        written.unwrap_or_else(|error| {
            self.warn(&error);
            None
        })
    }

    fn warn(&self, error: &io::Error) {
        self.output.warn(format!(
            "the bad rows cannot be written to {}: {error}",
            self.input.bad().display()
        ));
    }
}

impl Checked {
    /// Counts a row without problems. `None`: it changes nothing.
    fn add_valid(&mut self, job: Option<&PatchJob>, schema: &Schema) {
        let Some(job) = job else {
            self.unchanged += 1;
            return;
        };
        self.to_send += 1;
        self.adds |= !job.is_idempotent();
        self.sets_stages = self.sets_stages || pipelines::sets_stage_alone(job, schema);
    }

    fn add_bad(&mut self, row: u64, bad_row: BadRow, entity: &str, output: &Output) {
        self.bad += 1;
        let record = bad_row.id.map(|id| record_name(entity, id));
        for problem in bad_row.problems {
            let Problem { column, text, .. } = &problem;
            let fields = json!({ "row": row, "record": record, "column": column, "problem": text });
            output.event("bad_cell", fields);
            self.bad_cells.add(row, record.as_deref(), problem);
        }
    }

    /// Takes what is known once all rows were read.
    fn take_results(&mut self, row_jobs: &RowJobs<'_>) {
        let goes = |target: &Result<Target, String>| match target {
            Ok(target) => target.describe(),
            Err(_) => "no field: rows with this column are bad".to_owned(),
        };
        let columns = row_jobs.columns().described();
        let columns = columns.map(|(name, target)| (name.to_owned(), goes(target)));
        self.columns = columns.collect();
        self.unapplied = row_jobs.unapplied();
        self.tally = row_jobs.tally().clone();
        self.item_texts = row_jobs.item_texts().clone();
        self.digest = row_jobs.digest();
    }

    /// Returns the file with the bad rows, if there are any.
    pub(super) fn file_of_bad_rows(&self) -> Option<&Path> {
        Some(&self.bad_rows.as_ref()?.path)
    }

    /// Returns the number of all rows.
    fn rows(&self) -> u64 {
        self.to_send + self.unchanged + self.bad
    }

    /// Estimates the requests of all rows, or of those of `--limit`, if there are any.
    fn estimate(&self, args: &Args) -> Option<Estimate> {
        let rows = self.to_send.min(args.limit.unwrap_or(u64::MAX));
        (rows > 0).then(|| Estimate::of(args, self, &Past::default(), rows))
    }

    /// Returns whether each record is compared with what the job wrote before its row is sent.
    pub(super) fn compares_records(&self) -> bool {
        self.origin.as_ref().is_some_and(|it| it.has_written)
    }

    /// Returns a warning for each field that is set to codes that cannot be checked.
    pub(super) fn unchecked(&self, schema: &Schema, codes: &KnownCodes) -> Vec<String> {
        let set = self
            .columns_with_tallies()
            .filter(|(_, _, tally)| tally.set > 0);
        set.filter_map(|(_, goes, _)| change::unchecked(schema.field(goes)?, schema, codes))
            .collect()
    }

    /// Returns the names of the columns.
    pub(super) fn column_names(&self) -> Vec<String> {
        let names = self.columns.iter().map(|(name, _)| name.clone());
        names.collect()
    }

    /// Returns whether a row sets or clears a field, and does not only add phones and emails.
    pub(super) fn sets_fields(&self) -> bool {
        let mut columns = self.columns_with_tallies();
        columns.any(|(_, _, tally)| tally.set > 0 || tally.cleared > 0)
    }

    fn columns_with_tallies(&self) -> impl Iterator<Item = (&str, &str, ColumnTally)> {
        let columns = self.columns.iter().enumerate();
        columns.map(|(column, (name, goes))| (&**name, &**goes, self.tally.column(column)))
    }
}

/// `1 row`, `5 rows`.
pub(super) fn rows(count: u64) -> String {
    number_of(count, "row", "rows")
}
