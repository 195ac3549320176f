//! Makes sure that records have the values of patches, whatever became of earlier tries: read,
//! send what is missing, and after a lost answer read until the lost try has settled.

mod ensured;
mod missing;
mod transport;

use std::{borrow::Borrow, time::Duration};

use tokio::time::{Instant, sleep_until};

pub use self::ensured::Ensured;
use self::{
    missing::Missing,
    transport::{Batched, OneByOne, Transport},
};
use crate::{
    Addresses, Client, Error, ErrorKind, Outcome, Patch, PatchJob, Raw, Result,
    body::Body,
    client::{Call, Lane, request::Effect},
};

impl Client {
    /// Makes sure that a record has the values of a patch, whatever became of earlier tries.
    ///
    /// Reads the record first and sends only what is missing: a phone is there where one has the
    /// same digits, an email where one is the same without regard to case, under whatever type.
    /// Where an answer is lost, reads again, and sends again only once the lost try can no longer
    /// arrive: [`ClientBuilder::settle`](crate::ClientBuilder::settle) after it was sent.
    ///
    /// So it never adds a value that a read showed present, nor while an earlier try of this client
    /// may still be running. Two processes at once can still each add.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (sandbox, client) = sandbox().await?;
    /// let patch = Customer::patch().add_phone("+79169876543");
    /// // The phone is added, and the answer is lost.
    /// sandbox.fault(Fault::drop_after().on("PATCH"));
    /// let ensured = client.ensure(71, &patch).await?;
    /// assert_eq!(ensured.added().len(), 1);
    /// let writes = sandbox.requests().into_iter().filter(|request| request.method() == "PATCH");
    /// assert_eq!(writes.count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::update`], and
    /// [`ErrorKind::MultifieldsUnknown`](crate::ErrorKind::MultifieldsUnknown) where the record is
    /// answered without its list of phones and emails.
    pub fn ensure<P: Patch>(&self, id: impl Addresses<P>, patch: &P) -> Call<Ensured> {
        match PatchJob::new(id, patch) {
            Ok(job) => self.ensure_job(job),
            Err(error) => Call::ended(Err(error)),
        }
    }

    /// Makes sure that a record has the values of a job, as [`Client::ensure`] does.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let job = PatchJob::new(71, &Customer::patch().add_phone("+79169876543"))?;
    /// client.ensure_job(&job).await?;
    /// // A queue that gives a job twice does no harm.
    /// assert_eq!(client.ensure_job(&job).await?.present().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::ensure`].
    pub fn ensure_job(&self, job: impl Borrow<PatchJob>) -> Call<Ensured> {
        let (client, job) = (self.clone(), job.borrow().clone());
        Call::new(async move { one(&client, job).await })
    }
}

/// One record.
async fn one(client: &Client, job: PatchJob) -> Result<Ensured> {
    let effect = Effect::of(job.body());
    let lane = client.shared.records.lane(job.key(), effect).await;
    let mut items = [Item::new(job, lane)];
    run(client, &mut items, &OneByOne).await;
    let [item] = items;
    item.conclude()
}

/// As many records as a batch may have calls, none twice.
pub(crate) async fn many(client: &Client, jobs: Vec<PatchJob>) -> Vec<Result<Ensured>> {
    let keys = jobs.iter().map(|job| (job.key(), Effect::of(job.body())));
    let lanes = client.shared.records.lanes(keys.collect()).await;
    let items = jobs.into_iter().zip(lanes);
    let mut items: Vec<Item> = items.map(|(job, lane)| Item::new(job, lane)).collect();
    run(client, &mut items, &Batched).await;
    items.into_iter().map(Item::conclude).collect()
}

/// How long after the first read a record is read again; each further read is twice as long after.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

async fn run(client: &Client, items: &mut [Item], transport: &impl Transport) {
    while let Some(due) = items.iter().filter_map(Item::due).min() {
        sleep_until(due).await;
        let now = Instant::now();
        let mut reading = pick(items, |item| item.due().is_some_and(|due| due <= now));
        let reads = transport.read(client, &reading).await;
        for (item, read) in reading.iter_mut().zip(reads) {
            item.decide(read, client);
        }
        let mut writing = pick(items, |item| matches!(item.stage, Stage::Write(_)));
        if writing.is_empty() {
            continue;
        }
        for item in &mut writing {
            item.begin_to_send();
        }
        let writes = transport.write(client, &writing).await;
        for (item, written) in writing.iter_mut().zip(writes) {
            item.note(written);
        }
    }
}

fn pick(items: &mut [Item], is_wanted: impl Fn(&Item) -> bool) -> Vec<&mut Item> {
    items.iter_mut().filter(|item| is_wanted(item)).collect()
}

/// One record on its way.
struct Item {
    job: PatchJob,
    lane: Lane,
    stage: Stage,
    /// What was missing when the record was first read.
    first: Option<Missing>,
    /// When something was first sent, and how often something was.
    first_sent: Option<Instant>,
    sends: u32,
    /// What the last try ended with, where that leaves its outcome open.
    lost: Option<Error>,
    /// From when on it can no longer arrive.
    open_until: Option<Instant>,
}

