//! The old values of everything that rows change, in a file that undoes the changes; the phones and emails that
//! the rows add, which only a person can remove; and the fields that the file does not restore.
//!
//! The records of some hundred rows are read just before these rows are sent, so that what somebody else changes while the
//! job runs is kept too. The old values are on the disk before the first of these rows is sent. If several rows are about
//! one record, the old value of a field is the one before the first of them that changes it.

mod added;
mod appended_file;
mod files;
mod kept_lines;
mod kept_records;
mod kept_values;
mod list_form;
mod new_file;
mod order;
pub(crate) mod unapplied;
mod undo_file;
pub(crate) mod undone_job;
pub(crate) mod written;

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use serde_json::{json, value::RawValue};
use vibecode_spec::one_line;

pub(crate) use self::appended_file::LastParts;
pub(super) use self::{
    added::Added,
    appended_file::BackupFiles,
    files::{given_path, next_path},
    kept_lines::KeptLines,
    kept_records::KeptRecords,
    kept_values::{Gap, KeptValues},
    list_form::ListForm,
};
use self::{
    added::read_list,
    appended_file::{ListRows, ROW},
    files::{incomplete, removals, warning_of_leftovers},
    undo_file::{NotRestored, UndoFile},
    written::WrittenByRecord,
};
use super::{
    commands_to_run::CommandLine,
    input::{columns::ColumnOptions, origin::Origin},
    journal::row_set::Ranges,
    old_values::{Addition, FieldChange, OldValue, RowChanges},
    record_fields::RecordFields,
    records::RowRecord,
    row_name::record_name,
    send::plan::Repeating,
};
use crate::{
    failure::Failure,
    output::Output,
    plural::number_of,
    returned_value::{self, Labels, ReturnedValue},
};

/// A backup is kept without being asked for if the file has more rows to send than this.
pub(super) const MOST_ROWS_WITHOUT: u64 = 100;

/// The number of fields that are not restored and are shown one by one.
const MAX_SHOWN: usize = 20;

/// The backup of a job that is being sent.
#[derive(Debug)]
pub(super) struct Backup<'a> {
    files: BackupFiles,
    options: &'a ColumnOptions<'a>,
    origin: Origin,
    written: WrittenByRecord,
    lines: KeptLines,
    /// Whether rows are sent although it does not restore everything.
    may_be_incomplete: bool,
    /// The form of new lists.
    list_form: ListForm,
}

/// What a backup has kept of the next rows.
#[derive(Debug)]
pub(super) struct KeptRows {
    pub(super) rows: Ranges,
    pub(super) parts: LastParts,
}

/// Why the old values of rows are not kept.
#[derive(Debug)]
pub(super) enum NotKept {
    Failed(Failure),
    /// A value cannot be restored. The text says which.
    Incomplete(String),
}

impl From<Failure> for NotKept {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The old values of the rows that are sent next.
pub(super) struct NextRows<'b, 'a> {
    backup: &'b mut Backup<'a>,
    undo: UndoFile,
    lists: Lists<'a>,
    numbers: Vec<u64>,
    labels: HashMap<&'a str, Labels<'a>>,
}

/// What is added to the lists for people, beside the file of old values.
struct Lists<'a> {
    entity: &'a str,
    added: ListRows<4>,
    incomplete: ListRows<5>,
    first_lost: Vec<String>,
}

impl<'a> Backup<'a> {
    pub(super) fn new(
        files: BackupFiles,
        options: &'a ColumnOptions<'a>,
        origin: Origin,
        (written, lines): (WrittenByRecord, KeptLines),
        output: &Output,
    ) -> Self {
        if let Some(warning) = warning_of_leftovers(files.path()) {
            output.warn(warning);
        }
        Self {
            files,
            options,
            origin,
            written,
            lines,
            may_be_incomplete: false,
            list_form: ListForm {
                delimiter: b',',
                has_mark: false,
            },
        }
    }

    /// Writes new lists in this form.
    pub(super) fn with_list_form(self, list_form: ListForm) -> Self {
        Self { list_form, ..self }
    }

    /// Sends rows also if the backup does not restore everything that they change.
    pub(super) fn may_be_incomplete(self, may_be_incomplete: bool) -> Self {
        Self {
            may_be_incomplete,
            ..self
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.files.path()
    }

    /// Begins to keep the old values of the rows that are sent next.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn next_rows(&mut self) -> Result<NextRows<'_, 'a>, Failure> {
        let path = self.path();
        let failed = |error: io::Error| Failure::of_file(path, &error);
        let undo = UndoFile::create(path, 0, &self.origin).map_err(failed)?;
        let (files, form) = (&self.files, self.list_form);
        let added = ListRows::new(&files.added, ["record", "field", "value", ROW], form);
        let added = added.map_err(failed)?;
        let head = ["record", "field", "old_value", "problem", ROW];
        let incomplete = ListRows::new(&files.incomplete, head, form).map_err(failed)?;
        Ok(NextRows {
            undo,
            lists: Lists {
                entity: self.options.entity,
                added,
                incomplete,
                first_lost: Vec::new(),
            },
            numbers: Vec::new(),
            labels: HashMap::new(),
            backup: self,
        })
    }
}

