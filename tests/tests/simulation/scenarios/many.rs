//! Many records, many requests.

use std::time::Duration;

use vibecode_tests::world::{
    Dice, Rules,
    fate::{CallFate, Fate},
    rules::{Delay, ListRules},
    show::Echo,
};

use super::super::{
    maker::{Kind, Maker, seconds},
    plan::{Contact, Do, How, Item, ListAsk, Plan, Step, Want},
};
use super::{BROKEN, READS};

pub(super) const CALLS: [(u32, CallFate); 14] = [
    (12, CallFate::Fine),
    (1, CallFate::Refused("ACCESS_DENIED")),
    (1, CallFate::Limited(Some(2))),
    (1, CallFate::Limited(None)),
    (1, CallFate::Failed("BITRIX_TIMEOUT")),
    (1, CallFate::Behind("VALIDATION_ERROR")),
    (1, CallFate::Behind("QUERY_LIMIT_EXCEEDED")),
    (1, CallFate::Behind("BITRIX_ERROR")),
    (1, CallFate::Failed("INTERNAL_ERROR")),
    (1, CallFate::Failed("QUEUE_TIMEOUT")),
    (1, CallFate::Both("RATE_LIMITED")),
    (1, CallFate::Both("BITRIX_ERROR")),
    (2, CallFate::Neither),
    (1, CallFate::OtherRecord),
];

pub(super) fn batch_rules(dice: &mut Dice) -> Rules {
    let mut rules = Rules {
        batches: vec![
            (10, Fate::Fine),
            (1, Fate::Lost),
            (1, Fate::Stalled),
            (1, Fate::Page(200)),
            (1, Fate::Limited(Some(3))),
        ],
        calls: CALLS.to_vec(),
        echoes: vec![(2, Echo::Whole), (1, Echo::Documented), (1, Echo::IdAlone)],
        run: Delay::new(200, 8_000, 0.2),
        ..Rules::default()
    };
    rules.batch.empty_is_list = dice.chance(0.5);
    rules.batch.counted_is_list = dice.chance(0.3);
    rules.batch.no_summary = dice.chance(0.2);
    rules
}

/// Calls of a batch fail in every way.
pub(super) fn batches(dice: &mut Dice) -> (Plan, Rules) {
    let rules = batch_rules(dice);
    let mut maker = Maker::new(dice);
    maker.kinds = vec![(3, Kind::Batch), (1, Kind::EnsureMany)];
    maker.stories(4);
    (maker.plan, rules)
}

/// Batches whose last calls run long after the client has given up.
pub(super) fn long_batches(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        batches: vec![(1, Fate::Stalled), (1, Fate::Lost), (1, Fate::Fine)],
        queue: Delay::new(5, 100_000, 0.4),
        run: Delay::new(20_000, 60_000, 0.5),
        echoes: vec![(1, Echo::Whole), (1, Echo::Documented)],
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.kinds = vec![
        (2, Kind::Batch),
        (1, Kind::UpdateMany),
        (1, Kind::EnsureMany),
    ];
    maker.contacts(6);
    maker.story(0, 71);
    (maker.plan, rules)
}

/// Runs over many records.
pub(super) fn bulk(dice: &mut Dice) -> (Plan, Rules) {
    let mut rules = batch_rules(dice);
    rules.stale = 0.2;
    rules.writes = BROKEN.to_vec();
    rules.reads = READS.to_vec();
    let mut maker = Maker::new(dice);
    maker.kinds = vec![(2, Kind::UpdateMany), (2, Kind::EnsureMany)];
    maker.stories(6);
    (maker.plan, rules)
}

/// Jobs of a queue.
pub(super) fn jobs(dice: &mut Dice) -> (Plan, Rules) {
    let mut rules = batch_rules(dice);
    rules.writes = BROKEN.to_vec();
    rules.repeats = 0.1;
    let mut maker = Maker::new(dice);
    maker.kinds = vec![
        (1, Kind::UpdateJob),
        (1, Kind::EnsureJob),
        (1, Kind::UpdateJobs),
        (1, Kind::EnsureJobs),
    ];
    maker.stories(3);
    (maker.plan, rules)
}

