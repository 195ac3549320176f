//! Values of other libraries, each behind the feature that has its name.

/// Makes a day or a moment of another library one of a field that takes either.
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
                fn decode(answered: crate::Answered<'_>) -> Result<Self, crate::DecodeError> {
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
    use crate::{Answered, Decode, DecodeError, Encode, EncodeError, Encoder};

    /// The JSON that a value is written as, of which nothing may be left where it is refused.
    pub(super) fn written<K>(value: &impl Encode<K>) -> Result<String, EncodeError> {
        let mut json = String::new();
        let encoded = value.encode(&mut Encoder::new(&mut json));
        assert_eq!(encoded.is_err(), json.is_empty(), "{json}");
        encoded.map(|()| json)
    }

    /// The value that is read from JSON.
    pub(super) fn read<K, T: Decode<K>>(json: &str) -> Result<T, DecodeError> {
        T::decode(Answered::of_text(json))
    }
}
