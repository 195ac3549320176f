//! Rows that set a stage of the pipeline that an earlier row sets.
//!
//! Example: row 2 moves deal 13 to pipeline 5, and row 3 sets its stage to `C5:NEW`, which was checked for pipeline 5. If
//! row 2 fails, the deal stays in its pipeline, and row 3 must not be sent. So row 3 is held until row 2 is reported. All later
//! rows of the deal are held with it, since the rows of a record are sent in their order, and so are all later batches.

use std::collections::HashMap;

use vibecode_runtime::PatchJob;
use vibecode_spec::Schema;

use super::{
    batch::RowError,
    plan::{PlannedBatch, Repeating},
};
use crate::commands::bulk::{
    journal::row_set::RowSet,
    pipelines::{sets_pipeline, sets_stage_alone},
    refused_rows::RefusedRows,
    repeated::RepeatedRecords,
};

/// The last row so far that sets the pipeline of each record that several rows are about. Before anything is sent, the
/// check of the stages has limited the number of these records.
#[derive(Debug)]
pub(super) struct PipelineRows<'a> {
    repeated: &'a RepeatedRecords,
    schema: &'a Schema,
    by_id: HashMap<u64, u64>,
}

/// A row that sets a stage of the pipeline that an earlier row sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StageRow {
    number: u64,
    /// The row that sets the pipeline.
    after: u64,
}

impl StageRow {
    /// Returns the row that sets the pipeline of the record of this row.
    pub(crate) fn pipeline_row_of(self, number: u64) -> Option<u64> {
        (self.number == number).then_some(self.after)
    }
}

impl<'a> PipelineRows<'a> {
    pub(super) fn new(repeated: &'a RepeatedRecords, schema: &'a Schema) -> Self {
        Self {
            repeated,
            schema,
            by_id: HashMap::new(),
        }
    }

    /// Adds a row. Returns it if it sets a stage of the pipeline that an earlier row sets.
    pub(super) fn add(&mut self, number: u64, job: &PatchJob) -> Option<StageRow> {
        let id = job.id();
        self.repeated.rows(id)?;
        let after = self.by_id.get(&id).copied();
        let stage_row = after.filter(|_| sets_stage_alone(job, self.schema));
        if sets_pipeline(job) {
            self.by_id.insert(id, number);
        }
        stage_row.map(|after| StageRow { number, after })
    }
}

impl PlannedBatch {
    /// Divides a batch into the rows that can be sent now, and those that are held. `is_undecided` returns whether a row
    /// of an earlier batch has no outcome yet.
    pub(super) fn split(self, is_undecided: impl Fn(u64) -> bool) -> (Self, Option<Self>) {
        // The first held row of each record.
        let mut held: HashMap<u64, u64> = HashMap::new();
        for StageRow { number, after } in &self.stage_rows {
            let id = self.row_numbers.iter().zip(&self.jobs);
            let id = id.clone().find(|(of_row, _)| *of_row == number);
            if let Some((_, job)) = id
                && (self.row_numbers.contains(after) || is_undecided(*after))
            {
                held.entry(job.id()).or_insert(*number);
            }
        }
        if held.is_empty() {
            return (self, None);
        }
        let is_held = |id: u64, number: u64| held.get(&id).is_some_and(|first| number >= *first);
        let (mut now, mut later) = (Self::default(), Self::default());
        let rows = self
            .row_numbers
            .into_iter()
            .zip(self.jobs)
            .zip(self.written);
        for ((number, job), written) in rows {
            let batch = if is_held(job.id(), number) {
                &mut later
            } else {
                &mut now
            };
            batch.row_numbers.push(number);
            batch.jobs.push(job);
            batch.written.push(written);
        }
        let is_later = |it: &Repeating| is_held(it.id, it.number);
        (later.repeating, now.repeating) = self.repeating.into_iter().partition(is_later);
        let is_later = |it: &StageRow| later.row_numbers.contains(&it.number);
        (later.stage_rows, now.stage_rows) = self.stage_rows.into_iter().partition(is_later);
        (now, Some(later))
    }

