//! Callers of every kind against a world in which everything takes time and may fail.
//!
//! A schedule is a plan of calls and the rules of a world, both generated from a seed, and run in virtual
//! time. The promises are then checked against the world's ledger.
//!
//! ```text
//! cargo test -p vibecode-tests --test simulation                        # some schedules of every scenario
//! cargo test -p vibecode-tests --test simulation -- --exact late        # of one
//! SCHEDULES=100000 cargo test --release -p vibecode-tests --test simulation -- --ignored --nocapture all_of_them
//! SCENARIO=late,stale SCHEDULES=2000 cargo test … all_of_them
//! SCENARIO=late SEED=17 cargo test … all_of_them                        # one, with its timeline
//! FIRST=late UNTIL_BROKEN=1 cargo test … all_of_them                    # these first, to the first failure
//! ```
#![cfg(test)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::format_push_string,
    reason = "what fails here is a test"
)]

mod check;
mod checks_can_fail;
mod drive;
mod edition;
mod maker;
mod names;
mod plan;
mod report;
mod scenarios;

use report::{one, some};
use scenarios::SCENARIOS;

macro_rules! scenarios {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                some(stringify!($name));
            }
        )*

        /// The tests above are the scenarios there are.
        #[test]
        fn every_scenario_is_a_test() {
            let tests = [$(stringify!($name)),*];
            let missing: Vec<_> = SCENARIOS.iter().filter(|scenario| !tests.contains(&scenario.name)).map(|scenario| scenario.name).collect();
            assert!(missing.is_empty() && tests.len() == SCENARIOS.len(), "not among the tests: {missing:?}");
        }
    };
}

scenarios! {
    lost late deadlines names stale slow_reads pages codes sessions renewals shapes alone letters formats national believed repeats batches long_batches bulk jobs
    limits quota budgets neglect crowds lists uploads cached hidden creates held_back everything calm
}

/// Runs `SCHEDULES` schedules of the scenarios that `SCENARIO` names, or of all; only one if `SEED` is set.
#[test]
#[ignore = "takes as long as SCHEDULES says"]
fn all_of_them() {
    report::all();
}

/// Scenarios that depend on more than the seed: on when the kernel accepts a part of a body, and on the
/// order in which tokio wakes the calls that wait for one session.
const NOT_REPEATABLE: &[&str] = &["uploads", "sessions"];

/// The same seed produces the same run, to the millisecond.
#[test]
fn a_seed_repeats_a_run() {
    for scenario in SCENARIOS
        .iter()
        .filter(|scenario| !NOT_REPEATABLE.contains(&scenario.name))
    {
        for seed in 0..2 {
            let (first, second) = (one(scenario, seed), one(scenario, seed));
            assert_eq!(
                first.timeline, second.timeline,
                "SCENARIO={} SEED={seed}",
                scenario.name
            );
        }
    }
}
