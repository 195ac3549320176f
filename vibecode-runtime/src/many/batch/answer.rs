//! The answer of a batch: `{"results":{id:payload},"errors":{id:{…}}}` (api.md, grade C).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::call::place_of;
use crate::{
    ErrorCode, Result,
    client::{Answer, Failure, RateLimit, Request},
};

pub(super) struct BatchAnswer {
    pub(super) results: Vec<(usize, Box<RawValue>)>,
    pub(super) errors: Vec<(usize, Failure)>,
}

impl Answer for BatchAnswer {
    type Data<'a> = Self;

    fn read(data: Self, _: Option<&RawValue>, _: &Request) -> Result<Self> {
        Ok(data)
    }

    fn rate_limit(&self) -> Option<RateLimit> {
        let limited = self.errors.iter().map(|(_, failure)| failure);
        let waits = limited
            .filter(|failure| failure.api.code == Some(ErrorCode::RateLimited))
            .map(|failure| failure.retry_after);
        // The longest wait counts; a refused call without a wait counts too.
        waits.max().map(|retry_after| RateLimit { retry_after })
    }
}

impl<'de> Deserialize<'de> for BatchAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnswerVisitor)
    }
}

struct AnswerVisitor;

impl<'de> Visitor<'de> for AnswerVisitor {
    type Value = BatchAnswer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the results and errors of a batch")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BatchAnswer, A::Error> {
        let (mut results, mut errors) = (None, None);
        while let Some(key) = map.next_key::<Key>()? {
            let is_second = match key {
                Key::Results => results.replace(map.next_value::<ByPlace>()?.0).is_some(),
                Key::Errors => errors.replace(map.next_value::<ByPlace>()?.0).is_some(),
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                    false
                }
            };
            if is_second {
                return Err(A::Error::custom("a part of the answer is there twice"));
            }
        }
        if results.is_none() && errors.is_none() {
            return Err(A::Error::missing_field("results"));
        }
        let errors = errors.unwrap_or_default().into_iter();
        Ok(BatchAnswer {
            results: results.unwrap_or_default(),
            errors: errors
                .map(|(index, error)| (index, Failure::of_call(error.get())))
                .collect(),
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Key {
    Results,
    Errors,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E>(self, key: &str) -> Result<Key, E> {
                Ok(match key {
                    "results" => Key::Results,
                    "errors" => Key::Errors,
                    _ => Key::Other,
                })
            }
        }
        deserializer.deserialize_identifier(KeyVisitor)
    }
}

/// A map from the ids of calls. An empty one may be `[]`, as PHP writes it, or null.
struct ByPlace(Vec<(usize, Box<RawValue>)>);

impl<'de> Deserialize<'de> for ByPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ByPlaceVisitor)
    }
}

struct ByPlaceVisitor;

impl<'de> Visitor<'de> for ByPlaceVisitor {
    type Value = ByPlace;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from the ids of calls")
    }

    fn visit_unit<E>(self) -> Result<ByPlace, E> {
        Ok(ByPlace(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<ByPlace, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            None => Ok(ByPlace(Vec::new())),
            Some(_) => Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ByPlace, A::Error> {
        let mut values = Vec::with_capacity(map.size_hint().unwrap_or(super::MAX_CALLS));
        while let Some(Place(index)) = map.next_key()? {
            let value = map.next_value()?;
            if let Some(index) = index {
                values.push((index, value));
            }
        }
        Ok(ByPlace(values))
    }
}

/// The index that a key contains.
struct Place(Option<usize>);

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PlaceVisitor;
        impl Visitor<'_> for PlaceVisitor {
            type Value = Place;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a call")
            }

            fn visit_str<E>(self, id: &str) -> Result<Place, E> {
                Ok(Place(place_of(id)))
            }
        }
        deserializer.deserialize_identifier(PlaceVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indices(json: &str) -> Option<(Vec<usize>, Vec<usize>)> {
        let answer: BatchAnswer = serde_json::from_str(json).ok()?;
        let results = answer.results.iter().map(|(index, _)| *index);
        let errors = answer.errors.iter().map(|(index, _)| *index);
        Some((results.collect(), errors.collect()))
    }

    #[test]
    fn an_answer_that_is_not_understood_is_not_an_answer_without_results() {
        for json in [
            "{}",
            "[]",
            "null",
            r#"{"results":[{"id":71}]}"#,
            r#"{"results":"none"}"#,
            r#"{"results":{},"results":{"c0":{"id":71}}}"#,
            r#"{"results":{},"errors":{},"errors":{"c0":{}}}"#,
            r#"{"results":{"\ud83d":{"id":71}}}"#,
        ] {
            assert_eq!(indices(json), None, "{json}");
        }
        assert_eq!(
            indices(r#"{"results":[],"errors":null}"#),
            Some((vec![], vec![]))
        );
    }

    #[test]
    fn a_call_that_is_listed_twice_is_seen_twice() {
        let json = r#"{"results":{"c0":{"id":71},"c0":{"id":71},"c1":{}},"errors":{"c1":null}}"#;
        assert_eq!(indices(json), Some((vec![0, 0, 1], vec![1])));
    }

    #[test]
    fn an_id_that_no_call_has_is_the_result_of_none() {
        for id in ["0", "c", "c+0", "c00", "c-1", "C0", " c0"] {
            let json = format!(r#"{{"results":{{"{id}":{{}}}}}}"#);
            assert_eq!(indices(&json), Some((vec![], vec![])), "{id}");
        }
    }
}
