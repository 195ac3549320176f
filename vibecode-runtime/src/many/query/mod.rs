//! Lists of records, page by page.

mod catalogue;
mod condition;
mod count;
mod field;
mod page;
pub(crate) mod read_fields;
mod rows;
mod seen_pages;

use std::{borrow::Cow, collections::HashSet, fmt, marker::PhantomData};

use http::Method;
use serde::Serialize;
use serde_json::json;

use self::condition::Comparison;
pub use self::{
    condition::Condition,
    field::{Field, OrArray, OrList, OrOptional, field},
    rows::Rows,
};
use crate::{
    Client, Entity, Error, ErrorKind, Record, Result,
    client::{Request, request::Effect},
    kind::OrderedKind,
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
    /// let mut customers = client.list::<Customer>().filter(field!(Customer, name).equal("Ivan")).stream();
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
/// The query requests the fields of the struct, and can filter and order by them. [`field!`](crate::field)
/// names a field, whose type determines what it can be compared with.
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
///     .filter(field!(Customer, post).equal("Accountant"))
///     .order(field!(Customer, name), Order::Ascending)
///     .limit(10);
/// let accountants = query.stream().all().await?;
/// assert_eq!(accountants[0].name, "Anna");
/// # Ok(())
/// # }
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
    client: Client,
    filters: Vec<Comparison>,
    orders: Vec<(Cow<'static, str>, Order)>,
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

    /// Keeps only records that match the condition. A record must match all conditions of a query.
    ///
    /// A field may have several, such as `greater_or_equal` and `less`, but each comparison only once, and
    /// only one of `equal`, `any_of` and `none_of`: otherwise the first row is
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery), because the API has no form for it.
    pub fn filter(mut self, condition: Condition<T>) -> Self {
        self.filters.push(condition.comparison);
        self
    }

    /// Keeps only records that match a condition which is not checked: any wire name, and as the value
    /// what the API takes for it in a filter, `15` or `{"$gte": 15}`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let query = client.list::<Customer>().filter_unchecked("opened", true);
    /// assert_eq!(query.stream().all().await?[0].name, "Anna");
    /// # Ok(())
    /// # }
    /// ```
    pub fn filter_unchecked(mut self, field: impl Into<String>, value: impl Serialize) -> Self {
        let comparison = Comparison::unchecked(field.into(), &value);
        self.filters.push(comparison);
        self
    }

    /// Orders by a field. A further order applies to rows that are equal in the earlier ones. Of two
    /// orders by the same field, the last counts.
    pub fn order<F, K: OrderedKind>(self, field: Field<T, F, K>, order: Order) -> Self {
        self.ordered(field.name().into(), order)
    }

    /// Orders by a field that is not checked, by its wire name.
    pub fn order_unchecked(self, field: impl Into<String>, order: Order) -> Self {
        self.ordered(field.into().into(), order)
    }

    fn ordered(mut self, field: Cow<'static, str>, order: Order) -> Self {
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

    /// Returns the first row, or `None` if no record matches. At most one row is requested.
    ///
    /// # Errors
    /// Those of [`Rows::next`].
    pub async fn first(self) -> Result<Option<T>> {
        // A query that is limited to 0 rows has no first one.
        let limit = self.limit.map_or(1, |limit| limit.min(1));
        self.limit(limit).stream().next().await.transpose()
    }

    /// Checks that every filter can be sent, and that no two of them have the same key if they are sent.
    fn check(&self) -> Result<()> {
        for filter in &self.filters {
            if let Some(problem) = filter.problem() {
                let problem = format!(
                    "the filter on `{}` cannot be sent: {problem}",
                    filter.field()
                );
                return Err(Error::not_sent(ErrorKind::InvalidQuery, problem));
            }
        }
        if self.matches_nothing() {
            return Ok(());
        }
        let mut keys = HashSet::new();
        for (filter, (key, _)) in self.filters().zip(self.members()) {
            if !keys.insert(key) {
                let field = filter.field();
                let problem = format!(
                    "two filters on `{field}` cannot be sent together: a field can have each comparison once, and only one of `equal`, `any_of`, `none_of` and `filter_unchecked`"
                );
                return Err(Error::not_sent(ErrorKind::InvalidQuery, problem));
            }
        }
        Ok(())
    }

    fn matches_nothing(&self) -> bool {
        self.filters.iter().any(Comparison::matches_nothing)
    }

    fn filters(&self) -> impl Iterator<Item = &Comparison> {
        let filters = self.filters.iter();
        filters.filter(|filter| !filter.matches_everything())
    }

    /// Returns the keys and values of the filters in the body of a search.
    fn members(&self) -> impl Iterator<Item = (String, String)> {
        self.filters().filter_map(|filter| {
            let on_the_field = self.filters().filter(|it| it.field() == filter.field());
            filter.member(on_the_field.count() > 1)
        })
    }

    /// Returns the filter in the body of a search.
    fn filter_json(&self) -> String {
        let members = self.members();
        let members: Vec<_> = members
            .map(|(key, value)| format!("{}:{value}", json!(key)))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// Returns the request for a page: a `GET`, or a search if a filter requires one.
    fn page(&self, offset: u64, limit: u64) -> Request {
        let texts = self.filters().map(|filter| {
            let value = filter.as_text()?;
            Some((format!("filter[{}]", filter.field()), value))
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
        let body = Search {
            filter: self.filter_json(),
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
        let orders = orders.map(|(field, order)| (field.to_string(), order.on_the_wire()));
        let is_by_id = self.orders.iter().any(|(field, _)| field == "id");
        let by_id = || ("id".to_owned(), Order::Ascending.on_the_wire());
        orders.chain((!is_by_id).then(by_id)).collect()
    }

    /// Returns the fields that the struct reads, and those from which its phones and emails are read.
    fn select() -> Vec<&'static str> {
        let mut names = vec!["id"];
        names.extend(T::READ_NAMES.iter().filter(|name| **name != "id"));
        if T::READS_MULTIFIELDS {
            let further = multifield::SHOWN_BY.iter();
            names.extend(further.filter(|name| !T::READ_NAMES.contains(name)));
        }
        names
    }
}

struct Search {
    filter: String,
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
        let fields: Vec<_> = self.filters.iter().map(Comparison::field).collect();
        f.debug_struct("Query")
            .field("filters", &fields)
            .field("orders", &self.orders)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