enum Stage {
    /// The record is to be read then; if it shows too little, again later, the longer the first
    /// read is ago.
    Read {
        at: Instant,
        first: Instant,
    },
    /// This is to be sent.
    Write(Body),
    Done(Result<Ensured>),
}

impl Item {
    fn new(job: PatchJob, lane: Lane) -> Self {
        Self {
            job,
            lane,
            stage: Stage::read_now(),
            first: None,
            first_sent: None,
            sends: 0,
            lost: None,
            open_until: None,
        }
    }

    /// When the record is to be read.
    fn due(&self) -> Option<Instant> {
        match self.stage {
            Stage::Read { at, .. } => Some(at),
            Stage::Write(_) | Stage::Done(_) => None,
        }
    }

    /// Decides what is next, by what the record shows.
    fn decide(&mut self, read: Result<Raw>, client: &Client) {
        let missing = read.and_then(|raw| Ok((Missing::of(self.job.body(), &raw)?, raw)));
        let (mut missing, raw) = match missing {
            Ok(missing) => missing,
            Err(error) => return self.fail(error),
        };
        let body = std::mem::take(&mut missing.body);
        let first = self.first.get_or_insert(missing);
        if body.is_empty() {
            self.stage = Stage::Done(Ok(first.ensured(raw)));
            return;
        }
        let now = Instant::now();
        let adds = Effect::of(&body) == Effect::Adds;
        let settles_at = self.lane.settles_at().filter(|at| adds && now < *at);
        self.stage = match settles_at {
            Some(settles_at) => self.stage.read_again(now, settles_at),
            None if self.may_send(&body, now, client) => Stage::Write(body),
            None => Stage::Done(Err(self.lost.take().unwrap_or_else(not_sent_again))),
        };
    }

    fn may_send(&self, body: &Body, now: Instant, client: &Client) -> bool {
        let is_first = self.sends == 0;
        // Whether an unchecked value is there, a record may never show.
        let is_told = !body.is_unchecked();
        let deadline = client.shared.times.deadline();
        let is_late = self.first_sent.is_some_and(|sent| now - sent >= deadline);
        is_first || (is_told && !is_late && self.sends < client.shared.retries.attempts())
    }

    fn begin_to_send(&mut self) {
        self.first_sent.get_or_insert_with(Instant::now);
        self.sends += 1;
    }

    /// Notes what became of what was sent.
    fn note(&mut self, written: Result<Raw>) {
        self.stage = match written {
            Ok(raw) => {
                let first = self.first.take();
                Stage::Done(Ok(first.unwrap_or_default().ensured(raw)))
            }
            Err(error) if error.outcome() == Outcome::NotApplied => {
                Stage::Done(Err(self.with_earlier_tries(error)))
            }
            Err(error) => {
                if has_ended(&error) {
                    self.lane.land();
                } else {
                    self.open_until = self.lane.settles_at_latest();
                }
                self.lost = Some(error);
                Stage::read_now()
            }
        };
    }

    /// A refusal says nothing of an earlier try that may still arrive.
    fn with_earlier_tries(&self, refusal: Error) -> Error {
        if self.open_until.is_none_or(|at| at <= Instant::now()) {
            return refusal;
        }
        refusal.with(|details| details.outcome = Outcome::Unknown)
    }

    /// A read failed. What was sent before it may have been applied.
    fn fail(&mut self, error: Error) {
        let outcome = self.lost.as_ref().map_or(error.outcome(), Error::outcome);
        let error = error.with(|details| details.outcome = outcome);
        self.stage = Stage::Done(Err(error));
    }

    fn conclude(self) -> Result<Ensured> {
        match self.stage {
            Stage::Done(result) => result,
            Stage::Read { .. } | Stage::Write(_) => Err(not_sent_again()),
        }
    }
}

impl Stage {
    fn read_now() -> Self {
        let now = Instant::now();
        Self::Read {
            at: now,
            first: now,
        }
    }

    /// The next read, which comes no later than this.
    fn read_again(&self, now: Instant, latest: Instant) -> Self {
        let first = match self {
            Self::Read { first, .. } => *first,
            Self::Write(_) | Self::Done(_) => now,
        };
        let after = FIRST_PAUSE.max((now - first) * 2);
        Self::Read {
            at: latest.min(first + after),
            first,
        }
    }
}

/// Whether the request has ended at the API, though nobody can read what it answered: a complete
/// success.
fn has_ended(error: &Error) -> bool {
    let is_success = error.status().is_some_and(|status| status.is_success());
    is_success && matches!(error.kind(), ErrorKind::NotJson | ErrorKind::Unexpected)
}

fn not_sent_again() -> Error {
    let problem = "the record does not show all that was sent";
    Error::new(ErrorKind::Unexpected, Outcome::Unknown, problem)
}
