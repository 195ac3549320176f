//! How many records match a query.

use http::Method;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Query, listing::Listing};
use crate::{
    Error, ErrorKind, Outcome, Record, Result,
    client::{Answer, Data, Request, request::Effect},
    wire::{json, nothing, reader::Reader},
};
use bytestring::ByteString;

impl<T: Record> Query<T> {
    /// Returns how many records match the filters, from `POST /v1/{entity}/aggregate`. The limit of the
    /// query does not matter.
    ///
    /// # Errors
    /// - [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery): a filter that cannot be written.
    ///   Nothing was sent.
    /// - [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected): the answer contains no number, or says
    ///   that not all records were counted.
    /// - Those of [every call](crate::Client#errors-of-every-call).
    pub async fn count(self) -> Result<u64> {
        self.listing.count().await
    }
}

impl Listing {
    pub(super) async fn count(&self) -> Result<u64> {
        self.check()?;
        if self.matches_nothing() {
            return Ok(0);
        }
        let body = format!(r#"{{"op":"count","filter":{}}}"#, self.filter_json());
        let request = Request::new(Method::POST, self.entity.clone(), Effect::Reads)
            .with_tail("aggregate")
            .with_body(body);
        let call = self.client.read(Ok(request), |Count(count), _| Ok(count));
        call.await
    }
}

struct Count(u64);

/// As it was observed (api.md, grade O).
#[derive(Deserialize)]
struct Aggregate<'a> {
    #[serde(borrow)]
    count: &'a RawValue,
    #[serde(borrow)]
    meta: Option<&'a RawValue>,
}

impl<'a> Data<'a> for Aggregate<'a> {
    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        serde_json::from_str(reader.value()?).ok()
    }
}

impl Answer for Count {
    type Data<'a> = Aggregate<'a>;

    fn read(
        data: Aggregate<'_>,
        meta: Option<&str>,
        _: &ByteString,
        request: &Request,
    ) -> Result<Self> {
        let unexpected = |problem: &str| {
            let error = Error::new(ErrorKind::Unexpected, Outcome::NotApplied, problem);
            request.named(error)
        };
        if data
            .meta
            .map(RawValue::get)
            .into_iter()
            .chain(meta)
            .any(may_be_incomplete)
        {
            return Err(unexpected(
                "the answer says that not all records were counted",
            ));
        }
        let count = json::text(data.count.get()).and_then(|count| count.parse().ok());
        count
            .map(Self)
            .ok_or_else(|| unexpected("the count in the answer is not a whole number"))
    }
}

/// Returns whether `meta` says that the count is incomplete, or is not understood.
fn may_be_incomplete(meta: &str) -> bool {
    if nothing::is_nothing(meta) {
        return false;
    }
    let keys = ["truncated", "recordsProcessed", "totalRecords"];
    let Some([truncated, processed, total]) = json::pick(meta, keys) else {
        return true;
    };
    let number = |value: &str| json::text(value)?.parse::<u64>().ok();
    let lacks_some = match (processed, total) {
        (Some(processed), Some(total)) => number(processed)
            .zip(number(total))
            .is_none_or(|(processed, total)| processed < total),
        _ => false,
    };
    lacks_some || truncated.is_some_and(|flag| json::flag(flag).unwrap_or(true))
}
