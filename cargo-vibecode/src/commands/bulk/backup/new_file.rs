//! Files that appear under their names once they are complete.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::commands::bulk::{earlier, input::private, spreadsheet_cell};

/// A file under a temporary name, which is removed unless the file is kept.
#[derive(Debug)]
pub(super) struct NewFile {
    writer: BufWriter<File>,
    path: PathBuf,
}

impl NewFile {
    /// Creates a file that is going to have this name. `what` makes its temporary name another one than that
    /// of other files beside it.
    pub(super) fn create(named: &Path, what: &str) -> io::Result<Self> {
        let mut name = OsString::from(named.file_stem().unwrap_or_default());
        name.push(format!(".{}.{what}", std::process::id()));
        if let Some(extension) = named.extension() {
            name.push(".");
            name.push(extension);
        }
        let path = named.with_file_name(name);
        let file = private().create(true).truncate(true).open(&path)?;
        Ok(Self {
            writer: BufWriter::new(file),
            path,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes everything to the disk, so that it can be read.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.writer.get_ref().sync_all()
    }

    /// Gives the file its name. An earlier file of this name with other contents is set aside.
    pub(super) fn keep(mut self, named: &Path) -> io::Result<()> {
        self.finish()?;
        earlier::replace(&self.path, named).map(|_| ())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // It is no longer there if it was kept.
        let _ = fs::remove_file(&self.path);
    }
}

/// A list for people, as CSV. It exists once it has a row.
#[derive(Debug)]
pub(super) struct ListFile<const COLUMNS: usize> {
    named: PathBuf,
    head: [&'static str; COLUMNS],
    writer: Option<csv::Writer<NewFile>>,
    pub(super) rows: u64,
}

impl<const COLUMNS: usize> ListFile<COLUMNS> {
    pub(super) fn new(named: PathBuf, head: [&'static str; COLUMNS]) -> Self {
        Self {
            named,
            head,
            writer: None,
            rows: 0,
        }
    }

    /// Adds a row. What a spreadsheet would execute is guarded.
    pub(super) fn add(&mut self, row: [&str; COLUMNS]) -> io::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            empty => {
                let file = NewFile::create(&self.named, "new")?;
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(self.head)?;
                empty.insert(writer)
            }
        };
        self.rows += 1;
        let cells = row.map(|cell| spreadsheet_cell::guarded(cell.as_bytes()));
        writer.write_record(cells).map_err(io::Error::from)
    }

    /// Gives the file its name, and returns it, if there is a row.
    pub(super) fn keep(self) -> io::Result<Option<PathBuf>> {
        let Some(writer) = self.writer else {
            return Ok(None);
        };
        let file = writer.into_inner();
        let file = file.map_err(|error| io::Error::other(error.to_string()))?;
        file.keep(&self.named)?;
        Ok(Some(self.named))
    }
}
