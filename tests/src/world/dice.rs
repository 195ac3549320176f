//! Seeded random numbers.

use std::time::Duration;

/// A seeded source of random numbers.
#[derive(Clone, Debug)]
pub struct Dice(fastrand::Rng);

impl Dice {
    /// Returns the dice of one stream of a seed: the draws of one request do not affect those of another.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03),
        );
        rng.u64(..);
        Self(rng)
    }

    /// Returns true with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.0.f64() < probability
    }

    /// Returns a number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.usize(..limit.max(1))
    }

    /// Returns any number.
    pub fn number(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// Returns a time up to a limit, in whole milliseconds.
    pub fn up_to(&mut self, limit: Duration) -> Duration {
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX - 1);
        Duration::from_millis(self.0.u64(..=limit))
    }

    /// Returns a time up to a limit, often just below it, since faults show near the bounds.
    pub fn reach(&mut self, limit: Duration) -> Duration {
        if self.chance(0.3) {
            self.between(limit / 32 * 31, limit)
        } else {
            self.up_to(limit)
        }
    }

    /// Returns a time between two.
    pub fn between(&mut self, low: Duration, high: Duration) -> Duration {
        low + self.up_to(high.saturating_sub(low))
    }

    /// Returns one of some values, each with a probability in proportion to its weight.
    ///
    /// # Panics
    /// If no value is given.
    pub fn weighted<'a, T>(&mut self, things: &'a [(u32, T)]) -> &'a T {
        let total: u32 = things.iter().map(|(weight, _)| weight).sum();
        let mut drawn = self.0.u32(..total.max(1));
        for (weight, thing) in things {
            if drawn < *weight {
                return thing;
            }
            drawn -= weight;
        }
        &things.last().expect("something to choose from").1
    }

    /// Returns one of some values, all with the same probability.
    ///
    /// # Panics
    /// If no value is given.
    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }
}
