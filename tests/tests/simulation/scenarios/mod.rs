//! The scenarios: each is a world with one kind of fault, and callers that would notice it.

mod answers;
mod callers;
mod many;
mod records;

use vibecode_tests::world::{Dice, Rules, fate::Fate};

use super::{
    maker::{Kind, Maker},
    plan::Plan,
};

/// A kind of schedule.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Its cost, relative to the cheapest.
    pub(crate) cost: u64,
    pub(crate) draw: fn(&mut Dice) -> (Plan, Rules),
}

const fn scenario(name: &'static str, cost: u64, draw: fn(&mut Dice) -> (Plan, Rules)) -> Scenario {
    Scenario { name, cost, draw }
}

pub(crate) const SCENARIOS: &[Scenario] = &[
    scenario("calm", 2, callers::calm),
    scenario("lost", 1, answers::lost),
    scenario("late", 1, answers::late),
    scenario("deadlines", 1, answers::deadlines),
    scenario("names", 1, callers::names),
    scenario("stale", 1, records::stale),
    scenario("slow_reads", 1, records::slow_reads),
    scenario("pages", 1, answers::pages),
    scenario("codes", 1, answers::codes),
    scenario("sessions", 2, answers::sessions),
    scenario("shapes", 1, records::shapes),
    scenario("renewals", 2, answers::renewals),
    scenario("alone", 1, records::alone),
    scenario("letters", 1, records::letters),
    scenario("formats", 1, records::formats),
    scenario("national", 1, records::national),
    scenario("believed", 1, answers::believed),
    scenario("repeats", 1, answers::repeats),
    scenario("batches", 2, many::batches),
    scenario("long_batches", 2, many::long_batches),
    scenario("bulk", 2, many::bulk),
    scenario("jobs", 2, many::jobs),
    scenario("limits", 1, many::limits),
    scenario("quota", 12, many::quota),
    scenario("budgets", 1, callers::budgets),
    scenario("neglect", 1, callers::neglect),
    scenario("crowds", 4, callers::crowds),
    scenario("lists", 1, many::lists),
    scenario("uploads", 12, callers::uploads),
    scenario("cached", 1, records::cached),
    scenario("hidden", 1, records::hidden),
    scenario("creates", 1, records::creates),
    scenario("held_back", 2, many::held_back),
    scenario("everything", 2, callers::everything),
];

const ALL_KINDS: [(u32, Kind); 9] = [
    (3, Kind::Update),
    (3, Kind::Ensure),
    (1, Kind::UpdateJob),
    (1, Kind::EnsureJob),
    (2, Kind::Batch),
    (2, Kind::UpdateMany),
    (2, Kind::EnsureMany),
    (1, Kind::UpdateJobs),
    (1, Kind::EnsureJobs),
];

const BROKEN: [(u32, Fate); 7] = [
    (8, Fate::Fine),
    (2, Fate::Lost),
    (1, Fate::Late),
    (1, Fate::Reset),
    (2, Fate::Cut),
    (3, Fate::Stalled),
    (1, Fate::Oversized),
];

const READS: [(u32, Fate); 5] = [
    (12, Fate::Fine),
    (1, Fate::Lost),
    (1, Fate::Cut),
    (1, Fate::Page(502)),
    (1, Fate::Stalled),
];

fn stories(dice: &mut Dice, rules: Rules) -> (Plan, Rules) {
    let contacts = 1 + dice.below(2) as u64;
    let mut maker = Maker::new(dice);
    maker.stories(contacts);
    (maker.plan, rules)
}
