//! Compares the stages that rows set with the pipelines of their records: before anything is sent, and once more just
//! before a row is sent, if its record is read then.
//!
//! Each pipeline has its own codes, and those of pipeline 0 have no prefix: `WON` for a deal in pipeline 5 would be
//! a stage of another pipeline. A row that also sets the pipeline is checked when it is read; for the others the
//! records are read.
//!
//! Example: row 2 moves deal 13 to pipeline 5, and row 3 sets its stage. The deal is still in pipeline 0 when it is
//! read, but row 2 is sent before row 3, so `C5:NEW` is right in row 3, and `NEW` is refused.

use std::collections::HashMap;

use serde_json::Value;
use vibecode_runtime::{Client, PatchJob};
use vibecode_spec::{CodeSet, Schema, one_line};

use super::{
    backup_step::keeps_backup,
    check::Checked,
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::{past::Past, row_set::RowSet},
    records::{RecordReader, RowRecord},
    refused_rows::RefusedRows,
    repeated::RepeatedRecords,
    row_name::record_name,
    send::{
        batch::RowError,
        plan::{Plan, Selection},
    },
};
use crate::{
    change::{self, PIPELINE},
    failure::Failure,
    plural::number_of,
    progress::RequestProgress,
};

/// The number of rows that are shown one by one.
const MAX_SHOWN: usize = 20;

/// The maximum number of records that several rows are about and whose pipeline a row changes: about 7 MB.
const MAX_RECORDS: usize = 200_000;

/// What a row does to the pipeline of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PipelineChange {
    Unchanged,
    Set(u64),
    /// It is cleared, or set to what is not the number of a pipeline.
    Cleared,
}

impl PipelineChange {
    fn of(job: &PatchJob) -> Self {
        let Some(field) = job.fields().find(|field| field.name() == PIPELINE) else {
            return Self::Unchanged;
        };
        let value: Option<Value> = field
            .json()
            .and_then(|json| serde_json::from_str(json).ok());
        let number = value.as_ref().and_then(change::pipeline_number);
        number.map_or(Self::Cleared, Self::Set)
    }
}

/// What the rows so far do to the pipelines of records that later rows are about too. Rows of one record are sent in
/// their order.
#[derive(Debug)]
struct EarlierRows<'a> {
    repeated: &'a RepeatedRecords,
    by_id: HashMap<u64, PipelineChange>,
}

impl EarlierRows<'_> {
    /// Adds a row, and returns what the rows before it do to the pipeline of its record.
    ///
    /// # Errors
    /// If there are too many records.
    fn add(&mut self, job: &PatchJob) -> Result<PipelineChange, Failure> {
        let id = job.id();
        let before = self.by_id.get(&id).copied();
        let change = PipelineChange::of(job);
        if change != PipelineChange::Unchanged && self.repeated.rows(id).is_some() {
            if before.is_none() && self.by_id.len() >= MAX_RECORDS {
                return Err(Failure::new(format!(
                    "more than {MAX_RECORDS} records have a pipeline in one row and other changes in another, so their stages cannot be checked, and no row was sent: split the file"
                )));
            }
            self.by_id.insert(id, change);
        }
        Ok(before.unwrap_or(PipelineChange::Unchanged))
    }
}

/// The stage of a row that must not be sent, since it is not one of the pipeline of its record.
#[derive(Debug, Clone)]
pub(crate) struct RefusedStage {
    /// The field of the stage.
    pub(crate) field: String,
    pub(crate) problem: StageProblem,
    /// The problem with the record and the code, for people. The journal does not have it.
    pub(crate) in_words: String,
}

/// Why a stage is not one of the pipeline of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StageProblem {
    /// The record is in another pipeline, or an earlier row sets another one.
    OtherPipeline,
    /// The record does not show its pipeline.
    NotShown,
    /// The row or an earlier one clears the pipeline.
    Cleared,
}

impl StageProblem {
    /// Returns the problem and the next step, without a value.
    pub(crate) fn explain(self, not_sent: &str) -> String {
        match self {
            Self::OtherPipeline => format!(
                "the stage is not one of the pipeline of the record, so {not_sent}. Move the record or correct the stage, and run the row again"
            ),
            Self::NotShown => format!(
                "the record does not show its pipeline, so the stage may be one of another, and {not_sent}. Add a column `{PIPELINE}`, and run the row again"
            ),
            Self::Cleared => format!(
                "the pipeline of the record is cleared, so the stage cannot be checked, and {not_sent}. Set `{PIPELINE}`, and run the row again"
            ),
        }
    }
}

