//! Which backup the job keeps, and what is said of it.

use std::path::{Path, PathBuf};

use super::{
    backup::{self, Backup, BackupFiles, KeptBackup, undone_job, written::WrittenByRecord},
    check::{self, Checked},
    input::{columns::ColumnOptions, origin::Origin},
    job::BulkJob,
    journal::{past::Past, row_set::RowSet},
    preparation::ROWS_AT_A_TIME,
    send::{
        Sender,
        plan::{Plan, Selection},
    },
};
use crate::failure::Failure;

impl BulkJob<'_> {
    /// Begins or continues the backup of the rows that this process is going to send for the first time. `None` if none
    /// is wanted. `sent` are the rows that earlier processes have sent.
    pub(super) fn begin_backup<'a>(
        &'a self,
        sender: &Sender<'_>,
        past: &Past,
        sent: &RowSet,
        options: &'a ColumnOptions<'a>,
        checked: &'a Checked,
    ) -> Result<Option<Backup<'a>>, Failure> {
        let Self { args, output, .. } = *self;
        let left = checked.to_send.saturating_sub(sent.len());
        let rows = left.min(args.limit.unwrap_or(u64::MAX));
        let journal = sender.journal.path();
        if !self.wants_backup(past, rows, checked, sender) {
            sender
                .progress
                .aside(|| self.show_earlier_backups(past, journal));
            return Ok(None);
        }
        let repeated = checked.repeated.records();
        let written = if repeated.is_empty() {
            WrittenByRecord::default()
        } else {
            // The rows that were sent count too: a row of the backup has the values of all rows about its record.
            let all = Plan::new(self.input, options, checked, Selection::All)?;
            let written = WrittenByRecord::of(all, repeated)?;
            let mut kept = RowSet::default();
            let backed_up = past.backed_up.iter().filter(|row| sent.contains(*row));
            backed_up.for_each(|row| kept.insert(row));
            written.after(kept)
        };
        if written.is_incomplete {
            let many = "too many records have several rows, or one has too many, for one row of the backup each: an undo may report rows of such a record as CHANGED_SINCE although others have undone it. Run its failed rows again then";
            sender.progress.aside(|| output.warn(many));
        }
        let files = match self.continued_files(sender, past, sent)? {
            Some(files) => files,
            None => BackupFiles::new(&self.new_backup(&past.backups(journal))?),
        };
        let origin = self.origin_of_backup(sender, files.path());
        let backup = Backup::new(files, options, origin, written, output)
            .may_be_incomplete(args.backup_incomplete)
            .with_list_form(self.input.list_form());
        let at_a_time = match rows {
            ..=ROWS_AT_A_TIME => String::new(),
            _ => format!(", {ROWS_AT_A_TIME} at a time, just before these are sent"),
        };
        let line = format!("reading the old values of {}{at_a_time}", check::rows(rows));
        sender.progress.aside(|| output.line(line));
        Ok(Some(backup))
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

    /// Returns the latest backup of the job, if the rows that are sent now can be added to it.
    fn continued_files(
        &self,
        sender: &Sender<'_>,
        past: &Past,
        sent: &RowSet,
    ) -> Result<Option<BackupFiles>, Failure> {
        let latest = past.backups(sender.journal.path()).into_iter().next();
        let Some((path, since)) = latest.zip(past.latest_kept_since()) else {
            return Ok(None);
        };
        let given = self.args.backup.as_deref();
        if given.is_some_and(|given| !is_same(given, &path)) {
            return Ok(None);
        }
        let files = BackupFiles::continued(&path, sender.journal.id(), since, sent)?;
        if files.is_none() {
            let changed = format!(
                "{}: the backup of this job is not there any more, or was changed: the old values of the rows that are left are kept in another file",
                path.display()
            );
            sender.progress.aside(|| self.output.warn(changed));
        }
        Ok(files)
    }

    /// Returns the path of a new backup of the job, which has these already.
    fn new_backup(&self, earlier: &[PathBuf]) -> Result<PathBuf, Failure> {
        match &self.args.backup {
            Some(path) if !earlier.iter().any(|it| is_same(it, path)) => backup::given_path(path),
            Some(_) | None => backup::next_path(self.input, earlier),
        }
    }

    /// Returns whether the old values of the `rows` rows that are sent now are kept. A job that has kept some keeps them to
    /// its end, unless `--no-backup` is given.
    fn wants_backup(&self, past: &Past, rows: u64, checked: &Checked, sender: &Sender<'_>) -> bool {
        let Self { args, output, .. } = *self;
        if args.no_backup {
            let earlier = past.backups(sender.journal.path());
            if let Some(latest) = earlier.first().filter(|_| rows > 0) {
                let without = format!(
                    "the job has kept the old values of its rows so far ({}), and those of {} are not kept now, since --no-backup is given: an undo will leave these rows",
                    latest.display(),
                    check::rows(rows)
                );
                sender.progress.aside(|| output.warn(without));
            }
            return false;
        }
        // The rows of the whole file count: with --limit they are sent by several processes.
        let is_wanted = args.backup.is_some()
            || !past.backed_up.is_empty()
            || checked.to_send > backup::MOST_ROWS_WITHOUT;
        rows > 0 && is_wanted
    }

    /// Shows the backups that earlier processes of the job have made, the newest first.
    pub(super) fn show_earlier_backups(&self, past: &Past, journal: &Path) {
        for path in past.backups(journal) {
            self.show_backup(&path);
        }
    }

    /// Shows a backup of the job as it is on the disk.
    pub(super) fn show_backup(&self, path: &Path) {
        match KeptBackup::found(path) {
            Ok(Some(backup)) => {
                let undo = format!(
                    "{} (it shows what would be restored; with --yes instead of --plan it is sent)",
                    self.command_to_review_undo(path)
                );
                backup.show(&undo, self.output);
            }
            Ok(None) => self.output.warn(format!(
                "{}: the backup of this job is not there any more",
                path.display()
            )),
            Err(failure) => self.output.warn(failure.to_string()),
        }
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    absolute(one) == absolute(other)
}
