//! Keeps the old values of the rows that are going to be sent.

use std::path::{Path, PathBuf};

use super::{
    backup::{self, Backup, Wanted, undone_job, written::WrittenByRecord},
    check::{self, Checked},
    input::{columns::ColumnOptions, origin::Origin},
    job::BulkJob,
    journal::past::Past,
    send::{
        Sender, Stopped,
        plan::{Plan, Selection},
    },
};
use crate::{failure::Failure, progress::RequestProgress};

impl BulkJob<'_> {
    /// Writes the backup of the rows that this process is going to send for the first time.
    pub(super) async fn keep_old_values(
        &self,
        sender: &mut Sender<'_>,
        past: &Past,
        column_options: &ColumnOptions<'_>,
        checked: &Checked,
    ) -> Result<(), Stopped> {
        let Self { args, output, .. } = *self;
        let mut kept = past.sent();
        kept.insert_all(&past.backed_up);
        let left = checked.to_send.saturating_sub(kept.len());
        let rows = left.min(args.limit.unwrap_or(u64::MAX));
        let Some(path) = self.wanted_backup(past, rows, checked, sender)? else {
            let journal = sender.journal.path();
            let show = || self.show_earlier_backups(past, journal);
            sender.progress.aside(show);
            return Ok(());
        };
        let plan = || {
            let selection = Selection::AllBut(&kept);
            let plan = Plan::new(self.input, column_options, checked, selection);
            plan.map(|plan| plan.limited(args.limit))
        };
        let repeated = checked.repeated.records();
        let by_record = if repeated.is_empty() {
            WrittenByRecord::default()
        } else {
            WrittenByRecord::of(plan()?, repeated)?
        };
        if by_record.is_incomplete {
            let many = "too many records have several rows, or one has too many, for one row of the backup each: an undo may report rows of such a record as CHANGED_SINCE although others have undone it. Run its failed rows again then";
            sender.progress.aside(|| output.warn(many));
        }
        let line = format!("reading the old values of {}", check::rows(rows));
        sender.progress.aside(|| output.line(line));
        let activity = "reading the old values";
        let progress = RequestProgress::new(activity, "rows", rows, &self.throttle, output);
        let client = sender.client.clone();
        let origin = self.origin_of_backup(sender, &path);
        let wanted = Wanted {
            path: &path,
            origin: &origin,
            written: by_record,
            may_be_incomplete: args.backup_incomplete,
        };
        let written = tokio::select! {
            written = backup::write(&client, plan()?, column_options, wanted, progress, output) => written,
            () = sender.interrupts.next() => return Err(Stopped::Interrupted),
        };
        let backup = written?;
        let file = undone_job::relative(backup.path(), sender.journal.path());
        sender.journal.backed_up(backup.rows.clone(), file)?;
        sender.progress.aside(|| self.show_backup(&backup));
        Ok(())
    }

    /// Returns what the first line of a backup of the job says.
    fn origin_of_backup(&self, sender: &Sender<'_>, backup: &Path) -> Origin {
        let journal = sender.journal.path();
        Origin {
            entity: self.args.entity.clone(),
            portal: self.identity.as_ref().and_then(|it| it.portal.clone()),
            has_written: true,
            journal: undone_job::relative(journal, backup),
            journal_path: undone_job::absolute(journal),
            journal_id: sender.journal.id().map(str::to_owned),
        }
    }

    /// Returns the path of the backup of the `rows` rows that are sent now; `None` if none is wanted. A job that has kept
    /// one keeps one to its end, unless `--no-backup` is given.
    fn wanted_backup(
        &self,
        past: &Past,
        rows: u64,
        checked: &Checked,
        sender: &Sender<'_>,
    ) -> Result<Option<PathBuf>, Failure> {
        let Self { args, output, .. } = *self;
        let earlier = past.backups(sender.journal.path());
        if args.no_backup {
            if let Some(latest) = earlier.first().filter(|_| rows > 0) {
                let without = format!(
                    "the job has kept the old values of its rows so far ({}), and those of {} are not kept now, since --no-backup is given: an undo will leave these rows",
                    latest.display(),
                    check::rows(rows)
                );
                sender.progress.aside(|| output.warn(without));
            }
            return Ok(None);
        }
        // The rows of the whole file count: with --limit they are sent by several processes.
        let is_wanted = args.backup.is_some()
            || !past.backed_up.is_empty()
            || checked.to_send > backup::MOST_ROWS_WITHOUT;
        if rows == 0 || !is_wanted {
            return Ok(None);
        }
        match &args.backup {
            Some(path) => backup::given_path(path),
            None => backup::next_path(self.input, &earlier),
        }
        .map(Some)
    }

    /// Shows the backups that earlier processes of the job have made, the newest first.
    pub(super) fn show_earlier_backups(&self, past: &Past, journal: &Path) {
        for path in past.backups(journal) {
            match Backup::found(&path) {
                Ok(Some(backup)) => self.show_backup(&backup),
                Ok(None) => self.output.warn(format!(
                    "{}: the backup of this job is not there any more",
                    path.display()
                )),
                Err(failure) => self.output.warn(failure.to_string()),
            }
        }
    }

    fn show_backup(&self, backup: &Backup) {
        let undo = format!(
            "{} (it shows what would be restored; with --yes instead of --plan it is sent)",
            self.command_to_review_undo(backup.path())
        );
        backup.show(&undo, self.output);
    }
}
