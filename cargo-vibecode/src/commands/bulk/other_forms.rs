//! The phones of the file that records have in another form, such as `8916…` for `+7916…`. The records are read for that
//! before anything is shown or sent, so that the preview, the backup and the sending agree. They are read once the
//! requests of earlier processes have settled: a late one may add a phone that the portal stores in another form.

use std::collections::HashMap;

use vibecode_runtime::{PatchJob, RawAnswer};
use vibecode_spec::Multifield;

use super::{
    check::Checked,
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::past::Past,
    records::RecordReader,
    refused_rows::RefusedRows,
    send::{
        plan::{Plan, Selection},
        progress::Progress,
    },
};
use crate::{
    change::{Change, entries::EntryRules},
    failure::Failure,
    plural::number_of,
    progress::RequestProgress,
};

/// The forms in which records have phones of the file, by the ids of the records. Only records that have another form
/// are noted.
#[derive(Debug, Default)]
pub(super) struct OtherForms {
    by_id: HashMap<u64, Vec<OtherForm>>,
}

#[derive(Debug)]
struct OtherForm {
    /// The phone as the file adds it.
    value: String,
    form: String,
}

impl OtherForms {
    /// Returns the number of records.
    pub(super) fn records(&self) -> u64 {
        self.by_id.len() as u64
    }

    /// Writes the phones that the record has in another form in that form.
    pub(super) fn write(&self, id: u64, change: &mut Change<'_>) -> bool {
        let Some(forms) = self.by_id.get(&id) else {
            return false;
        };
        change.rewrite_additions(|multifield, value| {
            let mut forms = forms.iter();
            let form = forms.find(|it| multifield == Multifield::Phone && it.value == value);
            form.map(|it| it.form.clone())
        })
    }

    /// Notes the phones of a row that its record has in another form. If the record does not show its phones in a form
    /// that is understood, the row fails when it is sent, and the preview says so.
    fn add(&mut self, job: &PatchJob, record: &RawAnswer, rules: EntryRules) {
        let Ok(present) = record.multifields() else {
            return;
        };
        for field in job.fields() {
            let Some(multifield) = Multifield::of_field(field.name()) else {
                continue;
            };
            for added in field.added() {
                if let Some(form) = rules.other_form(multifield, added.value(), &present) {
                    let value = added.value().to_owned();
                    let of_record = self.by_id.entry(job.id()).or_default();
                    of_record.push(OtherForm { value, form });
                }
            }
        }
    }
}

impl BulkJob<'_> {
    /// Reads the records of the rows that are to be shown or sent, and notes the phones that they have in another form.
    /// Also returns the rows that must not be sent, since their records cannot be read.
    ///
    /// # Errors
    /// If the file cannot be read, or if a request fails. Nothing has been sent.
    pub(super) async fn find_other_forms(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        past: &Past,
    ) -> Result<(OtherForms, RefusedRows), Failure> {
        let Self { args, output, .. } = *self;
        let mut forms = OtherForms::default();
        let mut refused = RefusedRows::default();
        if past.is_finished || !checked.adds || !args.rules.knows_forms() {
            return Ok((forms, refused));
        }
        // The rows that an earlier process left open are sent whatever the limit is.
        let limit = args.limit.map(|limit| limit + past.open.len());
        let rows = checked.to_send.saturating_sub(past.done.len());
        let rows = rows.min(limit.unwrap_or(u64::MAX));
        let client = self.client()?;
        let left = past.unsettled(self.settle_of_batches());
        let in_all = self.rows_until_end(checked, past);
        let mut wait = Progress::new(in_all, self.throttle.clone(), output);
        wait.continue_at(past.ok, past.failed);
        wait.wait(left, past.why_unsettled(), output).await;
        let plan = Plan::new(
            self.input,
            column_options,
            checked,
            Selection::AllBut(&past.done),
        )?;
        let activity = "reading the phones of the records";
        let progress = RequestProgress::new(activity, "rows", rows, &self.throttle, output);
        let mut reader = RecordReader::new(client, plan.limited(limit), progress);
        while let Some(read) = reader.next().await? {
            for row in read {
                if let Some(record) = row.record.record() {
                    forms.add(&row.job, record, args.rules);
                }
                if let Some(error) = row.not_read_before(past.open.contains(row.number)) {
                    refused.add(&row, error);
                }
            }
        }
        if forms.records() > 0 {
            let records = number_of(forms.records(), "record has", "records have");
            output.line(format!(
                "{records} a phone of the file in another form, such as with 8 instead of +7: it is not added again"
            ));
        }
        Ok((forms, refused))
    }
}
