//! Random faults, the same in every run.

use std::time::Duration;

use super::Fault;
use crate::wire::{Request, Route};

/// Random faults, the same in every run. Every request to an entity's route draws from a seeded
/// generator, in the order in which the requests arrive, so that a run with a paused clock can be
/// repeated.
///
/// ```
/// use vibecode_sandbox::{Fault, Sandbox, Storm};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let sandbox = Sandbox::start().await;
/// sandbox.storm(Storm::seeded(7).probability(0.5).faults([
///     Fault::drop_before(),
///     Fault::drop_after(),
///     Fault::bad_gateway_html().on("PATCH"),
/// ]));
/// // Run your client, then end the storm:
/// sandbox.calm();
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a storm does nothing until it is passed to a sandbox"]
pub struct Storm {
    seed: u64,
    probability: f64,
    faults: Vec<Fault>,
}

/// The default probability that a request is hit.
const PROBABILITY: f64 = 0.3;

impl Storm {
    /// Creates a storm that hits three requests in ten, with any fault except [`Fault::hang`] and
    /// [`Fault::hang_after`], which never end, [`Fault::oversized`], [`Fault::error`], and those
    /// inside a batch. A late write is applied after 5 seconds, a delayed answer comes after 2, and
    /// a 429 has a `retryAfter` of 1.
    ///
    /// Oversized answers are left out because their 17 MiB take real time in the kernel: with
    /// concurrent requests, no two runs would be the same.
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            probability: PROBABILITY,
            faults: default_faults(),
        }
    }

    /// Sets the probability that a request is hit, from 0 to 1.
    pub fn probability(self, probability: f64) -> Self {
        Self {
            probability,
            ..self
        }
    }

    /// Replaces the default faults with these, all equally likely; a fault that is listed twice is
    /// twice as likely. If a request draws a fault that does not apply to it, for example because
    /// of [`Fault::on`], it is not hit.
    pub fn faults(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        let faults = faults.into_iter().collect();
        Self { faults, ..self }
    }

    /// Adds these faults to the current ones.
    pub fn also(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    pub(crate) fn start(self) -> RunningStorm {
        RunningStorm {
            state: self.seed,
            storm: self,
        }
    }
}

fn default_faults() -> Vec<Fault> {
    vec![
        Fault::drop_before(),
        Fault::drop_after(),
        Fault::late(Duration::from_secs(5)),
        Fault::reset_before(),
        Fault::reset_after(),
        Fault::delay(Duration::from_secs(2)),
        Fault::trickle(Duration::from_millis(1)),
        Fault::rate_limited(Duration::from_secs(1)),
        Fault::rate_limited_until(Duration::from_secs(1)),
        Fault::query_limit_exceeded(),
        Fault::unavailable_html(),
        Fault::bad_gateway(),
        Fault::bad_gateway_html(),
        Fault::queue_timeout(),
        Fault::server_error(),
        Fault::overload_limit(),
        Fault::no_content(),
        Fault::cut_off(),
        Fault::cut_off_chunked(),
        Fault::garbage(),
        Fault::html(),
        Fault::another_record(),
        Fault::success_false(),
    ]
}

/// A storm in progress.
#[derive(Debug)]
pub(crate) struct RunningStorm {
    storm: Storm,
    state: u64,
}

impl RunningStorm {
    /// Returns the fault that hits this request, if any. Every request draws twice, so that the
    /// probability does not change which faults are drawn.
    pub(crate) fn draw(&mut self, request: &Request, route: Route) -> Option<Fault> {
        let chance = f64::from(self.next()) / (f64::from(u32::MAX) + 1.0);
        let pick = usize::try_from(self.next()).unwrap_or_default();
        let Storm {
            probability,
            faults,
            ..
        } = &self.storm;
        if chance >= *probability {
            return None;
        }
        let fault = faults.get(pick.checked_rem(faults.len())?)?;
        fault.matches(request, route).then(|| fault.clone())
    }

    /// `SplitMix64`, of which the upper half is used.
    fn next(&mut self) -> u32 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        u32::try_from(mixed >> 32).unwrap_or_default()
    }
}
