//! Days and moments as the API writes them: `2026-04-15`, `2026-04-15T12:00:00+03:00`.

use std::fmt;

const DAY: i64 = 24 * 60 * 60;
/// Days between the first day of year 1 and the first of 1970.
const EPOCH: i64 = 719_162;

/// A day, counted from the first of January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(i64);

/// A moment and the offset that it is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Since the beginning of 1970 in UTC.
    seconds: i64,
    /// Seconds east of UTC.
    offset: i64,
}

impl Day {
    /// Reads `YYYY-MM-DD`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        let lengths = month_lengths(year);
        let before = usize::try_from(month).ok()?.checked_sub(1)?;
        let exists = year > 0 && lengths.get(before).is_some_and(|last| day <= *last) && day > 0;
        let passed: i64 = lengths.iter().take(before).sum();
        exists.then(|| Self(days_before_year(year) + passed + day - 1 - EPOCH))
    }
}

impl Moment {
    /// Reads ISO 8601 with an offset; a fraction of a second is cut off.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (day, rest) = text.split_once('T')?;
        let offset_at = rest.len().checked_sub("+00:00".len());
        let (time, offset) = match (rest.strip_suffix('Z'), offset_at) {
            (Some(time), _) => (time, "+00:00"),
            (None, Some(at)) => rest.split_at_checked(at)?,
            (None, None) => return None,
        };
        let offset = read_offset(offset)?;
        let local = Day::read(day)?.0 * DAY + seconds_of_day(time)?;
        Some(Self {
            seconds: local - offset,
            offset,
        })
    }

    /// The moment this many seconds later.
    pub(crate) fn plus(self, seconds: i64) -> Self {
        Self {
            seconds: self.seconds.saturating_add(seconds),
            ..self
        }
    }

    /// The later of two moments.
    pub(crate) fn latest(self, other: Self) -> Self {
        if other.seconds > self.seconds {
            other
        } else {
            self
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0.saturating_add(EPOCH);
        let mut year = days.div_euclid(366) + 1;
        while days_before_year(year + 1) <= days {
            year += 1;
        }
        let mut day = days - days_before_year(year);
        let mut month = 1;
        for length in month_lengths(year) {
            if day < length {
                break;
            }
            day -= length;
            month += 1;
        }
        write!(f, "{year:04}-{month:02}-{:02}", day + 1)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.seconds.saturating_add(self.offset);
        let (day, second) = (Day(local.div_euclid(DAY)), local.rem_euclid(DAY));
        let (hours, minutes) = (second / 3600, second / 60 % 60);
        let sign = if self.offset < 0 { '-' } else { '+' };
        let offset = self.offset.abs() / 60;
        let (east_hours, east_minutes) = (offset / 60, offset % 60);
        let second = second % 60;
        write!(
            f,
            "{day}T{hours:02}:{minutes:02}:{second:02}{sign}{east_hours:02}:{east_minutes:02}"
        )
    }
}

/// Reads `HH:MM:SS` and a fraction.
fn seconds_of_day(time: &str) -> Option<i64> {
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let (hours, rest) = time.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':')?;
    let (hours, minutes, seconds) = (number(hours, 2)?, number(minutes, 2)?, number(seconds, 2)?);
    number(fraction, fraction.len())?;
    let exists = hours < 24 && minutes < 60 && seconds < 60;
    exists.then_some(hours * 3600 + minutes * 60 + seconds)
}

/// Reads `+03:00`.
fn read_offset(offset: &str) -> Option<i64> {
    let east = match offset.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    (hours < 24 && minutes < 60).then_some(east * (hours * 3600 + minutes * 60))
}

/// A number of exactly this many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let clean = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| clean)
}

fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

fn month_lengths(year: i64) -> [i64; 12] {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if leap { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
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
            assert_eq!(Moment::read(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn seconds_carry_over_into_days_months_and_years() {
        let moment = Moment::read("2023-12-31T23:59:59+03:00").unwrap();
        assert_eq!(moment.plus(1).to_string(), "2024-01-01T00:00:00+03:00");
        let moment = Moment::read("2024-02-28T23:59:59Z").unwrap();
        assert_eq!(moment.plus(1).to_string(), "2024-02-29T00:00:00+00:00");
    }

    #[test]
    fn the_epoch_is_where_it_belongs() {
        assert_eq!(Day::read("1970-01-01"), Some(Day(0)));
        assert_eq!(Day::read("2001-09-09"), Some(Day(11_574)));
        let moment = Moment::read("2001-09-09T01:46:40.250Z").unwrap();
        assert_eq!(moment.seconds, 1_000_000_000);
    }

    #[test]
    fn what_is_no_day_or_moment_is_refused() {
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
            assert_eq!(Day::read(text), None, "{text}");
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
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }
}
