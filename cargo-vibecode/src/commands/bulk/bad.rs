//! The bad rows, as a file in the form of the input that can be run once it is corrected.

use std::{
    io::{self, BufWriter},
    path::PathBuf,
};

use super::{
    earlier,
    failed::Writer,
    input::{
        Input,
        columns::BAD_COLUMNS,
        rows::{Problem, Record},
    },
    journal::outcome::BAD_ROW,
};
use crate::{
    part_file::{PartFile, remove_leftovers},
    text_file::private,
};

/// The bad rows so far. The file exists once there is one.
#[derive(Debug)]
pub(super) struct BadRows<'a> {
    input: &'a Input,
    writer: Option<(Writer, PartFile)>,
}

/// A file of failed or bad rows that was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) path: PathBuf,
    /// The file of an earlier run, under its new name.
    pub(super) earlier: Option<PathBuf>,
}

impl<'a> BadRows<'a> {
    pub(super) fn new(input: &'a Input) -> Self {
        // Also if there is no bad row any more.
        remove_leftovers(&input.bad(), "");
        Self {
            input,
            writer: None,
        }
    }

    /// Adds a row with all its problems.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn add(
        &mut self,
        names: &[String],
        row: &Record,
        problems: &[Problem],
    ) -> io::Result<()> {
        if self.writer.is_none() {
            let (part, file) = PartFile::create(&self.input.bad(), &mut private())?;
            let writer = Writer::begin(self.input, names, &BAD_COLUMNS, BufWriter::new(file))?;
            self.writer = Some((writer, part));
        }
        let Some((writer, _)) = &mut self.writer else {
            return Ok(());
        };
        let message = format!("row {}: {}", row.number, message(problems));
        writer.write(row, &[BAD_ROW, &message])
    }

    /// Gives the file its name. Returns `None` if there was no bad row.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn end(self) -> io::Result<Option<Written>> {
        let Some((writer, part)) = self.writer else {
            return Ok(None);
        };
        let earlier = earlier::replace(part, &writer.end()?)?;
        let path = self.input.bad();
        Ok(Some(Written { path, earlier }))
    }
}

/// Returns all problems of a row as one text, without values.
pub(super) fn message(problems: &[Problem]) -> String {
    let texts = problems.iter().map(|problem| match &problem.column {
        Some(column) => format!("{column}: {}", problem.text),
        None => problem.text.clone(),
    });
    let texts: Vec<String> = texts.collect();
    texts.join(" | ")
}
