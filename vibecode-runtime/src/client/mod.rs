//! The client. A call is: patch → request → (session → throttle → attempt → decision, again while that is
//! allowed) → answer.

mod answers;
mod attempt;
mod builder;
mod call;
mod caller;
mod connecting;
mod credentials;
mod decision;
mod envelope;
mod frames;
mod identity;
mod me;
mod outcome;
mod owned;
mod records;
pub(crate) mod request;
mod retry;
mod retry_policy;
mod runtimes;
mod send;
mod trace;

use std::{fmt, sync::Arc, time::Duration};

use http::Method;
use reqwest::Url;
use tokio::time::timeout;

use self::{
    answers::{Done, New, Whole},
    connecting::Connecting,
    identity::Identity,
    records::Records,
    request::Effect,
    retry::Retries,
    runtimes::Runtimes,
};
pub(crate) use self::{
    answers::{check_id_in_batch, raw},
    call::{outside_of_a_runtime, shut_down},
    caller::{Caller, PresenceGuard},
    envelope::Failure,
    outcome::{Answer, RateLimit, judge_call, unexpected},
    records::{Additions, LockRequest, RecordLock, Target, join_queue, join_queues},
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
pub(crate) use crate::throttle::LONGEST_WAIT;
use crate::{
    Created, Entity, Error, ErrorCode, ErrorKind, Id, IdFor, Multifields, Patch, RawAnswer, Record,
    Result, Throttle, Updated, patch::body::Body,
};

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
/// | many | [`update_many`](Self::update_many), [`ensure_many`](Self::ensure_many), both of a [stream](Self::update_many_stream) too, [`batch`](Self::batch), [`list`](Self::list) |
/// | a [job](crate::PatchJob) of a queue | [`update_job`](Self::update_job), [`ensure_job`](Self::ensure_job), [`update_jobs`](Self::update_jobs), [`ensure_jobs`](Self::ensure_jobs) |
/// | the portal | [`me`](Self::me), [`fields`](Self::fields), [`user_fields`](Self::user_fields) |
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
    pub(crate) times: Times,
    throttle: Throttle,
    pub(crate) retries: Retries,
    pub(crate) records: Arc<Records>,
    runtimes: Runtimes,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    read: Duration,
    write: Duration,
    /// All attempts of a call, from the moment the first is sent.
    deadline: Duration,
}

impl Times {
    /// The timeout of the HTTP client, for requests without their own.
    fn usual(self) -> Duration {
        self.write
    }

    /// The timeout of this request, if it differs from the usual one.
    fn unusual(self, request: &Request) -> Option<Duration> {
        Some(self.of(request)).filter(|it| *it != self.usual())
    }

