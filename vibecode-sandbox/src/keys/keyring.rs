//! The keys of the portal, and which of them a request carries.

use std::collections::HashMap;

use http::{HeaderMap, header::AUTHORIZATION};

use super::Key;
use crate::wire::{Failure, request::KEY_HEADER};

/// The keys that the portal knows, by their text.
#[derive(Debug)]
pub(crate) struct Keyring {
    keys: HashMap<String, Key>,
}

impl Keyring {
    /// Creates a keyring of these keys. If two have the same text, the last one counts.
    pub(crate) fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        Self {
            keys: keys
                .into_iter()
                .map(|key| (key.text().to_owned(), key))
                .collect(),
        }
    }

    /// Returns the key of the request, and checks its session if it needs one.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> Result<&Key, Failure> {
        let text = headers.get(KEY_HEADER).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| {
            Failure::new(
                "MISSING_API_KEY",
                "API key required. Pass via X-Api-Key header.",
            )
        })?;
        let text = text.to_str().unwrap_or_default();
        let key = self.keys.get(text).ok_or_else(|| unknown(text))?;
        key.check_session(bearer_token(headers))?;
        Ok(key)
    }

    /// Returns the text of the request's key, whatever its rights, if the portal knows it.
    pub(crate) fn recognise(&self, headers: &HeaderMap) -> Option<&str> {
        let text = headers.get(KEY_HEADER)?.to_str().ok()?;
        self.keys.get(text).map(Key::text)
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Key> {
        self.keys.values_mut()
    }
}

fn unknown(text: &str) -> Failure {
    if text.starts_with(Key::APP_PREFIX) {
        Failure::new("INVALID_APP_KEY", "There is no app with this key")
    } else {
        Failure::new("INVALID_API_KEY", "There is no such key")
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
