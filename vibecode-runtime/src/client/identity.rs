//! The user that a client acts for: the `Authorization` of its requests, from a session that may have
//! to be renewed.
//!
//! The provider of sessions is called in its own task. All calls that need a session at that time wait
//! for the same result. So a call that is dropped, or not polled, blocks no other.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use http::HeaderValue;
use tokio::{
    runtime::Handle,
    sync::watch,
    time::{Instant, timeout},
};

use super::{Credentials, credentials::TokenProvider, rare_task::spawn};
use crate::{Error, ErrorKind, Result, error::Repeat, lock::lock};

pub(super) struct Identity {
    credentials: Credentials,
    /// The last result of the provider, and a pending one.
    sessions: Arc<Mutex<Sessions>>,
    patience: Duration,
    /// The header that the credentials themselves contain; `None` for a personal key.
    fixed: Result<Option<HeaderValue>>,
}

#[derive(Default)]
struct Sessions {
    last: Option<ProvidedSession>,
    pending: Option<PendingSession>,
    count: u64,
}

/// The header of a session, and how many were provided before it.
#[derive(Clone)]
struct ProvidedSession {
    authorization: Option<HeaderValue>,
    number: u64,
}

#[derive(Clone)]
struct PendingSession {
    at: Instant,
    result: watch::Receiver<Option<Result<ProvidedSession>>>,
}

impl PendingSession {
    /// Returns whether the result can still arrive: the provider's runtime may no longer run.
    fn is_under_way(&self, patience: Duration) -> bool {
        self.result.has_changed().is_ok() && self.at.elapsed() <= patience
    }
}

impl Identity {
    pub(super) fn new(credentials: Credentials, patience: Duration) -> Result<Self> {
        let authorization = credentials.authorization()?;
        Ok(Self {
            credentials,
            sessions: Arc::default(),
            patience,
            fixed: Ok(authorization),
        })
    }

    /// Returns another user of the same app. If the token cannot be used, every call fails.
    pub(super) fn with_session(&self, token: String) -> Self {
        let credentials = self.credentials.with_session(token.into());
        Self {
            sessions: Arc::default(),
            patience: self.patience,
            fixed: credentials.authorization(),
            credentials,
        }
    }

    pub(super) fn begin(&self) -> CallSession<'_> {
        CallSession {
            identity: self,
            number: None,
            over: None,
        }
    }

    /// Returns a session that is newer than the one with the number `over`. Calls that need one at the
    /// same time share one call of the provider, and its error.
    async fn provided(
        &self,
        provider: &TokenProvider,
        over: Option<u64>,
    ) -> Result<ProvidedSession> {
        let mut result = {
            let mut sessions = lock(&self.sessions);
            if let Some(last) = &sessions.last
                && over.is_none_or(|over| last.number > over)
            {
                return Ok(last.clone());
            }
            let pending = sessions.pending.clone();
            match pending.filter(|pending| pending.is_under_way(self.patience)) {
                Some(pending) => pending.result,
                None => self.ask(provider, &mut sessions)?,
            }
        };
        match timeout(self.patience, result.wait_for(Option::is_some)).await {
            Ok(Ok(session)) => session.clone().unwrap_or_else(|| Err(ended())),
            Ok(Err(_)) => Err(ended()),
            Err(_) => Err(took_too_long(self.patience)),
        }
    }

    /// Calls the provider in its own task.
    fn ask(
        &self,
        provider: &TokenProvider,
        sessions: &mut Sessions,
    ) -> Result<watch::Receiver<Option<Result<ProvidedSession>>>> {
        let runtime = Handle::try_current().map_err(|error| {
            let problem = "a session can be asked for only inside a tokio runtime";
            Error::not_sent(ErrorKind::Configuration, problem).caused_by(error)
        })?;
        let (sender, result) = watch::channel(None);
        sessions.count += 1;
        sessions.pending = Some(PendingSession {
            at: Instant::now(),
            result: result.clone(),
        });
        let (count, patience) = (sessions.count, self.patience);
        let (provider, credentials) = (provider.clone(), self.credentials.clone());
        let sessions = Arc::clone(&self.sessions);
        let asking = async move {
            let authorization = match timeout(patience, async { provider().await }).await {
                Ok(Ok(token)) => credentials.with_session(token).authorization(),
                Ok(Err(_)) => Err(not_given()),
                Err(_) => Err(took_too_long(patience)),
            };
            let new = authorization.map(|authorization| ProvidedSession {
                authorization,
                number: count,
            });
            let mut sessions = lock(&sessions);
            // This result may have been given up, and the provider called again.
            if sessions.count == count {
                sessions.pending = None;
                if let Ok(session) = &new {
                    sessions.last = Some(session.clone());
                }
            }
            sender.send_replace(Some(new));
        };
        spawn(&runtime, Box::pin(asking));
        Ok(result)
    }
}

fn not_given() -> Error {
    Error::not_sent(
        ErrorKind::Session,
        "the app's provider gave no session token: see what it logged",
    )
}

fn took_too_long(patience: Duration) -> Error {
    Error::not_sent(
        ErrorKind::Session,
        format!(
            "the app's provider gave no session token within {patience:?}, the timeout of the client: see what it waits for"
        ),
    )
}

fn ended() -> Error {
    Error::not_sent(
        ErrorKind::Session,
        "the app's provider ended without an answer: it panicked, or its runtime was shut down",
    )
}

/// The session of one call, which is renewed at most once.
pub(super) struct CallSession<'a> {
    identity: &'a Identity,
    number: Option<u64>,
    over: Option<u64>,
}

impl CallSession<'_> {
    /// Returns the header if no provider has to be asked for it.
    pub(super) fn at_once(&self) -> Option<Result<Option<HeaderValue>>> {
        match self.identity.credentials.provider() {
            Some(_) => None,
            None => Some(self.identity.fixed.clone()),
        }
    }

    pub(super) async fn authorization(&mut self) -> Result<Option<HeaderValue>> {
        let Some(provider) = self.identity.credentials.provider() else {
            return self.identity.fixed.clone();
        };
        let session = self.identity.provided(provider, self.over).await?;
        self.number = Some(session.number);
        Ok(session.authorization)
    }

    /// Returns whether to repeat the call with a new session: once, if the error requires one.
    pub(super) fn renew_after(&mut self, error: &Error) -> bool {
        if error.repeat() != Repeat::WithNewSession || self.over.is_some() {
            return false;
        }
        self.over = self.number;
        self.over.is_some()
    }
}
