//! The scenarios: each a world in which one kind of thing goes wrong, and callers that would notice.

use std::time::Duration;

use vibecode_tests::world::{
    Dice, Rules,
    fate::{CallFate, Fate},
    portal::PhoneForm,
    rules::{Delay, ListRules},
    show::{Echo, Shape},
};

use super::{
    maker::{Kind, Maker, Treats, seconds},
    plan::{Contact, Do, How, Item, ListAsk, Plan, Step, Want},
};

/// A kind of schedule.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// How many times dearer it is than the cheapest.
    pub(crate) cost: u64,
    pub(crate) draw: fn(&mut Dice) -> (Plan, Rules),
}

const fn scenario(name: &'static str, cost: u64, draw: fn(&mut Dice) -> (Plan, Rules)) -> Scenario {
    Scenario { name, cost, draw }
}

pub(crate) const SCENARIOS: &[Scenario] = &[
    scenario("calm", 2, calm),
    scenario("lost", 1, lost),
    scenario("late", 1, late),
    scenario("names", 1, names),
    scenario("stale", 1, stale),
    scenario("pages", 1, pages),
    scenario("codes", 1, codes),
    scenario("sessions", 2, sessions),
    scenario("shapes", 1, shapes),
    scenario("renewals", 2, renewals),
    scenario("formats", 1, formats),
    scenario("national", 1, national),
    scenario("believed", 1, believed),
    scenario("repeats", 1, repeats),
    scenario("batches", 2, batches),
    scenario("bulk", 2, bulk),
    scenario("jobs", 2, jobs),
    scenario("limits", 1, limits),
    scenario("quota", 12, quota),
    scenario("neglect", 1, neglect),
    scenario("crowds", 4, crowds),
    scenario("lists", 4, lists),
    scenario("uploads", 12, uploads),
    scenario("cached", 1, cached),
    scenario("hidden", 1, hidden),
    scenario("creates", 1, creates),
    scenario("held_back", 2, held_back),
    scenario("everything", 2, everything),
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

/// Nothing goes wrong: whatever is found here is a fault of the simulation, or a grave one.
fn calm(dice: &mut Dice) -> (Plan, Rules) {
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

/// Answers are lost.
fn lost(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: BROKEN.to_vec(),
        reads: READS.to_vec(),
        run: Delay::new(300, 60_000, 0.3),
        hangs_up: 0.05,
        ..Rules::default()
    };
    stories(dice, rules)
}

/// Requests are begun late, also after the client has given up.
fn late(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![
            (5, Fate::Fine),
            (1, Fate::Lost),
            (1, Fate::Late),
            (2, Fate::Stalled),
        ],
        queue: Delay::new(5, 100_000, 0.4),
        run: Delay::new(300, 60_000, 0.5),
        abandons: 0.2,
        ..Rules::default()
    };
    stories(dice, rules)
}

/// A name takes long to look up, so that a request arrives long after it has left.
fn names(dice: &mut Dice) -> (Plan, Rules) {
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

/// Reads show what was, or are answered long after they were begun.
fn stale(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![(6, Fate::Fine), (2, Fate::Lost), (2, Fate::Stalled)],
        echoes: vec![
            (1, Echo::Whole),
            (1, Echo::Documented),
            (1, Echo::IdAlone),
            (1, Echo::Old),
        ],
        read: Delay::new(50, 28_000, 0.4),
        run: Delay::new(300, 60_000, 0.3),
        stale: 0.6,
        ..Rules::default()
    };
    stories(dice, rules)
}

/// A gateway answers instead of the API.
fn pages(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![
            (4, Fate::Fine),
            (2, Fate::Page(200)),
            (1, Fate::Page(202)),
            (1, Fate::Page(204)),
            (1, Fate::Page(207)),
            (1, Fate::Page(301)),
            (1, Fate::Page(302)),
            (1, Fate::Page(403)),
            (1, Fate::Page(502)),
            (1, Fate::Page(504)),
            (1, Fate::Empty),
            (1, Fate::Bare),
        ],
        reads: vec![
            (8, Fate::Fine),
            (1, Fate::Page(200)),
            (1, Fate::Page(204)),
            (1, Fate::Page(502)),
        ],
        run: Delay::new(300, 60_000, 0.3),
        ..Rules::default()
    };
    stories(dice, rules)
}

