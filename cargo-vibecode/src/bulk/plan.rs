//! Which rows leave together: at most 50, of which no two are about one record, and none about a
//! record that is under way.

use std::collections::{HashSet, VecDeque};

use vibecode_runtime::PatchJob;

use super::{
    columns::Rules,
    input::Input,
    items::Items,
    row_set::{Ranges, RowSet},
};
use crate::failure::Failure;

/// The most calls that a batch may have (api.md, grade D).
const MOST_ROWS: usize = 50;
/// So many rows wait at most because their record is under way.
const MOST_WAITING: usize = 8 * MOST_ROWS;

/// The rows that are to leave.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    items: Items<'a>,
    wanted: Wanted<'a>,
    waiting: VecDeque<Row>,
    busy: HashSet<u64>,
    is_over: bool,
}

/// Which rows of the file leave.
#[derive(Debug)]
pub(super) enum Wanted<'a> {
    /// These alone.
    Only(RowSet),
    /// All but these.
    AllBut(&'a RowSet),
}

#[derive(Debug)]
struct Row {
    line: u64,
    job: PatchJob,
}

/// Rows that leave together.
#[derive(Debug, Default)]
pub(super) struct Pack {
    pub(super) lines: Vec<u64>,
    pub(super) jobs: Vec<PatchJob>,
}

impl Pack {
    pub(super) fn rows(&self) -> Ranges {
        self.lines.iter().copied().collect()
    }

    pub(super) fn ids(&self) -> Vec<u64> {
        self.jobs.iter().map(PatchJob::id).collect()
    }
}

impl<'a> Plan<'a> {
    /// # Errors
    /// Where the file cannot be read.
    pub(super) fn new(
        input: &'a Input,
        rules: &'a Rules<'a>,
        wanted: Wanted<'a>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            items: Items::open(input, rules)?,
            wanted,
            waiting: VecDeque::new(),
            busy: HashSet::new(),
            is_over: false,
        })
    }

    /// The next rows; `None` while nothing can leave.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(super) fn pack(&mut self) -> Result<Option<Pack>, Failure> {
        let mut pack = Pack::default();
        let mut seen = HashSet::new();
        let mut left = VecDeque::new();
        while pack.jobs.len() < MOST_ROWS {
            let row = match self.waiting.pop_front() {
                Some(row) => row,
                None if left.len() >= MOST_WAITING => break,
                None => match self.read()? {
                    Some(row) => row,
                    None => break,
                },
            };
            let id = row.job.id();
            if self.busy.contains(&id) || !seen.insert(id) {
                left.push_back(row);
                continue;
            }
            pack.lines.push(row.line);
            pack.jobs.push(row.job);
        }
        left.append(&mut self.waiting);
        self.waiting = left;
        if pack.jobs.is_empty() {
            return Ok(None);
        }
        self.busy.extend(pack.jobs.iter().map(PatchJob::id));
        Ok(Some(pack))
    }

    /// The records of a pack may be written to again.
    pub(super) fn release(&mut self, ids: &[u64]) {
        for id in ids {
            self.busy.remove(id);
        }
    }

    fn read(&mut self) -> Result<Option<Row>, Failure> {
        while !self.is_over {
            let Some(item) = self.items.next()? else {
                self.is_over = true;
                break;
            };
            let line = item.line;
            // What is bad was told in the first pass.
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
                return Ok(Some(Row { line, job }));
            }
        }
        Ok(None)
    }

    /// The hash of the file, where all of it has been read.
    pub(super) fn digest(&self) -> String {
        self.items.digest()
    }
}
