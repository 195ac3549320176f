//! Reads each row that was written as `bulk` would, by its own code, so that an export says which cells `bulk` refuses or
//! reads as another value. A row with nothing but `harmless` cells is not read.

mod harmless;

use serde_json::{Value, json};
use vibecode_runtime::{MismatchKind, RawAnswer};
use vibecode_spec::{ExportHeaders, Multifield, Schema};

use self::harmless::HarmlessCells;
use super::{
    args::{Args, Form},
    cell::{Cell, CellNote},
    columns::Columns,
    records::Records,
};
use crate::{
    cells::CellStyle,
    code_file::KnownCodes,
    column_header::export_headers,
    commands::bulk::{
        ColumnOptions, Columns as BulkColumns, Effect,
        rows::{Cell as BulkCell, CsvRows, JsonRows, Problem, Record, Rows},
    },
    visible::trimmed,
};

/// The number of different problems that are kept.
const MAX_PROBLEMS: usize = 50;
const OTHER_PROBLEMS: &str = "other problems";

/// What the options of `bulk` refer to.
#[derive(Debug)]
pub(super) struct BulkDefaults {
    style: CellStyle,
    export: Option<ExportHeaders>,
}

impl BulkDefaults {
    pub(super) fn of(entity: &str) -> Self {
        Self {
            style: CellStyle::default(),
            export: export_headers(entity),
        }
    }

    /// Returns the options of `bulk` if none is given.
    pub(super) fn options<'a>(
        &'a self,
        args: &'a Args,
        schema: &'a Schema,
        codes: &'a KnownCodes,
    ) -> ColumnOptions<'a> {
        ColumnOptions {
            export: self.export.as_ref(),
            cells_hold_lists: args.form() == Form::Csv,
            ..ColumnOptions::new(&args.entity, schema, codes, &self.style)
        }
    }
}

/// What `bulk` does with cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BulkReading {
    Refused,
    /// It reads another value than the record has.
    Changed,
}

/// A problem of `bulk` with the cells of one column.
#[derive(Debug)]
pub(super) struct BulkProblem {
    /// The wire name; `None` if the problem is with the row.
    pub(super) field: Option<String>,
    pub(super) problem: String,
    pub(super) reading: BulkReading,
    /// Whether the values are codes that the portal no longer lists, which are reported with the codes.
    pub(super) is_old_code: bool,
    pub(super) records: Records,
}

impl BulkProblem {
    pub(super) fn json(&self) -> Value {
        json!({
            "field": self.field,
            "problem": self.problem,
            "refused": self.reading == BulkReading::Refused,
            "records": self.records.count,
            "ids": self.records.first,
        })
    }
}

/// A record that was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct WrittenRecord<'r> {
    pub(super) id: u64,
    pub(super) answer: &'r RawAnswer,
    pub(super) cells: &'r [Cell<'r>],
    /// What is noted of each cell.
    pub(super) notes: &'r [CellNote],
}

/// The rows as `bulk` reads them.
#[derive(Debug)]
pub(super) struct ReadBack<'a> {
    columns: BulkColumns<'a>,
    form: Form,
    delimiter: u8,
    /// The wire names of the columns after the id.
    fields: Vec<String>,
    harmless: HarmlessCells,
    record: Record,
    effects: Vec<(usize, Effect)>,
    problems: Vec<BulkProblem>,
    /// How often a problem was noted.
    noted: u64,
}

impl<'a> ReadBack<'a> {
    pub(super) fn new(options: &'a ColumnOptions<'a>, args: &Args, columns: &Columns<'_>) -> Self {
        let headers = columns.headers().map(str::to_owned).collect();
        let fields: Vec<String> = columns.wire_names().map(str::to_owned).collect();
        let columns = BulkColumns::of_names(options, headers);
        Self {
            harmless: HarmlessCells::new(options, &columns, &fields),
            columns,
            form: args.form(),
            delimiter: args.delimiter(),
            fields,
            record: Record::default(),
            effects: Vec::new(),
            problems: Vec::new(),
            noted: 0,
        }
    }

    pub(super) fn problems(&self) -> &[BulkProblem] {
        &self.problems
    }

    /// Notes what `bulk` would refuse or change in the row of a record.
    pub(super) fn check(&mut self, row: &[u8], written: WrittenRecord<'_>) {
        if self.harmless.are_all(row, written) {
            return;
        }
        let noted = self.noted;
        self.read(row, written);
        if self.noted == noted {
            self.harmless.learn(written);
        }
    }

    /// Reads the row of a record as `bulk` would.
    fn read(&mut self, row: &[u8], written: WrittenRecord<'_>) {
        let mut cells = match self.cells(row) {
            Ok(cells) => cells,
            Err(problem) => return self.add(None, problem.text, BulkReading::Refused, written),
        };
        // A value that is not known is reported with its field.
        cells.retain(|cell| note_of(cell, written) != Some(CellNote::NotShown));
        // Without the cells that are refused, the others can be compared with the record.
        while !cells.is_empty() {
            self.effects.clear();
            let change = match self.columns.change(&cells, &mut self.effects) {
                Ok((_, change)) => change,
                Err(problems) => {
                    let count = cells.len();
                    self.refuse(problems, &mut cells, written);
                    if cells.len() == count {
                        return;
                    }
                    continue;
                }
            };
            if change.is_empty() {
                return;
            }
            return match change.job(written.id) {
                Ok(job) => self.compare(&job, written),
                Err(error) => {
                    let problem = error.explanation().to_owned();
                    self.add(None, problem, BulkReading::Refused, written);
                }
            };
        }
    }

