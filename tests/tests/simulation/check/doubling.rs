//! The client adds nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use vibecode_tests::world::ledger::Applied as Application;

use super::{Broken, Facts, same};

impl Facts<'_> {
    /// The client adds nothing twice.
    pub(super) fn doubled(&self, broken: &mut Vec<Broken>) {
        let mut marked: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for application in self
            .outcome
            .ledger
            .applied
            .iter()
            .filter(|application| application.repeat == 0)
        {
            if let Some(marker) = Self::set(application, "comments") {
                if !application.added.is_empty()
                    || self.seen(application).method == "POST"
                        && self.seen(application).path != "batch"
                {
                    marked
                        .entry(marker)
                        .or_default()
                        .insert(application.request);
                }
                continue;
            }
            for (_, value) in &application.added {
                self.doubled_by_ensure(application, value, broken);
            }
        }
        for (marker, requests) in marked {
            if requests.len() > 1 {
                broken.push((
                    "what adds is sent once",
                    format!("{marker} was applied by the requests {requests:?}"),
                ));
            }
        }
    }

    pub(super) fn doubled_by_ensure(
        &self,
        application: &Application,
        value: &str,
        broken: &mut Vec<Broken>,
    ) {
        let record = format!("contacts/{}", application.id);
        if self.began_with(application.id, value) {
            let what = format!(
                "#{} adds {value} to {record}, which had it",
                application.request
            );
            broken.push(("ensure adds only what is missing", what));
            return;
        }
        let own = self.seen(application);
        let earlier = self.outcome.ledger.applied.iter().find(|other| {
            let seen = self.seen(other);
            other.request != application.request
                && other.id == application.id
                && seen.client == own.client
                && seen.arrived <= own.arrived
                && other.added.iter().any(|(_, had)| same(had) == same(value))
        });
        if let Some(earlier) = earlier {
            let what = format!(
                "#{} and #{} both add {value} to {record}",
                earlier.request, application.request
            );
            broken.push(("ensure adds only what is missing", what));
        }
    }
}
