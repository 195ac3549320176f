//! The client: patch → request → attempt → outcome → retry → answer.

mod answers;
mod attempt;
mod batches;
mod builder;
mod call;
mod credentials;
mod envelope;
mod identity;
mod outcome;
mod records;
pub(crate) mod request;
mod retry;
mod send;
mod trace;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use http::Method;
use reqwest::Url;

use self::{
    answers::{Done, New, Whole},
    identity::Identity,
    records::Records,
    request::Effect,
    retry::Retries,
};
pub(crate) use self::{
    answers::{check_id, raw},
    batches::Echoes,
    envelope::Failure,
    outcome::{Answer, judge_call, unexpected},
    records::{Key, Lane},
    request::Request,
    send::Sending,
};
pub use self::{
    batches::BatchParams,
    builder::ClientBuilder,
    call::Call,
    credentials::{Credentials, TokenError},
    retry::RetryPolicy,
};
use crate::{
    Addresses, Created, Entity, ErrorCode, Id, Me, Multifields, Patch, Raw, Record, Result,
    Throttle, Updated,
};

/// A client of the API. Cloning it is cheap: clones share their connections, their throttle and
/// their budget of retries.
///
/// A call that fails tells by [`Error::outcome`](crate::Error::outcome) whether the change may have
/// been applied. What can be sent once more without doubling anything is, by itself: see
/// [`RetryPolicy`]. Writes to one record take turns.
///
/// ```no_run
/// use vibecode_runtime::{Client, Patch};
///
/// #[derive(Patch)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     post: Option<String>,
/// }
///
/// # async fn run() -> vibecode_runtime::Result<()> {
/// let client = Client::from_env()?;
/// let updated = client.update(71, &Customer::patch().post("Director")).await?;
/// println!("{} bytes", updated.raw().as_str().len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    identity: Arc<Identity>,
}

/// What clones share.
pub(crate) struct Shared {
    http: reqwest::Client,
    base_url: Url,
    pub(crate) times: Times,
    throttle: Throttle,
    pub(crate) retries: Retries,
    pub(crate) records: Arc<Records>,
    pub(crate) batch_params: BatchParams,
    pub(crate) echoes: Echoes,
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// A try that reads.
    read: Duration,
    /// A try that writes.
    write: Duration,
    /// All tries of a call, from the departure of the first.
    deadline: Duration,
}

impl Times {
    pub(crate) fn deadline(self) -> Duration {
        self.deadline
    }

    /// How long the HTTP client lets a request take that asks for nothing else.
    fn usual(self) -> Duration {
        self.write
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
    /// A client with these credentials and the default settings.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn new(credentials: Credentials) -> Result<Self> {
        Self::builder(credentials).build()
    }

