//! Dates, and dates with a time.

use std::{borrow::Cow, fmt, str::FromStr};

use super::ParseError;
use crate::{
    Encode, EncodeError, Encoder, kind, value::text_form::serde_as_text, wire::number::is_digits,
};

const DATE: ParseError = ParseError::expected("a day as YYYY-MM-DD");
const DATE_TIME: ParseError =
    ParseError::expected("a moment as YYYY-MM-DDTHH:MM:SS with an offset, such as +03:00 or Z");
const DAY_ALONE: ParseError =
    ParseError::expected("a moment with an offset, found a day without a time, which `Date` reads");

/// A calendar date, `YYYY-MM-DD` on the wire (grade B).
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
    /// Creates a date from a year (1 to 9999), a month and a day of the month.
    ///
    /// # Errors
    /// [`ParseError`] if the calendar has no such date.
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

    /// Reads a date from an answer, where it may be followed by a time (api.md, "Forms that are read").
    pub(crate) fn of_answer(text: &str) -> Result<Self, ParseError> {
        match text.split_once(SEPARATORS) {
            None => text.parse(),
            Some((day, time)) => {
                let (clock, offset) = split_clock(time);
                let is_time = is_clock(clock) && (offset.is_empty() || offset_of(offset).is_some());
                day.parse()
                    .and_then(|day| is_time.then_some(day).ok_or(DATE))
            }
        }
    }

    fn days(self) -> i64 {
        // The year is counted from March, so that the leap day comes last.
        let month = (i64::from(self.month) + 9) % 12;
        let year = i64::from(self.year) - i64::from(self.month < 3);
        let in_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        365 * year + year / 4 - year / 100 + year / 400 + in_year - 719_468
    }

    /// Returns the date that is this many days after 1 January 1970, the inverse of `days`.
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    pub(crate) fn of_days(days: i64) -> Option<Self> {
        let days = days.checked_add(719_468)?;
        let (period, in_period) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let leap_days = in_period / 1_460 - in_period / 36_524 + in_period / 146_096;
        let year = (in_period - leap_days) / 365;
        let in_year = in_period - (365 * year + year / 4 - year / 100);
        let month = (5 * in_year + 2) / 153;
        let day = in_year - (153 * month + 2) / 5 + 1;
        let year = 400 * period + year + i64::from(month > 9);
        let month = (month + 2) % 12 + 1;
        Self::new(
            year.try_into().ok()?,
            month.try_into().ok()?,
            day.try_into().ok()?,
        )
        .ok()
    }

    /// Returns the year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// Returns the month, from 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// Returns the day of the month, from 1.
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

macro_rules! encoded {
    ($($Value:ident: $($Kind:ident)+;)+) => {$($(
        impl Encode<kind::$Kind> for $Value {
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                to.text(&self.to_string());
                Ok(())
            }
        }
    )+)+};
}

serde_as_text! {
    Date: DATE.what();
    DateTime: DATE_TIME.what();
}

encoded! {
    Date: Date DateOrDateTime;
    DateTime: DateTime DateOrDateTime;
}

/// A date and time with an offset from UTC, in ISO 8601 on the wire (grade B).
///
/// Other ISO 8601 spellings can be parsed too (`+0300`, `+03`, a space instead of the `T`, lower
/// case). They are normalized to the one that the API accepts, because the portal silently drops a
/// value that it cannot parse. A time without an offset is an error, since the portal would
/// interpret it in its own time zone.
///
/// Equality compares the text: the same time with another offset is not equal.
///
/// ```
/// use vibecode_runtime::DateTime;
///
/// let call: DateTime = "2026-04-15T12:00:00+03:00".parse()?;
/// assert_eq!(call.as_str(), "2026-04-15T12:00:00+03:00");
/// assert_eq!("2026-04-15 12:00:00+0300".parse(), Ok(call));
/// assert!("2026-04-15T12:00:00".parse::<DateTime>().is_err());
/// # Ok::<(), vibecode_runtime::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DateTime(Box<str>);

impl DateTime {
    /// Returns the date and time in ISO 8601, as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> Option<(Date, &str, &str)> {
        let (date, time) = self.0.split_once('T')?;
        let (clock, offset) = split_clock(time);
        Some((date.parse().ok()?, clock, offset))
    }

    /// Returns the seconds since the Unix epoch, without the fraction, whatever the offset.
    pub(crate) fn unix_seconds(&self) -> Option<i64> {
        let (date, clock, _) = self.parts()?;
        let time = clock.split('.').next()?;
        let (hours, minutes, seconds) = three(time, ':', [2, 2, 2])?;
        let minutes_in_day = i64::from(hours) * 60 + i64::from(minutes);
        let clock = (date.days() * 24 * 60 + minutes_in_day) * 60 + i64::from(seconds);
        Some(clock - i64::from(self.east_seconds()?))
    }

    pub(crate) fn east_seconds(&self) -> Option<i32> {
        let (_, _, offset) = self.parts()?;
        if offset == "Z" {
            return Some(0);
        }
        let (sign, rest) = offset.split_at_checked(1)?;
        let (hours, minutes) = rest.split_once(':')?;
        let minutes = i32::from(number(hours, 2)?) * 60 + i32::from(number(minutes, 2)?);
        Some(if sign == "-" { -minutes } else { minutes } * 60)
    }

    /// Returns the fraction of the second in nanoseconds; further digits are cut off.
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    pub(crate) fn nanosecond(&self) -> Option<u32> {
        let (_, clock, _) = self.parts()?;
        let fraction = clock.split_once('.').map_or("0", |(_, fraction)| fraction);
        format!("{fraction:0<9}").get(..9)?.parse().ok()
    }
}

