//! Serde implementations for phones and emails: `{"value":…,"typeId":…}`, as in a PATCH.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Email, Phone};
use crate::value::text_form::TextVisitor;

const FIELDS: &[&str] = &["value", "typeId"];
const EXPECTED: &str = "a value and its typeId";

/// A value that is written with its type.
#[derive(Deserialize)]
#[serde(expecting = "a value and its typeId")]
struct Entry<T: Default> {
    value: Private,
    #[serde(rename = "typeId", default)]
    value_type: T,
}

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

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V, A::Error> {
        let entry = Entry::deserialize(MapAccessDeserializer::new(map))?;
        Ok((self.make)(entry.value.0, entry.value_type))
    }

    // Binary formats write both elements. One alone is not a WORK value: a list of phones may have been meant.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<V, A::Error> {
        let lacks = |length| A::Error::invalid_length(length, &EXPECTED);
        let value: Private = seq.next_element()?.ok_or_else(|| lacks(0))?;
        let value_type = seq.next_element()?.ok_or_else(|| lacks(1))?;
        Ok((self.make)(value.0, value_type))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_a_value_and_its_type_and_never_one_of_both() {
        let both: Phone = serde_json::from_str(r#"["+79161112233","MOBILE"]"#).unwrap();
        let object = r#"{"value":"+79161112233","typeId":"MOBILE"}"#;
        assert_eq!(both, serde_json::from_str(object).unwrap());
        for text in [
            "[]",
            r#"["+79161112233"]"#,
            r#"["+79161112233","+79161112244"]"#,
            r#"["+79161112233","MOBILE","+79161112244"]"#,
        ] {
            let error = serde_json::from_str::<Phone>(text).unwrap_err();
            assert!(!error.to_string().contains("7916"), "{error}");
        }
        let plain = serde_json::from_str::<Email>(r#"{"value":"a@b.ru"}"#);
        assert!(plain.is_ok());
        assert!(serde_json::from_str::<Email>(r#"["a@b.ru"]"#).is_err());
    }
}
