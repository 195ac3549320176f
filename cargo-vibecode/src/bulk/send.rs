//! The second pass: up to four batches of rows are under way, each journaled before and after.

use std::{collections::HashMap, time::Duration};

use serde_json::json;
use tokio::{
    task::{Id, JoinSet},
    time::{Instant, MissedTickBehavior, interval, sleep},
};
use vibecode_runtime::{Client, Error, PatchJob};

use super::{
    interrupts::Interrupts,
    journal::{Journal, SIGN_OF_LIFE},
    outcome::{RowFailure, Verdict},
    plan::{Pack, Plan},
    progress::Progress,
    row_set::Ranges,
};
use crate::{failure::Failure, output::Output};

/// So many batches are under way at a time.
const MOST_PACKS: usize = 4;
/// After so many batches in a row of which no row is known to be applied or refused, the API is
/// taken to be out of order.
const MOST_LOST: u32 = 8;

/// How rows are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As they stand.
    Update,
    /// What the record has not: nothing is added twice.
    Ensure,
}

/// Sends rows.
#[derive(Debug)]
pub(super) struct Sender<'a> {
    pub(super) client: Client,
    pub(super) journal: Journal,
    pub(super) progress: Progress,
    pub(super) interrupts: Interrupts,
    pub(super) output: &'a Output,
    /// Whether an answer has shown what was sent. Until then one batch leaves at a time.
    is_proved: bool,
    lost_in_a_row: u32,
    /// When a row ended whose change may still arrive.
    last_unknown: Option<Instant>,
}

/// The batches under way.
#[derive(Debug, Default)]
struct Running {
    tasks: JoinSet<Vec<Result<(), Error>>>,
    batches: HashMap<Id, Batch>,
}

#[derive(Debug)]
struct Batch {
    number: u64,
    lines: Vec<u64>,
    ids: Vec<u64>,
}

/// Why nothing more is sent.
#[derive(Debug)]
pub(super) enum Stopped {
    Interrupted,
    Because(Failure),
}

impl<'a> Sender<'a> {
    pub(super) fn new(
        client: Client,
        journal: Journal,
        progress: Progress,
        output: &'a Output,
    ) -> Self {
        Self {
            client,
            journal,
            progress,
            interrupts: Interrupts::listen(),
            output,
            is_proved: false,
            lost_in_a_row: 0,
            last_unknown: None,
        }
    }

