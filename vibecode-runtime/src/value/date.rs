//! Days and moments.

use std::{fmt, str::FromStr};

use super::ParseError;
use crate::{Encode, EncodeError, Encoder, kind};

const DATE: ParseError = ParseError::expected("a day as YYYY-MM-DD");
const DATE_TIME: ParseError =
    ParseError::expected("a moment as YYYY-MM-DDTHH:MM:SS with an offset, such as +03:00 or Z");

/// A day, on the wire `YYYY-MM-DD` (grade B).
///
/// ```
/// use vibecode_runtime::Date;
///
/// let birthday: Date = "1990-05-08".parse()?;
/// assert_eq!(Date::new(1990, 5, 8)?, birthday);
/// assert_eq!((birthday.year(), birthday.month(), birthday.day()), (1990, 5, 8));
/// assert!("1990-02-30".parse::<Date>().is_err());
/// # Ok::<(), vibecode_runtime::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day of this year (1 to 9999), month and day of the month.
    ///
    /// ```
    /// use vibecode_runtime::Date;
    ///
    /// assert!(Date::new(2024, 2, 29).is_ok());
    /// assert!(Date::new(2023, 2, 29).is_err());
    /// ```
    ///
    /// # Errors
    /// [`ParseError`] where the calendar has no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, ParseError> {
        let is_leap =
            year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        let days = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return Err(DATE),
        };
        if (1..=9999).contains(&year) && (1..=days).contains(&day) {
            Ok(Self { year, month, day })
        } else {
            Err(DATE)
        }
    }

    /// Days since the first of January 1970.
    fn days(self) -> i64 {
        // Counted from March, so that the leap day comes last.
        let month = (i64::from(self.month) + 9) % 12;
        let year = i64::from(self.year) - i64::from(self.month < 3);
        let in_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        365 * year + year / 4 - year / 100 + year / 400 + in_year - 719_468
    }

    /// The year.
    ///
    /// ```
    /// use vibecode_runtime::Date;
    ///
    /// assert_eq!(Date::new(1990, 5, 8)?.year(), 1990);
    /// # Ok::<(), vibecode_runtime::ParseError>(())
    /// ```
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    ///
    /// ```
    /// use vibecode_runtime::Date;
    ///
    /// assert_eq!(Date::new(1990, 5, 8)?.month(), 5);
    /// # Ok::<(), vibecode_runtime::ParseError>(())
    /// ```
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    ///
    /// ```
    /// use vibecode_runtime::Date;
    ///
    /// assert_eq!(Date::new(1990, 5, 8)?.day(), 8);
    /// # Ok::<(), vibecode_runtime::ParseError>(())
    /// ```
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }
}

impl FromStr for Date {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (year, month, day) = three(text, '-', [4, 2, 2]).ok_or(DATE)?;
        let small = |part| u8::try_from(part).map_err(|_| DATE);
        Self::new(year, small(month)?, small(day)?)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Encode<kind::Date> for Date {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.text(&self.to_string());
        Ok(())
    }
}

/// A moment with its offset from UTC, on the wire ISO 8601 (grade B). One without an
/// offset is refused: the portal would read it in a time zone of its own.
///
/// ```
/// use vibecode_runtime::DateTime;
///
/// let call: DateTime = "2026-04-15T12:00:00+03:00".parse()?;
/// assert_eq!(call.as_str(), "2026-04-15T12:00:00+03:00");
/// assert!("2026-04-15T12:00:00".parse::<DateTime>().is_err());
/// # Ok::<(), vibecode_runtime::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DateTime(Box<str>);

impl DateTime {
    /// The moment in ISO 8601.
    ///
    /// ```
    /// use vibecode_runtime::DateTime;
    ///
    /// let call: DateTime = "2026-04-15T09:00:00Z".parse()?;
    /// assert_eq!(call.as_str(), "2026-04-15T09:00:00Z");
    /// # Ok::<(), vibecode_runtime::ParseError>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The date, the time and the offset.
    fn parts(text: &str) -> Option<(Date, &str, &str)> {
        let (date, rest) = text.split_once('T')?;
        let (time, offset) = rest.split_at(rest.find(['Z', '+', '-'])?);
        Some((date.parse().ok()?, time, offset))
    }

