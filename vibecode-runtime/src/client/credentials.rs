//! The credentials of a client.

use std::{env::VarError, error::Error as StdError, fmt, pin::Pin, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue, header::ACCEPT};
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, ErrorKind, Result};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The prefixes of the kinds of keys (api.md, grade D).
const PERSONAL: &str = "vibe_api_";
const APP: &str = "vibe_app_";
const MANAGEMENT: &str = "vibe_live_";

/// The error of a token provider.
pub type TokenError = Box<dyn StdError + Send + Sync>;

pub(super) type TokenProvider = Arc<
    dyn Fn() -> Pin<Box<dyn Future<Output = Result<SecretString, TokenError>> + Send>>
        + Send
        + Sync,
>;

/// An API key, and for an OAuth app the session token of the user it acts for.
///
/// Debug shows only the kind of the key. The prefixes of the kinds, and that an app's key needs a
/// session token, are documented (grade D). [`ClientBuilder::build`](crate::ClientBuilder::build)
/// refuses a key of the wrong kind, before anything is sent.
///
/// ```
/// use vibecode_runtime::Credentials;
///
/// let credentials = Credentials::personal("vibe_api_1");
/// assert_eq!(format!("{credentials:?}"), "Credentials::personal(…)");
/// ```
#[derive(Clone)]
pub struct Credentials {
    key: SecretString,
    session: SessionSource,
}

#[derive(Clone)]
enum SessionSource {
    None,
    Token(SecretString),
    Provided(TokenProvider),
}

impl Credentials {
    /// Uses a personal key: `vibe_api_…`.
    pub fn personal(key: impl Into<String>) -> Self {
        Self {
            key: key.into().into(),
            session: SessionSource::None,
        }
    }

    /// Uses the key of an OAuth app, `vibe_app_…`, and the session token of one of its users.
    pub fn app(key: impl Into<String>, session_token: impl Into<String>) -> Self {
        Self {
            key: key.into().into(),
            session: SessionSource::Token(session_token.into().into()),
        }
    }