impl NextRows<'_, '_> {
    /// Adds a row with its record. To be called for each row of the job, in their order.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn add(&mut self, row: &RowRecord) -> Result<(), Failure> {
        self.numbers.push(row.number);
        self.add_old_values(row)
            .map_err(|error| Failure::of_file(self.backup.path(), &error))
    }

    /// Returns what was kept of the records of these rows before earlier blocks of the job were sent; `None` if nothing was.
    ///
    /// # Errors
    /// If the backup cannot be read.
    pub(super) fn kept_before(&self, rows: &[RowRecord]) -> Result<Option<KeptRecords>, Failure> {
        let backup = &*self.backup;
        let ids = rows.iter().map(|row| row.job.id());
        let place = (backup.path(), &backup.origin);
        backup.lines.of_records(ids, place, backup.options)
    }

    fn add_old_values(&mut self, row: &RowRecord) -> io::Result<()> {
        let Some(record) = row.record.record() else {
            return Ok(());
        };
        let options = self.backup.options;
        let written = self.backup.written.take(row.number, &row.job, record);
        let mut changes = RowChanges::of(&row.job, record, options.schema);
        changes.changed.retain(|it| written.has_field(&it.field));
        for field in written.fields() {
            changes.add_field(field, record, options.schema);
        }
        let returned = RecordFields::read(record.as_str()).unwrap_or_default();
        let (labels, lists) = (&mut self.labels, &mut self.lists);
        let restored = restored(row, &changes.changed, &returned, options, labels, lists)?;
        self.undo.add(row.job.id(), &restored, &written)?;
        lists.add_additions(row, &changes.added)
    }

    /// Checks that the old values can be restored, and appends them to the backup. `unsent` are further rows of the job
    /// that are not sent, since earlier rows add all that they would add.
    ///
    /// # Errors
    /// If a file cannot be read or written, or if a value cannot be restored and the backup must be complete. None of
    /// these rows must be sent then.
    pub(super) async fn keep(self, unsent: &[Repeating]) -> Result<Option<KeptRows>, NotKept> {
        let Self {
            backup,
            undo,
            mut lists,
            mut numbers,
            ..
        } = self;
        let path = backup.path().to_owned();
        let failed = |error: io::Error| Failure::of_file(&path, &error);
        numbers.extend(unsent.iter().map(|it| it.number));
        numbers.sort_unstable();
        if numbers.is_empty() {
            return Ok(None);
        }
        let undo = undo
            .checked(&path, backup.options, &mut |lost| lists.add_lost(&lost))
            .await?;
        let Lists {
            added,
            incomplete,
            first_lost,
            ..
        } = lists;
        let lost = incomplete.count;
        let files = &mut backup.files;
        let incomplete = incomplete.into_bytes().map_err(failed)?;
        let incomplete = files.incomplete.append(&incomplete).map_err(failed)?;
        if lost > 0 && !backup.may_be_incomplete {
            let path_of_list = files.incomplete.existing();
            let problem = in_words(lost, &first_lost, path_of_list.as_deref());
            return Err(NotKept::Incomplete(problem));
        }
        let mut rows = undo.into_rows().map_err(failed)?;
        if files.old_values.is_new() {
            let origin = backup.origin.to_line();
            rows.splice(..0, origin.into_bytes());
        }
        let added = added.into_bytes().map_err(failed)?;
        let parts = files.append(&rows, &added, incomplete).map_err(failed)?;
        let begins_at = parts.old_values_begin_at();
        backup
            .lines
            .append(&path, begins_at, &rows, &backup.written);
        Ok(Some(KeptRows {
            rows: numbers.into_iter().collect(),
            parts,
        }))
    }
}

/// Returns the old values of fields that the backup restores, and lists the others.
fn restored<'a, 's: 'a>(
    row: &RowRecord,
    changed: &'a [FieldChange<'a>],
    returned: &RecordFields<'a>,
    options: &ColumnOptions<'s>,
    labels: &mut HashMap<&'s str, Labels<'s>>,
    lists: &mut Lists<'_>,
) -> io::Result<Vec<(&'s str, ReturnedValue<'a>, &'a RawValue)>> {
    let mut restored = Vec::new();
    for change in changed {
        let field = options.schema.field(&change.field);
        let json = returned.get(&change.field);
        match (&change.old, field, json) {
            (OldValue::Known(old), Some(field), Some(json)) => {
                let labels = labels
                    .entry(&field.name)
                    .or_insert_with(|| returned_value::labels(field, options.codes, false));
                restored.push((&*field.name, old.clone().labelled(labels), json));
            }
            (old, ..) => {
                let problem = match old {
                    OldValue::Unknown(problem) => problem,
                    OldValue::Known(_) => "is not in the answer",
                };
                lists.add_lost(&NotRestored {
                    id: row.job.id(),
                    row: row.number,
                    field: &change.field,
                    json: json.map_or("", |json| json.get()),
                    problem: problem.to_owned(),
                })?;
            }
        }
    }
    Ok(restored)
}

