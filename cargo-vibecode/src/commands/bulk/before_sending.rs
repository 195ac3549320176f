//! What a job shows before it sends anything: the portal, the check and the preview.

use std::time::Duration;

use vibecode_runtime::RetryPolicy;

use super::{
    check::Checked,
    ending::exit_status,
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::resume::{self, Past},
    preview::{Preview, PreviewOptions},
    send::plan::{Plan, Selection},
};
use crate::{
    ExitStatus, failure::Failure, output::Output, portal, portal_identity::Identity,
    progress::RequestProgress,
};

/// How long a check waits for the API to report the portal.
const TIME_TO_IDENTIFY: Duration = Duration::from_secs(10);

/// Why records are read before rows are sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    ToShow,
    /// To compare them with what was reviewed.
    ToCompare,
}

impl Reading {
    fn activity(self) -> &'static str {
        match self {
            Self::ToShow => "reading the records",
            Self::ToCompare => "comparing the records with the review",
        }
    }
}

impl BulkJob<'_> {
    /// Returns the portal and the rights of the key. A check needs neither a key nor the API, but
    /// shows them if it can.
    ///
    /// # Errors
    /// If rows are to be sent and the key cannot be used, or if it is for another portal than
    /// `--portal` names.
    pub(super) async fn identify(&self, is_sent: bool) -> Result<Option<Identity>, Failure> {
        if is_sent {
            let identity = Identity::of(&self.client()?, self.portal_args).await?;
            identity.check_rights(&self.args.entity)?;
            return Ok(Some(identity));
        }
        let is_asserted = self.portal_args.portal.is_some();
        if !is_asserted && !portal::has_key(self.portal_args)? {
            return Ok(None);
        }
        let client = portal::client(self.portal_args, |builder| {
            let builder = self.with_limits(builder).retry(RetryPolicy::off());
            builder.deadline(TIME_TO_IDENTIFY)
        })?;
        match Identity::of(&client, self.portal_args).await {
            Ok(identity) => Ok(Some(identity)),
            Err(failure) if is_asserted => Err(failure),
            Err(failure) => {
                self.output.warn(failure.to_string());
                Ok(None)
            }
        }
    }

    /// Prints what the rows would change, and the command that sends exactly this.
    pub(super) async fn preview(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
    ) -> Result<ExitStatus, Failure> {
        let output = self.output;
        let past = Past::default();
        self.check_pipelines(&self.client()?, &past, column_options, checked)
            .await?;
        let all = Selection::All;
        let preview = self.read_preview(checked, column_options, all, Reading::ToShow, output);
        let preview = preview.await?;
        let reviewed = self.reviewed(checked, preview.digest());
        self.show_not_undone();
        preview.summarize(self.input, &reviewed, output);
        if preview.has_changes() {
            let command = if self.is_interrupted() {
                self.command_to_resume()
            } else {
                self.command_to_send()
            };
            let command = command.option("reviewed", reviewed);
            output.line(format!(
                "nothing was sent. To send exactly this, if nothing has changed since: {command}"
            ));
        }
        Ok(exit_status(
            checked.bad + preview.not_found + preview.refused,
        ))
    }

    /// Returns whether the file has a job that is not finished.
    fn is_interrupted(&self) -> bool {
        let journal = self.input.journal();
        journal.exists() && matches!(resume::finished(&journal), Ok(None))
    }

    /// Reads the records of some rows, and prints to `output` what they would change.
    pub(super) async fn read_preview(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        selection: Selection<'_>,
        reading: Reading,
        output: &Output,
    ) -> Result<Preview, Failure> {
        let client = self.client()?;
        let (rows, limit) = match &selection {
            Selection::Only(rows) => (rows.len(), None),
            Selection::AllBut(_) | Selection::All => (checked.to_send, self.args.limit),
        };
        let rows = rows.min(limit.unwrap_or(u64::MAX));
        let plan = Plan::new(self.input, column_options, checked, selection)?;
        let plan = plan.limited(limit);
        let activity = reading.activity();
        let progress = RequestProgress::new(activity, "rows", rows, &self.throttle, self.output);
        let options = PreviewOptions {
            entity: &self.args.entity,
            schema: self.schema,
            overwrites_newer: self.args.overwrite_newer,
        };
        Preview::print(&client, plan, &options, progress, output).await
    }

    /// Prints what to do after a check.
    pub(super) fn advise(&self, checked: &Checked) {
        if checked.bad > 0 && !self.args.skip_bad {
            let others = match checked.to_send {
                0 => "",
                _ => ", or send only the valid rows with --skip-bad --yes",
            };
            self.output
                .line(format!("nothing was sent: correct the bad rows{others}"));
        } else if checked.to_send == 0 {
            self.output
                .line("nothing was sent: no row changes anything");
        } else {
            let command = self.command_to_send();
            self.output
                .line(format!("nothing was sent. To send: {command}"));
        }
    }
}
