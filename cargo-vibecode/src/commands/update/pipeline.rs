//! The pipeline in which a stage is looked up.

use serde_json::Value;
use vibecode_runtime::{Client, Error, PatchJob};
use vibecode_spec::Schema;

use super::{Args, of_request};
use crate::{
    change::{self, PIPELINE},
    code_file::KnownCodes,
    failure::Failure,
    output::Output,
    portal::PortalArgs,
    record_batch::is_not_found,
};

/// The pipeline in which a stage is looked up.
enum Pipeline {
    /// There is no stage to look up, or the pipeline is refused when it is set.
    Any,
    /// The one that is set together with the stage.
    Given(u64),
    /// It is cleared together with the stage.
    Cleared,
    OfRecord,
}

impl Args {
    /// Returns the codes of the pipeline in which a stage is looked up, and the client that has read the record for it.
    pub(super) async fn codes_of_pipeline(
        &self,
        schema: &Schema,
        codes: KnownCodes,
        portal_args: &PortalArgs,
        output: &Output,
    ) -> Result<(KnownCodes, Option<Client>), Failure> {
        match self.pipeline(schema, &codes) {
            Pipeline::Any => Ok((codes, None)),
            Pipeline::Cleared => Err(Failure::new(format!(
                "the stage cannot be checked, since `{PIPELINE}` is cleared, or set to a value that is not the number of a pipeline: set it to the number of one"
            ))),
            Pipeline::Given(number) => Ok((codes.with_pipeline(Some(number)), None)),
            Pipeline::OfRecord if self.dry_run => {
                output.warn(
                    "the pipeline of the record is not read in a dry run, so the stage is looked up in all pipelines",
                );
                Ok((codes, None))
            }
            Pipeline::OfRecord => {
                let client = self.client(portal_args)?;
                let pipeline = self.pipeline_of_record(&client).await?;
                Ok((codes.with_pipeline(pipeline), Some(client)))
            }
        }
    }

    fn pipeline(&self, schema: &Schema, codes: &KnownCodes) -> Pipeline {
        let field = |name: &str| change::field(schema, name).ok();
        let mut set = self.set.iter();
        if !set.any(|(name, _)| field(name).is_some_and(change::is_by_pipeline)) {
            return Pipeline::Any;
        }
        let is_pipeline = |name: &str| field(name).is_some_and(|field| field.name == PIPELINE);
        if self.clear.iter().any(|name| is_pipeline(name)) {
            return Pipeline::Cleared;
        }
        if let Some((_, text)) = self.set.iter().find(|(name, _)| is_pipeline(name))
            && let Some(field) = schema.field(PIPELINE)
        {
            let value = self
                .normal(field, text)
                .and_then(|text| change::value(field, &text, codes));
            let Ok(value) = value else {
                return Pipeline::Any;
            };
            return change::pipeline_number(&value).map_or(Pipeline::Cleared, Pipeline::Given);
        }
        Pipeline::OfRecord
    }

    /// Reads the pipeline of the record. `None` if the record does not show it.
    async fn pipeline_of_record(&self, client: &Client) -> Result<Option<u64>, Failure> {
        // A record is addressed by a job, which is not sent.
        let record = PatchJob::untyped(&*self.entity, self.id).set(PIPELINE, 0);
        let mut answers = client
            .batch()
            .get_record_of(&record.job()?)
            .send()
            .await
            .map_err(|error| self.unread(&error))?;
        let Some(answer) = answers.pop() else {
            return Ok(None);
        };
        let answer = answer.map_err(|error| self.unread(&error))?;
        let record = answer.raw().parse::<Value>()?;
        Ok(change::pipeline_of(&record))
    }

    fn unread(&self, error: &Error) -> Failure {
        if is_not_found(error) {
            let record = self.record();
            return Failure::new(format!("nothing is sent: there is no such record {record}"));
        }
        Failure::new(format!(
            "nothing is sent: the pipeline of {} cannot be read: {}",
            self.record(),
            of_request(error)
        ))
    }
}