    fn of(self, request: &Request) -> Duration {
        if request.is_write() {
            self.write
        } else {
            self.read
        }
    }
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
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if there is no key, or if one of
    /// these variables is not valid Unicode; and those of [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self> {
        let variable = |name: &str| credentials::variable(name, std::env::var(name));
        let builder = Self::builder(Credentials::from_env(variable)?);
        match variable("VIBECODE_BASE_URL")? {
            Some(url) => builder.base_url(&url).build(),
            None => builder.build(),
        }
    }

    /// Returns a client for another user of the same OAuth app, which shares connections and throttle.
    /// It is cheap: make one for each incoming request.
    ///
    /// The user must belong to the same portal: the client shares what it knows about its writes to a
    /// record, and identifies records by their ids.
    ///
    /// If the token cannot be used, or the key is a personal one, every call fails with
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let sandbox = Sandbox::start().await;
    /// let app = Client::builder(Credentials::app(Sandbox::APP_KEY, Sandbox::SESSION_TOKEN))
    ///     .base_url(sandbox.url())
    ///     .build()?;
    /// // For a request by another user of the app:
    /// let client = app.with_session(Sandbox::EXPIRED_SESSION_TOKEN);
    /// let error = client.me().await.unwrap_err();
    /// assert_eq!(error.code(), Some(&ErrorCode::TokenExpired));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_session(&self, session_token: impl Into<String>) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            identity: Arc::new(self.identity.with_session(session_token.into())),
        }
    }

    /// Changes a record: `PATCH /v1/{entity}/{id}`.
    ///
    /// A patch that adds phones or emails, or contains an unchecked value, is not sent again once it
    /// may have been applied: see [`Client::ensure`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (sandbox, client) = sandbox().await?;
    /// let patch = Customer::patch().post("Director").clear_company();
    /// let updated = client.update(71, &patch).await?;
    /// assert!(updated.mismatches(&patch).is_empty());
    /// assert_eq!(sandbox.requests()[0].body_str(), r#"{"post":"Director","companyId":0}"#);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - [`ErrorKind::EmptyPatch`](crate::ErrorKind::EmptyPatch) and
    ///   [`ErrorKind::InvalidPatch`](crate::ErrorKind::InvalidPatch): nothing was sent.
    /// - Those of [every call](Client#errors-of-every-call).
    pub fn update<P: Patch>(&self, id: impl IdFor<P>, patch: &P) -> Call<Updated> {
        let target = Target {
            entity: P::Entity::PATH.into(),
            id: id.record_id(),
        };
        self.write(target, patch.body())
    }

    /// Creates a record: `POST /v1/{entity}`. The request is not sent again once it may have been
    /// applied, since that would create a second record.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let created = client.create(&Customer::patch().name("Vera")).await?;
    /// assert_eq!(created.record::<Customer>()?.name, "Vera");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::update`].
    pub fn create<P: Patch>(&self, patch: &P) -> Call<Created<P::Entity>> {
        let request = match Request::create(P::Entity::PATH.into(), patch.body()) {
            Ok(request) => request,
            Err(error) => return Call::ended(Err(error)),
        };
        let client = self.clone();
        Call::write(move |caller| async move {
            let New(id, raw) = client.send(&request, &caller).await?;
            Ok(Created::new(id, raw))
        })
    }

    /// Deletes a record: `DELETE /v1/{entity}/{id}`. The type of the id determines the entity.
    ///
    /// If an answer is lost and the next attempt finds no such record, the call succeeds: an earlier
    /// attempt may have deleted it.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call); [`ErrorCode::EntityNotFound`] if the record
    /// does not exist.
    pub fn delete<E: Entity>(&self, id: impl Into<Id<E>>) -> Call<()> {
        let id = id.into().get();
        let request = match Request::delete::<E>(id) {
            Ok(request) => request,
            Err(error) => return Call::ended(Err(error)),
        };
        let target = Target {
            entity: E::PATH.into(),
            id,
        };
        let client = self.clone();
        Call::write(move |caller| async move {
            let _lock = client.lock(target, &caller).await?;
            let mut tries = client.begin(&caller);
            match tries.run::<Done>(&request, &[]).await {
                // An earlier try may have deleted it.
                Err(error)
                    if tries.is_open() && error.code() == Some(&ErrorCode::EntityNotFound) =>
                {
                    Ok(())
                }
                result => result.map(|Done| ()),
            }
        })
    }

    /// Reads a record: `GET /v1/{entity}/{id}`.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call), and of [`RawAnswer::record`] if a field does not
    /// have the type that the struct requires.
    pub fn get<T: Record + Send + 'static>(&self, id: impl Into<Id<T::Entity>>) -> Call<T> {
        let raw = self.get_raw(id.into());
        Call::new(async move { raw.await?.record() })
    }

    /// Reads a record's phones and emails: every entry with its id and the API's own type.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call), and of [`RawAnswer::multifields`] if the answer
    /// shows the phones and emails in no known form.
    pub fn multifields<E: Entity>(&self, id: impl Into<Id<E>>) -> Call<Multifields> {
        let raw = self.get_raw(id.into());
        Call::new(async move { raw.await?.multifields() })
    }

    /// Reads a record without parsing it: `GET /v1/{entity}/{id}`. The type of the id determines the
    /// entity.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call).
    pub fn get_raw<E: Entity>(&self, id: impl Into<Id<E>>) -> Call<RawAnswer> {
        let request = Request::get(E::PATH.into(), id.into().get());
        self.read(request, |client, request, caller| async move {
            client.send(&request, &caller).await
        })
    }

    /// Returns what the API reports about the key: `GET /v1/me`.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`](crate::ErrorKind::Unreadable) if the description of the key has an
    /// unknown form, and those of [every call](Client#errors-of-every-call).
    pub fn me(&self) -> Call<Me> {
        let request = Request::new(Method::GET, "me", Effect::Reads);
        self.read(Ok(request), |client, request, caller| async move {
            let Whole(raw) = client.send(&request, &caller).await?;
            Me::read(raw).map_err(|error| request.named(error))
        })
    }

    /// Returns the fields of an entity as the API describes them: `GET /v1/{entity}/fields`. The entity
    /// is its name in the paths, such as `contacts` or `items/1040`.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call).
    pub fn fields(&self, entity: &str) -> Call<RawAnswer> {
        let request = Request::new(Method::GET, entity.to_owned(), Effect::Reads);
        self.read(
            Ok(request.with_tail("fields")),
            |client, request, caller| async move {
                let Whole(raw) = client.send(&request, &caller).await?;
                Ok(raw)
            },
        )
    }

    /// Returns the definitions of an entity's user fields: `GET /v1/userfields/{entity}`.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call).
    pub fn user_fields(&self, entity: &str) -> Call<RawAnswer> {
        let path = format!("userfields/{entity}");
        let request = Request::new(Method::GET, path, Effect::Reads);
        self.read(Ok(request), |client, request, caller| async move {
            let Whole(raw) = client.send(&request, &caller).await?;
            Ok(raw)
        })
    }

    pub(crate) fn write(&self, target: Target, body: &Body) -> Call<Updated> {
        let request = match Request::update(target.entity.clone(), target.id, body) {
            Ok(request) => request,
            Err(error) => return Call::ended(Err(error)),
        };
        let additions = Additions::of(body);
        let client = self.clone();
        Call::write(move |caller| async move {
            let lock = client.lock(target, &caller).await?;
            lock.will_add(additions);
            let raw: RawAnswer = client.begin(&caller).run(&request, &[&lock]).await?;
            Ok(Updated::new(raw))
        })
    }

    /// Must be called before a lock is acquired.
    pub(crate) async fn enter_runtime(&self) -> Result<()> {
        self.shared.runtimes.check().await?;
        self.shared.runtimes.note_this_one();
        Ok(())
    }

    async fn lock(&self, target: Target, caller: &Caller) -> Result<RecordLock> {
        self.enter_runtime().await?;
        let mut request = join_queue(&self.shared.records, target, caller);
        if let Some(lock) = request.try_lock() {
            return Ok(lock);
        }
        // Boxed, since it is rare: it then takes no space in the futures of all calls.
        let mut locked = Box::pin(timeout(LONGEST_WAIT, request.lock()));
        let locked = caller.wait(locked.as_mut()).await?;
        locked.map_err(|_| waited_for_a_record())
    }

    /// A read that owns its data, or has failed already.
    fn read<T, F>(
        &self,
        request: Result<Request>,
        run: impl FnOnce(Self, Request, Caller) -> F + Send + 'static,
    ) -> Call<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        match request {
            Ok(request) => {
                let client = self.clone();
                Call::read(|caller| run(client, request, caller))
            }
            Err(error) => Call::ended(Err(error)),
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

/// The error if other calls held the lock of the record for too long.
pub(crate) fn waited_for_a_record() -> Error {
    let problem = "earlier calls on the same record did not end in time, so nothing was sent";
    Error::not_sent(ErrorKind::Timeout, problem)
}
