//! Converts dates and times between the wire and other crates.

use std::fmt;

use crate::{Date, DateTime, Decode, DecodeError, EncodeError, Encoder, WireValue, kind};

pub(super) fn day(
    year: impl Into<i64>,
    month: impl Into<i64>,
    day: impl Into<i64>,
) -> Result<Date, EncodeError> {
    let parts = (
        u16::try_from(year.into()),
        u8::try_from(month.into()),
        u8::try_from(day.into()),
    );
    let date = match parts {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
        _ => None,
    };
    date.ok_or_else(|| EncodeError::new("its year is not one of 1 to 9999"))
}

/// An offset that can be written: whole minutes, less than a day. The times of historical zones, which
/// have other offsets, are written in UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offset {
    east_minutes: i32,
}

impl Offset {
    pub(super) const UTC: Self = Self { east_minutes: 0 };

    pub(super) fn east(seconds: i32) -> Option<Self> {
        let east_minutes = seconds / 60;
        let is_whole = seconds % 60 == 0 && east_minutes.abs() < 24 * 60;
        is_whole.then_some(Self { east_minutes })
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let east = self.east_minutes;
        if east == 0 {
            return f.write_str("Z");
        }
        let sign = if east < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", east.abs() / 60, east.abs() % 60)
    }
}

pub(super) struct WallClock {
    pub(super) date: Date,
    pub(super) time: [i64; 3],
    pub(super) nanosecond: i64,
    pub(super) offset: Offset,
}

impl WallClock {
    pub(super) fn encode(self, to: &mut Encoder<'_>) {
        let [hours, minutes, seconds] = self.time;
        let clock = format!("{hours:02}:{minutes:02}:{seconds:02}");
        let fraction = match self.nanosecond {
            0 => String::new(),
            nanosecond => format!(".{nanosecond:09}"),
        };
        let fraction = fraction.trim_end_matches('0');
        let text = format!("{}T{clock}{fraction}{}", self.date, self.offset);
        to.text(&text);
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Seconds since the Unix epoch, rounded down.
    pub(super) unix_seconds: i64,
    /// Nanoseconds in addition to the seconds.
    pub(super) nanosecond: u32,
    pub(super) east_seconds: i32,
}

impl Moment {
    pub(super) fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let moment: DateTime = Decode::<kind::DateTime>::decode(answered)?;
        Self::of(&moment).ok_or_else(|| DecodeError::expected("a moment with an offset"))
    }

    fn of(moment: &DateTime) -> Option<Self> {
        Some(Self {
            unix_seconds: moment.unix_seconds()?,
            nanosecond: moment.nanosecond()?,
            east_seconds: moment.east_seconds()?,
        })
    }
}
