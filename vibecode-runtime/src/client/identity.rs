//! Whom a client acts for: the `Authorization` of its requests, by a session that may have to be
//! renewed.

use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;
use tokio::sync::Mutex;

use super::{Credentials, credentials::TokenProvider};
use crate::{Error, ErrorKind, Result, error::Repeat};

/// One user of the API.
pub(super) struct Identity {
    credentials: Credentials,
    /// The session that was last given, where a provider gives them.
    given: Mutex<Option<Given>>,
    /// How often the provider gave none.
    failures: AtomicU64,
    /// What the credentials hold themselves; nothing for a personal key.
    fixed: Result<Option<HeaderValue>>,
}

/// The header for a session, and how many were given before it.
#[derive(Clone)]
struct Given {
    authorization: Option<HeaderValue>,
    number: u64,
}

impl Identity {
    /// # Errors
    /// Where the credentials cannot be used.
    pub(super) fn new(credentials: Credentials) -> Result<Self> {
        let authorization = credentials.authorization()?;
        Ok(Self {
            credentials,
            given: Mutex::default(),
            failures: AtomicU64::default(),
            fixed: Ok(authorization),
        })
    }

    /// Another user of the same app. Where the token cannot be used, every call says so.
    pub(super) fn with_session(&self, token: String) -> Self {
        let credentials = self.credentials.with_session(token.into());
        Self {
            given: Mutex::default(),
            failures: AtomicU64::default(),
            fixed: credentials.authorization(),
            credentials,
        }
    }

    /// The session for the tries of one call.
    pub(super) fn begin(&self) -> Session<'_> {
        Session {
            identity: self,
            number: None,
            over: None,
        }
    }

    /// A session that was given after the one of this number. Calls that need one together ask once,
    /// and fail together.
    async fn given(&self, provider: &TokenProvider, over: Option<u64>) -> Result<Given> {
        let failures = self.failures.load(Ordering::Relaxed);
        let mut current = self.given.lock().await;
        let number = match &*current {
            Some(given) if over.is_none_or(|over| given.number > over) => return Ok(given.clone()),
            Some(given) => given.number + 1,
            None => 0,
        };
        if self.failures.load(Ordering::Relaxed) != failures {
            return Err(not_given());
        }
        let Ok(token) = provider().await else {
            self.failures.fetch_add(1, Ordering::Relaxed);
            return Err(not_given());
        };
        let authorization = self.credentials.with_session(token).authorization()?;
        let given = Given {
            authorization,
            number,
        };
        *current = Some(given.clone());
        Ok(given)
    }
}

fn not_given() -> Error {
    Error::not_sent(
        ErrorKind::Session,
        "the app's provider gave no session token: see what it logged",
    )
}

/// The session for the tries of one call.
pub(super) struct Session<'a> {
    identity: &'a Identity,
    /// The number of the session that was given, once one was.
    number: Option<u64>,
    /// The number of the one that was over.
    over: Option<u64>,
}

impl Session<'_> {
    /// The `Authorization` of the next try, where it has one.
    pub(super) async fn authorization(&mut self) -> Result<Option<HeaderValue>> {
        let Some(provider) = self.identity.credentials.provider() else {
            let fixed = self.identity.fixed.as_ref();
            return fixed.cloned().map_err(Error::clone);
        };
        let given = self.identity.given(provider, self.over).await?;
        self.number = Some(given.number);
        Ok(given.authorization)
    }

    /// Whether the call may be repeated with a new session: once, after an error that asks for one.
    pub(super) fn renew_after(&mut self, error: &Error) -> bool {
        if error.repeat() != Repeat::WithNewSession || self.over.is_some() {
            return false;
        }
        self.over = self.number;
        self.over.is_some()
    }
}