    /// Seconds since the beginning of 1970 in UTC, without the fraction: the same for the same
    /// moment, whatever offset it is written with.
    pub(crate) fn unix_seconds(&self) -> Option<i64> {
        let (date, time, _) = Self::parts(&self.0)?;
        let time = time.split('.').next()?;
        let (hours, minutes, seconds) = three(time, ':', [2, 2, 2])?;
        let minutes_in_day = i64::from(hours) * 60 + i64::from(minutes);
        let clock = (date.days() * 24 * 60 + minutes_in_day) * 60 + i64::from(seconds);
        Some(clock - i64::from(self.east_seconds()?))
    }

    /// How many seconds the offset is east of UTC.
    pub(crate) fn east_seconds(&self) -> Option<i32> {
        let (_, _, offset) = Self::parts(&self.0)?;
        let sign = if offset.starts_with('-') { -1 } else { 1 };
        let (hours, minutes) = offset
            .get(1..)?
            .split_once(':')
            .and_then(|(hours, minutes)| Some((number(hours, 2)?, number(minutes, 2)?)))
            .unwrap_or_default();
        Some(sign * (i32::from(hours) * 60 + i32::from(minutes)) * 60)
    }

    /// The fraction of the second, as far as nanoseconds go.
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    pub(crate) fn nanosecond(&self) -> Option<u32> {
        let (_, time, _) = Self::parts(&self.0)?;
        let fraction = time.split_once('.').map_or("0", |(_, fraction)| fraction);
        format!("{fraction:0<9}").get(..9)?.parse().ok()
    }
}

impl FromStr for DateTime {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (_, time, offset) = Self::parts(text).ok_or(DATE_TIME)?;
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        if is_time(time) && is_number(fraction) && is_offset(offset) {
            Ok(Self(text.into()))
        } else {
            Err(DATE_TIME)
        }
    }
}

fn is_time(text: &str) -> bool {
    three(text, ':', [2, 2, 2])
        .is_some_and(|(hours, minutes, seconds)| hours < 24 && minutes < 60 && seconds < 60)
}

fn is_offset(text: &str) -> bool {
    text == "Z"
        || text
            .strip_prefix(['+', '-'])
            .and_then(|offset| offset.split_once(':'))
            .and_then(|(hours, minutes)| Some((number(hours, 2)?, number(minutes, 2)?)))
            .is_some_and(|(hours, minutes)| hours < 24 && minutes < 60)
}

/// Three numbers of these lengths.
fn three(text: &str, between: char, lengths: [usize; 3]) -> Option<(u16, u16, u16)> {
    let [first, second, third] = lengths;
    let mut parts = text.splitn(3, between);
    Some((
        number(parts.next()?, first)?,
        number(parts.next()?, second)?,
        number(parts.next()?, third)?,
    ))
}

fn number(text: &str, length: usize) -> Option<u16> {
    let digits = text.len() == length && is_number(text);
    digits.then(|| text.parse().ok()).flatten()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Encode<kind::DateTime> for DateTime {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.text(self.as_str());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for day in ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(day.parse::<Date>().unwrap().to_string(), day);
        }
        for text in [
            "",
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-04-31",
            "2024-4-1",
            "24-04-01",
            "2024-04-01T00:00:00Z",
            "2024-04-0x",
            "+024-04-01",
            "0000-01-01",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_same_moment_is_the_same_in_every_offset() {
        let seconds = |text: &str| text.parse::<DateTime>().unwrap().unix_seconds();
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2001-09-09T01:46:40Z"), Some(1_000_000_000));
        assert_eq!(
            seconds("2000-03-01T02:30:00+05:30"),
            seconds("2000-02-29T21:00:00.5Z")
        );
        assert_eq!(
            seconds("2026-04-15T12:00:00-03:00"),
            seconds("2026-04-15T15:00:00+00:00")
        );
    }

    #[test]
    fn only_moments_with_an_offset_are_datetimes() {
        for moment in [
            "2026-04-15T12:00:00+03:00",
            "2026-04-15T12:00:00Z",
            "2026-04-15T12:00:00.250-11:30",
        ] {
            assert_eq!(moment.parse::<DateTime>().unwrap().as_str(), moment);
        }
        for text in [
            "",
            "2026-04-15",
            "2026-04-15T12:00:00",
            "2026-04-15T12:00Z",
            "2026-04-15T24:00:00Z",
            "2026-04-15T12:60:00Z",
            "2026-04-15 12:00:00Z",
            "2026-04-31T12:00:00Z",
            "2026-04-15T12:00:00+3",
            "2026-04-15T12:00:00.+03:00",
            "2026-04-15T12:00:00Zx",
        ] {
            assert!(text.parse::<DateTime>().is_err(), "{text}");
        }
    }
}
