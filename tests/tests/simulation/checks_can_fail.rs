//! Each check is run on a ledger in which its promise is broken, and on one in which it is kept.

use std::time::Duration;

use serde_json::json;
use vibecode_runtime::ErrorKind;
use vibecode_tests::world::{
    Ledger,
    ledger::{Applied as Application, Seen},
};

use super::{
    check,
    drive::{Outcome, Report},
    edition::{Applied, Verdict},
    plan::{Contact, Do, How, Item, Plan, Step, Want},
};

const PHONE: &str = "+79161112233";

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn item(marker: &str) -> Item {
    let phones = vec![PHONE.to_owned()];
    let comments = (!marker.is_empty()).then(|| marker.to_owned());
    Item {
        id: 71,
        want: Want {
            comments,
            phones,
            ..Want::default()
        },
    }
}

fn done() -> Verdict {
    Verdict::Done { mismatches: 0 }
}

fn failed(applied: Applied, shown: &str) -> Verdict {
    Verdict::Failed {
        applied,
        kind: ErrorKind::Api,
        shown: shown.to_owned(),
    }
}

/// A run in which nothing happened yet.
struct Story(Outcome);

impl Story {
    fn new() -> Self {
        let contact = Contact {
            id: 71,
            last_name: "Petrov".into(),
            post: None,
            phones: Vec::new(),
            emails: Vec::new(),
        };
        let plan = Plan {
            clients: 1,
            contacts: vec![contact],
            ..Plan::default()
        };
        Self(Outcome {
            plan,
            ledger: Ledger::default(),
            reports: Vec::new(),
            wrong: Vec::new(),
            finished: at(100),
        })
    }

    /// A call from one second to another.
    fn call(mut self, what: Do, (from, to): (u64, Option<u64>), verdict: Verdict) -> Self {
        self.0.plan.steps.push(Step {
            client: 0,
            at: at(from),
            what,
            how: How::Await,
        });
        self.0.reports.push(Report {
            step: self.0.plan.steps.len() - 1,
            item: 0,
            started: at(from),
            ended: to.map(at),
            verdict: to.map(|_| verdict),
        });
        self
    }

    /// A PATCH from one second to another. If it is applied, then in its last second.
    fn patch(mut self, marker: &str, (from, to): (u64, u64), applies: bool) -> Self {
        let request = self.0.ledger.seen.len();
        let mut body = json!({"phone": PHONE});
        let mut set = Vec::new();
        if !marker.is_empty() {
            body["comments"] = json!(marker);
            set.push(("comments".to_owned(), json!(marker)));
        }
        self.0.ledger.seen.push(Seen {
            client: "client-0".into(),
            method: "PATCH".into(),
            path: "contacts/71".into(),
            body,
            writes: vec![("contacts".into(), 71)],
            arrived: at(from),
            complete: Some(at(from)),
            answered: Some(at(to)),
            ..Seen::default()
        });
        if applies {
            self.0.ledger.applied.push(Application {
                at: at(to),
                request,
                repeat: 0,
                entity: "contacts".into(),
                id: 71,
                set,
                added: vec![("PHONE".into(), PHONE.into())],
            });
        }
        self
    }

    fn breaks(&self, promise: &str) {
        let broken = check::broken(&self.0);
        assert!(
            broken.iter().any(|(name, _)| *name == promise),
            "{promise:?} is not among {broken:?}"
        );
    }

    fn holds(&self) {
        let broken = check::broken(&self.0);
        assert!(broken.is_empty(), "{broken:?}");
    }
}

#[test]
fn an_update_and_an_ensure_that_add_once_break_nothing() {
    Story::new()
        .call(Do::Update(item("marker 1;")), (0, Some(2)), done())
        .patch("marker 1;", (1, 2), true)
        .call(Do::Ensure(item("")), (3, Some(4)), done())
        .holds();
}

#[test]
fn a_phone_that_ensure_adds_again_is_found() {
    Story::new()
        .call(Do::Ensure(item("")), (0, Some(4)), done())
        .patch("", (1, 2), true)
        .patch("", (3, 4), true)
        .breaks("ensure adds only what is missing");
}

#[test]
fn an_addition_that_an_update_repeats_is_found() {
    Story::new()
        .call(Do::Update(item("marker 1;")), (0, Some(4)), done())
        .patch("marker 1;", (1, 2), true)
        .patch("marker 1;", (3, 4), true)
        .breaks("what adds is sent once");
}

