//! Faults of single calls of a batch.

use std::time::Duration;

use crate::wire::{Failure, RetryAfter};

/// A fault of one call of a batch, for [`Fault::in_batch`](crate::Fault::in_batch).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # let sandbox = Sandbox::start().await;
/// sandbox.fault(Fault::in_batch([(0, CallFault::error("ACCESS_DENIED"))]));
/// let update = json!({ "id": "a", "entity": "contacts", "action": "update", "entityId": 71,
///     "params": { "post": "Director" } });
/// let answer = send(&sandbox, "POST batch", json!({ "calls": [update] })).await.expect("an answer").1;
/// assert_eq!(answer["data"]["errors"]["a"]["code"], "ACCESS_DENIED");
/// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a fault of a call does nothing until it is passed to `Fault::in_batch`"]
pub struct CallFault {
    effect: CallEffect,
    applies: bool,
}

#[derive(Debug, Clone)]
enum CallEffect {
    Fail(Failure),
    Missing,
}

impl CallFault {
    /// Puts `RATE_LIMITED` with `retryAfter` among the errors. The call is not applied.
    pub fn rate_limited(retry_after: Duration) -> Self {
        Self::failing(Failure::rate_limited(RetryAfter::Seconds(retry_after)))
    }

    /// Puts an error with this code among the errors. The call is not applied.
    pub fn error(code: &'static str) -> Self {
        Self::failing(Failure::injected(code))
    }

    /// Answers neither a result nor an error for the call. The call is applied.
    pub fn missing() -> Self {
        Self {
            effect: CallEffect::Missing,
            applies: true,
        }
    }

    fn failing(failure: Failure) -> Self {
        Self {
            effect: CallEffect::Fail(failure),
            applies: false,
        }
    }

    /// Applies the call despite the fault.
    pub fn applied(self) -> Self {
        Self {
            applies: true,
            ..self
        }
    }

    /// Does not apply the call.
    pub fn not_applied(self) -> Self {
        Self {
            applies: false,
            ..self
        }
    }

    pub(crate) fn applies(&self) -> bool {
        self.applies
    }

    /// Returns the error of the call; `None` if the call has no answer.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        match &self.effect {
            CallEffect::Fail(failure) => Some(failure),
            CallEffect::Missing => None,
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct BatchFaults {
    /// The faulty calls, by index.
    pub(crate) calls: Vec<(usize, CallFault)>,
    /// How many calls are carried out before the batch ends; `None` for all.
    pub(crate) carried_out: Option<usize>,
}

impl BatchFaults {
    pub(crate) fn of_call(&self, index: usize) -> Option<&CallFault> {
        let mut calls = self.calls.iter();
        let faulty = calls.find(|(at, _)| *at == index);
        faulty.map(|(_, fault)| fault)
    }
}
