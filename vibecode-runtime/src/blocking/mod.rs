//! A client whose calls wait, for programs without an async runtime.
//!
//! The same calls as those of [`vibecode_runtime::Client`](crate::Client), by the same rules. Inside
//! an async runtime they are an error: [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
//!
//! ```no_run
//! use vibecode_runtime::{Patch, blocking::Client};
//!
//! #[derive(Patch)]
//! #[vibecode(entity = "contacts")]
//! struct Customer {
//!     post: Option<String>,
//! }
//!
//! fn main() -> vibecode_runtime::Result<()> {
//!     let client = Client::from_env()?;
//!     let updated = client.update(71, &Customer::patch().post("Director"))?;
//!     println!("{} bytes", updated.raw().as_str().len());
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
    Addresses, Created, Credentials, Ensured, Entity, Id, Me, Multifields, Patch, PatchJob, Raw,
    Record, Result, Updated,
};

/// A client whose calls wait. Cloning it is cheap: clones share connections, throttle and thread.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    worker: Worker,
}

impl Client {
    /// As [`Client::new`](crate::Client::new).
    ///
    /// # Errors
    /// As [`Client::new`](crate::Client::new).
    pub fn new(credentials: Credentials) -> Result<Self> {
        Self::builder(credentials).build()
    }

    /// A client with settings of your own.
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    /// As [`Client::from_env`](crate::Client::from_env).
    ///
    /// # Errors
    /// As [`Client::from_env`](crate::Client::from_env).
    pub fn from_env() -> Result<Self> {
        Self::of(crate::Client::from_env()?)
    }

    fn of(client: crate::Client) -> Result<Self> {
        let worker = Worker::start()?;
        Ok(Self { client, worker })
    }

    /// As [`Client::with_session`](crate::Client::with_session).
    #[must_use]
    pub fn with_session(&self, session_token: impl Into<String>) -> Self {
        Self {
            client: self.client.with_session(session_token),
            worker: self.worker.clone(),
        }
    }

    /// As [`Client::update`](crate::Client::update).
    ///
    /// # Errors
    /// As [`Client::update`](crate::Client::update).
    pub fn update<P: Patch>(&self, id: impl Addresses<P>, patch: &P) -> Result<Updated> {
        self.worker.wait(self.client.update(id, patch))?
    }

    /// As [`Client::ensure`](crate::Client::ensure).
    ///
    /// # Errors
    /// As [`Client::ensure`](crate::Client::ensure).
    pub fn ensure<P: Patch>(&self, id: impl Addresses<P>, patch: &P) -> Result<Ensured> {
        self.worker.wait(self.client.ensure(id, patch))?
    }

    /// As [`Client::run`](crate::Client::run).
    ///
    /// # Errors
    /// As [`Client::run`](crate::Client::run).
    pub fn run(&self, job: impl Borrow<PatchJob>) -> Result<Updated> {
        self.worker.wait(self.client.run(job))?
    }

    /// As [`Client::ensure_job`](crate::Client::ensure_job).
    ///
    /// # Errors
    /// As [`Client::ensure_job`](crate::Client::ensure_job).
    pub fn ensure_job(&self, job: impl Borrow<PatchJob>) -> Result<Ensured> {
        self.worker.wait(self.client.ensure_job(job))?
    }

    /// As [`Client::create`](crate::Client::create).
    ///
    /// # Errors
    /// As [`Client::create`](crate::Client::create).
    pub fn create<P: Patch>(&self, patch: &P) -> Result<Created<P::Entity>> {
        self.worker.wait(self.client.create(patch))?
    }

    /// As [`Client::delete`](crate::Client::delete).
    ///
    /// # Errors
    /// As [`Client::delete`](crate::Client::delete).
    pub fn delete<E: Entity>(&self, id: impl Into<Id<E>>) -> Result<()> {
        self.worker.wait(self.client.delete(id))?
    }

    /// As [`Client::get`](crate::Client::get).
    ///
    /// # Errors
    /// As [`Client::get`](crate::Client::get).
    pub fn get<T: Record + Send + 'static>(&self, id: impl Into<Id<T::Entity>>) -> Result<T> {
        self.worker.wait(self.client.get(id))?
    }

    /// As [`Client::get_raw`](crate::Client::get_raw).
    ///
    /// # Errors
    /// As [`Client::get_raw`](crate::Client::get_raw).
    pub fn get_raw<E: Entity>(&self, id: impl Into<Id<E>>) -> Result<Raw> {
        self.worker.wait(self.client.get_raw(id))?
    }

    /// As [`Client::multifields`](crate::Client::multifields).
    ///
    /// # Errors
    /// As [`Client::multifields`](crate::Client::multifields).
    pub fn multifields<E: Entity>(&self, id: impl Into<Id<E>>) -> Result<Multifields> {
        self.worker.wait(self.client.multifields(id))?
    }

    /// As [`Client::list`](crate::Client::list).
    pub fn list<T: Record>(&self) -> Query<T> {
        Query {
            query: self.client.list(),
            worker: self.worker.clone(),
        }
    }

    /// As [`Client::batch`](crate::Client::batch).
    pub fn batch(&self) -> Batch {
        Batch {
            batch: self.client.batch(),
            worker: self.worker.clone(),
        }
    }

    /// As [`Client::update_many`](crate::Client::update_many).
    pub fn update_many<P, A, I>(&self, items: I) -> Bulk<P::Entity>
    where
        P: Patch,
        A: Addresses<P>,
        I: IntoIterator<Item = (A, P)>,
        I::IntoIter: Send + 'static,
    {
        Bulk {
            bulk: self.client.update_many(items),
            worker: self.worker.clone(),
        }
    }

    /// As [`Client::ensure_many`](crate::Client::ensure_many).
    pub fn ensure_many<P, A, I>(&self, items: I) -> Bulk<P::Entity, Ensured>
    where
        P: Patch,
        A: Addresses<P>,
        I: IntoIterator<Item = (A, P)>,
        I::IntoIter: Send + 'static,
    {
        Bulk {
            bulk: self.client.ensure_many(items),
            worker: self.worker.clone(),
        }
    }

    /// As [`Client::me`](crate::Client::me).
    ///
    /// # Errors
    /// As [`Client::me`](crate::Client::me).
    pub fn me(&self) -> Result<Me> {
        self.worker.wait(self.client.me())?
    }

    /// As [`Client::fields`](crate::Client::fields).
    ///
    /// # Errors
    /// As [`Client::fields`](crate::Client::fields).
    pub fn fields(&self, entity: &str) -> Result<Raw> {
        self.worker.wait(self.client.fields(entity))?
    }

    /// As [`Client::user_fields`](crate::Client::user_fields).
    ///
    /// # Errors
    /// As [`Client::user_fields`](crate::Client::user_fields).
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
