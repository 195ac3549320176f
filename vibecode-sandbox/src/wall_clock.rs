//! The one place that looks at a wall clock: HTTP dates and timestamps are read by clients against
//! theirs, which a paused test does not move.

use std::time::{Duration, SystemTime};

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// `Wed, 15 Apr 2026 09:00:00 GMT`
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// The moment this much later, as a header writes it: to the second, never too early.
pub(crate) fn http_date_in(wait: Duration) -> Option<String> {
    let moment = OffsetDateTime::from(whole_second(wait));
    moment.format(HTTP_DATE).ok()
}

/// The moment this much later in seconds since 1970, never too early.
pub(crate) fn unix_time_in(wait: Duration) -> u64 {
    let since = whole_second(wait).duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

fn whole_second(wait: Duration) -> SystemTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let since = since.unwrap_or_default().saturating_add(wait);
    SystemTime::UNIX_EPOCH + Duration::from_secs(whole_seconds(since))
}

/// Seconds, rounded up.
pub(crate) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
