//! The user's session, which comes with each request.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use vibecode_runtime::{Client, ClientBuilder, Credentials, Result};

use crate::failure::Failure;

/// The header in which the portal's frame sends the user's session.
pub(crate) const SESSION: &str = "x-vibe-authorization";

/// The state that all requests share: connections, and the throttle of the app's key.
///
/// Its client has no session, and is never handed out: see [`User`].
#[derive(Clone)]
pub(crate) struct App {
    client: Client,
}

impl App {
    /// # Errors
    /// If the key is not an app's, or if a setting cannot be used.
    pub(crate) fn new(
        key: &str,
        settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<Self> {
        let no_session = || async { Err("a request brings its user's session".into()) };
        let builder = Client::builder(Credentials::app_with(key, no_session));
        let client = settings(builder).build()?;
        Ok(Self { client })
    }
}

/// The client of the user who sent the request. A handler can reach the API only through it, so it
/// cannot use another user's session.
pub(crate) struct User(pub(crate) Client);

impl FromRequestParts<App> for User {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let token = token(&parts.headers).ok_or_else(Failure::no_session)?;
        Ok(Self(app.client.with_session(token)))
    }
}

/// Returns the token: `Bearer vibe_session_…`, or without `Bearer`. Only the API can check whether
/// it is valid. If there are two, it is not known which one the portal has set, so neither is
/// accepted.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(SESSION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let value = value.to_str().ok()?;
    let token = match value.split_once(' ') {
        None => value,
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) => return None,
    };
    (!token.is_empty()).then_some(token)
}