const CODES: [(u32, Fate); 21] = [
    (8, Fate::Fine),
    (1, Fate::Failed(500, "TOKEN_EXPIRED")),
    (1, Fate::Failed(408, "TOKEN_EXPIRED")),
    (1, Fate::Failed(200, "TOKEN_EXPIRED")),
    (1, Fate::Failed(400, "BITRIX_TIMEOUT")),
    (1, Fate::Failed(422, "QUEUE_TIMEOUT")),
    (1, Fate::Failed(504, "QUEUE_TIMEOUT")),
    (1, Fate::Failed(400, "INTERNAL_ERROR")),
    (1, Fate::Failed(429, "OPERATION_TIME_LIMIT")),
    (1, Fate::Failed(403, "TIMEOUT_QUARANTINE")),
    (1, Fate::Failed(404, "BITRIX_UNAVAILABLE")),
    (1, Fate::Failed(500, "RATE_LIMITED")),
    (1, Fate::Failed(502, "ACCESS_DENIED")),
    (1, Fate::Failed(200, "ENTITY_NOT_FOUND")),
    (1, Fate::Failed(425, "RATE_LIMITED")),
    (1, Fate::Failed(500, "Телефон +79161112233 confidential")),
    (1, Fate::Failed(500, "PHONE_79161112233_TAKEN")),
    (1, Fate::Refused(403, "ACCESS_DENIED")),
    (1, Fate::Refused(400, "INVALID_REQUEST")),
    (1, Fate::Limited(Some(2))),
    (1, Fate::Refused(404, "ENTITY_NOT_FOUND")),
];

/// Codes come with statuses that they do not have.
fn codes(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: CODES.to_vec(),
        run: Delay::new(300, 60_000, 0.2),
        ..Rules::default()
    };
    let (mut plan, rules) = stories(dice, rules);
    plan.settings.sessions = plan.steps.len() % 2 == 0;
    (plan, rules)
}

