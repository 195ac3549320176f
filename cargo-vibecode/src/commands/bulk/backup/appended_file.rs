//! The files of a backup, to which the old values of the next rows are appended before these are sent.
//!
//! The journal says which part of each file was appended last. If the process is killed, the rows of that part may not have
//! been sent, and somebody may change their records before the job is resumed. So a resumed job takes the rows that were
//! not sent out of the files, and reads their records again.

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
    digest,
    failure::Failure,
    part_file::PartFile,
    text_file::{UTF_8_MARK, private},
};

/// The number of hexadecimal digits of the digest of a part.
const DIGITS: usize = 16;

/// What was appended last to each file of a backup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastParts {
    old_values: FilePart,
    added: FilePart,
    incomplete: FilePart,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FilePart {
    begins_at: u64,
    length: u64,
    digest: String,
}

impl Default for FilePart {
    fn default() -> Self {
        Self::of(0, b"")
    }
}

impl FilePart {
    fn of(begins_at: u64, bytes: &[u8]) -> Self {
        let mut digest = digest::of(bytes);
        digest.truncate(DIGITS);
        Self {
            begins_at,
            length: length_of(bytes),
            digest,
        }
    }

    /// Returns whether this is what a file has from where the part begins, perhaps before other bytes.
    fn is_first_of(&self, rest: &[u8]) -> bool {
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        let part = rest.get(..length);
        part.is_some_and(|part| Self::of(self.begins_at, part) == *self)
    }
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The files of a backup.
#[derive(Debug)]
pub(in crate::commands::bulk) struct BackupFiles {
    pub(super) old_values: AppendedFile,
    pub(super) added: AppendedFile,
    pub(super) incomplete: AppendedFile,
    /// What they end with, if the backup of an earlier process is continued.
    pub(in crate::commands::bulk) last: LastParts,
    /// The lists that were changed after the job wrote them, and their names now.
    pub(in crate::commands::bulk) set_aside: Vec<(PathBuf, PathBuf)>,
    /// The lists that are not there any more.
    pub(in crate::commands::bulk) missing: Vec<PathBuf>,
}

impl LastParts {
    /// Returns where the old values begin that were appended last.
    pub(super) fn old_values_begin_at(&self) -> u64 {
        self.old_values.begins_at
    }

    /// Returns whether there is a list of the fields that are not restored.
    pub(crate) fn has_lost_fields(&self) -> bool {
        self.incomplete != FilePart::default()
    }
}

impl BackupFiles {
    /// Those of a new backup, which do not exist yet.
    pub(in crate::commands::bulk) fn new(path: &Path) -> Self {
        Self {
            old_values: AppendedFile::new(path.to_owned()),
            added: AppendedFile::new(removals(path)),
            incomplete: AppendedFile::new(incomplete(path)),
            last: LastParts::default(),
            set_aside: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// Continues a backup of the job with this journal, without the rows that were not sent. `None` if the backup is not
    /// there any more, or is not as the job has left it.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub(in crate::commands::bulk) fn continued(
        path: &Path,
        journal: Option<&str>,
        last: &LastParts,
        sent: &RowSet,
    ) -> Result<Option<Self>, Failure> {
        let continued = Self::without_unsent(path, journal, last, sent);
        continued.map_err(|error| Failure::of_file(path, &error))
    }

    fn without_unsent(
        path: &Path,
        journal: Option<&str>,
        last: &LastParts,
        sent: &RowSet,
    ) -> io::Result<Option<Self>> {
        let mut files = Self::new(path);
        if *last == LastParts::default() && !path.exists() {
            return Ok(Some(files));
        }
        if !is_backup_of(path, journal)? {
            return Ok(None);
        }
        let of_sent = |rows: &[u8]| old_values_of(rows, sent);
        let Some(part) = files.old_values.cut(&last.old_values, of_sent)? else {
            return Ok(None);
        };
        files.last.old_values = part;
        for (list, last, now) in [
            (&mut files.added, &last.added, &mut files.last.added),
            (
                &mut files.incomplete,
                &last.incomplete,
                &mut files.last.incomplete,
            ),
        ] {
            if !list.path.exists() {
                if *last != FilePart::default() {
                    files.missing.push(list.path.clone());
                }
                continue;
            }
            let form = ListForm::of_file(&list.path)?;
            if let Some(part) = list.cut(last, |rows| rows_of_list(rows, sent, form))? {
                *now = part;
            } else {
                let aside = earlier::set_aside(&list.path)?;
                files.set_aside.push((list.path.clone(), aside));
            }
        }
        Ok(Some(files))
    }

    pub(in crate::commands::bulk) fn path(&self) -> &Path {
        &self.old_values.path
    }

    /// Appends to the other files than the list of what is not restored, to which `incomplete` was appended, and returns
    /// what was appended. A resumed job takes it out again unless the journal has it.
    ///
    /// # Errors
    /// If a file cannot be written, or if it is not as the job has left it.
    pub(super) fn append(
        &mut self,
        old_values: &[u8],
        added: &[u8],
        incomplete: FilePart,
    ) -> io::Result<LastParts> {
        Ok(LastParts {
            // First, so that a list of phones is never left without its backup.
            old_values: self.old_values.append(old_values)?,
            added: self.added.append(added)?,
            incomplete,
        })
    }
}

/// Returns whether a file is a backup of the job with this journal.
pub(super) fn is_backup_of(path: &Path, journal: Option<&str>) -> io::Result<bool> {
    let origin = match Origin::of_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        origin => origin?,
    };
    Ok(journal.is_some() && origin.is_some_and(|it| it.journal_id.as_deref() == journal))
}

/// Returns the old values of rows that were sent. `None` if a line is not understood: it may be the only one that has the
/// old values of its record.
fn old_values_of(lines: &[u8], sent: &RowSet) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        if !line.ends_with(b"\n") {
            // The process was killed while it wrote the line, so its row was not sent.
            break;
        }
        let text = str::from_utf8(line).ok()?;
        let is_sent = if Origin::of_line(text).is_some() {
            true
        } else {
            let rows = rows_of(&RecordFields::read(text)?).ok()??;
            rows.iter().any(|row| sent.contains(row))
        };
        if is_sent {
            kept.extend_from_slice(line);
        }
    }
    Some(kept)
}

