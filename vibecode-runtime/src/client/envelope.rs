//! The envelope of every answer:
//! `{"success":true,"data":…,"meta":…}` or `{"success":false,"error":{…}}`.

use std::{borrow::Cow, time::Duration};

use crate::{
    ErrorCode,
    error::ApiError,
    wire::{
        json::{self, pick},
        nothing,
        reader::Reader,
        retry_after,
    },
};

/// The data of a success, of the shape that a call expects.
pub(crate) trait Data<'a>: Sized {
    /// Reads the value at which the reader is. Returns `None` if it has another shape.
    fn read(reader: &mut Reader<'a>) -> Option<Self>;
}

/// Data of any shape, as it is written.
impl<'a> Data<'a> for &'a str {
    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        reader.value()
    }
}

pub(crate) enum Envelope<'a, D> {
    Success {
        data: Option<D>,
        meta: Option<&'a str>,
    },
    Failure(Failure),
    /// A success with data of another shape.
    Misshapen,
}

pub(crate) struct Failure {
    pub(crate) api: ApiError,
    pub(crate) retry_after: Option<Duration>,
}

impl<'a, D: Data<'a>> Envelope<'a, D> {
    /// Reads an answer in one pass. Returns `None` if it is not an envelope, or contradicts itself.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        if let Some(parts) = Parts::<D>::read(text) {
            return parts.into_envelope();
        }
        // A failure must be recognised whatever its data is, also without data.
        match Parts::<&str>::read(text)?.into_envelope()? {
            Envelope::Failure(failure) => Some(Self::Failure(failure)),
            Envelope::Success { .. } | Envelope::Misshapen => Some(Self::Misshapen),
        }
    }
}

impl Failure {
    /// Reads one of the `errors` of a batch. It is a failure even if it cannot be read.
    pub(crate) fn of_call(error: &str) -> Self {
        Self::read(error).unwrap_or_else(|| Self {
            api: ApiError::default(),
            retry_after: None,
        })
    }

    /// Reads the `error` of an envelope. Returns `None` if it is not understood: the parts that decide
    /// whether the request was applied (`code`, `b24Code`) must be absent or text. The others are
    /// informative, and are left out if they are neither text nor a number.
    pub(crate) fn read(error: &str) -> Option<Self> {
        let keys = ["code", "message", "hint", "b24Code", "retryAfter"];
        let [code, message, hint, b24_code, wait] = pick(error, keys)?;
        let text = |value: Option<&str>| value.and_then(text_of);
        Some(Self {
            api: ApiError {
                code: text_or_nothing(code)?.map(|code| ErrorCode::from_wire(&code)),
                message: text(message),
                hint: text(hint),
                b24_code: text_or_nothing(b24_code)?,
            },
            retry_after: wait.and_then(retry_after::of_json),
        })
    }
}

fn text_of(value: &str) -> Option<String> {
    json::text(value).map(Cow::into_owned)
}

/// Returns a text or a number; `Some(None)` if there is nothing, and `None` for anything else.
#[expect(clippy::option_option, reason = "absent and not understood differ")]
fn text_or_nothing(value: Option<&str>) -> Option<Option<String>> {
    match value.filter(|value| !nothing::is_nothing(value)) {
        Some(value) => text_of(value).map(Some),
        None => Some(None),
    }
}

struct Parts<'a, D> {
    is_success: Option<bool>,
    data: Option<D>,
    meta: Option<&'a str>,
    error: Option<&'a str>,
}

impl<'a, D> Parts<'a, D> {
    fn into_envelope(self) -> Option<Envelope<'a, D>> {
        if self.is_success? {
            // A success with an error: it is not known which is true.
            if self.error.is_some_and(|error| !nothing::is_nothing(error)) {
                return None;
            }
            return Some(Envelope::Success {
                data: self.data,
                meta: self.meta,
            });
        }
        Failure::read(self.error?).map(Envelope::Failure)
    }
}

