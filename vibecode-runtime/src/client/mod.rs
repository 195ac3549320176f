//! The client, and its settings.
//!
//! A call is: patch → [`request`] → [`locks`] → [`send`] (session → throttle → attempt → judge → decision,
//! again while that is allowed) → answer.

mod answers;
mod attempt;
mod builder;
mod call;
mod caller;
mod calls;
mod connecting;
mod credentials;
mod decision;
mod detachable;
mod envelope;
mod handover;
mod headers;
mod identity;
mod judge;
mod locked_write;
mod locks;
mod me;
pub(crate) mod rare_task;
pub(crate) mod request;
mod retry;
mod retry_policy;
mod runtimes;
mod send;
mod times;
mod trace;

use std::{fmt, sync::Arc, time::Duration};

use reqwest::Url;

pub(crate) use self::{
    answers::{check_id_in_batch, raw},
    call::{in_another_runtime, outside_of_a_runtime, shut_down},
    caller::{Caller, PresenceGuard},
    decision::is_rate_limit,
    envelope::{Data, Failure},
    judge::{Answer, RateLimit, refusal, unexpected},
    locked_write::waited_for_a_record,
    locks::{Additions, LockRequest, RecordLock},
    request::Request,
    send::Sending,
};
pub use self::{
    builder::ClientBuilder,
    call::Call,
    credentials::{Credentials, TokenError},
    me::Me,
    retry_policy::RetryPolicy,
};
use self::{
    connecting::Connecting, headers::Headers, identity::Identity, locks::Locks, retry::Retries,
    runtimes::Runtimes, times::Times,
};
pub(crate) use crate::throttle::LONGEST_WAIT;
use crate::{Result, Throttle};

/// A client of the API. Cloning it is cheap: clones share their connections, their throttle and their
/// retry tokens.
///
/// If a call fails, [`Error::outcome`](crate::Error::outcome) returns whether the change may have been
/// applied. A request that can be repeated without adding anything twice is retried automatically: see
/// [`RetryPolicy`]. Writes to one record are sent one after the other.
///
/// The examples of its methods, and of other types in this crate, use this struct and the contacts of a
/// [sandbox](https://docs.rs/vibecode-sandbox):
///
/// ```
/// use vibecode_runtime::{
///     Client, CompanyId, ContactId, Credentials, Email, Patch, Phone, Record,
/// };
/// use vibecode_sandbox::Sandbox;
///
/// #[derive(Patch, Record, Debug, Clone)]
/// #[vibecode(entity = "contacts", diff)]
/// struct Customer {
///     #[vibecode(id)]
///     id: ContactId,
///     name: String,
///     post: Option<String>,
///     #[vibecode(field = "companyId")]
///     company: Option<CompanyId>,
///     phone: Vec<Phone>,
///     email: Vec<Email>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// let sandbox = Sandbox::start().await;
/// // For a portal: `Client::from_env()?`.
/// let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
///     .base_url(sandbox.url())
///     .build()?;
/// let customer: Customer = client.get(71).await?;
/// assert_eq!(customer.name, "Ivan");
/// # Ok(())
/// # }
/// ```
///
/// # The calls
///
/// | on | |
/// |---|---|
/// | one record | [`update`](Self::update), [`ensure`](Self::ensure), [`create`](Self::create), [`delete`](Self::delete), [`get`](Self::get), [`get_raw`](Self::get_raw), [`multifields`](Self::multifields) |
/// | many | [`update_many`](Self::update_many), [`ensure_many`](Self::ensure_many), both of a [stream](Self::update_many_stream) too, [`batch`](Self::batch), [`list`](Self::list), [`list_untyped`](Self::list_untyped) |
/// | a [job](crate::PatchJob) of a queue | [`update_job`](Self::update_job), [`ensure_job`](Self::ensure_job), [`update_jobs`](Self::update_jobs), [`ensure_jobs`](Self::ensure_jobs) |
/// | the portal | [`me`](Self::me), [`fields`](Self::fields), [`user_fields`](Self::user_fields), [`catalogue`](Self::catalogue) |
///
/// # Errors of every call
///
/// | [`ErrorKind`](crate::ErrorKind) | when | [`Outcome`](crate::Outcome) of a write |
/// |---|---|---|
/// | `InvalidId` | the id is 0 | not applied: nothing was sent |
/// | `Configuration`, `Session`, `Throttle` | the session token cannot be used, or none was available, or an earlier runtime of the client [does not run](Call), or the throttle allows no request within 15 minutes | not applied: nothing was sent |
/// | `Connect` | no connection was made | not applied |
/// | `Api` | the API answered with an error: see [`Error::code`](crate::Error::code) | for a change that sets, clears or deletes: not applied after a 4xx (except 408, 421 and 425) and after a 503 with `QUERY_LIMIT_EXCEEDED` or `QUEUE_OVERFLOW`. For a patch that adds, and for [`create`](Self::create): not applied only after 400, 401, 403, 404 and a 429 `RATE_LIMITED`, each without a code of the portal ([`Error::b24_code`](crate::Error::b24_code)). Otherwise, and after any failure behind the API, unknown |
/// | `Timeout`, `Interrupted`, `CutOff` | no complete answer arrived | unknown; not applied if nothing could be sent within 15 minutes |
/// | `NotJson`, `Oversized`, `OtherRecord`, `Unexpected` | the answer cannot be relied on | unknown |
///
/// A read changes nothing: its outcome is always `NotApplied`. The guide has the whole rule: "Outcomes
/// and `ensure`" (`docs/src/outcomes.md` in the repository).
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    identity: Arc<Identity>,
}

