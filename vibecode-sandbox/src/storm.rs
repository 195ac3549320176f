//! Faults at random, the same in every run.

use std::time::Duration;

use crate::{Fault, call::Call, route::Route};

/// Faults at random: every request of an entity's route draws from a seeded generator, in the order
/// in which the requests come in, so that a run with a paused clock can be repeated.
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
/// // A client holds out, and then:
/// sandbox.calm();
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a storm does nothing until a sandbox is given it"]
pub struct Storm {
    seed: u64,
    probability: f64,
    faults: Vec<Fault>,
}

/// How often a request is hit, where nothing is said.
const PROBABILITY: f64 = 0.3;

impl Storm {
    /// Three requests in ten are hit, by any fault but [`Fault::hang`] and [`Fault::hang_after`],
    /// which never end, [`Fault::oversized`], [`Fault::error`], and those inside a batch. A late
    /// write comes 5 seconds after, a delayed answer 2, a 429 asks for 1.
    ///
    /// The 17 MiB of an oversized answer are left out because their way through the kernel takes a
    /// time of its own: beside other requests of the moment, no two runs are then the same.
    ///
    /// ```
    /// use vibecode_sandbox::{Sandbox, Storm};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.storm(Storm::seeded(7));
    /// # }
    /// ```
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            probability: PROBABILITY,
            faults: default_faults(),
        }
    }

    /// How likely a request is hit, from 0 to 1.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.storm(Storm::seeded(7).probability(0.0));
    /// for _ in 0..3 {
    ///     send(&sandbox, "GET contacts/71", json!({})).await;
    /// }
    /// let hit: Vec<_> = sandbox.requests().iter().filter_map(|it| Some(it.fault()?.name())).collect();
    /// assert!(hit.is_empty());
    /// # }
    /// ```
    pub fn probability(self, probability: f64) -> Self {
        Self {
            probability,
            ..self
        }
    }

    /// Takes these faults in place of the default ones, each as likely as the others; one that is
    /// named twice is twice as likely. A request that draws a fault for other requests, as of
    /// [`Fault::on`], goes unharmed.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.storm(Storm::seeded(7).probability(1.0).faults([Fault::server_error()]));
    /// for _ in 0..2 {
    ///     send(&sandbox, "GET contacts/71", json!({})).await;
    /// }
    /// let hit: Vec<_> = sandbox.requests().iter().filter_map(|it| Some(it.fault()?.name())).collect();
    /// assert_eq!(hit, ["server_error", "server_error"]);
    /// # }
    /// ```
    pub fn faults(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        let faults = faults.into_iter().collect();
        Self { faults, ..self }
    }

    /// Adds these faults to those so far.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.storm(Storm::seeded(7).probability(1.0).faults([]).also([Fault::drop_before()]));
    /// for _ in 0..1 {
    ///     send(&sandbox, "GET contacts/71", json!({})).await;
    /// }
    /// let hit: Vec<_> = sandbox.requests().iter().filter_map(|it| Some(it.fault()?.name())).collect();
    /// assert_eq!(hit, ["drop_before"]);
    /// # }
    /// ```
    pub fn also(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    pub(crate) fn begin(self) -> Gale {
        Gale {
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

/// A storm that goes on.
#[derive(Debug)]
pub(crate) struct Gale {
    storm: Storm,
    state: u64,
}

impl Gale {
    /// The fault that hits this request, if one does. Every request draws twice, so that the
    /// probability does not change which faults there are.
    pub(crate) fn draw(&mut self, call: &Call, route: Route) -> Option<Fault> {
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
        fault.concerns(call, route).then(|| fault.clone())
    }

    /// `SplitMix64`, of which the upper half is taken.
    fn next(&mut self) -> u32 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        u32::try_from(mixed >> 32).unwrap_or_default()
    }
}
