//! The list of the phones and emails that a job was to add, which an undo leaves.

use std::path::{Path, PathBuf};

use super::{files::removals, list_form::ListForm};
use crate::failure::Failure;

/// The phones and emails that a job was to add. Those that it has added are left by an undo. They are listed just before
/// their rows are sent.
#[derive(Debug)]
pub(in crate::commands::bulk) struct Added {
    pub(in crate::commands::bulk) list: PathBuf,
    pub(in crate::commands::bulk) count: u64,
}

impl Added {
    /// Returns what is in the list beside a backup; `None` if there is no list, since nothing was to be added.
    ///
    /// # Errors
    /// If the list cannot be read.
    pub(in crate::commands::bulk) fn beside(backup: &Path) -> Result<Option<Self>, Failure> {
        let list = removals(backup);
        if !list.exists() {
            return Ok(None);
        }
        let count = read_list(&list, |_| {})?;
        Ok(Some(Self { list, count }))
    }

    pub(in crate::commands::bulk) fn in_words(&self) -> String {
        let list = self.list.display();
        let which = match self.count {
            1 => {
                format!("the one that the job was to add, listed in {list}, stays if it was added")
            }
            count => format!(
                "of the {count} that the job was to add, listed in {list}, those that were added stay"
            ),
        };
        format!(
            "the API cannot remove phones and emails: {which}, to be removed by hand on the portal"
        )
    }
}

/// Passes the rows of a list to `row`, and returns their number.
///
/// # Errors
/// If the list cannot be read.
pub(super) fn read_list(
    list: &Path,
    mut row: impl FnMut(&csv::ByteRecord),
) -> Result<u64, Failure> {
    let failed = |error: csv::Error| Failure::of_file(list, &error.into());
    let form = ListForm::of_file(list).map_err(|error| Failure::of_file(list, &error))?;
    let mut reader = form.reader().from_path(list).map_err(failed)?;
    let mut cells = csv::ByteRecord::new();
    let mut count = 0;
    while reader.read_byte_record(&mut cells).map_err(failed)? {
        row(&cells);
        count += 1;
    }
    Ok(count)
}
