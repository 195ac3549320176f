//! One request, complete before it is first sent.

use http::Method;
use reqwest::Url;

use crate::{Entity, Error, ErrorKind, Patch, Result};

/// A request to one record.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) entity: &'static str,
    pub(super) id: u64,
    /// JSON.
    pub(super) body: Option<Vec<u8>>,
}

impl Request {
    /// `PATCH /v1/{entity}/{id}`
    pub(super) fn update<P: Patch>(id: u64, patch: &P) -> Result<Self> {
        let request = Self::to::<P::Entity>(Method::PATCH, id)?;
        let body = encode(patch).map_err(|error| request.named(error))?;
        Ok(Self {
            body: Some(body),
            ..request
        })
    }

    /// `GET /v1/{entity}/{id}`
    pub(super) fn get<E: Entity>(id: u64) -> Result<Self> {
        Self::to::<E>(Method::GET, id)
    }

    fn to<E: Entity>(method: Method, id: u64) -> Result<Self> {
        let request = Self {
            method,
            entity: E::PATH,
            id,
            body: None,
        };
        if id == 0 {
            let error = Error::not_sent(ErrorKind::InvalidId, "0 is no record's id");
            return Err(request.named(error));
        }
        Ok(request)
    }

    /// Whether the request changes anything at the API.
    pub(super) fn is_write(&self) -> bool {
        self.method != Method::GET
    }

    pub(super) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(self.entity.split('/'));
            segments.push(&self.id.to_string());
        }
        url
    }

    /// The error, with the call that it is about.
    pub(super) fn named(&self, error: Error) -> Error {
        let call = format!("{} {}/{}", self.method, self.entity, self.id);
        error.with(|details| details.call = Some(call))
    }
}

fn encode<P: Patch>(patch: &P) -> Result<Vec<u8>> {
    if patch.is_empty() {
        let advice = "the patch changes nothing, so there is nothing to send";
        return Err(Error::not_sent(ErrorKind::EmptyPatch, advice));
    }
    if let Some(invalid) = patch.body().invalid_field() {
        let error = Error::not_sent(ErrorKind::InvalidPatch, invalid.to_string());
        return Err(error.caused_by(invalid.reason().clone()));
    }
    Ok(patch.body().to_json().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Contacts;

    #[test]
    fn a_request_goes_to_its_record_below_the_base_url() {
        for base in ["https://host/v1", "https://host/v1/"] {
            let request = Request::get::<Contacts>(71).unwrap();
            let url = request.url(&Url::parse(base).unwrap());
            assert_eq!(url.as_str(), "https://host/v1/contacts/71");
        }
    }

    #[test]
    fn no_record_has_the_id_0() {
        let error = Request::get::<Contacts>(0).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidId);
        assert_eq!(error.to_string(), "GET contacts/0: 0 is no record's id");
    }
}
