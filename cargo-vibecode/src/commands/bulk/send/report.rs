//! Shows the failed rows of a batch as soon as they are known.

use serde_json::json;

use super::Sender;
use crate::{api_words::ApiWords, commands::bulk::journal::outcome::RowFailure};

/// The number of failed rows that are shown to people. All are written to a file at the end of the job.
const MAX_SHOWN: usize = 20;

impl Sender<'_> {
    pub(crate) fn show_failed(&mut self, failed: &[RowFailure]) {
        for failure in failed {
            let RowFailure {
                row,
                record,
                column,
                code,
                outcome,
                message,
                api,
                has_additions: _,
            } = failure;
            let document = json!({
                "row": row,
                "record": record,
                "column": column,
                "error_code": code,
                "outcome": outcome,
                "error_message": message,
                "api": api.as_ref().map(ApiWords::json),
            });
            self.output.event("failed_row", document);
            self.failures_shown += 1;
            if self.failures_shown <= MAX_SHOWN {
                let line = format!("{} failed: {} [{code}]", failure.row_name(), failure.text());
                self.progress.aside(|| self.output.line(line));
            } else if self.failures_shown == MAX_SHOWN + 1 {
                let line = "further failed rows are not shown here: once all rows were sent, all failed ones are written to a file";
                self.progress.aside(|| self.output.line(line));
            }
        }
    }
}
