//! Blocking batches, runs and lists.

use std::fmt;

use serde::Serialize;

use super::worker::Worker;
use crate::{
    BulkOutcome, Condition, Entity, Field, Id, IdFor, Order, Patch, PatchJob, RawAnswer, Record,
    Result, Updated, kind::OrderedKind,
};

/// Up to 50 calls in one request, from [`Client::batch`](super::Client::batch): the blocking
/// version of [`vibecode_runtime::Batch`](crate::Batch).
#[derive(Debug)]
#[must_use = "a batch does nothing until it is sent"]
pub struct Batch {
    pub(super) inner: crate::Batch,
    pub(super) worker: Worker,
}

impl Batch {
    settings! { Batch:
        update[P: Patch](id: impl IdFor<P>, patch: &P);
        get[E: Entity](id: impl Into<Id<E>>);
        get_record_of(job: &PatchJob);
    }
    calls! { self, Batch:
        send() -> Vec<Result<Updated>>;
    }
}

/// An iterator over the outcomes of [`Client::update_many`](super::Client::update_many) and
/// [`Client::ensure_many`](super::Client::ensure_many): one per item, in the order of the items.
///
/// The run continues on its own thread, as far ahead as its limit allows. Dropping the iterator
/// stops the run; the outcomes that it had not returned yet are unknown.
#[must_use = "a run does nothing until its outcomes are taken"]
pub struct Bulk<E, T = Updated> {
    pub(super) inner: crate::Bulk<E, T>,
    pub(super) worker: Worker,
}

impl<E, T: Send + 'static> Iterator for Bulk<E, T> {
    type Item = BulkOutcome<E, T>;

    /// # Panics
    /// If called in async code, whose thread must not block.
    #[expect(
        clippy::panic,
        reason = "an outcome that is not there has no id to report it with"
    )]
    fn next(&mut self) -> Option<BulkOutcome<E, T>> {
        match self.worker.wait(self.inner.next()) {
            Ok(outcome) => outcome,
            Err(error) => panic!("{error}"),
        }
    }
}

impl<E, T> fmt::Debug for Bulk<E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk").finish_non_exhaustive()
    }
}

/// A query for matching records, from [`Client::list`](super::Client::list): the blocking version
/// of [`vibecode_runtime::Query`](crate::Query).
#[derive(Debug)]
#[must_use = "a query does nothing until its rows are taken"]
pub struct Query<T> {
    pub(super) inner: crate::Query<T>,
    pub(super) worker: Worker,
}

impl<T: Record> Query<T> {
    settings! { Query:
        filter(condition: Condition<T>);
        filter_unchecked(field: impl Into<String>, value: impl Serialize);
        order[F, K: OrderedKind<F>](field: Field<T, F, K>, order: Order);
        order_unchecked(field: impl Into<String>, order: Order);
        limit(rows: u64);
    }
    calls! { self, Query:
        first() -> Option<T>;
        count() -> u64;
    }

    /// Returns an iterator over the rows. No request is sent before the first call of `next`.
    pub fn rows(self) -> Rows<T> {
        Rows {
            rows: Some(self.inner.stream()),
            worker: self.worker,
        }
    }
}

/// An iterator over the rows of a [`Query`]. It ends after an error that does not concern a single
/// row.
#[derive(Debug)]
#[must_use = "a list sends nothing until a row is taken"]
pub struct Rows<T: Record> {
    /// `None` after an error that ended the iteration.
    rows: Option<crate::Rows<T>>,
    worker: Worker,
}

impl<T: Record> Iterator for Rows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        self.worker.next(&mut self.rows, crate::Rows::next)
    }
}

/// A query for records without a struct, from [`Client::list_untyped`](super::Client::list_untyped):
/// the blocking version of [`vibecode_runtime::UntypedQuery`](crate::UntypedQuery).
#[derive(Debug)]
#[must_use = "a query does nothing until its rows are taken"]
pub struct UntypedQuery {
    pub(super) inner: crate::UntypedQuery,
    pub(super) worker: Worker,
}

impl UntypedQuery {
    settings! { UntypedQuery:
        select[N: Into<String>](names: impl IntoIterator<Item = N>);
        filter(field: impl Into<String>, value: impl Serialize);
        order(field: impl Into<String>, order: Order);
        limit(rows: u64);
    }
    calls! { self, UntypedQuery:
        first_page() -> Vec<RawAnswer>;
        count() -> u64;
    }

    /// Returns an iterator over the rows. No request is sent before the first call of `next`.
    pub fn rows(self) -> UntypedRows {
        UntypedRows {
            rows: Some(self.inner.stream()),
            worker: self.worker,
        }
    }
}

/// An iterator over the rows of an [`UntypedQuery`]. It ends after an error.
#[derive(Debug)]
#[must_use = "a list sends nothing until a row is taken"]
pub struct UntypedRows {
    /// `None` after an error that ended the iteration.
    rows: Option<crate::UntypedRows>,
    worker: Worker,
}

impl Iterator for UntypedRows {
    type Item = Result<RawAnswer>;

    fn next(&mut self) -> Option<Result<RawAnswer>> {
        self.worker.next(&mut self.rows, crate::UntypedRows::next)
    }
}
