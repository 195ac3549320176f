//! A query for records whose entity is only known by its name.

use std::{
    borrow::Cow,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use serde::Serialize;

use super::{
    Order,
    condition::Comparison,
    listing::{Listing, Select},
    rows::RawRows,
};
use crate::{Client, RawAnswer, Result};

/// The fields that select everything that shows phones and emails.
const MULTIFIELDS: [&str; 2] = ["phone", "email"];

impl Client {
    /// Lists records of an entity that is known by its name in the paths, such as `contacts` or
    /// `items/1040`, without a struct: the rows are JSON, and nothing is checked at compile time.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
    /// let query = client.list_untyped("contacts").select(["name"]).filter("id", 71);
    /// let mut rows = query.stream();
    /// while let Some(row) = rows.next().await {
    ///     assert_eq!(row?.as_str(), r#"{"id":71,"name":"Ivan"}"#);
    /// }
    /// # Ok(()) }) }
    /// ```
    pub fn list_untyped(&self, entity: &str) -> UntypedQuery {
        let select = Some(Select::default());
        UntypedQuery {
            listing: Listing::new(self.clone(), entity.to_owned().into(), select),
        }
    }
}

/// A query for records without a struct, created by [`Client::list_untyped`]. Pages are requested and
/// checked as by a [`Query`](crate::Query).
#[derive(Clone)]
#[must_use = "a query does nothing until its rows are taken"]
pub struct UntypedQuery {
    listing: Listing,
}

impl UntypedQuery {
    /// Requests these fields, by their wire names, besides `id`. With `phone` or `email` everything is
    /// requested that [`RawAnswer::multifields`] reads. Without a call of `select` only ids are requested.
    pub fn select<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        for name in names {
            let name: Cow<'static, str> = name.into().into();
            let select = self.listing.select.get_or_insert_default();
            select.multifields |= MULTIFIELDS.contains(&&*name);
            if !select.names.contains(&name) {
                select.names.push(name);
            }
        }
        self
    }

    /// Keeps only records that match a condition: any wire name, and as the value what the API takes for
    /// it in a filter, `15` or `{"$gte": 15}`. A field can have one condition, which may contain several
    /// comparisons.
    pub fn filter(mut self, field: impl Into<String>, value: impl Serialize) -> Self {
        let comparison = Comparison::unchecked(field.into(), &value);
        self.listing.filters.push(comparison);
        self
    }

    /// Same as [`Query::order_unchecked`](crate::Query::order_unchecked).
    pub fn order(mut self, field: impl Into<String>, order: Order) -> Self {
        self.listing.order(field.into().into(), order);
        self
    }

    /// Limits the query to `rows` rows in total.
    pub fn limit(mut self, rows: u64) -> Self {
        self.listing.limit = Some(rows);
        self
    }

    /// Returns the rows. No request is sent before the first row is polled.
    pub fn stream(self) -> UntypedRows {
        UntypedRows {
            rows: RawRows::new(self.listing),
        }
    }

    /// Returns the rows of the first page: one request, for at most 500 rows. The API may answer fewer although
    /// there are more.
    ///
    /// A program that pages by a condition of its own, such as an id above the last one, requests each page in this
    /// way. Unlike the pages of [`stream`](Self::stream), such pages are not shifted by records that are deleted
    /// meanwhile.
    ///
    /// # Errors
    /// Those of [`Rows::next`](crate::Rows::next).
    pub async fn first_page(self) -> Result<Vec<RawAnswer>> {
        self.listing.first_page().await
    }

    /// Same as [`Query::count`](crate::Query::count).
    ///
    /// # Errors
    /// Those of [`Query::count`](crate::Query::count).
    pub async fn count(self) -> Result<u64> {
        self.listing.count().await
    }
}

impl fmt::Debug for UntypedQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.listing.debug(f, "UntypedQuery")
    }
}

/// The rows of an [`UntypedQuery`]. It is a `Stream`; [`UntypedRows::next`] returns the next row. At most
/// one page is in memory. The rows end after an error.
#[must_use = "a list sends nothing until a row is taken"]
pub struct UntypedRows {
    rows: RawRows,
}

impl UntypedRows {
    /// Returns the next row, or `None` after the last.
    ///
    /// # Errors
    /// Those of [`Rows::next`](crate::Rows::next).
    pub async fn next(&mut self) -> Option<Result<RawAnswer>> {
        std::future::poll_fn(|context| self.rows.poll(context)).await
    }
}

impl Stream for UntypedRows {
    type Item = Result<RawAnswer>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<RawAnswer>>> {
        self.rows.poll(context)
    }
}

impl fmt::Debug for UntypedRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UntypedRows")
            .field("returned", &self.rows.returned())
            .finish_non_exhaustive()
    }
}
