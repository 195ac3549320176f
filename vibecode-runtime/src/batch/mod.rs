//! Batches: up to 50 calls in one request.

mod answer;
mod call;
mod run;

use std::{collections::HashSet, fmt};

pub(crate) use self::{
    call::{BatchCall, MOST_CALLS, Turned},
    run::run,
};
use crate::{
    Addresses, Client, Entity, Error, ErrorKind, Id, Patch, Raw, Result, Updated,
    client::{Call, Lane, request::Effect},
};

impl Client {
    /// Up to 50 calls in one request.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (sandbox, client) = sandbox().await?;
    /// let results = client
    ///     .batch()
    ///     .update(71, &Customer::patch().post("Director"))
    ///     .update(72, &Customer::patch().clear_post())
    ///     .send()
    ///     .await?;
    /// assert!(results.iter().all(|result| result.is_ok()));
    /// assert_eq!(sandbox.requests().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn batch(&self) -> Batch {
        Batch::new(self.clone())
    }
}

/// Up to 50 calls in one request: `POST /v1/batch`. From [`Client::batch`].
///
/// The calls of one batch are independent: one that fails does not stop the others, and nothing is
/// promised of their order, but for calls on one record, which are sent one batch after the other.
///
/// ```
/// use vibecode_runtime::{Client, ContactId, Credentials, Patch};
/// use vibecode_sandbox::Sandbox;
///
/// #[derive(Patch)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     post: Option<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let sandbox = Sandbox::start().await;
/// # let client = Client::builder(Credentials::personal(Sandbox::API_KEY)).base_url(sandbox.url()).build()?;
/// let results = client
///     .batch()
///     .update(71, &Customer::patch().post("Director"))
///     .update(404, &Customer::patch().post("Nobody"))
///     .get(ContactId::from(72))
///     .send()
///     .await?;
/// assert!(results[0].is_ok() && results[1].is_err() && results[2].is_ok());
/// # Ok(())
/// # }
/// ```
#[must_use = "a batch does nothing until it is sent"]
pub struct Batch {
    client: Client,
    calls: Vec<Result<BatchCall>>,
}

impl Batch {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            calls: Vec::new(),
        }
    }

    /// Adds a change of a record. A patch that cannot be sent is an error of its own, and the rest
    /// go on.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let nothing = Customer::patch();
    /// let results = client
    ///     .batch()
    ///     .update(71, &Customer::patch().post("Director"))
    ///     .update(72, &nothing)
    ///     .send()
    ///     .await?;
    /// assert!(results[0].is_ok());
    /// let error = results[1].as_ref().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::EmptyPatch);
    /// # Ok(())
    /// # }
    /// ```
    pub fn update<P: Patch>(mut self, id: impl Addresses<P>, patch: &P) -> Self {
        let (id, body) = (id.record_id(), patch.body().clone());
        self.calls
            .push(BatchCall::update(P::Entity::PATH.into(), id, body));
        self
    }

    /// Adds the reading of a record. The id tells the entity: `ContactId::from(71)`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let results = client.batch().get(ContactId::from(71)).get(CompanyId::from(15)).send().await?;
    /// let ivan = results[0].as_ref().expect("is there");
    /// assert_eq!(ivan.record::<Customer>()?.name, "Ivan");
    /// # Ok(())
    /// # }
    /// ```
    pub fn get<E: Entity>(mut self, id: impl Into<Id<E>>) -> Self {
        let id = id.into().get();
        self.calls.push(BatchCall::get(E::PATH.into(), id));
        self
    }

    /// Sends the calls, and gives what became of each, in their order.
    ///
    /// Where the answer is lost, a change is unknown that adds phones or emails or holds an
    /// unchecked value; the others are sent again. Calls that were told to come later are sent
    /// again, and only those.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let results = client
    ///     .batch()
    ///     .update(404, &Customer::patch().post("Nobody"))
    ///     .get(ContactId::from(71))
    ///     .send()
    ///     .await?;
    /// let error = results[0].as_ref().unwrap_err();
    /// assert_eq!(error.code(), Some(&ErrorCode::EntityNotFound));
    /// assert!(results[1].is_ok());
    ///
    /// let error = client.batch().send().await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidBatch);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidBatch`]: no calls, or more than 50. Nothing was sent.
    ///
    /// What goes wrong with the request itself is an error of each of its calls: those of
    /// [every call](Client#errors-of-every-call).
    pub fn send(self) -> Call<Vec<Result<Updated>>> {
        let Self { client, calls } = self;
        if calls.is_empty() || calls.len() > MOST_CALLS {
            let problem = format!(
                "a batch has 1 to {MOST_CALLS} calls, this one has {}: `update_many` takes any number",
                calls.len()
            );
            return Call::ended(Err(Error::not_sent(ErrorKind::InvalidBatch, problem)));
        }
        Call::new(async move {
            let mut results: Vec<Option<Result<Raw>>> = calls.iter().map(|_| None).collect();
            let mut waiting: Vec<(usize, BatchCall)> = Vec::with_capacity(calls.len());
            for (place, call) in calls.into_iter().enumerate() {
                match (call, results.get_mut(place)) {
                    (Ok(call), _) => waiting.push((place, call)),
                    (Err(error), Some(result)) => *result = Some(Err(error)),
                    (Err(_), None) => {}
                }
            }
            while !waiting.is_empty() {
                let (round, later) = split_round(waiting);
                waiting = later;
                let (places, calls): (Vec<usize>, Vec<BatchCall>) = round.into_iter().unzip();
                for (place, result) in places.into_iter().zip(send(&client, &calls).await) {
                    if let Some(slot) = results.get_mut(place) {
                        *slot = Some(result);
                    }
                }
            }
            let results = results.into_iter().flatten();
            Ok(results.map(|result| result.map(Updated::new)).collect())
        })
    }
}

/// A call and its place.
type Placed = (usize, BatchCall);

/// The first call on each record, and those that wait for it.
fn split_round(calls: Vec<Placed>) -> (Vec<Placed>, Vec<Placed>) {
    let mut seen = HashSet::new();
    calls
        .into_iter()
        .partition(|(_, call)| seen.insert(call.key()))
}

/// Sends calls of which no two are about one record, each in its turn at the record.
pub(crate) async fn send(client: &Client, calls: &[BatchCall]) -> Vec<Result<Raw>> {
    let writes = calls.iter().filter(|call| call.effect() > Effect::Reads);
    let keys = writes.map(|call| (call.key(), call.effect())).collect();
    let lanes = client.shared.records.lanes(keys).await;
    let mut lanes = lanes.iter();
    let mut lane = |call: &BatchCall| -> Option<&Lane> {
        (call.effect() > Effect::Reads)
            .then(|| lanes.next())
            .flatten()
    };
    let turned: Vec<Turned<'_>> = calls.iter().map(|call| (call, lane(call))).collect();
    run(client, &turned).await
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("calls", &self.calls.len())
            .finish_non_exhaustive()
    }
}
