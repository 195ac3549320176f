//! Makes sure that records have the values of patches: reads a record, sends what is missing, and
//! trusts only what an answer or a read shows.
//!
//! Each record goes through these steps while its lock is held:
//!
//! 1. Read the record. If it shows everything in the patch, it is done.
//! 2. If something that is added is missing (a phone, an email or an unchecked value) while an earlier
//!    write that adds is still open, read again with growing pauses. Continue when a read shows the
//!    value, or when a read is sent at or after the moment at which the last open write settles
//!    ([`locks`](crate::client)). Only such a read proves that the value was not added.
//! 3. Send what is missing. If the answer shows it, the record is done; otherwise go back to step 1.
//!
//! [`progress`] follows one record through these steps.
//!
//! If the API reports a success and the record does not show the values, they are not sent again: the
//! record is read until the write settles, and the call then fails with [`ErrorKind::NotTaken`]. If
//! nothing is missing but phones, and it shows a new phone with the same last digits for each of them,
//! the call fails at once with [`ErrorKind::SimilarPhone`].
//!
//! A new phone after a lost answer may be somebody else's, and the write may still be applied. So the record
//! is read until the write has settled, and the call then fails with [`ErrorKind::MultifieldsUnknown`].

mod ensured;
mod missing;
mod progress;
mod transport;

use std::{borrow::Borrow, pin::pin, sync::Arc};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

pub use self::ensured::Ensured;
use self::progress::{Progress, Step};
pub(crate) use self::transport::Transport;
use crate::{
    Client, Error, ErrorKind, IdFor, Outcome, Patch, PatchJob, Result,
    client::{Call, Caller, waited_for_a_record},
    many::{ItemResult, batch::PackPermit},
};

impl Client {
    /// Makes sure that a record has the values of a patch, whatever happened to earlier attempts.
    ///
    /// Reads the record first and sends only what is missing. A phone counts as present if an entry has
    /// the same digits, an email if an entry is equal ignoring case, whatever the type of the entry. If
    /// an answer is lost, the record is read again, and the values are sent again only once the lost
    /// attempt can no longer be applied:
    /// [`ClientBuilder::settle_time`](crate::ClientBuilder::settle_time) after it was given up.
    ///
    /// So it never adds a value that a read has shown, and never adds while an earlier write of this
    /// client may still be applied. Two processes that run at the same time can still each add the
    /// value.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> vibecode_runtime::Result<()> { run(async |sandbox, client| {
    /// let patch = Customer::patch().add_phone("+79169876543");
    /// // The phone is added, but the answer is lost.
    /// sandbox.fault(Fault::drop_after().on("PATCH"));
    /// let ensured = client.ensure(71, &patch).await?;
    /// assert_eq!(ensured.added().len(), 1);
    /// let writes = sandbox.requests().into_iter().filter(|request| request.method() == "PATCH");
    /// assert_eq!(writes.count(), 1);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    /// Those of [`Client::update`]; [`ErrorKind::MultifieldsUnknown`] if the list of the record's
    /// phones and emails is missing or not understood; [`ErrorKind::NotTaken`] if the API reported a
    /// success and the record still does not show the values; [`ErrorKind::SimilarPhone`] if it
    /// then shows a new phone with the same last digits instead of the one that was sent, or if the client
    /// [refuses similar phones](crate::ClientBuilder::refuse_similar_phones) and the record has one.
    pub fn ensure<P: Patch>(&self, id: impl IdFor<P>, patch: &P) -> Call<Ensured> {
        self.ensure_checked(PatchJob::new(id, patch))
    }

    /// Makes sure that a record has the values of a job, as [`Client::ensure`] does.
    ///
    /// # Errors
    /// As [`Client::ensure`].
    pub fn ensure_job(&self, job: impl Borrow<PatchJob>) -> Call<Ensured> {
        self.ensure_checked(Ok(job.borrow().clone()))
    }

    fn ensure_checked(&self, job: Result<PatchJob>) -> Call<Ensured> {
        let client = self.clone();
        Call::write(job, |job, caller| async move {
            client.enter_runtime().await?;
            let mut result = None;
            let pack = EnsurePack::join_queues(&client, &caller, vec![job]);
            let (mut permit, transport) = (PackPermit::default(), Transport::OneByOne);
            pack.send(&client, &caller, &mut permit, transport, |mut ended| {
                result = ended.pop().map(|ended| ended.result);
            })
            .await;
            result.unwrap_or_else(|| Err(not_shown(None)))
        })
    }
}

