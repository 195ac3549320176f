//! Broken and slow connections.

use std::time::Duration;

use super::{Close, Effect, Fault};

impl Fault {
    /// Reads the request and closes the connection. The write is not applied.
    pub fn drop_before() -> Self {
        Self::new("drop_before", Effect::Close(Close::Properly))
    }

    /// Carries the request out and closes the connection without an answer.
    pub fn drop_after() -> Self {
        Self::drop_before().applied().named("drop_after")
    }

    /// Closes the connection immediately and carries the request out after `delay`, by tokio's
    /// clock, as a portal with a queue does. Dropping the sandbox before that prevents it.
    pub fn late(delay: Duration) -> Self {
        Self::new("late", Effect::Late(delay))
    }

    /// Like [`Fault::drop_before`], but with a reset (RST). The write is not applied.
    pub fn reset_before() -> Self {
        Self::new("reset_before", Effect::Close(Close::ByReset))
    }

    /// Like [`Fault::drop_after`], but with a reset (RST).
    pub fn reset_after() -> Self {
        Self::reset_before().applied().named("reset_after")
    }

    /// Carries the request out and answers properly after `delay`.
    pub fn delay(delay: Duration) -> Self {
        Self::new("delay", Effect::Delay(delay)).applied()
    }

    /// Never answers: the connection stays open until the client closes it. The write is not
    /// applied.
    pub fn hang() -> Self {
        Self::new("hang", Effect::Close(Close::ByClient))
    }

    /// Carries the request out and never answers.
    pub fn hang_after() -> Self {
        Self::hang().applied().named("hang_after")
    }

    /// Carries the request out and answers 16 bytes at a time, with this pause in between.
    pub fn trickle(pause: Duration) -> Self {
        Self::new("trickle", Effect::Trickle(pause)).applied()
    }
}