/// The API returns odd headers about its limits.
pub(super) fn limits(dice: &mut Dice) -> (Plan, Rules) {
    let mut rules = Rules {
        writes: vec![
            (6, Fate::Fine),
            (1, Fate::Limited(Some(2))),
            (1, Fate::Limited(None)),
            (1, Fate::Lost),
        ],
        reads: vec![(8, Fate::Fine), (1, Fate::Limited(Some(3)))],
        calls: vec![(6, CallFate::Fine), (1, CallFate::Limited(Some(2)))],
        ..Rules::default()
    };
    rules.headers.stray_limit = if dice.chance(0.5) { 0.2 } else { 0.0 };
    rules.headers.negative_remaining = if dice.chance(0.5) { 0.2 } else { 0.0 };
    rules.headers.absurd_retry_after = if dice.chance(0.5) { 0.3 } else { 0.0 };
    rules.calm_after = seconds(60);
    let mut maker = Maker::new(dice);
    maker.contacts(24);
    for id in 71..75 {
        maker.story(0, id);
    }
    for id in 75..85 {
        let at = maker.dice.up_to(seconds(60));
        maker.plan.steps.push(Step {
            client: 0,
            at,
            what: Do::Get(id),
            how: How::Await,
        });
    }
    let items: Vec<Item> = (85..87).map(|id| marked(id, "batched")).collect();
    maker.plan.steps.push(Step {
        client: 0,
        at: seconds(10),
        what: Do::Batch(items),
        how: How::Await,
    });
    // Long after the odd headers: these wait for nothing.
    for id in 87..95 {
        let at = maker.dice.between(seconds(240), seconds(300));
        maker.plan.steps.push(Step {
            client: 0,
            at,
            what: Do::Update(marked(id, "prompt")),
            how: How::Await,
        });
    }
    let mut plan = maker.plan;
    plan.settings.per_minute = Some(300);
    // A call waits for the pause for at most the longest accepted `Retry-After`.
    plan.slack = seconds(120);
    (plan, rules)
}

/// A change with its own values.
pub(super) fn marked(id: u64, what: &str) -> Item {
    Item {
        id,
        want: Want {
            comments: Some(format!("marker of {id} {what};")),
            ..Want::default()
        },
    }
}

/// More requests than the limit per minute.
pub(super) fn quota(dice: &mut Dice) -> (Plan, Rules) {
    let limit = 60 + u32::try_from(dice.below(40)).unwrap_or(0);
    // A pause makes room. Without one, all of the minute is used.
    let limited = u32::from(dice.chance(0.4));
    let rules = Rules {
        queue: Delay::new(5, 20_000, 0.1),
        read: Delay::new(50, 25_000, 0.1),
        reads: vec![
            (20, Fate::Fine),
            (1, Fate::Lost),
            (1, Fate::Stalled),
            (limited, Fate::Limited(Some(2))),
        ],
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.contacts(3);
    for _ in 0..limit * 3 {
        let at = maker.dice.up_to(seconds(150));
        let id = 71 + maker.dice.below(3) as u64;
        maker.plan.steps.push(Step {
            client: 0,
            at,
            what: Do::Get(id),
            how: How::Await,
        });
    }
    let mut plan = maker.plan;
    plan.settings.per_minute = Some(limit);
    plan.slack = seconds(700);
    (plan, rules)
}

/// Lists that ignore `offset`, cap their pages, have a wrong `meta`, and shuffle rows that are equal in the
/// order.
pub(super) fn lists(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        lists: ListRules {
            ignores_offset: dice.chance(0.3),
            page_cap: dice.chance(0.5).then(|| *dice.pick(&[20, 50, 100])),
            unstable: dice.chance(0.5),
            wrong_meta: dice.chance(0.2),
            no_meta: false,
            lone_row: dice.chance(0.3),
            keyed: dice.chance(0.1),
        },
        reads: vec![(20, Fate::Fine), (1, Fate::Lost), (1, Fate::Page(502))],
        ..Rules::default()
    };
    let count: u64 = *dice.pick(&[0, 1, 49, 50, 51, 100, 250, 600]);
    let mut maker = Maker::new(dice);
    for id in 1..=count {
        maker.plan.contacts.push(Contact {
            id,
            last_name: format!("Name{}", maker.dice.below(5)),
            post: None,
            phones: Vec::new(),
            emails: Vec::new(),
        });
    }
    for turn in 0..2 {
        let ask = ListAsk {
            of_none: maker.dice.chance(0.1),
            named: maker
                .dice
                .chance(0.3)
                .then(|| format!("Name{}", maker.dice.below(5))),
            by_name: maker.dice.chance(0.5),
            limit: maker
                .dice
                .chance(0.3)
                .then(|| *maker.dice.pick(&[1, 50, 120, 5_000])),
        };
        maker.step(0, seconds(10_000 * turn), Do::List(ask));
    }
    (maker.plan, rules)
}

/// A record with an open write does not delay the others of its batch.
pub(super) fn held_back(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![(1, Fate::Stalled)],
        calm_after: seconds(2),
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.contacts(8);
    let want = maker.adding();
    let first = maker.call(Kind::Update, 71, &want);
    let drop = How::Drop(seconds(1));
    maker.plan.steps.push(Step {
        client: 0,
        at: Duration::ZERO,
        what: first,
        how: drop,
    });
    let mut items = Vec::new();
    for id in 72..79 {
        let want = maker.adding();
        items.push(Item { id, want });
    }
    let position = maker.dice.below(items.len());
    items.insert(position, Item { id: 71, want });
    let at = seconds(3) + maker.dice.up_to(seconds(10));
    maker.plan.steps.push(Step {
        client: 0,
        at,
        what: Do::EnsureMany(items),
        how: How::Await,
    });
    for id in 72..79 {
        // These wait for nothing but the batch that their records are in.
        let after = maker.dice.between(seconds(2), seconds(5));
        maker.plan.steps.push(Step {
            client: 0,
            at: at + after,
            what: Do::Update(marked(id, "prompt")),
            how: How::Await,
        });
    }
    (maker.plan, rules)
}
