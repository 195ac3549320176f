//! Which rows are sent together, in the order of the file.

use vibecode_runtime::{Batch, PatchJob};

use super::held::{PipelineRows, StageRow};
use crate::{
    commands::bulk::{
        backup::written::WrittenValues,
        check::Checked,
        earlier_additions::EarlierAdditions,
        input::{
            Input,
            columns::{ColumnOptions, Columns},
            fingerprints::Fingerprints,
            row_jobs::RowJobs,
        },
        journal::row_set::{Ranges, RowSet},
        row_name::{record_name, row_name},
    },
    failure::Failure,
};

/// The size in bytes after which no further row is added to a batch. Rows may be long, and a run
/// queues for all of its records at the same time only if it can send them in few requests.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// The rows to be sent.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    row_jobs: RowJobs<'a>,
    input: &'a Input,
    fingerprints: &'a Fingerprints,
    /// `None`: no row sets a stage alone.
    pipelines: Option<PipelineRows<'a>>,
    /// The number of rows that were read.
    read: usize,
    selection: Selection<'a>,
    is_over: bool,
    /// How many rows may still be sent.
    left: u64,
    /// How many of them may be sent before the next call of [`Plan::open_window`].
    window: u64,
}

/// Which rows of the file are sent.
#[derive(Debug)]
pub(crate) enum Selection<'a> {
    /// Only these.
    Only(RowSet),
    /// All but these.
    AllBut(&'a RowSet),
    All,
}

/// Rows that are sent together.
#[derive(Debug, Default)]
pub(crate) struct PlannedBatch {
    pub(crate) row_numbers: Vec<u64>,
    pub(crate) jobs: Vec<PatchJob>,
    /// What the job that is undone wrote, for each row of a backup that says it.
    pub(crate) written: Vec<Option<WrittenValues>>,
    /// The rows that ask for phones or emails that an earlier row adds.
    pub(crate) repeating: Vec<Repeating>,
    /// The rows that set a stage of the pipeline that an earlier row sets.
    pub(crate) stage_rows: Vec<StageRow>,
}

/// A row that is done only if other rows are.
#[derive(Debug, Clone)]
pub(crate) struct Repeating {
    pub(crate) number: u64,
    /// The id of its record.
    pub(crate) id: u64,
    /// The earlier rows that add the same phones or emails.
    pub(crate) earlier: Vec<u64>,
    /// Whether the row changes nothing else, so that it is not sent.
    pub(crate) is_all: bool,
}

impl PlannedBatch {
    pub(crate) fn rows(&self) -> Ranges {
        let mut numbers = self.row_numbers.clone();
        let unsent = self.repeating.iter().filter(|it| it.is_all);
        numbers.extend(unsent.map(|it| it.number));
        numbers.sort_unstable();
        numbers.into_iter().collect()
    }

    fn len(&self) -> usize {
        self.row_numbers.len() + self.repeating.iter().filter(|it| it.is_all).count()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A row that is to be sent.
struct PlannedRow {
    number: u64,
    /// The id of its record.
    id: u64,
    /// `None`: earlier rows add all that it would add.
    job: Option<PatchJob>,
    written: Option<WrittenValues>,
    earlier: Vec<u64>,
    stage_row: Option<StageRow>,
}

impl<'a> Plan<'a> {
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn new(
        input: &'a Input,
        column_options: &'a ColumnOptions<'a>,
        checked: &'a Checked,
        selection: Selection<'a>,
    ) -> Result<Self, Failure> {
        let fingerprints = &checked.fingerprints;
        let mut row_jobs = RowJobs::open(input, column_options)?;
        if checked.adds {
            row_jobs = row_jobs
                .adding_once(EarlierAdditions::new(checked.repeated.records()))
                .in_forms_of_records(&checked.other_forms);
        }
        let plan = Self {
            row_jobs,
            input,
            fingerprints,
            pipelines: checked
                .sets_stages
                .then(|| PipelineRows::new(checked.repeated.records(), column_options.schema)),
            read: 0,
            selection,
            is_over: false,
            left: u64::MAX,
            window: u64::MAX,
        };
        if !fingerprints.matches_header(plan.row_jobs.record()) {
            return Err(plan.changed("the header"));
        }
        Ok(plan)
    }

    /// Sends at most this many rows.
    pub(crate) fn limited(self, rows: Option<u64>) -> Self {
        Self {
            left: rows.unwrap_or(u64::MAX),
            ..self
        }
    }

    /// Returns true if all rows of the file have been read.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Has [`Plan::next_batch`] return at most `rows` further rows, and then `None`. Without this it returns all.
    pub(crate) fn open_window(&mut self, rows: u64) {
        self.window = rows;
    }

    /// Returns true if a further window would have no rows.
    pub(crate) fn is_at_end(&self) -> bool {
        self.is_over || self.left == 0
    }

    /// Returns the next rows, as many as a batch may have; `None` if there are no more, or no more in the window.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn next_batch(&mut self) -> Result<Option<PlannedBatch>, Failure> {
        self.input.check_not_replaced()?;
        let mut batch = PlannedBatch::default();
        let mut bytes = 0;
        let most = self.left.min(self.window);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let most = most.min(Batch::MAX_CALLS);
        while batch.len() < most && bytes < MAX_BYTES {
            let Some(row) = self.read()? else {
                break;
            };
            bytes += self.row_jobs.record().bytes();
            self.left -= 1;
            self.window -= 1;
            if !row.earlier.is_empty() {
                batch.repeating.push(Repeating {
                    number: row.number,
                    id: row.id,
                    earlier: row.earlier,
                    is_all: row.job.is_none(),
                });
            }
            batch.stage_rows.extend(row.stage_row);
            if let Some(job) = row.job {
                batch.row_numbers.push(row.number);
                batch.jobs.push(job);
                batch.written.push(row.written);
            }
        }
        Ok((!batch.is_empty()).then_some(batch))
    }

    /// Returns true if there is no further row to be sent. Otherwise it has taken the next batch, so nothing must be sent
    /// by this plan any more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn has_no_more(&mut self) -> Result<bool, Failure> {
        self.window = u64::MAX;
        Ok(self.next_batch()?.is_none())
    }

