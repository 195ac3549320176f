//! Support for types of other crates, each behind the feature with the crate's name.

/// Implements the kind that accepts a date or a date with a time for this type of another crate.
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
macro_rules! day_or_moment {
    ($($Kind:ident: $Value:ty $(where $Zone:ident: $Bound:path)?, read as $($Read:ty),+;)+) => {$(
        impl $(<$Zone: $Bound>)? crate::Encode<crate::kind::DateOrDateTime> for $Value {
            fn encode(&self, to: &mut crate::Encoder<'_>) -> Result<(), crate::EncodeError> {
                crate::Encode::<crate::kind::$Kind>::encode(self, to)
            }
        }

        $(
            impl crate::Decode<crate::kind::DateOrDateTime> for $Read {
                fn decode(answered: crate::WireValue<'_>) -> Result<Self, crate::DecodeError> {
                    crate::Decode::<crate::kind::$Kind>::decode(answered)
                }
            }
        )*
    )+};
}

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "decimal")]
mod decimal;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod moment;
#[cfg(feature = "time")]
mod time;

#[cfg(test)]
mod wire {
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    use crate::kind;
    use crate::{Decode, DecodeError, Encode, EncodeError, Encoder, WireValue};

    /// Returns the JSON that a value is written as. A refused value must write nothing.
    pub(super) fn written<K>(value: &impl Encode<K>) -> Result<String, EncodeError> {
        let mut json = String::new();
        let encoded = value.encode(&mut Encoder::new(&mut json));
        assert_eq!(encoded.is_err(), json.is_empty(), "{json}");
        encoded.map(|()| json)
    }

    /// Checks that a type reads every spelling that `crate::DateTime` reads, and no date without a
    /// time.
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    pub(super) fn reads_every_spelling<T>()
    where
        T: Decode<kind::DateTime> + Decode<kind::DateOrDateTime> + Encode<kind::DateTime>,
    {
        for spelling in [
            "2026-04-15T12:00:00+0300",
            "2026-04-15T12:00:00+03",
            "2026-04-15 12:00:00-11:30",
            "2026-04-15t12:00:00.250z",
            "2026-04-15T12:00:00.000Z",
        ] {
            let seconds = |json: &str| {
                let moment: crate::DateTime = read::<kind::DateTime, _>(json).unwrap();
                moment.unix_seconds()
            };
            let json = format!("\"{spelling}\"");
            for moment in [
                read::<kind::DateTime, T>(&json).unwrap(),
                read::<kind::DateOrDateTime, T>(&json).unwrap(),
            ] {
                let back = written::<kind::DateTime>(&moment).unwrap();
                assert_eq!(seconds(&back), seconds(&json), "{spelling}");
                assert!(seconds(&json).is_some());
            }
        }
        assert!(read::<kind::DateTime, T>(r#""2026-04-15""#).is_err());
    }

    /// Checks that a type reads the date of a date with a time, in a field that accepts either.
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    pub(super) fn reads_the_day_of_a_moment<T>()
    where
        T: Decode<kind::Date> + Decode<kind::DateOrDateTime> + Encode<kind::DateOrDateTime>,
    {
        let day = r#""2026-07-17""#;
        for json in [
            day,
            r#""2026-07-17T00:00:00.000Z""#,
            r#""2026-07-17 00:00:00+0300""#,
        ] {
            let either: T = read::<kind::DateOrDateTime, _>(json).unwrap();
            assert_eq!(written::<kind::DateOrDateTime>(&either).unwrap(), day);
            let read: T = read::<kind::Date, _>(json).unwrap();
            assert_eq!(written::<kind::DateOrDateTime>(&read).unwrap(), day);
        }
    }

    pub(super) fn read<K, T: Decode<K>>(json: &str) -> Result<T, DecodeError> {
        T::decode(WireValue::of_json(json))
    }
}
