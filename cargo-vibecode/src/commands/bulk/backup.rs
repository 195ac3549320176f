//! The old values of everything that rows change, in a file that undoes the changes, and the phones
//! and emails that they add, which only a person can remove.
//!
//! Both files are complete, on the disk, before the first row is sent. A backup that was written
//! while rows are sent would contain new values if two rows are about one record.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};
use vibecode_runtime::Client;
use vibecode_spec::Schema;

use super::{
    input::{Input, private},
    journal::row_set::Ranges,
    old_values::{OldValue, RowChanges},
    records::{RecordReader, RowRecord},
    send::plan::Plan,
    spreadsheet_cell,
};
use crate::{failure::Failure, output::Output, progress::RequestProgress};

/// A backup that is kept without being asked for has more rows than this.
pub(super) const MOST_ROWS_WITHOUT: u64 = 100;

const MOST_BACKUPS: u64 = 10_000;

/// A finished backup.
#[derive(Debug)]
pub(super) struct Backup {
    /// The rows whose records it contains.
    pub(super) rows: Ranges,
    path: PathBuf,
    /// The phones and emails to remove by hand, if there are any.
    to_remove: Option<PathBuf>,
    fields_unknown: u64,
}

/// The files of a backup while they are written, under other names.
struct Files {
    values: BufWriter<File>,
    /// Created for the first phone or email.
    added: Option<csv::Writer<BufWriter<File>>>,
    values_path: PathBuf,
    added_path: PathBuf,
}

/// Reads the records of the rows of a plan, and writes their old values.
///
/// # Errors
/// If a record cannot be read, or if a file cannot be written. Nothing has been sent.
pub(super) async fn write(
    client: &Client,
    plan: Plan<'_>,
    schema: &Schema,
    path: &Path,
    progress: RequestProgress,
) -> Result<Backup, Failure> {
    let failed = |error: io::Error| Failure::of_file(path, &error);
    let mut files = Files::create(path).map_err(failed)?;
    let written = write_rows(client, plan, schema, &mut files, path, progress).await;
    let (rows, fields_unknown) = match written {
        Ok(written) => written,
        Err(failure) => {
            files.remove();
            return Err(Failure::new(format!(
                "{failure}\nnothing was sent, since the old values could not be kept: try again, or send without a backup with --no-backup"
            )));
        }
    };
    let to_remove = files.keep(path).map_err(failed)?;
    Ok(Backup {
        rows,
        path: path.to_owned(),
        to_remove,
        fields_unknown,
    })
}

async fn write_rows(
    client: &Client,
    plan: Plan<'_>,
    schema: &Schema,
    files: &mut Files,
    path: &Path,
    progress: RequestProgress,
) -> Result<(Ranges, u64), Failure> {
    let mut reader = RecordReader::new(client, plan, progress);
    let (mut lines, mut unknown) = (Vec::new(), 0);
    while let Some(read) = reader.next().await? {
        for row in read {
            lines.push(row.line);
            let Some(record) = &row.record else {
                continue;
            };
            let changes = RowChanges::of(&row.job, record, schema)?;
            let written = files.write(&row, changes);
            unknown += written.map_err(|error| Failure::of_file(path, &error))?;
        }
    }
    Ok((lines.into_iter().collect(), unknown))
}

impl Files {
    fn create(path: &Path) -> io::Result<Self> {
        let values_path = temporary(path);
        let mut options = private();
        let values = options.create(true).truncate(true).open(&values_path)?;
        Ok(Self {
            values: BufWriter::new(values),
            added: None,
            values_path,
            added_path: temporary(&removals(path)),
        })
    }

