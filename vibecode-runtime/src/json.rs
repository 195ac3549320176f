//! Looking into an answer without building what nobody asked for.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The values of some keys of a JSON object, as they stand in the text; `None` for what is not
/// JSON, or no object.
pub(crate) fn pick<'a, const N: usize>(
    text: &'a str,
    keys: [&str; N],
) -> Option<[Option<&'a RawValue>; N]> {
    let mut json = serde_json::Deserializer::from_str(text);
    let picked = Pick { keys }.deserialize(&mut json).ok()?;
    json.end().ok()?;
    Some(picked)
}

/// A text, or a number as text, since the API is known to give either.
pub(crate) fn text(value: &RawValue) -> Option<String> {
    match serde_json::from_str(value.get()).ok()? {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

struct Pick<'k, const N: usize> {
    keys: [&'k str; N],
}

impl<'de, const N: usize> DeserializeSeed<'de> for Pick<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Pick<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut picked = [None; N];
        while let Some(place) = map.next_key_seed(Place(&self.keys))? {
            match place.and_then(|place| picked.get_mut(place)) {
                Some(value) => *value = Some(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(picked)
    }
}

/// The place of a key among the wanted ones.
struct Place<'k>(&'k [&'k str]);

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Place<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|wanted| *wanted == key))
    }
}

/// Reads a value of any type out of a text, without its content in the error.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        serde_json::Error::custom(format!("the value at {place} has another shape"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_keys_are_picked_and_the_rest_is_passed_over() {
        let json = r#"{"a":{"x":[1,2]},"id":"71","b":null,"id":72}"#;
        let [id, none] = pick(json, ["id", "c"]).unwrap();
        assert_eq!(id.and_then(text).as_deref(), Some("72"));
        assert!(none.is_none());
    }

    #[test]
    fn what_is_no_whole_object_is_none() {
        for text in [
            "",
            "[]",
            "1",
            "{\"id\":",
            "{\"id\":1",
            "{\"id\":1} x",
            "<html>",
        ] {
            assert!(pick(text, ["id"]).is_none(), "{text}");
        }
    }
}
