//! The progress of a long command: a bar if standard error is a terminal, otherwise a line every 10
//! seconds, or an event of JSON in JSON format. All of it goes to standard error.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::output::Output;

/// The time between two lines or events.
const INTERVAL: Duration = Duration::from_secs(10);
/// How often `tick` should be called.
pub(crate) const TICK: Duration = Duration::from_secs(1);
/// A shorter wait is not shown.
const SHORTEST_WAIT: Duration = Duration::from_secs(2);

const BAR: &str = "{bar:20} {msg}";
const SPINNER: &str = "{spinner} {msg}";

/// What is counted, how far it is, and how it is shown.
#[derive(Debug)]
pub(crate) struct ProgressMeter {
    state: ProgressState,
    form: Form,
    began: Instant,
    reported: Instant,
}

#[derive(Debug)]
enum Form {
    Bar(ProgressBar),
    Lines,
    Events,
    None,
}

/// The numbers of the progress.
#[derive(Debug, Clone, PartialEq)]
struct ProgressState {
    /// What is being done, such as `sending`.
    activity: &'static str,
    /// What is counted, such as `rows`.
    unit: &'static str,
    done: u64,
    /// Those that were done before.
    skipped: u64,
    total: Option<u64>,
    /// Further numbers, such as `3 failed`.
    note: String,
    /// What is being waited for, and for how long.
    wait: Option<(String, Duration)>,
}

impl ProgressMeter {
    pub(crate) fn new(
        activity: &'static str,
        unit: &'static str,
        total: Option<u64>,
        output: &Output,
    ) -> Self {
        let form = if output.is_quiet() {
            Form::None
        } else if output.is_json() {
            Form::Events
        } else if io::stderr().is_terminal() {
            Form::Bar(bar(total))
        } else {
            Form::Lines
        };
        let now = Instant::now();
        let mut meter = Self {
            state: ProgressState {
                activity,
                unit,
                done: 0,
                skipped: 0,
                total,
                note: String::new(),
                wait: None,
            },
            form,
            began: now,
            reported: now,
        };
        meter.draw();
        meter
    }

    /// Counts what an earlier process has done. Neither it nor the time so far counts for the rate.
    pub(crate) fn skip(&mut self, count: u64) {
        self.began = Instant::now();
        self.state.skipped += count;
        self.advance(count);
    }

    pub(crate) fn advance(&mut self, count: u64) {
        self.state.done += count;
        if let Form::Bar(bar) = &self.form {
            bar.inc(count);
        }
    }

    /// Sets the further numbers, such as `3 failed`.
    pub(crate) fn note(&mut self, note: String) {
        self.state.note = note;
    }

    /// Shows the current state: call it every [`TICK`], with what is being waited for.
    pub(crate) fn tick(&mut self, wait: Option<(&str, Duration)>) {
        let wait = wait.filter(|(_, time)| *time >= SHORTEST_WAIT);
        self.state.wait = wait.map(|(what, time)| (what.to_owned(), time));
        self.draw();
        if self.reported.elapsed() < INTERVAL {
            return;
        }
        self.reported = Instant::now();
        let text = match self.form {
            Form::Lines => self.state.line(self.began.elapsed()),
            Form::Events => self.state.event(self.began.elapsed()).to_string(),
            Form::Bar(_) | Form::None => return,
        };
        // Progress that cannot be shown is no reason to stop.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    fn draw(&mut self) {
        if let Form::Bar(bar) = &self.form {
            bar.set_message(self.state.line(self.began.elapsed()));
            bar.tick();
        }
    }

