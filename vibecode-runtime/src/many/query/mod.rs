//! Lists of records, page by page.

mod catalogue;
mod condition;
mod count;
mod field;
mod listing;
mod page;
pub(crate) mod read_fields;
mod rows;
mod seen_pages;
mod untyped;

use std::{fmt, marker::PhantomData};

use serde::Serialize;

use self::{
    condition::Comparison,
    listing::{Listing, Select},
};
pub use self::{
    condition::Condition,
    field::{Field, OrArray, OrList, OrOptional, field},
    rows::Rows,
    untyped::{UntypedQuery, UntypedRows},
};
use crate::{Client, Entity, Record, Result, kind::OrderedKind};

impl Client {
    /// Lists records: `GET /v1/{entity}`, or a search if a filter requires one. [`Query`] has an example.
    pub fn list<T: Record>(&self) -> Query<T> {
        Query::new(self.clone())
    }
}

/// The direction of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `asc`
    Ascending,
    /// `desc`
    Descending,
}

/// A query for records, created by [`Client::list`].
///
/// The query requests the fields of the struct, and can filter and order by them. [`field!`](crate::field)
/// names a field, whose type determines what it can be compared with.
///
/// Rows that are equal in every requested order are returned in the order of their ids, so that pages
/// neither overlap nor skip rows. Pages are counted by offset: a record that is created or deleted
/// meanwhile can shift another one, which is then missed.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let query = client
///     .list::<Customer>()
///     .filter(field!(Customer, post).equal("Accountant"))
///     .order(field!(Customer, name), Order::Ascending)
///     .limit(10);
/// let accountants = query.stream().all().await?;
/// assert_eq!(accountants[0].name, "Anna");
/// # Ok(()) }) }
/// ```
///
/// A value of another type does not compile:
///
/// ```compile_fail,E0277
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() {}
/// # fn query(client: &Client) -> Query<Customer> {
/// client.list().filter(field!(Customer, company).equal("15"))
/// # }
/// ```
#[must_use = "a query does nothing until its rows are taken"]
pub struct Query<T> {
    listing: Listing,
    record: PhantomData<fn() -> T>,
}

impl<T: Record> Query<T> {
    pub(crate) fn new(client: Client) -> Self {
        let select = Select {
            names: T::READ_NAMES.iter().map(|name| (*name).into()).collect(),
            multifields: T::READS_MULTIFIELDS,
        };
        Self {
            listing: Listing::new(client, T::Entity::PATH.into(), Some(select)),
            record: PhantomData,
        }
    }

    /// Keeps only records that match the condition. A record must match all conditions of a query.
    ///
    /// A field may have several, such as `greater_or_equal` and `less`, but each comparison only once, and
    /// only one of `equal`, `any_of` and `none_of`: otherwise the first row is
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery), because the API has no form for it.
    pub fn filter(mut self, condition: Condition<T>) -> Self {
        self.listing.filters.push(condition.comparison);
        self
    }

    /// Keeps only records that match a condition which is not checked: any wire name, and as the value
    /// what the API takes for it in a filter, `15` or `{"$gte": 15}`.
    pub fn filter_unchecked(mut self, field: impl Into<String>, value: impl Serialize) -> Self {
        let comparison = Comparison::unchecked(field.into(), &value);
        self.listing.filters.push(comparison);
        self
    }

    /// Orders by a field. A further order applies to rows that are equal in the earlier ones. Of two
    /// orders by the same field, the last counts.
    pub fn order<F, K: OrderedKind<F>>(mut self, field: Field<T, F, K>, order: Order) -> Self {
        self.listing.order(field.name().into(), order);
        self
    }

    /// Orders by a field that is not checked, by its wire name.
    pub fn order_unchecked(mut self, field: impl Into<String>, order: Order) -> Self {
        self.listing.order(field.into().into(), order);
        self
    }

    /// Limits the query to `rows` rows in total.
    pub fn limit(mut self, rows: u64) -> Self {
        self.listing.limit = Some(rows);
        self
    }

    /// Returns the rows, a `Stream` that also has [`Rows::next`]. No request is sent before the first
    /// row is polled.
    pub fn stream(self) -> Rows<T> {
        Rows::new(self.listing)
    }

    /// Returns the first row, or `None` if no record matches. At most one row is requested.
    ///
    /// # Errors
    /// Those of [`Rows::next`].
    pub async fn first(self) -> Result<Option<T>> {
        // A query that is limited to 0 rows has no first one.
        let limit = self.listing.limit.map_or(1, |limit| limit.min(1));
        self.limit(limit).stream().next().await.transpose()
    }
}

impl Order {
    fn on_the_wire(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.listing.debug(f, "Query")
    }
}
