//! Blocking batches, runs and lists.

use std::fmt;

use serde::Serialize;

use super::worker::Worker;
use crate::{
    BulkOutcome, Condition, Entity, Error, Field, Id, IdFor, Order, Patch, Record, Result, Updated,
    kind::OrderedKind,
};

/// Up to 50 calls in one request, from [`Client::batch`](super::Client::batch): the blocking
/// version of [`vibecode_runtime::Batch`](crate::Batch).
#[derive(Debug)]
#[must_use = "a batch does nothing until it is sent"]
pub struct Batch {
    pub(super) batch: crate::Batch,
    pub(super) worker: Worker,
}

impl Batch {
    /// Same as [`Batch::update`](crate::Batch::update).
    pub fn update<P: Patch>(self, id: impl IdFor<P>, patch: &P) -> Self {
        Self {
            batch: self.batch.update(id, patch),
            ..self
        }
    }

    /// Same as [`Batch::get`](crate::Batch::get).
    pub fn get<E: Entity>(self, id: impl Into<Id<E>>) -> Self {
        Self {
            batch: self.batch.get(id),
            ..self
        }
    }

    /// Blocking version of [`Batch::send`](crate::Batch::send).
    pub fn send(self) -> Result<Vec<Result<Updated>>> {
        self.worker.wait(self.batch.send())?
    }
}

/// An iterator over the outcomes of [`Client::update_many`](super::Client::update_many) and
/// [`Client::ensure_many`](super::Client::ensure_many): one per item, in the order of the items.
///
/// The run continues on its own thread, as far ahead as its limit allows. Dropping the iterator
/// stops the run; the outcomes that it had not returned yet are unknown.
#[must_use = "a run does nothing until its outcomes are taken"]
pub struct Bulk<E, T = Updated> {
    pub(super) bulk: crate::Bulk<E, T>,
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
        match self.worker.wait(self.bulk.next()) {
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
    pub(super) query: crate::Query<T>,
    pub(super) worker: Worker,
}

impl<T: Record> Query<T> {
    /// Same as [`Query::filter`](crate::Query::filter).
    pub fn filter(self, condition: Condition<T>) -> Self {
        Self {
            query: self.query.filter(condition),
            ..self
        }
    }

    /// Same as [`Query::filter_unchecked`](crate::Query::filter_unchecked).
    pub fn filter_unchecked(self, field: impl Into<String>, value: impl Serialize) -> Self {
        Self {
            query: self.query.filter_unchecked(field, value),
            ..self
        }
    }

    /// Same as [`Query::order`](crate::Query::order).
    pub fn order<F, K: OrderedKind<F>>(self, field: Field<T, F, K>, order: Order) -> Self {
        Self {
            query: self.query.order(field, order),
            ..self
        }
    }

    /// Same as [`Query::order_unchecked`](crate::Query::order_unchecked).
    pub fn order_unchecked(self, field: impl Into<String>, order: Order) -> Self {
        Self {
            query: self.query.order_unchecked(field, order),
            ..self
        }
    }

    /// Same as [`Query::limit`](crate::Query::limit).
    pub fn limit(self, rows: u64) -> Self {
        Self {
            query: self.query.limit(rows),
            ..self
        }
    }

    /// Blocking version of [`Query::first`](crate::Query::first).
    pub fn first(self) -> Result<Option<T>>
    where
        T: Send + 'static,
    {
        self.worker.wait(self.query.first())?
    }

    /// Blocking version of [`Query::count`](crate::Query::count).
    pub fn count(self) -> Result<u64>
    where
        T: Send + 'static,
    {
        self.worker.wait(self.query.count())?
    }

    /// Returns an iterator over the rows. No request is sent before the first call of `next`.
    pub fn rows(self) -> Rows<T> {
        Rows {
            rows: Some(self.query.stream()),
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
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Result<T>> {
        match self.worker.wait(self.rows.as_mut()?.next()) {
            Ok(row) => row,
            Err(error) => {
                self.rows = None;
                Some(Err(error))
            }
        }
    }
}