    /// Prints something else without disturbing the bar.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        match &self.form {
            Form::Bar(bar) => bar.suspend(print),
            Form::Lines | Form::Events | Form::None => print(),
        }
    }

    pub(crate) fn end(&self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
    let template = if total.is_some() { BAR } else { SPINNER };
    // Without the style the bar is plain.
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

impl ProgressState {
    /// Returns `sending: 400 of 1000 rows (40 %), 20 rows/s, 0:20 elapsed, 0:30 left`.
    fn line(&self, elapsed: Duration) -> String {
        let Self {
            activity,
            unit,
            done,
            total,
            note,
            ..
        } = self;
        let mut line = match total {
            Some(total) => format!(
                "{activity}: {done} of {total} {unit} ({} %)",
                percent(*done, *total)
            ),
            None => format!("{activity}: {done} {unit}"),
        };
        let _ = write!(line, ", {} {unit}/s", self.per_second(elapsed));
        if !note.is_empty() {
            let _ = write!(line, ", {note}");
        }
        let _ = write!(line, ", {} elapsed", clock(elapsed));
        if let Some(left) = self.left(elapsed) {
            let _ = write!(line, ", {} left", clock(left));
        }
        if let Some((what, time)) = &self.wait {
            let _ = write!(line, "; waiting for {what}, {} s", time.as_secs());
        }
        line
    }

    fn event(&self, elapsed: Duration) -> serde_json::Value {
        let wait = self.wait.as_ref();
        json!({
            "event": "progress",
            "activity": self.activity,
            "done": self.done,
            "total": self.total,
            "unit": self.unit,
            "elapsedSeconds": elapsed.as_secs(),
            "leftSeconds": self.left(elapsed).map(|left| left.as_secs()),
            "waitingFor": wait.map(|(what, _)| what),
            "waitingSeconds": wait.map(|(_, time)| time.as_secs()),
        })
    }

    /// Returns how many were done since the beginning.
    fn done_now(&self) -> u64 {
        self.done.saturating_sub(self.skipped)
    }

    fn per_second(&self, elapsed: Duration) -> u64 {
        let millis = elapsed.as_millis().max(1);
        let rate = u128::from(self.done_now()) * 1000 / millis;
        u64::try_from(rate).unwrap_or(u64::MAX)
    }

    /// Returns how long the rest takes at the rate so far, if anything has been done.
    fn left(&self, elapsed: Duration) -> Option<Duration> {
        let rest = self.total?.saturating_sub(self.done);
        let new = u128::from(self.done_now());
        let millis = (elapsed.as_millis() * u128::from(rest)).checked_div(new)?;
        Some(Duration::from_millis(
            u64::try_from(millis).unwrap_or(u64::MAX),
        ))
    }
}

/// Rounds down, so that 100 % is the end.
fn percent(done: u64, total: u64) -> u128 {
    let percent = u128::from(done) * 100;
    percent
        .checked_div(u128::from(total))
        .unwrap_or(100)
        .min(100)
}

/// `0:07`, `12:30`, `1:02:03`.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> ProgressState {
        ProgressState {
            activity: "sending",
            unit: "rows",
            done: 400,
            skipped: 0,
            total: Some(1000),
            note: String::new(),
            wait: None,
        }
    }

    const SECONDS_20: Duration = Duration::from_secs(20);

    #[test]
    fn a_line_shows_how_far_how_fast_and_how_long() {
        assert_eq!(
            state().line(SECONDS_20),
            "sending: 400 of 1000 rows (40 %), 20 rows/s, 0:20 elapsed, 0:30 left"
        );
        let waiting = ProgressState {
            note: "3 failed".to_owned(),
            wait: Some(("the rate limit".to_owned(), Duration::from_secs(4))),
            ..state()
        };
        assert_eq!(
            waiting.line(SECONDS_20),
            "sending: 400 of 1000 rows (40 %), 20 rows/s, 3 failed, 0:20 elapsed, 0:30 left; waiting for the rate limit, 4 s"
        );
    }

    #[test]
    fn what_an_earlier_process_did_does_not_count_for_the_rate() {
        let resumed = ProgressState {
            skipped: 300,
            ..state()
        };
        let line = resumed.line(SECONDS_20);
        assert!(
            line.contains(" 5 rows/s, 0:20 elapsed, 2:00 left"),
            "{line}"
        );
    }

    #[test]
    fn without_a_total_or_a_rate_nothing_is_guessed() {
        let unknown = ProgressState {
            total: None,
            ..state()
        };
        assert_eq!(
            unknown.line(SECONDS_20),
            "sending: 400 rows, 20 rows/s, 0:20 elapsed"
        );
        let begun = ProgressState { done: 0, ..state() };
        assert_eq!(
            begun.line(Duration::ZERO),
            "sending: 0 of 1000 rows (0 %), 0 rows/s, 0:00 elapsed"
        );
        assert_eq!(begun.event(Duration::ZERO)["leftSeconds"], json!(null));
    }

    #[test]
    fn a_hundred_percent_is_the_end() {
        assert_eq!((percent(999, 1000), percent(1000, 1000)), (99, 100));
        assert_eq!((percent(0, 0), percent(7, 5)), (100, 100));
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
    }
}
