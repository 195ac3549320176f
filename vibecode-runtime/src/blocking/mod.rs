//! A blocking client, for programs without an async runtime. Needs the feature `blocking`.
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

#![expect(
    clippy::missing_errors_doc,
    reason = "each method links to the async one, which documents its errors"
)]

mod builder;
mod many;
mod untyped;
mod worker;

use std::{borrow::Borrow, fmt};

use self::worker::Worker;
pub use self::{
    builder::ClientBuilder,
    many::{Batch, Bulk, Query, Rows},
    untyped::{UntypedQuery, UntypedRows},
};
use crate::{
    Created, Credentials, Ensured, Entity, HasMultifields, Id, IdFor, Me, Multifields, Patch,
    PatchJob, RawAnswer, Record, Result, Updated,
};

/// A blocking client. Cloning it is cheap: clones share connections, throttle and thread.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    worker: Worker,
}

impl Client {
    /// Same as [`Client::new`](crate::Client::new).
    pub fn new(credentials: Credentials) -> Result<Self> {
        Self::builder(credentials).build()
    }

    /// Returns a builder with which to configure a client.
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    /// Same as [`Client::from_env`](crate::Client::from_env).
    pub fn from_env() -> Result<Self> {
        Self::of(crate::Client::from_env()?)
    }

    fn of(client: crate::Client) -> Result<Self> {
        let worker = Worker::start()?;
        Ok(Self { client, worker })
    }

    /// Same as [`Client::with_session`](crate::Client::with_session).
    #[must_use]
    pub fn with_session(&self, session_token: impl Into<String>) -> Self {
        Self {
            client: self.client.with_session(session_token),
            worker: self.worker.clone(),
        }
    }

    /// Blocking version of [`Client::update`](crate::Client::update).
    pub fn update<P: Patch>(&self, id: impl IdFor<P>, patch: &P) -> Result<Updated> {
        self.worker.wait(self.client.update(id, patch))?
    }

    /// Blocking version of [`Client::ensure`](crate::Client::ensure).
    pub fn ensure<P: Patch>(&self, id: impl IdFor<P>, patch: &P) -> Result<Ensured> {
        self.worker.wait(self.client.ensure(id, patch))?
    }

    /// Blocking version of [`Client::update_job`](crate::Client::update_job).
    pub fn update_job(&self, job: impl Borrow<PatchJob>) -> Result<Updated> {
        self.worker.wait(self.client.update_job(job))?
    }

    /// Blocking version of [`Client::ensure_job`](crate::Client::ensure_job).
    pub fn ensure_job(&self, job: impl Borrow<PatchJob>) -> Result<Ensured> {
        self.worker.wait(self.client.ensure_job(job))?
    }

    /// Blocking version of [`Client::create`](crate::Client::create).
    pub fn create<P: Patch>(&self, patch: &P) -> Result<Created<P::Entity>> {
        self.worker.wait(self.client.create(patch))?
    }

    /// Blocking version of [`Client::delete`](crate::Client::delete).
    pub fn delete<E: Entity>(&self, id: impl Into<Id<E>>) -> Result<()> {
        self.worker.wait(self.client.delete(id))?
    }

    /// Blocking version of [`Client::get`](crate::Client::get).
    pub fn get<T: Record + Send + 'static>(&self, id: impl Into<Id<T::Entity>>) -> Result<T> {
        self.worker.wait(self.client.get(id))?
    }

    /// Blocking version of [`Client::get_raw`](crate::Client::get_raw).
    pub fn get_raw<E: Entity>(&self, id: impl Into<Id<E>>) -> Result<RawAnswer> {
        self.worker.wait(self.client.get_raw(id))?
    }

    /// Blocking version of [`Client::multifields`](crate::Client::multifields).
    pub fn multifields<E: HasMultifields>(&self, id: impl Into<Id<E>>) -> Result<Multifields> {
        self.worker.wait(self.client.multifields(id))?
    }

    /// Same as [`Client::list`](crate::Client::list).
    pub fn list<T: Record>(&self) -> Query<T> {
        Query {
            query: self.client.list(),
            worker: self.worker.clone(),
        }
    }

    /// Same as [`Client::batch`](crate::Client::batch).
    pub fn batch(&self) -> Batch {
        Batch {
            batch: self.client.batch(),
            worker: self.worker.clone(),
        }
    }

    /// Blocking version of [`Client::update_many`](crate::Client::update_many).
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
    pub fn me(&self) -> Result<Me> {
        self.worker.wait(self.client.me())?
    }

    /// Blocking version of [`Client::fields`](crate::Client::fields).
    pub fn fields(&self, entity: &str) -> Result<RawAnswer> {
        self.worker.wait(self.client.fields(entity))?
    }

    /// Blocking version of [`Client::user_fields`](crate::Client::user_fields).
    pub fn user_fields(&self, entity: &str) -> Result<RawAnswer> {
        self.worker.wait(self.client.user_fields(entity))?
    }

    /// Blocking version of [`Client::catalogue`](crate::Client::catalogue).
    pub fn catalogue(&self, name: &str) -> Result<Vec<RawAnswer>> {
        self.worker.wait(self.client.catalogue(name))?
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
