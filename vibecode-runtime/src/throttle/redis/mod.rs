//! A budget that several processes share through Redis.
//!
//! The rules are those of the slot log. They are implemented in scripts that run in the Redis server,
//! and use its clock.
//!
//! Each request asks the server from its own task, so that a caller that polls rarely, or never again,
//! blocks no other request of its process. The tasks of one process ask one after another.

mod store;

use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::{Cmd, Value};
use tokio::{
    runtime::Handle,
    sync::Mutex,
    task::JoinHandle,
    time::{sleep, timeout},
};

use self::store::Store;
use super::{
    Acquiring, Budget, BudgetError, Feedback, LONGEST_WAIT, Permit, believed_limit, pacing,
    queue::limit_of_zero,
    slot_log::{self, MARGIN, WINDOW},
};

const TAKE: &str = concat!(include_str!("state.lua"), include_str!("take.lua"));
const FINISH: &str = concat!(include_str!("state.lua"), include_str!("finish.lua"));

/// A request that does not end counts as ended after this time: its process was killed. It is longer
/// than the 70 s that a client waits for a write, and than the 60 s that the server works on it.
const IN_FLIGHT_AT_MOST: Duration = Duration::from_secs(150);
/// The longest time before a waiter asks again: nothing reports a slot that another process frees.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// A budget that processes and machines share: they count their requests in one Redis server. Needs the feature
/// `throttle-redis`.
///
/// ```no_run
/// use vibecode_runtime::{Client, Credentials, RedisBudget, Throttle};
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let budget = RedisBudget::new("redis://127.0.0.1:6379/0", "acme portal", 300)?;
/// let client = Client::builder(Credentials::personal("vibe_api_1"))
///     .throttle(Throttle::shared(budget))
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// The rules are those of [`Throttle::per_minute`](crate::Throttle::per_minute), with one difference:
/// requests are sent in the order of arrival within a process, but in no particular order between
/// processes.
///
/// # Requirements
///
/// - Redis 5 or later, or Valkey: a single server, not a cluster, that supports `EVAL`. The server's
///   clock is used, so the clocks of the processes do not matter. If the server's clock is set forward,
///   slots become free too early by the same amount.
/// - Two keys, `vibecode-throttle:{name}:slots` and `vibecode-throttle:{name}:state`, which expire a
///   little more than an hour after the last request. A server that evicts them, or loses them in a
///   restart, has forgotten the requests of the last minute: use `maxmemory-policy noeviction`.
///
/// # Failures
///
/// - The server cannot be reached, refuses, does not answer for 15 s, or returns a wait that makes no
///   sense: the request fails, and nothing is sent. The next request connects again.
/// - A process is killed: its slots count as in use until 210 s after its requests were sent.
/// - The end of a request is reported to the server in the background. If the report is lost, for
///   example because the runtime shuts down first, the slot becomes free after the same 210 s, and the
///   other processes do not learn what the answer said.
/// - A waiter is dropped: it gives back the slot that it may have just taken. If the connection breaks
///   at that moment, the slot becomes free after the same 210 s.
pub struct RedisBudget {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    slots_key: String,
    state_key: String,
    limit: u32,
    window: Duration,
    in_flight_at_most: Duration,
    /// Makes the members of this process unique among all processes.
    process: u64,
    asked: AtomicU64,
    /// The task that holds this lock asks the server.
    first: Mutex<()>,
    waiting: AtomicU32,
    failures: AtomicU64,
}

impl RedisBudget {
    /// Allows at most `per_minute` requests a minute for all that use the same name in the same Redis
    /// server. With 0 every request is an error.
    ///
    /// The URL is `redis://user:password@host:6379/0` or a part of it; for `rediss:` enable TLS in the
    /// crate `redis`. The name identifies what shares the limit, that is, one API key; use for example
    /// the portal's name. It can be read in Redis, so it must not be the API key itself.
    ///
    /// No connection is made yet.
    ///
    /// # Errors
    /// [`BudgetError`] if the URL cannot be used, or if the name is empty.
    pub fn new(url: &str, name: &str, per_minute: u32) -> Result<Self, BudgetError> {
        if name.is_empty() {
            return Err(BudgetError::new(
                "the budget has no name: give it one that all have who share an API key",
            ));
        }
        let shared = Shared {
            store: Store::new(url)?,
            slots_key: format!("vibecode-throttle:{{{name}}}:slots"),
            state_key: format!("vibecode-throttle:{{{name}}}:state"),
            limit: per_minute,
            window: WINDOW,
            in_flight_at_most: IN_FLIGHT_AT_MOST,
            process: RandomState::new().build_hasher().finish(),
            asked: AtomicU64::new(0),
            first: Mutex::new(()),
            waiting: AtomicU32::new(0),
            failures: AtomicU64::new(0),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Sets other times than a minute and 150 s, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn with_times(mut self, window: Duration, in_flight_at_most: Duration) -> Self {
        // Nobody else holds it before the first request.
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.window = window;
            shared.in_flight_at_most = in_flight_at_most;
        }
        self
    }

    async fn wait(&self) -> Result<Permit, BudgetError> {
        if self.shared.limit == 0 {
            return Err(limit_of_zero());
        }
        let runtime = Handle::try_current().map_err(BudgetError::no_runtime)?;
        let asking = Asking {
            shared: Arc::clone(&self.shared),
            runtime: runtime.clone(),
            member: self.shared.new_member(),
            slot: None,
            may_have_taken: false,
        };
        let mut task = AbortedOnDrop(runtime.spawn(asking.ask_in_time()));
        match (&mut task.0).await {
            Ok(asked) => Ok(asked?.into_permit()),
            Err(error) => Err(BudgetError::new(
                "the task that asks for room ended: its runtime was shut down",
            )
            .with_source(error)),
        }
    }
}

/// A task that is aborted when nobody waits for it any more.
struct AbortedOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortedOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Budget for RedisBudget {
    fn acquire(&self) -> Acquiring<'_> {
        Box::pin(self.wait())
    }
}

