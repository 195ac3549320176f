//! How records are shown.

use std::time::Duration;

use vibecode_tests::world::{
    Dice, Rules,
    fate::Fate,
    portal::PhoneForm,
    rules::{Bounds, Delay},
    show::{Echo, Shape},
};

use super::super::{
    maker::{Kind, Maker, seconds},
    plan::{Do, Item, Plan, Want},
};
use super::{BROKEN, answers::CODES, stories};

/// Reads show an old state, or are answered long after they were begun.
pub(super) fn stale(dice: &mut Dice) -> (Plan, Rules) {
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

/// What a client has given up lands as late as it can, while a read of the time before is still on its
/// way: it is begun before the settle time is over, and answered after it. The settle time is the
/// shortest that covers what this world does.
pub(super) fn slow_reads(dice: &mut Dice) -> (Plan, Rules) {
    let run = seconds(60);
    let rules = Rules {
        bounds: Bounds {
            run,
            late: Duration::ZERO,
            stale: Duration::ZERO,
            ..Rules::default().bounds
        },
        writes: vec![(1, Fate::Stalled)],
        echoes: vec![(1, Echo::Whole), (1, Echo::Documented)],
        // What waits for longer than the client is begun when its connection is closed.
        queue: Delay::new(5, 2_000_000, 0.7),
        run: Delay::new(60_000, 60_000, 1.0),
        read: Delay::new(20_000, 28_000, 0.7),
        calm_after: seconds(40),
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.contacts(2);
    for id in [71, 72] {
        let want = maker.adding();
        let first = maker.call(Kind::Update, id, &want);
        maker.step(0, Duration::ZERO, first);
        for (low, high) in [(100, 131), (200, 400)] {
            let kind = *maker.dice.pick(&[Kind::Ensure, Kind::EnsureJob]);
            let again = maker.call(kind, id, &want);
            let at = maker.dice.between(seconds(low), seconds(high));
            maker.step(0, at, again);
        }
    }
    let mut plan = maker.plan;
    plan.settings.settle_time = Some(run + seconds(1));
    (plan, rules)
}

pub(super) const SHAPES: [Shape; 14] = [
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

const ALONE: [Shape; 9] = [
    Shape::Alone(&Shape::List),
    Shape::Alone(&Shape::Keyed),
    Shape::Alone(&Shape::ByKind),
    Shape::Alone(&Shape::UpperKeys),
    Shape::Alone(&Shape::Strings),
    Shape::Alone(&Shape::NoKind),
    Shape::Alone(&Shape::NoValue),
    Shape::Alone(&Shape::JsonText),
    Shape::Alone(&Shape::HalfEmoji),
];

/// `fm` has an odd form; what is asked for is partly there.
pub(super) fn shapes(dice: &mut Dice) -> (Plan, Rules) {
    shaped(dice, &SHAPES)
}

/// The same without aliases and flags, which would contradict an `fm` that was read as too little.
pub(super) fn alone(dice: &mut Dice) -> (Plan, Rules) {
    shaped(dice, &ALONE)
}

fn shaped(dice: &mut Dice, all: &[Shape]) -> (Plan, Rules) {
    let shape = *dice.pick(all);
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
    // A value that was there from the beginning, in another form.
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

/// Phones that are words: they are the same only if they are written the same.
pub(super) fn letters(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![(3, Fate::Fine), (1, Fate::Lost)],
        echoes: vec![(1, Echo::Whole), (1, Echo::Documented)],
        ..Rules::default()
    };
    let words = ["1-800-FLOWERS", "1-800-TAXICAB", "800 SUPPORT", "1 800"];
    let mut maker = Maker::new(dice);
    maker.contacts(2);
    for id in [71, 72] {
        let there = *maker.dice.pick(&words);
        for contact in &mut maker.plan.contacts {
            if contact.id == id {
                contact.phones.push(there.to_owned());
            }
        }
        for turn in 0..3 {
            let phone = *maker.dice.pick(&words);
            let want = Want {
                phones: vec![phone.to_owned()],
                ..Want::default()
            };
            let kind = *maker
                .dice
                .pick(&[Kind::Ensure, Kind::EnsureJob, Kind::EnsureMany]);
            let call = maker.call(kind, id, &want);
            maker.step(0, seconds(300 * turn), call);
        }
    }
    (maker.plan, rules)
}

/// The portal writes phones in its own way, with the same digits.
pub(super) fn formats(dice: &mut Dice) -> (Plan, Rules) {
    let (plan, rules) = national(dice);
    (
        plan,
        Rules {
            phones: PhoneForm::Spaced,
            ..rules
        },
    )
}

/// The portal reformats phones, with other digits. All writes are those of `ensure`, which knows what was
/// there before. After an `update` without a read before it, it is unknown whether a phone in another form
/// is the one that it added.
pub(super) fn national(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![(6, Fate::Fine), (2, Fate::Lost), (1, Fate::Stalled)],
        echoes: vec![(2, Echo::Whole), (1, Echo::Documented)],
        phones: PhoneForm::National,
        ..Rules::default()
    };
    let contacts = 1 + dice.below(2) as u64;
    let mut maker = Maker::new(dice);
    maker.kinds = vec![
        (3, Kind::Ensure),
        (1, Kind::EnsureMany),
        (1, Kind::EnsureJob),
    ];
    maker.stories(contacts);
    (maker.plan, rules)
}

/// A proxy caches the answers to reads, unless the reads forbid it.
pub(super) fn cached(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        cached: 0.7,
        writes: vec![(3, Fate::Fine), (1, Fate::Lost)],
        echoes: vec![(1, Echo::Documented), (1, Echo::Whole)],
        ..Rules::default()
    };
    stories(dice, rules)
}

/// A field that no read shows: clearing it is sent, and succeeds only if an answer shows it.
pub(super) fn hidden(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        hides: Some("post"),
        writes: vec![
            (2, Fate::Fine),
            (1, Fate::OldRecord),
            (2, Fate::Lost),
            (3, Fate::Stalled),
        ],
        echoes: vec![(1, Echo::Whole), (1, Echo::Documented), (1, Echo::IdAlone)],
        ..Rules::default()
    };
    let mut maker = Maker::new(dice);
    maker.contacts(2);
    for id in [71, 72] {
        let want = if maker.dice.chance(0.5) {
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

/// Records are created and deleted.
pub(super) fn creates(dice: &mut Dice) -> (Plan, Rules) {
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
