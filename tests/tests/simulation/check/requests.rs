//! The requests of each record in the ledger.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::Value;
use vibecode_tests::world::{Rules, ledger::Seen};

use super::super::{
    drive::Report,
    plan::{Do, How, Item, Step},
};
use super::{Broken, Facts};

impl Facts<'_> {
    /// No record is in two writes of one client at a time.
    pub(super) fn in_flight(&self, broken: &mut Vec<Broken>) {
        let mut by_record: BTreeMap<(&str, u64), Vec<(usize, &Seen)>> = BTreeMap::new();
        for (number, seen) in self.outcome.ledger.seen.iter().enumerate() {
            let ids: BTreeSet<u64> = seen.writes.iter().map(|(_, id)| *id).collect();
            if ids.len() < seen.writes.len() {
                broken.push(("no record twice in a batch", format!("#{number}")));
            }
            for id in ids {
                by_record
                    .entry((&seen.client, id))
                    .or_default()
                    .push((number, seen));
            }
        }
        for ((client, id), requests) in by_record {
            for pair in requests.windows(2) {
                let [(one, first), (other, second)] = pair else {
                    continue;
                };
                let ends = first.end().unwrap_or(Duration::MAX);
                if second.arrived + Duration::from_millis(5) < ends {
                    broken.push((
                        "no record twice in flight",
                        format!("#{one} and #{other} of {client} on contacts/{id}"),
                    ));
                }
            }
        }
    }

    /// The first and the last arrival of the requests with a marker.
    pub(super) fn arrivals(&self, marker: &str) -> Option<(Duration, Duration)> {
        let arrivals: Vec<Duration> = self
            .outcome
            .ledger
            .seen
            .iter()
            .filter(|seen| carries(&seen.body, marker))
            .map(|seen| seen.arrived)
            .collect();
        Some((*arrivals.iter().min()?, *arrivals.iter().max()?))
    }

    /// Changes to a record are sent in the order of the calls.
    pub(super) fn order(&self, broken: &mut Vec<Broken>) {
        let asked: Vec<(&Report, &Step, Item)> = self
            .outcome
            .reports
            .iter()
            .map(|report| (report, self.step(report)))
            .filter(|(_, step)| step.how == How::Await && !step.what.ensures())
            .filter_map(|(report, step)| Some((report, step, self.item(report)?)))
            .collect();
        for (n, (one, first, item)) in asked.iter().enumerate() {
            for (other, second, later) in &asked[n + 1..] {
                if item.id != later.id || item.id == 0 || first.client != second.client {
                    continue;
                }
                let within = one.step == other.step
                    && one.item < other.item
                    && matches!(first.what, Do::UpdateMany(_) | Do::UpdateJobs(_));
                let singles = first.what.single() && second.what.single();
                let (before, after) =
                    if singles && other.started + Duration::from_millis(10) < one.started {
                        (later, item)
                    } else if within
                        || singles && one.started + Duration::from_millis(10) < other.started
                    {
                        (item, later)
                    } else {
                        continue;
                    };
                let arrivals = |item: &Item| self.arrivals(item.want.comments.as_deref()?);
                if let (Some((_, last)), Some((first, _))) = (arrivals(before), arrivals(after))
                    && first < last
                {
                    let what = format!(
                        "contacts/{}: {:?} after {:?}",
                        item.id, before.want.comments, after.want.comments
                    );
                    broken.push(("order is kept", what));
                }
            }
        }
    }

    /// The world keeps its own bounds. Otherwise a problem would not be a defect of the client.
    pub(super) fn world(&self, broken: &mut Vec<Broken>) {
        let bounds = Rules::default().bounds;
        let slack = Duration::from_millis(10);
        for (number, seen) in self.outcome.ledger.seen.iter().enumerate() {
            let Some(begun) = seen.begun else { continue };
            if seen
                .closed
                .is_some_and(|closed| begun > closed + bounds.late + slack)
            {
                broken.push((
                    "the world keeps its bounds",
                    format!("#{number} is begun too late"),
                ));
            }
            let longest = if seen.path == "batch" {
                bounds.batch_run + bounds.run
            } else {
                bounds.run
            };
            let applied = self
                .outcome
                .ledger
                .applied
                .iter()
                .filter(|applied| applied.request == number);
            if applied
                .map(|applied| applied.at)
                .max()
                .is_some_and(|last| last > begun + longest + slack)
            {
                broken.push((
                    "the world keeps its bounds",
                    format!("#{number} is applied too late"),
                ));
            }
        }
    }
}

fn carries(body: &Value, marker: &str) -> bool {
    let comments = |of: &Value| of.get("comments").and_then(Value::as_str) == Some(marker);
    let calls = body.get("calls").and_then(Value::as_array);
    comments(body)
        || calls
            .into_iter()
            .flatten()
            .any(|call| call.get("params").is_some_and(comments))
}
