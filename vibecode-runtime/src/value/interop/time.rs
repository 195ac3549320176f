//! Dates and times of time. `PrimitiveDateTime` is not supported, because it has no offset.

use ::time::{Date, Month, OffsetDateTime, UtcOffset};

use super::moment::{Moment, day};
use crate::{Decode, DecodeError, Encode, EncodeError, Encoder, WireValue, kind};

impl Encode<kind::Date> for Date {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let date = day(self.year(), u8::from(self.month()), self.day())?;
        Encode::<kind::Date>::encode(&date, to)
    }
}

/// Also reads the date of a value with a time.
impl Decode<kind::Date> for Date {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let date: crate::Date = Decode::<kind::Date>::decode(answered)?;
        of_calendar(date).ok_or_else(|| DecodeError::expected("a day that time has"))
    }
}

fn of_calendar(date: crate::Date) -> Option<Date> {
    let month = Month::try_from(date.month()).ok()?;
    Date::from_calendar_date(date.year().into(), month, date.day()).ok()
}

impl Encode<kind::DateTime> for OffsetDateTime {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let moment = Moment {
            nanoseconds: self.unix_timestamp_nanos(),
            east_seconds: self.offset().whole_seconds(),
        };
        moment.encode(to)
    }
}

/// Keeps the offset of the answer.
impl Decode<kind::DateTime> for OffsetDateTime {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let moment = Moment::decode(answered)?;
        of_moment(moment).ok_or_else(|| DecodeError::expected("a moment in the range of time"))
    }
}

day_or_moment! {
    Date: Date, read as Date;
    DateTime: OffsetDateTime, read as OffsetDateTime;
}

fn of_moment(moment: Moment) -> Option<OffsetDateTime> {
    let offset = UtcOffset::from_whole_seconds(moment.east_seconds).ok()?;
    let in_utc = OffsetDateTime::from_unix_timestamp_nanos(moment.nanoseconds).ok()?;
    in_utc.checked_to_offset(offset)
}

#[cfg(test)]
mod tests {
    use ::time::{Date, Month, OffsetDateTime, Time, UtcOffset};

    use crate::{
        DateTime, kind,
        value::interop::wire::{read, reads_every_spelling, reads_the_day_of_a_moment, written},
    };

    fn date(year: i32, month: Month, day: u8) -> Date {
        Date::from_calendar_date(year, month, day).unwrap()
    }

    fn at(east_seconds: i32, year: i32) -> OffsetDateTime {
        let offset = UtcOffset::from_whole_seconds(east_seconds).unwrap();
        let noon = Time::from_hms(12, 0, 7).unwrap();
        OffsetDateTime::new_in_offset(date(year, Month::April, 15), noon, offset)
    }

    #[test]
    fn days_survive_the_way_there_and_back() {
        for (day, text) in [
            (date(1, Month::January, 1), "0001-01-01"),
            (date(2024, Month::February, 29), "2024-02-29"),
            (date(9999, Month::December, 31), "9999-12-31"),
        ] {
            let json = written::<kind::Date>(&day).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(read::<kind::Date, Date>(&json), Ok(day));
            assert!(text.parse::<crate::Date>().is_ok());
        }
        let with_time = read::<kind::Date, Date>(r#""2024-02-29T00:00:00+03:00""#);
        assert_eq!(with_time, Ok(date(2024, Month::February, 29)));
        assert!(read::<kind::Date, Date>(r#""2023-02-29""#).is_err());
    }

    #[test]
    fn moments_survive_the_way_there_and_back() {
        for (text, unix_nanoseconds) in [
            ("2001-09-09T04:46:40+03:00", 1_000_000_000_000_000_000),
            ("2001-09-08T14:16:40.25-11:30", 1_000_000_000_250_000_000),
            ("1969-12-31T23:59:59.000000001Z", -999_999_999),
        ] {
            let json = format!("\"{text}\"");
            let moment: OffsetDateTime = read::<kind::DateTime, _>(&json).unwrap();
            assert_eq!(moment.unix_timestamp_nanos(), unix_nanoseconds, "{text}");
            assert_eq!(written::<kind::DateTime>(&moment), Ok(json));
            assert!(text.parse::<DateTime>().is_ok());
        }
    }

    #[test]
    fn a_moment_without_an_offset_is_not_read() {
        assert!(read::<kind::DateTime, OffsetDateTime>(r#""2026-04-15T12:00:00""#).is_err());
        assert!(read::<kind::DateTime, OffsetDateTime>("null").is_err());
    }

    #[test]
    fn an_offset_that_cannot_be_written_becomes_utc() {
        let of_1900 = written::<kind::DateTime>(&at(9017, 1900));
        assert_eq!(of_1900.unwrap(), r#""1900-04-15T09:29:50Z""#);
        let far = written::<kind::DateTime>(&at(25 * 3600, 2026));
        assert_eq!(far.unwrap(), r#""2026-04-14T11:00:07Z""#);
    }

    #[test]
    fn every_form_that_our_own_types_read_is_read() {
        reads_every_spelling::<OffsetDateTime>();
        reads_the_day_of_a_moment::<Date>();
    }

    #[test]
    fn years_that_cannot_be_written_are_refused() {
        assert!(written::<kind::Date>(&date(0, Month::December, 31)).is_err());
        assert!(written::<kind::Date>(&Date::MIN).is_err());
        assert!(written::<kind::DateTime>(&at(0, 0)).is_err());
        assert!(written::<kind::DateTime>(&at(9017, -1)).is_err());
    }
}
