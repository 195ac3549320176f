//! Serde implementations for phones and emails: `{"value":…,"typeId":…}`, as in a PATCH.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
    ser::SerializeStruct,
};

use super::{Email, Phone};
use crate::value::text_form::TextVisitor;

const FIELDS: &[&str] = &["value", "typeId"];

/// Visits a value of a multifield: an object, or plain text, which is a WORK value.
struct EntryVisitor<T, V> {
    make: fn(String, T) -> V,
}

impl<'de, T: Deserialize<'de> + Default, V> Visitor<'de> for EntryVisitor<T, V> {
    type Value = V;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its typeId, or text")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<V, E> {
        Ok((self.make)(value.to_owned(), T::default()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V, A::Error> {
        let (mut value, mut value_type) = (None, T::default());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "value" => value = Some(map.next_value::<Private>()?.0),
                "typeId" => value_type = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let value = value.ok_or_else(|| A::Error::missing_field("value"))?;
        Ok((self.make)(value, value_type))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<V, A::Error> {
        let missing = || A::Error::custom("expected a value and its typeId");
        let value = seq.next_element::<Private>()?.ok_or_else(missing)?.0;
        let value_type = seq.next_element()?.ok_or_else(missing)?;
        Ok((self.make)(value, value_type))
    }

    // A phone without quotes. A number is read as its text, as in answers.
    fn visit_u64<E: Error>(self, number: u64) -> Result<V, E> {
        self.visit_str(&number.to_string())
    }

    // Serde's own errors would show the value.
    fn visit_i64<E: Error>(self, _: i64) -> Result<V, E> {
        Err(E::custom(NOT_TEXT))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<V, E> {
        Err(E::custom(NOT_TEXT))
    }
}

const NOT_TEXT: &str = "expected a phone or an email as text";

/// Text that does not appear in errors.
struct Private(String);

impl<'de> Deserialize<'de> for Private {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = TextVisitor {
            expected: "a phone or an email as text",
            parse: |text: &str| Some(Self(text.to_owned())),
        };
        visitor.deserialize(deserializer)
    }
}

macro_rules! entries {
    ($($Value:ident)+) => {$(
        impl Serialize for $Value {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut entry = serializer.serialize_struct(stringify!($Value), FIELDS.len())?;
                entry.serialize_field("value", &self.value)?;
                entry.serialize_field("typeId", &self.value_type)?;
                entry.end()
            }
        }

        impl<'de> Deserialize<'de> for $Value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let visitor = EntryVisitor { make: Self::new };
                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(visitor)
                } else {
                    deserializer.deserialize_struct(stringify!($Value), FIELDS, visitor)
                }
            }
        }
    )+};
}

entries! { Phone Email }
