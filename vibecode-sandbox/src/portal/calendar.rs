//! Dates and times as the API writes them: `2026-04-15`, `2026-04-15T12:00:00+03:00`.

use std::fmt;

use time::{
    Date, Duration, OffsetDateTime, UtcOffset, format_description::BorrowedFormatItem,
    macros::format_description,
};

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const MOMENT: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day]T[hour]:[minute]:[second][offset_hour sign:mandatory]:[offset_minute]"
);
const MOMENT_WITH_FRACTION: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond][offset_hour sign:mandatory]:[offset_minute]"
);

/// Returns true if a text is a date, `YYYY-MM-DD`.
pub(crate) fn is_day(text: &str) -> bool {
    Date::parse(text, DAY).is_ok_and(|day| day.year() > 0)
}

/// A time with the offset that it is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(OffsetDateTime);

impl Moment {
    /// Reads ISO 8601 with an offset. A fraction of a second is dropped when the time is written.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text
            .strip_suffix('Z')
            .map_or_else(|| text.to_owned(), |utc| format!("{utc}+00:00"));
        let moment = OffsetDateTime::parse(&text, MOMENT);
        let moment = moment.or_else(|_| OffsetDateTime::parse(&text, MOMENT_WITH_FRACTION));
        moment.ok().map(Self)
    }

    /// Returns the time as a clock on the wall shows it, without its offset.
    pub(crate) fn on_the_wall(self) -> Self {
        Self(self.0.replace_offset(UtcOffset::UTC))
    }

    /// Returns the time this many seconds later.
    pub(crate) fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(Duration::seconds(seconds)))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.format(MOMENT).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_it_was_read() {
        for text in [
            "2026-04-15T12:00:00+03:00",
            "2020-05-08T10:48:20-05:30",
            "1970-01-01T00:00:00+00:00",
            "2024-02-29T23:59:59+03:00",
            "2000-12-31T00:00:00+14:00",
            "1969-12-31T23:59:59+00:00",
            "9999-12-31T23:59:59+00:00",
        ] {
            assert_eq!(Moment::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn seconds_carry_over_into_days_months_and_years() {
        let moment = Moment::parse("2023-12-31T23:59:59+03:00").unwrap();
        assert_eq!(moment.plus(1).to_string(), "2024-01-01T00:00:00+03:00");
        let moment = Moment::parse("2024-02-28T23:59:59Z").unwrap();
        assert_eq!(moment.plus(1).to_string(), "2024-02-29T00:00:00+00:00");
    }

    #[test]
    fn what_is_not_a_day_or_moment_is_refused() {
        for text in [
            "",
            "2026",
            "2026-4-15",
            "2026-13-01",
            "2026-00-01",
            "2026-02-29",
            "2026-01-00",
            "0000-01-01",
            "15.04.2026",
            "+026-01-01",
            "2026-04-15T12:00:00+03:00",
        ] {
            assert!(!is_day(text), "{text}");
        }
        for text in [
            "",
            "2026-04-15",
            "2026-04-15T12:00:00",
            "2026-04-15T24:00:00Z",
            "2026-04-15T12:00Z",
            "2026-04-15 12:00:00+03:00",
            "2026-04-15T12:00:00+0300",
            "2026-04-15T12:00:00.Z1",
            "2026-04-15T12:00:00.xZ",
            "2026-04-15T12:00:00юZ",
            "2026-04-15Tюююю",
        ] {
            assert!(Moment::parse(text).is_none(), "{text}");
        }
    }
}