    fn cells(&mut self, row: &[u8]) -> Result<Vec<BulkCell>, Problem> {
        let mut rows = match self.form {
            Form::Csv => Rows::Csv(CsvRows::new(row, self.delimiter, 0)),
            Form::Jsonl => Rows::Json(JsonRows::new(row, 0)),
        };
        let read = rows.read(&mut self.record);
        read.map_err(|error| Problem::of_the_row(error.to_string()))?;
        rows.cells(&self.record, &mut self.columns.names)
    }

    /// Notes the problems, and takes their cells out.
    fn refuse(
        &mut self,
        problems: Vec<Problem>,
        cells: &mut Vec<BulkCell>,
        written: WrittenRecord<'_>,
    ) {
        for Problem { column, text, .. } in problems {
            let mut names = self.columns.names.iter();
            let index = column.and_then(|column| names.position(|name| *name == column));
            cells.retain(|cell| Some(cell.column) != index);
            self.add(index, text, BulkReading::Refused, written);
        }
    }

    /// Notes the fields that would get another value.
    fn compare(&mut self, job: &vibecode_runtime::PatchJob, written: WrittenRecord<'_>) {
        for mismatch in job.mismatches(written.answer) {
            let mut fields = self.fields.iter();
            let column = fields.position(|field| field == mismatch.field());
            let index = column.map(|column| column + 1);
            let cell = column.and_then(|column| written.cells.get(column));
            let note = column.and_then(|column| written.notes.get(column));
            // A phone is not added again with another type, and one that is not shown is not compared.
            let is_of_list = Multifield::of_field(mismatch.field()).is_some()
                && (note == Some(&CellNote::OtherType)
                    || mismatch.kind() == MismatchKind::NotShown);
            if !is_of_list {
                let problem = cell.map_or(ANOTHER_VALUE, another_value);
                self.add(index, problem.to_owned(), BulkReading::Changed, written);
            }
        }
        let effects = self.effects.iter();
        let zeros: Vec<usize> = effects
            .filter(|(_, effect)| *effect == Effect::ClearedByZero)
            .map(|(column, _)| *column)
            .collect();
        for column in zeros {
            let problem = "the API takes the text `0` as empty, so it clears the field".to_owned();
            self.add(Some(column), problem, BulkReading::Changed, written);
        }
    }

    /// Adds the record to those with this problem. `index` is that of a column, of which the first is the id.
    fn add(
        &mut self,
        index: Option<usize>,
        problem: String,
        reading: BulkReading,
        written: WrittenRecord<'_>,
    ) {
        self.noted += 1;
        let column = index.and_then(|index| index.checked_sub(1));
        let field = column.and_then(|column| self.fields.get(column)).cloned();
        let note = column.and_then(|column| written.notes.get(column));
        let is_old_code = note == Some(&CellNote::OldCode);
        let problem = BulkProblem {
            field,
            problem,
            reading,
            is_old_code,
            records: Records::default(),
        };
        add_to(&mut self.problems, problem, written.id);
    }
}

/// Adds a record to those with the same problem. Once many different problems are kept, the rest of them are one problem
/// of each field.
fn add_to(problems: &mut Vec<BulkProblem>, mut new: BulkProblem, id: u64) {
    let index = |problems: &[BulkProblem], new: &BulkProblem| {
        problems.iter().position(|it| {
            it.field == new.field
                && it.reading == new.reading
                && it.is_old_code == new.is_old_code
                && it.problem == new.problem
        })
    };
    let mut known = index(problems, &new);
    if known.is_none() && problems.len() >= MAX_PROBLEMS {
        OTHER_PROBLEMS.clone_into(&mut new.problem);
        known = index(problems, &new);
    }
    if let Some(known) = known.and_then(|known| problems.get_mut(known)) {
        known.records.add(id);
    } else {
        new.records.add(id);
        problems.push(new);
    }
}

fn note_of(cell: &BulkCell, written: WrittenRecord<'_>) -> Option<CellNote> {
    let column = cell.column.checked_sub(1)?;
    written.notes.get(column).copied()
}

const ANOTHER_VALUE: &str = "it reads another value";

/// Explains why a cell is read as another value than the record has.
fn another_value(cell: &Cell<'_>) -> &'static str {
    let mut texts = match cell {
        Cell::Empty | Cell::NotShown => Vec::new(),
        Cell::One(value) => vec![value.text()],
        Cell::List(values) => values.iter().map(super::cell::Scalar::text).collect(),
        Cell::Typed(values) => values.iter().map(|(value, _)| *value).collect(),
    }
    .into_iter();
    if texts.any(|text| trimmed(text) != text) {
        "it leaves out the spaces, line breaks and invisible characters at the beginning and the end"
    } else {
        ANOTHER_VALUE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_never_counted_under_the_problem_of_others() {
        let mut problems = Vec::new();
        let mut add = |text: String, id: u64| {
            let new = BulkProblem {
                field: Some("post".to_owned()),
                problem: text,
                reading: BulkReading::Refused,
                is_old_code: false,
                records: Records::default(),
            };
            add_to(&mut problems, new, id);
        };
        for id in 0..60 {
            add(format!("problem {id}"), id);
        }
        add("problem 7".to_owned(), 60);
        assert_eq!(problems.len(), MAX_PROBLEMS + 1);
        for (index, it) in problems.iter().enumerate() {
            let (text, count) = match index {
                7 => ("problem 7".to_owned(), 2),
                MAX_PROBLEMS => (OTHER_PROBLEMS.to_owned(), 10),
                _ => (format!("problem {index}"), 1),
            };
            assert_eq!((&it.problem, it.records.count), (&text, count));
        }
    }
}
