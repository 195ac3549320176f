//! The answer of a batch: `{"results":{id:payload},"errors":{id:{…}}}` (api.md, grade C).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor},
};
use serde_json::value::RawValue;

use super::{MAX_CALLS, call::number_of};
use crate::{
    Result,
    client::{Answer, Failure, RateLimit, Request, is_rate_limit},
};
use bytestring::ByteString;

/// Both lists have the number of each call.
pub(super) struct BatchAnswer {
    pub(super) results: Vec<(usize, ByteString)>,
    pub(super) errors: Vec<(usize, Failure)>,
}

impl Answer for BatchAnswer {
    type Data<'a> = BatchData<'a>;

    fn read(
        BatchData { results, errors }: BatchData<'_>,
        _: Option<&RawValue>,
        answer: &ByteString,
        _: &Request,
    ) -> Result<Self> {
        let results = results.into_iter();
        let errors = errors.into_iter();
        Ok(Self {
            results: results
                .map(|(number, result)| (number, answer.slice_ref(result.get())))
                .collect(),
            errors: errors
                .map(|(number, error)| (number, Failure::of_call(error.get())))
                .collect(),
        })
    }

    fn rate_limit(&self) -> Option<RateLimit> {
        let limited = self.errors.iter().map(|(_, failure)| failure);
        let waits = limited
            .filter(|failure| {
                let code = failure.api.code.as_ref();
                code.is_some_and(|code| is_rate_limit(None, code))
            })
            .map(|failure| failure.retry_after);
        // The longest wait counts; a refused call without a wait counts too.
        waits.max().map(|retry_after| RateLimit { retry_after })
    }
}

/// The data of the answer to a batch.
pub(super) struct BatchData<'a> {
    results: Vec<(usize, &'a RawValue)>,
    errors: Vec<(usize, &'a RawValue)>,
}

impl<'de> Deserialize<'de> for BatchData<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnswerVisitor)
    }
}

/// Serde's derive for a struct would also read a list, by position.
struct AnswerVisitor;

impl<'de> Visitor<'de> for AnswerVisitor {
    type Value = BatchData<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the results and errors of a batch")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut results, mut errors) = (None, None);
        while let Some(key) = map.next_key()? {
            let is_second = match key {
                Key::Results => results
                    .replace(map.next_value::<ByNumber<'_>>()?.0)
                    .is_some(),
                Key::Errors => errors
                    .replace(map.next_value::<ByNumber<'_>>()?.0)
                    .is_some(),
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
        Ok(BatchData {
            results: results.unwrap_or_default(),
            errors: errors.unwrap_or_default(),
        })
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Results,
    Errors,
    #[serde(other)]
    Other,
}

/// A map from the ids of calls, by the numbers of the calls. An empty one may be `[]`, as PHP writes it,
/// or null.
struct ByNumber<'a>(Vec<(usize, &'a RawValue)>);

impl<'de> Deserialize<'de> for ByNumber<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ByNumberVisitor)
    }
}

struct ByNumberVisitor;

impl<'de> Visitor<'de> for ByNumberVisitor {
    type Value = ByNumber<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from the ids of calls")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(ByNumber(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            None => Ok(ByNumber(Vec::new())),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::with_capacity(map.size_hint().unwrap_or(MAX_CALLS));
        while let Some(number) = map.next_key_seed(CallNumber)? {
            let value = map.next_value()?;
            if let Some(number) = number {
                values.push((number, value));
            }
        }
        Ok(ByNumber(values))
    }
}

/// Reads the id of a call as its number; `None` if it is not an id of ours.
struct CallNumber;

impl<'de> DeserializeSeed<'de> for CallNumber {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for CallNumber {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the id of a call")
    }

    fn visit_str<E>(self, id: &str) -> Result<Self::Value, E> {
        Ok(number_of(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::many::batch::call::request;

    fn numbers(json: &str) -> Option<(Vec<usize>, Vec<usize>)> {
        let answer: BatchData<'_> = serde_json::from_str(json).ok()?;
        let results = answer.results.iter().map(|(number, _)| *number);
        let errors = answer.errors.iter().map(|(number, _)| *number);
        Some((results.collect(), errors.collect()))
    }

    #[test]
    fn an_answer_that_is_not_understood_is_not_an_answer_without_results() {
        for json in [
            "{}",
            "[]",
            "[{}]",
            r#"[{"c0":{"id":71}},{}]"#,
            "null",
            r#"{"results":[{"id":71}]}"#,
            r#"{"results":"none"}"#,
            r#"{"results":{},"results":{"c0":{"id":71}}}"#,
            r#"{"results":{},"errors":{},"errors":{"c0":{}}}"#,
            r#"{"results":{"\ud83d":{"id":71}}}"#,
        ] {
            assert_eq!(numbers(json), None, "{json}");
        }
        assert_eq!(
            numbers(r#"{"results":[],"errors":null}"#),
            Some((vec![], vec![]))
        );
    }

    #[test]
    fn the_records_of_a_batch_are_not_copied() {
        let answer = ByteString::from(r#"{"results":{"c0":{"id":71},"c1":{"id":72}}}"#);
        let data = serde_json::from_str(&answer).unwrap();
        let request = request([]);
        let BatchAnswer { results, .. } = BatchAnswer::read(data, None, &answer, &request).unwrap();
        let range = answer.as_bytes().as_ptr_range();
        for (_, record) in &results {
            assert!(range.contains(&record.as_bytes().as_ptr()), "{record}");
        }
        assert_eq!(results[1].1, r#"{"id":72}"#);
    }

    #[test]
    fn a_call_that_is_listed_twice_is_seen_twice() {
        let json = r#"{"results":{"c0":{"id":71},"c0":{"id":71},"c1":{}},"errors":{"c1":null}}"#;
        assert_eq!(numbers(json), Some((vec![0, 0, 1], vec![1])));
    }

    #[test]
    fn an_id_that_no_call_has_is_the_result_of_none() {
        for id in ["0", "c", "c+0", "c00", "c-1", "C0", " c0"] {
            let json = format!(r#"{{"results":{{"{id}":{{}}}}}}"#);
            assert_eq!(numbers(&json), Some((vec![], vec![])), "{id}");
        }
    }
}
