//! Callers and connections.

use std::time::Duration;

use vibecode_tests::world::{Dice, Rules, fate::Fate, rules::Delay, show::Echo};

use super::super::{
    maker::{Kind, Maker, Treats, seconds},
    plan::{Do, How, Item, Plan, Step, Want},
};
use super::{ALL_KINDS, BROKEN, READS, answers::CODES, many::batch_rules};

/// Nothing fails: a problem here is a defect of the simulation, or a serious one of the client.
pub(super) fn calm(dice: &mut Dice) -> (Plan, Rules) {
    let mut maker = Maker::new(dice);
    maker.kinds = ALL_KINDS.to_vec();
    maker.stories(4);
    let at = maker.dice.up_to(seconds(20));
    let mut spare = maker.plan.contacts[0].clone();
    spare.id = 60;
    maker.plan.contacts.push(spare);
    maker.step(0, at, Do::Delete(60));
    maker.plan.must_succeed = true;
    (maker.plan, Rules::default())
}

/// Name resolution takes long, so that a request arrives long after its attempt began.
pub(super) fn names(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![(1, Fate::Fine), (4, Fate::Late), (1, Fate::Stalled)],
        run: Delay::new(30_000, 60_000, 0.7),
        ..Rules::default()
    };
    let contacts = 1 + dice.below(2) as u64;
    let mut maker = Maker::new(dice);
    maker.later = vec![(1, (5, 55)), (3, (55, 72)), (1, (70, 200))];
    maker.kinds = vec![(2, Kind::Update), (1, Kind::Ensure)];
    maker.stories(contacts);
    let mut plan = maker.plan;
    plan.settings.names = Some(Delay::new(4_000, 9_800, 0.6));
    (plan, rules)
}

/// Callers drop their futures, poll them rarely, or keep them without polling them.
pub(super) fn neglect(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: BROKEN.to_vec(),
        run: Delay::new(300, 60_000, 0.3),
        queue: Delay::new(5, 60_000, 0.2),
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.kinds = ALL_KINDS.to_vec();
    maker.hows = vec![
        (4, Treats::Awaits),
        (3, Treats::Drops),
        (2, Treats::PollsRarely),
        (2, Treats::Holds),
    ];
    maker.stories(2);
    let mut plan = maker.plan;
    if maker_chance(&plan) {
        plan.settings.per_minute = Some(300);
    }
    (plan, rules)
}

pub(super) fn maker_chance(plan: &Plan) -> bool {
    plan.steps.len() % 2 == 1
}

/// The app's own budget of requests hangs.
pub(super) fn budgets(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![(6, Fate::Fine), (1, Fate::Lost)],
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.kinds = ALL_KINDS.to_vec();
    maker.stories(2);
    let mut plan = maker.plan;
    plan.settings.hanging_budget = Some(0.1);
    // It is waited for, but not for ever.
    plan.slack = seconds(3_600);
    (plan, rules)
}

/// `buffer_unordered`, with another call in the loop's body.
pub(super) fn crowds(dice: &mut Dice) -> (Plan, Rules) {
    let width = 2 + dice.below(8);
    let mut maker = Maker::new(dice);
    maker.contacts(6);
    let mut items = Vec::new();
    for n in 0..30 {
        let number = maker.dice.number() % 1_000_000;
        let id = 71 + maker.dice.below(6) as u64;
        items.push(Item {
            id,
            want: Want {
                comments: Some(format!("marker {n} {number};")),
                ..Want::default()
            },
        });
    }
    let at = Duration::ZERO;
    maker.plan.steps.push(Step {
        client: 0,
        at,
        what: Do::Crowd(items, width, 71),
        how: How::Await,
    });
    let mut plan = maker.plan;
    plan.settings.per_minute = Some(300);
    (plan, Rules::default())
}

/// Bodies that are read slowly: the client may still send them after it has given up.
pub(super) fn uploads(dice: &mut Dice) -> (Plan, Rules) {
    let size = 5 * 1024 * 1024;
    let rules = Rules {
        upload: Some((size / 20 / (1 + dice.below(5))) as u64),
        writes: vec![(3, Fate::Fine), (1, Fate::Lost)],
        run: Delay::new(10_000, 60_000, 0.3),
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.contacts(1);
    let want = Want {
        phones: vec![maker.phone()],
        ..Want::default()
    };
    let mut large = want.clone();
    large.comments = Some(format!("marker 1{};", "x".repeat(size)));
    maker.plan.steps.push(Step {
        client: 0,
        at: Duration::ZERO,
        what: Do::Update(Item {
            id: 71,
            want: large,
        }),
        how: How::Await,
    });
    let at = maker.dice.between(seconds(1), seconds(200));
    maker.plan.steps.push(Step {
        client: 0,
        at,
        what: Do::Ensure(Item { id: 71, want }),
        how: How::Await,
    });
    (maker.plan, rules)
}

/// All of these together.
pub(super) fn everything(dice: &mut Dice) -> (Plan, Rules) {
    let mut rules = batch_rules(dice);
    let mut writes = BROKEN.to_vec();
    writes.extend(CODES);
    writes.extend([
        (1, Fate::Page(200)),
        (1, Fate::Page(202)),
        (1, Fate::OldRecord),
        (1, Fate::Behind(422, "VALIDATION_ERROR", false)),
    ]);
    writes.push((20, Fate::Fine));
    rules.writes = writes;
    rules.reads = READS.to_vec();
    rules.echoes = vec![
        (3, Echo::Whole),
        (1, Echo::Documented),
        (1, Echo::IdAlone),
        (1, Echo::Old),
    ];
    rules.queue = Delay::new(5, 100_000, 0.1);
    rules.run = Delay::new(300, 60_000, 0.2);
    rules.read = Delay::new(50, 28_000, 0.1);
    rules.stale = 0.2;
    rules.repeats = 0.1;
    rules.hangs_up = 0.03;
    rules.abandons = 0.2;
    let clients = 1 + dice.below(2);
    let mut maker = Maker::new(dice);
    maker.plan.clients = clients;
    maker.kinds = ALL_KINDS.to_vec();
    maker.hows = vec![
        (8, Treats::Awaits),
        (2, Treats::Drops),
        (1, Treats::PollsRarely),
        (1, Treats::Holds),
    ];
    maker.contacts(4);
    // Each client has its own two records; a batch may include the other's.
    for position in 0..4_u64 {
        let client = usize::try_from(position).unwrap_or(0) % clients;
        if clients > 1 {
            maker.kinds = vec![
                (3, Kind::Update),
                (3, Kind::Ensure),
                (1, Kind::UpdateJob),
                (1, Kind::EnsureJob),
            ];
        }
        maker.story(client, 71 + position);
        maker.setting(client, 71 + position);
    }
    let mut plan = maker.plan;
    plan.settings.per_minute = Some(300);
    plan.settings.names = dice.chance(0.3).then(|| Delay::new(100, 9_800, 0.3));
    (plan, rules)
}
