//! Runs schedules, counts, and prints the ones that fail.

use std::{
    collections::BTreeMap,
    env,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use vibecode_tests::world::Dice;

use super::{
    check::{self, Broken},
    drive,
    scenarios::{SCENARIOS, Scenario},
};

/// The result of a schedule.
pub(crate) struct Ran {
    pub(crate) broken: Vec<Broken>,
    pub(crate) timeline: String,
    pub(crate) requests: usize,
}

/// Runs one schedule.
pub(crate) fn one(scenario: &Scenario, seed: u64) -> Ran {
    let (plan, rules) = (scenario.draw)(&mut Dice::new(seed, 1));
    let outcome = drive::run(plan, rules, seed);
    Ran {
        broken: check::broken(&outcome),
        timeline: outcome.ledger.timeline(&[]),
        requests: outcome.ledger.seen.len(),
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The number of schedules in the test of one scenario.
const FEW: u64 = 60;

/// The last lines of a timeline.
fn tail(timeline: &str, lines: usize) -> String {
    let all: Vec<&str> = timeline.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// The test of one scenario.
pub(crate) fn some(name: &str) {
    let scenario = SCENARIOS
        .iter()
        .find(|scenario| scenario.name == name)
        .expect("a scenario");
    let schedules = number("SCHEDULES").unwrap_or(FEW / scenario.cost);
    let found = Found::default();
    for seed in 0..schedules {
        found.add(scenario, seed);
    }
    found.fail();
}

/// Many schedules, on all cores, with a line of progress.
pub(crate) fn all() {
    let named = env::var("SCENARIO").unwrap_or_default();
    let chosen: Vec<&Scenario> = SCENARIOS
        .iter()
        .filter(|scenario| named.is_empty() || named.split(',').any(|name| name == scenario.name))
        .collect();
    assert!(!chosen.is_empty(), "SCENARIO={named} names none");
    if let Some(seed) = number("SEED") {
        for scenario in chosen {
            let ran = one(scenario, seed);
            eprintln!("SCENARIO={} SEED={seed}\n{}", scenario.name, ran.timeline);
            for (promise, how) in &ran.broken {
                eprintln!("BROKEN {promise}: {how}");
            }
            assert!(
                ran.broken.is_empty(),
                "SCENARIO={} SEED={seed}",
                scenario.name
            );
        }
        return;
    }
    let first = env::var("FIRST").unwrap_or_default();
    let queue = queue(&chosen, &first, number("SCHEDULES").unwrap_or(1_000));
    let stops = env::var_os("UNTIL_BROKEN").is_some();
    let next = AtomicU64::new(0);
    let last = AtomicU64::new(u64::MAX);
    let found = Found::default();
    let began = Instant::now();
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let position = next.fetch_add(1, Relaxed);
                    let scheduled = usize::try_from(position).ok();
                    let Some((scenario, seed)) = scheduled
                        .and_then(|scheduled| queue.get(scheduled))
                        .filter(|_| position < last.load(Relaxed))
                    else {
                        break;
                    };
                    if let Some(line) = found.add(scenario, *seed)
                        && stops
                    {
                        // What comes before it in the queue is under way or over, so the first that
                        // breaks a promise does not depend on the number of threads.
                        last.fetch_min(position, Relaxed);
                        found.note_first(position, line);
                    }
                    if position % 500 == 499 {
                        let line = found.line();
                        eprintln!(
                            "{} of {} schedules, {line}, {:.0?}",
                            position + 1,
                            queue.len(),
                            began.elapsed()
                        );
                    }
                }
            });
        }
    });
    if let Some((position, line)) = found.first() {
        panic!("broken by schedule {}: {line}", position + 1);
    }
    eprintln!(
        "{} schedules, {}, {:.0?}",
        queue.len(),
        found.line(),
        began.elapsed()
    );
    found.fail();
}

/// The schedules of these scenarios, each by its share and the smallest seeds first; those of the
/// scenarios that `first` names come before all others.
fn queue(chosen: &[&'static Scenario], first: &str, count: u64) -> Vec<(&'static Scenario, u64)> {
    let weights: u64 = chosen.iter().map(|scenario| 12 / scenario.cost).sum();
    let mut queue = Vec::new();
    for scenario in chosen {
        let share = (count * (12 / scenario.cost)).div_ceil(weights.max(1));
        queue.extend((0..share).map(|seed| (*scenario, seed)));
    }
    queue.sort_by_key(|(scenario, seed)| {
        let is_first = first.split(',').any(|name| name == scenario.name);
        (!is_first, *seed)
    });
    queue
}

/// One way in which a scenario breaks a promise.
#[derive(Debug, Default)]
struct Way {
    schedules: u64,
    first: Option<(u64, String, String)>,
}

/// What was found so far, by scenario and promise.
#[derive(Debug, Default)]
struct Found {
    ways: Mutex<BTreeMap<(&'static str, &'static str), Way>>,
    first: Mutex<Option<(u64, String)>>,
    ran: Mutex<BTreeMap<&'static str, (u64, u64, Duration)>>,
}

impl Found {
    /// Runs a schedule; a line about the first promise that it breaks, if it breaks one.
    fn add(&self, scenario: &Scenario, seed: u64) -> Option<String> {
        let began = Instant::now();
        let ran = one(scenario, seed);
        let took = began.elapsed();
        let mut sums = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = sums.entry(scenario.name).or_default();
        sum.0 += 1;
        sum.1 += ran.requests as u64;
        sum.2 += took;
        drop(sums);
        let line = ran.broken.first().map(|(promise, how)| {
            format!(
                "SCENARIO={} SEED={seed} \"{promise}\": {how}",
                scenario.name
            )
        });
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counted = Vec::new();
        for (promise, how) in ran.broken {
            let way = ways.entry((scenario.name, promise)).or_default();
            if !counted.contains(&promise) {
                way.schedules += 1;
                counted.push(promise);
            }
            if way.first.as_ref().is_none_or(|(first, ..)| seed < *first) {
                way.first = Some((seed, how, tail(&ran.timeline, 60)));
            }
        }
        line
    }

    fn note_first(&self, position: u64, line: String) {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        if first
            .as_ref()
            .is_none_or(|(earlier, _)| position < *earlier)
        {
            *first = Some((position, line));
        }
    }

    fn first(&self) -> Option<(u64, String)> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.clone()
    }

    fn line(&self) -> String {
        let ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        format!("{} ways to break a promise", ways.len())
    }

    fn fail(&self) {
        let ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        let ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
        if env::var_os("VERBOSE").is_some() {
            for (name, (schedules, requests, took)) in ran.iter() {
                eprintln!("{name}: {schedules} schedules, {requests} requests, {took:.1?}");
            }
        }
        if ways.is_empty() {
            return;
        }
        let mut text = String::new();
        for ((scenario, promise), way) in ways.iter() {
            let ran = ran.get(scenario).map_or(0, |(ran, ..)| *ran);
            let Some((seed, how, timeline)) = &way.first else {
                continue;
            };
            text.push_str(&format!("\n{scenario}: \"{promise}\" is broken in {} of {ran} schedules; SCENARIO={scenario} SEED={seed}: {how}\n", way.schedules));
            if env::var_os("BRIEF").is_none() {
                text.push_str(timeline);
                text.push('\n');
            }
        }
        panic!("{text}");
    }
}