pub(crate) struct Shared {
    http: reqwest::Client,
    connecting: Connecting,
    base_url: Url,
    headers: Headers,
    times: Times,
    throttle: Throttle,
    /// Whether `ensure` adds no phone that may be one of the record with another prefix.
    pub(crate) refuses_similar_phones: bool,
    pub(crate) retries: Retries,
    pub(crate) locks: Arc<Locks>,
    runtimes: Runtimes,
}

impl Client {
    /// The documented base URL (grade D). It is used unless [`ClientBuilder::base_url`] or
    /// `VIBECODE_BASE_URL` sets another one.
    pub const BASE_URL: &str = "https://vibecode.bitrix24.tech/v1";

    /// The default [settle time](ClientBuilder::settle_time): 120 s.
    ///
    /// It covers the 60 s that the server works on a request (api.md, grade B), a queue in front of it,
    /// what the kernel still sends after an attempt has ended, and the age of the data that a read
    /// shows.
    pub const SETTLE_TIME: Duration = Duration::from_secs(120);

    /// How many [settle times](ClientBuilder::settle_time) a batch takes: two. Its calls may run one
    /// after another, so the last may begin late.
    pub const BATCH_SETTLE_FACTOR: u32 = 2;

    /// Creates a client with these credentials and the default settings.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn new(credentials: Credentials) -> Result<Self> {
        Self::builder(credentials).build()
    }

    /// Returns a builder for a client with other settings.
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    /// Creates a client from environment variables: `VIBECODE_API_KEY`, for an app also
    /// `VIBECODE_SESSION_TOKEN`, and `VIBECODE_BASE_URL` if it is not the default.
    /// [`ClientBuilder::from_env`] takes other settings too.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if there is no key, or if one of
    /// these variables is not valid Unicode; and those of [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.build()
    }

    /// Returns a client for another user of the same OAuth app, which shares connections and throttle.
    /// It is cheap: make one for each incoming request.
    ///
    /// The user must belong to the same portal: the client shares what it knows about its writes to a
    /// record, and identifies records by their ids.
    ///
    /// If the token cannot be used, or the key is a personal one, every call fails with
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    #[must_use]
    pub fn with_session(&self, session_token: impl Into<String>) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            identity: Arc::new(self.identity.with_session(session_token.into())),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.base_url.as_str())
            .finish_non_exhaustive()
    }
}
