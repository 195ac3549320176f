//! One row of the table: what a server does, and how a client handles it.

use std::time::Duration;

use http::StatusCode;
use vibecode_runtime::{Call, Client, Error, ErrorCode, ErrorKind, Outcome, Updated};

use crate::{
    caller::{self, Attempts, assert_shows_nothing, builder, single},
    server::{Behaviour, Server},
};

/// The attempts of the default policy.
const TRIES: usize = 3;

/// What is sent again automatically.
#[derive(Clone, Copy)]
enum Again {
    Nothing,
    WhatCannotDouble,
    Everything,
}

pub(crate) struct Case {
    name: &'static str,
    behaviour: Behaviour,
    kind: ErrorKind,
    outcome: Outcome,
    again: Again,
    /// Whether the refusal also counts for a patch that adds. The API repeats its calls to the portal, so fewer
    /// refusals count for such a patch.
    adds_believe: bool,
    status: Option<u16>,
    code: Option<ErrorCode>,
    retry_after: Option<Duration>,
}

impl Case {
    /// Only a patch that cannot add twice is sent again.
    pub(crate) fn unknown(name: &'static str, behaviour: Behaviour, kind: ErrorKind) -> Self {
        Self {
            name,
            behaviour,
            kind,
            outcome: Outcome::Unknown,
            again: Again::WhatCannotDouble,
            adds_believe: true,
            status: None,
            code: None,
            retry_after: None,
        }
    }

    /// The API has refused finally: nothing is sent again.
    pub(crate) fn refused(name: &'static str, behaviour: Behaviour, kind: ErrorKind) -> Self {
        Self {
            outcome: Outcome::NotApplied,
            again: Again::Nothing,
            ..Self::unknown(name, behaviour, kind)
        }
    }

    /// Nothing was applied, and the API requests a later attempt: everything is sent again.
    pub(crate) fn put_off(name: &'static str, behaviour: Behaviour, kind: ErrorKind) -> Self {
        Self {
            again: Again::Everything,
            ..Self::refused(name, behaviour, kind)
        }
    }

    /// For a patch that adds the outcome is unknown.
    pub(crate) fn unknown_if_it_adds(self) -> Self {
        Self {
            adds_believe: false,
            ..self
        }
    }

    pub(crate) fn never_again(self) -> Self {
        Self {
            again: Again::Nothing,
            ..self
        }
    }

    pub(crate) fn status(self, status: u16) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }

    pub(crate) fn code(self, code: ErrorCode) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    pub(crate) fn retry_after(self, seconds: f64) -> Self {
        Self {
            retry_after: Some(Duration::from_secs_f64(seconds)),
            ..self
        }
    }

    pub(crate) async fn check(self) {
        let (sets, adds) = match self.again {
            Again::Nothing => (1, 1),
            Again::Everything if self.adds_believe => (TRIES, TRIES),
            Again::WhatCannotDouble | Again::Everything => (TRIES, 1),
        };
        let update: fn(&Client) -> Call<Updated> = caller::update;
        for (what, call, attempts) in [
            ("one attempt", None, 1),
            ("what cannot double", Some(update), sets),
            ("a phone", Some(caller::add), adds),
        ] {
            let name = format!("{}: {what}", self.name);
            let server = Server::start(self.behaviour.clone()).await;
            let counted = Attempts::default();
            let client = match call {
                Some(_) => builder(&server.url()),
                None => single(&server.url()),
            };
            let client = client.throttle(counted.throttle()).build().unwrap();
            let error = call.unwrap_or(update)(&client).await.unwrap_err();
            // Any further request has time to arrive.
            tokio::time::sleep(Duration::from_millis(5)).await;
            assert_eq!(counted.count(), attempts, "{name}: {error:?}");
            assert_eq!(server.connections(), attempts, "{name}: {error:?}");
            let unread = matches!(
                self.behaviour,
                Behaviour::CloseAtOnce | Behaviour::ResetAtOnce
            );
            let read = if unread { 0 } else { attempts };
            assert_eq!(server.requests().len(), read, "{name}: {error:?}");
            let is_believed = self.adds_believe || what != "a phone";
            let outcome = if is_believed {
                self.outcome
            } else {
                Outcome::Unknown
            };
            self.check_error(&name, &error, outcome);
        }
    }

    fn check_error(&self, name: &str, error: &Error, outcome: Outcome) {
        let status = self
            .status
            .map(|status| StatusCode::from_u16(status).unwrap());
        assert_eq!(error.kind(), self.kind, "{name}: {error:?}");
        assert_eq!(error.outcome(), outcome, "{name}: {error:?}");
        assert_eq!(error.status(), status, "{name}: {error:?}");
        assert_eq!(error.code(), self.code.as_ref(), "{name}: {error:?}");
        assert_eq!(error.retry_after(), self.retry_after, "{name}: {error:?}");
        let says_so = error
            .to_string()
            .contains("may or may not have been applied");
        assert_eq!(says_so, outcome == Outcome::Unknown, "{name}: {error}");
        assert_shows_nothing(error);
    }
}

pub(crate) async fn check(cases: impl IntoIterator<Item = Case>) {
    for case in cases {
        case.check().await;
    }
}
