//! What the API says of a key.

use std::fmt;

use crate::{Raw, json};

/// What the API says of the key, from [`Client::me`](crate::Client::me): `GET /v1/me`, as it was
/// observed (api.md, grade O). What it leaves out is `None` here.
#[derive(Clone)]
pub struct Me {
    raw: Raw,
}

impl Me {
    pub(crate) fn new(raw: Raw) -> Self {
        Self { raw }
    }

    /// The portal's host.
    #[must_use]
    pub fn portal(&self) -> Option<String> {
        self.text("portal")
    }

    /// The portal's tariff.
    #[must_use]
    pub fn tariff(&self) -> Option<String> {
        self.text("tariff")
    }

    /// What the key may be used for; records of the CRM need `crm`.
    #[must_use]
    pub fn scopes(&self) -> Option<Vec<String>> {
        serde_json::from_str(self.raw.field("scopes")?.as_str()).ok()
    }

    /// Whether the key may write: `accessMode` is `READWRITE`, or else `READONLY`.
    #[must_use]
    pub fn can_write(&self) -> Option<bool> {
        match self.text("accessMode")?.as_str() {
            "READWRITE" => Some(true),
            "READONLY" => Some(false),
            _ => None,
        }
    }

    /// All of it, as the API answered it.
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    fn text(&self, name: &str) -> Option<String> {
        let value = json::pick(self.raw.as_str(), [name])?;
        let [value] = value;
        json::text(value?)
    }
}

impl fmt::Debug for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Me")
            .field("can_write", &self.can_write())
            .field("scopes", &self.scopes())
            .finish_non_exhaustive()
    }
}
