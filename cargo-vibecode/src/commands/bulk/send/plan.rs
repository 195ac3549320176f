//! Which rows are sent together, in the order of the file.

use vibecode_runtime::{Batch, PatchJob};

use crate::commands::bulk::{
    input::{
        Input,
        columns::{ColumnOptions, Columns},
        row_jobs::RowJobs,
    },
    journal::row_set::{Ranges, RowSet},
};
use crate::failure::Failure;

/// The size in bytes after which no further row is added to a batch. Rows may be long, and a run
/// queues for all of its records at the same time only if it can send them in few requests.
const MAX_BYTES: usize = 1024 * 1024;

/// The rows to be sent.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    row_jobs: RowJobs<'a>,
    selection: Selection<'a>,
    is_over: bool,
}

/// Which rows of the file are sent.
#[derive(Debug)]
pub(crate) enum Selection<'a> {
    /// Only these.
    Only(RowSet),
    /// All but these.
    AllBut(&'a RowSet),
}

/// Rows that are sent together.
#[derive(Debug, Default)]
pub(crate) struct PlannedBatch {
    pub(crate) lines: Vec<u64>,
    pub(crate) jobs: Vec<PatchJob>,
}

impl PlannedBatch {
    pub(crate) fn rows(&self) -> Ranges {
        self.lines.iter().copied().collect()
    }
}

impl<'a> Plan<'a> {
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn new(
        input: &'a Input,
        column_options: &'a ColumnOptions<'a>,
        selection: Selection<'a>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            row_jobs: RowJobs::open(input, column_options)?,
            selection,
            is_over: false,
        })
    }

    /// Returns the next rows, as many as a batch may have; `None` if there are no more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn next_batch(&mut self) -> Result<Option<PlannedBatch>, Failure> {
        let mut batch = PlannedBatch::default();
        let mut bytes = 0;
        while batch.jobs.len() < Batch::MAX_CALLS && bytes < MAX_BYTES {
            let Some((line, job)) = self.read()? else {
                break;
            };
            bytes += self.row_jobs.record().bytes();
            batch.lines.push(line);
            batch.jobs.push(job);
        }
        Ok((!batch.jobs.is_empty()).then_some(batch))
    }

    fn read(&mut self) -> Result<Option<(u64, PatchJob)>, Failure> {
        while !self.is_over {
            let Some(row_job) = self.row_jobs.next()? else {
                self.is_over = true;
                break;
            };
            let line = row_job.line;
            // Bad rows were reported in the first pass.
            let Ok((_, Some(job))) = row_job.change else {
                continue;
            };
            let is_selected = match &mut self.selection {
                Selection::Only(rows) => {
                    let is_selected = rows.contains(line);
                    rows.remove(line);
                    self.is_over = rows.is_empty();
                    is_selected
                }
                Selection::AllBut(rows) => !rows.contains(line),
            };
            if is_selected {
                return Ok(Some((line, job)));
            }
        }
        Ok(None)
    }

    pub(crate) fn columns(&self) -> &Columns<'a> {
        self.row_jobs.columns()
    }

    /// Returns the hash of the file if all of it has been read.
    pub(crate) fn digest(&self) -> String {
        self.row_jobs.digest()
    }
}