/// Compares the stages that rows set with the pipelines of their records.
#[derive(Debug)]
pub(super) struct StageCheck<'a> {
    schema: &'a Schema,
    overwrites_newer: bool,
    earlier_rows: EarlierRows<'a>,
}

impl StageCheck<'_> {
    /// Begins with records that show what all rows before have done.
    pub(super) fn begin_again(&mut self) {
        self.earlier_rows.by_id.clear();
    }

    /// Returns the stage of a row that must not be sent, if its record was read. `failed` are the rows that have failed so
    /// far. To be called for each row, in their order.
    ///
    /// # Errors
    /// If there are too many records with several rows.
    pub(super) fn refusal(
        &mut self,
        row: &RowRecord,
        failed: &RowSet,
    ) -> Result<Option<RefusedStage>, Failure> {
        let earlier = self.earlier_rows.add(&row.job)?;
        if is_pipeline_refused(row, failed) {
            return Ok(None);
        }
        let Some((field, set, code)) = stage_alone(&row.job, self.schema) else {
            return Ok(None);
        };
        // That there is no such record is found when the row is sent.
        let Some(record) = row.record.record() else {
            return Ok(None);
        };
        // A row of an undo whose record was changed since fails for that.
        let written = row.written.as_ref().filter(|_| !self.overwrites_newer);
        if written.is_some_and(|it| !it.changed_since(&row.job, record).is_empty()) {
            return Ok(None);
        }
        let problem = match record.parse::<Value>() {
            Ok(record) => problem(&row.job, (set, &code), earlier, &record),
            Err(error) => {
                let name = record_name(row.job.entity(), row.job.id());
                let in_words = format!("{name} is not understood: {}", error.explanation());
                Some((StageProblem::NotShown, in_words))
            }
        };
        Ok(problem.map(|(problem, in_words)| RefusedStage {
            field: field.to_owned(),
            problem,
            in_words,
        }))
    }

    /// Returns the error of a row that was never sent and sets a stage, if its record could not be read to compare it.
    fn not_read(&self, row: &RowRecord, failed: &RowSet) -> Option<RowError> {
        let sets_stage = sets_stage_alone(&row.job, self.schema);
        let is_compared = sets_stage && !is_pipeline_refused(row, failed);
        row.not_read_before(false).filter(|_| is_compared)
    }
}

/// Returns whether a row is not sent anyway, since the row that sets its pipeline has failed.
fn is_pipeline_refused(row: &RowRecord, failed: &RowSet) -> bool {
    row.pipeline_row
        .is_some_and(|number| failed.contains(number))
}

