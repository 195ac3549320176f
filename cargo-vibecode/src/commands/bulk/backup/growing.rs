//! The files of a backup, which grow while the rows of the job are sent.
//!
//! The journal says where the old values of the rows that are sent next begin in each file. If the process is killed, the
//! rows after that may not have been sent, and somebody may change their records before the job is resumed. So a resumed
//! job takes the rows that were not sent out of the files, and reads their records again.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    files::{incomplete, removals},
    list_form::ListForm,
    written::rows_of,
};
use crate::{
    commands::bulk::{
        earlier, input::origin::Origin, journal::row_set::RowSet, record_fields::RecordFields,
        spreadsheet_cell,
    },
    failure::Failure,
    part_file::PartFile,
    text_file::{UTF_8_MARK, private},
};

/// A length of each file of a backup, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lengths {
    pub(super) old_values: u64,
    pub(super) added: u64,
    pub(super) incomplete: u64,
}

/// The files of a backup.
#[derive(Debug)]
pub(in crate::commands::bulk) struct BackupFiles {
    pub(super) old_values: GrowingFile,
    pub(super) added: GrowingFile,
    pub(super) incomplete: GrowingFile,
}

impl BackupFiles {
    /// Those of a new backup, which do not exist yet.
    pub(in crate::commands::bulk) fn new(path: &Path) -> Self {
        Self {
            old_values: GrowingFile::new(path.to_owned()),
            added: GrowingFile::new(removals(path)),
            incomplete: GrowingFile::new(incomplete(path)),
        }
    }

    /// Continues a backup of the job with this journal, without the rows after `since` that were not sent. `None` if the
    /// backup is not there any more, or is not as the job has left it.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub(in crate::commands::bulk) fn continued(
        path: &Path,
        journal: Option<&str>,
        since: Lengths,
        sent: &RowSet,
    ) -> Result<Option<Self>, Failure> {
        let continued = Self::cut(path, journal, since, sent);
        continued.map_err(|error| Failure::of_file(path, &error))
    }

    fn cut(
        path: &Path,
        journal: Option<&str>,
        since: Lengths,
        sent: &RowSet,
    ) -> io::Result<Option<Self>> {
        let mut files = Self::new(path);
        if !is_backup_of(path, journal)? || fs::metadata(path)?.len() < since.old_values {
            return Ok(None);
        }
        files.old_values.cut(since.old_values, |rows| {
            let lines = rows.split_inclusive(|byte| *byte == b'\n');
            lines
                .filter(|line| is_of_sent_row(line, sent))
                .flatten()
                .copied()
                .collect()
        })?;
        for (list, since) in [
            (&mut files.added, since.added),
            (&mut files.incomplete, since.incomplete),
        ] {
            if fs::metadata(&list.path).is_ok_and(|it| it.len() >= since) {
                let form = ListForm::of_file(&list.path)?;
                list.cut(since, |rows| rows_of_list(rows, sent, form))?;
            }
        }
        Ok(Some(files))
    }

    pub(in crate::commands::bulk) fn path(&self) -> &Path {
        &self.old_values.path
    }

    pub(super) fn lengths(&self) -> Lengths {
        Lengths {
            old_values: self.old_values.length,
            added: self.added.length,
            incomplete: self.incomplete.length,
        }
    }
}

/// Returns whether a file is a backup of the job with this journal.
fn is_backup_of(path: &Path, journal: Option<&str>) -> io::Result<bool> {
    let origin = match Origin::of_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        origin => origin?,
    };
    Ok(journal.is_some() && origin.is_some_and(|it| it.journal_id.as_deref() == journal))
}

/// Returns whether a line of the old values belongs to a row that was sent. One that is incomplete does not.
fn is_of_sent_row(line: &[u8], sent: &RowSet) -> bool {
    if !line.ends_with(b"\n") {
        return false;
    }
    let Ok(line) = str::from_utf8(line) else {
        return false;
    };
    if Origin::of_line(line).is_some() {
        return true;
    }
    let rows = RecordFields::read(line).map(|fields| rows_of(&fields));
    let Some(Ok(Some(rows))) = rows else {
        return false;
    };
    rows.iter().any(|row| sent.contains(row))
}

