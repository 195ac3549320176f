//! Answers to writes: none, a gateway's, a code with an odd status, a false success.

use vibecode_tests::world::{
    Dice, Rules,
    fate::{CallFate, Fate},
    rules::Delay,
    show::Echo,
};

use super::super::{
    maker::{Maker, seconds},
    plan::Plan,
};
use super::{ALL_KINDS, BROKEN, READS, stories};

/// Answers are lost.
pub(super) fn lost(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: BROKEN.to_vec(),
        reads: READS.to_vec(),
        run: Delay::new(300, 60_000, 0.3),
        hangs_up: 0.05,
        ..Rules::default()
    };
    stories(dice, rules)
}

/// The deadline leaves no full time for another attempt.
pub(super) fn deadlines(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![(1, Fate::Fine), (1, Fate::Lost), (3, Fate::Stalled)],
        ..Rules::default()
    };
    let deadline = dice.between(seconds(75), seconds(220));
    let mut maker = Maker::new(dice);
    maker.contacts(3);
    for id in 71..74 {
        maker.setting(0, id);
        maker.setting(0, id);
    }
    let mut plan = maker.plan;
    plan.settings.deadline = Some(deadline);
    plan.slack = seconds(5);
    (plan, rules)
}

/// Requests are begun late, also after the client has given up.
pub(super) fn late(dice: &mut Dice) -> (Plan, Rules) {
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

/// A gateway answers instead of the API.
pub(super) fn pages(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: vec![
            (4, Fate::Fine),
            (2, Fate::Page(200)),
            (1, Fate::Page(202)),
            (1, Fate::Page(204)),
            (1, Fate::Page(207)),
            (1, Fate::Page(301)),
            (1, Fate::Page(302)),
            (1, Fate::Page(307)),
            (1, Fate::Page(308)),
            (1, Fate::PassedOn(202)),
            (1, Fate::PassedOn(207)),
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

pub(super) const CODES: [(u32, Fate); 22] = [
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
    (1, Fate::Failed(500, "Name confidential is taken")),
    (1, Fate::Refused(403, "ACCESS_DENIED")),
    (1, Fate::Refused(400, "INVALID_REQUEST")),
    (1, Fate::Limited(Some(2))),
    (1, Fate::Refused(404, "ENTITY_NOT_FOUND")),
];

/// Codes come with unusual statuses.
pub(super) fn codes(dice: &mut Dice) -> (Plan, Rules) {
    let rules = Rules {
        writes: CODES.to_vec(),
        run: Delay::new(300, 60_000, 0.2),
        ..Rules::default()
    };
    let (mut plan, rules) = stories(dice, rules);
    plan.settings.sessions = plan.steps.len() % 2 == 0;
    (plan, rules)
}

/// Sessions expire, outside of batches and inside.
pub(super) fn sessions(dice: &mut Dice) -> (Plan, Rules) {
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
    // The client waits for a provider that hangs, but not for ever.
    plan.slack = seconds(600);
    (plan, rules)
}

/// Sessions expire and nothing else fails: each is renewed, in batches too.
pub(super) fn renewals(dice: &mut Dice) -> (Plan, Rules) {
    let lasts = dice.between(seconds(30), seconds(40));
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

/// A success answer is false, or the change is applied later.
pub(super) fn believed(dice: &mut Dice) -> (Plan, Rules) {
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

/// The API repeats a call to the portal, and its answer is about the second attempt.
pub(super) fn repeats(dice: &mut Dice) -> (Plan, Rules) {
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