impl BulkJob<'_> {
    /// Returns what compares the stages of rows with the pipelines of their records. `None` if no row sets a stage alone.
    pub(super) fn stage_check<'a>(&'a self, checked: &'a Checked) -> Option<StageCheck<'a>> {
        checked.sets_stages.then(|| StageCheck {
            schema: self.schema,
            overwrites_newer: self.args.overwrite_newer,
            earlier_rows: EarlierRows {
                repeated: checked.repeated.records(),
                by_id: HashMap::new(),
            },
        })
    }

    /// Reads the records of the rows that are going to be sent for the first time, if one of them sets a stage and not
    /// its pipeline. Returns the rows that must not be sent while the others are: those whose records cannot be read, and
    /// those that [`BulkJob::stages_fail_alone`] is about. `is_reviewed` is whether the job was reviewed.
    ///
    /// # Errors
    /// If another stage is not one of the record's pipeline, or if a request fails. No row has been sent since `past`.
    pub(super) async fn check_pipelines(
        &self,
        client: &Client,
        past: &Past,
        (column_options, checked): (&ColumnOptions<'_>, &Checked),
        is_reviewed: bool,
    ) -> Result<RefusedRows, Failure> {
        let mut refused = RefusedRows::default();
        let check = self.stage_check(checked).filter(|_| !past.is_finished);
        let Some(mut check) = check else {
            return Ok(refused);
        };
        // The open rows are sent again before the others, so what they do to pipelines counts.
        if !past.open.is_empty() {
            let open = Selection::Only(past.open.clone());
            let mut plan = Plan::new(self.input, column_options, checked, open)?;
            while let Some(batch) = plan.next_batch()? {
                for job in &batch.jobs {
                    check.earlier_rows.add(job)?;
                }
            }
        }
        let behind = past.sent();
        let limit = self.args.limit;
        let plan = Plan::new(
            self.input,
            column_options,
            checked,
            Selection::AllBut(&behind),
        )?;
        let left = checked.to_send.saturating_sub(behind.len());
        let left = left.min(limit.unwrap_or(u64::MAX));
        let activity = "reading the pipelines";
        let progress = RequestProgress::new(activity, "rows", left, &self.throttle, self.output);
        let mut reader = RecordReader::new(client.clone(), plan.limited(limit), progress);
        while let Some(read) = reader.next().await? {
            for row in read {
                let stage = check.refusal(&row, &past.failed_rows)?;
                let stage = stage.map(|stage| RowError::OtherPipeline {
                    stage,
                    was_sent: false,
                });
                if let Some(error) = stage.or_else(|| check.not_read(&row, &past.failed_rows)) {
                    refused.add(&row, error);
                }
            }
        }
        if stages(&refused).next().is_none() || self.stages_fail_alone(past, checked, is_reviewed) {
            return Ok(refused);
        }
        Err(self.refusal_of_stages(&refused, past))
    }

    /// Returns whether the rows fail alone whose stages are not of the pipelines of their records: those of an undo, and
    /// those of a job that has begun, if it compares the stages just before it sends each row. Somebody may have moved the
    /// records since then.
    fn stages_fail_alone(&self, past: &Past, checked: &Checked, is_reviewed: bool) -> bool {
        let is_compared_later = is_reviewed || keeps_backup(self.args, checked, past);
        self.input.origin.is_some() || past.has_begun() && is_compared_later
    }

    /// The error of rows that set a stage of another pipeline.
    fn refusal_of_stages(&self, refused: &RefusedRows, past: &Past) -> Failure {
        let count = stages(refused).count();
        let rows = u64::try_from(count).unwrap_or(u64::MAX);
        let more = count.saturating_sub(MAX_SHOWN);
        let shown = stages(refused).take(MAX_SHOWN);
        let shown = shown.map(|(number, stage)| format!("row {number}: {}", stage.in_words));
        let mut problems: Vec<String> = shown.collect();
        if more > 0 {
            problems.push(format!("and {more} more"));
        }
        let (rows, problems) = (number_of(rows, "row sets", "rows set"), problems.join("\n"));
        let (nothing, advice) = if past.has_begun() {
            (
                "no further row was sent",
                "\nA job that was started cannot be resumed with other rows: move these records to the pipelines of the stages and resume, or send the rows that are left from a file of another name",
            )
        } else {
            ("nothing was sent", "")
        };
        Failure::in_file(
            &self.input.path,
            format!("{nothing}, since {rows} a stage of another pipeline:\n{problems}{advice}"),
        )
    }
}

/// Returns the rows that set a stage of another pipeline.
fn stages(refused: &RefusedRows) -> impl Iterator<Item = (u64, &RefusedStage)> {
    refused.iter().filter_map(|(number, row)| match &row.error {
        RowError::OtherPipeline { stage, .. } => Some((number, stage)),
        _ => None,
    })
}

/// Returns the field that has its own codes in each pipeline, its set, and the code that a job sets of it.
fn stage<'s>(job: &PatchJob, schema: &'s Schema) -> Option<(&'s str, &'s CodeSet, String)> {
    job.fields().find_map(|field| {
        let field_of_schema = schema.field(field.name())?;
        let set = field_of_schema.codes.as_ref();
        let set = set.filter(|set| set.is_by_pipeline())?;
        let code: String = serde_json::from_str(field.json()?).ok()?;
        (!code.is_empty()).then_some((&*field_of_schema.name, set, code))
    })
}

/// Returns whether a job sets or clears the pipeline of its record.
pub(super) fn sets_pipeline(job: &PatchJob) -> bool {
    PipelineChange::of(job) != PipelineChange::Unchanged
}

/// Returns the stage of a job that sets it and not its pipeline, so that it was not checked when the row was read.
fn stage_alone<'s>(job: &PatchJob, schema: &'s Schema) -> Option<(&'s str, &'s CodeSet, String)> {
    let is_alone = !matches!(PipelineChange::of(job), PipelineChange::Set(_));
    stage(job, schema).filter(|_| is_alone)
}

/// Returns whether a job sets a stage and not its pipeline.
pub(super) fn sets_stage_alone(job: &PatchJob, schema: &Schema) -> bool {
    stage_alone(job, schema).is_some()
}

