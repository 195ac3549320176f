//! The numbers of the progress, as a line and as an event.

use std::{fmt::Write as _, time::Duration};

use serde_json::json;

use super::{
    Wait,
    rate::{Done, Rate},
};

/// The numbers of the progress.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ProgressState {
    /// What is being done, such as `sending`.
    pub(super) activity: &'static str,
    /// What is counted, such as `rows`.
    pub(super) unit: &'static str,
    pub(super) done: u64,
    pub(super) total: Option<u64>,
    /// How many bytes of a file have been read, and how many it has. They show how far it is if the total is
    /// not known.
    pub(super) bytes: Option<(u64, u64)>,
    /// Further numbers, such as `3 failed`.
    pub(super) note: String,
    /// What is being waited for, if it is long enough to be shown.
    pub(super) wait: Option<Wait>,
    pub(super) rate: Rate,
}

impl ProgressState {
    /// Returns `sending: 400 of 1000 rows (40 %), 20 rows/s, 0:20 elapsed, 0:30 left`.
    pub(super) fn line(&self, elapsed: Duration) -> String {
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
        if let Some(wait) = &self.wait {
            let (what, seconds) = (wait.what(), wait.time().as_secs());
            let _ = write!(line, "; waiting for {what}, {seconds} s");
        }
        line
    }

    pub(super) fn event(&self, elapsed: Duration) -> serde_json::Value {
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
            "waiting_for": wait.map(Wait::what),
            "waiting_seconds": wait.map(|wait| wait.time().as_secs()),
        })
    }

    /// Records how much is done after this time, and what has been waited for since the last call.
    pub(super) fn record(&mut self, elapsed: Duration, wait: Option<&Wait>) {
        self.rate.record(elapsed, self.done(), wait);
    }

    /// Measures the rate from now on.
    pub(super) fn begin_rate(&mut self) {
        self.rate = Rate::beginning_at(self.done());
    }

    fn done(&self) -> Done {
        Done {
            count: self.done,
            progress: self.part().map_or(self.done, |(done, _)| done),
        }
    }

    fn per_second(&self, elapsed: Duration) -> u64 {
        self.rate.per_second(elapsed, self.done())
    }

    /// Returns how much is done and how much there is, if that is known.
    pub(super) fn part(&self) -> Option<(u64, u64)> {
        self.total.map(|total| (self.done, total)).or(self.bytes)
    }

    fn percent(&self) -> Option<u64> {
        self.part().map(|(done, all)| percent(done, all))
    }

    /// Returns how long the rest takes at the rate so far, if anything has been done, after what is being waited for.
    fn left(&self, elapsed: Duration) -> Option<Duration> {
        let (done, all) = self.part()?;
        let rest = all.saturating_sub(done);
        let left = self.rate.time_of(rest, elapsed, self.done())?;
        let wait = self.wait.as_ref().and_then(Wait::left);
        Some(left.saturating_add(wait.unwrap_or_default()))
    }
}

/// Rounds down, so that 100 % is the end.
fn percent(done: u64, all: u64) -> u64 {
    let percent = (u128::from(done) * 100).checked_div(u128::from(all));
    let percent = percent.and_then(|percent| u64::try_from(percent).ok());
    percent.unwrap_or(100).min(100)
}

/// `0:07`, `12:30`, `1:02:03`.
fn clock(time: Duration) -> String {
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
            total: Some(1000),
            bytes: None,
            note: String::new(),
            wait: None,
            rate: Rate::beginning_at(Done::default()),
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
            wait: Some(Wait::RateLimit(Duration::from_secs(4))),
            ..state()
        };
        assert_eq!(
            waiting.line(SECONDS_20),
            "sending: 400 of 1000 rows (40 %), 20 rows/s, 3 failed, 0:20 elapsed, 0:30 left; waiting for the rate limit, 4 s"
        );
    }

    #[test]
    fn what_an_earlier_process_did_does_not_count_for_the_rate() {
        let mut resumed = ProgressState {
            done: 300,
            ..state()
        };
        resumed.begin_rate();
        resumed.done = 400;
        let line = resumed.line(SECONDS_20);
        assert!(
            line.contains(" 5 rows/s, 0:20 elapsed, 2:00 left"),
            "{line}"
        );
    }

    #[test]
    fn the_rest_begins_after_a_wait_whose_end_is_known() {
        let waiting = ProgressState {
            wait: Some(Wait::Settling(Duration::from_secs(100))),
            ..state()
        };
        let line = waiting.line(SECONDS_20);
        assert!(
            line.ends_with(
                ", 0:20 elapsed, 2:10 left; waiting for earlier requests to settle, 100 s"
            ),
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