    /// Sends all rows of a plan. What is under way when it stops, ends and is journaled.
    ///
    /// # Errors
    /// Why it stopped before the end.
    pub(super) async fn send(&mut self, plan: &mut Plan<'_>, mode: Mode) -> Result<(), Stopped> {
        let mut running = Running::default();
        let mut stopped = None;
        let mut signs = interval(SIGN_OF_LIFE);
        signs.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if stopped.is_none()
                && let Err(failure) = self.fill(&mut running, plan, mode)
            {
                stopped = Some(Stopped::Because(failure));
            }
            if running.tasks.is_empty() {
                self.journal.sync()?;
                return stopped.map_or(Ok(()), Err);
            }
            tokio::select! {
                Some(ended) = running.tasks.join_next_with_id() => {
                    let (task, results) = ended.map_err(|error| Failure::new(error.to_string()))?;
                    if let Some(batch) = running.batches.remove(&task) {
                        plan.release(&batch.ids);
                        let reason = self.note(&batch, &results)?;
                        let reason = reason.map(|reason| Stopped::Because(Failure::new(reason)));
                        stopped = stopped.or(reason);
                    }
                }
                () = self.interrupts.next() => {
                    if matches!(stopped, Some(Stopped::Interrupted)) {
                        return Err(Stopped::Interrupted);
                    }
                    self.progress.aside(|| self.output.warn(
                        "interrupted: the batches under way end first; interrupt once more to leave them open",
                    ));
                    stopped = Some(Stopped::Interrupted);
                }
                _ = signs.tick() => self.journal.sign()?,
            }
        }
    }

    /// Lets as many batches leave as may be under way.
    fn fill(
        &mut self,
        running: &mut Running,
        plan: &mut Plan<'_>,
        mode: Mode,
    ) -> Result<(), Failure> {
        let most = if self.is_proved { MOST_PACKS } else { 1 };
        let mut packs = Vec::new();
        let mut failed = None;
        while running.tasks.len() + packs.len() < most {
            match plan.pack() {
                Ok(Some(pack)) => packs.push((self.journal.start(pack.rows())?, pack)),
                Ok(None) => break,
                Err(failure) => {
                    failed = Some(failure);
                    break;
                }
            }
        }
        if !packs.is_empty() {
            self.journal.sync()?;
        }
        for (number, pack) in packs {
            let ids = pack.ids();
            let Pack { lines, jobs } = pack;
            let task = running.tasks.spawn(run(self.client.clone(), jobs, mode));
            let batch = Batch { number, lines, ids };
            running.batches.insert(task.id(), batch);
        }
        failed.map_or(Ok(()), Err)
    }

    /// Journals what became of a batch. Gives why nothing more is to be sent, if that is so.
    fn note(
        &mut self,
        batch: &Batch,
        results: &[Result<(), Error>],
    ) -> Result<Option<String>, Failure> {
        match Verdict::of(results) {
            Verdict::GoOn => {}
            Verdict::ReturnAndStop(reason) => {
                self.journal.returned(batch.number)?;
                return Ok(Some(reason));
            }
            Verdict::LeaveAndStop(reason) => return Ok(Some(reason)),
        }
        let rows = batch.lines.iter().copied().zip(results);
        let failed: Vec<RowFailure> = rows
            .clone()
            .filter_map(|(row, result)| Some(RowFailure::of(row, result.as_ref().err()?)))
            .collect();
        let ok: Ranges = rows
            .filter(|(_, result)| result.is_ok())
            .map(|(row, _)| row)
            .collect();
        let is_lost = ok.is_empty() && failed.iter().all(RowFailure::is_unknown);
        self.lost_in_a_row = if is_lost { self.lost_in_a_row + 1 } else { 0 };
        self.is_proved |= !ok.is_empty();
        if failed.iter().any(RowFailure::is_unknown) {
            self.last_unknown = Some(Instant::now());
        }
        self.tell(&failed);
        let count = |rows: usize| u64::try_from(rows).unwrap_or_default();
        let failures = count(failed.len());
        self.progress
            .advance(count(results.len()) - failures, failures);
        self.journal.done(batch.number, ok, failed)?;
        Ok((self.lost_in_a_row >= MOST_LOST).then(|| {
            format!("no answer could be understood for {MOST_LOST} batches in a row: the API seems to be out of order")
        }))
    }

    /// Tells programs of rows that failed.
    fn tell(&self, failed: &[RowFailure]) {
        for RowFailure {
            row,
            code,
            outcome,
            message,
        } in failed
        {
            self.output.json(&json!({
                "row": row,
                "error_code": code,
                "outcome": outcome,
                "error_message": message,
            }));
        }
    }

    /// Waits, and shows why.
    ///
    /// # Errors
    /// Where it is interrupted.
    pub(super) async fn wait(&mut self, time: Duration, why: &str) -> Result<(), Stopped> {
        if time.is_zero() {
            return Ok(());
        }
        let told = format!("waiting {:.1} s: {why}", time.as_secs_f64());
        self.progress.aside(|| self.output.line(told));
        let until = Instant::now() + time;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            self.progress.waiting(left);
            tokio::select! {
                () = sleep(left.min(Duration::from_secs(1))) => {}
                () = self.interrupts.next() => return Err(Stopped::Interrupted),
            }
        }
        Ok(())
    }

    /// How long a change whose row was reported as unknown may still arrive.
    pub(super) fn unsettled(&self, settle: Duration) -> Duration {
        self.last_unknown.map_or(Duration::ZERO, |last| {
            (last + settle).saturating_duration_since(Instant::now())
        })
    }
}

/// Sends the rows of a pack, and gives what became of each, in their order.
async fn run(client: Client, jobs: Vec<PatchJob>, mode: Mode) -> Vec<Result<(), Error>> {
    let mut results = Vec::with_capacity(jobs.len());
    match mode {
        Mode::Update => {
            let mut outcomes = client.update_jobs(jobs);
            while let Some(outcome) = outcomes.next().await {
                results.push(outcome.result.map(|_| ()));
            }
        }
        Mode::Ensure => {
            let mut outcomes = client.ensure_jobs(jobs);
            while let Some(outcome) = outcomes.next().await {
                results.push(outcome.result.map(|_| ()));
            }
        }
    }
    results
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Because(failure)
    }
}
