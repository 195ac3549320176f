//! Blocking lists of records without a struct.

use serde::Serialize;

use super::{Client, worker::Worker};
use crate::{Order, RawAnswer, Result};

impl Client {
    /// Same as [`Client::list_untyped`](crate::Client::list_untyped).
    pub fn list_untyped(&self, entity: &str) -> UntypedQuery {
        UntypedQuery {
            query: self.client.list_untyped(entity),
            worker: self.worker.clone(),
        }
    }
}

/// A query for records without a struct, from [`Client::list_untyped`]: the blocking version of
/// [`vibecode_runtime::UntypedQuery`](crate::UntypedQuery).
#[derive(Debug)]
#[must_use = "a query does nothing until its rows are taken"]
pub struct UntypedQuery {
    query: crate::UntypedQuery,
    worker: Worker,
}

impl UntypedQuery {
    /// Same as [`UntypedQuery::select`](crate::UntypedQuery::select).
    pub fn select<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        Self {
            query: self.query.select(names),
            ..self
        }
    }

    /// Same as [`UntypedQuery::filter`](crate::UntypedQuery::filter).
    pub fn filter(self, field: impl Into<String>, value: impl Serialize) -> Self {
        Self {
            query: self.query.filter(field, value),
            ..self
        }
    }

    /// Same as [`UntypedQuery::order`](crate::UntypedQuery::order).
    pub fn order(self, field: impl Into<String>, order: Order) -> Self {
        Self {
            query: self.query.order(field, order),
            ..self
        }
    }

    /// Same as [`UntypedQuery::limit`](crate::UntypedQuery::limit).
    pub fn limit(self, rows: u64) -> Self {
        Self {
            query: self.query.limit(rows),
            ..self
        }
    }

    /// Blocking version of [`UntypedQuery::first_page`](crate::UntypedQuery::first_page).
    pub fn first_page(self) -> Result<Vec<RawAnswer>> {
        self.worker.wait(self.query.first_page())?
    }

    /// Blocking version of [`UntypedQuery::count`](crate::UntypedQuery::count).
    pub fn count(self) -> Result<u64> {
        self.worker.wait(self.query.count())?
    }

    /// Returns an iterator over the rows. No request is sent before the first call of `next`.
    pub fn rows(self) -> UntypedRows {
        UntypedRows {
            rows: Some(self.query.stream()),
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
        match self.worker.wait(self.rows.as_mut()?.next()) {
            Ok(row) => row,
            Err(error) => {
                self.rows = None;
                Some(Err(error))
            }
        }
    }
}
