//! Who calls the API.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, ErrorKind, Result};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Kinds of keys by prefix (api.md, grade D).
const PERSONAL: &str = "vibe_api_";
const APP: &str = "vibe_app_";
const MANAGEMENT: &str = "vibe_live_";

/// A key of the API, and for an OAuth app the session of the user it acts for.
///
/// Debug shows the kind only.
#[derive(Clone)]
pub struct Credentials {
    key: SecretString,
    session: Option<SecretString>,
}

impl Credentials {
    /// A personal key: `vibe_api_…`.
    pub fn personal(key: impl Into<String>) -> Self {
        Self {
            key: key.into().into(),
            session: None,
        }
    }

    /// The key of an OAuth app, `vibe_app_…`, and the session token of a user of its.
    pub fn app(key: impl Into<String>, session_token: impl Into<String>) -> Self {
        Self {
            key: key.into().into(),
            session: Some(session_token.into().into()),
        }
    }

    /// The credentials in `VIBECODE_API_KEY` and, for an app, `VIBECODE_SESSION_TOKEN`.
    pub(crate) fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let key = variable("VIBECODE_API_KEY")
            .ok_or_else(|| refused("VIBECODE_API_KEY is not set: put the key of the API there"))?;
        Ok(match variable("VIBECODE_SESSION_TOKEN") {
            Some(session) => Self::app(key, session),
            None => Self::personal(key),
        })
    }

    /// The headers that every request carries.
    ///
    /// # Errors
    /// Where the key is of another kind than the credentials, or cannot be a header.
    pub(crate) fn headers(&self) -> Result<HeaderMap> {
        self.check_kind()?;
        let mut headers = HeaderMap::with_capacity(2);
        headers.insert(API_KEY, secret_header(self.key.expose_secret(), "key")?);
        if let Some(session) = &self.session {
            if session.expose_secret().is_empty() {
                return Err(refused("the session token is empty"));
            }
            let bearer = SecretString::from(format!("Bearer {}", session.expose_secret()));
            let header = secret_header(bearer.expose_secret(), "session token")?;
            headers.insert(AUTHORIZATION, header);
        }
        Ok(headers)
    }

    /// A prefix that is not known is let through: the API knows best.
    fn check_kind(&self) -> Result<()> {
        let key = self.key.expose_secret();
        let problem = match &self.session {
            _ if key.is_empty() => "the key is empty",
            _ if key.starts_with(MANAGEMENT) => {
                "a management key (vibe_live_…) has no access to records: use a personal key (vibe_api_…) or an app's (vibe_app_…)"
            }
            None if key.starts_with(APP) => {
                "an app's key (vibe_app_…) needs a user's session token: use `Credentials::app`, or set VIBECODE_SESSION_TOKEN"
            }
            Some(_) if key.starts_with(PERSONAL) => {
                "a personal key (vibe_api_…) takes no session token: use `Credentials::personal`, or unset VIBECODE_SESSION_TOKEN"
            }
            _ => return Ok(()),
        };
        Err(refused(problem))
    }
}

fn refused(problem: impl Into<String>) -> Error {
    Error::not_sent(ErrorKind::Configuration, problem)
}

fn secret_header(secret: &str, what: &str) -> Result<HeaderValue> {
    let mut header = HeaderValue::from_str(secret).map_err(|_| {
        refused(format!(
            "the {what} holds a character that no header can carry: is there a line break at its end?"
        ))
    })?;
    header.set_sensitive(true);
    Ok(header)
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.session {
            Some(_) => "Credentials::app(…)",
            None => "Credentials::personal(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_the_wrong_kind_is_refused_with_the_fix() {
        for (credentials, fix) in [
            (Credentials::personal("vibe_app_1"), "Credentials::app"),
            (Credentials::app("vibe_api_1", "s"), "Credentials::personal"),
            (Credentials::personal("vibe_live_1"), "personal key"),
            (Credentials::app("vibe_live_1", "s"), "personal key"),
            (Credentials::personal(""), "empty"),
            (Credentials::app("vibe_app_1", ""), "empty"),
            (Credentials::personal("vibe_api_1\n"), "line break"),
        ] {
            let error = credentials.headers().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains(fix), "{error}");
        }
    }

    #[test]
    fn a_key_of_a_kind_that_is_not_known_is_let_through() {
        assert!(Credentials::personal("vibe_next_1").headers().is_ok());
    }

    #[test]
    fn no_key_and_no_token_is_shown() {
        let credentials = Credentials::app("vibe_app_1", "vibe_session_2");
        let headers = credentials.headers().unwrap();
        assert_eq!(
            headers.get("authorization").unwrap(),
            "Bearer vibe_session_2"
        );
        let shown = format!("{credentials:?} {headers:?}");
        assert!(!shown.contains("vibe_"), "{shown}");
    }

    #[test]
    fn the_environment_gives_a_personal_key_or_an_apps() {
        let only_key = |name: &str| (name == "VIBECODE_API_KEY").then(|| "vibe_api_1".to_owned());
        assert!(Credentials::from_env(only_key).unwrap().session.is_none());
        let both = |_: &str| Some("vibe_app_1".to_owned());
        assert!(Credentials::from_env(both).unwrap().session.is_some());
        let error = Credentials::from_env(|_| None).unwrap_err();
        assert!(error.to_string().contains("VIBECODE_API_KEY"));
    }
}
