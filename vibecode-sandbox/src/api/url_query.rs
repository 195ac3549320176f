//! Queries in a URL.

use serde_json::{Map, Value};

use crate::wire::Failure;

/// Converts the query of a URL to the form of a body: `filter[post]=Director` is
/// `{"filter":{"post":…}}`, and `select[]=id&select[]=name` is `{"select":["id","name"]}`. Of a key
/// that is given twice, the last value counts.
pub(crate) fn of_url(query: Option<&str>) -> Result<Map<String, Value>, Failure> {
    let mut input = Map::new();
    for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let (name, inner) = key.split_once('[').unwrap_or((&key, ""));
        let is_bracketed = name.len() < key.len();
        let path: Vec<&str> = if is_bracketed {
            inner.trim_end_matches(']').split("][").collect()
        } else {
            Vec::new()
        };
        insert(&mut input, name, &path, value.into_owned())?;
    }
    Ok(input)
}

/// Inserts a value at the path that the brackets of its key name; empty brackets append to an array.
fn insert(
    map: &mut Map<String, Value>,
    name: &str,
    path: &[&str],
    value: String,
) -> Result<(), Failure> {
    let two_forms =
        || Failure::invalid_params(format!("The parameter {name} is given in two forms"));
    match path {
        [] => {
            if let Some(Value::Object(_) | Value::Array(_)) = map.get(name) {
                return Err(two_forms());
            }
            map.insert(name.to_owned(), value.into());
            Ok(())
        }
        [""] => match map.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(values) => {
                values.push(value.into());
                Ok(())
            }
            _ => Err(two_forms()),
        },
        [next, rest @ ..] => match map.entry(name).or_insert_with(|| Map::new().into()) {
            Value::Object(inner) => insert(inner, next, rest, value),
            _ => Err(two_forms()),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_url_says_what_a_body_says() {
        let url = "filter[%3E%3Did]=5&filter[id][$lt]=9&order[name]=desc&select=id,name&limit=10\
                   &filter[post]=Head%20of+sales&filter[x][$in][]=1&filter[x][$in][]=2";
        let body = json!({
            "filter": {
                ">=id": "5", "id": {"$lt": "9"}, "post": "Head of sales", "x": {"$in": ["1", "2"]},
            },
            "order": {"name": "desc"}, "select": "id,name", "limit": "10",
        });
        assert_eq!(Value::Object(of_url(Some(url)).unwrap()), body);
        assert_eq!(of_url(None).unwrap(), Map::new());
        let selected = of_url(Some("select[]=id&select%5B%5D=name")).unwrap();
        assert_eq!(Value::Object(selected), json!({"select": ["id", "name"]}));
    }

    #[test]
    fn a_parameter_in_two_forms_is_refused() {
        for url in [
            "filter={}&filter[post]=x",
            "filter[post]=x&filter={}",
            "select=id&select[]=name",
            "filter[id]=1&filter[id][]=2",
        ] {
            assert!(of_url(Some(url)).is_err(), "{url}");
        }
    }
}
