//! A job from its checked rows to its last row.

use std::path::Path;

use vibecode_runtime::Client;

use super::{
    backup::{self, written::WrittenByRecord},
    backup_step::keeps_backup,
    check::Checked,
    ending::{EndedJob, bad_rows},
    estimate::Estimate,
    input::columns::ColumnOptions,
    job::{BulkJob, interrupted_before_sending},
    journal::{Journal, header::Header, past::Past, resume::FinishedJob, review::RowDigests},
    reviewed::Reviewed,
    send::{
        FailureLimits, Mode, PortalCheck, Sender, Stopped,
        plan::{Plan, Selection},
        progress::Progress,
    },
};
use crate::{ExitStatus, failure::Failure, interrupts::Interrupts};

impl BulkJob<'_> {
    /// Starts or resumes the job, and sends its rows.
    pub(super) async fn start(
        &self,
        checked: &mut Checked,
        resumed: Option<(Journal, Past)>,
        path: &Path,
        earlier: Option<&FinishedJob>,
    ) -> Result<ExitStatus, Failure> {
        self.check_earlier_copies(checked)?;
        if let Some(earlier) = earlier {
            self.wait_for_earlier_job(earlier, checked).await?;
        }
        let column_options = self.column_options();
        let none = Past::default();
        let past = resumed.as_ref().map_or(&none, |(_, past)| past);
        let forms = self.find_other_forms(checked, &column_options, past);
        let unread;
        (checked.other_forms, unread) = forms.await?;
        let checked = &*checked;
        let reviewed = self.check_reviewed(checked, &column_options, past);
        let reviewed = reviewed.await?;
        let mut header = self.header(checked)?;
        let client = self.client()?;
        let is_reviewed = reviewed.is_some() || !past.reviewed.is_empty();
        let file = (&column_options, checked);
        let refused = self.check_pipelines(&client, past, file, is_reviewed);
        let refused = refused.await?.and(unread);
        if let Some(backup) = self.args.backup.as_deref().filter(|_| resumed.is_none()) {
            backup::given_path(backup)?;
        }
        if earlier.is_some() {
            self.set_aside(path)?;
        }
        let interrupts = Interrupts::listen()?;
        let (journal, past) = begin_journal(path, &mut header, reviewed, resumed)?;
        if past.is_finished {
            let done = past.finished_in_words(&bad_rows(checked.bad));
            let after = self.after_the_end(&done, path, &past, self.settle_of_batches());
            self.output.line(after);
            return self.finished_before(journal, &past, checked, &column_options);
        }
        let ended = EndedJob {
            is_reviewed: past.reviewed.review.is_some(),
            keeps_backup: keeps_backup(self.args, checked, &past),
        };
        let sender = self.sender(client, journal, interrupts, checked, &past);
        let mut sender = sender.without(refused);
        let sent = self
            .send(&mut sender, past, &header, &column_options, checked)
            .await;
        sender.progress.end();
        match sent {
            Ok(()) => self.finish(&mut sender, checked, &column_options, ended),
            Err(stopped) => Err(self.interrupted(&sender, checked, stopped, ended.is_reviewed)),
        }
    }

    /// Returns how many rows this process and those before it have sent at its end.
    pub(super) fn rows_until_end(&self, checked: &Checked, past: &Past) -> u64 {
        // The rows that an earlier process left open are sent whatever the limit is.
        let before = past.ok + past.failed + past.open.len();
        match self.args.limit {
            Some(limit) => checked.to_send.min(before + limit),
            None => checked.to_send,
        }
    }

    /// Returns what sends the rows, and announces how many those are.
    fn sender(
        &self,
        client: Client,
        journal: Journal,
        interrupts: Interrupts,
        checked: &Checked,
        past: &Past,
    ) -> Sender<'_> {
        let Self { args, output, .. } = *self;
        let rows = self.rows_until_end(checked, past);
        let left = rows.saturating_sub(past.ok + past.failed);
        // No row can be sent if those that are left are bad now.
        if left > 0 {
            Estimate::of(args, checked, past, left).announce(output);
        }
        checked.show_without_backup(args, output);
        let progress = Progress::new(rows, self.throttle.clone(), output);
        let limits = FailureLimits {
            max_failed: args.max_failed,
            rows,
        };
        let identity = self.identity.clone();
        let portal_check = identity.map(|it| PortalCheck::new(it, self.settle()));
        Sender::new(
            client,
            journal,
            progress,
            interrupts,
            limits,
            output,
            self.row_checks(),
        )
        .continuing(past)
        .with_portal_check(portal_check)
    }

    /// Sends the rows that are left, confirms the portal and compares overtaken rows.
    async fn send(
        &self,
        sender: &mut Sender<'_>,
        past: Past,
        header: &Header,
        column_options: &ColumnOptions<'_>,
        checked: &Checked,
    ) -> Result<(), Stopped> {
        let settle = self.settle_of_batches();
        self.wait_for_undone(sender, &past).await?;
        sender.progress.begin();
        sender.continue_from(&past, settle);
        let left = past.unsettled(settle);
        sender.wait(left, past.why_unsettled()).await?;
        sender.note_settled(settle)?;
        let sent = self.send_rows(sender, &past, header, column_options, checked);
        let sent = sent.await;
        sender.confirm_portal(sent).await?;
        if sender.progress.ok + sender.progress.failed >= checked.to_send {
            self.compare_overtaken(sender, column_options, checked)
                .await?;
        }
        self.wait_for_failed_rows(sender, header).await?;
        Ok(sender.note_settled(settle)?)
    }

    /// Sends the rows that an earlier process left open, and then those that have never been sent.
    async fn send_rows(
        &self,
        sender: &mut Sender<'_>,
        past: &Past,
        header: &Header,
        column_options: &ColumnOptions<'_>,
        checked: &Checked,
    ) -> Result<(), Stopped> {
        let file = (column_options, checked);
        let repeated = checked.repeated.records();
        // What is kept and compared of a record depends on all of its rows, also on those that were sent.
        let written = if repeated.is_empty() {
            WrittenByRecord::default()
        } else {
            let all = Plan::new(self.input, column_options, checked, Selection::All)?;
            WrittenByRecord::of(all, repeated)?
        };
        let reviewed = || self.reviewed_records(past, &written, checked);
        let backup = self.begin_backup(sender, past, &written, column_options, checked)?;
        if !past.open.is_empty() {
            let open = || Selection::Only(past.open.clone());
            // Old values are those before the rows were sent first.
            let kept = self.kept_values(sender, past, column_options, checked)?;
            let compared = (reviewed(), kept);
            let preparation = self.preparation(sender, open(), None, compared, file)?;
            let mut plan = Plan::new(self.input, column_options, checked, open())?;
            self.send_prepared(sender, &mut plan, Mode::EnsureAgain, preparation)
                .await?;
        }
        let sent = past.sent();
        let others = || Selection::AllBut(&sent);
        let preparation = self.preparation(sender, others(), backup, (reviewed(), None), file)?;
        let preparation = preparation.map(|it| it.limited(self.args.limit));
        let plan = Plan::new(self.input, column_options, checked, others())?;
        let mut plan = plan.limited(self.args.limit);
        let mode = if past.may_lack_rows() {
            Mode::EnsureAgain
        } else if header.ensure {
            Mode::Ensure
        } else {
            Mode::Update
        };
        self.send_prepared(sender, &mut plan, mode, preparation)
            .await?;
        if plan.is_over() && plan.digest() != header.input_sha256 {
            let problem =
                "the file has changed while its rows were being sent: compare it with the records";
            return Err(Failure::in_file(&self.input.path, problem).into());
        }
        Ok(())
    }

    /// Waits for the job that is undone.
    async fn wait_for_undone(&self, sender: &mut Sender<'_>, past: &Past) -> Result<(), Stopped> {
        let settle = self.settle_of_batches();
        let waited = self.wait_for_undone_job(sender).await;
        let waited = waited.map_err(|stopped| match stopped {
            Stopped::Interrupted => {
                Stopped::Failed(Failure::new(interrupted_before_sending(self.args)))
            }
            stopped => stopped,
        });
        if waited.is_err() && past.may_be_applied(settle).1.is_zero() {
            sender.journal.end()?;
        }
        waited
    }

    /// Waits until what the failed rows have sent is settled, if they may be run again and add something.
    async fn wait_for_failed_rows(
        &self,
        sender: &mut Sender<'_>,
        header: &Header,
    ) -> Result<(), Stopped> {
        if sender.progress.failed == 0 || !header.ensure || sender.is_interrupted() {
            return Ok(());
        }
        let why =
            "changes without an answer may still be applied; run the failed rows only after that";
        let left = sender.may_be_applied(self.settle_of_batches()).1;
        // Every row was sent: an interrupt only ends the wait, and the end of the job says how long it would be.
        match sender.wait(left, why).await {
            Ok(()) | Err(Stopped::Interrupted) => Ok(()),
            Err(stopped) => Err(stopped),
        }
    }
}

/// Creates the journal of a new job, or adds what was reviewed to that of a resumed one.
fn begin_journal(
    path: &Path,
    header: &mut Header,
    reviewed: Option<Reviewed>,
    resumed: Option<(Journal, Past)>,
) -> Result<(Journal, Past), Failure> {
    let (journal, mut past) = if let Some((mut journal, past)) = resumed {
        if let Some(Reviewed { review, rows }) = &reviewed {
            journal.reviewed(review.clone(), rows)?;
        }
        (journal, past)
    } else {
        header.reviewed = reviewed.as_ref().map(|it| it.review.clone());
        let none = RowDigests::default();
        let rows = reviewed.as_ref().map_or(&none, |it| &it.rows);
        let journal = Journal::create(path, header.clone(), rows)?;
        (journal, Past::default())
    };
    if let Some(Reviewed { review, rows }) = reviewed {
        past.reviewed.review(review, rows);
    }
    Ok((journal, past))
}
