//! The answer of a batch: `{"results":{id:payload},"errors":{id:{…}}}` (api.md, grade C).

use super::{MAX_CALLS, call::number_of};
use crate::{
    Result,
    client::{Answer, Data, Failure, RateLimit, Request, is_rate_limit},
    wire::reader::Reader,
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
        _: Option<&str>,
        answer: &ByteString,
        _: &Request,
    ) -> Result<Self> {
        let results = results.into_iter();
        let errors = errors.into_iter();
        Ok(Self {
            results: results
                .map(|(number, result)| (number, answer.slice_ref(result)))
                .collect(),
            errors: errors
                .map(|(number, error)| (number, Failure::of_call(error)))
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
    results: ByNumber<'a>,
    errors: ByNumber<'a>,
}

/// Values with the numbers of their calls.
type ByNumber<'a> = Vec<(usize, &'a str)>;

impl<'a> Data<'a> for BatchData<'a> {
    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let (mut results, mut errors) = (None, None);
        reader.members(|key, reader| {
            let is_second = match key {
                "results" => results.replace(by_number(reader)?).is_some(),
                "errors" => errors.replace(by_number(reader)?).is_some(),
                _ => {
                    reader.value()?;
                    false
                }
            };
            (!is_second).then_some(())
        })?;
        if results.is_none() && errors.is_none() {
            return None;
        }
        Some(Self {
            results: results.unwrap_or_default(),
            errors: errors.unwrap_or_default(),
        })
    }
}

/// Reads a map from the ids of calls. An empty one may be `[]`, as PHP writes it, or null. Ids that are not ours are
/// left out.
fn by_number<'a>(reader: &mut Reader<'a>) -> Option<ByNumber<'a>> {
    match reader.peek()? {
        b'{' => {}
        b'[' => return reader.elements()?.is_empty().then(Vec::new),
        _ => return (reader.value()? == "null").then(Vec::new),
    }
    let mut values = Vec::with_capacity(MAX_CALLS);
    reader.members(|id, reader| {
        let number = number_of(id);
        let value = reader.value()?;
        values.extend(number.map(|number| (number, value)));
        Some(())
    })?;
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::many::batch::call::request;

    fn numbers(json: &str) -> Option<(Vec<usize>, Vec<usize>)> {
        let answer = BatchData::read(&mut Reader::new(json))?;
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
        let data = BatchData::read(&mut Reader::new(&answer)).unwrap();
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
    fn a_key_with_escapes_is_read_as_any_other() {
        let json = r#"{"r\u0065sults":{"\u00630":{}},"\u0065rrors":{"c\u0031":{}}}"#;
        assert_eq!(numbers(json), Some((vec![0], vec![1])));
        let json = r#"{"errors":{},"\u0065rrors":{"c1":{}}}"#;
        assert_eq!(numbers(json), None);
    }

    #[test]
    fn an_id_that_no_call_has_is_the_result_of_none() {
        for id in ["0", "c", "c+0", "c00", "c-1", "C0", " c0"] {
            let json = format!(r#"{{"results":{{"{id}":{{}}}}}}"#);
            assert_eq!(numbers(&json), Some((vec![], vec![])), "{id}");
        }
    }
}