/// Returns the rows of a list of which the last cell is a row that was sent, and its head if it has such rows. `None` if a
/// row is not understood.
#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
fn rows_of_list(list: &[u8], sent: &RowSet, form: ListForm) -> Option<Vec<u8>> {
    // If the process was killed while it wrote the last line, its row was not sent.
    let end = list.iter().rposition(|byte| *byte == b'\n');
    let lines = end.and_then(|end| list.get(..=end)).unwrap_or_default();
    let (lines, mut writer) = match lines.strip_prefix(UTF_8_MARK) {
        Some(lines) => (lines, form.writer_of_new_list()),
        None => (lines, form.writer()),
    };
    let mut reader = form.reader();
    let (mut head, mut has_rows) = (None, false);
    for cells in reader
        .has_headers(false)
        .from_reader(lines)
        .into_byte_records()
    {
        let cells = cells.ok()?;
        let cell = cells.iter().next_back()?;
        if cell == ROW.as_bytes() {
            head = Some(cells);
            continue;
        }
        let row: u64 = str::from_utf8(cell).ok()?.parse().ok()?;
        if sent.contains(row) {
            if let Some(head) = head.take() {
                writer.write_byte_record(&head).expect("memory");
            }
            writer.write_byte_record(&cells).expect("memory");
            has_rows = true;
        }
    }
    let rows = writer.into_inner().expect("memory");
    Some(if has_rows { rows } else { Vec::new() })
}

/// The head of the last column of a list: the row of the job's file.
pub(super) const ROW: &str = "row";

/// A file to which the old values of the next rows are appended.
#[derive(Debug)]
pub(super) struct AppendedFile {
    path: PathBuf,
    /// 0: it does not exist yet.
    length: u64,
}

impl AppendedFile {
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

    /// Appends to the file, so that it is on the disk, and returns what was appended. An earlier file of this name is set
    /// aside.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<FilePart> {
        let part = FilePart::of(self.length, bytes);
        if bytes.is_empty() {
            return Ok(part);
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
        self.length += part.length;
        Ok(part)
    }

    /// Replaces what the file has from `last` on by what `kept` returns of it, and returns that part. The file is complete
    /// at any moment. `None`, and the file is left as it is, if it is not as it was when `last` was appended, or if `kept`
    /// returns nothing.
    fn cut(
        &mut self,
        last: &FilePart,
        kept: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> io::Result<Option<FilePart>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(last.begins_at))?;
        let mut rest = Vec::new();
        file.read_to_end(&mut rest)?;
        let kept = last.is_first_of(&rest).then(|| kept(&rest)).flatten();
        let Some(kept) = kept else {
            return Ok(None);
        };
        let of_kept = FilePart::of(last.begins_at, &kept);
        self.length = of_kept.begins_at + of_kept.length;
        if kept == rest {
            return Ok(Some(of_kept));
        }
        if self.is_new() {
            fs::remove_file(&self.path)?;
            return Ok(Some(of_kept));
        }
        file.seek(SeekFrom::Start(0))?;
        let (part, mut new) = PartFile::create(&self.path, &mut private())?;
        io::copy(&mut file.take(last.begins_at), &mut new)?;
        new.write_all(&kept)?;
        part.keep(&new)?;
        Ok(Some(of_kept))
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
        list: &AppendedFile,
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
                let writer = if self.has_head {
                    self.form.writer()
                } else {
                    let mut writer = self.form.writer_of_new_list();
                    writer.write_record(self.head)?;
                    writer
                };
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
