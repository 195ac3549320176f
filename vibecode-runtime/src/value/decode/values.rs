//! Implements [`Decode`] for types of the standard library and of this crate.

use std::borrow::Cow;

use super::{Decode, DecodeError, WireValue};
use crate::{CrmRef, Date, DateTime, File, Id, Money, kind, wire::json};

fn text_of(answered: WireValue<'_>) -> Result<Cow<'_, str>, DecodeError> {
    answered.text().ok_or_else(|| {
        DecodeError::expected(if answered.is_string() {
            "text of whole characters, found half of a surrogate pair in it"
        } else {
            "text"
        })
    })
}

macro_rules! text_kinds {
    ($($Kind:ident)+) => {$(
        impl Decode<kind::$Kind> for String {
            fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
                text_of(answered).map(Cow::into_owned)
            }
        }

        impl Decode<kind::$Kind> for Box<str> {
            fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
                <String as Decode<kind::$Kind>>::decode(answered).map(String::into_boxed_str)
            }
        }

        impl Decode<kind::$Kind> for Cow<'_, str> {
            fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
                <String as Decode<kind::$Kind>>::decode(answered).map(Cow::Owned)
            }
        }
    )+};
}

text_kinds! { Text Url Address Status }

// These kinds have their own types, but can also be read as text.
text_kinds! { Date DateTime DateOrDateTime Money Crm }

/// `kinds: types`. Numbers may be in quotes and have a fraction of zeros (api.md, "Forms that are read").
macro_rules! numbers {
    ($($Kind:ident: $($Number:ty)+;)+) => {$($(
        impl Decode<kind::$Kind> for $Number {
            fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
                let expected = concat!("a whole number that fits ", stringify!($Number));
                answered.whole().ok_or_else(|| DecodeError::expected(expected))
            }
        }
    )+)+};
}

numbers! {
    Integer: i8 i16 i32 i64 u8 u16 u32 u64;
    Number: i8 i16 i32 i64 u8 u16 u32 u64;
    Double: i8 i16 i32 i64 u8 u16 u32 u64;
    Enumeration: u8 u16 u32 u64;
    Iblock: u8 u16 u32 u64;
}

/// Rust parses "NaN" and "inf" as numbers, but the API does not use them.
macro_rules! real_numbers {
    ($($Kind:ident: $($Number:ty)+;)+) => {$($(
        impl Decode<kind::$Kind> for $Number {
            fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
                let number = answered.text().and_then(|text| text.parse().ok());
                let number = number.filter(|number: &$Number| number.is_finite());
                number.ok_or_else(|| DecodeError::expected("a number"))
            }
        }
    )+)+};
}

real_numbers! {
    Number: f32 f64;
    Double: f32 f64;
}

/// Reads true and false, "Y" and "N", 1 and 0 (api.md, "Forms that are read"), bare or in quotes.
impl Decode<kind::Boolean> for bool {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        json::boolean(answered.as_str()).ok_or(DecodeError::expected("true or false"))
    }
}

/// Reads a date, also from a date with a time: "a date may carry a time" (api.md, "Forms that are read"). The time
/// is ignored, and the date is the one at the offset as written.
macro_rules! days {
    ($($Kind:ident)+) => {$(
        impl Decode<kind::$Kind> for Date {
            fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
                Ok(Self::of_answer(&text_of(answered)?)?)
            }
        }
    )+};
}

days! { Date DateOrDateTime }

macro_rules! parsed {
    ($($Kind:ident: $Value:ty;)+) => {$(
        impl Decode<kind::$Kind> for $Value {
            fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
                Ok(text_of(answered)?.parse::<Self>()?)
            }
        }
    )+};
}

parsed! {
    DateTime: DateTime;
    DateOrDateTime: DateTime;
    Money: Money;
}

/// Keeps a link in an unknown form unchanged.
impl Decode<kind::Crm> for CrmRef {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let text = text_of(answered)?;
        Ok(if answered.is_string() {
            Self::of_text(&text)
        } else {
            Self::of_bare_number(&text)
        })
    }
}

impl<E> Decode<kind::Reference<E>> for Id<E> {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        <u64 as Decode<kind::Reference<E>>>::decode(answered).map(Self::new)
    }
}

impl<E> Decode<kind::Reference<E>> for u64 {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        answered
            .id()
            .ok_or_else(|| DecodeError::expected("the id of a record"))
    }
}

/// Reads `{"id", "url", "urlMachine"}`, of which it takes the id to keep the file, or the form in
/// which a file is written.
impl Decode<kind::File> for File {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let id = match answered.pick(["id"]) {
            Some([id]) => id.and_then(WireValue::id),
            None => answered.id(),
        };
        id.map(Self::keep)
            .or_else(|| {
                Self::of_upload(&serde_json::from_str::<[Cow<'_, str>; 2]>(answered.as_str()).ok()?)
            })
            .ok_or_else(|| DecodeError::expected("a file with its id"))
    }
}
