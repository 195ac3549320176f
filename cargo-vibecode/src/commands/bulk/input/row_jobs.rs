//! The rows as changes, each of one record and checked against the schema.

use vibecode_runtime::PatchJob;

use super::{
    HashedRows, Input,
    columns::{ColumnOptions, Columns, ERROR_COLUMNS},
    rows::{CellValue, Problem, Record, Rows},
    tally::{Effect, Tally},
};
use crate::{
    change::{Change, ItemTexts},
    commands::bulk::{
        earlier_additions::EarlierAdditions, other_forms::OtherForms, spreadsheet_cell::unguarded,
    },
    failure::Failure,
    visible::trimmed,
};

/// The rows of one pass.
#[derive(Debug)]
pub(crate) struct RowJobs<'a> {
    input: &'a Input,
    rows: HashedRows,
    record: Record,
    columns: Columns<'a>,
    tally: Tally,
    item_texts: ItemTexts,
    /// The effects of the cells of a row. The buffer is reused.
    effects: Vec<(usize, Effect)>,
    /// Whether this is a file of failed rows, in which formulas are guarded.
    is_guarded: bool,
    /// What earlier rows add to the same record, if it is to be added once.
    earlier_additions: Option<EarlierAdditions<'a>>,
    /// The phones that records have in another form, once the records were read.
    other_forms: Option<&'a OtherForms>,
    /// The rows that add what the last row adds too.
    repeats: Vec<u64>,
    /// The number of rows of an undo that are left, since the job has changed nothing of them.
    unapplied: u64,
}

/// A row and the change that it requests.
#[derive(Debug)]
pub(crate) struct RowJob {
    /// The number of the row, as [`Record::number`] counts it.
    pub(crate) number: u64,
    /// `None`: the row changes nothing.
    pub(crate) change: Result<(u64, Option<PatchJob>), BadRow>,
}

impl RowJob {
    /// Returns the id of the record. `None`: the row does not name one, or cannot be read.
    pub(crate) fn id(&self) -> Option<u64> {
        match &self.change {
            Ok((id, _)) => Some(*id),
            Err(bad_row) => bad_row.id,
        }
    }
}

/// A row that cannot be sent.
#[derive(Debug)]
pub(crate) struct BadRow {
    /// The id of its record. `None`: the row does not name one, or cannot be read.
    pub(crate) id: Option<u64>,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> RowJobs<'a> {
    /// Starts with the first row, after the header if there is one.
    ///
    /// # Errors
    /// If the file cannot be read, or if a column of the header cannot be assigned to a field.
    pub(crate) fn open(
        input: &'a Input,
        column_options: &'a ColumnOptions<'a>,
    ) -> Result<Self, Failure> {
        let mut row_jobs = Self {
            input,
            rows: input.rows()?,
            record: Record::default(),
            columns: Columns::new(column_options),
            tally: Tally::default(),
            item_texts: ItemTexts::default(),
            effects: Vec::new(),
            is_guarded: false,
            earlier_additions: None,
            other_forms: None,
            repeats: Vec::new(),
            unapplied: 0,
        };
        if matches!(row_jobs.rows, Rows::Csv(_)) {
            row_jobs.read_header()?;
            row_jobs.check_header()?;
        }
        Ok(row_jobs)
    }