/// Up to 50 jobs that wait for the locks of their records.
pub(crate) struct EnsurePack {
    working: Vec<Progress>,
    woken: Arc<Notify>,
}

impl EnsurePack {
    /// Joins the queues of all records in one step, so that jobs on one record keep the order in which
    /// packs are made.
    pub(crate) fn join_queues(client: &Client, caller: &Caller, jobs: Vec<PatchJob>) -> Self {
        let attempts = client.shared.retries.attempts();
        let refuses_similar = client.shared.refuses_similar_phones;
        let woken = Arc::new(Notify::new());
        let targets: Vec<_> = jobs.iter().map(PatchJob::target).collect();
        let requests = client.shared.locks.join_all(&targets, caller, &woken);
        let working = jobs.into_iter().zip(requests).enumerate();
        let working = working
            .map(|(index, (job, request))| {
                let progress = Progress::new(index, job, request, attempts);
                if refuses_similar {
                    progress.refusing_similar_phones()
                } else {
                    progress
                }
            })
            .collect();
        Self { working, woken }
    }

    /// Ensures the jobs. Passes the results that are final to `done`, each with the index of its job.
    pub(crate) async fn send(
        self,
        client: &Client,
        caller: &Caller,
        permit: &mut PackPermit,
        transport: Transport,
        mut done: impl FnMut(Vec<ItemResult<Ensured>>),
    ) {
        let Self { mut working, woken } = self;
        let latest_lock = permit.latest_lock();
        loop {
            for one in &mut working {
                one.begin_if_locked();
            }
            // The lock of a record is released as soon as the record is done, even if others still
            // wait.
            let ended = working.extract_if(.., |one| one.is_done());
            let ended: Vec<_> = ended.map(Progress::finish).collect();
            if !ended.is_empty() {
                done(ended);
            }
            if working.is_empty() {
                return;
            }
            if !is_due(&working) {
                permit.release();
                if let Err(gone) = wait(&working, &woken, latest_lock, caller).await {
                    for one in &mut working {
                        one.fail(gone.clone());
                    }
                } else if Instant::now() >= latest_lock {
                    for one in working.iter_mut().filter(|one| one.is_waiting()) {
                        one.fail(waited_for_a_record());
                    }
                }
                continue;
            }
            if let Some(error) = permit.stopped() {
                for one in working.iter_mut().filter(|one| one.has_sent_nothing()) {
                    one.fail(error.clone());
                }
            }
            let now = Instant::now();
            let mut reading = pick(&mut working, |one| one.due().is_some_and(|due| due <= now));
            if reading.is_empty() {
                continue;
            }
            permit.take().await;
            transport.read(client, caller, &mut reading).await;
            let mut writing = pick(&mut working, |one| matches!(one.step, Step::Write(_)));
            if !writing.is_empty() {
                transport.write(client, caller, &mut writing).await;
            }
        }
    }
}

fn is_due(working: &[Progress]) -> bool {
    let now = Instant::now();
    let mut due = working.iter().filter_map(Progress::due);
    due.any(|due| due <= now)
}

async fn wait(
    working: &[Progress],
    woken: &Notify,
    latest_lock: Instant,
    caller: &Caller,
) -> Result<()> {
    let due = working.iter().filter_map(Progress::due).min();
    if !working.iter().any(Progress::is_waiting) {
        let due = due.unwrap_or_else(Instant::now);
        return caller.wait(pin!(sleep_until(due))).await;
    }
    let until = due.map_or(latest_lock, |due| due.min(latest_lock));
    // The loop handles both cases.
    caller
        .wait_until(until, pin!(woken.notified()))
        .await
        .map(drop)
}

fn pick(working: &mut [Progress], is_wanted: impl Fn(&Progress) -> bool) -> Vec<&mut Progress> {
    working.iter_mut().filter(|one| is_wanted(one)).collect()
}

/// The error if the record does not show what was sent: the last error, if there was one, since it says
/// more.
fn not_shown(last: Option<Error>) -> Error {
    last.unwrap_or_else(|| {
        let problem = "the record does not show the values that were sent: check that its fields exist on the portal";
        Error::new(ErrorKind::NotTaken, Outcome::Unknown, problem)
    })
}
