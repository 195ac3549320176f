//! A blocking client, for programs without an async runtime.
//!
//! It has the same methods as [`vibecode_runtime::Client`](crate::Client), with the same behavior.
//! They may be called wherever blocking is allowed, including tokio's `spawn_blocking` and
//! `block_in_place`. In async code they return an error:
//! [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
//!
//! ```
//! use vibecode_runtime::{Credentials, Patch, blocking::Client};
//! use vibecode_sandbox::Sandbox;
//!
//! #[derive(Patch)]
//! #[vibecode(entity = "contacts")]
//! struct Customer {
//!     post: Option<String>,
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // For a portal, `Client::from_env()?` is enough. Only the sandbox needs a runtime.
//!     let runtime = tokio::runtime::Runtime::new()?;
//!     let sandbox = runtime.block_on(Sandbox::start());
//!     let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
//!         .base_url(sandbox.url())
//!         .build()?;
//!
//!     let patch = Customer::patch().post("Director");
//!     let updated = client.update(71, &patch)?;
//!     assert!(updated.mismatches(&patch).is_empty());
//!     Ok(())
//! }
//! ```

mod builder;
mod many;
mod worker;

use std::{borrow::Borrow, fmt};

use self::worker::Worker;
pub use self::{
    builder::ClientBuilder,
    many::{Batch, Bulk, Query, Rows},
};
use crate::{
    Created, Credentials, Ensured, Entity, Id, IdFor, Me, Multifields, Patch, PatchJob, Raw,
    Record, Result, Updated,
};

/// A blocking client. Cloning it is cheap: clones share connections, throttle and thread.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
/// use vibecode_runtime::ErrorKind;
///
/// let customer: Customer = client.get(71)?;
/// assert_eq!(customer.name, "Ivan");
///
/// // In async code, a call would block the runtime's thread.
/// let inside = tokio::runtime::Runtime::new()?.block_on(async { client.me() });
/// assert_eq!(inside.unwrap_err().kind(), ErrorKind::Configuration);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    worker: Worker,
}

impl Client {
    /// Same as [`Client::new`](crate::Client::new).
    ///
    /// ```
    /// use vibecode_runtime::{Credentials, blocking::Client};
    ///
    /// let client = Client::new(Credentials::personal("vibe_api_1"))?;
    /// # let _: Client = client;
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::new`](crate::Client::new).
    pub fn new(credentials: Credentials) -> Result<Self> {
        Self::builder(credentials).build()
    }

    /// Returns a builder with which to configure a client.
    ///
    /// ```
    /// use std::time::Duration;
    /// use vibecode_runtime::{Credentials, blocking::Client};
    ///
    /// let client = Client::builder(Credentials::personal("vibe_api_1"))
    ///     .timeout(Duration::from_secs(90))
    ///     .build()?;
    /// # let _: Client = client;
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    /// Same as [`Client::from_env`](crate::Client::from_env).
    ///
    /// ```no_run
    /// let client = vibecode_runtime::blocking::Client::from_env()?;
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::from_env`](crate::Client::from_env).
    pub fn from_env() -> Result<Self> {
        Self::of(crate::Client::from_env()?)
    }

    fn of(client: crate::Client) -> Result<Self> {
        let worker = Worker::start()?;
        Ok(Self { client, worker })
    }

    /// Same as [`Client::with_session`](crate::Client::with_session).
    ///
    /// ```
    /// use vibecode_runtime::{Credentials, blocking::Client};
    ///
    /// let app = Client::new(Credentials::app("vibe_app_1", "vibe_session_2"))?;
    /// let of_another_user = app.with_session("vibe_session_3");
    /// # let _: Client = of_another_user;
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn with_session(&self, session_token: impl Into<String>) -> Self {
        Self {
            client: self.client.with_session(session_token),
            worker: self.worker.clone(),
        }
    }