    /// Returns the columns of the header, or of the first row of JSON Lines, with or without a field.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn columns_of(
        input: &'a Input,
        column_options: &'a ColumnOptions<'a>,
    ) -> Result<Columns<'a>, Failure> {
        let mut row_jobs = Self {
            input,
            rows: input.rows()?,
            record: Record::default(),
            columns: Columns::new(column_options),
            tally: Tally::default(),
            item_texts: ItemTexts::default(),
            effects: Vec::new(),
            is_guarded: false,
            earlier_additions: None,
            other_forms: None,
            repeats: Vec::new(),
            unapplied: 0,
        };
        if matches!(row_jobs.rows, Rows::Csv(_)) {
            row_jobs.read_header()?;
        } else if row_jobs.read()? {
            // What is wrong with the row is found by the check.
            let _ = row_jobs.read_change();
        }
        Ok(row_jobs.columns)
    }

    /// Leaves out of each row the phones and emails that an earlier row adds to the same record.
    pub(crate) fn adding_once(self, earlier_additions: EarlierAdditions<'a>) -> Self {
        Self {
            earlier_additions: Some(earlier_additions),
            ..self
        }
    }

    /// Writes the phones that records have in another form in that form.
    pub(crate) fn in_forms_of_records(self, other_forms: &'a OtherForms) -> Self {
        Self {
            other_forms: Some(other_forms),
            ..self
        }
    }

    /// Returns the earlier rows that add what was left out of the last row.
    pub(crate) fn repeats(&self) -> &[u64] {
        &self.repeats
    }

    fn read_header(&mut self) -> Result<(), Failure> {
        let file = self.input.path.display().to_string();
        if !self.read()? {
            let problem = "the file is empty: its first row must name the columns";
            return Err(Failure::in_file(&self.input.path, problem));
        }
        for (index, name) in self.record.raw_cells().enumerate() {
            let name = str::from_utf8(name).map_err(|error| {
                Failure::new(format!(
                    "{file}: column {} of the header is not valid UTF-8 at its byte {}: save the file as UTF-8, or name its --encoding",
                    index + 1,
                    error.valid_up_to() + 1
                ))
            })?;
            self.columns.names.push(trimmed(name).to_owned());
        }
        let names = &self.columns.names;
        let mut names = names.iter();
        self.is_guarded = names.any(|name| ERROR_COLUMNS.contains(&name.as_str()));
        for name in self.columns.names.iter_mut().filter(|_| self.is_guarded) {
            unguard(name);
        }
        self.columns.resolve();
        Ok(())
    }

    fn check_header(&self) -> Result<(), Failure> {
        let file = self.input.path.display();
        let problems = self.columns.problems();
        if problems.is_empty() {
            return Ok(());
        }
        let problems = problems.join(&format!("\nerror: {file}: "));
        Err(Failure::new(format!("{file}: {problems}")))
    }

    /// Reads the next row without its change. Returns false after the last row.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn read(&mut self) -> Result<bool, Failure> {
        let read = self.rows.read(&mut self.record);
        read.map_err(|error| self.input.failure(&error))
    }

    /// Returns the next row.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn next(&mut self) -> Result<Option<RowJob>, Failure> {
        if !self.read()? {
            return Ok(None);
        }
        Ok(Some(RowJob {
            number: self.record.number,
            change: self.read_change(),
        }))
    }

    fn read_change(&mut self) -> Result<(u64, Option<PatchJob>), BadRow> {
        self.repeats.clear();
        let cells = self.rows.cells(&self.record, &mut self.columns.names);
        let mut cells = cells.map_err(|problem| BadRow {
            id: None,
            problems: vec![problem],
        })?;
        for cell in cells.iter_mut().filter(|_| self.is_guarded) {
            if let CellValue::Text(text) = &mut cell.value {
                unguard(text);
            }
        }
        // A backup restores its values as they were.
        if !self.columns.column_options.sends_as_given {
            for cell in &mut cells {
                cell.value.trim();
            }
        }
        self.columns.resolve();
        self.effects.clear();
        let change = self.columns.change(&cells, &mut self.effects);
        let (id, mut change) = change.map_err(|problems| BadRow {
            id: self.columns.id_of(&cells),
            problems,
        })?;
        let number = self.record.number;
        let lacking = change.lacking_country();
        let placeholders = change.perhaps_placeholders();
        // The whole change is checked, so that a row is bad in each pass or in none.
        let mut job = job_of(id, &change)?;
        let unapplied = self.columns.column_options.unapplied;
        if unapplied.is_some_and(|rows| rows.are_all_of(&self.record)) {
            self.unapplied += 1;
            return Ok((id, None));
        }
        if let Some(earlier_additions) = &mut self.earlier_additions {
            let taken = earlier_additions.take_out(number, id, &mut change);
            if !taken.earlier.is_empty() {
                job = job_of(id, &change)?;
            }
            // A row that is bad adds nothing, so nothing of it may be left out of later rows.
            self.repeats = earlier_additions.note(id, taken);
        }
        if let Some(other_forms) = self.other_forms
            && other_forms.write(id, &mut change)
        {
            job = job_of(id, &change)?;
        }
        self.tally.add(number, id, &self.effects);
        change.move_item_texts(&mut self.item_texts);
        if job.is_some() {
            self.tally.add_lacking_country(number, id, lacking);
            self.tally
                .add_perhaps_placeholders(number, id, placeholders);
        }
        Ok((id, job))
    }

    /// Returns how many rows of an undo are left, since the job has changed nothing of them.
    pub(crate) fn unapplied(&self) -> u64 {
        self.unapplied
    }

    /// Returns the last row that was read, unchanged from the file.
    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// Returns how many bytes of the file have been read.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.rows.input().get_ref().bytes_read()
    }

    /// Returns the effects of the valid rows that were read.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Returns the texts of the valid rows that are options or codes.
    pub(crate) fn item_texts(&self) -> &ItemTexts {
        &self.item_texts
    }

    pub(crate) fn columns(&self) -> &Columns<'a> {
        &self.columns
    }

    /// Returns the hash of the bytes read so far: of the whole file, once there are no more rows.
    pub(crate) fn digest(&self) -> String {
        self.rows.input().get_ref().digest()
    }
}

/// Returns the job of a change; `None` if it changes nothing.
fn job_of(id: u64, change: &Change<'_>) -> Result<Option<PatchJob>, BadRow> {
    if change.is_empty() {
        return Ok(None);
    }
    let job = change.job(id);
    job.map(Some).map_err(|error| BadRow {
        id: Some(id),
        problems: vec![Problem::of_the_row(error.explanation())],
    })
}

/// Removes the apostrophe of a cell that a spreadsheet would execute.
fn unguard(text: &mut String) {
    let length = unguarded(text.as_bytes()).len();
    text.drain(..text.len() - length);
}
