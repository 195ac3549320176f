//! List queries in a URL.

use serde_json::{Map, Value};

/// Converts the query of a URL to the form of a body: `filter[post]=Director` is
/// `{"filter":{"post":…}}`.
pub(crate) fn of_url(query: Option<&str>) -> Map<String, Value> {
    let mut input = Map::new();
    for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let (name, inner) = key.split_once('[').unwrap_or((&key, ""));
        let path: Vec<&str> = inner.trim_end_matches(']').split("][").collect();
        insert(&mut input, name, &path, value.into_owned());
    }
    input
}

/// Inserts a value at the path that the brackets of its key name.
fn insert(map: &mut Map<String, Value>, name: &str, path: &[&str], value: String) {
    match path {
        [] | [""] => {
            map.insert(name.to_owned(), value.into());
        }
        [next, rest @ ..] => {
            let inner = map.entry(name).or_insert_with(|| Map::new().into());
            if let Value::Object(inner) = inner {
                insert(inner, next, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_url_says_what_a_body_says() {
        let url = "filter[%3E%3Did]=5&filter[id][$lt]=9&order[name]=desc&select=id,name&limit=10\
                   &filter[post]=Head%20of+sales";
        let body = json!({
            "filter": {">=id": "5", "id": {"$lt": "9"}, "post": "Head of sales"},
            "order": {"name": "desc"}, "select": "id,name", "limit": "10",
        });
        assert_eq!(Value::Object(of_url(Some(url))), body);
        assert_eq!(of_url(None), Map::new());
    }
}
