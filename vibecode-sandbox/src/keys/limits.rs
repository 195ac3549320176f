//! Request limits: per key and minute (grade D), and per portal and second (grade O; `Retry-After` is
//! grade D).

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use http::{HeaderMap, HeaderName};
use tokio::time::Instant;

use crate::wire::{Failure, RetryAfter, wall_clock};

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The minute in which the requests of a key are counted.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let sandbox = Sandbox::builder().rate_limit(300).rate_limit_window(Window::Fixed).start().await;
/// # assert!(send(&sandbox, "GET me", json!({})).await.is_some());
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// The last 60 seconds.
    #[default]
    Sliding,
    /// Consecutive minutes, starting when the sandbox starts.
    Fixed,
}

/// What `X-RateLimit-Reset` says, which is not documented: when a slot is free again in a
/// [sliding](Window::Sliding) window, or when the next [fixed](Window::Fixed) window begins.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let sandbox = Sandbox::builder().rate_limit(300).rate_limit_reset(ResetUnit::UnixTime).start().await;
/// # assert!(send(&sandbox, "GET me", json!({})).await.is_some());
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResetUnit {
    /// The seconds until then.
    #[default]
    Seconds,
    /// The time, in seconds since 1970 by the wall clock.
    UnixTime,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quota {
    pub(crate) per_minute: Option<u32>,
    pub(crate) per_second: Option<u32>,
    pub(crate) window: Window,
    pub(crate) reset_unit: ResetUnit,
}

/// The requests counted so far.
#[derive(Debug)]
pub(crate) struct Limits {
    quota: Quota,
    started: Instant,
    by_key: HashMap<String, Slots>,
    portal: Slots,
}

impl Limits {
    pub(crate) fn new(quota: Quota) -> Self {
        Self {
            quota,
            started: Instant::now(),
            by_key: HashMap::new(),
            portal: Slots::default(),
        }
    }

    /// Counts a request of this key, or refuses it. A refused request does not count.
    pub(crate) fn count_for_key(&mut self, key: &str) -> Result<(), Failure> {
        let Some(limit) = self.quota.per_minute else {
            return Ok(());
        };
        let now = Instant::now();
        let free_at = self.free_at(now);
        let slots = self.by_key.entry(key.to_owned()).or_default();
        if slots.take(limit, now, free_at) {
            return Ok(());
        }
        let wait = RetryAfter::Seconds(slots.wait(now));
        Err(Failure::rate_limited(wait))
    }

    /// Counts a request to the portal, or refuses it.
    pub(crate) fn count_for_portal(&mut self) -> Result<(), Failure> {
        let Some(limit) = self.quota.per_second else {
            return Ok(());
        };
        let now = Instant::now();
        if self.portal.take(limit, now, now + SECOND) {
            return Ok(());
        }
        let message = "The portal accepts no more requests in this second";
        Err(Failure::new("BITRIX_UNAVAILABLE", message))
    }

    /// Adds the headers that describe the remaining limit of this key.
    pub(crate) fn add_headers(&self, key: &str, headers: &mut HeaderMap) {
        let Some((limit, slots)) = self.quota.per_minute.zip(self.by_key.get(key)) else {
            return;
        };
        let now = Instant::now();
        let wait = slots.wait(now);
        let reset = match self.quota.reset_unit {
            ResetUnit::Seconds => wall_clock::whole_seconds(wait),
            ResetUnit::UnixTime => wall_clock::unix_time_in(wait),
        };
        headers.insert(LIMIT, limit.into());
        headers.insert(
            REMAINING,
            count(limit).saturating_sub(slots.count(now)).into(),
        );
        headers.insert(RESET, reset.into());
    }

    /// Returns when a slot taken now is free again.
    fn free_at(&self, now: Instant) -> Instant {
        let into_window = match self.quota.window {
            Window::Sliding => Duration::ZERO,
            Window::Fixed => {
                let passed = now.duration_since(self.started);
                let seconds = Duration::from_secs(passed.as_secs() % MINUTE.as_secs());
                seconds + Duration::from_nanos(passed.subsec_nanos().into())
            }
        };
        now + MINUTE.saturating_sub(into_window)
    }
}

/// When the taken slots are free again, the earliest first.
#[derive(Debug, Default)]
struct Slots(VecDeque<Instant>);

impl Slots {
    /// Takes a slot if fewer than `limit` are taken.
    fn take(&mut self, limit: u32, now: Instant, free_at: Instant) -> bool {
        let free = self.0.partition_point(|free_at| *free_at <= now);
        self.0.drain(..free);
        let is_free = self.0.len() < count(limit);
        if is_free {
            self.0.push_back(free_at);
        }
        is_free
    }

    fn count(&self, now: Instant) -> usize {
        self.0.len() - self.0.partition_point(|free_at| *free_at <= now)
    }

    /// Returns how long it takes until the first slot is free.
    fn wait(&self, now: Instant) -> Duration {
        let mut taken = self.0.iter().filter(|free_at| **free_at > now);
        let next = taken.next();
        next.map_or(Duration::ZERO, |free_at| free_at.duration_since(now))
    }
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
