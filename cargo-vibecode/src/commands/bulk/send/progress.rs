//! The progress of the job: how many rows are done and failed, and what it waits for.

use std::{pin::pin, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::{
    clock::wait_in_words,
    output::Output,
    progress::{ProgressMeter, TICK, Wait},
    rate_limit::WatchedThrottle,
};

/// The progress of the job.
#[derive(Debug)]
pub(crate) struct Progress {
    meter: ProgressMeter,
    throttle: WatchedThrottle,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
}

impl Progress {
    pub(crate) fn new(rows: u64, throttle: WatchedThrottle, output: &Output) -> Self {
        Self {
            meter: ProgressMeter::new("sending", "rows", Some(rows), output),
            throttle,
            ok: 0,
            failed: 0,
        }
    }

    /// Adds the rows that earlier processes have reported.
    pub(crate) fn continue_at(&mut self, ok: u64, failed: u64) {
        (self.ok, self.failed) = (ok, failed);
        self.meter.advance(ok + failed);
        self.note_failed();
    }

    /// Begins to measure the rate. Called once rows can be sent.
    pub(crate) fn begin(&mut self) {
        self.meter.begin();
    }

    pub(crate) fn advance(&mut self, ok: u64, failed: u64) {
        self.ok += ok;
        self.failed += failed;
        self.meter.advance(ok + failed);
        self.note_failed();
    }

    /// Counts rows that were reported as open.
    pub(crate) fn reopen(&mut self, ok: u64, failed: u64) {
        self.ok = self.ok.saturating_sub(ok);
        self.failed = self.failed.saturating_sub(failed);
    }

    /// Shows how many rows have failed, if any, and no other note.
    pub(crate) fn note_failed(&mut self) {
        self.meter.note(match self.failed {
            0 => String::new(),
            failed => format!("{failed} failed"),
        });
    }

    /// Waits for something else than rows, and shows what that is.
    pub(crate) async fn during<T>(&mut self, activity: &str, work: impl Future<Output = T>) -> T {
        self.meter.note(activity.to_owned());
        let mut work = pin!(work);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let done = loop {
            tokio::select! {
                biased;
                done = &mut work => break done,
                _ = ticks.tick() => self.tick(),
            }
        };
        self.note_failed();
        done
    }

    /// Shows the current state, and for how long requests have been waiting for the rate limit.
    pub(crate) fn tick(&mut self) {
        let wait = self.throttle.waiting();
        self.meter.tick(wait.map(Wait::RateLimit));
    }

    /// Prints something else without disturbing the bar.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.meter.aside(print);
    }

    /// Waits until earlier requests have settled, and shows why and for how much longer.
    pub(crate) async fn wait(&mut self, time: Duration, why: &str, output: &Output) {
        if time.is_zero() {
            return;
        }
        let line = format!("waiting {}: {why}", wait_in_words(time));
        self.aside(|| output.line(line));
        let until = Instant::now() + time;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            self.meter.tick(Some(Wait::Settling(left)));
            sleep(left.min(Duration::from_secs(1))).await;
        }
    }

    pub(crate) fn end(&mut self) {
        self.meter.end();
    }
}
