//! What a job shows before it sends anything: the portal, the check and the preview.

use std::time::Duration;

use vibecode_runtime::RetryPolicy;

use super::{
    check::Checked,
    ending::exit_status,
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::{
        past::Past,
        resume::{self, FinishedJob, FoundJournal},
    },
    preview::{Preview, PreviewOptions},
    refused_rows::RefusedRows,
    reviewed::ReviewDigest,
    send::plan::{Plan, Selection},
};
use crate::{
    ExitStatus, failure::Failure, output::Output, plural::number_of, portal,
    portal_identity::Identity, progress::RequestProgress,
};

/// How long a check waits for the API to report the portal.
const TIME_TO_IDENTIFY: Duration = Duration::from_secs(10);

/// Why records are read before rows are sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum ReadPurpose<'a> {
    /// To show what would change. The rows that must not be sent are shown with the reason.
    ToShow(&'a RefusedRows),
    /// To compare them with what was reviewed.
    ToCompare,
}

impl ReadPurpose<'_> {
    pub(super) fn activity(self) -> &'static str {
        match self {
            Self::ToShow(_) => "reading the records",
            Self::ToCompare => "comparing the records with the review",
        }
    }

    fn digest(self) -> ReviewDigest {
        match self {
            Self::ToShow(_) => ReviewDigest::default(),
            Self::ToCompare => ReviewDigest::of_each_row(),
        }
    }
}

/// The job that was started for a file.
#[derive(Debug)]
enum JobOfFile {
    /// None was, or one of an earlier file of the same name, which is finished.
    None,
    Unfinished(Box<Past>),
    Finished(Box<FinishedJob>),
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
        checked: &mut Checked,
        column_options: &ColumnOptions<'_>,
    ) -> Result<ExitStatus, Failure> {
        let output = self.output;
        let job = self.job_of_file(checked)?;
        let none = Past::default();
        let past = match &job {
            JobOfFile::Unfinished(past) => {
                output.line(format!(
                    "the job of this file is not finished: of {} the outcome is known, and the others are compared with their records",
                    number_of(past.done.len(), "row", "rows")
                ));
                past
            }
            JobOfFile::Finished(finished) => {
                output.line(format!(
                    "{}: its rows are compared with their records as those of a new job",
                    finished.in_words()
                ));
                &none
            }
            JobOfFile::None => &none,
        };
        let forms = self.find_other_forms(checked, column_options, past);
        // The preview reads the records again.
        (checked.other_forms, _) = forms.await?;
        let checked = &*checked;
        let client = self.client()?;
        let is_reviewed = !past.reviewed.is_empty();
        let file = (column_options, checked);
        let refused = self.check_pipelines(&client, past, file, is_reviewed);
        let refused = refused.await?;
        let purpose = ReadPurpose::ToShow(&refused);
        let preview = self.read_preview(checked, column_options, past, purpose, output);
        let preview = preview.await?;
        let reviewed = self.reviewed(checked, preview.digest());
        self.show_not_undone();
        preview.summarize(self.input, &reviewed, checked, output);
        if preview.has_changes() {
            let command = match job {
                JobOfFile::Unfinished(_) => self.command_to_resume_with_limit(),
                JobOfFile::Finished(_) | JobOfFile::None => self.command_to_send(),
            };
            let command = command.option("reviewed", reviewed);
            output.line(match &job {
                JobOfFile::Finished(finished) => self.after_preview(finished, &command),
                JobOfFile::Unfinished(_) | JobOfFile::None => format!(
                    "nothing was sent. To send exactly this, if nothing has changed since: {command}"
                ),
            });
        }
        Ok(exit_status(checked.bad > 0 || preview.has_failures()))
    }

    /// Returns the job that was started for the file.
    ///
    /// # Errors
    /// If the journal cannot be read, or if it is of a job that is not finished and could not be resumed now.
    fn job_of_file(&self, checked: &Checked) -> Result<JobOfFile, Failure> {
        let journal = self.input.journal();
        if !journal.exists() {
            return Ok(JobOfFile::None);
        }
        if let Some(finished) = resume::finished(&journal)? {
            let is_of_file = finished.header().input_sha256 == checked.digest;
            return Ok(if is_of_file {
                JobOfFile::Finished(Box::new(finished))
            } else {
                JobOfFile::None
            });
        }
        let found = FoundJournal::open(&journal)?;
        self.check_not_undone(&found)?;
        self.check_resumable(&found, &self.header(checked)?)?;
        Ok(JobOfFile::Unfinished(Box::new(found.into_past())))
    }

    /// Reads the records of the rows that are sent next, and prints to `output` what they would change: first those that an
    /// earlier process has left open, whatever the limit is, and then those that were never sent, as many as `--limit`
    /// allows.
    pub(super) async fn read_preview(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        past: &Past,
        purpose: ReadPurpose<'_>,
        output: &Output,
    ) -> Result<Preview, Failure> {
        let client = self.client()?;
        let sent = past.sent();
        let mut parts = Vec::new();
        if !past.open.is_empty() {
            let open = past.open.clone();
            parts.push((open.len(), None, Selection::Only(open)));
        }
        let limit = self.args.limit;
        let rows = checked.to_send.saturating_sub(sent.len());
        let rows = rows.min(limit.unwrap_or(u64::MAX));
        parts.push((rows, limit, Selection::AllBut(&sent)));
        let options = PreviewOptions {
            entity: &self.args.entity,
            schema: self.schema,
            overwrites_newer: self.args.overwrite_newer,
            repeated: checked.repeated.records(),
            refused: match purpose {
                ReadPurpose::ToShow(refused) => Some(refused),
                ReadPurpose::ToCompare => None,
            },
        };
        let mut preview = Preview::new(purpose.digest());
        for (rows, limit, selection) in parts {
            let plan = Plan::new(self.input, column_options, checked, selection)?;
            let plan = plan.limited(limit);
            let activity = purpose.activity();
            let progress =
                RequestProgress::new(activity, "rows", rows, &self.throttle, self.output);
            let printed = preview.print(&client, plan, &options, progress, output);
            printed.await?;
        }
        preview.end(&options, output);
        Ok(preview)
    }

    /// Prints what to do after a check.
    pub(super) fn advise(&self, checked: &Checked) {
        if checked.bad > 0 && !self.args.skip_bad {
            let others = match checked.to_send {
                0 => String::new(),
                _ => format!(
                    ". To see what the valid rows would change: {}",
                    self.command_to_review_valid_rows()
                ),
            };
            self.output
                .line(format!("nothing was sent: correct the bad rows{others}"));
        } else if checked.to_send == 0 {
            self.output
                .line("nothing was sent: no row changes anything");
        } else {
            self.output.line(format!(
                "nothing was sent. To see what would change: {}",
                self.command_to_review()
            ));
            self.output.line(match self.why_not_sent(checked) {
                Some(why) => why,
                None => format!("To send: {}", self.command_to_send()),
            });
        }
    }
}