/// Sessions end, outside of batches and inside.
fn sessions(dice: &mut Dice) -> (Plan, Rules) {
    let lasts = dice.between(seconds(2), seconds(60));
    let hanging = if dice.chance(0.3) { 0.3 } else { 0.0 };
    let rules = Rules {
        needs_session: true,
        session_lasts: lasts,
        writes: vec![
            (6, Fate::Fine),
            (1, Fate::Lost),
            (1, Fate::Failed(500, "TOKEN_EXPIRED")),
        ],
        batches: vec![(6, Fate::Fine), (1, Fate::Lost)],
        run: Delay::new(300, 20_000, 0.2),
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.kinds = ALL_KINDS.to_vec();
    maker.stories(3);
    let mut plan = maker.plan;
    plan.settings.sessions = true;
    plan.settings.slow_sessions = seconds(5);
    plan.settings.hanging_sessions = hanging;
    (plan, rules)
}

const SHAPES: [Shape; 14] = [
    Shape::List,
    Shape::Keyed,
    Shape::ByKind,
    Shape::UpperKeys,
    Shape::Strings,
    Shape::NoKind,
    Shape::NoValue,
    Shape::EmptyBesideAlias,
    Shape::EmptyBesideFlag,
    Shape::FalseBesideAlias,
    Shape::JsonText,
    Shape::AliasAlone,
    Shape::OneMissing,
    Shape::HalfEmoji,
];

/// `fm` has an odd form; what is asked for is partly there.
fn shapes(dice: &mut Dice) -> (Plan, Rules) {
    let shape = *dice.pick(&SHAPES);
    let shapes = if dice.chance(0.7) {
        vec![(1, shape)]
    } else {
        vec![(2, shape), (1, Shape::List)]
    };
    let rules = Rules {
        shapes,
        echoes: vec![(1, Echo::Whole), (1, Echo::Documented)],
        phones: *dice.pick(&[PhoneForm::AsSent, PhoneForm::Spaced]),
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.kinds = vec![
        (2, Kind::Ensure),
        (1, Kind::EnsureMany),
        (1, Kind::EnsureJob),
    ];
    maker.stories(2);
    // What was there from the beginning, written otherwise.
    for id in [71, 72] {
        let contact = maker
            .plan
            .contacts
            .iter()
            .find(|contact| contact.id == id)
            .cloned();
        let Some(contact) = contact else { continue };
        let digits: String = contact.phones.concat();
        let want = Want {
            phones: vec![vibecode_tests::world::portal::formatted(
                &digits,
                PhoneForm::Spaced,
            )],
            emails: contact
                .emails
                .iter()
                .map(|email| email.to_uppercase())
                .collect(),
            ..Want::default()
        };
        let at = maker.dice.up_to(seconds(20));
        maker.step(0, at, Do::Ensure(Item { id, want }));
    }
    (maker.plan, rules)
}

/// Sessions end, and nothing else goes wrong: each is renewed, in batches too.
fn renewals(dice: &mut Dice) -> (Plan, Rules) {
    let lasts = dice.between(seconds(20), seconds(30));
    let rules = Rules {
        needs_session: true,
        session_lasts: lasts,
        run: Delay::new(3_000, 3_000, 0.0),
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.kinds = ALL_KINDS.to_vec();
    maker.stories(4);
    let mut plan = maker.plan;
    plan.settings.sessions = true;
    plan.must_succeed = true;
    (plan, rules)
}

/// The portal writes phones in its own way, with the same digits.
fn formats(dice: &mut Dice) -> (Plan, Rules) {
    let (plan, rules) = national(dice);
    (
        plan,
        Rules {
            phones: PhoneForm::Spaced,
            ..rules
        },
    )
}

/// The portal writes phones in its own way, with other digits.
fn national(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![(6, Fate::Fine), (2, Fate::Lost), (1, Fate::Stalled)],
        echoes: vec![(2, Echo::Whole), (1, Echo::Documented)],
        phones: PhoneForm::National,
        ..Rules::default()
    };
    stories(dice, rules)
}

/// A success is none, or not yet.
fn believed(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![
            (3, Fate::Fine),
            (3, Fate::OldRecord),
            (1, Fate::OtherRecord),
        ],
        batches: vec![(4, Fate::Fine), (1, Fate::OldRecord)],
        calls: vec![
            (3, CallFate::Fine),
            (2, CallFate::OldRecord),
            (1, CallFate::OtherRecord),
        ],
        echoes: vec![
            (2, Echo::Whole),
            (1, Echo::Documented),
            (1, Echo::IdAlone),
            (1, Echo::Sent),
            (1, Echo::Old),
        ],
        run: Delay::new(300, 20_000, 0.2),
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.kinds = ALL_KINDS.to_vec();
    maker.stories(2);
    (maker.plan, rules)
}

/// The API repeats a call towards the portal, and answers of the second try.
fn repeats(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![
            (5, Fate::Fine),
            (1, Fate::Behind(422, "VALIDATION_ERROR", false)),
            (1, Fate::Behind(422, "BITRIX_ERROR", true)),
            (1, Fate::Behind(503, "QUERY_LIMIT_EXCEEDED", false)),
            (1, Fate::Behind(503, "QUEUE_OVERFLOW", false)),
            (1, Fate::Behind(400, "INVALID_REQUEST", true)),
            (1, Fate::Behind(403, "BITRIX_ACCESS_DENIED", true)),
            (1, Fate::Behind(402, "PAYMENT_REQUIRED", false)),
            (1, Fate::Behind(409, "CONFLICT", false)),
        ],
        run: Delay::new(300, 60_000, 0.2),
        repeats: 0.4,
        ..Rules::default()
    };
    stories(dice, rules)
}

const CALLS: [(u32, CallFate); 14] = [
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

fn batch_rules(dice: &mut Dice) -> Rules {
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
fn batches(dice: &mut Dice) -> (Plan, Rules) {
    let rules = batch_rules(dice);
    let mut maker = Maker::new(dice);
    maker.kinds = vec![(3, Kind::Batch), (1, Kind::EnsureMany)];
    maker.stories(4);
    (maker.plan, rules)
}

/// Runs over many records.
fn bulk(dice: &mut Dice) -> (Plan, Rules) {
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
fn jobs(dice: &mut Dice) -> (Plan, Rules) {
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

/// The API says odd things of its limits.
fn limits(dice: &mut Dice) -> (Plan, Rules) {
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
    // Long after whatever was odd: these wait for nothing.
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
    // A gate is waited for for at most as long as a `Retry-After`.
    plan.slack = seconds(120);
    (plan, rules)
}

/// A change of its own.
fn marked(id: u64, what: &str) -> Item {
    Item {
        id,
        want: Want {
            comments: Some(format!("marker of {id} {what};")),
            ..Want::default()
        },
    }
}

/// More requests than a minute has.
fn quota(dice: &mut Dice) -> (Plan, Rules) {
    let limit = 20 + u32::try_from(dice.below(40)).unwrap_or(0);
    let rules = Rules {
        read: Delay::new(50, 25_000, 0.1),
        reads: vec![
            (20, Fate::Fine),
            (1, Fate::Lost),
            (1, Fate::Stalled),
            (1, Fate::Limited(Some(2))),
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

/// Callers drop their futures, poll them rarely, or keep them and never do.
fn neglect(dice: &mut Dice) -> (Plan, Rules) {
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

fn maker_chance(plan: &Plan) -> bool {
    plan.steps.len() % 2 == 1
}

/// `buffer_unordered`, with another call in the loop's body.
fn crowds(dice: &mut Dice) -> (Plan, Rules) {
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

/// Lists that ignore `offset`, cap their pages, lie in `meta`, and shuffle what an order leaves open.
fn lists(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        lists: ListRules {
            ignores_offset: dice.chance(0.2),
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

/// Bodies that are taken slowly: what a client still sends after it has given up.
fn uploads(dice: &mut Dice) -> (Plan, Rules) {
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

/// A proxy keeps what reads were answered, unless they say that it must not.
fn cached(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        cached: 0.7,
        writes: vec![(3, Fate::Fine), (1, Fate::Lost)],
        echoes: vec![(1, Echo::Documented), (1, Echo::Whole)],
        ..Rules::default()
    };
    stories(dice, rules)
}

/// A field that no read shows: clearing it is sent, and is done only if it is seen to be.
fn hidden(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        hides: Some("post"),
        writes: vec![(3, Fate::Fine), (1, Fate::OldRecord), (1, Fate::Lost)],
        echoes: vec![(1, Echo::Whole), (1, Echo::Documented), (1, Echo::IdAlone)],
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.contacts(2);
    for id in [71, 72] {
        let want = if maker.dice.chance(0.7) {
            Want {
                post: Some(None),
                ..Want::default()
            }
        } else {
            Want {
                post: Some(Some(format!("Hidden post {id}"))),
                ..Want::default()
            }
        };
        let item = Item { id, want };
        let call = if maker.dice.chance(0.5) {
            Do::Ensure(item)
        } else {
            Do::EnsureJob(item)
        };
        maker.step(0, Duration::ZERO, call);
    }
    (maker.plan, rules)
}

/// Records are made and deleted.
fn creates(dice: &mut Dice) -> (Plan, Rules) {
    let mut writes = CODES.to_vec();
    writes.extend(BROKEN);
    writes.extend([
        (1, Fate::Page(200)),
        (1, Fate::Page(202)),
        (1, Fate::Page(502)),
    ]);
    let rules = Rules {
        writes,
        run: Delay::new(300, 60_000, 0.2),
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.contacts(2);
    for n in 0..4 {
        let mut want = maker.adding();
        want.comments = Some(format!("marker create {n};"));
        let at = maker.dice.up_to(seconds(30));
        maker.step(0, at, Do::Create(want));
    }
    maker.step(0, seconds(40), Do::Delete(72));
    (maker.plan, rules)
}

/// One record that is open does not hold back those that share its batch.
fn held_back(dice: &mut Dice) -> (Plan, Rules) {
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

/// All of it at once.
fn everything(dice: &mut Dice) -> (Plan, Rules) {
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
    // Each client has two records of its own; a batch may reach over to the other's.
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
