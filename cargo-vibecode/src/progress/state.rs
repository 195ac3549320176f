//! The numbers of the progress, as a line and as an event.

use std::time::Duration;

use serde_json::json;

use super::{
    Wait,
    rate::{Done, Rate},
};
use crate::clock::{clock, clock_of_wait};

/// How much a part of the line is needed, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Rate,
    Elapsed,
    Percent,
    Left,
    Note,
    Always,
}

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
        self.line_within(elapsed, usize::MAX)
    }

    /// Returns the line without the parts that are needed least, so that it has at most this many letters if that is
    /// possible.
    pub(super) fn line_within(&self, elapsed: Duration, room: usize) -> String {
        let mut parts = self.parts(elapsed);
        let length = |parts: &[(Need, String)]| -> usize {
            parts.iter().map(|(_, text)| text.chars().count()).sum()
        };
        while length(&parts) > room
            && let Some(least) = parts.iter().map(|(need, _)| *need).min()
            && least < Need::Always
        {
            parts.retain(|(need, _)| *need != least);
        }
        parts.into_iter().map(|(_, text)| text).collect()
    }

    /// Returns the parts of the line, each with what separates it from the part before.
    fn parts(&self, elapsed: Duration) -> Vec<(Need, String)> {
        let Self {
            activity,
            unit,
            done,
            total,
            note,
            ..
        } = self;
        let count = match total {
            Some(total) => format!("{activity}: {done} of {total} {unit}"),
            None => format!("{activity}: {done} {unit}"),
        };
        let mut parts = vec![(Need::Always, count)];
        if let Some(percent) = self.percent() {
            parts.push((Need::Percent, format!(" ({percent} %)")));
        }
        let rate = format!(", {} {unit}/s", self.per_second(elapsed));
        parts.push((Need::Rate, rate));
        if !note.is_empty() {
            parts.push((Need::Note, format!(", {note}")));
        }
        parts.push((Need::Elapsed, format!(", {} elapsed", clock(elapsed))));
        if let Some(left) = self.left(elapsed) {
            parts.push((Need::Left, format!(", {} left", clock(left))));
        }
        if let Some(wait) = &self.wait {
            let (what, time) = (wait.what(), clock_of_wait(wait.time()));
            parts.push((Need::Always, format!("; waiting {time} for {what}")));
        }
        parts
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
            "sending: 400 of 1000 rows (40 %), 20 rows/s, 3 failed, 0:20 elapsed, 0:30 left; waiting 0:04 for the rate limit"
        );
    }

    #[test]
    fn a_line_that_is_too_long_loses_what_is_needed_least() {
        let state = ProgressState {
            note: "3 failed".to_owned(),
            ..state()
        };
        for (room, expected) in [
            (
                78,
                "sending: 400 of 1000 rows (40 %), 20 rows/s, 3 failed, 0:20 elapsed, 0:30 left",
            ),
            (
                77,
                "sending: 400 of 1000 rows (40 %), 3 failed, 0:20 elapsed, 0:30 left",
            ),
            (66, "sending: 400 of 1000 rows (40 %), 3 failed, 0:30 left"),
            (52, "sending: 400 of 1000 rows, 3 failed, 0:30 left"),
            (45, "sending: 400 of 1000 rows, 3 failed"),
            (0, "sending: 400 of 1000 rows"),
        ] {
            let line = state.line_within(SECONDS_20, room);
            assert_eq!(line, expected, "{room}");
        }
        let waiting = ProgressState {
            wait: Some(Wait::RateLimit(Duration::from_secs(4))),
            ..state
        };
        assert_eq!(
            waiting.line_within(SECONDS_20, 60),
            "sending: 400 of 1000 rows; waiting 0:04 for the rate limit"
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
                ", 0:20 elapsed, 2:10 left; waiting 1:40 for earlier requests to settle"
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
