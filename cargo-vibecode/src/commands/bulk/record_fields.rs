//! The fields of a record as they were returned, without their values being read.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The keys and the values of an object, in order. An object with a key that occurs twice is refused: nothing
/// says which of the two counts.
#[derive(Debug, Default)]
pub(super) struct RecordFields<'r>(Vec<(String, &'r RawValue)>);

impl<'r> RecordFields<'r> {
    /// Returns `None` if the text is no object, or if a key occurs twice.
    pub(super) fn read(json: &'r str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    pub(super) fn get(&self, name: &str) -> Option<&'r RawValue> {
        let mut fields = self.0.iter();
        fields.find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// Returns the id of the record. `None` if it has none, or none that is a number.
    pub(super) fn id(&self) -> Option<u64> {
        self.get("id")?.get().parse().ok()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'r RawValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), *value))
    }
}

impl<'de> Deserialize<'de> for RecordFields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = RecordFields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields: Vec<(String, &'de RawValue)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, _>()? {
                    if fields.iter().any(|(known, _)| *known == key) {
                        return Err(A::Error::custom("a key occurs twice"));
                    }
                    fields.push((key, value));
                }
                Ok(RecordFields(fields))
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_not_understood_has_no_fields_instead_of_some() {
        for odd in ["[]", "null", r#"{"post":"a","post":"b"}"#, r#"{"post":"#] {
            assert!(RecordFields::read(odd).is_none(), "{odd}");
        }
        let fields = RecordFields::read(r#"{"id":71,"po\u0073t":"a"}"#).unwrap();
        assert_eq!(fields.get("post").unwrap().get(), r#""a""#);
        assert!(fields.get("name").is_none());
        assert_eq!(fields.id(), Some(71));
    }
}
