//! The order of a list. The first field counts most, so the order of the keys matters, which a map
//! of `serde_json` loses.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::portal::list::query::Order;

pub(crate) fn of_body(body: &[u8]) -> Order {
    let order = serde_json::from_slice::<Body>(body);
    order.map(|body| body.0).unwrap_or_default()
}

/// Returns the `order` of a URL: `order[name]=asc&order[id]=desc`.
pub(crate) fn of_url(query: Option<&str>) -> Order {
    let parts = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let orders = parts.filter_map(|(key, direction)| {
        let field = key.strip_prefix("order[")?.strip_suffix(']')?;
        Some((field.to_owned(), Value::from(direction.into_owned())))
    });
    orders.collect()
}

/// Returns the `order` of a call inside a batch, sorted by the names of the fields.
pub(crate) fn of_params(params: &Map<String, Value>) -> Order {
    let order = params.get("order").and_then(Value::as_object).cloned();
    order.into_iter().flatten().collect()
}

struct Body(Order);

struct Pairs(Order);

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BodyVisitor;

        impl<'de> Visitor<'de> for BodyVisitor {
            type Value = Body;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a body")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
                let mut order = Order::new();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "order" {
                        Pairs(order) = map.next_value()?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Body(order))
            }
        }

        deserializer.deserialize_map(BodyVisitor)
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of fields and directions")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut order = Order::new();
                while let Some(pair) = map.next_entry()? {
                    order.push(pair);
                }
                Ok(Pairs(order))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_keep_their_order() {
        let body = br#"{"filter":{"order":"x"},"order":{"post":"asc","id":"desc"}}"#;
        let expected = [
            ("post".to_owned(), Value::from("asc")),
            ("id".to_owned(), Value::from("desc")),
        ];
        assert_eq!(of_body(body), expected);
        assert_eq!(of_url(Some("order[post]=asc&order%5Bid%5D=desc")), expected);
        assert_eq!(of_body(b"{}"), []);
    }
}
