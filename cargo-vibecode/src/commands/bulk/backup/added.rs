//! The list of the phones and emails that an undo leaves.

use std::path::{Path, PathBuf};

use super::files::removals;
use crate::failure::Failure;

/// The phones and emails that a job has added, which an undo leaves.
#[derive(Debug)]
pub(in crate::commands::bulk) struct Added {
    pub(in crate::commands::bulk) list: PathBuf,
    pub(in crate::commands::bulk) count: u64,
}

impl Added {
    /// Returns what is in the list beside a backup; `None` if there is no list, since nothing was added.
    ///
    /// # Errors
    /// If the list cannot be read.
    pub(in crate::commands::bulk) fn beside(backup: &Path) -> Result<Option<Self>, Failure> {
        let list = removals(backup);
        if !list.exists() {
            return Ok(None);
        }
        let count = rows_of(&list)?;
        Ok(Some(Self { list, count }))
    }

    pub(in crate::commands::bulk) fn in_words(&self) -> String {
        let (count, verb) = match self.count {
            1 => ("1 phone or email".to_owned(), "stays"),
            count => (format!("{count} phones and emails"), "stay"),
        };
        format!(
            "the API cannot remove phones and emails: {count} that the job was to add {verb}, listed in {}, to be removed by hand on the portal",
            self.list.display()
        )
    }
}

/// Returns the number of rows of a list.
pub(super) fn rows_of(list: &Path) -> Result<u64, Failure> {
    let failed = |error: csv::Error| Failure::of_file(list, &error.into());
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.flexible(true).from_path(list).map_err(failed)?;
    let mut row = csv::ByteRecord::new();
    let mut count = 0;
    while reader.read_byte_record(&mut row).map_err(failed)? {
        count += 1;
    }
    Ok(count)
}
