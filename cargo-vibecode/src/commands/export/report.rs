//! What an export reports at its end.

use serde_json::json;

use super::{Export, columns::RecordProblem};
use crate::{ExitStatus, output::Output, plural::number_of};

impl Export<'_> {
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

    /// Shows what was written.
    pub(super) fn report(
        &self,
        counted: Option<u64>,
        created: Option<u64>,
        output: &Output,
    ) -> ExitStatus {
        let Self {
            args,
            columns,
            written,
            failed,
            problems,
            ..
        } = self;
        let file = args.output.as_ref().map(|path| path.display().to_string());
        self.warn_of_records(output);
        let seen = written + failed;
        let is_another_number = counted.is_some_and(|counted| counted != seen);
        if let Some(counted) = counted.filter(|_| is_another_number) {
            output.warn(format!(
                "the API counted {} before the export, and listed {seen}: if none of them was deleted or changed meanwhile, the export is not complete",
                records(counted)
            ));
        }
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
        for (field, old) in columns.old_codes() {
            output.warn(format!(
                "`bulk` refuses {} of `{field}`, since the portal does not list the code: {}",
                number_of(old.count, "value", "values"),
                old.shown.join(", ")
            ));
        }
        if columns.without_list > 0 {
            output.warn(format!(
                "{} shown without `fm`, the list of all phones and emails, so some may be missing",
                number_of(columns.without_list, "record was", "records were")
            ));
        }
        let never_shown = columns.never_shown();
        if seen > 0 && !never_shown.is_empty() {
            output.warn(format!(
                "these columns are empty, since no record shows the field: {}",
                never_shown.join(", ")
            ));
        }
        let mut is_partly_shown = false;
        for (field, not_shown) in columns.partly_shown() {
            is_partly_shown = true;
            output.warn(format!(
                "{} not show `{field}`, so its value is not known there: the cell is empty",
                number_of(not_shown, "record does", "records do")
            ));
        }
        if self.sheet.formulas > 0 {
            output.warn(format!(
                "{} with =, +, - or @, which a spreadsheet may execute: import the columns as text",
                number_of(self.sheet.formulas, "cell begins", "cells begin")
            ));
        }
        if let Some(created) = created.filter(|created| *created > 0) {
            output.line(format!(
                "{} created after the export began, and not written: export those with --filter 'id>{}'",
                number_of(created, "record was", "records were"),
                self.last.unwrap_or_default()
            ));
        }
        if let Some(file) = &file {
            output.line(format!(
                "{} written to {file}",
                number_of(*written, "record was", "records were")
            ));
        }
        let problems = problems.iter().map(|RecordProblem { id, field, problem }| {
            json!({ "id": id, "field": field, "problem": problem })
        });
        output.json(&json!({
            "entity": args.entity,
            "file": file,
            "columns": columns.headers().collect::<Vec<_>>(),
            "counted": counted,
            "written": written,
            "failed": failed,
            "created_meanwhile": created,
            "problems": problems.collect::<Vec<_>>(),
            "never_shown": never_shown,
        }));
        if *failed > 0 || is_another_number || is_partly_shown {
            ExitStatus::Attention
        } else {
            ExitStatus::Success
        }
    }
}

/// `1 record`, `5 records`.
fn records(count: u64) -> String {
    number_of(count, "record", "records")
}
