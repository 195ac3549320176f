//! Lists of records, page by page.

mod field;
mod filter;
mod page;
mod rows;
mod seen_pages;

use std::{fmt, marker::PhantomData};

use http::Method;
use serde_json::{Map, Value, json};

pub use self::{
    field::{Field, FieldName},
    filter::Filter,
    rows::Rows,
};
use crate::{
    Client, Entity, Error, ErrorKind, Record, Result,
    client::{Request, request::Effect},
    value::multifield,
};

impl Client {
    /// Lists records: `GET /v1/{entity}`, or a search if a filter requires one.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let mut customers = client.list::<Customer>().filter("name", "Ivan").stream();
    /// while let Some(customer) = customers.next().await {
    ///     println!("{}", customer?.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
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
/// The query requests the fields of the struct, and can filter and order by them. A name that the
/// struct does not read is an error of the first row, or a compile error with [`field!`](crate::field).
///
/// Rows that are equal in every requested order are returned in the order of their ids, so that pages
/// neither overlap nor skip rows. Pages are counted by offset: a record that is created or deleted
/// meanwhile can shift another one, which is then missed.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let query = client
///     .list::<Customer>()
///     .filter(field!(Customer, "post"), "Accountant")
///     .order(field!(Customer, "name"), Order::Ascending)
///     .limit(10);
/// let accountants = query.stream().all().await?;
/// assert_eq!(accountants[0].name, "Anna");
///
/// let misspelt = client.list::<Customer>().filter("psot", "Accountant").stream().all().await;
/// assert_eq!(misspelt.unwrap_err().kind(), ErrorKind::InvalidQuery);
/// # Ok(())
/// # }
/// ```
#[must_use = "a query does nothing until its rows are taken"]
pub struct Query<T> {
    client: Client,
    filters: Vec<(String, Filter)>,
    orders: Vec<(String, Order)>,
    limit: Option<u64>,
    record: PhantomData<fn() -> T>,
}

impl<T: Record> Query<T> {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            filters: Vec::new(),
            orders: Vec::new(),
            limit: None,
            record: PhantomData,
        }
    }

    /// Keeps only records whose field equals a value or matches a [`Filter`]. A record must match all
    /// filters. Of two filters on the same field, the last counts.
    pub fn filter(mut self, field: impl FieldName<T>, filter: impl Into<Filter>) -> Self {
        let field = field.into_name();
        self.filters.retain(|(other, _)| *other != field);
        self.filters.push((field, filter.into()));
        self
    }

    /// Orders by a field. A further order applies to rows that are equal in the earlier ones. Of two
    /// orders by the same field, the last counts.
    pub fn order(mut self, field: impl FieldName<T>, order: Order) -> Self {
        let field = field.into_name();
        self.orders.retain(|(other, _)| *other != field);
        self.orders.push((field, order));
        self
    }

    /// Limits the query to `rows` rows in total.
    pub fn limit(mut self, rows: u64) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Returns the rows, a `Stream` that also has [`Rows::next`]. No request is sent before the first
    /// row is polled.
    pub fn stream(self) -> Rows<T> {
        Rows::new(self)
    }

    /// Checks that the struct reads every named field, and that every filter can be sent.
    fn check(&self) -> Result<()> {
        let filters = self.filters.iter().map(|(field, _)| field);
        let named = filters.chain(self.orders.iter().map(|(field, _)| field));
        let is_known = |field: &&String| *field == "id" || T::READ_NAMES.contains(&field.as_str());
        if let Some(field) = named.into_iter().find(|field| !is_known(field)) {
            let entity = T::Entity::PATH;
            let problem = format!(
                "the struct reads no field `{field}` of the {entity}, so that it can be neither filtered nor ordered by: is the wire name right?"
            );
            return Err(Error::not_sent(ErrorKind::InvalidQuery, problem));
        }
        for (field, filter) in &self.filters {
            if let Some(lack) = filter.lack() {
                let problem = format!("the filter on `{field}` {lack}");
                return Err(Error::not_sent(ErrorKind::InvalidQuery, problem));
            }
        }
        Ok(())
    }

    fn matches_nothing(&self) -> bool {
        self.filters
            .iter()
            .any(|(_, filter)| filter.matches_nothing())
    }

    fn filters(&self) -> impl Iterator<Item = &(String, Filter)> {
        let filters = self.filters.iter();
        filters.filter(|(_, filter)| !filter.matches_everything())
    }

    /// Returns the request for a page: a `GET`, or a search if a filter requires one.
    fn page(&self, offset: u64, limit: u64) -> Request {
        let texts = self.filters().map(|(field, filter)| {
            let value = filter.as_text()?;
            Some((format!("filter[{field}]"), value))
        });
        match texts.collect::<Option<Vec<_>>>() {
            Some(filters) => self.listing(filters, offset, limit),
            None => self.search(offset, limit),
        }
    }

    fn listing(&self, filters: Vec<(String, String)>, offset: u64, limit: u64) -> Request {
        let mut request = Request::new(Method::GET, T::Entity::PATH, Effect::Reads);
        request.query = filters;
        let orders = self.orders().into_iter();
        let orders = orders.map(|(field, order)| (format!("order[{field}]"), order.to_owned()));
        request.query.extend(orders);
        request.query.extend([
            ("select".to_owned(), Self::select().join(",")),
            ("limit".to_owned(), limit.to_string()),
            ("offset".to_owned(), offset.to_string()),
        ]);
        request
    }

    fn search(&self, offset: u64, limit: u64) -> Request {
        let filter: Map<String, Value> = self
            .filters()
            .cloned()
            .map(|(field, filter)| (field, filter.into_json()))
            .collect();
        let body = Search {
            filter: filter.into(),
            order: InOrder(self.orders()),
            select: Self::select(),
            limit,
            offset,
        };
        Request::new(Method::POST, T::Entity::PATH, Effect::Reads)
            .with_tail("search")
            .with_body(body.to_json())
    }

    /// Returns the orders. The last is by id, so that pages neither overlap nor skip rows.
    fn orders(&self) -> Vec<(String, &'static str)> {
        let orders = self.orders.iter();
        let orders = orders.map(|(field, order)| (field.clone(), order.on_the_wire()));
        let is_by_id = self.orders.iter().any(|(field, _)| field == "id");
        let by_id = || ("id".to_owned(), Order::Ascending.on_the_wire());
        orders.chain((!is_by_id).then(by_id)).collect()
    }

    /// Returns the fields that the struct reads, and those from which its phones and emails are read.
    fn select() -> Vec<&'static str> {
        let mut names = vec!["id"];
        names.extend(T::READ_NAMES.iter().filter(|name| **name != "id"));
        if T::READS_MULTIFIELDS {
            let further = multifield::NAMES.iter();
            names.extend(further.filter(|name| !T::READ_NAMES.contains(name)));
        }
        names
    }
}

struct Search {
    filter: Value,
    order: InOrder,
    select: Vec<&'static str>,
    limit: u64,
    offset: u64,
}

impl Search {
    fn to_json(&self) -> String {
        let Self {
            filter,
            order,
            select,
            limit,
            offset,
        } = self;
        let select = json!(select);
        format!(
            r#"{{"filter":{filter},"order":{order},"select":{select},"limit":{limit},"offset":{offset}}}"#
        )
    }
}

/// A JSON object whose keys keep their order: the first order has priority.
struct InOrder(Vec<(String, &'static str)>);

impl fmt::Display for InOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (field, direction)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, r#"{comma}{}:"{direction}""#, json!(field))?;
        }
        f.write_str("}")
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
        let fields: Vec<_> = self.filters.iter().map(|(field, _)| field).collect();
        f.debug_struct("Query")
            .field("filters", &fields)
            .field("orders", &self.orders)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
