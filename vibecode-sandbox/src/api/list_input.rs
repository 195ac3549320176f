//! The input of a list or a search, from a URL, a body or the parameters of a call in a batch.

use serde_json::{Map, Value};

use super::{order, url_query};
use crate::{portal::list::query::Order, wire::Failure};

/// The keys of a query.
const KEYS: &[&str] = &["filter", "order", "select", "limit", "offset"];

/// Some clients send it; whether the API reads it is not known, so it has no effect.
const SORT: &str = "sort";

#[derive(Debug, Default)]
pub(crate) struct ListInput {
    pub(crate) query: Map<String, Value>,
    pub(crate) order: Order,
    /// The keys that have no effect.
    pub(crate) unused: Vec<String>,
}

impl ListInput {
    /// Reads the query of a URL. The filter may be JSON, and an unknown parameter is a filter too
    /// (both grade O).
    pub(crate) fn of_url(query: Option<&str>) -> Result<Self, Failure> {
        let mut input = Self::of_params(url_query::of_url(query)?)?;
        input.order = order::of_url(query);
        Ok(input)
    }

    /// Reads the parameters of a list in a batch, as in a URL.
    pub(crate) fn of_params(mut given: Map<String, Value>) -> Result<Self, Failure> {
        if let Some(Value::String(json)) = given.get("filter") {
            let filter = serde_json::from_str(json)
                .ok()
                .filter(Value::is_object)
                .ok_or_else(|| Failure::invalid_params("`filter` must be a JSON object"))?;
            given.insert("filter".to_owned(), filter);
        }
        let order = order::of_params(&given);
        let (mut query, mut flat, mut unused) = (Map::new(), Map::new(), Vec::new());
        for (key, value) in given {
            if KEYS.contains(&&*key) {
                query.insert(key, value);
            } else if key == SORT {
                unused.push(key);
            } else {
                flat.insert(key, value);
            }
        }
        if !flat.is_empty() {
            let filter = query.entry("filter").or_insert_with(|| Map::new().into());
            match filter {
                Value::Object(filter) => filter.extend(flat),
                _ => return Err(Failure::invalid_params("`filter` must be an object")),
            }
        }
        Ok(Self {
            query,
            order,
            unused,
        })
    }

    /// Reads a search: unknown keys have no effect.
    pub(crate) fn of_search(given: Map<String, Value>, order: Order) -> Self {
        let (mut query, mut unused) = (Map::new(), Vec::new());
        for (key, value) in given {
            if KEYS.contains(&&*key) {
                query.insert(key, value);
            } else {
                unused.push(key);
            }
        }
        Self {
            query,
            order,
            unused,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_parameter_is_a_filter() {
        let input = ListInput::of_url(Some(
            "filter=%7B%22id%22%3A%7B%22%24gt%22%3A5%7D%7D&post=Director&limit=2&sort=id",
        ));
        let input = input.unwrap();
        assert_eq!(
            Value::Object(input.query),
            json!({"filter": {"id": {"$gt": 5}, "post": "Director"}, "limit": "2"})
        );
        assert_eq!(input.unused, ["sort"]);
        assert!(ListInput::of_url(Some("filter=post")).is_err());
    }
}
