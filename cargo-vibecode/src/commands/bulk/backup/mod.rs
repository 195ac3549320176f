//! The old values of everything that rows change, in a file that undoes the changes; the phones and emails that
//! the rows add, which only a person can remove; and the fields that the file does not restore.
//!
//! All files are complete, on the disk, before the first row is sent. A backup that was written while rows are
//! sent would contain new values if two rows are about one record.

mod added;
mod files;
mod new_file;
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
use vibecode_runtime::Client;

pub(super) use self::{
    added::Added,
    files::{given_path, is_taken, next_path},
};
use self::{
    added::rows_of,
    files::{incomplete, removals, warning_of_leftovers},
    new_file::ListFile,
    undo_file::{Lost, UndoFile},
    written::{UndoRow, WrittenByRecord},
};
use super::{
    input::{columns::ColumnOptions, origin::Origin},
    journal::row_set::Ranges,
    old_values::{Addition, FieldChange, OldValue, RowChanges},
    record_fields::RecordFields,
    records::{RecordReader, RowRecord},
    send::plan::Plan,
};
use crate::{
    failure::Failure,
    output::Output,
    progress::RequestProgress,
    returned_value::{self, Labels, ReturnedValue},
};

/// A backup is kept without being asked for if the file has more rows to send than this.
pub(super) const MOST_ROWS_WITHOUT: u64 = 100;

/// The number of fields that are not restored and are shown one by one.
const MAX_SHOWN: usize = 20;

/// A finished backup.
#[derive(Debug)]
pub(super) struct Backup {
    /// The rows whose records it contains.
    pub(super) rows: Ranges,
    path: PathBuf,
    /// The phones and emails to remove by hand, if there are any.
    to_remove: Option<PathBuf>,
    /// The fields that it does not restore, if there are any.
    incomplete: Option<PathBuf>,
    lost: u64,
    first_lost: Vec<String>,
}

/// Which backup is to be written.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) path: &'a Path,
    pub(super) origin: &'a Origin,
    pub(super) written: WrittenByRecord,
    /// Whether it is kept although it does not restore everything.
    pub(super) may_be_incomplete: bool,
}

/// The lists for people, beside the file of old values.
struct Lists<'a> {
    entity: &'a str,
    added: ListFile<3>,
    lost: ListFile<4>,
    first_lost: Vec<String>,
}

/// Reads the records of the rows of a plan, writes their old values, and checks that they can be restored.
///
/// # Errors
/// If a record cannot be read, if a file cannot be written, or if a value cannot be restored and
/// `may_be_incomplete` is false. Nothing has been sent.
pub(super) async fn write(
    client: &Client,
    plan: Plan<'_>,
    options: &ColumnOptions<'_>,
    mut wanted: Wanted<'_>,
    progress: RequestProgress,
    output: &Output,
) -> Result<Backup, Failure> {
    let path = wanted.path;
    if let Some(warning) = warning_of_leftovers(path) {
        output.warn(warning);
    }
    let mut lists = Lists {
        entity: options.entity,
        added: ListFile::new(removals(path), ["record", "field", "value"]),
        lost: ListFile::new(
            incomplete(path),
            ["record", "field", "old_value", "problem"],
        ),
        first_lost: Vec::new(),
    };
    let written = write_rows(
        client,
        plan,
        options,
        &mut wanted,
        &mut lists,
        progress,
        output,
    );
    let written = written.await;
    let (rows, undo) = written.map_err(|failure| {
        Failure::new(format!(
            "{failure}\nnothing was sent, since the old values could not be kept: try again, or send without a backup with --no-backup"
        ))
    })?;
    let failed = |error: io::Error| Failure::of_file(path, &error);
    let lost = lists.lost.rows;
    let incomplete = lists.lost.keep().map_err(failed)?;
    let backup = Backup {
        rows,
        path: path.to_owned(),
        to_remove: None,
        incomplete,
        lost,
        first_lost: lists.first_lost,
    };
    if lost > 0 && !wanted.may_be_incomplete {
        return Err(backup.refusal());
    }
    // First, so that a list is never left without its backup.
    undo.keep().map_err(failed)?;
    let to_remove = lists.added.keep().map_err(failed)?;
    Ok(Backup {
        to_remove,
        ..backup
    })
}

