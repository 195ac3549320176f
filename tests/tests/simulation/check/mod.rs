//! The promises, checked against the world's ledger.

mod doubling;
mod errors;
mod reports;
mod requests;
mod rows;
mod times;

use vibecode_tests::world::ledger::{Applied as Application, Seen};

pub(crate) use self::rows::rows;
use super::{
    drive::{Outcome, Report},
    plan::{Contact, Do, Item, Step},
};

/// A broken promise, and how it was broken.
pub(crate) type Broken = (&'static str, String);

/// Everything that is wrong with a run.
pub(crate) fn broken(outcome: &Outcome) -> Vec<Broken> {
    let mut broken = outcome.wrong.clone();
    let facts = Facts { outcome };
    facts.doubled(&mut broken);
    facts.reports(&mut broken);
    facts.bounds(&mut broken);
    facts.in_flight(&mut broken);
    facts.order(&mut broken);
    facts.quota(&mut broken);
    facts.secrets(&mut broken);
    facts.pauses(&mut broken);
    facts.world(&mut broken);
    facts.attempts(&mut broken);
    facts.successes(&mut broken);
    broken
}

/// Two phones are the same if their digits are, unless there are letters in one; emails without case.
fn same(value: &str) -> String {
    if value.contains(char::is_alphabetic) {
        value.to_lowercase()
    } else {
        value.chars().filter(char::is_ascii_digit).collect()
    }
}

struct Facts<'a> {
    outcome: &'a Outcome,
}

impl<'a> Facts<'a> {
    fn step(&self, report: &Report) -> &'a Step {
        &self.outcome.plan.steps[report.step]
    }

    fn item(&self, report: &Report) -> Option<Item> {
        match &self.step(report).what {
            Do::Create(want) => Some(Item {
                id: 0,
                want: want.clone(),
            }),
            what => what.items().get(report.item).cloned(),
        }
    }

    fn seen(&self, application: &Application) -> &'a Seen {
        &self.outcome.ledger.seen[application.request]
    }

    fn contact(&self, id: u64) -> Option<&'a Contact> {
        self.outcome
            .plan
            .contacts
            .iter()
            .find(|contact| contact.id == id)
    }

    fn began_with(&self, id: u64, value: &str) -> bool {
        self.contact(id).is_some_and(|contact| {
            contact
                .phones
                .iter()
                .chain(&contact.emails)
                .any(|had| same(had) == same(value))
        })
    }

    fn set<'b>(application: &'b Application, field: &str) -> Option<&'b str> {
        let found = application.set.iter().find(|(name, _)| name == field);
        found.and_then(|(_, value)| value.as_str())
    }

    /// The applications of requests that set this comment.
    fn marked<'b>(&'b self, marker: &'b str) -> impl Iterator<Item = &'a Application> + 'b {
        self.outcome
            .ledger
            .applied
            .iter()
            .filter(move |application| Self::set(application, "comments") == Some(marker))
    }
}
