//! Which backup the job keeps, and what is said of it.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use vibecode_runtime::PatchJob;

use super::{
    args::Args,
    backup::{
        self, Backup, BackupFiles, Gap, KeptBackup, KeptLines, KeptValues, LastParts, undone_job,
        written::WrittenByRecord,
    },
    check::{self, Checked},
    input::{columns::ColumnOptions, origin::Origin},
    job::BulkJob,
    journal::{
        past::Past,
        row_set::{Ranges, RowSet},
    },
    preparation::ROWS_AT_A_TIME,
    send::{
        Sender,
        plan::{Plan, Selection},
    },
};
use crate::{failure::Failure, plural::number_of};

impl BulkJob<'_> {
    /// Begins or continues the backup of the rows that this process is going to send for the first time. `None` if none
    /// is wanted. `written` is what all rows of the file write.
    pub(super) fn begin_backup<'a>(
        &'a self,
        sender: &mut Sender<'_>,
        past: &Past,
        written: &WrittenByRecord,
        options: &'a ColumnOptions<'a>,
        checked: &'a Checked,
    ) -> Result<Option<Backup<'a>>, Failure> {
        let Self { args, output, .. } = *self;
        let sent = past.sent();
        let left = checked.to_send.saturating_sub(sent.len());
        let rows = left.min(args.limit.unwrap_or(u64::MAX));
        let earlier = past.backups(sender.journal.path());
        // Rows that were kept and not sent are taken out of the latest backup, also if no further ones are kept.
        let continued = self.continued_files(sender, past, &sent)?;
        if rows == 0 || !keeps_backup(args, checked, past) {
            self.warn_of_rows_without(sender, earlier.first(), rows);
            let journal = sender.journal.path();
            sender
                .progress
                .aside(|| self.show_earlier_backups(past, journal));
            return Ok(None);
        }
        if written.is_incomplete {
            let many = "too many records have several rows, or one has too many, for each field of a record to be in the backup once: an undo may report rows of such a record as CHANGED_SINCE although others have undone it. Run its failed rows again then";
            sender.progress.aside(|| output.warn(many));
        }
        let is_given = |path: &Path| args.backup.as_deref().is_none_or(|it| is_same(it, path));
        let files = match continued {
            Some(files) if is_given(files.path()) => files,
            Some(_) | None => self.begin_files(sender, past, &earlier)?,
        };
        let mut written = written.clone();
        let lines = if checked.repeated.records().is_empty() {
            KeptLines::default()
        } else {
            KeptLines::read(&earlier, sender.journal.id(), &mut written)?
        };
        self.warn_of_open_rows(sender, past);
        let origin = self.origin_of_backup(sender, files.path());
        let backup = Backup::new(files, options, origin, (written, lines), output)
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

    /// Warns of rows that an earlier process has sent without keeping their old values, and that are sent again.
    fn warn_of_open_rows(&self, sender: &Sender<'_>, past: &Past) {
        let open = past.open.iter();
        let without = open.filter(|row| !past.backed_up.contains(*row)).count();
        let without = u64::try_from(without).unwrap_or(u64::MAX);
        if without > 0 {
            let warning = format!(
                "{} sent before without a backup, and had no answer: the old values are not known, and an undo leaves these rows",
                number_of(without, "row was", "rows were")
            );
            sender.progress.aside(|| self.output.warn(warning));
        }
    }

    /// Returns the old values of the rows that an earlier process has sent without an answer. `None` if none were kept.
    ///
    /// # Errors
    /// If the file of the job cannot be read, or if a backup cannot, unless `--no-backup` is given.
    pub(super) fn kept_values(
        &self,
        sender: &mut Sender<'_>,
        past: &Past,
        options: &ColumnOptions<'_>,
        checked: &Checked,
    ) -> Result<Option<KeptValues>, Failure> {
        let rows = past.kept_open_rows();
        if rows.is_empty() {
            return Ok(None);
        }
        let only = Selection::Only(rows.clone());
        let mut plan = Plan::new(self.input, options, checked, only)?;
        let mut ids = HashSet::new();
        while let Some(batch) = plan.next_batch()? {
            ids.extend(batch.jobs.iter().map(PatchJob::id));
        }
        let (path, id) = (sender.journal.path(), sender.journal.id());
        let backups = (past.backups(path), past.backups_with_lost_fields(path));
        let kept = KeptValues::read((rows, &ids), &backups, id, options);
        let count = number_of(kept.rows().len(), "row", "rows");
        if let Some(failure) = kept.unreadable().filter(|_| !self.args.no_backup) {
            let problem = format!(
                "{failure}\nnothing was sent now, since {count} that had no answer could not be compared with their old values: restore this file and resume, or send them without the comparison with --no-backup"
            );
            sender.journal.end()?;
            return Err(Failure::new(problem));
        }
        if !kept.gaps.is_empty() {
            let gaps: Vec<String> = kept.gaps.iter().map(Gap::to_string).collect();
            let warning = format!(
                "{}: {count} that had no answer may be sent again without a comparison with their old values, and replace what somebody else has written to the records since",
                gaps.join("; ")
            );
            sender.progress.aside(|| self.output.warn(warning));
        }
        Ok(Some(kept))
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

    /// Returns the latest backup of the job without the rows that were not sent, if further rows can be added to it.
    fn continued_files(
        &self,
        sender: &mut Sender<'_>,
        past: &Past,
        sent: &RowSet,
    ) -> Result<Option<BackupFiles>, Failure> {
        let Some((path, last)) = past.latest_backup(sender.journal.path()) else {
            return Ok(None);
        };
        let files = BackupFiles::continued(&path, sender.journal.id(), last, sent)?;
        let Some(files) = files else {
            let problem = if path.exists() {
                "the backup of this job was changed, so no further old values are added to it"
            } else {
                "the backup of this job is not there any more, and with it the old values of the rows that were sent"
            };
            let warning = format!("{}: {problem}", path.display());
            sender.progress.aside(|| self.output.warn(warning));
            return Ok(None);
        };
        let aside = files.set_aside.iter().map(|(list, aside)| {
            format!(
                "{}: the list was changed after the job had written it, and is {} now: what is added from now on is in a new list",
                list.display(),
                aside.display()
            )
        });
        let missing = files.missing.iter().map(|list| {
            format!(
                "{}: the list is not there any more: what is added from now on is in a new list, which lacks what was added before",
                list.display()
            )
        });
        for warning in aside.chain(missing) {
            sender.progress.aside(|| self.output.warn(warning));
        }
        if files.last != *last {
            let file = undone_job::relative(&path, sender.journal.path());
            sender
                .journal
                .backed_up(Ranges::default(), file, files.last.clone())?;
        }
        Ok(Some(files))
    }

    /// Begins a new backup of the job, which has these already. The journal names it before it exists, so that a job that
    /// is killed in between goes on with it.
    fn begin_files(
        &self,
        sender: &mut Sender<'_>,
        past: &Past,
        earlier: &[PathBuf],
    ) -> Result<BackupFiles, Failure> {
        let files = BackupFiles::new(&self.new_backup(earlier)?);
        let file = undone_job::relative(files.path(), sender.journal.path());
        let Some(file) = file else {
            let problem = "the name of a backup has to be UTF-8 text, since the journal names it: rename the file or its folder, name the backup with --backup, or send without one with --no-backup";
            return Err(Failure::in_file(files.path(), problem));
        };
        let latest = past.latest_backup(sender.journal.path());
        if latest.is_none_or(|(latest, _)| latest != files.path()) {
            let nothing = LastParts::default();
            sender
                .journal
                .backed_up(Ranges::default(), Some(file), nothing)?;
        }
        Ok(files)
    }

    /// Returns the path of a new backup of the job, which has these already.
    fn new_backup(&self, earlier: &[PathBuf]) -> Result<PathBuf, Failure> {
        match &self.args.backup {
            Some(path) if !earlier.iter().any(|it| is_same(it, path)) => backup::given_path(path),
            Some(_) | None => backup::next_path(&self.input.path, earlier),
        }
    }

    /// Warns that the old values of the `rows` rows that are sent now are not kept although those of earlier ones were.
    fn warn_of_rows_without(&self, sender: &Sender<'_>, latest: Option<&PathBuf>, rows: u64) {
        if let Some(latest) = latest.filter(|_| rows > 0) {
            let without = format!(
                "the job has kept the old values of its rows so far ({}), and those of {} are not kept now, since --no-backup is given: an undo will leave these rows",
                latest.display(),
                check::rows(rows)
            );
            sender.progress.aside(|| self.output.warn(without));
        }
    }

    /// Returns whether earlier processes of the job have kept old values, and this command does not say that none are
    /// wanted.
    pub(super) fn has_kept_backup(&self, past: &Past) -> bool {
        !past.backed_up.is_empty() && !self.args.no_backup
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
                backup.show(&self.command_to_review_undo(path), self.output);
            }
            Ok(None) => self.output.warn(format!(
                "{}: the backup of this job is not there any more",
                path.display()
            )),
            Err(failure) => self.output.warn(failure.to_string()),
        }
    }
}

/// Returns whether a job keeps the old values of its rows. One that has kept some keeps them to its end, unless
/// `--no-backup` is given.
pub(super) fn keeps_backup(args: &Args, checked: &Checked, past: &Past) -> bool {
    // The rows of the whole file count: with --limit they are sent by several processes.
    let is_wanted = args.backup.is_some()
        || !past.backed_up.is_empty()
        || checked.to_send > backup::MOST_ROWS_WITHOUT;
    is_wanted && !args.no_backup
}

fn is_same(one: &Path, other: &Path) -> bool {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    absolute(one) == absolute(other)
}