/// Returns the rows of a list of which the last cell is a row that was sent, and its head if there are any.
fn rows_of_list(list: &[u8], sent: &RowSet, form: ListForm) -> Vec<u8> {
    let start = list.strip_prefix(UTF_8_MARK);
    let mut reader = form.reader();
    let reader = reader.has_headers(false);
    // Writing to memory does not fail.
    let Ok(mut writer) = form.writer(start.is_some()) else {
        return Vec::new();
    };
    let list = start.unwrap_or(list);
    let (mut head, mut has_rows) = (None, false);
    for cells in reader
        .from_reader(list)
        .into_byte_records()
        .map_while(Result::ok)
    {
        if cells.iter().next_back() == Some(ROW.as_bytes()) {
            head = Some(cells);
            continue;
        }
        let row = cells
            .iter()
            .next_back()
            .and_then(|cell| str::from_utf8(cell).ok()?.parse().ok());
        if row.is_some_and(|row| sent.contains(row)) {
            let head = head.take();
            let _ = head.map_or(Ok(()), |head| writer.write_byte_record(&head));
            let _ = writer.write_byte_record(&cells);
            has_rows = true;
        }
    }
    if has_rows {
        writer.into_inner().unwrap_or_default()
    } else {
        Vec::new()
    }
}

/// The head of the last column of a list: the row of the job's file.
pub(super) const ROW: &str = "row";

/// A file to which the old values of the next rows are appended.
#[derive(Debug)]
pub(super) struct GrowingFile {
    path: PathBuf,
    /// 0: it does not exist yet.
    length: u64,
}

impl GrowingFile {
    fn new(path: PathBuf) -> Self {
        Self { path, length: 0 }
    }

    /// Returns whether nothing was appended yet.
    pub(super) fn is_new(&self) -> bool {
        self.length == 0
    }

    /// Returns the path, if the file exists.
    pub(super) fn existing(&self) -> Option<PathBuf> {
        (!self.is_new()).then(|| self.path.clone())
    }

    /// Appends to the file, so that it is on the disk. An earlier file of this name is set aside.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        if self.is_new() {
            let (part, mut file) = PartFile::create(&self.path, &mut private())?;
            file.write_all(bytes)?;
            earlier::replace(part, &file)?;
        } else {
            let mut file = OpenOptions::new().append(true).open(&self.path)?;
            if file.metadata()?.len() != self.length {
                return Err(io::Error::other(
                    "it was changed by something else while the job was running",
                ));
            }
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        self.length += u64::try_from(bytes.len()).unwrap_or_default();
        Ok(())
    }

    /// Replaces what follows after `since` bytes by what `kept` returns of it. The file is complete at any moment.
    fn cut(&mut self, since: u64, kept: impl FnOnce(&[u8]) -> Vec<u8>) -> io::Result<()> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(since))?;
        let mut after = Vec::new();
        file.read_to_end(&mut after)?;
        let kept = kept(&after);
        self.length = since + u64::try_from(kept.len()).unwrap_or_default();
        if kept == after {
            return Ok(());
        }
        if self.length == 0 {
            return fs::remove_file(&self.path);
        }
        file.seek(SeekFrom::Start(0))?;
        let (part, mut new) = PartFile::create(&self.path, &mut private())?;
        io::copy(&mut file.take(since), &mut new)?;
        new.write_all(&kept)?;
        part.keep(&new)
    }
}

/// The rows that a list gets next, as CSV.
#[derive(Debug)]
pub(super) struct ListRows<const COLUMNS: usize> {
    head: [&'static str; COLUMNS],
    form: ListForm,
    writer: Option<csv::Writer<Vec<u8>>>,
    /// Whether the list has a head already.
    has_head: bool,
    pub(super) count: u64,
}

impl<const COLUMNS: usize> ListRows<COLUMNS> {
    /// The rows for a list with these columns, of which the last is [`ROW`]. A new list has this form.
    ///
    /// # Errors
    /// If the list exists and cannot be read.
    pub(super) fn new(
        list: &GrowingFile,
        head: [&'static str; COLUMNS],
        form: ListForm,
    ) -> io::Result<Self> {
        let form = match list.existing() {
            Some(path) => ListForm::of_file(&path)?,
            None => form,
        };
        Ok(Self {
            head,
            form,
            writer: None,
            has_head: !list.is_new(),
            count: 0,
        })
    }

    /// Adds a row. What a spreadsheet would execute is guarded.
    pub(super) fn add(&mut self, row: [&str; COLUMNS]) -> io::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            empty => {
                let mut writer = self.form.writer(!self.has_head)?;
                if !self.has_head {
                    writer.write_record(self.head)?;
                }
                empty.insert(writer)
            }
        };
        self.count += 1;
        let cells = row.map(|cell| spreadsheet_cell::guarded(cell.as_bytes()));
        writer.write_record(cells).map_err(io::Error::from)
    }

    /// Returns the rows as they are appended to the list.
    pub(super) fn into_bytes(self) -> io::Result<Vec<u8>> {
        let Some(writer) = self.writer else {
            return Ok(Vec::new());
        };
        let bytes = writer.into_inner();
        bytes.map_err(|error| io::Error::other(error.to_string()))
    }
}
