//! Dates and times of chrono. `NaiveDateTime` is not supported, because it has no offset.

use ::chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Offset as _, TimeZone, Utc};

use super::moment::{Moment, SECOND, day};
use crate::{Decode, DecodeError, Encode, EncodeError, Encoder, WireValue, kind};

impl Encode<kind::Date> for NaiveDate {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Encode::<kind::Date>::encode(&day(self.year(), self.month(), self.day())?, to)
    }
}

/// Also reads the date of a value with a time.
impl Decode<kind::Date> for NaiveDate {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let date: crate::Date = Decode::<kind::Date>::decode(answered)?;
        Self::from_ymd_opt(date.year().into(), date.month().into(), date.day().into())
            .ok_or_else(|| DecodeError::expected("a day that chrono has"))
    }
}

/// Uses the offset of the time zone at that time.
impl<Z: TimeZone> Encode<kind::DateTime> for DateTime<Z> {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let nanosecond = i128::from(self.timestamp_subsec_nanos());
        if nanosecond >= SECOND {
            return Err(EncodeError::new("a leap second cannot be sent"));
        }
        let moment = Moment {
            nanoseconds: i128::from(self.timestamp()) * SECOND + nanosecond,
            east_seconds: self.offset().fix().local_minus_utc(),
        };
        moment.encode(to)
    }
}

/// Keeps the offset of the answer.
impl Decode<kind::DateTime> for DateTime<FixedOffset> {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let moment = Moment::decode(answered)?;
        let offset = FixedOffset::east_opt(moment.east_seconds).ok_or_else(outside)?;
        Ok(utc(moment)?.with_timezone(&offset))
    }
}

impl Decode<kind::DateTime> for DateTime<Utc> {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        utc(Moment::decode(answered)?)
    }
}

day_or_moment! {
    Date: NaiveDate, read as NaiveDate;
    DateTime: DateTime<Z> where Z: TimeZone, read as DateTime<FixedOffset>, DateTime<Utc>;
}

fn utc(Moment { nanoseconds, .. }: Moment) -> Result<DateTime<Utc>, DecodeError> {
    let seconds = i64::try_from(nanoseconds.div_euclid(SECOND)).map_err(|_| outside())?;
    let nanosecond = u32::try_from(nanoseconds.rem_euclid(SECOND)).map_err(|_| outside())?;
    DateTime::from_timestamp(seconds, nanosecond).ok_or_else(outside)
}

fn outside() -> DecodeError {
    DecodeError::expected("a moment in the range of chrono")
}

#[cfg(test)]
mod tests {
    use ::chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};

    use crate::{
        kind,
        value::interop::wire::{read, reads_every_spelling, reads_the_day_of_a_moment, written},
    };

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn days_survive_the_way_there_and_back() {
        for day in [date(1, 1, 1), date(2024, 2, 29), date(9999, 12, 31)] {
            let json = written::<kind::Date>(&day).unwrap();
            assert_eq!(read::<kind::Date, NaiveDate>(&json), Ok(day));
            assert_eq!(json, format!("\"{day}\""));
            assert!(day.to_string().parse::<crate::Date>().is_ok());
        }
        let with_time = read::<kind::Date, NaiveDate>(r#""2024-02-29T00:00:00+03:00""#);
        assert_eq!(with_time, Ok(date(2024, 2, 29)));
        assert!(read::<kind::Date, NaiveDate>(r#""2023-02-29""#).is_err());
    }

    #[test]
    fn moments_survive_the_way_there_and_back() {
        for text in [
            "2026-04-15T12:00:00+03:00",
            "2026-04-15T12:00:00.25-11:30",
            "1969-12-31T23:59:59.000000001Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-03:00",
            "0001-01-01T00:00:00+03:00",
        ] {
            let json = format!("\"{text}\"");
            let fixed: DateTime<FixedOffset> = read::<kind::DateTime, _>(&json).unwrap();
            assert_eq!(fixed, text.parse::<DateTime<FixedOffset>>().unwrap());
            assert_eq!(written::<kind::DateTime>(&fixed), Ok(json.clone()));
            assert!(text.parse::<crate::DateTime>().is_ok());
            let utc: DateTime<Utc> = read::<kind::DateTime, _>(&json).unwrap();
            assert_eq!(utc, fixed);
        }
    }

    #[test]
    fn a_moment_in_utc_is_written_as_such() {
        let moment = Utc.timestamp_opt(1_000_000_000, 0).unwrap();
        let json = written::<kind::DateTime>(&moment);
        assert_eq!(json.unwrap(), r#""2001-09-09T01:46:40Z""#);
    }

    #[test]
    fn a_moment_without_an_offset_is_not_read() {
        assert!(read::<kind::DateTime, DateTime<Utc>>(r#""2026-04-15T12:00:00""#).is_err());
        assert!(read::<kind::DateTime, DateTime<FixedOffset>>("null").is_err());
    }

    #[test]
    fn an_offset_that_cannot_be_written_becomes_utc() {
        let zone = FixedOffset::east_opt(9017).unwrap();
        let moment = zone.with_ymd_and_hms(1900, 4, 15, 12, 0, 7).unwrap();
        let json = written::<kind::DateTime>(&moment);
        assert_eq!(json.unwrap(), r#""1900-04-15T09:29:50Z""#);
    }

    #[test]
    fn every_form_that_our_own_types_read_is_read() {
        reads_every_spelling::<DateTime<FixedOffset>>();
        reads_every_spelling::<DateTime<Utc>>();
        reads_the_day_of_a_moment::<NaiveDate>();
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        assert!(written::<kind::Date>(&date(0, 12, 31)).is_err());
        assert!(written::<kind::Date>(&date(10000, 1, 1)).is_err());
        assert!(written::<kind::Date>(&NaiveDate::MIN).is_err());
        let zone = FixedOffset::east_opt(14 * 3600).unwrap();
        for edge in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(written::<kind::DateTime>(&edge).is_err());
            assert!(written::<kind::DateTime>(&edge.with_timezone(&zone)).is_err());
        }
        let leap_second: DateTime<Utc> = "2016-12-31T23:59:60Z".parse().unwrap();
        assert!(written::<kind::DateTime>(&leap_second).is_err());
    }
}
