//! Dates and times of jiff. `civil::DateTime` is not supported, because it has no offset.

use ::jiff::{
    Timestamp, Zoned,
    civil::Date,
    tz::{Offset, TimeZone},
};

use super::moment::{Moment, day};
use crate::{Decode, DecodeError, Encode, EncodeError, Encoder, WireValue, kind};

impl Encode<kind::Date> for Date {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Encode::<kind::Date>::encode(&day(self.year(), self.month(), self.day())?, to)
    }
}

/// Also reads the date of a value with a time.
impl Decode<kind::Date> for Date {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let date: crate::Date = Decode::<kind::Date>::decode(answered)?;
        of_calendar(date).ok_or_else(|| DecodeError::expected("a day that jiff has"))
    }
}

fn of_calendar(date: crate::Date) -> Option<Date> {
    let year = i16::try_from(date.year()).ok()?;
    let month = i8::try_from(date.month()).ok()?;
    let day = i8::try_from(date.day()).ok()?;
    Date::new(year, month, day).ok()
}

/// Uses the offset of the time zone at that time; the name of the time zone is not written.
impl Encode<kind::DateTime> for Zoned {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        moment(self.timestamp(), self.offset().seconds()).encode(to)
    }
}

/// Writes the time in UTC.
impl Encode<kind::DateTime> for Timestamp {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        moment(*self, 0).encode(to)
    }
}

fn moment(at: Timestamp, east_seconds: i32) -> Moment {
    Moment {
        nanoseconds: at.as_nanosecond(),
        east_seconds,
    }
}

/// Returns a time in a time zone with the answer's fixed offset, since the answer does not contain
/// the time zone's name.
impl Decode<kind::DateTime> for Zoned {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let moment = Moment::decode(answered)?;
        let offset = Offset::from_seconds(moment.east_seconds).map_err(|_| outside())?;
        Ok(timestamp(moment)?.to_zoned(TimeZone::fixed(offset)))
    }
}

impl Decode<kind::DateTime> for Timestamp {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        timestamp(Moment::decode(answered)?)
    }
}

day_or_moment! {
    Date: Date, read as Date;
    DateTime: Zoned, read as Zoned;
    DateTime: Timestamp, read as Timestamp;
}

fn timestamp(moment: Moment) -> Result<Timestamp, DecodeError> {
    Timestamp::from_nanosecond(moment.nanoseconds).map_err(|_| outside())
}

fn outside() -> DecodeError {
    DecodeError::expected("a moment in the range of jiff")
}

#[cfg(test)]
mod tests {
    use ::jiff::{
        Timestamp, Zoned,
        civil::{Date, date},
        tz::{Offset, TimeZone},
    };

    use crate::{
        DateTime, kind,
        value::interop::wire::{read, reads_every_spelling, reads_the_day_of_a_moment, written},
    };

    fn at(east_seconds: i32, year: i16) -> Zoned {
        let zone = TimeZone::fixed(Offset::from_seconds(east_seconds).unwrap());
        date(year, 4, 15).at(12, 0, 7, 0).to_zoned(zone).unwrap()
    }

    #[test]
    fn days_survive_the_way_there_and_back() {
        for day in [date(1, 1, 1), date(2024, 2, 29), date(9999, 12, 31)] {
            let json = written::<kind::Date>(&day).unwrap();
            assert_eq!(read::<kind::Date, Date>(&json), Ok(day));
            assert_eq!(json, format!("\"{day}\""));
            assert!(day.to_string().parse::<crate::Date>().is_ok());
        }
        let with_time = read::<kind::Date, Date>(r#""2024-02-29T00:00:00+03:00""#);
        assert_eq!(with_time, Ok(date(2024, 2, 29)));
        assert!(read::<kind::Date, Date>(r#""2023-02-29""#).is_err());
    }

    #[test]
    fn moments_survive_the_way_there_and_back() {
        for text in [
            "2026-04-15T12:00:00+03:00",
            "2026-04-15T12:00:00.25-11:30",
            "1969-12-31T23:59:59.000000001Z",
            "0001-01-01T00:00:00Z",
        ] {
            let json = format!("\"{text}\"");
            let zoned: Zoned = read::<kind::DateTime, _>(&json).unwrap();
            assert_eq!(written::<kind::DateTime>(&zoned), Ok(json.clone()));
            let stamp: Timestamp = read::<kind::DateTime, _>(&json).unwrap();
            assert_eq!(stamp, text.parse().unwrap());
            assert_eq!(stamp, zoned.timestamp());
            let in_utc = written::<kind::DateTime>(&stamp).unwrap();
            assert!(in_utc.ends_with("Z\""), "{in_utc}");
            assert!(in_utc.trim_matches('"').parse::<DateTime>().is_ok());
            assert_eq!(read::<kind::DateTime, _>(&in_utc), Ok(stamp));
        }
    }

    #[test]
    fn a_moment_without_an_offset_is_not_read() {
        assert!(read::<kind::DateTime, Zoned>(r#""2026-04-15T12:00:00""#).is_err());
        assert!(read::<kind::DateTime, Timestamp>(r#""2026-04-15T12:00:00""#).is_err());
        assert!(read::<kind::DateTime, Timestamp>("null").is_err());
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
        reads_every_spelling::<Zoned>();
        reads_every_spelling::<Timestamp>();
        reads_the_day_of_a_moment::<Date>();
    }

    #[test]
    fn years_that_cannot_be_written_are_refused() {
        assert!(written::<kind::Date>(&date(0, 12, 31)).is_err());
        assert!(written::<kind::Date>(&date(-1, 12, 31)).is_err());
        assert!(written::<kind::DateTime>(&at(0, 0)).is_err());
        assert!(written::<kind::DateTime>(&Timestamp::MIN).is_err());
    }
}