impl FromStr for DateTime {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let Some((day, time)) = text.split_once(SEPARATORS) else {
            let is_day = text.parse::<Date>().is_ok();
            return Err(if is_day { DAY_ALONE } else { DATE_TIME });
        };
        let (clock, offset) = split_clock(time);
        match (day.parse::<Date>(), offset_of(offset)) {
            (Ok(day), Some(offset)) if is_clock(clock) => {
                Ok(Self(format!("{day}T{clock}{offset}").into()))
            }
            _ => Err(DATE_TIME),
        }
    }
}

/// The separators between a date and a time. RFC 3339 allows a space.
const SEPARATORS: [char; 3] = ['T', 't', ' '];

fn split_clock(time: &str) -> (&str, &str) {
    let end = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    time.split_at(end)
}

/// Whether a text consists of hours, minutes, seconds and an optional fraction.
fn is_clock(text: &str) -> bool {
    let (time, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_time = three(time, ':', [2, 2, 2])
        .is_some_and(|(hours, minutes, seconds)| hours < 24 && minutes < 60 && seconds < 60);
    is_time && is_digits(fraction)
}

/// Normalizes an offset to the spelling that is sent: `Z` or `+03:00`.
fn offset_of(text: &str) -> Option<Cow<'_, str>> {
    if text.eq_ignore_ascii_case("z") {
        return Some(Cow::Borrowed("Z"));
    }
    let (sign, digits) = text.split_at_checked(1)?;
    let (hours, minutes) = match digits.len() {
        5 => digits.split_once(':')?,
        4 => digits.split_at_checked(2)?,
        _ => (digits, "00"),
    };
    let is_offset = number(hours, 2)? < 24 && number(minutes, 2)? < 60;
    is_offset.then(|| format!("{sign}{hours}:{minutes}").into())
}

/// Splits a text into three numbers with these numbers of digits.
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
    let digits = text.len() == length && is_digits(text);
    digits.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
            "2026-04-31T12:00:00Z",
            "2026-04-15T12:00:00+3",
            "2026-04-15T12:00:00+300",
            "2026-04-15T12:00:00+03:0",
            "2026-04-15T12:00:00+24:00",
            "2026-04-15T12:00:00+0360",
            "2026-04-15T12:00:00+-3:00",
            "2026-04-15  12:00:00Z",
            "2026-04-15T12:00:00 Z",
            "2026-04-15T12:00:00юZ",
            "2026-04-15T12:00:00+юю",
            "2026-04-15T12:00:00.+03:00",
            "2026-04-15T12:00:00Zx",
        ] {
            assert!(text.parse::<DateTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_spelling_of_a_moment_is_kept_in_the_one_that_is_sent() {
        for (spelling, sent) in [
            ("2026-04-15T12:00:00+0300", "2026-04-15T12:00:00+03:00"),
            ("2026-04-15T12:00:00+03", "2026-04-15T12:00:00+03:00"),
            ("2026-04-15T12:00:00-1130", "2026-04-15T12:00:00-11:30"),
            ("2026-04-15 12:00:00+03:00", "2026-04-15T12:00:00+03:00"),
            ("2026-04-15t12:00:00z", "2026-04-15T12:00:00Z"),
            ("2026-04-15T12:00:00.000Z", "2026-04-15T12:00:00.000Z"),
            ("2026-04-15 12:00:00.5+0000", "2026-04-15T12:00:00.5+00:00"),
        ] {
            let moment: DateTime = spelling.parse().unwrap();
            assert_eq!(moment.as_str(), sent, "{spelling}");
            let same: DateTime = sent.parse().unwrap();
            assert_eq!(moment.unix_seconds(), same.unix_seconds(), "{spelling}");
            assert_eq!(moment.east_seconds(), same.east_seconds(), "{spelling}");
            assert!(moment.unix_seconds().is_some(), "{spelling}");
        }
    }

    #[test]
    fn a_day_is_read_with_any_time_and_with_nothing_else_behind_it() {
        let day: Date = "2026-04-15".parse().unwrap();
        for text in [
            "2026-04-15",
            "2026-04-15T12:00:00+03:00",
            "2026-04-15T00:00:00.000Z",
            "2026-04-15T23:59:59+0300",
            "2026-04-15 00:00:00",
            "2026-04-15t00:00:00z",
        ] {
            assert_eq!(Date::of_answer(text), Ok(day), "{text}");
        }
        for text in [
            "",
            "2026-04-15T",
            "2026-04-15 ",
            "2026-04-15 noon",
            "2026-04-15T24:00:00Z",
            "2026-04-15T12:00:00+3",
            "2026-02-30T12:00:00Z",
            "15.04.2026",
        ] {
            assert!(Date::of_answer(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_alone_is_not_made_a_moment() {
        let error = "2026-04-15".parse::<DateTime>().unwrap_err();
        assert!(error.to_string().contains("`Date`"), "{error}");
    }
}
