//! List queries: `{filter, order, select, limit, offset}`.

use serde_json::{Map, Value};

use super::filter::Filter;
use crate::wire::Failure;

/// The default and the maximum number of listed records (grade D).
const DEFAULT_LIMIT: usize = 50;
pub(crate) const MAX_LIMIT: usize = 5000;

/// Fields and directions, the most significant first.
pub(crate) type Order = Vec<(String, Value)>;

/// A parsed query. The portal checks whether its fields exist.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) filter: Filter,
    pub(crate) order: Vec<(String, Direction)>,
    /// `None` for all fields.
    pub(crate) select: Option<Vec<String>>,
    pub(crate) limit: usize,
    pub(crate) offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

impl Query {
    /// Returns what a list shows of a record: the selected keys, and `id` in any case, which is all
    /// that is left if upper-case names are selected (grade O).
    pub(crate) fn selected(&self, mut record: Map<String, Value>) -> Map<String, Value> {
        if let Some(select) = &self.select {
            record.retain(|key, _| key == "id" || select.contains(key));
        }
        record
    }

    /// Returns the query of all records that match.
    pub(crate) fn without_limit(&self) -> Self {
        Self {
            filter: self.filter.clone(),
            order: Vec::new(),
            select: None,
            limit: usize::MAX,
            offset: 0,
        }
    }

    pub(crate) fn parse(input: &Map<String, Value>, order: &Order) -> Result<Self, Failure> {
        map(input, "order")?;
        Ok(Self {
            filter: Filter::parse(&map(input, "filter")?)?,
            order: parse_order(order)?,
            select: input.get("select").map(parse_select).transpose()?,
            limit: parse_limit(input)?,
            offset: count(input, "offset")?.unwrap_or_default(),
        })
    }
}

fn map(input: &Map<String, Value>, name: &str) -> Result<Map<String, Value>, Failure> {
    match input.get(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(_) => Err(Failure::invalid_params(format!(
            "`{name}` must be an object"
        ))),
    }
}

fn parse_order(order: &Order) -> Result<Vec<(String, Direction)>, Failure> {
    let order = order.iter().map(|(field, direction)| {
        let direction = direction.as_str().unwrap_or_default();
        let direction = if direction.eq_ignore_ascii_case("asc") {
            Direction::Ascending
        } else if direction.eq_ignore_ascii_case("desc") {
            Direction::Descending
        } else {
            let message = format!("The order of {field} must be asc or desc");
            return Err(Failure::invalid_params(message));
        };
        Ok((field.clone(), direction))
    });
    order.collect()
}

/// An array of names, or names separated by commas.
fn parse_select(select: &Value) -> Result<Vec<String>, Failure> {
    let names: Option<Vec<&str>> = match select {
        Value::String(names) => Some(names.split(',').map(str::trim).collect()),
        Value::Array(names) => names.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let names =
        names.ok_or_else(|| Failure::invalid_params("`select` must be a list of field names"))?;
    Ok(names.into_iter().map(str::to_owned).collect())
}

fn parse_limit(input: &Map<String, Value>) -> Result<usize, Failure> {
    let limit = count(input, "limit")?.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    let message = format!("`limit` must be between 1 and {MAX_LIMIT}");
    Err(Failure::invalid_params(message))
}

/// A number, which is text in a URL.
fn count(input: &Map<String, Value>, name: &str) -> Result<Option<usize>, Failure> {
    let number = match input.get(name) {
        None => return Ok(None),
        Some(Value::String(text)) => text.parse().ok(),
        Some(number) => number.as_u64().and_then(|n| usize::try_from(n).ok()),
    };
    let not_a_count = || Failure::invalid_params(format!("`{name}` must be a whole number"));
    number.map(Some).ok_or_else(not_a_count)
}
