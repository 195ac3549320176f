//! The client: patch → request → attempt → outcome → answer.

mod attempt;
mod builder;
mod call;
mod credentials;
mod outcome;
mod request;

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderMap;
use reqwest::Url;

use self::request::Request;
pub use self::{builder::ClientBuilder, call::Call, credentials::Credentials};
use crate::{Addresses, Entity, Id, Multifields, Patch, Raw, Record, Result, Updated};

/// A client of the API. Cloning it is cheap: clones share their connections.
///
/// Every call is one request. A call that fails tells by
/// [`Error::outcome`](crate::Error::outcome) whether the change may have been applied.
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
    connection: Arc<Connection>,
    headers: Arc<HeaderMap>,
}

/// What clones share.
struct Connection {
    http: reqwest::Client,
    base_url: Url,
    timeouts: Timeouts,
}

/// How long one try may take.
#[derive(Debug, Clone, Copy)]
struct Timeouts {
    read: Duration,
    write: Duration,
}

impl Timeouts {
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

    /// Changes a record: `PATCH /v1/{entity}/{id}`, sent once.
    ///
    /// # Errors
    /// - [`ErrorKind::EmptyPatch`](crate::ErrorKind::EmptyPatch) and
    ///   [`ErrorKind::InvalidPatch`](crate::ErrorKind::InvalidPatch): nothing was sent.
    /// - What the API refuses: [`Error::code`](crate::Error::code), nothing was applied.
    /// - Lost and garbled answers: [`Outcome::Unknown`](crate::Outcome::Unknown).
    pub fn update<P: Patch>(&self, id: impl Addresses<P>, patch: &P) -> Call<Updated> {
        match Request::update(id.record_id(), patch) {
            Ok(request) => {
                let sent = self.send(request);
                Call::new(async move { sent.await.map(Updated::new) })
            }
            Err(error) => Call::ended(Err(error)),
        }
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
    pub fn get_raw<E: Entity>(&self, id: Id<E>) -> Call<Raw> {
        match Request::get::<E>(id.get()) {
            Ok(request) => Call::new(self.send(request)),
            Err(error) => Call::ended(Err(error)),
        }
    }

    fn send(&self, request: Request) -> impl Future<Output = Result<Raw>> + Send + use<> {
        let Self {
            connection,
            headers,
        } = self.clone();
        async move {
            let attempt = attempt::attempt(&connection, &headers, &request).await;
            outcome::judge(attempt, &request)
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.connection.base_url.as_str())
            .finish_non_exhaustive()
    }
}
