//! The progress of the job: how many rows are done and failed, and what it waits for.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{
    output::Output,
    progress::{ProgressMeter, Wait},
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

    /// Adds the rows that an earlier process has reported.
    pub(crate) fn begin_at(&mut self, ok: u64, failed: u64) {
        (self.ok, self.failed) = (ok, failed);
        self.meter.skip(ok + failed);
        self.note();
    }

    pub(crate) fn advance(&mut self, ok: u64, failed: u64) {
        self.ok += ok;
        self.failed += failed;
        self.meter.advance(ok + failed);
        self.note();
    }

    /// Counts rows as open that were reported.
    pub(crate) fn take_back(&mut self, ok: u64, failed: u64) {
        self.ok = self.ok.saturating_sub(ok);
        self.failed = self.failed.saturating_sub(failed);
    }

    fn note(&mut self) {
        if self.failed > 0 {
            self.meter.note(format!("{} failed", self.failed));
        }
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
        let line = format!("waiting {:.1} s: {why}", time.as_secs_f64());
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