    /// Uses the key of an OAuth app, `vibe_app_…`, and a provider that returns a user's session token.
    ///
    /// The provider is called before the first request, and again when the API reports that the session
    /// has ended (`TOKEN_EXPIRED`, `INVALID_SESSION`). The request is then repeated, at most once per
    /// call; this is safe, since such an answer means that nothing was applied. Concurrent calls share
    /// one call of the provider, which runs in its own task and may take as long as the client's
    /// [`timeout`](crate::ClientBuilder::timeout). Its errors are not shown, since they may contain the
    /// token: log them in the provider.
    ///
    /// ```
    /// use vibecode_runtime::Credentials;
    /// # async fn fresh_token() -> Result<String, std::io::Error> { Ok(String::new()) }
    ///
    /// let credentials = Credentials::app_with("vibe_app_1", || async { Ok(fresh_token().await?) });
    /// ```
    pub fn app_with<F, T>(key: impl Into<String>, session_token: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<String, TokenError>> + Send + 'static,
    {
        let provider: TokenProvider = Arc::new(move || {
            let token = session_token();
            Box::pin(async { Ok(SecretString::from(token.await?)) })
        });
        Self {
            key: key.into().into(),
            session: SessionSource::Provided(provider),
        }
    }

    pub(super) fn from_env(variable: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let key = variable("VIBECODE_API_KEY")?
            .ok_or_else(|| refused("VIBECODE_API_KEY is not set: put the key of the API there"))?;
        Ok(match variable("VIBECODE_SESSION_TOKEN")? {
            Some(session) => Self::app(key, session),
            None => Self::personal(key),
        })
    }

    pub(super) fn with_session(&self, token: SecretString) -> Self {
        Self {
            key: self.key.clone(),
            session: SessionSource::Token(token),
        }
    }

    pub(super) fn provider(&self) -> Option<&TokenProvider> {
        match &self.session {
            SessionSource::Provided(provider) => Some(provider),
            SessionSource::None | SessionSource::Token(_) => None,
        }
    }

    /// Returns the headers that are the same for all users. An error if the key is of another kind than
    /// the credentials, or is not a valid header value.
    pub(super) fn headers(&self) -> Result<HeaderMap> {
        self.check_kind()?;
        let key = secret_header(self.key.expose_secret(), "key")?;
        Ok(HeaderMap::from_iter([(ACCEPT, JSON), (API_KEY, key)]))
    }

    /// Returns the user's `Authorization` header, if the credentials contain a session token. An error
    /// if the key is of a kind that has none, or the token is not a valid header value.
    pub(super) fn authorization(&self) -> Result<Option<HeaderValue>> {
        self.check_kind()?;
        let SessionSource::Token(session) = &self.session else {
            return Ok(None);
        };
        check_token(session.expose_secret())?;
        let bearer = SecretString::from(format!("Bearer {}", session.expose_secret()));
        secret_header(bearer.expose_secret(), "session token").map(Some)
    }

    /// Accepts unknown prefixes, since the API may have new ones.
    fn check_kind(&self) -> Result<()> {
        let key = self.key.expose_secret();
        let problem = match &self.session {
            _ if key.is_empty() => "the key is empty",
            _ if key.contains(char::is_whitespace) => {
                "the key contains a space or a line break, perhaps at its beginning or end: remove it"
            }
            _ if key.starts_with(MANAGEMENT) => {
                "a management key (vibe_live_…) has no access to records: use a personal key (vibe_api_…) or an app's (vibe_app_…)"
            }
            SessionSource::None if key.starts_with(APP) => {
                "an app's key (vibe_app_…) needs a user's session token: use `Credentials::app`, or set VIBECODE_SESSION_TOKEN"
            }
            SessionSource::Token(_) | SessionSource::Provided(_) if key.starts_with(PERSONAL) => {
                "a personal key (vibe_api_…) takes no session token: use `Credentials::personal`, or unset VIBECODE_SESSION_TOKEN"
            }
            _ => return Ok(()),
        };
        Err(refused(problem))
    }
}

fn check_token(token: &str) -> Result<()> {
    let problem = if token.is_empty() {
        "the session token is empty"
    } else if token
        .get(..6)
        .is_some_and(|it| it.eq_ignore_ascii_case("bearer"))
    {
        "the session token begins with `Bearer`, which the client adds itself: give the token alone (vibe_session_…)"
    } else if token.contains(char::is_whitespace) {
        "the session token contains a space or a line break, perhaps at its beginning or end: remove it"
    } else {
        return Ok(());
    };
    Err(refused(problem))
}

/// Returns the value of an environment variable. An empty one counts as not set. One that is not valid
/// Unicode is an error: treating it as not set would silently use a default.
pub(super) fn variable(name: &str, value: Result<String, VarError>) -> Result<Option<String>> {
    match value {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(refused(format!(
            "the environment variable {name} is not valid Unicode: set it again"
        ))),
    }
}

/// The error of a setting that cannot be used.
pub(super) fn refused(problem: impl Into<String>) -> Error {
    Error::not_sent(ErrorKind::Configuration, problem)
}

fn secret_header(secret: &str, what: &str) -> Result<HeaderValue> {
    let mut header = HeaderValue::from_str(secret).map_err(|_| {
        refused(format!(
            "the {what} contains a character that no header can carry"
        ))
    })?;
    header.set_sensitive(true);
    Ok(header)
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.session {
            SessionSource::None => "Credentials::personal(…)",
            SessionSource::Token(_) => "Credentials::app(…)",
            SessionSource::Provided(_) => "Credentials::app_with(…)",
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
            (Credentials::personal("\nvibe_api_1"), "line break"),
            (Credentials::personal(" vibe_api_1"), "space"),
            (Credentials::personal(" vibe_live_1"), "space"),
            (Credentials::personal("vibe_api_1\u{a0}"), "space"),
            (Credentials::personal("vibe_api_1\0"), "no header"),
            (Credentials::app("vibe_app_1", " s"), "space"),
            (Credentials::app("vibe_app_1", "s\r\n"), "line break"),
            (Credentials::app("vibe_app_1", "Bearer s"), "Bearer"),
            (Credentials::app("vibe_app_1", "bearer\ts"), "Bearer"),
            (Credentials::app("vibe_app_1", "BEARER"), "Bearer"),
        ] {
            let headers = credentials.headers().map(|_| ());
            let error = headers.and(credentials.authorization()).unwrap_err();
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
        assert_eq!(headers.get("x-api-key").unwrap(), "vibe_app_1");
        let authorization = credentials.authorization().unwrap().unwrap();
        assert_eq!(authorization, "Bearer vibe_session_2");
        let shown = format!("{credentials:?} {headers:?} {authorization:?}");
        assert!(!shown.contains("vibe_"), "{shown}");
    }

    #[test]
    fn the_environment_gives_a_personal_key_or_an_apps() {
        let only_key =
            |name: &str| Ok((name == "VIBECODE_API_KEY").then(|| "vibe_api_1".to_owned()));
        let personal = Credentials::from_env(only_key).unwrap();
        assert_eq!(format!("{personal:?}"), "Credentials::personal(…)");
        let both = |_: &str| Ok(Some("vibe_app_1".to_owned()));
        let app = Credentials::from_env(both).unwrap();
        assert_eq!(format!("{app:?}"), "Credentials::app(…)");
        let error = Credentials::from_env(|_| Ok(None)).unwrap_err();
        assert!(error.to_string().contains("VIBECODE_API_KEY"));
    }

    #[test]
    fn a_variable_that_cannot_be_read_is_not_one_that_is_not_set() {
        let read = |value| variable("VIBECODE_BASE_URL", value);
        assert_eq!(read(Err(VarError::NotPresent)).unwrap(), None);
        assert_eq!(read(Ok(String::new())).unwrap(), None);
        assert_eq!(read(Ok("a".to_owned())).unwrap().as_deref(), Some("a"));
        let error = read(Err(VarError::NotUnicode("vibe_api_1".into()))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("VIBECODE_BASE_URL"), "{shown}");
        assert!(!shown.contains("vibe_api_1"), "{shown}");
    }
}