impl fmt::Debug for RedisBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisBudget")
            .field("slots", &self.shared.slots_key)
            .field("per_minute", &self.shared.limit)
            .finish_non_exhaustive()
    }
}

enum Availability {
    Now(Slot),
    /// Not before `wait` has passed. The API may have asked for a longer wait.
    NotBefore {
        wait: Duration,
        asked: Duration,
    },
}

struct Slot {
    used: u64,
    taken: u64,
}

impl Shared {
    async fn take(&self, member: &str) -> Result<Availability, BudgetError> {
        let (wait, used, taken, asked): (i64, u64, u64, i64) =
            self.store.run(&self.script(TAKE, member)).await?;
        match (u64::try_from(wait), u64::try_from(asked)) {
            (Ok(0), _) => Ok(Availability::Now(Slot { used, taken })),
            (Ok(wait), Ok(asked)) => Ok(Availability::NotBefore {
                wait: Duration::from_millis(wait),
                asked: Duration::from_millis(asked.max(wait)),
            }),
            _ => Err(BudgetError::new(
                "the Redis server answers with a wait below 0, so the request was not sent: is another program using the same keys?",
            )),
        }
    }

    /// Returns the least time that the last waiter of this process has to wait.
    fn wait_of_the_last(&self) -> Duration {
        let waiting = self.waiting.load(Ordering::Relaxed);
        (self.window / self.limit.max(1)).saturating_mul(waiting)
    }

    async fn finish(
        &self,
        member: &str,
        slot: Slot,
        feedback: &Feedback,
    ) -> Result<(), BudgetError> {
        let pause = feedback
            .is_rate_limited()
            .then(|| slot_log::pause_after(feedback));
        let mut command = self.script(FINISH, member);
        command
            .arg(slot.used)
            .arg(slot.taken)
            .arg(feedback.limit.map_or(-1, i64::from))
            .arg(feedback.remaining.map_or(-1, i64::from))
            .arg(milliseconds(slot_log::left_to_others(feedback)))
            .arg(pause.map_or(-1, |pause| milliseconds(pause.min(slot_log::LONGEST_PAUSE))))
            .arg(pause.map_or(-1, |pause| {
                milliseconds(pause.min(slot_log::LONGEST_ASKED_PAUSE))
            }))
            .arg(believed_limit::STATEMENTS)
            .arg(milliseconds(believed_limit::BELIEVED_FOR));
        self.store.run::<Value>(&command).await.map(drop)
    }

    async fn give_back(&self, member: &str) {
        let mut command = redis::cmd("ZREM");
        command.arg(&self.slots_key).arg(member);
        self.store.try_run(&command).await;
    }

    /// Returns a script with the arguments that both scripts begin with: see `state.lua`.
    fn script(&self, script: &str, member: &str) -> Cmd {
        let held = self.window + MARGIN;
        let kept = slot_log::LONGEST_PAUSE + self.in_flight_at_most + held;
        let mut command = redis::cmd("EVAL");
        command
            .arg(script)
            .arg(2)
            .arg(&self.slots_key)
            .arg(&self.state_key)
            .arg(member)
            .arg(self.limit)
            .arg(milliseconds(self.window))
            .arg(milliseconds(held))
            .arg(milliseconds(self.in_flight_at_most))
            .arg(pacing::BURST_OF_LIMIT)
            .arg(milliseconds(kept));
        command
    }

    fn new_member(&self) -> String {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}-{asked}", self.process)
    }
}

/// A request that asks for a slot, or holds one that it has not used yet.
struct Asking {
    shared: Arc<Shared>,
    runtime: Handle,
    member: String,
    slot: Option<Slot>,
    /// Set when the script may run although nobody waits for its answer any more.
    may_have_taken: bool,
}

