//! Keys of the portal and their rights.

use std::fmt;

use crate::wire::{Access, Failure};

/// A key of the portal.
///
/// ```
/// use vibecode_sandbox::Key;
///
/// let auditor = Key::personal("vibe_api_auditor").read_only();
/// let app = Key::app("vibe_app_shop").session("vibe_session_owner");
/// assert_eq!(format!("{auditor:?}"), "Key { kind: Personal, restrictions: [ReadOnly], .. }");
/// # let _ = app;
/// ```
#[derive(Clone)]
pub struct Key {
    text: String,
    kind: KeyKind,
    sessions: Vec<String>,
    expired_sessions: Vec<String>,
    restrictions: Vec<Restriction>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    Personal,
    App,
    Management,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Restriction {
    NoTokens,
    NoScope,
    ReadOnly,
    Denied,
}

impl Key {
    /// The prefix of an app's key (grade D).
    pub(crate) const APP_PREFIX: &str = "vibe_app_";

    /// Creates a personal key, which requires no session. On a portal it begins with `vibe_api_`.
    pub fn personal(text: impl Into<String>) -> Self {
        Self::new(text, KeyKind::Personal)
    }

    /// Creates the key of an app, which requires a session token. On a portal it begins with
    /// `vibe_app_`.
    pub fn app(text: impl Into<String>) -> Self {
        Self::new(text, KeyKind::App)
    }

    /// Creates a management key, which has no access to records: 403
    /// `MANAGEMENT_KEY_NO_ENTITY_ACCESS`. On a portal it begins with `vibe_live_`.
    pub fn management(text: impl Into<String>) -> Self {
        Self::new(text, KeyKind::Management)
    }

    fn new(text: impl Into<String>, kind: KeyKind) -> Self {
        Self {
            text: text.into(),
            kind,
            sessions: Vec::new(),
            expired_sessions: Vec::new(),
            restrictions: Vec::new(),
        }
    }

    /// Adds a session: its token is valid with the key of an app.
    #[must_use]
    pub fn session(mut self, token: impl Into<String>) -> Self {
        self.sessions.push(token.into());
        self
    }

    /// Adds an expired session: its token answers 401 `TOKEN_EXPIRED`.
    #[must_use]
    pub fn expired_session(mut self, token: impl Into<String>) -> Self {
        self.expired_sessions.push(token.into());
        self
    }

    /// Removes the scope `crm`: 403 `SCOPE_DENIED`.
    #[must_use]
    pub fn without_scope(self) -> Self {
        self.restricted(Restriction::NoScope)
    }

    /// Removes the key's tokens for the portal: 401 `TOKEN_MISSING`.
    #[must_use]
    pub fn without_tokens(self) -> Self {
        self.restricted(Restriction::NoTokens)
    }

    /// Denies the key's user access to records: 403 `ACCESS_DENIED`.
    #[must_use]
    pub fn denied(self) -> Self {
        self.restricted(Restriction::Denied)
    }

    /// Makes the key read-only: a write answers 403 `WRITE_BLOCKED_READONLY_KEY`.
    #[must_use]
    pub fn read_only(self) -> Self {
        self.restricted(Restriction::ReadOnly)
    }

    /// Opens a session with this token, also an expired one. Only an app has sessions.
    pub(crate) fn open_session(&mut self, token: &str) {
        if self.kind == KeyKind::App {
            self.expired_sessions.retain(|expired| expired != token);
            self.sessions.push(token.to_owned());
        }
    }

    /// Expires the session with this token, if there is one.
    pub(crate) fn expire_session(&mut self, token: &str) {
        let sessions = self.sessions.len();
        self.sessions.retain(|open| open != token);
        if self.sessions.len() < sessions {
            self.expired_sessions.push(token.to_owned());
        }
    }

    fn restricted(mut self, restriction: Restriction) -> Self {
        self.restrictions.push(restriction);
        self
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn has_scope(&self) -> bool {
        !self.restrictions.contains(&Restriction::NoScope)
    }

    /// Returns what `GET /v1/me` calls the kind of the key.
    pub(crate) fn type_name(&self) -> &'static str {
        match self.kind {
            KeyKind::Personal => "personal",
            KeyKind::App => "oauth_app",
            KeyKind::Management => "management",
        }
    }

    pub(crate) fn acts_for_a_user(&self) -> bool {
        self.kind != KeyKind::Management
    }

    pub(crate) fn may_write(&self) -> bool {
        !self.restrictions.contains(&Restriction::ReadOnly)
    }

    /// Checks the session token that came with the key. Only an app's key requires one.
    pub(crate) fn check_session(&self, token: Option<&str>) -> Result<(), Failure> {
        let has = |tokens: &[String], token| tokens.iter().any(|each| each == token);
        match token {
            _ if self.kind != KeyKind::App => Ok(()),
            None => Err(Failure::new(
                "TOKEN_MISSING",
                "The key of an app requires a session token in the header `Authorization: Bearer …`",
            )),
            Some(token) if has(&self.sessions, token) => Ok(()),
            Some(token) if has(&self.expired_sessions, token) => Err(Failure::new(
                "TOKEN_EXPIRED",
                "The session has expired: authorise again",
            )),
            Some(_) => Err(Failure::new("INVALID_SESSION", "There is no such session")),
        }
    }

    /// Checks that the key allows this access to records.
    pub(crate) fn check_access(&self, access: Access) -> Result<(), Failure> {
        if self.kind == KeyKind::Management {
            return Err(Failure::new(
                "MANAGEMENT_KEY_NO_ENTITY_ACCESS",
                "A management key has no access to entities",
            ));
        }
        let refusal = Restriction::ALL.iter().find(|restriction| {
            self.restrictions.contains(restriction) && restriction.blocks(access)
        });
        refusal.map_or(Ok(()), |restriction| Err(restriction.failure()))
    }
}

impl Restriction {
    /// In the order in which a portal can find out: what the key has, what it may do, what its user
    /// may do.
    const ALL: &[Self] = &[Self::NoTokens, Self::NoScope, Self::ReadOnly, Self::Denied];

    fn blocks(self, access: Access) -> bool {
        self != Self::ReadOnly || access == Access::Write
    }

    fn failure(self) -> Failure {
        match self {
            Self::NoTokens => Failure::new("TOKEN_MISSING", "The key has no configured tokens"),
            Self::NoScope => Failure::new("SCOPE_DENIED", "The key does not have the scope `crm`"),
            Self::ReadOnly => Failure::new(
                "WRITE_BLOCKED_READONLY_KEY",
                "The key is read-only: it cannot write",
            ),
            Self::Denied => Failure::new("ACCESS_DENIED", "The user of the key has no access"),
        }
    }
}

/// The key's text and tokens may be real secrets that somebody gave to the sandbox by mistake.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kind", &self.kind)
            .field("restrictions", &self.restrictions)
            .finish_non_exhaustive()
    }
}