    /// Blocking version of [`Client::update`](crate::Client::update).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let patch = Customer::patch().post("Director");
    /// assert!(client.update(71, &patch)?.mismatches(&patch).is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::update`](crate::Client::update).
    pub fn update<P: Patch>(&self, id: impl IdFor<P>, patch: &P) -> Result<Updated> {
        self.worker.wait(self.client.update(id, patch))?
    }

    /// Blocking version of [`Client::ensure`](crate::Client::ensure).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let patch = Customer::patch().add_phone("+79169876543");
    /// assert_eq!(client.ensure(71, &patch)?.added().len(), 1);
    /// assert_eq!(client.ensure(71, &patch)?.added().len(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::ensure`](crate::Client::ensure).
    pub fn ensure<P: Patch>(&self, id: impl IdFor<P>, patch: &P) -> Result<Ensured> {
        self.worker.wait(self.client.ensure(id, patch))?
    }

    /// Blocking version of [`Client::update_job`](crate::Client::update_job).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let job = PatchJob::new(71, &Customer::patch().post("Director"))?;
    /// client.update_job(&job)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::update_job`](crate::Client::update_job).
    pub fn update_job(&self, job: impl Borrow<PatchJob>) -> Result<Updated> {
        self.worker.wait(self.client.update_job(job))?
    }

    /// Blocking version of [`Client::ensure_job`](crate::Client::ensure_job).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let job = PatchJob::new(71, &Customer::patch().add_phone("+79169876543"))?;
    /// assert_eq!(client.ensure_job(&job)?.added().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::ensure_job`](crate::Client::ensure_job).
    pub fn ensure_job(&self, job: impl Borrow<PatchJob>) -> Result<Ensured> {
        self.worker.wait(self.client.ensure_job(job))?
    }

    /// Blocking version of [`Client::create`](crate::Client::create).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let created = client.create(&Customer::patch().name("Vera"))?;
    /// assert_eq!(created.record::<Customer>()?.name, "Vera");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::create`](crate::Client::create).
    pub fn create<P: Patch>(&self, patch: &P) -> Result<Created<P::Entity>> {
        self.worker.wait(self.client.create(patch))?
    }

    /// Blocking version of [`Client::delete`](crate::Client::delete).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// client.delete(ContactId::from(73))?;
    /// assert!(client.get_raw(ContactId::from(73)).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::delete`](crate::Client::delete).
    pub fn delete<E: Entity>(&self, id: impl Into<Id<E>>) -> Result<()> {
        self.worker.wait(self.client.delete(id))?
    }

