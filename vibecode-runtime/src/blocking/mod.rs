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

/// The documentation of a method: a link to the async one.
macro_rules! as_async {
    ($Type:ident::$name:ident) => {
        concat!(
            "Blocking version of [`",
            stringify!($Type),
            "::",
            stringify!($name),
            "`](crate::",
            stringify!($Type),
            "::",
            stringify!($name),
            ")."
        )
    };
}

/// Methods that block until the async one has its result. Generic parameters are in brackets.
macro_rules! calls {
    (self, $Type:ident: $($name:ident() -> $Value:ty;)+) => {$(
        #[doc = as_async!($Type::$name)]
        pub fn $name(self) -> Result<$Value> {
            self.worker.wait(self.inner.$name())?
        }
    )+};
    (&self, $Type:ident: $($name:ident $([$($generics:tt)+])? ($($argument:ident: $Argument:ty),*) -> $Value:ty;)+) => {$(
        #[doc = as_async!($Type::$name)]
        pub fn $name $(<$($generics)+>)? (&self, $($argument: $Argument),*) -> Result<$Value> {
            self.worker.wait(self.inner.$name($($argument),*))?
        }
    )+};
}

/// Methods that do what the async one does, without blocking, and return the builder itself.
macro_rules! settings {
    ($Type:ident: $($name:ident $([$($generics:tt)+])? ($($argument:ident: $Argument:ty),*);)+) => {$(
        #[doc = as_async!($Type::$name)]
        pub fn $name $(<$($generics)+>)? (mut self, $($argument: $Argument),*) -> Self {
            self.inner = self.inner.$name($($argument),*);
            self
        }
    )+};
}

/// Methods that return the blocking version of what the async one returns.
macro_rules! begins {
    ($Type:ident: $($name:ident $([$($generics:tt)+])? ($($argument:ident: $Argument:ty),*) -> $Begun:path;)+) => {$(
        #[doc = as_async!($Type::$name)]
        pub fn $name $(<$($generics)+>)? (&self, $($argument: $Argument),*) -> $Begun {
            $Begun { inner: self.inner.$name($($argument),*), worker: self.worker.clone() }
        }
    )+};
}

mod builder;
mod many;
mod worker;

use std::{borrow::Borrow, fmt};

use self::worker::Worker;
pub use self::{
    builder::ClientBuilder,
    many::{Batch, Bulk, Query, Rows, UntypedQuery, UntypedRows},
};
use crate::{
    Created, Credentials, Ensured, Entity, HasMultifields, Id, IdFor, Me, Multifields, Patch,
    PatchJob, RawAnswer, Record, Result, Updated,
};

/// A blocking client. Cloning it is cheap: clones share connections, throttle and thread.
#[derive(Clone)]
pub struct Client {
    inner: crate::Client,
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

    fn of(inner: crate::Client) -> Result<Self> {
        let worker = Worker::start()?;
        Ok(Self { inner, worker })
    }

    /// Same as [`Client::with_session`](crate::Client::with_session).
    #[must_use]
    pub fn with_session(&self, session_token: impl Into<String>) -> Self {
        Self {
            inner: self.inner.with_session(session_token),
            worker: self.worker.clone(),
        }
    }

    calls! { &self, Client:
        update[P: Patch](id: impl IdFor<P>, patch: &P) -> Updated;
        ensure[P: Patch](id: impl IdFor<P>, patch: &P) -> Ensured;
        update_job(job: impl Borrow<PatchJob>) -> Updated;
        ensure_job(job: impl Borrow<PatchJob>) -> Ensured;
        create[P: Patch](patch: &P) -> Created<P::Entity>;
        delete[E: Entity](id: impl Into<Id<E>>) -> ();
        get[T: Record + Send + 'static](id: impl Into<Id<T::Entity>>) -> T;
        get_raw[E: Entity](id: impl Into<Id<E>>) -> RawAnswer;
        multifields[E: HasMultifields](id: impl Into<Id<E>>) -> Multifields;
        me() -> Me;
        fields(entity: &str) -> RawAnswer;
        user_fields(entity: &str) -> RawAnswer;
        catalogue(name: &str) -> Vec<RawAnswer>;
    }

    begins! { Client:
        list[T: Record]() -> Query<T>;
        list_untyped(entity: &str) -> UntypedQuery;
        batch() -> Batch;
        update_many[P: Patch, A: IdFor<P>, I: IntoIterator<Item = (A, P), IntoIter: Send + 'static>](items: I) -> Bulk<P::Entity>;
        ensure_many[P: Patch, A: IdFor<P>, I: IntoIterator<Item = (A, P), IntoIter: Send + 'static>](items: I) -> Bulk<P::Entity, Ensured>;
        update_jobs[I: IntoIterator<Item = PatchJob, IntoIter: Send + 'static>](jobs: I) -> Bulk<()>;
        ensure_jobs[I: IntoIterator<Item = PatchJob, IntoIter: Send + 'static>](jobs: I) -> Bulk<(), Ensured>;
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.inner, f)
    }
}
