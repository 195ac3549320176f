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
    let part = Duration::from_nanos(time.subsec_nanos().into());
    let whole = time.saturating_sub(part);
    clock(if part.is_zero() {
        whole
    } else {
        whole.saturating_add(Duration::from_secs(1))
    })
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
}
