//! The first pass: reads and checks every row, and sends nothing.

use std::{io, path::Path};

use serde_json::json;
use vibecode_spec::{Schema, one_line};

use super::args::Args;
use super::backup::{self, written::WrittenValues};
use super::bad::{BadRows, Written};
use super::bad_cells::BadCells;
use super::estimate::{Estimate, RequestCounter, Requests};
use super::input::{
    Input,
    changes_digest::ChangesDigest,
    columns::ColumnOptions,
    fingerprints::Fingerprints,
    origin::Origin,
    row_jobs::RowJobs,
    tally::{ColumnTally, Tally},
    target::Target,
};
use super::journal::past::Past;
use super::other_forms::OtherForms;
use super::pipelines;
use super::repeated::Repeated;
use crate::{
    change::{self, ItemTexts},
    code_file::KnownCodes,
    failure::Failure,
    output::Output,
    plural::number_of,
    portal_identity::Identity,
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
    /// The encoding of the file, if it is not a spreadsheet.
    encoding: Option<&'static str>,
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
        encoding: input.encoding_name(),
        ..Checked::default()
    };
    let mut bad_rows = Some(BadRows::new(input));
    let mut requests = RequestCounter::default();
    let mut progress = ProgressMeter::of_file("checking", "rows", input.bytes(), output);
    checked.fingerprints.set_header(row_jobs.record());
    while let Some(row_job) = row_jobs.next()? {
        checked.fingerprints.push(row_jobs.record());
        progress.advance_to(row_jobs.bytes_read());
        checked.changes.add(&row_job)?;
        match row_job.change {
            Ok((id, job)) => {
                checked.repeated.add(id, row_job.line);
                if job.is_some() {
                    // An undo that cannot be compared is refused before its journal is created.
                    WrittenValues::of_row(input, row_jobs.record())?;
                    requests.add(id, row_jobs.record().bytes());
                }
                checked.to_send += u64::from(job.is_some());
                checked.unchanged += u64::from(job.is_none());
                if let Some(job) = job {
                    checked.adds |= !job.is_idempotent();
                    checked.sets_stages = checked.sets_stages
                        || pipelines::sets_stage_alone(&job, column_options.schema);
                }
            }
            Err(problems) => {
                checked.bad += 1;
                let names = &row_jobs.columns().names;
                if let Some(writer) = &mut bad_rows
                    && let Err(error) = writer.add(names, row_jobs.record(), &problems)
                {
                    not_written(input, &error, output);
                    bad_rows = None;
                }
                for problem in problems {
                    let (row, column, text) = (row_job.line, &problem.column, &problem.text);
                    let fields = json!({ "row": row, "column": column, "problem": text });
                    output.event("bad_cell", fields);
                    checked.bad_cells.add(row, problem);
                }
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
    let written = bad_rows.map_or(Ok(None), BadRows::end);
    checked.bad_rows = written.unwrap_or_else(|error| {
        not_written(input, &error, output);
        None
    });
    let unused = row_jobs.columns().unused();
    if let Some(first) = unused.first() {
        return Err(Failure::in_file(&input.path, first));
    }
    let goes = |target: &Result<Target, String>| match target {
        Ok(target) => target.describe(),
        Err(_) => "no field: rows with this column are bad".to_owned(),
    };
    let columns = row_jobs.columns().described();
    checked.columns = columns
        .map(|(name, target)| (name.to_owned(), goes(target)))
        .collect();
    checked.unapplied = row_jobs.unapplied();
    checked.tally = row_jobs.tally().clone();
    checked.item_texts = row_jobs.item_texts().clone();
    checked.digest = row_jobs.digest();
    Ok(checked)
}

fn not_written(input: &Input, error: &io::Error, output: &Output) {
    let path = input.bad();
    output.warn(format!(
        "the bad rows cannot be written to {}: {error}",
        path.display()
    ));
}

impl Checked {
    /// Shows the bad cells, and the file with the bad rows.
    fn show_bad(&self, output: &Output) {
        self.bad_cells.show(output);
        if let Some(Written { path, earlier }) = &self.bad_rows {
            if let Some(earlier) = earlier {
                output.line(format!(
                    "an earlier file of bad rows is now {}",
                    earlier.display()
                ));
            }
            output.line(format!("the bad rows are in {}", path.display()));
        }
    }

    /// Returns the file with the bad rows, if there are any.
    pub(super) fn file_of_bad_rows(&self) -> Option<&Path> {
        Some(&self.bad_rows.as_ref()?.path)
    }

    /// Returns the number of all rows.
    fn rows(&self) -> u64 {
        self.to_send + self.unchanged + self.bad
    }

    /// Prints the result for people.
    pub(super) fn show(&self, args: &Args, output: &Output) {
        let columns = self.columns_with_tallies();
        let columns: Vec<Vec<String>> = columns
            .map(|(name, goes, tally)| {
                [
                    vec![one_line(name), goes.to_owned()],
                    tally.cells().to_vec(),
                ]
                .concat()
            })
            .collect();
        let head = ["column", "field", "set", "cleared", "left", "added"];
        output.table(&head, &columns);
        output.line(format!(
            "{}: {} to send, {} without a change, {} bad",
            rows(self.rows()),
            self.to_send,
            self.unchanged,
            self.bad
        ));
        if self.unapplied > 0 {
            let left = number_of(
                self.unapplied,
                "row is left as it is: the journal of the job shows that it has not changed the record",
                "rows are left as they are: the journal of the job shows that it has not changed the records",
            );
            output.line(left);
        }
        if self.bad > 0 {
            self.show_bad(output);
        }
        self.warn(output);
        self.repeated.show(output);
        if !args.yes
            && !args.resume
            && let Some(estimate) = self.estimate(args)
        {
            output.line(estimate.in_words());
            self.show_without_backup(args, output);
        }
    }

    /// Says that the old values are not kept, if that was not asked for.
    pub(super) fn show_without_backup(&self, args: &Args, output: &Output) {
        let is_decided = args.backup.is_some() || args.no_backup || args.resume || args.plan;
        if !is_decided && !self.compares_records() && self.to_send <= backup::MOST_ROWS_WITHOUT {
            output.line(format!(
                "the old values of {} rows or fewer are not kept: --backup FILE.jsonl keeps them, so that the job can be undone",
                backup::MOST_ROWS_WITHOUT
            ));
        }
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

    fn columns_with_tallies(&self) -> impl Iterator<Item = (&str, &str, ColumnTally)> {
        let columns = self.columns.iter().enumerate();
        columns.map(|(column, (name, goes))| (&**name, &**goes, self.tally.column(column)))
    }

    /// Warns of what cannot be seen in the counts.
    fn warn(&self, output: &Output) {
        for (name, goes, tally) in self.columns_with_tallies() {
            if let Some((line, id)) = tally.first_cleared {
                let records = records(tally.cleared - tally.zeros);
                let why = if self.origin.is_some() {
                    "which had no value when the backup was made"
                } else {
                    "because of --empty clear"
                };
                output.warn(format!(
                    "the column `{name}` clears `{goes}` of {records}{}{why} (the first is row {line}, record {id})",
                    if self.origin.is_some() { ", " } else { " " }
                ));
            }
        }
        for (name, goes, tally) in self.columns_with_tallies() {
            if let Some((line, id)) = tally.first_zero {
                output.warn(format!(
                    "the column `{name}` has the text `0` in {} (the first is row {line}, record {id}): the API takes it as empty, so it clears `{goes}`, and a row fails if its record does not show the text",
                    number_of(tally.zeros, "cell", "cells")
                ));
            }
        }
        if let Some((line, id)) = self.tally.first_lacking {
            let phones = number_of(self.tally.lacking_country, "phone has", "phones have");
            output.warn(format!(
                "{phones} no country code (the first is row {line}, record {id}): add it with --country, such as --country 7, since phones cannot be removed"
            ));
        }
        if let Some((line, id)) = self.tally.first_perhaps_placeholder {
            let emails = number_of(
                self.tally.perhaps_placeholders,
                "email looks like a placeholder",
                "emails look like placeholders",
            );
            output.warn(format!(
                "{emails} (the first is row {line}, record {id}): empty the cells if so, since emails cannot be removed"
            ));
        }
    }

    /// Prints, for programs, that the rows were checked and nothing was sent.
    pub(super) fn summarize(&self, args: &Args, identity: Option<&Identity>, output: &Output) {
        let columns = self.columns_with_tallies().map(|(name, goes, tally)| {
            let ColumnTally {
                set,
                cleared,
                left,
                added,
                ..
            } = tally;
            json!({
                "column": name,
                "field": goes,
                "set": set,
                "cleared": cleared,
                "left": left,
                "added": added,
            })
        });
        output.json(&json!({
            "portal": identity.map(Identity::json),
            "encoding": self.encoding,
            "checked": self.rows(),
            "to_send": self.to_send,
            "unchanged": self.unchanged,
            "unapplied": self.unapplied,
            "bad": self.bad,
            "columns": columns.collect::<Vec<_>>(),
            "phones_without_country": self.tally.lacking_country,
            "emails_perhaps_placeholders": self.tally.perhaps_placeholders,
            "bad_rows": self.file_of_bad_rows().map(|path| path.display().to_string()),
            "estimate": self.estimate(args).map(|estimate| estimate.json()),
        }));
    }
}

/// `1 record`, `5 records`.
fn records(count: u64) -> String {
    number_of(count, "record", "records")
}

/// `1 row`, `5 rows`.
pub(super) fn rows(count: u64) -> String {
    number_of(count, "row", "rows")
}
