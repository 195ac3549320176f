//! Serde implementations for values that are text on the wire.

use std::fmt;

use serde::{
    Deserializer,
    de::{Error, Visitor},
};

/// Visits text and parses it with a function. No error shows the text, which may be personal data.
pub(crate) struct TextVisitor<F> {
    /// What is expected, such as "a day as YYYY-MM-DD".
    pub(crate) expected: &'static str,
    pub(crate) parse: F,
}

impl<F> TextVisitor<F> {
    /// Deserializes text. For a self-describing format it uses `deserialize_any`: with
    /// `deserialize_str`, the format's own error would show a value that is not text.
    pub(crate) fn deserialize<'de, D, T>(self, deserializer: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        F: FnOnce(&str) -> Option<T>,
    {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(self)
        } else {
            deserializer.deserialize_str(self)
        }
    }
}

/// Refuses a value without showing it. Serde's default methods would show it.
macro_rules! not_text {
    ($($visit:ident($Type:ty))+) => {$(
        fn $visit<E: Error>(self, _: $Type) -> Result<Self::Value, E> {
            Err(E::custom(format_args!("expected {}", self.expected)))
        }
    )+};
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for TextVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let expected = self.expected;
        (self.parse)(text).ok_or_else(|| E::custom(format_args!("expected {expected}")))
    }

    /// Reads a number as its text, as in answers.
    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    not_text! { visit_bool(bool) visit_i64(i64) visit_f64(f64) }
}

/// Implements serde's traits for types whose `Display` and `FromStr` use the wire form.
macro_rules! serde_as_text {
    ($($Value:ty: $expected:expr;)+) => {$(
        /// Serializes the value as its wire text.
        impl serde::Serialize for $Value {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $Value {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let visitor = crate::value::text_form::TextVisitor {
                    expected: $expected,
                    parse: |text: &str| text.parse().ok(),
                };
                visitor.deserialize(deserializer)
            }
        }
    )+};
}

pub(crate) use serde_as_text;
