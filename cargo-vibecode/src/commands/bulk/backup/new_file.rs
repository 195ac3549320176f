//! A file under a temporary name.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::{part_file::PartFile, text_file::private};

/// A file under a temporary name, which is removed when this is dropped.
#[derive(Debug)]
pub(super) struct NewFile {
    writer: BufWriter<File>,
    part: PartFile,
}

impl NewFile {
    /// Creates a file beside another one. `label` is its own among those of the same file.
    pub(super) fn create(beside: &Path, label: &str) -> io::Result<Self> {
        let (part, file) = PartFile::create_beside(beside, label, &mut private())?;
        Ok(Self {
            writer: BufWriter::new(file),
            part,
        })
    }

    /// Returns the temporary name.
    pub(super) fn path(&self) -> &Path {
        self.part.part()
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    /// Passes everything on to the system, so that it can be read by its name.
    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