impl<'a, D: Data<'a>> Parts<'a, D> {
    /// Returns `None` if the text is not an object, if a part is there twice, or if the data has another shape.
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = Self {
            is_success: None,
            data: None,
            meta: None,
            error: None,
        };
        let mut reader = Reader::new(text);
        reader.members(|key, reader| {
            let is_second = match key {
                "success" => {
                    let is_success = reader.value()? == "true";
                    parts.is_success.replace(is_success).is_some()
                }
                "data" => parts.data.replace(D::read(reader)?).is_some(),
                "meta" => parts.meta.replace(reader.value()?).is_some(),
                "error" => parts.error.replace(reader.value()?).is_some(),
                _ => {
                    reader.value()?;
                    false
                }
            };
            (!is_second).then_some(())
        })?;
        reader.end()?;
        Some(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<Envelope<'_, &str>> {
        Envelope::read(body)
    }

    #[test]
    fn an_envelope_that_contradicts_itself_is_not_understood() {
        const FAILURE: &str = r#"{"code":"ACCESS_DENIED"}"#;
        for body in [
            r#"{"success":false,"success":true,"data":{"id":71}}"#,
            r#"{"success":true,"data":{"id":71},"data":{"id":72}}"#,
            r#"{"success":true,"data":[],"meta":{},"meta":{"hasMore":true}}"#,
            &format!(r#"{{"success":true,"data":{{"id":71}},"error":{FAILURE}}}"#),
            r#"{"success":true,"data":{"id":71},"error":"no"}"#,
            &format!(r#"{{"success":false,"error":{FAILURE},"error":{{}}}}"#),
            r#"{"success":false,"error":{"code":"ACCESS_DENIED","code":"INTERNAL_ERROR"}}"#,
        ] {
            assert!(read(body).is_none(), "{body}");
        }
        for body in [
            r#"{"success":true,"data":{"id":71}}"#,
            r#"{"success":true,"data":{"id":71},"error":null}"#,
            r#"{"success":true,"data":{"id":71},"error":[]}"#,
        ] {
            assert!(
                matches!(read(body), Some(Envelope::Success { .. })),
                "{body}"
            );
        }
    }

    /// Otherwise an error would be ignored, and the answer would count as a success.
    #[test]
    fn a_part_whose_key_has_escapes_is_read_as_any_other() {
        assert!(
            read(r#"{"success":true,"data":1,"\u0065rror":{"code":"INTERNAL_ERROR"}}"#).is_none()
        );
        let failure = r#"{"\u0073uccess":false,"erro\u0072":{"code":"ACCESS_DENIED"}}"#;
        assert!(matches!(read(failure), Some(Envelope::Failure(_))));
        let success = r#"{"succes\u0073":true,"d\u0061ta":1,"\u006d\u0065ta":{}}"#;
        let Some(Envelope::Success { data, meta }) = read(success) else {
            panic!("a success");
        };
        assert_eq!((data, meta), (Some("1"), Some("{}")));
        for twice in ["success", "data", "meta", "error"] {
            let (first, rest) = twice.split_at(1);
            let escaped = format!("\\u{:04x}{rest}", u32::from(first.as_bytes()[0]));
            let body = format!(r#"{{"success":true,"data":1,"{twice}":null,"{escaped}":null}}"#);
            assert!(read(&body).is_none(), "{body}");
        }
        // No `str` is this key, so it is not understood.
        assert!(read(r#"{"success":true,"data":1,"\ud83d":1}"#).is_none());
    }

    /// What an answer is, according to the parts that `serde_json` reads of it.
    fn by_serde(body: &str) -> Option<String> {
        let members = serde_json::from_str::<Members<'_>>(body).ok()?.0;
        let part = |name: &str| {
            let mut values = members.iter().filter(|(key, _)| key == name);
            let value = values.next().map(|(_, value)| *value);
            (values.next().is_none()).then_some(value)
        };
        let (success, data, meta, error) = (
            part("success")?,
            part("data")?,
            part("meta")?,
            part("error")?,
        );
        if success? == "true" {
            let contradicts = error.is_some_and(|error| !nothing::is_nothing(error));
            return (!contradicts).then(|| format!("success {data:?} {meta:?}"));
        }
        Failure::read(error?).map(|failure| shown(&failure))
    }

    fn shown(Failure { api, retry_after }: &Failure) -> String {
        let (code, b24_code) = (&api.code, &api.b24_code);
        format!("failure {code:?} {b24_code:?} {retry_after:?}")
    }

    /// The members of an object, in the order of the text.
    struct Members<'a>(Vec<(String, &'a str)>);

    impl<'de> serde::Deserialize<'de> for Members<'de> {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Members<'de>;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Self::Value, A::Error> {
                    let mut members = Vec::new();
                    while let Some((key, value)) =
                        map.next_entry::<String, &serde_json::value::RawValue>()?
                    {
                        members.push((key, value.get()));
                    }
                    Ok(Members(members))
                }
            }
            deserializer.deserialize_map(Visitor)
        }
    }

    #[test]
    fn every_small_answer_is_what_it_is_with_the_parts_that_serde_json_reads() {
        let parts = [
            r#""success":true"#,
            r#""success":false"#,
            r#""\u0073uccess":true"#,
            r#""success":"true""#,
            r#""data":{"id":71}"#,
            r#""data":[]"#,
            r#""d\u0061ta":null"#,
            r#""meta":{}"#,
            r#""met\u0061":1"#,
            r#""error":null"#,
            r#""error":{"code":"ACCESS_DENIED"}"#,
            r#""error":{"c\u006fde":"ACCESS_DENIED"}"#,
            r#""error":{"code":"A","\u0063ode":"B"}"#,
            r#""\u0065rror":{"code":"OVERLOAD_LIMIT"}"#,
            r#""er\/ror":1"#,
            r#""\ud83d":1"#,
            r#""other":{"error":1}"#,
            r#""other":{"error":1"#,
            "",
        ];
        let mut random = fastrand::Rng::with_seed(7);
        let mut known = 0;
        for _ in 0..100_000 {
            let count = random.usize(0..5);
            let members = (0..count).map(|_| parts[random.usize(..parts.len())]);
            let body = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
            let result = read(&body).map(|envelope| match envelope {
                Envelope::Success { data, meta } => format!("success {data:?} {meta:?}"),
                Envelope::Failure(failure) => shown(&failure),
                Envelope::Misshapen => "misshapen".to_owned(),
            });
            assert_eq!(result, by_serde(&body), "{body}");
            known += usize::from(result.is_some());
        }
        assert!(known > 1_000, "{known} answers are understood");
    }

    /// Behind a code of the portal, an addition may have been made.
    #[test]
    fn a_code_that_cannot_be_read_is_not_an_absent_one() {
        let failure = |error: &str| {
            let body = format!(r#"{{"success":false,"error":{error}}}"#);
            match read(&body) {
                Some(Envelope::Failure(failure)) => Some(failure.api),
                _ => None,
            }
        };
        for unreadable in [r#"{"a":1}"#, r#"["OVERLOAD_LIMIT"]"#, "true", r#""\ud83d""#] {
            for key in ["code", "b24Code"] {
                let other = if key == "code" { "b24Code" } else { "code" };
                let error = format!(r#"{{"{other}":"A","{key}":{unreadable}}}"#);
                assert!(failure(&error).is_none(), "{error}");
                // One call of a batch has failed all the same, for an unknown reason.
                assert_eq!(Failure::of_call(&error).api.code, None, "{error}");
            }
        }
        for nothing in ["null", r#""""#, "false", "[]"] {
            let error = format!(r#"{{"code":"ACCESS_DENIED","b24Code":{nothing}}}"#);
            assert_eq!(failure(&error).unwrap().b24_code, None, "{error}");
            let error = format!(r#"{{"code":{nothing}}}"#);
            assert_eq!(failure(&error).unwrap().code, None, "{error}");
        }
        let api = failure(r#"{"code":"BITRIX_ERROR","b24Code":100,"message":{"ru":"a"}}"#).unwrap();
        assert_eq!(api.b24_code.as_deref(), Some("100"));
    }
}
