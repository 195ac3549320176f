//! The promises, checked against the world's ledger.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::Value;
use vibecode_tests::world::{
    Rules,
    ledger::{Applied as Application, Seen},
};

use super::{
    drive::{Outcome, Report},
    edition::{Applied, KEY, Verdict},
    plan::{Contact, Do, How, Item, ListAsk, Plan, Step},
};

/// A promise that was broken, and how.
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
    facts.gates(&mut broken);
    facts.world(&mut broken);
    facts.tries(&mut broken);
    facts.successes(&mut broken);
    broken
}

/// Two phones are the same if their digits are; emails without case.
fn same(value: &str) -> String {
    if value.contains('@') {
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

    /// Applications of requests that carry a comment of this text.
    fn marked<'b>(&'b self, marker: &'b str) -> impl Iterator<Item = &'a Application> + 'b {
        self.outcome
            .ledger
            .applied
            .iter()
            .filter(move |application| Self::set(application, "comments") == Some(marker))
    }

    /// Nothing is doubled by us.
    fn doubled(&self, broken: &mut Vec<Broken>) {
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

    fn doubled_by_ensure(&self, application: &Application, value: &str, broken: &mut Vec<Broken>) {
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

    /// Every report is true.
    fn reports(&self, broken: &mut Vec<Broken>) {
        for report in &self.outcome.reports {
            let (Some(ended), Some(verdict)) = (report.ended, &report.verdict) else {
                continue;
            };
            let step = self.step(report);
            let Some(item) = self.item(report) else {
                continue;
            };
            let name = format!("step {} item {}", report.step, report.item);
            match verdict {
                Verdict::Done { mismatches } if step.what.ensures() => {
                    for missing in self.missing(&item, ended) {
                        broken.push((
                            "Ok of ensure is true",
                            format!("{name}: {missing} is not there, {mismatches} mismatches"),
                        ));
                    }
                }
                Verdict::Done { mismatches } => {
                    let marker = item.want.comments.as_deref().unwrap_or_default();
                    let applied = self
                        .marked(marker)
                        .any(|application| application.at <= ended);
                    if !applied && *mismatches == 0 {
                        broken.push((
                            "Ok of an update is true",
                            format!("{name}: {marker} was not applied, and no mismatch says so"),
                        ));
                    }
                }
                Verdict::Failed {
                    applied: Applied::Not,
                    kind,
                    ..
                } => {
                    if let Some(application) = self.applied_for(report, step, &item) {
                        let what = format!(
                            "{name}: {kind:?}, and #{} was applied at {:?}",
                            application.request, application.at
                        );
                        broken.push(("NotApplied is true", what));
                    }
                }
                Verdict::Failed {
                    applied: Applied::Unknown,
                    kind,
                    ..
                } => {
                    if !self.something_left(step, &item, report.started, ended) {
                        broken.push((
                            "Unknown only if something was sent",
                            format!("{name}: {kind:?}"),
                        ));
                    }
                }
            }
        }
    }

    fn missing(&self, item: &Item, ended: Duration) -> Vec<String> {
        let before =
            |application: &&Application| application.id == item.id && application.at <= ended;
        let applied = || self.outcome.ledger.applied.iter().filter(before);
        let mut missing = Vec::new();
        for value in item.want.phones.iter().chain(&item.want.emails) {
            let there = applied().any(|application| {
                application
                    .added
                    .iter()
                    .any(|(_, had)| same(had) == same(value))
            });
            if !there && !self.began_with(item.id, value) {
                missing.push(value.clone());
            }
        }
        let initial = self
            .contact(item.id)
            .and_then(|contact| contact.post.as_deref());
        if let Some(post) = &item.want.post {
            let wanted = post.as_deref().unwrap_or_default();
            let there = applied().any(|application| {
                application.set.iter().any(|(field, value)| {
                    field == "post" && value.as_str().unwrap_or_default() == wanted
                })
            });
            if !there && initial.unwrap_or_default() != wanted {
                missing.push(format!("post {wanted:?}"));
            }
        }
        missing
    }

    /// An application that only this call can have caused.
    fn applied_for(&self, report: &Report, step: &Step, item: &Item) -> Option<&'a Application> {
        if let Some(marker) = &item.want.comments {
            return self.marked(marker).next();
        }
        if let Some(Some(post)) = &item.want.post {
            let mut applied = self.outcome.ledger.applied.iter();
            return applied.find(|application| {
                application.id == item.id && Self::set(application, "post") == Some(post)
            });
        }
        let client = format!("client-{}", step.client);
        let shares = |value: &str| {
            item.want
                .phones
                .iter()
                .chain(&item.want.emails)
                .any(|wanted| same(wanted) == same(value))
        };
        let another = self.outcome.reports.iter().any(|other| {
            let of = self.step(other);
            let Some(wanted) = self.item(other) else {
                return false;
            };
            (other.step, other.item) != (report.step, report.item)
                && of.what.ensures()
                && wanted.id == item.id
                && wanted
                    .want
                    .phones
                    .iter()
                    .chain(&wanted.want.emails)
                    .any(|value| shares(value))
                && !matches!(
                    other.verdict,
                    Some(Verdict::Failed {
                        applied: Applied::Not,
                        ..
                    })
                )
        });
        if another {
            return None;
        }
        self.outcome.ledger.applied.iter().find(|application| {
            application.id == item.id
                && Self::set(application, "comments").is_none()
                && self.seen(application).client == client
                && self.seen(application).arrived >= report.started
                && application.added.iter().any(|(_, value)| shares(value))
        })
    }

    fn something_left(&self, step: &Step, item: &Item, started: Duration, ended: Duration) -> bool {
        let client = format!("client-{}", step.client);
        let creates = matches!(step.what, Do::Create(_));
        // An `ensure` may find that a write of an earlier call is open.
        let since = if step.what.ensures() {
            Duration::ZERO
        } else {
            started
        };
        let within = |at: Duration| at >= since && at <= ended;
        self.outcome.ledger.hung_up.iter().any(|at| within(*at))
            || self.outcome.ledger.seen.iter().any(|seen| {
                let cut_short = seen.complete.is_none();
                let about_it = seen.writes.iter().any(|(_, id)| *id == item.id)
                    || creates && seen.method == "POST";
                within(seen.arrived) && (cut_short || seen.client == client && about_it)
            })
    }

    /// How long a call may take if nothing else is under way.
    fn own_bound(step: &Step) -> Duration {
        let tries = Duration::from_secs(155);
        // attempts × (read + time-out + settle_time); a read may be tried as long as the deadline allows.
        let ensure = 3 * Duration::from_secs(150 + 70 + 120);
        let ensure_batch = 3 * Duration::from_secs(150 + 150 + 240);
        let packs =
            |items: &[Item]| u32::try_from(items.len().div_ceil(50)).unwrap_or(u32::MAX) + 1;
        match &step.what {
            Do::Update(_) | Do::UpdateJob(_) | Do::Create(_) | Do::Delete(_) | Do::Get(_) => tries,
            Do::Ensure(_) | Do::EnsureJob(_) => ensure,
            Do::Batch(_) => 2 * tries,
            Do::UpdateMany(items) | Do::UpdateJobs(items) => {
                2 * tries * (packs(items) + most_of_one(items))
            }
            Do::EnsureMany(items) | Do::EnsureJobs(items) => {
                ensure_batch * (packs(items) + most_of_one(items))
            }
            Do::List(_) => 40 * tries,
            Do::Crowd(items, ..) => tries * u32::try_from(items.len()).unwrap_or(u32::MAX),
        }
    }

    /// Every call ends within its bound.
    fn bounds(&self, broken: &mut Vec<Broken>) {
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
                    queue += Self::own_bound(other);
                }
            }
            // An `ensure` also waits for what earlier calls left open: twice the settle time at most.
            let open = if step.what.ensures() {
                Duration::from_secs(240)
            } else {
                Duration::ZERO
            };
            let bound =
                Self::own_bound(step) + queue + open + polls_rarely + self.outcome.plan.slack;
            // What waits for no record that is open, in a world that is calm.
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

    /// No record is in two writes of one client at a time.
    fn in_flight(&self, broken: &mut Vec<Broken>) {
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

    /// The arrivals of the requests that carry a marker: first and last.
    fn arrivals(&self, marker: &str) -> Option<(Duration, Duration)> {
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

    /// Changes to a record are sent in the order in which they were asked for.
    fn order(&self, broken: &mut Vec<Broken>) {
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

    /// No more requests a minute than the throttle allows.
    fn quota(&self, broken: &mut Vec<Broken>) {
        let Some(limit) = self.outcome.plan.settings.per_minute else {
            return;
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        for client in 0..self.outcome.plan.clients {
            let name = format!("client-{client}");
            let seen = self
                .outcome
                .ledger
                .seen
                .iter()
                .filter(|seen| seen.client == name);
            let mut arrivals: Vec<Duration> = seen.map(|seen| seen.arrived).collect();
            arrivals.sort_unstable();
            let minute = Duration::from_secs(60);
            let full = arrivals
                .windows(limit + 1)
                .find(|window| window[limit].saturating_sub(window[0]) < minute);
            if let Some([first, ..]) = full {
                broken.push((
                    "the quota is kept",
                    format!("more than {limit} requests of {name} in the minute from {first:?}"),
                ));
            }
        }
    }

    /// The world keeps its own bounds: else what it finds is no fault of the client.
    fn world(&self, broken: &mut Vec<Broken>) {
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

    /// After an answer that asks to wait, nothing leaves for as long as it asks.
    fn gates(&self, broken: &mut Vec<Broken>) {
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
                broken.push(("a gate is closed for all", what));
            }
        }
    }

    /// At most three tries, each with all of its time.
    fn tries(&self, broken: &mut Vec<Broken>) {
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
                    "a call has at most three tries",
                    format!("step {} item {}: {writes} writes", report.step, report.item),
                ));
            }
        }
        let patient = plan.steps.iter().all(|step| step.how == How::Await);
        if !patient
            || plan.settings.names.is_some()
            || plan.settings.timeout.is_some()
            || self.outcome.finished < Duration::from_secs(1)
        {
            return;
        }
        for (number, seen) in self.outcome.ledger.seen.iter().enumerate() {
            let (Some(closed), None, Some(complete)) = (seen.closed, seen.answered, seen.complete)
            else {
                continue;
            };
            let gave_up = seen.fate.contains("not waited for") || seen.fate.contains("Stalled");
            let full = if seen.method == "GET" { 30 } else { 70 };
            let took = closed.saturating_sub(complete);
            // A batch that only reads is given the time of a read.
            let reads = seen.method == "POST" && seen.writes.is_empty();
            let full = Duration::from_millis(if reads { 29_950 } else { full * 1_000 - 50 });
            if gave_up && took < full {
                broken.push((
                    "a try has its full time",
                    format!("#{number} was given {took:?}"),
                ));
            }
        }
    }

    /// Where nothing goes wrong, nothing fails.
    fn successes(&self, broken: &mut Vec<Broken>) {
        if !self.outcome.plan.must_succeed {
            return;
        }
        for report in &self.outcome.reports {
            if let Some(Verdict::Failed { kind, shown, .. }) = &report.verdict {
                let shown: String = shown.chars().take(120).collect();
                broken.push((
                    "nothing fails without need",
                    format!(
                        "step {} item {}: {kind:?} {shown}",
                        report.step, report.item
                    ),
                ));
            }
        }
    }

    /// No error shows what is secret or somebody's.
    fn secrets(&self, broken: &mut Vec<Broken>) {
        for report in &self.outcome.reports {
            let Some(Verdict::Failed { shown, .. }) = &report.verdict else {
                continue;
            };
            let mut hidden: Vec<String> = [KEY, "confidential", "vibe_session", "79161112233"]
                .map(str::to_owned)
                .into();
            if let Some(item) = self.item(report) {
                hidden.extend(item.want.phones);
                hidden.extend(item.want.emails);
                hidden.extend(
                    item.want
                        .comments
                        .map(|text| text.chars().take(40).collect()),
                );
                hidden.extend(item.want.post.flatten());
            }
            if let Some(shows) = hidden.iter().find(|text| shown.contains(text.as_str())) {
                broken.push((
                    "errors show nothing secret",
                    format!("step {}: {shows:?} in {shown:?}", report.step),
                ));
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

fn carries(body: &Value, marker: &str) -> bool {
    let comments = |of: &Value| of.get("comments").and_then(Value::as_str) == Some(marker);
    let calls = body.get("calls").and_then(Value::as_array);
    comments(body)
        || calls
            .into_iter()
            .flatten()
            .any(|call| call.get("params").is_some_and(comments))
}

/// Whether a request sets this text as a comment or a post.
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

/// A list has every row that it should, once, and in its order.
pub(crate) fn rows(plan: &Plan, ask: &ListAsk, ids: &[u64], broken: &mut Vec<Broken>) {
    let matching = plan.contacts.iter().filter(|contact| {
        ask.named
            .as_ref()
            .is_none_or(|name| contact.last_name == *name)
    });
    let expected: BTreeSet<u64> = matching
        .filter(|_| !ask.of_none)
        .map(|contact| contact.id)
        .collect();
    let limit = ask
        .limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(usize::MAX);
    let found: BTreeSet<u64> = ids.iter().copied().collect();
    let count = limit.min(expected.len());
    if found.len() != ids.len() {
        broken.push((
            "a list has each row once",
            format!("{} rows of {} records", ids.len(), found.len()),
        ));
    }
    if found.len() != count || !found.is_subset(&expected) {
        broken.push((
            "a list has every row",
            format!("{} of {count}, as if that were all", found.len()),
        ));
    }
    let name = |id: &u64| {
        plan.contacts
            .iter()
            .find(|contact| contact.id == *id)
            .map(|contact| &contact.last_name)
    };
    if ask.by_name && !ids.is_sorted_by_key(name) {
        broken.push(("a list is in its order", format!("{} rows", ids.len())));
    }
}
