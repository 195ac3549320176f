//! Converts dates and times between the wire and other crates.

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
    date.ok_or_else(wrong_year)
}

pub(super) const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 24 * 60 * 60 * SECOND;

/// A moment, with the offset of the time zone that shows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Nanoseconds since the Unix epoch, negative before it.
    pub(super) nanoseconds: i128,
    pub(super) east_seconds: i32,
}

impl Moment {
    /// Writes the moment with its offset. An offset that is not in whole minutes, or a day or more, cannot be
    /// written: such a moment of a historical zone is written in UTC.
    pub(super) fn encode(self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let is_written = self.east_seconds % 60 == 0 && self.east_seconds.abs() < 24 * 60 * 60;
        let east = if is_written { self.east_seconds } else { 0 };
        let shown = self.nanoseconds + i128::from(east) * SECOND;
        let date = i64::try_from(shown.div_euclid(DAY)).ok();
        let date = date.and_then(Date::of_days).ok_or_else(wrong_year)?;
        let in_day = shown.rem_euclid(DAY);
        let (seconds, nanosecond) = (in_day / SECOND, in_day % SECOND);
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let fraction = match nanosecond {
            0 => String::new(),
            nanosecond => format!(".{nanosecond:09}"),
        };
        let offset = match (east / 60, if east < 0 { '-' } else { '+' }) {
            (0, _) => "Z".to_owned(),
            (east, sign) => format!("{sign}{:02}:{:02}", east.abs() / 60, east.abs() % 60),
        };
        let fraction = fraction.trim_end_matches('0');
        to.text(&format!(
            "{date}T{hours:02}:{minutes:02}:{seconds:02}{fraction}{offset}"
        ));
        Ok(())
    }

    pub(super) fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let moment: DateTime = Decode::<kind::DateTime>::decode(answered)?;
        Self::of(&moment).ok_or_else(|| DecodeError::expected("a moment with an offset"))
    }

    fn of(moment: &DateTime) -> Option<Self> {
        let seconds = i128::from(moment.unix_seconds()?);
        Some(Self {
            nanoseconds: seconds * SECOND + i128::from(moment.nanosecond()?),
            east_seconds: moment.east_seconds()?,
        })
    }
}

fn wrong_year() -> EncodeError {
    EncodeError::new("its year is not one of 1 to 9999")
}