    /// Blocking version of [`Client::get`](crate::Client::get).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let customer: Customer = client.get(71)?;
    /// assert_eq!(customer.name, "Ivan");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::get`](crate::Client::get).
    pub fn get<T: Record + Send + 'static>(&self, id: impl Into<Id<T::Entity>>) -> Result<T> {
        self.worker.wait(self.client.get(id))?
    }

    /// Blocking version of [`Client::get_raw`](crate::Client::get_raw).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let raw = client.get_raw(ContactId::from(71))?;
    /// assert!(raw.as_str().contains("Petrov"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::get_raw`](crate::Client::get_raw).
    pub fn get_raw<E: Entity>(&self, id: impl Into<Id<E>>) -> Result<Raw> {
        self.worker.wait(self.client.get_raw(id))?
    }

    /// Blocking version of [`Client::multifields`](crate::Client::multifields).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let there = client.multifields(ContactId::from(72))?;
    /// assert_eq!(there.entries()[1].value_type(), "FAX");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::multifields`](crate::Client::multifields).
    pub fn multifields<E: Entity>(&self, id: impl Into<Id<E>>) -> Result<Multifields> {
        self.worker.wait(self.client.multifields(id))?
    }

    /// Same as [`Client::list`](crate::Client::list).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let accountants = client.list::<Customer>().filter("post", "Accountant").rows();
    /// assert_eq!(accountants.count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list<T: Record>(&self) -> Query<T> {
        Query {
            query: self.client.list(),
            worker: self.worker.clone(),
        }
    }

    /// Same as [`Client::batch`](crate::Client::batch).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let results = client.batch().get(ContactId::from(71)).get(ContactId::from(404)).send()?;
    /// assert!(results[0].is_ok() && results[1].is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn batch(&self) -> Batch {
        Batch {
            batch: self.client.batch(),
            worker: self.worker.clone(),
        }
    }

    /// Blocking version of [`Client::update_many`](crate::Client::update_many).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let changes = (71..=73).map(|id| (id, Customer::patch().post("Director")));
    /// for outcome in client.update_many(changes) {
    ///     outcome.result?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_many<P, A, I>(&self, items: I) -> Bulk<P::Entity>
    where
        P: Patch,
        A: IdFor<P>,
        I: IntoIterator<Item = (A, P)>,
        I::IntoIter: Send + 'static,
    {
        Bulk {
            bulk: self.client.update_many(items),
            worker: self.worker.clone(),
        }
    }

    /// Blocking version of [`Client::ensure_many`](crate::Client::ensure_many).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let wanted = (71..=73).map(|id| (id, Customer::patch().add_phone("+79169876543")));
    /// for outcome in client.ensure_many(wanted) {
    ///     assert_eq!(outcome.result?.added().len(), 1);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn ensure_many<P, A, I>(&self, items: I) -> Bulk<P::Entity, Ensured>
    where
        P: Patch,
        A: IdFor<P>,
        I: IntoIterator<Item = (A, P)>,
        I::IntoIter: Send + 'static,
    {
        Bulk {
            bulk: self.client.ensure_many(items),
            worker: self.worker.clone(),
        }
    }

    /// Blocking version of [`Client::update_jobs`](crate::Client::update_jobs).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let jobs = [PatchJob::new(71, &Customer::patch().post("Director"))?];
    /// assert!(client.update_jobs(jobs).all(|outcome| outcome.result.is_ok()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_jobs<I>(&self, jobs: I) -> Bulk<()>
    where
        I: IntoIterator<Item = PatchJob>,
        I::IntoIter: Send + 'static,
    {
        Bulk {
            bulk: self.client.update_jobs(jobs),
            worker: self.worker.clone(),
        }
    }

    /// Blocking version of [`Client::ensure_jobs`](crate::Client::ensure_jobs).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// let jobs = [PatchJob::new(71, &Customer::patch().add_phone("+79169876543"))?];
    /// assert!(client.ensure_jobs(jobs).all(|outcome| outcome.result.is_ok()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn ensure_jobs<I>(&self, jobs: I) -> Bulk<(), Ensured>
    where
        I: IntoIterator<Item = PatchJob>,
        I::IntoIter: Send + 'static,
    {
        Bulk {
            bulk: self.client.ensure_jobs(jobs),
            worker: self.worker.clone(),
        }
    }

    /// Blocking version of [`Client::me`](crate::Client::me).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// assert_eq!(client.me()?.can_write(), Some(true));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::me`](crate::Client::me).
    pub fn me(&self) -> Result<Me> {
        self.worker.wait(self.client.me())?
    }

    /// Blocking version of [`Client::fields`](crate::Client::fields).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// assert!(client.fields("contacts")?.as_str().contains("companyId"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::fields`](crate::Client::fields).
    pub fn fields(&self, entity: &str) -> Result<Raw> {
        self.worker.wait(self.client.fields(entity))?
    }

    /// Blocking version of [`Client::user_fields`](crate::Client::user_fields).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_runtime, _sandbox, client) = blocking_sandbox()?;
    /// assert!(client.user_fields("contacts")?.as_str().contains("UF_CRM_1721244707107"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Client::user_fields`](crate::Client::user_fields).
    pub fn user_fields(&self, entity: &str) -> Result<Raw> {
        self.worker.wait(self.client.user_fields(entity))?
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.client, f)
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Worker")
    }
}
