//! How long something takes, as texts for people say it.

use std::time::Duration;

/// Returns `0:07`, `12:30` or `1:02:03`, without the part of a second that has begun.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Returns the same for a wait, which is over after this time: a part of a second counts as one.
pub(crate) fn clock_of_wait(time: Duration) -> String {
    clock(whole_seconds(time))
}

/// Returns `7 s`, `4 min`, `3 min 57 s` or `1 h 2 min` for a wait in a sentence, in which `4:00` would be read as a time of
/// day. A part of a second counts as one.
pub(crate) fn wait_in_words(time: Duration) -> String {
    let seconds = whole_seconds(time).as_secs();
    let parts = [
        (seconds / 3600, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if parts.is_empty() {
        return "0 s".to_owned();
    }
    parts.join(" ")
}

fn whole_seconds(time: Duration) -> Duration {
    let part = Duration::from_nanos(time.subsec_nanos().into());
    let whole = time.saturating_sub(part);
    if part.is_zero() {
        whole
    } else {
        whole.saturating_add(Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_hours_only_if_it_is_that_long() {
        let shown = [0, 7, 750, 3599, 3600, 3723].map(|it| clock(Duration::from_secs(it)));
        let expected = ["0:00", "0:07", "12:30", "59:59", "1:00:00", "1:02:03"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_wait_is_not_over_before_the_time_that_was_said() {
        let shown = [0, 1, 999, 1000, 216_700].map(|it| clock_of_wait(Duration::from_millis(it)));
        assert_eq!(shown, ["0:00", "0:01", "0:01", "0:01", "3:37"]);
    }

    #[test]
    fn a_wait_in_a_sentence_does_not_read_as_a_time_of_day() {
        let shown = [0, 1, 236_700, 240_000, 3_720_000, 3_605_000];
        let shown = shown.map(|it| wait_in_words(Duration::from_millis(it)));
        let expected = ["0 s", "1 s", "3 min 57 s", "4 min", "1 h 2 min", "1 h 5 s"];
        assert_eq!(shown, expected);
    }
}
