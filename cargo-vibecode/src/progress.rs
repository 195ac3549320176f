//! The progress of a long command: a bar if standard error is a terminal, otherwise a line every 10
//! seconds. In JSON format it is an event at the beginning, every 10 seconds, and at the end. All of it goes
//! to standard error.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _, Write as _},
    pin::pin,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use crate::{output::Output, rate_limit::WatchedThrottle};

/// The time between two lines or events.
const INTERVAL: Duration = Duration::from_secs(10);
/// How often `tick` should be called.
pub(crate) const TICK: Duration = Duration::from_secs(1);
/// How often the bar of a file is drawn.
const TICK_OF_FILE: Duration = Duration::from_millis(200);
/// The number of rows after which the clock is looked at.
const ROWS_PER_LOOK: u64 = 256;
/// A shorter wait is not shown.
const SHORTEST_WAIT: Duration = Duration::from_secs(2);

const BAR: &str = "{bar:20} {msg}";
const SPINNER: &str = "{spinner} {msg}";

/// The bar that is on the terminal. What else is printed must not be written into it.
static SHOWN_BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Prints something without disturbing the bar that is on the terminal.
pub(crate) fn beside_bar<T>(print: impl FnOnce() -> T) -> T {
    // It is taken out, so that something that is printed in turn finds none: the bar's lock is not reentrant.
    let Some(bar) = replace_shown_bar(None) else {
        return print();
    };
    let printed = bar.suspend(print);
    replace_shown_bar(Some(bar));
    printed
}

fn replace_shown_bar(bar: Option<ProgressBar>) -> Option<ProgressBar> {
    let mut shown = SHOWN_BAR.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut *shown, bar)
}

/// What is counted, how far it is, and how it is shown.
#[derive(Debug)]
pub(crate) struct ProgressMeter {
    state: ProgressState,
    form: Form,
    began: Instant,
    /// When the last line or event was printed.
    reported: Option<Instant>,
    drawn: Instant,
    has_ended: bool,
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
    /// How many bytes of a file have been read, and how many it has. They show how far it is if the total is
    /// not known.
    bytes: Option<(u64, u64)>,
    /// Further numbers, such as `3 failed`.
    note: String,
    /// What is being waited for, and for how long.
    wait: Option<(String, Duration)>,
}

impl ProgressMeter {
    /// Creates the progress of a known number of things, or of an unknown number. It is shown from the first
    /// `tick`.
    pub(crate) fn new(
        activity: &'static str,
        unit: &'static str,
        total: Option<u64>,
        output: &Output,
    ) -> Self {
        Self::with(activity, unit, total, None, output)
    }

    /// Creates the progress of reading a file with this many bytes.
    pub(crate) fn of_file(
        activity: &'static str,
        unit: &'static str,
        bytes: u64,
        output: &Output,
    ) -> Self {
        let mut meter = Self::with(activity, unit, None, Some((0, bytes)), output);
        // A bar that is gone in a moment would only flicker.
        if !matches!(meter.form, Form::Bar(_)) {
            meter.tick(None);
        }
        meter
    }

    fn with(
        activity: &'static str,
        unit: &'static str,
        total: Option<u64>,
        bytes: Option<(u64, u64)>,
        output: &Output,
    ) -> Self {
        let form = if output.is_quiet() {
            Form::None
        } else if output.is_json() {
            Form::Events
        } else if io::stderr().is_terminal() {
            Form::Bar(bar(total.or(bytes.map(|(_, all)| all))))
        } else {
            Form::Lines
        };
        let now = Instant::now();
        Self {
            state: ProgressState {
                activity,
                unit,
                done: 0,
                skipped: 0,
                total,
                bytes,
                note: String::new(),
                wait: None,
            },
            form,
            began: now,
            reported: None,
            drawn: now,
            has_ended: false,
        }
    }

    /// Counts what an earlier process has done. Neither it nor the time so far counts for the rate.
    pub(crate) fn skip(&mut self, count: u64) {
        self.began = Instant::now();
        self.state.skipped += count;
        self.advance(count);
        self.tick(None);
    }

    pub(crate) fn advance(&mut self, count: u64) {
        self.state.done += count;
    }

