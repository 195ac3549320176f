//! A budget that processes share in Redis.
//!
//! The rules are those of the slot log, in scripts that run in the store, by its clock.

mod store;

use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::{Cmd, Value};
use tokio::{runtime::Handle, time::sleep};

use self::store::Store;
use super::{
    Acquiring, Budget, BudgetError, Feedback, Permit, pacing,
    queue::nothing_may_leave,
    slot_log::{self, MARGIN, WINDOW},
};

const TAKE: &str = concat!(include_str!("state.lua"), include_str!("take.lua"));
const FINISH: &str = concat!(include_str!("state.lua"), include_str!("finish.lua"));

/// A request is taken to be over after so long, if nobody says so: its process was killed. It is
/// more than the 70 s that a client waits for a write, and than the 60 s that the server works on it.
const IN_FLIGHT_AT_MOST: Duration = Duration::from_secs(150);
/// Who waits asks again after so long at the latest: nobody tells it when another process has given
/// a slot back.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// A budget that processes and machines share: they count their requests in one Redis server.
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
/// The rules are those of [`Throttle::per_minute`](crate::Throttle::per_minute), with one
/// difference: within a process who waits first leaves first, between processes there is no order.
///
/// # What it needs
///
/// - Redis 5 or later, or Valkey: one server, not a cluster, that takes `EVAL`. Time is the store's
///   own, so the clocks of the processes do not matter; where the store's clock is set forward, slots
///   are free too early by as much.
/// - Two keys, `vibecode-throttle:{name}:slots` and `vibecode-throttle:{name}:state`, which expire by
///   themselves a quarter of an hour after the last request. A store that evicts them, or loses them in a
///   restart, has forgotten the requests of the last minute: use `maxmemory-policy noeviction`.
///
/// # When something fails
///
/// - The store cannot be reached, or refuses: an error, and nothing is sent. The next request
///   connects again.
/// - A process is killed: its slots are free 210 s after its requests left, and until then they
///   count.
/// - The end of a request is told to the store in the background. Where that is lost, as when the
///   runtime shuts down first, the slot is free after the same 210 s, and what the answer told is
///   not known to the others.
/// - A waiter that is dropped gives back what it may have taken in that moment. Where the connection
///   breaks in that moment, the slot is free after the same 210 s.
pub struct RedisBudget {
    shared: Arc<Shared>,
    /// Whoever has this is the first of this process.
    first: tokio::sync::Mutex<()>,
}

/// What permits keep hold of.
struct Shared {
    store: Store,
    slots_key: String,
    state_key: String,
    limit: u32,
    window: Duration,
    in_flight_at_most: Duration,
    /// Makes members that no other process makes.
    process: u64,
    asked: AtomicU64,
}

impl RedisBudget {
    /// At most so many requests a minute for all that use the same name in the same store. With 0
    /// every request is an error.
    ///
    /// The URL is `redis://user:password@host:6379/0` or a part of it; for `rediss:` enable TLS in
    /// the crate `redis`. The name is what those share who share an API key, such as the portal's.
    /// It can be read in Redis, so it must not be the API key itself.
    ///
    /// Nothing is connected yet.
    ///
    /// ```
    /// use vibecode_runtime::RedisBudget;
    ///
    /// assert!(RedisBudget::new("redis://127.0.0.1:6379/0", "acme portal", 300).is_ok());
    /// assert!(RedisBudget::new("redis://127.0.0.1:6379/0", "", 300).is_err());
    /// assert!(RedisBudget::new("127.0.0.1 6379", "acme portal", 300).is_err());
    /// ```
    ///
    /// # Errors
    /// [`BudgetError`] where the URL cannot be used, or the name is empty.
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
        };
        Ok(Self {
            shared: Arc::new(shared),
            first: tokio::sync::Mutex::new(()),
        })
    }

    /// Other times than a minute and 150 s, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn with_times(mut self, window: Duration, in_flight_at_most: Duration) -> Self {
        // Nobody else has it before the first request.
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.window = window;
            shared.in_flight_at_most = in_flight_at_most;
        }
        self
    }

    async fn wait(&self) -> Result<Permit, BudgetError> {
        if self.shared.limit == 0 {
            return Err(nothing_may_leave());
        }
        let runtime = Handle::try_current()
            .map_err(|error| BudgetError::new("no tokio runtime runs").with_source(error))?;
        let _first = self.first.lock().await;
        let mut asking = Asking {
            shared: Arc::clone(&self.shared),
            runtime,
            member: self.shared.new_member(),
            may_have_taken: true,
        };
        loop {
            match self.shared.take(&asking.member).await? {
                Turn::NotBefore(wait) => sleep(wait.min(ASK_AGAIN)).await,
                Turn::Now(slot) => {
                    asking.may_have_taken = false;
                    return Ok(asking.permit(slot));
                }
            }
        }
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

/// May a request leave?
enum Turn {
    Now(Slot),
    /// Not for so long.
    NotBefore(Duration),
}

/// What a request took: as in the slot log of one process.
struct Slot {
    used: u64,
    taken: u64,
}

impl Shared {
    async fn take(&self, member: &str) -> Result<Turn, BudgetError> {
        let (wait, used, taken): (u64, u64, u64) =
            self.store.run(&self.script(TAKE, member)).await?;
        Ok(match wait {
            0 => Turn::Now(Slot { used, taken }),
            wait => Turn::NotBefore(Duration::from_millis(wait)),
        })
    }

    async fn finish(
        &self,
        member: &str,
        slot: Slot,
        feedback: &Feedback,
    ) -> Result<(), BudgetError> {
        let closed = feedback
            .is_rate_limited()
            .then(|| slot_log::closed(feedback));
        let mut command = self.script(FINISH, member);
        command
            .arg(slot.used)
            .arg(slot.taken)
            .arg(feedback.limit.map_or(-1, i64::from))
            .arg(feedback.remaining.map_or(-1, i64::from))
            .arg(milliseconds(slot_log::left_to_others(feedback)))
            .arg(closed.map_or(-1, milliseconds));
        self.store.run::<Value>(&command).await.map(drop)
    }

    async fn give_back(&self, member: &str) {
        let mut command = redis::cmd("ZREM");
        command.arg(&self.slots_key).arg(member);
        self.store.try_run(&command).await;
    }

    /// A script with what both begin with: see `state.lua`.
    fn script(&self, script: &str, member: &str) -> Cmd {
        let held = self.window + MARGIN;
        let kept = slot_log::CLOSED_AT_MOST + self.in_flight_at_most + held;
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

/// A question under way. Dropped before its answer is there, the script may run all the same.
struct Asking {
    shared: Arc<Shared>,
    runtime: Handle,
    member: String,
    may_have_taken: bool,
}

impl Asking {
    fn permit(&self, slot: Slot) -> Permit {
        let shared = Arc::clone(&self.shared);
        let (runtime, member) = (self.runtime.clone(), self.member.clone());
        Permit::new(move |feedback| {
            runtime.spawn(async move {
                // Nobody waits for this any more. Where it is lost, the slot expires by itself.
                let _ignored = shared.finish(&member, slot, &feedback).await;
            });
        })
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if self.may_have_taken {
            let (shared, member) = (Arc::clone(&self.shared), std::mem::take(&mut self.member));
            // On the same connection it is run after the question.
            self.runtime
                .spawn(async move { shared.give_back(&member).await });
        }
    }
}

/// Rounded up: a slot is never free too early.
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