async fn write_rows(
    client: &Client,
    plan: Plan<'_>,
    options: &ColumnOptions<'_>,
    wanted: &mut Wanted<'_>,
    lists: &mut Lists<'_>,
    progress: RequestProgress,
    output: &Output,
) -> Result<(Ranges, UndoFile), Failure> {
    let path = wanted.path;
    let failed = |error: io::Error| Failure::of_file(path, &error);
    let mut undo = UndoFile::create(path, 0, wanted.origin).map_err(failed)?;
    let mut labels: HashMap<&str, Labels<'_>> = HashMap::new();
    let mut reader = RecordReader::new(client, plan, progress);
    let mut lines = Vec::new();
    while let Some(read) = reader.next().await? {
        for row in read {
            lines.push(row.line);
            if row.record.is_some() {
                let undo_row = wanted.written.take(row.line, &row.job);
                add(&row, &undo_row, options, &mut labels, &mut undo, lists).map_err(failed)?;
            }
        }
    }
    lines.extend(reader.unsent().iter().map(|it| it.line));
    drop(reader);
    lines.sort_unstable();
    let undo = undo
        .checked(path, options, &mut |lost| lists.add_lost(&lost), output)
        .await?;
    Ok((lines.into_iter().collect(), undo))
}

/// Adds the old values of a row.
fn add<'s>(
    row: &RowRecord,
    undo_row: &UndoRow,
    options: &ColumnOptions<'s>,
    labels: &mut HashMap<&'s str, Labels<'s>>,
    undo: &mut UndoFile,
    lists: &mut Lists<'_>,
) -> io::Result<()> {
    let Some(record) = row.record.as_ref().map(vibecode_runtime::Updated::raw) else {
        return Ok(());
    };
    let id = row.job.id();
    let mut changes = RowChanges::of(&row.job, record, options.schema);
    let written = match undo_row {
        UndoRow::Record(written) => {
            for field in written.changed_in(&row.job, record) {
                changes.add_field(field, record, options.schema);
            }
            Some(written)
        }
        UndoRow::Row(written) => Some(written),
        UndoRow::Covered => {
            changes.changed.clear();
            None
        }
    };
    let returned = RecordFields::read(record.as_str()).unwrap_or_default();
    let restored = restored(id, &changes.changed, &returned, options, labels, lists)?;
    if let Some(written) = written {
        undo.add(id, &restored, written)?;
    }
    lists.add_additions(id, &changes.added)
}

/// Returns the old values of fields that the backup restores, and lists the others.
fn restored<'a, 's: 'a>(
    id: u64,
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
                lists.add_lost(&Lost {
                    id,
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
    fn add_additions(&mut self, id: u64, added: &[Addition]) -> io::Result<()> {
        for addition in added {
            if addition.is_known {
                let record = format!("{}/{id}", self.entity);
                self.added.add([&record, addition.field, &addition.value])?;
            } else {
                self.add_lost(&Lost {
                    id,
                    field: addition.field,
                    json: "",
                    problem: "is shown in a form that is not understood, so it is not known whether the record has the added value already".to_owned(),
                })?;
            }
        }
        Ok(())
    }

    fn add_lost(&mut self, lost: &Lost<'_>) -> io::Result<()> {
        let Lost {
            id,
            field,
            json,
            problem,
        } = lost;
        let record = format!("{}/{id}", self.entity);
        if self.first_lost.len() < MAX_SHOWN {
            self.first_lost.push(format!("{record} {field}: {problem}"));
        }
        self.lost.add([&record, field, json, problem])
    }
}

impl Backup {
    /// Returns a backup that an earlier process has made, if it is still there.
    ///
    /// # Errors
    /// If the list of the fields that it does not restore cannot be read.
    pub(super) fn found(path: &Path) -> Result<Option<Self>, Failure> {
        if !path.exists() {
            return Ok(None);
        }
        let existing = |list: PathBuf| list.exists().then_some(list);
        let incomplete = existing(incomplete(path));
        Ok(Some(Self {
            rows: Ranges::default(),
            path: path.to_owned(),
            to_remove: existing(removals(path)),
            lost: incomplete.as_deref().map_or(Ok(0), rows_of)?,
            incomplete,
            first_lost: Vec::new(),
        }))
    }

    /// Prints where the old values are, and how to restore them.
    pub(super) fn show(&self, command: &str, output: &Output) {
        output.line(format!(
            "the old values are kept in {}. To undo: {command}",
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
        if self.lost > 0 {
            output.warn(self.in_words());
        }
    }

    /// Returns how much cannot be undone, the first of it, and where all of it is listed.
    fn in_words(&self) -> String {
        let mut words = format!(
            "{} cannot be undone by the backup:",
            match self.lost {
                1 => "1 change".to_owned(),
                count => format!("{count} changes"),
            }
        );
        for lost in &self.first_lost {
            words.push_str("\n  ");
            words.push_str(lost);
        }
        if let Some(path) = &self.incomplete {
            let list = format!(
                "\nall of them, with the old values, are in {}",
                path.display()
            );
            words.push_str(&list);
        }
        words
    }

    /// The error of a backup that is not complete.
    fn refusal(&self) -> Failure {
        Failure::new(format!(
            "{}\nnothing was sent: to send all the same, add --backup-incomplete, or send without a backup with --no-backup",
            self.in_words()
        ))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
