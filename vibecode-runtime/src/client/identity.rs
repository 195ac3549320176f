//! Whom a client acts for: the `Authorization` of its requests, by a session that may have to be
//! renewed.
//!
//! A provider of sessions is asked by a task of its own, and all calls that need a session at that
//! time wait for its one answer. So a call that is dropped, or that nobody polls, stops no other.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::HeaderValue;
use tokio::{
    runtime::Handle,
    sync::watch,
    time::{Instant, timeout},
};

use super::{Credentials, credentials::TokenProvider};
use crate::{Error, ErrorKind, Result, error::Repeat};

/// One user of the API.
pub(super) struct Identity {
    credentials: Credentials,
    /// What the provider gave, and its answer under way.
    sessions: Arc<Mutex<Sessions>>,
    /// How long a provider may take.
    patience: Duration,
    /// What the credentials hold themselves; nothing for a personal key.
    fixed: Result<Option<HeaderValue>>,
}

#[derive(Default)]
struct Sessions {
    given: Option<Given>,
    asked: Option<Asked>,
    /// How often the provider was asked.
    count: u64,
}

/// The header for a session, and how many were given before it.
#[derive(Clone)]
struct Given {
    authorization: Option<HeaderValue>,
    number: u64,
}

/// An answer of the provider that is under way.
#[derive(Clone)]
struct Asked {
    at: Instant,
    answer: watch::Receiver<Option<Result<Given>>>,
}

impl Asked {
    /// Whether the answer can still come: the runtime in which the provider runs may be gone, or
    /// stand still.
    fn is_under_way(&self, patience: Duration) -> bool {
        self.answer.has_changed().is_ok() && self.at.elapsed() <= patience
    }
}

impl Identity {
    /// # Errors
    /// If the credentials cannot be used.
    pub(super) fn new(credentials: Credentials, patience: Duration) -> Result<Self> {
        let authorization = credentials.authorization()?;
        Ok(Self {
            credentials,
            sessions: Arc::default(),
            patience,
            fixed: Ok(authorization),
        })
    }

    /// Another user of the same app. If the token cannot be used, every call says so.
    pub(super) fn with_session(&self, token: String) -> Self {
        let credentials = self.credentials.with_session(token.into());
        Self {
            sessions: Arc::default(),
            patience: self.patience,
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
        let mut answer = {
            let mut sessions = locked(&self.sessions);
            if let Some(given) = &sessions.given
                && over.is_none_or(|over| given.number > over)
            {
                return Ok(given.clone());
            }
            let asked = sessions.asked.clone();
            match asked.filter(|asked| asked.is_under_way(self.patience)) {
                Some(asked) => asked.answer,
                None => self.ask(provider, &mut sessions)?,
            }
        };
        match timeout(self.patience, answer.wait_for(Option::is_some)).await {
            Ok(Ok(given)) => given.clone().unwrap_or_else(|| Err(ended())),
            Ok(Err(_)) => Err(ended()),
            Err(_) => Err(took_too_long(self.patience)),
        }
    }

    /// Asks the provider in a task of its own.
    fn ask(
        &self,
        provider: &TokenProvider,
        sessions: &mut Sessions,
    ) -> Result<watch::Receiver<Option<Result<Given>>>> {
        let runtime = Handle::try_current().map_err(|error| {
            let problem = "a session can be asked for only inside a tokio runtime";
            Error::not_sent(ErrorKind::Configuration, problem).caused_by(error)
        })?;
        let (sender, answer) = watch::channel(None);
        sessions.count += 1;
        sessions.asked = Some(Asked {
            at: Instant::now(),
            answer: answer.clone(),
        });
        let (count, patience) = (sessions.count, self.patience);
        let (provider, credentials) = (provider.clone(), self.credentials.clone());
        let sessions = Arc::clone(&self.sessions);
        runtime.spawn(async move {
            let authorization = match timeout(patience, async { provider().await }).await {
                Ok(Ok(token)) => credentials.with_session(token).authorization(),
                Ok(Err(_)) => Err(not_given()),
                Err(_) => Err(took_too_long(patience)),
            };
            let given = authorization.map(|authorization| Given {
                authorization,
                number: count,
            });
            let mut sessions = locked(&sessions);
            // A later answer may have been asked for since this one was given up.
            if sessions.count == count {
                sessions.asked = None;
                if let Ok(given) = &given {
                    sessions.given = Some(given.clone());
                }
            }
            sender.send_replace(Some(given));
        });
        Ok(answer)
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
            "the app's provider gave no session token within {patience:?}, the time-out of the client: see what it waits for"
        ),
    )
}

fn ended() -> Error {
    Error::not_sent(
        ErrorKind::Session,
        "the app's provider ended without an answer: it panicked, or its runtime was shut down",
    )
}

fn locked(sessions: &Mutex<Sessions>) -> MutexGuard<'_, Sessions> {
    sessions.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// The `Authorization` of the next try, if it has one.
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