#[test]
fn a_refusal_that_was_applied_is_found_also_later() {
    Story::new()
        .call(
            Do::Update(item("marker 1;")),
            (0, Some(2)),
            failed(Applied::Not, ""),
        )
        .patch("marker 1;", (1, 60), true)
        .breaks("NotApplied is true");
    Story::new()
        .call(Do::Ensure(item("")), (0, Some(2)), failed(Applied::Not, ""))
        .patch("", (1, 60), true)
        .breaks("NotApplied is true");
}

#[test]
fn a_success_without_an_application_is_found() {
    Story::new()
        .call(Do::Ensure(item("")), (0, Some(2)), done())
        .patch("", (1, 2), false)
        .breaks("Ok of ensure is true");
    Story::new()
        .call(Do::Update(item("marker 1;")), (0, Some(2)), done())
        .patch("marker 1;", (1, 2), false)
        .breaks("Ok of an update is true");
}

#[test]
fn an_open_outcome_of_what_was_not_sent_is_found() {
    Story::new()
        .call(
            Do::Update(item("marker 1;")),
            (0, Some(2)),
            failed(Applied::Unknown, ""),
        )
        .breaks("Unknown only if something was sent");
}

#[test]
fn a_call_that_never_ends_or_too_late_is_found() {
    Story::new()
        .call(Do::Get(71), (0, None), done())
        .breaks("every call ends within its bound");
    Story::new()
        .call(Do::Get(71), (0, Some(400)), done())
        .breaks("every call ends within its bound");
}

#[test]
fn two_writes_to_a_record_at_once_are_found() {
    Story::new()
        .patch("marker 1;", (1, 5), true)
        .patch("marker 2;", (4, 6), true)
        .breaks("no record twice in flight");
}

#[test]
fn a_change_that_overtakes_another_is_found() {
    Story::new()
        .call(Do::Update(item("marker 1;")), (0, Some(9)), done())
        .call(Do::Update(item("marker 2;")), (1, Some(5)), done())
        .patch("marker 2;", (2, 5), true)
        .patch("marker 1;", (6, 9), true)
        .breaks("order is kept");
}

#[test]
fn a_minute_with_too_many_requests_is_found() {
    let mut story = Story::new();
    story.0.plan.settings.per_minute = Some(3);
    for second in [0, 20, 40, 59] {
        story = story.patch(&format!("marker {second};"), (second, second), true);
    }
    story.breaks("the quota is kept");
}

#[test]
fn a_request_that_is_sent_during_a_pause_is_found() {
    let mut story = Story::new()
        .patch("marker 1;", (0, 1), false)
        .patch("marker 1;", (3, 4), true);
    story.0.plan.settings.per_minute = Some(300);
    story.0.ledger.seen[0].asks_for = Some(5);
    story.breaks("a pause is for all");
}

#[test]
fn a_second_deletion_without_a_failure_is_found() {
    let mut story = Story::new()
        .call(Do::Delete(71), (0, Some(9)), done())
        .patch("", (1, 2), false)
        .patch("", (3, 4), false);
    story.0.plan.must_succeed = true;
    for seen in &mut story.0.ledger.seen {
        seen.method = "DELETE".into();
    }
    story.breaks("a success is not sent again");
}

#[test]
fn a_phone_that_is_another_in_letters_is_found_missing() {
    let mut vanity = item("");
    vanity.want.phones = vec!["1-800-TAXICAB".into()];
    let mut story = Story::new().call(Do::Ensure(vanity), (0, Some(2)), done());
    story.0.plan.contacts[0].phones = vec!["1-800-FLOWERS".into()];
    story.breaks("Ok of ensure is true");
}

#[test]
fn a_phone_in_an_error_is_found() {
    Story::new()
        .call(
            Do::Update(item("marker 1;")),
            (0, Some(2)),
            failed(Applied::Unknown, PHONE),
        )
        .patch("marker 1;", (1, 2), true)
        .breaks("errors show nothing secret");
}

#[test]
fn a_fourth_attempt_is_found_and_a_short_one() {
    let mut story = Story::new().call(Do::Update(item("marker 1;")), (0, Some(9)), done());
    for second in [1, 3, 5, 7] {
        story = story.patch("marker 1;", (second, second + 1), false);
    }
    story.breaks("a call has at most three attempts");
    let mut story = Story::new().patch("marker 1;", (1, 2), true);
    let seen = &mut story.0.ledger.seen[0];
    (seen.answered, seen.closed, seen.fate) =
        (None, Some(at(31)), "is not waited for any more".into());
    story.breaks("an attempt has its full time");
}
