//! Which rows are sent together, in the order of the file.

use vibecode_runtime::{Batch, PatchJob};

use super::{
    columns::Rules,
    input::Input,
    items::Items,
    row_set::{Ranges, RowSet},
};
use crate::failure::Failure;

/// The size in bytes after which no further row is added to a pack. Rows may be long, and a run
/// queues for all of its records at the same time only if it can send them in few requests.
const MOST_BYTES: usize = 1024 * 1024;

/// The rows to be sent.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    items: Items<'a>,
    wanted: Wanted<'a>,
    is_over: bool,
}

/// Which rows of the file are sent.
#[derive(Debug)]
pub(super) enum Wanted<'a> {
    /// Only these.
    Only(RowSet),
    /// All but these.
    AllBut(&'a RowSet),
}

/// Rows that are sent together.
#[derive(Debug, Default)]
pub(super) struct Pack {
    pub(super) lines: Vec<u64>,
    pub(super) jobs: Vec<PatchJob>,
}

impl Pack {
    pub(super) fn rows(&self) -> Ranges {
        self.lines.iter().copied().collect()
    }
}

impl<'a> Plan<'a> {
    /// # Errors
    /// If the file cannot be read.
    pub(super) fn new(
        input: &'a Input,
        rules: &'a Rules<'a>,
        wanted: Wanted<'a>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            items: Items::open(input, rules)?,
            wanted,
            is_over: false,
        })
    }

    /// Returns the next rows, as many as a batch may have; `None` if there are no more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) fn pack(&mut self) -> Result<Option<Pack>, Failure> {
        let mut pack = Pack::default();
        let mut bytes = 0;
        while pack.jobs.len() < Batch::MAX_CALLS && bytes < MOST_BYTES {
            let Some((line, job)) = self.read()? else {
                break;
            };
            bytes += self.items.record().bytes();
            pack.lines.push(line);
            pack.jobs.push(job);
        }
        Ok((!pack.jobs.is_empty()).then_some(pack))
    }

    fn read(&mut self) -> Result<Option<(u64, PatchJob)>, Failure> {
        while !self.is_over {
            let Some(item) = self.items.next()? else {
                self.is_over = true;
                break;
            };
            let line = item.line;
            // Bad rows were reported in the first pass.
            let Ok((_, Some(job))) = item.asks else {
                continue;
            };
            let is_wanted = match &mut self.wanted {
                Wanted::Only(rows) => {
                    let is_wanted = rows.contains(line);
                    rows.remove(line);
                    self.is_over = rows.is_empty();
                    is_wanted
                }
                Wanted::AllBut(rows) => !rows.contains(line),
            };
            if is_wanted {
                return Ok(Some((line, job)));
            }
        }
        Ok(None)
    }

    /// Returns the hash of the file if all of it has been read.
    pub(super) fn digest(&self) -> String {
        self.items.digest()
    }
}
