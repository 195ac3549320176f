//! The values of a record that columns show, found in its JSON without building a tree of it.

use std::{collections::HashMap, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use vibecode_runtime::RawAnswer;

use super::ID;

/// Returns the id of a record, if it is a number above 0.
pub(in crate::commands::export) fn id_of(record: &RawAnswer) -> Option<u64> {
    let record: serde_json::Value = record.parse().ok()?;
    id_of_json(&record.get(ID)?.to_string())
}

pub(super) fn id_of_json(json: &str) -> Option<u64> {
    let id = json.trim_matches('"').parse();
    id.ok().filter(|id| *id > 0)
}

/// Reads an object into the slots of its keys. A key that occurs twice is an error.
pub(super) struct SlotsSeed<'k> {
    pub(super) slots: &'k HashMap<&'k str, usize>,
    pub(super) count: usize,
}

impl<'de> DeserializeSeed<'de> for SlotsSeed<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SlotsSeed<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![None; self.count];
        while let Some(slot) = map.next_key_seed(KeySeed(self.slots))? {
            let Some(value) = slot.and_then(|slot| values.get_mut(slot)) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if value.replace(map.next_value()?).is_some() {
                return Err(A::Error::custom("a key occurs twice"));
            }
        }
        Ok(values)
    }
}

/// Reads a key as its slot, if it has one.
struct KeySeed<'k>(&'k HashMap<&'k str, usize>);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.get(name).copied())
    }
}
