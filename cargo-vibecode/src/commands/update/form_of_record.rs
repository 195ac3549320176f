//! Phones in the form that the record has them in.

use vibecode_runtime::{Client, PatchJob};
use vibecode_spec::Multifield;

use super::{Args, of_request};
use crate::{
    change::Change,
    failure::Failure,
    record_batch::{self, NotRead},
};

impl Args {
    /// Returns whether the record is read first, and only what it lacks is sent: always if a phone or an email is added,
    /// since the API can never remove it.
    pub(super) fn is_ensured(&self) -> bool {
        self.ensure || !self.add.is_empty()
    }

    /// Returns the job. With `--country`, `+7916…` and `8916…` are one number: the record is read, and a phone that it
    /// has in another form is written in that form, so that it is not added again.
    pub(super) async fn in_form_of_record(
        &self,
        job: PatchJob,
        change: &mut Change<'_>,
        client: &Client,
    ) -> Result<PatchJob, Failure> {
        if !self.rules.knows_forms() || !adds_a_phone(&job) {
            return Ok(job);
        }
        let mut read = record_batch::read(client, &[&job]).await;
        let read = match read.pop().unwrap_or(Err(NotRead::NoResult)) {
            Ok(read) => read,
            Err(NotRead::Failed(error)) => return Err(of_request(&error)),
            Err(not_read) => return Err(Failure::new(not_read.explanation())),
        };
        // If it is not known which phones there are, `ensure_job` sends nothing and says so.
        let Ok(present) = read.raw().multifields() else {
            return Ok(job);
        };
        let form = |multifield, value: &str| self.rules.other_form(multifield, value, &present);
        if change.rewrite_additions(form) {
            return Ok(change.job(self.id)?);
        }
        Ok(job)
    }
}

fn adds_a_phone(job: &PatchJob) -> bool {
    let phone = Multifield::Phone.name();
    job.fields().any(|field| field.name() == phone)
}