    /// A client with settings of your own.
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    /// A client from the environment: `VIBECODE_API_KEY`, for an app `VIBECODE_SESSION_TOKEN`
    /// too, and `VIBECODE_BASE_URL` where it is not the default.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where there is no key, or as
    /// [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let builder = Self::builder(Credentials::from_env(variable)?);
        match variable("VIBECODE_BASE_URL") {
            Some(url) => builder.base_url(&url).build(),
            None => builder.build(),
        }
    }

    /// A client for another user of the same OAuth app, sharing connections and throttle. It is
    /// cheap: make one for each incoming request.
    ///
    /// A token that cannot be used, or one beside a personal key, is an error of every call:
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    #[must_use]
    pub fn with_session(&self, session_token: impl Into<String>) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            identity: Arc::new(self.identity.with_session(session_token.into())),
        }
    }

    /// Changes a record: `PATCH /v1/{entity}/{id}`.
    ///
    /// A patch that adds phones or emails, or holds an unchecked value, is not sent again once it
    /// may have been applied: see [`Client::ensure`].
    ///
    /// # Errors
    /// - [`ErrorKind::EmptyPatch`](crate::ErrorKind::EmptyPatch) and
    ///   [`ErrorKind::InvalidPatch`](crate::ErrorKind::InvalidPatch): nothing was sent.
    /// - What the API refuses: [`Error::code`](crate::Error::code), nothing was applied.
    /// - Lost and garbled answers: [`Outcome::Unknown`](crate::Outcome::Unknown).
    pub fn update<P: Patch>(&self, id: impl Addresses<P>, patch: &P) -> Call<Updated> {
        let entity = Cow::Borrowed(P::Entity::PATH);
        self.write(Request::update(entity, id.record_id(), patch.body()))
    }

    /// Makes a record: `POST /v1/{entity}`. It is not sent again once it may have been applied,
    /// since a second record would appear.
    ///
    /// # Errors
    /// As [`Client::update`].
    pub fn create<P: Patch>(&self, patch: &P) -> Call<Created<P::Entity>> {
        let request = Request::create(P::Entity::PATH.into(), patch.body());
        self.call(request, |client, request| async move {
            let New(id, raw) = client.send(&request, &[]).await?;
            Ok(Created::new(id, raw))
        })
    }

    /// Deletes a record: `DELETE /v1/{entity}/{id}`. The id tells the entity.
    ///
    /// Where an answer is lost and the next try finds no such record, it has been deleted.
    ///
    /// # Errors
    /// What the API refuses, such as a record that is not there; and lost answers.
    pub fn delete<E: Entity>(&self, id: impl Into<Id<E>>) -> Call<()> {
        self.call(
            Request::delete::<E>(id.into().get()),
            |client, request| async move {
                let lane = client.lane(&request).await;
                let mut tries = client.begin();
                let result = tries.run::<Done>(&request, &[&lane]).await;
                lane.note(&result);
                match result {
                    Err(error)
                        if tries.is_open() && error.code() == Some(&ErrorCode::EntityNotFound) =>
                    {
                        Ok(())
                    }
                    result => result.map(|Done| ()),
                }
            },
        )
    }

    /// Reads a record: `GET /v1/{entity}/{id}`.
    ///
    /// # Errors
    /// Where the API refuses, no complete answer came, or a field is not what the struct holds.
    pub fn get<T: Record + Send + 'static>(&self, id: impl Into<Id<T::Entity>>) -> Call<T> {
        let raw = self.get_raw(id.into());
        Call::new(async move { raw.await?.record() })
    }

    /// Reads a record's phones and emails: every entry with its id and native type.
    ///
    /// # Errors
    /// Where the API refuses, or no complete answer came.
    pub fn multifields<E: Entity>(&self, id: impl Into<Id<E>>) -> Call<Multifields> {
        let raw = self.get_raw(id.into());
        Call::new(async move { Ok(raw.await?.multifields()) })
    }

    /// Reads a record as the API answers it: `GET /v1/{entity}/{id}`. The id tells the entity.
    ///
    /// # Errors
    /// Where the API refuses, or no complete answer came.
    pub fn get_raw<E: Entity>(&self, id: impl Into<Id<E>>) -> Call<Raw> {
        let request = Request::get(E::PATH.into(), id.into().get());
        self.call(request, |client, request| async move {
            client.send(&request, &[]).await
        })
    }

    /// What the API says of the key: `GET /v1/me`.
    ///
    /// # Errors
    /// Where the API refuses, or no complete answer came.
    pub fn me(&self) -> Call<Me> {
        let request = Request::new(Method::GET, "me", Effect::Reads);
        self.call(Ok(request), |client, request| async move {
            let Whole(raw) = client.send(&request, &[]).await?;
            Ok(Me::new(raw))
        })
    }

    /// The fields of an entity as the API describes them: `GET /v1/{entity}/fields`. The entity is
    /// its name in the paths, such as `contacts` or `items/1040`.
    ///
    /// # Errors
    /// Where the API refuses, or no complete answer came.
    pub fn fields(&self, entity: &str) -> Call<Raw> {
        let request = Request::new(Method::GET, entity.to_owned(), Effect::Reads);
        self.call(
            Ok(request.with_tail("fields")),
            |client, request| async move {
                let Whole(raw) = client.send(&request, &[]).await?;
                Ok(raw)
            },
        )
    }

    /// The definitions of an entity's user fields: `GET /v1/userfields/{entity}`, in upper case.
    ///
    /// # Errors
    /// Where the API refuses, or no complete answer came.
    pub fn user_fields(&self, entity: &str) -> Call<Raw> {
        let path = format!("userfields/{entity}");
        let request = Request::new(Method::GET, path, Effect::Reads);
        self.call(Ok(request), |client, request| async move {
            let Whole(raw) = client.send(&request, &[]).await?;
            Ok(raw)
        })
    }

    pub(crate) fn write(&self, request: Result<Request>) -> Call<Updated> {
        self.call(request, |client, request| async move {
            let lane = client.lane(&request).await;
            let result = client.send(&request, &[&lane]).await;
            lane.note(&result);
            result.map(Updated::new)
        })
    }

    /// The turn of a request at its record.
    async fn lane(&self, request: &Request) -> Lane {
        let key = (request.entity.clone(), request.id.unwrap_or_default());
        self.shared.records.lane(key, request.effect).await
    }

    /// A call that owns what it needs, or has failed already.
    fn call<T, F>(&self, request: Result<Request>, run: impl FnOnce(Self, Request) -> F) -> Call<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        match request {
            Ok(request) => Call::new(run(self.clone(), request)),
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
