//! The outcome of every job, and whether it is correct.
#![expect(clippy::print_stdout, reason = "this shows what has come of it")]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use apalis::prelude::BoxDynError;
use serde_json::Value;
use vibecode_sandbox::{LoggedRequest, Sandbox};

use crate::team::{Step, label};

/// The values that a contact should have: phones by their digits, all others unchanged.
pub(crate) type Values = BTreeSet<String>;

/// The job for a contact that does not exist.
pub(crate) const TO_GIVE_UP: usize = 1;

pub(crate) struct Run {
    pub(crate) sandbox: Sandbox,
    pub(crate) limit: usize,
    pub(crate) wanted: BTreeMap<u64, Values>,
    pub(crate) killed: Killed,
    pub(crate) steps: Vec<Step>,
}

pub(crate) struct Killed {
    pub(crate) label: String,
    pub(crate) at: Instant,
    /// The serial number of the request that was under way.
    pub(crate) request: usize,
    /// The tasks that it had taken from the queue and not reported as ended.
    pub(crate) held: Vec<String>,
}

/// The name of the worker that sent a request.
pub(crate) fn sender(request: &LoggedRequest) -> &str {
    request.header("user-agent").unwrap_or_default()
}

/// Phones are equal regardless of their spelling.
pub(crate) fn comparable(value: &str) -> String {
    let is_phone = value.starts_with('+');
    let counts = |c: &char| !is_phone || c.is_ascii_digit();
    value.chars().filter(counts).collect()
}

impl Run {
    /// Prints the result.
    ///
    /// # Errors
    /// If anything is not as it must be.
    pub(crate) fn judge(&self) -> Result<(), BoxDynError> {
        let requests = self.sandbox.requests();
        self.show_workers(&requests);
        let left_behind = self.show_orphans();
        let [doubled, lost] = self.doubled_and_lost();
        let count = |is: &dyn Fn(&LoggedRequest) -> bool| requests.iter().filter(|r| is(r)).count();
        let too_many = count(&|request| request.status().is_some_and(|status| status == 429));
        let arrived =
            count(&|request| request.serial() == self.killed.request && request.was_applied());
        println!(
            "{} requests, {too_many} of them 429; doubled {doubled}, lost {lost}",
            requests.len()
        );
        let problems: Vec<String> = [
            (doubled, "contacts have a phone twice"),
            (lost, "contacts lack what was put on the queue"),
            (too_many, "requests were above the limit"),
            (left_behind, "jobs of the killed worker were not taken up"),
            (
                self.steps_of("refused").count().abs_diff(TO_GIVE_UP),
                "jobs were wrongly given up, or not given up",
            ),
            (
                usize::from(self.killed.held.is_empty()),
                "killed worker held no job",
            ),
            (1 - arrived, "request that was under way has not arrived"),
            (
                usize::from(requests.len() <= self.limit),
                "limit was never reached",
            ),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, problem)| format!("{count} {problem}"))
        .collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(problems.join("; ").into())
    }

    fn steps_of(&self, verb: &str) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.verb == verb)
    }

    fn show_workers(&self, requests: &[LoggedRequest]) {
        let mut workers: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
        for request in requests {
            let [all, lost] = workers.entry(label(sender(request))).or_default();
            *all += 1;
            *lost += usize::from(request.fault().is_some());
        }
        for (worker, [all, lost]) in workers {
            let [done, later] = ["done", "later"].map(|verb| {
                self.steps_of(verb)
                    .filter(|step| step.worker == worker)
                    .count()
            });
            println!(
                "{worker}: {done} jobs done, {later} put off; {all} requests, {lost} of them met a fault"
            );
        }
        for step in self.steps_of("refused") {
            println!("given up: {}", step.detail);
        }
    }

    /// Prints the orphaned jobs, and returns how many of them nobody took over.
    fn show_orphans(&self) -> usize {
        let mut left_behind = 0;
        for task in &self.killed.held {
            let by_another = |verb| {
                self.steps_of(verb)
                    .find(|step| step.task == *task && step.worker != self.killed.label)
            };
            let (Some(began), Some(done)) = (by_another("began"), by_another("done")) else {
                left_behind += 1;
                continue;
            };
            println!(
                "orphan of {}: {} began it {:.1} s after the kill, and added {}",
                done.record,
                done.worker,
                (began.at - self.killed.at).as_secs_f32(),
                done.detail,
            );
        }
        left_behind
    }

    /// Compares every contact of the portal with what all jobs together require.
    fn doubled_and_lost(&self) -> [usize; 2] {
        let [mut doubled, mut lost] = [0, 0];
        for (id, wanted) in &self.wanted {
            let contact = self.sandbox.contact(*id).unwrap_or_default();
            let text = |value: Option<&Value>| value.and_then(Value::as_str).map(comparable);
            let entries = contact
                .get("fm")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            let entries: Vec<String> = entries
                .filter_map(|entry| text(entry.get("value")))
                .collect();
            let mut there: Values = entries.iter().cloned().collect();
            doubled += usize::from(there.len() < entries.len());
            there.extend(text(contact.get("post")));
            lost += usize::from(!wanted.is_subset(&there));
        }
        [doubled, lost]
    }
}