impl Lists<'_> {
    /// Lists the phones and emails that a row adds.
    fn add_additions(&mut self, row: &RowRecord, added: &[Addition]) -> io::Result<()> {
        let id = row.job.id();
        for addition in added {
            if addition.is_known {
                let record = record_name(self.entity, id);
                let number = row.number.to_string();
                self.added
                    .add([&record, addition.field, &addition.value, &number])?;
            } else {
                self.add_lost(&NotRestored {
                    id,
                    row: row.number,
                    field: addition.field,
                    json: "",
                    problem: "is shown in a form that is not understood, so it is not known whether the record has the added value already".to_owned(),
                })?;
            }
        }
        Ok(())
    }

    fn add_lost(&mut self, lost: &NotRestored<'_>) -> io::Result<()> {
        let NotRestored {
            id,
            row,
            field,
            json,
            problem,
        } = lost;
        let record = record_name(self.entity, *id);
        if self.first_lost.len() < MAX_SHOWN {
            self.first_lost.push(format!("{record} {field}: {problem}"));
        }
        self.incomplete
            .add([&record, field, json, problem, &row.to_string()])
    }
}

/// The files of a backup as they are on the disk.
#[derive(Debug)]
pub(super) struct KeptBackup {
    path: PathBuf,
    /// The phones and emails to remove by hand, if there are any.
    to_remove: Option<PathBuf>,
    /// The fields that it does not restore, if there are any.
    incomplete: Option<PathBuf>,
    lost: u64,
    first_lost: Vec<String>,
}

impl KeptBackup {
    /// Returns a backup, if it is still there.
    ///
    /// # Errors
    /// If the list of the fields that it does not restore cannot be read.
    pub(super) fn found(path: &Path) -> Result<Option<Self>, Failure> {
        if !path.exists() {
            return Ok(None);
        }
        let existing = |list: PathBuf| list.exists().then_some(list);
        let incomplete = existing(incomplete(path));
        let mut first_lost = Vec::new();
        let lost = incomplete.as_deref().map_or(Ok(0), |list| {
            read_list(list, |row| {
                if first_lost.len() < MAX_SHOWN {
                    first_lost.push(lost_in_words(row));
                }
            })
        });
        Ok(Some(Self {
            path: path.to_owned(),
            to_remove: existing(removals(path)),
            lost: lost?,
            first_lost,
            incomplete,
        }))
    }

    /// Returns whether another list exists beside it, or whether more cannot be restored.
    pub(super) fn has_other_lists_than(&self, before: &Self) -> bool {
        self.to_remove != before.to_remove || self.lost != before.lost
    }

    /// Returns the number of changes that it does not undo.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Returns what it does not restore, in words; `None` if it restores everything.
    pub(super) fn not_restored(&self) -> Option<String> {
        let list = self.incomplete.as_deref();
        (self.lost > 0).then(|| in_words(self.lost, &self.first_lost, list))
    }

    /// Prints where the old values are, and how to restore them.
    pub(super) fn show(&self, command: &CommandLine, output: &Output) {
        output.line(format!(
            "the old values are kept in {}. To undo (it shows what would be restored; with --yes instead of --plan it is sent): {command}",
            self.path.display()
        ));
        let named = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let document = json!({
            "file": self.path.display().to_string(),
            "to_remove_by_hand": named(&self.to_remove),
            "incomplete": named(&self.incomplete),
            "fields_lost": self.lost,
        });
        output.event("backup", document);
        if let Some(path) = &self.to_remove {
            output.line(format!(
                "the API cannot remove phones and emails: those that are added are listed in {}, to be removed by hand on the portal",
                path.display()
            ));
        }
        if let Some(not_restored) = self.not_restored() {
            output.warn(not_restored);
        }
    }
}

/// Returns a row of the list of fields that are not restored as it is shown.
fn lost_in_words(row: &csv::ByteRecord) -> String {
    let cell =
        |index: usize| one_line(&String::from_utf8_lossy(row.get(index).unwrap_or_default()));
    format!("{} {}: {}", cell(0), cell(1), cell(3))
}

/// Returns how much cannot be undone, the first of it, and where all of it is listed.
fn in_words(count: u64, first: &[String], path_of_list: Option<&Path>) -> String {
    let changes = number_of(count, "change", "changes");
    let mut words = format!("{changes} cannot be undone by the backup:");
    for lost in first {
        words.push_str("\n  ");
        words.push_str(lost);
    }
    if let Some(path) = path_of_list {
        let where_all_are = format!(
            "\nall of them, with the old values, are in {}",
            path.display()
        );
        words.push_str(&where_all_are);
    }
    words
}
