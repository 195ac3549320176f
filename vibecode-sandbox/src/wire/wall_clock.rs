//! The only module that reads the wall clock: clients compare HTTP dates and timestamps with their
//! own clock, which a paused test does not stop.

use std::time::{Duration, SystemTime};

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// `Wed, 15 Apr 2026 09:00:00 GMT`
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// Returns the time after `wait` as a header writes it, rounded up. `None` after the year 9999.
pub(crate) fn http_date_in(wait: Duration) -> Option<String> {
    http_date(unix_time_in(wait))
}

/// Returns the time after `wait` in seconds since 1970, rounded up.
pub(crate) fn unix_time_in(wait: Duration) -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    whole_seconds(since.unwrap_or_default().saturating_add(wait))
}

/// Seconds, rounded up.
pub(crate) fn whole_seconds(duration: Duration) -> u64 {
    let part = u64::from(duration.subsec_nanos() > 0);
    duration.as_secs().saturating_add(part)
}

fn http_date(unix_time: u64) -> Option<String> {
    let moment = OffsetDateTime::from_unix_timestamp(unix_time.try_into().ok()?);
    moment.ok()?.format(HTTP_DATE).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_http_writes_it() {
        let date = http_date(1_776_243_600);
        assert_eq!(date.as_deref(), Some("Wed, 15 Apr 2026 09:00:00 GMT"));
        assert_eq!(http_date_in(Duration::MAX), None);
    }

    #[test]
    fn seconds_are_rounded_up() {
        assert_eq!(whole_seconds(Duration::from_millis(2001)), 3);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
        assert_eq!(whole_seconds(Duration::MAX), u64::MAX);
    }
}
