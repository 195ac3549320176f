//! The envelope around every answer:
//! `{"success":true,"data":…,"meta":…}` or `{"success":false,"error":{…}}`.

use std::{fmt, marker::PhantomData, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    ErrorCode,
    error::ApiError,
    json::{self, pick},
    retry_after,
};

/// What a whole answer says.
pub(crate) enum Envelope<'a, D> {
    Success {
        data: Option<D>,
        meta: Option<&'a RawValue>,
    },
    Failure(Failure),
    /// A success whose data is of another shape.
    Misshapen,
}

/// What the API says of an error.
pub(crate) struct Failure {
    pub(crate) api: ApiError,
    pub(crate) retry_after: Option<Duration>,
}

impl<'a, D: Deserialize<'a>> Envelope<'a, D> {
    /// Reads an answer in one pass; `None` where it is no envelope.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        if let Ok(parts) = serde_json::from_str::<Parts<'a, D>>(text) {
            return parts.into_envelope();
        }
        // What the data of a failure is, or lacks, must not hide that it is one.
        match serde_json::from_str::<Parts<'a, IgnoredAny>>(text)
            .ok()?
            .into_envelope()?
        {
            Envelope::Failure(failure) => Some(Self::Failure(failure)),
            Envelope::Success { .. } | Envelope::Misshapen => Some(Self::Misshapen),
        }
    }
}

impl Failure {
    /// One of the `errors` of a batch: one that cannot be read is a failure all the same.
    pub(crate) fn of_call(error: &str) -> Self {
        Self::read(error).unwrap_or_else(|| Self {
            api: ApiError::default(),
            retry_after: None,
        })
    }

    /// Reads the `error` of an envelope; `None` for what is no object.
    pub(crate) fn read(error: &str) -> Option<Self> {
        let keys = ["code", "message", "hint", "b24Code", "retryAfter"];
        let [code, message, hint, b24_code, wait] = pick(error, keys)?;
        let text = |value: Option<&RawValue>| value.and_then(json::text);
        Some(Self {
            api: ApiError {
                code: text(code).map(|code| ErrorCode::from_wire(&code)),
                message: text(message),
                hint: text(hint),
                b24_code: text(b24_code),
            },
            retry_after: wait.and_then(retry_after::of_json),
        })
    }
}

/// The parts of an envelope as they stand.
struct Parts<'a, D> {
    is_success: Option<bool>,
    data: Option<D>,
    meta: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
}

impl<'a, D> Parts<'a, D> {
    fn into_envelope(self) -> Option<Envelope<'a, D>> {
        if self.is_success? {
            return Some(Envelope::Success {
                data: self.data,
                meta: self.meta,
            });
        }
        Failure::read(self.error?.get()).map(Envelope::Failure)
    }
}

impl<'de, D: Deserialize<'de>> Deserialize<'de> for Parts<'de, D> {
    fn deserialize<T: Deserializer<'de>>(deserializer: T) -> Result<Self, T::Error> {
        deserializer.deserialize_map(PartsVisitor(PhantomData))
    }
}

struct PartsVisitor<D>(PhantomData<D>);

impl<'de, D: Deserialize<'de>> Visitor<'de> for PartsVisitor<D> {
    type Value = Parts<'de, D>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut parts = Parts {
            is_success: None,
            data: None,
            meta: None,
            error: None,
        };
        while let Some(key) = map.next_key::<&RawValue>()? {
            match key.get() {
                r#""success""# => {
                    let value: &RawValue = map.next_value()?;
                    parts.is_success = Some(value.get() == "true");
                }
                r#""data""# => parts.data = Some(map.next_value()?),
                r#""meta""# => parts.meta = Some(map.next_value()?),
                r#""error""# => parts.error = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(parts)
    }
}