/// Explains why the stage that a job sets is not one of the record's pipeline. `earlier` is what earlier rows do to that.
fn problem(
    job: &PatchJob,
    (set, code): (&CodeSet, &str),
    earlier: PipelineChange,
    record: &Value,
) -> Option<(StageProblem, String)> {
    let name = record_name(job.entity(), job.id());
    let shown = one_line(code);
    let (pipeline, after) = match (PipelineChange::of(job), earlier) {
        // The stage was looked up in this pipeline when the row was read.
        (PipelineChange::Set(_), _) => return None,
        (PipelineChange::Cleared, _) | (PipelineChange::Unchanged, PipelineChange::Cleared) => {
            let problem = format!(
                "{shown} cannot be checked, since the pipeline of {name} is cleared: set `{PIPELINE}`"
            );
            return Some((StageProblem::Cleared, problem));
        }
        (PipelineChange::Unchanged, PipelineChange::Set(pipeline)) => {
            (Some(pipeline), " after an earlier row")
        }
        (PipelineChange::Unchanged, PipelineChange::Unchanged) => (change::pipeline_of(record), ""),
    };
    let Some(pipeline) = pipeline else {
        let problem = format!(
            "{name} does not show its pipeline, so {shown} may be a stage of another: add a column `{PIPELINE}`"
        );
        return (!code.contains(':')).then_some((StageProblem::NotShown, problem));
    };
    let full = set.full_code(code, pipeline);
    if full.as_deref() == Ok(code) {
        return None;
    }
    let advice = match (&full, set) {
        (Ok(full), _) => format!("write {} if you mean its stage", one_line(full)),
        (Err(_), CodeSet::Stages(_)) if pipeline == 0 => {
            "the codes of its stages have no `:`".to_owned()
        }
        (Err(_), _) => format!(
            "the codes of its stages begin with `{}`",
            set.prefix(pipeline).unwrap_or_default()
        ),
    };
    let problem = format!(
        "{name} is in pipeline {pipeline}{after}, and {shown} is not a stage of it: {advice}"
    );
    Some((StageProblem::OtherPipeline, problem))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vibecode_spec::{Entity, EntityPath};

    use super::*;

    fn of(path: &str, code: &str, record: &Value) -> Option<String> {
        let deals = Entity::Deals.schema().clone();
        let items = EntityPath::from_path("items/1040").unwrap().schema_with(
            Schema::read(r#"{"stageId":{"type":"crm_status"},"categoryId":{"type":"integer"}}"#)
                .unwrap(),
        );
        let schema = if path == "deals" { deals } else { items };
        let job = PatchJob::untyped(path, 12).set("stageId", code).job();
        let job = job.unwrap();
        let (_, set, code) = stage(&job, &schema)?;
        let problem = problem(&job, (set, &code), PipelineChange::Unchanged, record);
        problem.map(|(_, in_words)| in_words)
    }

    #[test]
    fn a_stage_is_one_of_the_pipeline_of_its_record() {
        for (path, code, pipeline) in [
            ("deals", "WON", json!(0)),
            ("deals", "WON", json!("0")),
            ("deals", "C5:WON", json!(5)),
            ("deals", "C5:WON", json!("5")),
            // The code itself says which pipeline it is of.
            ("deals", "C5:WON", json!(null)),
            ("items/1040", "DT1040_9:NEW", json!(9)),
        ] {
            let record = json!({ "categoryId": pipeline });
            assert_eq!(of(path, code, &record), None, "{code} {record}");
        }
        for (path, code, pipeline, expected) in [
            (
                "deals",
                "WON",
                json!(5),
                "deals/12 is in pipeline 5, and WON is not a stage of it: write C5:WON if you mean its stage",
            ),
            (
                "deals",
                "C2:WON",
                json!(5),
                "deals/12 is in pipeline 5, and C2:WON is not a stage of it: the codes of its stages begin with `C5:`",
            ),
            (
                "deals",
                "C2:WON",
                json!(0),
                "deals/12 is in pipeline 0, and C2:WON is not a stage of it: the codes of its stages have no `:`",
            ),
            (
                "deals",
                "WON",
                json!(null),
                "deals/12 does not show its pipeline, so WON may be a stage of another: add a column `categoryId`",
            ),
            (
                "items/1040",
                "NEW",
                json!(9),
                "items/1040/12 is in pipeline 9, and NEW is not a stage of it: write DT1040_9:NEW if you mean its stage",
            ),
        ] {
            let problem = of(path, code, &json!({ "categoryId": pipeline }));
            assert_eq!(problem.as_deref(), Some(expected));
        }
    }
}