impl Asking {
    /// Asks until there is a slot, for at most the longest wait.
    async fn ask_in_time(self) -> Result<Self, BudgetError> {
        let shared = Arc::clone(&self.shared);
        let known = shared.wait_of_the_last();
        if known > LONGEST_WAIT {
            return Err(BudgetError::too_long(known));
        }
        shared.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = CountedDown(&shared.waiting);
        let asked = timeout(LONGEST_WAIT, self.ask()).await;
        asked.unwrap_or_else(|_| Err(BudgetError::no_answer()))
    }

    async fn ask(mut self) -> Result<Self, BudgetError> {
        let shared = Arc::clone(&self.shared);
        let failures = shared.failures.load(Ordering::Relaxed);
        let _first = shared.first.lock().await;
        if shared.failures.load(Ordering::Relaxed) != failures {
            return Err(store::failed("has just failed for another request"));
        }
        loop {
            self.may_have_taken = true;
            let availability = shared.take(&self.member).await;
            match availability
                .inspect_err(|_| _ = shared.failures.fetch_add(1, Ordering::Relaxed))?
            {
                Availability::NotBefore { wait, asked } if wait > LONGEST_WAIT => {
                    self.may_have_taken = false;
                    return Err(BudgetError::too_long(asked));
                }
                Availability::NotBefore { wait, .. } => {
                    self.may_have_taken = false;
                    sleep(wait.min(ASK_AGAIN)).await;
                }
                Availability::Now(slot) => {
                    self.slot = Some(slot);
                    return Ok(self);
                }
            }
        }
    }

    fn into_permit(mut self) -> Permit {
        let shared = Arc::clone(&self.shared);
        let (runtime, member) = (self.runtime.clone(), self.member.clone());
        let slot = self.slot.take();
        self.may_have_taken = false;
        Permit::new(move |feedback| {
            runtime.spawn(async move {
                if let Some(slot) = slot {
                    // Nobody waits for this. If it is lost, the slot expires.
                    let _ignored = shared.finish(&member, slot, &feedback).await;
                }
            });
        })
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if self.may_have_taken {
            let (shared, member) = (Arc::clone(&self.shared), std::mem::take(&mut self.member));
            // On the same connection it runs after the question.
            self.runtime
                .spawn(async move { shared.give_back(&member).await });
        }
    }
}

/// Counts one waiter until it is dropped.
struct CountedDown<'a>(&'a AtomicU32);

impl Drop for CountedDown<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Rounds up, so that a slot is never free too early.
fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_errors_nor_debug_show_the_password() {
        let url = "redis://user:secret@127.0.0.1:6379/0";
        let budget = RedisBudget::new(url, "portal", 300).unwrap();
        assert!(!format!("{budget:?}").contains("secret"));
        for url in [
            "http://user:secret@host",
            "rediss://user:secret@host",
            "user:secret",
            "redis://user:secret@host/secret",
        ] {
            let error = RedisBudget::new(url, "portal", 300).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{url}");
        }
    }

    #[tokio::test]
    async fn an_unreachable_store_is_an_error_that_shows_no_password() {
        // A port of this machine that was free a moment ago.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let url = format!("redis://user:secret@127.0.0.1:{port}");
        let budget = RedisBudget::new(&url, "portal", 300).unwrap();
        let error = budget.acquire().await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("cannot be reached"), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }

    /// A server that takes connections, and never answers.
    #[tokio::test(start_paused = true)]
    async fn a_store_that_hangs_fails_all_that_wait_for_it_together() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", server.local_addr().unwrap());
        let silent = tokio::spawn(async move {
            let mut connections = Vec::new();
            while let Ok(connection) = server.accept().await {
                connections.push(connection);
            }
        });
        let budget = RedisBudget::new(&url, "portal", 300).unwrap();
        let start = tokio::time::Instant::now();
        let mut waiting = tokio::task::JoinSet::new();
        let budget = Arc::new(budget);
        for _ in 0..50 {
            let budget = Arc::clone(&budget);
            waiting.spawn(async move { budget.acquire().await.is_err() });
        }
        assert!(waiting.join_all().await.into_iter().all(|failed| failed));
        assert!(start.elapsed() <= store::TIMEOUT, "{:?}", start.elapsed());
        silent.abort();
    }

    #[tokio::test]
    async fn a_request_behind_more_than_a_quarter_of_an_hour_of_others_fails_at_once() {
        let budget = RedisBudget::new("redis://127.0.0.1:1", "portal", 300).unwrap();
        budget.shared.waiting.store(4_501, Ordering::Relaxed);
        let error = budget.acquire().await.unwrap_err();
        assert!(error.retry_after().unwrap() > LONGEST_WAIT);
        assert_eq!(budget.shared.waiting.load(Ordering::Relaxed), 4_501);
    }

    #[test]
    fn a_budget_without_a_name_is_refused() {
        assert!(RedisBudget::new("redis://127.0.0.1", "", 300).is_err());
    }

    #[tokio::test]
    async fn a_limit_of_zero_is_an_error() {
        let budget = RedisBudget::new("redis://127.0.0.1", "portal", 0).unwrap();
        assert!(budget.acquire().await.is_err());
    }
}
