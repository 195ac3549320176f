//! The progress of the job: a bar, if standard error is a terminal.

use std::{fmt::Write, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::output::Output;

/// The progress of the job.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
}

const TEMPLATE: &str = "{bar:30} {pos}/{len} rows  {rate}  {msg}  {eta} left";

impl Progress {
    /// Creates a bar that is hidden in JSON format, and if standard error is not a terminal.
    pub(crate) fn new(rows: u64, output: &Output) -> Self {
        let target = if output.is_json() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(rows), target);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            let rate = |state: &ProgressState, shown: &mut dyn Write| {
                let _ = write!(shown, "{:.0} rows/s", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate));
        }
        let progress = Self {
            bar,
            ok: 0,
            failed: 0,
        };
        progress.show();
        progress
    }

    /// Adds the rows that an earlier process has reported.
    pub(crate) fn begin_at(&mut self, ok: u64, failed: u64) {
        (self.ok, self.failed) = (ok, failed);
        self.bar.set_position(ok + failed);
        self.bar.reset_eta();
        self.show();
    }

    pub(crate) fn advance(&mut self, ok: u64, failed: u64) {
        self.ok += ok;
        self.failed += failed;
        self.bar.inc(ok + failed);
        self.show();
    }

    fn show(&self) {
        self.bar.set_message(format!("{} failed", self.failed));
    }

    /// Prints something else without disturbing the bar.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Shows the remaining wait instead of the bar's numbers.
    pub(crate) fn waiting(&self, left: Duration) {
        self.bar.set_message(format!(
            "{} failed, waiting {} s",
            self.failed,
            left.as_secs() + 1
        ));
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
