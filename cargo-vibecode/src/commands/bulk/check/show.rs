//! What a check shows.

use serde_json::json;
use vibecode_spec::one_line;

use super::{Checked, rows};
use crate::{
    commands::bulk::{
        args::Args,
        backup,
        bad::Written,
        input::{Input, tally::ColumnTally},
        row_name::{record_name, row_name},
    },
    output::Output,
    plural::number_of,
    portal_identity::Identity,
};

impl Checked {
    /// Prints the result for people.
    pub(in crate::commands::bulk) fn show(&self, args: &Args, output: &Output) {
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
        // What a record has already is not added again, which only its reading shows.
        let head = ["column", "field", "set", "cleared", "left", "added at most"];
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
            // The first check of a job that leaves them out has shown their cells.
            let is_known = args.resume && args.skip_bad;
            if !is_known {
                self.bad_cells.show(output);
            }
            self.show_bad_rows(is_known, output);
        } else if let Some(path) = &self.old_bad_rows {
            output.line(format!(
                "{} has the bad rows of an earlier run: there are none now",
                path.display()
            ));
        }
        self.warn(&args.entity, output);
        // The rows of a backup about one record restore different fields.
        if self.origin.is_none() {
            self.repeated.show(&args.entity, output);
        }
        if !args.yes
            && !args.resume
            && let Some(estimate) = self.estimate(args)
        {
            output.line(estimate.in_words());
            self.show_without_backup(args, output);
        }
    }

    /// Shows where the bad rows are.
    fn show_bad_rows(&self, is_known: bool, output: &Output) {
        let Some(Written { path, earlier }) = &self.bad_rows else {
            return;
        };
        if let Some(earlier) = earlier {
            output.line(format!(
                "an earlier file of bad rows is now {}",
                earlier.display()
            ));
        }
        let path = path.display();
        output.line(if is_known {
            let bad = number_of(self.bad, "row is", "rows are");
            format!("{bad} bad and not sent: the bad rows are in {path}, each with its problems")
        } else {
            format!("the bad rows are in {path}")
        });
    }

    /// Says that the old values are not kept, if that was not asked for.
    pub(in crate::commands::bulk) fn show_without_backup(&self, args: &Args, output: &Output) {
        let is_decided = args.backup.is_some() || args.no_backup || args.resume || args.plan;
        if !is_decided && !self.compares_records() && self.to_send <= backup::MOST_ROWS_WITHOUT {
            output.line(format!(
                "the old values of {} rows or fewer are not kept: --backup FILE.jsonl keeps them, so that the job can be undone",
                backup::MOST_ROWS_WITHOUT
            ));
        }
    }

    /// Warns of what cannot be seen in the counts.
    fn warn(&self, entity: &str, output: &Output) {
        let named = |(row, id)| row_name(row, Some(&record_name(entity, id)));
        for (name, goes, tally) in self.columns_with_tallies() {
            if let Some(first) = tally.first_cleared {
                let records = records(tally.cleared - tally.zeros);
                let why = if self.origin.is_some() {
                    "which had no value when the backup was made"
                } else {
                    "because of --empty clear"
                };
                output.warn(format!(
                    "the column `{name}` clears `{goes}` of {records}{}{why}, the first in {}",
                    if self.origin.is_some() { ", " } else { " " },
                    named(first)
                ));
            }
        }
        for (name, goes, tally) in self.columns_with_tallies() {
            if let Some(first) = tally.first_zero {
                output.warn(format!(
                    "the column `{name}` has the text `0` in {}, the first in {}: the API takes it as empty, so it clears `{goes}`, and a row fails if its record does not show the text",
                    number_of(tally.zeros, "cell", "cells"),
                    named(first)
                ));
            }
        }
        if let Some(first) = self.tally.first_lacking {
            let phones = number_of(self.tally.lacking_country, "phone has", "phones have");
            output.warn(format!(
                "{phones} no country code, the first in {}: add it with --country, such as --country 7, since phones cannot be removed",
                named(first)
            ));
        }
        if let Some(first) = self.tally.first_perhaps_placeholder {
            let emails = number_of(
                self.tally.perhaps_placeholders,
                "email looks like a placeholder",
                "emails look like placeholders",
            );
            output.warn(format!(
                "{emails}, the first in {}: empty the cells if so, since emails cannot be removed",
                named(first)
            ));
        }
    }

    /// Prints, for programs, that the rows were checked and nothing was sent.
    pub(in crate::commands::bulk) fn summarize(
        &self,
        input: &Input,
        args: &Args,
        identity: Option<&Identity>,
        output: &Output,
    ) {
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
            "encoding": input.encoding_name(),
            "hidden_rows": input.hidden_rows(),
            "hidden_columns": input.hidden_columns(),
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