    /// Takes out the rows that set a stage of a pipeline if the row that sets the pipeline has failed, and those that
    /// were refused before anything was sent. Returns each with the id of its record.
    pub(super) fn take_refused(
        &mut self,
        failed: &RowSet,
        refused_before: &RefusedRows,
    ) -> Vec<(u64, u64, RowError)> {
        let mut refused = Vec::new();
        for StageRow { number, after } in std::mem::take(&mut self.stage_rows) {
            if failed.contains(after)
                && let Some(id) = self.take(number)
            {
                refused.push((number, id, RowError::PipelineNotSet { number: after }));
            }
        }
        for number in self.row_numbers.clone() {
            if let Some(error) = refused_before.of_row(number)
                && let Some(id) = self.take(number)
            {
                refused.push((number, id, error.clone()));
            }
        }
        refused
    }

    /// Returns the batch without these rows.
    pub(super) fn without(mut self, rows: &RowSet) -> Self {
        for number in self.row_numbers.clone() {
            if rows.contains(number) {
                self.take(number);
            }
        }
        self
    }

    /// Takes out a row, and returns the id of its record. `None`: it is not there.
    fn take(&mut self, number: u64) -> Option<u64> {
        let index = self
            .row_numbers
            .iter()
            .position(|of_row| *of_row == number)?;
        self.row_numbers.remove(index);
        self.written.remove(index);
        Some(self.jobs.remove(index).id())
    }
}

#[cfg(test)]
mod tests {
    use vibecode_spec::Entity;

    use super::*;
    use crate::commands::bulk::repeated::Repeated;

    /// The rows of a batch: the id of a deal, and whether the row sets the pipeline or a stage.
    fn batch(rows: &[(u64, &str)]) -> PlannedBatch {
        let mut repeated = Repeated::default();
        for (number, (id, _)) in (2..).zip(rows) {
            repeated.add(*id, number);
        }
        repeated.end();
        let schema = Entity::Deals.schema();
        let mut pipelines = PipelineRows::new(repeated.records(), schema);
        let mut batch = PlannedBatch::default();
        for (number, (id, field)) in (2..).zip(rows) {
            let patch = PatchJob::untyped("deals", *id);
            let patch = match *field {
                "categoryId" => patch.set("categoryId", 5),
                field => patch.set(field, "C5:NEW"),
            };
            let job = patch.job().unwrap();
            batch.stage_rows.extend(pipelines.add(number, &job));
            batch.row_numbers.push(number);
            batch.jobs.push(job);
            batch.written.push(None);
        }
        batch
    }

    #[test]
    fn a_stage_and_all_later_rows_of_its_deal_are_held_until_the_pipeline_is_decided() {
        let rows = [
            (13, "categoryId"),
            (14, "stageId"),
            (13, "stageId"),
            (13, "title"),
            (14, "title"),
        ];
        let (now, later) = batch(&rows).split(|_| false);
        let later = later.unwrap();
        assert_eq!(
            (now.row_numbers, &later.row_numbers[..]),
            (vec![2, 3, 6], &[4, 5][..])
        );
        let (now, later) = later.split(|number| number == 2);
        assert_eq!(
            (
                now.row_numbers,
                later.as_ref().map(|it| it.row_numbers.len())
            ),
            (vec![], Some(2))
        );
        let (now, later) = later.unwrap().split(|_| false);
        assert_eq!((now.row_numbers, later.is_none()), (vec![4, 5], true));
    }

    #[test]
    fn only_the_stage_is_refused_if_the_pipeline_was_not_set() {
        let rows = [(13, "categoryId"), (13, "stageId"), (13, "title")];
        let (_, later) = batch(&rows).split(|_| false);
        let mut later = later.unwrap();
        let mut failed = RowSet::default();
        failed.insert(2);
        let refused = later.take_refused(&failed, &RefusedRows::default());
        assert!(matches!(
            refused[..],
            [(3, 13, RowError::PipelineNotSet { number: 2 })]
        ));
        assert_eq!((later.row_numbers, later.jobs.len()), (vec![4], 1));
    }
}
