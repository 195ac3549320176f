//! A query for records that does not know their type: what is requested, and the requests of its pages.

use std::{borrow::Cow, collections::HashSet, fmt};

use http::Method;
use serde_json::json;

use super::{
    Order,
    condition::Comparison,
    page::{PAGE, Page},
};
use crate::{
    Client, Error, ErrorKind, Outcome, RawAnswer, Result,
    client::{Request, request::Effect},
    value::multifield,
};

/// What both kinds of queries request.
#[derive(Clone)]
pub(super) struct Listing {
    pub(super) client: Client,
    /// The name in the paths, such as `contacts`.
    pub(super) entity: Cow<'static, str>,
    /// `None` for a catalogue, of which neither fields nor an order are requested.
    pub(super) select: Option<Select>,
    pub(super) filters: Vec<Comparison>,
    pub(super) orders: Vec<(Cow<'static, str>, Order)>,
    pub(super) limit: Option<u64>,
}

/// The fields that are requested, without `id`, which always is.
#[derive(Clone, Default)]
pub(super) struct Select {
    pub(super) names: Vec<Cow<'static, str>>,
    /// Whether everything that shows phones and emails is requested too.
    pub(super) multifields: bool,
}

impl Listing {
    pub(super) fn new(client: Client, entity: Cow<'static, str>, select: Option<Select>) -> Self {
        Self {
            client,
            entity,
            select,
            filters: Vec::new(),
            orders: Vec::new(),
            limit: None,
        }
    }

    /// Orders by a field. Of two orders by the same field, the last counts.
    pub(super) fn order(&mut self, field: Cow<'static, str>, order: Order) {
        self.orders.retain(|(other, _)| *other != field);
        self.orders.push((field, order));
    }

    /// Checks that every filter can be sent, and that no two of them have the same key if they are sent.
    pub(super) fn check(&self) -> Result<()> {
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

    pub(super) fn matches_nothing(&self) -> bool {
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
    pub(super) fn filter_json(&self) -> String {
        let members = self.members();
        let members: Vec<_> = members
            .map(|(key, value)| format!("{}:{value}", json!(key)))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// Requests the first page, and no other.
    pub(super) async fn first_page(self) -> Result<Vec<RawAnswer>> {
        self.check()?;
        let limit = self.limit.map_or(PAGE, |limit| limit.min(PAGE));
        if limit == 0 || self.matches_nothing() {
            return Ok(Vec::new());
        }
        let request = self.page(0, limit);
        let call = self.client.read(Ok(request), |page: Page, _| Ok(page));
        let rows = call.await?.rows.into_shared();
        let rows = rows.map(|row| RawAnswer::new(self.entity.clone(), row, Outcome::NotApplied));
        Ok(rows.collect())
    }

    /// Returns the request for a page: a `GET`, or a search if a filter requires one.
    pub(super) fn page(&self, offset: u64, limit: u64) -> Request {
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
        let mut request = Request::new(Method::GET, self.entity.clone(), Effect::Reads);
        request.query = filters;
        if self.select.is_some() {
            let orders = self.orders().into_iter();
            let orders = orders.map(|(field, order)| (format!("order[{field}]"), order.to_owned()));
            request.query.extend(orders);
            let select = ("select".to_owned(), self.select().join(","));
            request.query.push(select);
        }
        request.query.extend([
            ("limit".to_owned(), limit.to_string()),
            ("offset".to_owned(), offset.to_string()),
        ]);
        request
    }

    fn search(&self, offset: u64, limit: u64) -> Request {
        let (filter, select) = (self.filter_json(), json!(self.select()));
        // The first order has priority, so they keep their order.
        let orders = self.orders().into_iter();
        let orders = orders.map(|(field, order)| format!(r#"{}:"{order}""#, json!(field)));
        let order = orders.collect::<Vec<_>>().join(",");
        let body = format!(
            r#"{{"filter":{filter},"order":{{{order}}},"select":{select},"limit":{limit},"offset":{offset}}}"#
        );
        Request::new(Method::POST, self.entity.clone(), Effect::Reads)
            .with_tail("search")
            .with_body(body)
    }

    /// Returns the orders. The last is by id, so that pages neither overlap nor skip rows.
    fn orders(&self) -> Vec<(String, &'static str)> {
        let orders = self.orders.iter();
        let orders = orders.map(|(field, order)| (field.to_string(), order.on_the_wire()));
        let is_by_id = self.orders.iter().any(|(field, _)| field == "id");
        let by_id = || ("id".to_owned(), Order::Ascending.on_the_wire());
        orders.chain((!is_by_id).then(by_id)).collect()
    }

    /// Returns the requested fields: those of the query, and those that show phones and emails.
    fn select(&self) -> Vec<&str> {
        let Some(select) = &self.select else {
            return Vec::new();
        };
        let requested = || select.names.iter().map(|name| &**name);
        let mut names = vec!["id"];
        names.extend(requested().filter(|name| *name != "id"));
        if select.multifields {
            let further = multifield::SHOWN_BY.iter();
            names.extend(further.filter(|name| requested().all(|it| it != **name)));
        }
        names
    }

    pub(super) fn debug(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        let fields: Vec<_> = self.filters.iter().map(Comparison::field).collect();
        f.debug_struct(name)
            .field("filters", &fields)
            .field("orders", &self.orders)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