    /// Counts a row of a file, of which this many bytes have been read, and shows it from time to time.
    pub(crate) fn advance_to(&mut self, bytes_read: u64) {
        self.state.done += 1;
        if !self.state.done.is_multiple_of(ROWS_PER_LOOK) {
            return;
        }
        if let Some((read, _)) = &mut self.state.bytes {
            *read = bytes_read;
        }
        if self.drawn.elapsed() >= TICK_OF_FILE {
            self.tick(None);
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
        let is_first_event = self.reported.is_none() && matches!(self.form, Form::Events);
        let last = self.reported.unwrap_or(self.began);
        if is_first_event || last.elapsed() >= INTERVAL {
            self.reported = Some(Instant::now());
            self.report();
        }
    }

    /// Prints a line or an event.
    fn report(&self) {
        let text = match self.form {
            Form::Lines => self.state.line(self.began.elapsed()),
            Form::Events => self.state.event(self.began.elapsed()).to_string(),
            Form::Bar(_) | Form::None => return,
        };
        // Progress that cannot be shown is no reason to stop.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    fn draw(&mut self) {
        self.drawn = Instant::now();
        if let Form::Bar(bar) = &self.form {
            replace_shown_bar(Some(bar.clone()));
            bar.set_message(self.state.line(self.began.elapsed()));
            bar.set_position(self.state.part().map_or(self.state.done, |(done, _)| done));
            bar.tick();
        }
    }

    /// Prints something else without disturbing the bar.
    #[expect(
        clippy::unused_self,
        reason = "only a command with a bar can disturb it"
    )]
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        beside_bar(print);
    }

    /// Removes the bar, or prints the last event.
    pub(crate) fn end(&mut self) {
        if std::mem::replace(&mut self.has_ended, true) {
            return;
        }
        if let Some((read, all)) = &mut self.state.bytes {
            *read = *all;
        }
        self.state.wait = None;
        match &self.form {
            Form::Bar(bar) => {
                replace_shown_bar(None);
                bar.finish_and_clear();
            }
            Form::Events if self.reported.is_some() => self.report(),
            Form::Events | Form::Lines | Form::None => {}
        }
    }
}

impl Drop for ProgressMeter {
    fn drop(&mut self) {
        self.end();
    }
}

/// The progress of something that waits for requests.
#[derive(Debug)]
pub(crate) struct RequestProgress {
    meter: ProgressMeter,
    throttle: WatchedThrottle,
}

impl RequestProgress {
    pub(crate) fn new(
        activity: &'static str,
        unit: &'static str,
        total: u64,
        throttle: &WatchedThrottle,
        output: &Output,
    ) -> Self {
        Self {
            meter: ProgressMeter::new(activity, unit, Some(total), output),
            throttle: throttle.clone(),
        }
    }

    /// Waits, and shows the progress and for how long requests have been waiting for the rate limit.
    pub(crate) async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // The first tick is immediate.
                biased;
                _ = ticks.tick() => {
                    let wait = self.throttle.waiting();
                    self.meter.tick(wait.map(|time| ("the rate limit", time)));
                }
                done = &mut work => return done,
            }
        }
    }

    pub(crate) fn advance(&mut self, count: usize) {
        self.meter.advance(u64::try_from(count).unwrap_or_default());
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
            Some(total) => format!("{activity}: {done} of {total} {unit}"),
            None => format!("{activity}: {done} {unit}"),
        };
        if let Some(percent) = self.percent() {
            let _ = write!(line, " ({percent} %)");
        }
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
            "unit": self.unit,
            "done": self.done,
            "total": self.total,
            "percent": self.percent(),
            "per_second": self.per_second(elapsed),
            "note": Some(&self.note).filter(|note| !note.is_empty()),
            "elapsed_seconds": elapsed.as_secs(),
            "left_seconds": self.left(elapsed).map(|left| left.as_secs()),
            "waiting_for": wait.map(|(what, _)| what),
            "waiting_seconds": wait.map(|(_, time)| time.as_secs()),
        })
    }

    fn per_second(&self, elapsed: Duration) -> u64 {
        let millis = elapsed.as_millis().max(1);
        let done_now = self.done.saturating_sub(self.skipped);
        let rate = u128::from(done_now) * 1000 / millis;
        u64::try_from(rate).unwrap_or(u64::MAX)
    }

    /// Returns how much is done and how much there is, if that is known.
    fn part(&self) -> Option<(u64, u64)> {
        self.total.map(|total| (self.done, total)).or(self.bytes)
    }

    fn percent(&self) -> Option<u64> {
        self.part().map(|(done, all)| percent(done, all))
    }

    /// Returns how long the rest takes at the rate so far, if anything has been done.
    fn left(&self, elapsed: Duration) -> Option<Duration> {
        let (done, all) = self.part()?;
        let rest = u128::from(all.saturating_sub(done));
        let new = u128::from(done.saturating_sub(self.skipped));
        let millis = (elapsed.as_millis() * rest).checked_div(new)?;
        Some(Duration::from_millis(
            u64::try_from(millis).unwrap_or(u64::MAX),
        ))
    }
}

/// Rounds down, so that 100 % is the end.
fn percent(done: u64, all: u64) -> u64 {
    let percent = (u128::from(done) * 100).checked_div(u128::from(all));
    let percent = percent.and_then(|percent| u64::try_from(percent).ok());
    percent.unwrap_or(100).min(100)
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
            bytes: None,
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
        assert_eq!(begun.event(Duration::ZERO)["left_seconds"], json!(null));
    }

    #[test]
    fn the_bytes_of_a_file_show_how_far_it_is_if_its_rows_are_not_counted_yet() {
        let file = ProgressState {
            activity: "checking",
            total: None,
            bytes: Some((250, 1000)),
            ..state()
        };
        assert_eq!(
            file.line(SECONDS_20),
            "checking: 400 rows (25 %), 20 rows/s, 0:20 elapsed, 1:00 left"
        );
        assert_eq!(file.event(SECONDS_20)["percent"], json!(25));
    }

    #[test]
    fn a_hundred_percent_is_the_end() {
        assert_eq!((percent(999, 1000), percent(1000, 1000)), (99, 100));
        assert_eq!((percent(0, 0), percent(7, 5)), (100, 100));
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
    }
}
