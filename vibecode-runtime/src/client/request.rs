//! A request, which is complete before it is first sent.

use std::borrow::Cow;

use bytes::Bytes;
use http::Method;
use reqwest::Url;

use crate::{
    Entity, Error, Result,
    patch::{
        body::Body,
        check::{check, checked_id},
    },
};

pub(crate) const BATCH: &str = "batch";

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The name in the paths, such as `contacts`.
    pub(crate) entity: Cow<'static, str>,
    pub(crate) id: Option<u64>,
    /// The part of the path after the entity, such as `fields`.
    pub(crate) tail: Option<&'static str>,
    pub(crate) query: Vec<(String, String)>,
    /// JSON.
    pub(crate) body: Option<Bytes>,
    pub(crate) effect: Effect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    Reads,
    /// It is idempotent: repeating it has no further effect.
    Sets,
    /// It is not idempotent: if it is repeated, it may add twice.
    Adds,
}

impl Request {
    pub(crate) fn update(entity: Cow<'static, str>, id: u64, body: &Body) -> Result<Self> {
        let request = Self::to(Method::PATCH, entity, id, Effect::of(body))?;
        let json = checked_json(&request.entity, body).map_err(|error| request.named(error))?;
        Ok(request.with_body(json))
    }

    /// `POST /v1/{entity}`. Repeating it creates a second record.
    pub(crate) fn create(entity: Cow<'static, str>, body: &Body) -> Result<Self> {
        let request = Self::new(Method::POST, entity, Effect::Adds);
        let json = checked_json(&request.entity, body).map_err(|error| request.named(error))?;
        Ok(request.with_body(json))
    }

    pub(crate) fn delete<E: Entity>(id: u64) -> Result<Self> {
        Self::to(Method::DELETE, E::PATH.into(), id, Effect::Sets)
    }

    pub(crate) fn get(entity: Cow<'static, str>, id: u64) -> Result<Self> {
        Self::to(Method::GET, entity, id, Effect::Reads)
    }

    pub(crate) fn new(
        method: Method,
        entity: impl Into<Cow<'static, str>>,
        effect: Effect,
    ) -> Self {
        Self {
            method,
            entity: entity.into(),
            id: None,
            tail: None,
            query: Vec::new(),
            body: None,
            effect,
        }
    }

    fn to(method: Method, entity: Cow<'static, str>, id: u64, effect: Effect) -> Result<Self> {
        let request = Self {
            id: Some(id),
            ..Self::new(method, entity, effect)
        };
        match checked_id(id) {
            Ok(_) => Ok(request),
            Err(error) => Err(request.named(error)),
        }
    }

    pub(crate) fn with_tail(self, tail: &'static str) -> Self {
        Self {
            tail: Some(tail),
            ..self
        }
    }

    pub(crate) fn with_body(self, json: String) -> Self {
        Self {
            body: Some(json.into()),
            ..self
        }
    }

    pub(crate) fn is_batch(&self) -> bool {
        self.entity == BATCH
    }

    pub(crate) fn is_write(&self) -> bool {
        self.effect > Effect::Reads
    }

    #[expect(
        clippy::expect_used,
        reason = "a request without its path would be sent to another address"
    )]
    pub(crate) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        let mut digits = itoa::Buffer::new();
        let id = self.id.map(|id| digits.format(id));
        let path = self.entity.split('/').chain(id).chain(self.tail);
        url.path_segments_mut()
            .expect("the builder takes only http and https, whose URLs have a path")
            .pop_if_empty()
            .extend(path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }

    /// Adds the call that failed to the error.
    #[cold]
    pub(crate) fn named(&self, error: Error) -> Error {
        let mut call = format!("{} {}", self.method, self.entity);
        if let Some(id) = self.id {
            call.push('/');
            call.push_str(itoa::Buffer::new().format(id));
        }
        if let Some(tail) = self.tail {
            call.push('/');
            call.push_str(tail);
        }
        let creates = self.effect == Effect::Adds && self.id.is_none() && !self.is_batch();
        error.with(|details| {
            details.call = Some(call);
            details.creates = creates;
        })
    }
}

impl Effect {
    pub(crate) fn of(body: &Body) -> Self {
        if body.is_idempotent() {
            Self::Sets
        } else {
            Self::Adds
        }
    }
}

/// Returns the JSON of a patch that may be sent.
fn checked_json(entity: &str, body: &Body) -> Result<String> {
    check(entity, body)?;
    Ok(body.to_json())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn a_request_goes_to_its_record_below_the_base_url() {
        for base in ["https://host/v1", "https://host/v1/"] {
            let request = Request::get("contacts".into(), 71).unwrap();
            let url = request.url(&Url::parse(base).unwrap());
            assert_eq!(url.as_str(), "https://host/v1/contacts/71");
        }
    }

    #[test]
    fn what_is_asked_about_is_in_the_query() {
        let mut request = Request::new(Method::GET, "items/1040", Effect::Reads);
        request.query = vec![("filter[post]".to_owned(), "a&b=c".to_owned())];
        let url = request.url(&Url::parse("https://host/v1").unwrap());
        let expected = "https://host/v1/items/1040?filter%5Bpost%5D=a%26b%3Dc";
        assert_eq!(url.as_str(), expected);
    }

    #[test]
    fn no_record_has_the_id_0() {
        let error = Request::get("contacts".into(), 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidId);
        assert_eq!(error.to_string(), "GET contacts/0: 0 is no record's id");
    }
}
