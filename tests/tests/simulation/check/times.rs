//! Every call ends in time, and stays within the API's limits.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

use super::super::plan::{Do, How, Item, Step};
use super::{Broken, Facts};

impl Facts<'_> {
    /// How long a call may take if nothing else is under way.
    pub(super) fn own_bound(&self, step: &Step) -> Duration {
        // Three attempts of 70 s, and two pauses.
        let attempts = Duration::from_secs(3 * 70 + 5);
        let deadline = self.outcome.plan.settings.deadline;
        let attempts = deadline.map_or(attempts, |deadline| deadline.min(attempts));
        // attempts × (read + time-out + settle_time); a read may be tried as long as the deadline allows.
        let ensure = 3 * Duration::from_secs(150 + 70 + 120);
        let ensure_batch = 3 * Duration::from_secs(150 + 150 + 240);
        let packs =
            |items: &[Item]| u32::try_from(items.len().div_ceil(50)).unwrap_or(u32::MAX) + 1;
        match &step.what {
            Do::Update(_) | Do::UpdateJob(_) | Do::Create(_) | Do::Delete(_) | Do::Get(_) => {
                attempts
            }
            Do::Ensure(_) | Do::EnsureJob(_) => ensure,
            Do::Batch(_) => 2 * attempts,
            Do::UpdateMany(items) | Do::UpdateJobs(items) => {
                2 * attempts * (packs(items) + most_of_one(items))
            }
            Do::EnsureMany(items) | Do::EnsureJobs(items) => {
                ensure_batch * (packs(items) + most_of_one(items))
            }
            Do::List(_) => 40 * attempts,
            Do::Crowd(items, ..) => attempts * u32::try_from(items.len()).unwrap_or(u32::MAX),
        }
    }

    /// Every call ends within its bound.
    pub(super) fn bounds(&self, broken: &mut Vec<Broken>) {
        let steps = &self.outcome.plan.steps;
        let any_many = |client: usize| {
            steps
                .iter()
                .any(|step| step.client == client && step.what.records().len() > 1)
        };
        for report in &self.outcome.reports {
            let step = self.step(report);
            let polls_rarely = match step.how {
                How::Await => Duration::ZERO,
                How::Rarely(gap) => gap * 60,
                How::Drop(_) | How::Hold(_) => continue,
            };
            let records = step.what.records();
            let mut queue = Duration::ZERO;
            for (number, other) in steps.iter().enumerate() {
                let shares = any_many(step.client)
                    || other.what.records().iter().any(|id| records.contains(id));
                let before = report.ended.is_none_or(|ended| other.at <= ended);
                if number != report.step && other.client == step.client && shares && before {
                    queue += self.own_bound(other);
                }
            }
            // An `ensure` also waits for the open writes of earlier calls: at most twice the settle time.
            let open = if step.what.ensures() {
                Duration::from_secs(240)
            } else {
                Duration::ZERO
            };
            let bound =
                self.own_bound(step) + queue + open + polls_rarely + self.outcome.plan.slack;
            // Calls that do not wait for an open write, in a world without faults.
            let prompt = self.item(report).is_some_and(|item| {
                item.want
                    .comments
                    .is_some_and(|text| text.contains("prompt"))
            });
            let bound = if prompt {
                Duration::from_secs(40)
            } else {
                bound
            };
            let took = report
                .ended
                .map(|ended| ended.saturating_sub(report.started));
            if took.is_none_or(|took| took > bound) {
                let took = took.map_or("never ended".to_owned(), |took| format!("took {took:?}"));
                let what = format!(
                    "step {} item {} {took}, and has {bound:?} (the run ended at {:?})",
                    report.step, report.item, self.outcome.finished
                );
                broken.push(("every call ends within its bound", what));
            }
        }
    }

    /// At most three attempts, each with its full time-out.
    pub(super) fn attempts(&self, broken: &mut Vec<Broken>) {
        let plan = &self.outcome.plan;
        let most = if plan.settings.sessions { 4 } else { 3 };
        for report in &self.outcome.reports {
            let Some(item) = self.item(report) else {
                continue;
            };
            let text = item
                .want
                .comments
                .clone()
                .or(item.want.post.clone().flatten());
            let Some(text) = text else { continue };
            let writes = self
                .outcome
                .ledger
                .seen
                .iter()
                .filter(|seen| holds(&seen.body, &text))
                .count();
            if writes > most {
                broken.push((
                    "a call has at most three attempts",
                    format!("step {} item {}: {writes} writes", report.step, report.item),
                ));
            }
        }
        self.once(broken);
        let patient = plan.steps.iter().all(|step| step.how == How::Await);
        if plan.settings.names.is_some()
            || plan.settings.timeout.is_some()
            || self.outcome.finished < Duration::from_secs(1)
        {
            return;
        }
        for (number, seen) in self.outcome.ledger.seen.iter().enumerate() {
            let (Some(closed), None, Some(_)) = (seen.closed, seen.answered, seen.complete) else {
                continue;
            };
            // A read ends with its caller, a write does not.
            if seen.writes.is_empty() && !patient {
                continue;
            }
            let gave_up = seen.fate.contains("not waited for") || seen.fate.contains("Stalled");
            let full = if seen.method == "GET" { 30 } else { 70 };
            let took = closed.saturating_sub(seen.arrived);
            // A batch that only reads has the time-out of a read.
            let reads = seen.method == "POST" && seen.writes.is_empty();
            let full = Duration::from_millis(if reads { 29_950 } else { full * 1_000 - 50 });
            if gave_up && took < full {
                broken.push((
                    "an attempt has its full time",
                    format!("#{number} was given {took:?}"),
                ));
            }
        }
    }

    /// Where nothing goes wrong, a deletion is sent once: a second one finds no record.
    fn once(&self, broken: &mut Vec<Broken>) {
        let plan = &self.outcome.plan;
        for step in plan.steps.iter().filter(|_| plan.must_succeed) {
            let Do::Delete(id) = step.what else { continue };
            let seen = self.outcome.ledger.seen.iter();
            let record = ("contacts".to_owned(), id);
            let deletions = seen
                .filter(|seen| seen.method == "DELETE" && seen.writes.contains(&record))
                .count();
            if deletions > 1 {
                broken.push((
                    "a success is not sent again",
                    format!("contacts/{id} is deleted {deletions} times"),
                ));
            }
        }
    }

    /// After an answer that requests a wait, nothing is sent for that time.
    pub(super) fn pauses(&self, broken: &mut Vec<Broken>) {
        if self.outcome.plan.settings.per_minute.is_none()
            || self.outcome.plan.settings.names.is_some()
        {
            return;
        }
        let seen = &self.outcome.ledger.seen;
        for (number, limited) in seen.iter().enumerate() {
            let (Some(seconds), Some(answered)) = (
                limited.asks_for.filter(|seconds| *seconds <= 60),
                limited.answered,
            ) else {
                continue;
            };
            let opens = answered + Duration::from_secs(seconds);
            let early = seen.iter().position(|other| {
                other.client == limited.client
                    && other.arrived > answered + Duration::from_millis(1)
                    && other.arrived < opens
            });
            if let Some(early) = early {
                let what = format!(
                    "#{number} asks for {seconds} s, and #{early} arrives after {:?}",
                    seen[early].arrived.saturating_sub(answered)
                );
                broken.push(("a pause is for all", what));
            }
        }
    }

    /// There are no more requests per minute than the throttle allows.
    pub(super) fn quota(&self, broken: &mut Vec<Broken>) {
        let Some(limit) = self.outcome.plan.settings.per_minute else {
            return;
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        for client in 0..self.outcome.plan.clients {
            let name = format!("client-{client}");
            let seen = self.outcome.ledger.seen.iter();
            let seen = || seen.clone().filter(|seen| seen.client == name);
            // The API counts from when it begins a request, whatever that waited for in front of it.
            let begins = seen().filter_map(|seen| {
                let end = seen.end().unwrap_or(Duration::MAX);
                seen.begun.filter(|begun| *begun <= end)
            });
            let minute = Duration::from_secs(60);
            let arrivals: Vec<Duration> = seen().map(|seen| seen.arrived).collect();
            for mut moments in [arrivals, begins.collect()] {
                moments.sort_unstable();
                let full = moments
                    .windows(limit + 1)
                    .find(|window| window[limit].saturating_sub(window[0]) < minute);
                if let Some([first, ..]) = full {
                    broken.push((
                        "the quota is kept",
                        format!(
                            "more than {limit} requests of {name} in the minute from {first:?}"
                        ),
                    ));
                }
            }
        }
    }
}

fn most_of_one(items: &[Item]) -> u32 {
    let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
    for item in items {
        *counts.entry(item.id).or_default() += 1;
    }
    counts.into_values().max().unwrap_or(0)
}

/// Returns whether a request sets this text as a comment or a post.
fn holds(body: &Value, text: &str) -> bool {
    let sets = |of: &Value| {
        ["comments", "post"]
            .iter()
            .any(|field| of.get(*field).and_then(Value::as_str) == Some(text))
    };
    let calls = body.get("calls").and_then(Value::as_array);
    sets(body)
        || calls
            .into_iter()
            .flatten()
            .any(|call| call.get("params").is_some_and(sets))
}