    fn read(&mut self) -> Result<Option<PlannedRow>, Failure> {
        while !self.is_over {
            let Some(row_job) = self.row_jobs.next()? else {
                self.is_over = true;
                if self.read != self.fingerprints.len() {
                    return Err(self.changed("the end of the file"));
                }
                break;
            };
            let number = row_job.number;
            if !self.fingerprints.matches(self.read, self.row_jobs.record()) {
                return Err(self.changed(&format!("row {number}")));
            }
            self.read += 1;
            let earlier = self.row_jobs.repeats().to_vec();
            let id_of_row = row_job.id();
            // Bad rows were reported in the first pass.
            let (id, job) = match row_job.change {
                Ok((id, Some(job))) => (id, Some(job)),
                Ok((id, None)) if !earlier.is_empty() => (id, None),
                Ok((_, None)) | Err(_) => {
                    if let Selection::Only(rows) = &self.selection
                        && rows.contains(number)
                    {
                        return Err(self.open_row_without_change(number, id_of_row));
                    }
                    continue;
                }
            };
            let stage_row = self.pipelines.as_mut().zip(job.as_ref());
            let stage_row = stage_row.and_then(|(pipelines, job)| pipelines.add(number, job));
            let is_selected = match &mut self.selection {
                Selection::Only(rows) => {
                    let is_selected = rows.contains(number);
                    rows.remove(number);
                    self.is_over = rows.is_empty();
                    is_selected
                }
                Selection::AllBut(rows) => !rows.contains(number),
                Selection::All => true,
            };
            if is_selected {
                let written = WrittenValues::of_row(self.input, self.row_jobs.record())?;
                return Ok(Some(PlannedRow {
                    number,
                    id,
                    job,
                    written,
                    earlier,
                    stage_row,
                }));
            }
        }
        Ok(None)
    }

    pub(crate) fn columns(&self) -> &Columns<'a> {
        self.row_jobs.columns()
    }

    /// Returns the error of a file that is not as it was checked.
    fn changed(&self, position: &str) -> Failure {
        let problem = format!(
            "the file has changed since its rows were checked: {position} is different. Its batch was not sent. Restore the file to resume. To send the changed file, give it another name, not before the requests of this job have settled"
        );
        Failure::in_file(&self.input.path, problem)
    }

    /// Returns the error of a row that was sent, and is bad or changes nothing now. If it were left out,
    /// nobody would learn whether its change was applied.
    fn open_row_without_change(&self, number: u64, id: Option<u64>) -> Failure {
        let record = id.map(|id| record_name(self.columns().entity(), id));
        let row = row_name(number, record.as_deref());
        let problem = format!(
            "{row} was sent and had no answer, and it cannot be sent again to find out, since it is bad or changes nothing now. Restore the files in the folder vibecode that have changed since, and resume again"
        );
        Failure::in_file(&self.input.path, problem)
    }

    /// Returns the hash of the file if all of it has been read.
    pub(crate) fn digest(&self) -> String {
        self.row_jobs.digest()
    }
}