    /// Writes the old values of a row, and returns the number of fields of which they are not known.
    fn write(&mut self, row: &RowRecord, changes: RowChanges) -> io::Result<u64> {
        let (mut line, mut unknown) = (Map::new(), 0);
        line.insert("id".to_owned(), row.job.id().into());
        for change in changes.changed {
            match change.old {
                OldValue::Known(old) => {
                    line.insert(change.field, old);
                }
                OldValue::Unknown => unknown += 1,
            }
        }
        if line.len() > 1 {
            serde_json::to_writer(&mut self.values, &Value::Object(line))?;
            self.values.write_all(b"\n")?;
        }
        for (field, value) in changes.added {
            self.write_added(row, field, &value)?;
        }
        Ok(unknown)
    }

    fn write_added(&mut self, row: &RowRecord, field: &str, value: &str) -> io::Result<()> {
        if self.added.is_none() {
            let mut options = private();
            let file = options.create(true).truncate(true).open(&self.added_path)?;
            let mut writer = csv::Writer::from_writer(BufWriter::new(file));
            writer.write_record(["record", "field", "value"])?;
            self.added = Some(writer);
        }
        let Some(writer) = &mut self.added else {
            return Ok(());
        };
        let record = format!("{}/{}", row.job.entity(), row.job.id());
        let value = spreadsheet_cell::guarded(value.as_bytes());
        writer.write_record([record.as_bytes(), field.as_bytes(), &value])?;
        Ok(())
    }

    /// Gives the files their names once they are on the disk.
    fn keep(mut self, path: &Path) -> io::Result<Option<PathBuf>> {
        self.values.flush()?;
        self.values.get_ref().sync_all()?;
        let mut to_remove = None;
        if let Some(mut added) = self.added.take() {
            added.flush()?;
            let file = added
                .into_inner()
                .map_err(|error| io::Error::other(error.to_string()))?;
            file.get_ref().sync_all()?;
            let named = removals(path);
            fs::rename(&self.added_path, &named)?;
            to_remove = Some(named);
        }
        fs::rename(&self.values_path, path)?;
        Ok(to_remove)
    }

    fn remove(self) {
        let _ = fs::remove_file(&self.values_path);
        if self.added.is_some() {
            let _ = fs::remove_file(&self.added_path);
        }
    }
}

impl Backup {
    /// Prints where the old values are, and how to restore them.
    pub(super) fn show(&self, command: &str, output: &Output) {
        output.line(format!(
            "the old values are kept in {}. To undo: {command}",
            self.path.display()
        ));
        let document = json!({
            "file": self.path.display().to_string(),
            "to_remove_by_hand": self.to_remove.as_ref().map(|path| path.display().to_string()),
            "fields_unknown": self.fields_unknown,
        });
        output.event("backup", document);
        if let Some(path) = &self.to_remove {
            output.line(format!(
                "the API cannot remove phones and emails: those that are added are listed in {}, to be removed by hand on the portal",
                path.display()
            ));
        }
        if self.fields_unknown > 0 {
            output.warn(format!(
                "the old values of {} are not in the backup, since the API does not show them",
                match self.fields_unknown {
                    1 => "1 field".to_owned(),
                    count => format!("{count} fields"),
                }
            ));
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Returns the path of the next backup of a file: an earlier one is never overwritten.
///
/// # Errors
/// If there are too many.
pub(super) fn next_path(input: &Input) -> Result<PathBuf, Failure> {
    let named = |number: u64| {
        let mut name = OsString::from(&input.path);
        match number {
            1 => name.push(".backup.jsonl"),
            _ => name.push(format!(".backup-{number}.jsonl")),
        }
        PathBuf::from(name)
    };
    let mut numbered = (1..=MOST_BACKUPS).map(named);
    let free = numbered.find(|path| !is_taken(path));
    free.ok_or_else(|| {
        Failure::in_file(
            &input.path,
            "there are too many backups of this file: delete those that are not needed",
        )
    })
}

/// Returns true if there is a file with one of the two names of a backup.
pub(super) fn is_taken(path: &Path) -> bool {
    path.exists() || removals(path).exists()
}

/// Returns the path of the list of phones and emails to remove.
fn removals(path: &Path) -> PathBuf {
    path.with_extension("added.csv")
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{}.new", std::process::id()));
    name.into()
}
