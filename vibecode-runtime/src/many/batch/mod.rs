//! Batches: up to 50 calls in one request.

mod answer;
mod call;
mod pack;
mod run_control;
mod send;
mod updates;

use std::fmt;

pub(crate) use self::{
    call::{BatchCall, MAX_CALLS},
    pack::Pack,
    run_control::{PackPermit, RunControl},
    send::{Ended, Ready, send},
    updates::Updates,
};
use crate::{
    Client, Entity, Error, ErrorKind, Id, IdFor, Patch, PatchJob, RawAnswer, Result, Updated,
    client::{Call, unexpected},
    many::ItemResult,
    patch::target::Target,
};

impl Client {
    /// Returns an empty batch, for up to 50 calls in one request.
    pub fn batch(&self) -> Batch {
        Batch::new(self.clone())
    }
}

/// Up to 50 calls that are sent in one request: `POST /v1/batch`. Created by [`Client::batch`].
///
/// The calls of a batch are independent: if one fails, the others are still made. Their order is not
/// defined, except that calls on the same record are sent in order, in separate batches.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let results = client
///     .batch()
///     .update(71, &Customer::patch().post("Director"))
///     .update(404, &Customer::patch().post("Nobody"))
///     .get(ContactId::from(72))
///     .send()
///     .await?;
/// assert!(results[0].is_ok() && results[1].is_err() && results[2].is_ok());
/// # Ok(()) }) }
/// ```
#[must_use = "a batch does nothing until it is sent"]
pub struct Batch {
    client: Client,
    calls: Vec<Result<BatchCall>>,
}

impl Batch {
    /// The maximum number of calls in a batch, as the API documents it: 50.
    pub const MAX_CALLS: usize = MAX_CALLS;

    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            calls: Vec::new(),
        }
    }

    /// Adds an update of a record. A patch that cannot be sent is an error of this call only.
    pub fn update<P: Patch>(mut self, id: impl IdFor<P>, patch: &P) -> Self {
        let target = Target::of::<P::Entity>(id.record_id());
        self.calls.push(BatchCall::update(target, patch.body()));
        self
    }

    /// Adds a read of a record. The type of the id determines the entity: `ContactId::from(71)`.
    pub fn get<E: Entity>(mut self, id: impl Into<Id<E>>) -> Self {
        let target = Target::of::<E>(id.into().get());
        self.calls.push(BatchCall::get(target));
        self
    }

    /// Adds a read of the record that a job is for.
    pub fn get_record_of(mut self, job: &PatchJob) -> Self {
        self.calls.push(BatchCall::get(job.target()));
        self
    }

    /// Sends the calls and returns their results, in order.
    ///
    /// If the answer is lost, the outcome is unknown for changes that add phones or emails or contain
    /// an unchecked value; the other calls are retried. If the API asks to retry later for some calls,
    /// only those are sent again.
    ///
    /// # Errors
    /// - [`ErrorKind::InvalidBatch`]: no calls, or more than 50. Nothing was sent.
    ///
    /// An error of the request itself is returned for each of its calls: see the errors of [every
    /// call](Client#errors-of-every-call).
    pub fn send(self) -> Call<Vec<Result<Updated>>> {
        let Self { client, calls } = self;
        let calls = if (1..=MAX_CALLS).contains(&calls.len()) {
            Ok(calls)
        } else {
            let problem = format!(
                "a batch has 1 to {MAX_CALLS} calls, this one has {}: `update_many` takes any number",
                calls.len()
            );
            Err(Error::not_sent(ErrorKind::InvalidBatch, problem))
        };
        Call::write(calls, |calls, caller| async move {
            client.enter_runtime().await?;
            let mut results: Vec<Option<Result<RawAnswer>>> = Vec::with_capacity(calls.len());
            let mut valid = Vec::with_capacity(calls.len());
            for (index, call) in calls.into_iter().enumerate() {
                match call {
                    Ok(call) => {
                        valid.push((index, call));
                        results.push(None);
                    }
                    Err(error) => results.push(Some(Err(error))),
                }
            }
            let pack = Pack::join_queues(&client, &caller, valid);
            pack.send(&client, &caller, &mut PackPermit::default(), |ended| {
                for ItemResult { index, result, .. } in ended {
                    debug_assert!(index < results.len(), "a result is of a call of this batch");
                    if let Some(of_call) = results.get_mut(index) {
                        *of_call = Some(result);
                    }
                }
            })
            .await;
            let results = results.into_iter().map(|result| {
                let missing = || Err(unexpected("a call of the batch has no result"));
                result.unwrap_or_else(missing).map(Updated::new)
            });
            Ok(results.collect())
        })
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("calls", &self.calls.len())
            .finish_non_exhaustive()
    }
}
