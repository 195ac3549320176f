//! The files of a backup, which get their names once all of them are complete.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::{
    commands::bulk::{earlier, spreadsheet_cell},
    part_file::PartFile,
    text_file::private,
};

/// A file under a temporary name, which is removed unless the file is kept.
#[derive(Debug)]
pub(super) struct NewFile {
    writer: BufWriter<File>,
    part: PartFile,
}

impl NewFile {
    /// Creates a file that is going to have this name. `label` is its own among those with the same name.
    pub(super) fn create(named: &Path, label: &str) -> io::Result<Self> {
        let (part, file) = PartFile::create_beside(named, label, &mut private())?;
        Ok(Self {
            writer: BufWriter::new(file),
            part,
        })
    }

    /// Returns the temporary name.
    pub(super) fn path(&self) -> &Path {
        self.part.part()
    }

    /// Writes everything to the disk, so that it can be read.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.writer.get_ref().sync_all()
    }

    /// Gives the file its name. An earlier file of this name with other contents is set aside.
    pub(super) fn keep(self) -> io::Result<()> {
        let Self { writer, part } = self;
        let file = writer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        earlier::replace(part, &file).map(|_| ())
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
                let file = NewFile::create(&self.named, "")?;
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
        file.keep()?;
        Ok(Some(self.named))
    }
}
