//! What an export reports at its end.

use serde_json::json;

use super::{
    Export,
    args::Form,
    columns::RecordProblem,
    read_back::{BulkProblem, BulkReading},
};
use crate::{ExitStatus, cells::NOT_AVAILABLE, output::Output, plural::number_of};

impl Export<'_> {
    /// Shows what was written, and what of it needs attention.
    pub(super) fn report(&self, created: Option<u64>, output: &Output) -> ExitStatus {
        self.warn_of_records(output);
        let is_another_number = self.warn_of_number(output);
        self.warn_of_entries(output);
        let is_unknown = self.warn_of_unknown(output);
        self.warn_of_bulk(output);
        if self.sheet.formulas > 0 {
            output.warn(format!(
                "{} with =, +, - or @, which a spreadsheet may execute: import the columns as text",
                number_of(self.sheet.formulas, "cell begins", "cells begin")
            ));
        }
        if let Some(created) = created.filter(|created| *created > 0) {
            // Standard output may have the records.
            output.line_to_stderr(format!(
                "{} created after the export began, and not written: export those with --filter 'id>{}'",
                number_of(created, "record was", "records were"),
                self.last.unwrap_or_default()
            ));
        }
        let written = number_of(self.written, "record was", "records were");
        match &self.args.output {
            Some(file) => output.line(format!("{written} written to {}", file.display())),
            None => output.line_to_stderr(format!("{written} written")),
        }
        self.write_json(created, output);
        if self.failed > 0 || is_another_number || is_unknown {
            ExitStatus::Attention
        } else {
            ExitStatus::Success
        }
    }

    /// Warns of the records that were not written.
    fn warn_of_records(&self, output: &Output) {
        for RecordProblem { id, field, problem } in &self.problems {
            let record = id.map_or_else(String::new, |id| format!("{}/{id}", self.args.entity));
            let field = field.as_ref().map(|field| format!(" `{field}`"));
            let field = field.unwrap_or_default();
            output.warn(format!("{record}{field} {problem}"));
        }
        if self.failed > 0 {
            output.warn(format!(
                "{} not written, because of a value that is not understood or has no form here",
                number_of(self.failed, "record was", "records were")
            ));
        }
    }

    /// Returns whether another number of records was listed than counted.
    fn warn_of_number(&self, output: &Output) -> bool {
        let seen = self.written + self.failed;
        let Some(counted) = self.counted.filter(|counted| *counted != seen) else {
            return false;
        };
        output.warn(format!(
            "the API counted {} before the export, and listed {seen}: if none of them was deleted or changed meanwhile, the export is not complete",
            records(counted)
        ));
        true
    }

    /// Warns of phones and emails that are not as in the record.
    fn warn_of_entries(&self, output: &Output) {
        let columns = &self.columns;
        if columns.as_other > 0 {
            output.warn(format!(
                "{} written as OTHER, since the API does not write their own type, such as FAX",
                number_of(
                    columns.as_other,
                    "phone or email was",
                    "phones and emails were"
                )
            ));
        }
        if columns.without_list > 0 {
            output.warn(format!(
                "{} shown without `fm`, the list of all phones and emails, so some may be missing",
                number_of(columns.without_list, "record was", "records were")
            ));
        }
    }

    /// Warns of values that are not known, since records do not show their fields. Returns whether a column has any.
    fn warn_of_unknown(&self, output: &Output) -> bool {
        let (column, cells) = match self.args.form() {
            Form::Csv => (
                "column",
                format!("the cell is {NOT_AVAILABLE}, which `bulk` refuses"),
            ),
            Form::Jsonl => ("key", "the key is left out".to_owned()),
        };
        let seen = self.written + self.failed;
        let never_shown = self.columns.never_shown().filter(|_| seen > 0);
        let (left_out, never_shown): (Vec<_>, Vec<_>) =
            never_shown.partition(|(_, is_left_out)| *is_left_out);
        let names = |fields: &[(&str, bool)]| {
            let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
            names.join(", ")
        };
        if !left_out.is_empty() {
            output.warn(format!(
                "these fields have no {column}, since no record shows them: {}",
                names(&left_out)
            ));
        }
        if !never_shown.is_empty() {
            output.warn(format!(
                "no record shows these fields, so their values are not known ({cells}): {}",
                names(&never_shown)
            ));
        }
        let mut is_unknown = !never_shown.is_empty();
        for (field, records) in self.columns.partly_shown() {
            is_unknown = true;
            output.warn(format!(
                "{} not show `{field}`, so its value is not known there ({}): {cells}",
                number_of(records.count, "record does", "records do"),
                records.in_words(&self.args.entity)
            ));
        }
        is_unknown
    }

    /// Warns of the cells that `bulk` refuses or reads as other values.
    fn warn_of_bulk(&self, output: &Output) {
        for (field, old) in self.columns.old_codes() {
            output.warn(format!(
                "`bulk` refuses {} of `{field}`, since the portal does not list the code: {}",
                number_of(old.count, "value", "values"),
                old.shown.join(", ")
            ));
        }
        let problems = self.read_back.problems().iter();
        for it in problems.filter(|it| !it.is_old_code) {
            let BulkProblem {
                field,
                problem,
                reading,
                records,
                ..
            } = it;
            let what = match (field, reading) {
                (Some(field), BulkReading::Refused) => format!("refuses `{field}` of"),
                (Some(field), BulkReading::Changed) => format!("would change `{field}` of"),
                (None, BulkReading::Refused) => "refuses the row of".to_owned(),
                (None, BulkReading::Changed) => "would change".to_owned(),
            };
            output.warn(format!(
                "`bulk` {what} {} ({}): {problem}",
                number_of(records.count, "record", "records"),
                records.in_words(&self.args.entity)
            ));
        }
    }

    fn write_json(&self, created: Option<u64>, output: &Output) {
        let problems = self.problems.iter();
        let problems = problems.map(|RecordProblem { id, field, problem }| {
            json!({ "id": id, "field": field, "problem": problem })
        });
        let not_shown = self.columns.partly_shown().map(|(field, records)| {
            json!({ "field": field, "records": records.count, "ids": records.first })
        });
        let never_shown = self.columns.never_shown().map(|(field, _)| field);
        let bulk_problems = self.read_back.problems().iter().map(BulkProblem::json);
        let file = self.args.output.as_ref();
        output.json(&json!({
            "entity": self.args.entity,
            "portal": self.identity.json(),
            "file": file.map(|path| path.display().to_string()),
            "columns": self.columns.headers().collect::<Vec<_>>(),
            "counted": self.counted,
            "written": self.written,
            "failed": self.failed,
            "created_meanwhile": created,
            "problems": problems.collect::<Vec<_>>(),
            "never_shown": never_shown.collect::<Vec<_>>(),
            "not_shown": not_shown.collect::<Vec<_>>(),
            "bulk_problems": bulk_problems.collect::<Vec<_>>(),
        }));
    }
}

/// `1 record`, `5 records`.
fn records(count: u64) -> String {
    number_of(count, "record", "records")
}
