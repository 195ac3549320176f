//! What the API echoed, held against what was sent.

use serde_json::Value;

use crate::{
    Answered, DateTime, Money, Multifields, Raw,
    body::{Act, Added, Body},
};

/// A field that the answer shows otherwise than it was sent.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let patch = Customer::patch().set_unchecked("ufCrmColour", "red");
/// let updated = client.update(71, &patch).await?;
/// let fields: Vec<_> = updated.mismatches(&patch).iter().map(|it| it.field().to_owned()).collect();
/// assert_eq!(fields, ["ufCrmColour"]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    field: String,
}

impl Mismatch {
    /// The wire name.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let patch = Customer::patch().set_unchecked("ufCrmColour", "red");
    /// let mismatches = client.update(71, &patch).await?.mismatches(&patch);
    /// assert_eq!(mismatches[0].field(), "ufCrmColour");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl Body {
    pub(crate) fn mismatches<'a>(
        &self,
        echoed: impl Fn(&str) -> Option<Answered<'a>>,
        multifields: &Multifields,
    ) -> Vec<Mismatch> {
        let differs = |name: &str, act: Act<'_>| match act {
            Act::Add(added) => !added.iter().all(|added| is_among(added, name, multifields)),
            act => !is_shown(&act, echoed(name)),
        };
        let differing = self
            .acts()
            .filter_map(|(name, act)| differs(name, act).then_some(name));
        differing
            .map(|name| Mismatch {
                field: name.to_string(),
            })
            .collect()
    }
}

impl Body {
    /// Whether a record shows anything of what was sent.
    pub(crate) fn is_partly_shown_in(&self, record: &Raw) -> bool {
        let multifields = record.multifields();
        let mismatches = self.mismatches(|name| record.field(name), &multifields);
        mismatches.len() < self.acts().count()
    }
}

/// Whether an answered field shows what it was set to, or that it was cleared. What is added, no
/// single field shows.
pub(crate) fn is_shown(act: &Act<'_>, echo: Option<Answered<'_>>) -> bool {
    match act {
        Act::Set(sent) => parse(sent)
            .zip(parse(echo.unwrap_or(Answered::NULL).as_str()))
            .is_some_and(|(sent, echo)| shows(&sent, &echo)),
        Act::Clear(_) => echo.is_none_or(is_nothing),
        Act::Add(_) => false,
    }
}

fn parse(json: &str) -> Option<Value> {
    serde_json::from_str(json).ok()
}

fn is_among(added: &Added<'_>, name: &str, multifields: &Multifields) -> bool {
    let value: String = serde_json::from_str(added.value).unwrap_or_default();
    let kind = name.to_ascii_uppercase();
    let mut echoed = multifields.of_kind(&kind);
    echoed.any(|it| it.value() == value && it.value_type() == added.type_id)
}

fn is_nothing(answered: Answered<'_>) -> bool {
    answered.is_nothing() || answered.is_zero()
}

/// Whether an echo shows what was sent, in any of the forms in which the API answers it.
fn shows(sent: &Value, echo: &Value) -> bool {
    match (sent, echo) {
        (Value::Array(sent), Value::Object(echo)) => is_file(sent) && echo.contains_key("id"),
        (Value::Array(sent), Value::Array(echo)) => {
            sent.len() == echo.len() && sent.iter().zip(echo).all(|(sent, echo)| shows(sent, echo))
        }
        (Value::Array(sent), Value::Null | Value::Bool(false)) => sent.is_empty(),
        (Value::Bool(sent), echo) => boolean(echo) == Some(*sent),
        (Value::Number(sent), echo) => same_number(&sent.to_string(), echo),
        (Value::String(sent), Value::String(echo)) => same_text(sent, echo),
        (Value::String(sent), Value::Null) => sent.is_empty(),
        (Value::String(sent), echo @ Value::Number(_)) => same_number(sent, echo),
        (Value::Object(sent), Value::Object(echo)) => sent
            .iter()
            .all(|(key, sent)| echo.get(key).is_some_and(|echo| shows(sent, echo))),
        (sent, echo) => sent == echo,
    }
}

/// `["name", "base64"]` is echoed as `{"id", "url", …}`, which does not tell the content.
fn is_file(sent: &[Value]) -> bool {
    matches!(sent, [Value::String(_), Value::String(_)])
}

fn boolean(echo: &Value) -> Option<bool> {
    match echo {
        Value::Bool(value) => Some(*value),
        Value::String(text) => match text.as_str() {
            "Y" | "1" => Some(true),
            "N" | "0" => Some(false),
            _ => None,
        },
        Value::Number(number) => match number.as_u64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn same_number(sent: &str, echo: &Value) -> bool {
    let echo = match echo {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return false,
    };
    // Integers exactly: an f64 does not tell large ones apart.
    if let (Ok(sent), Ok(echo)) = (sent.parse::<i128>(), echo.parse::<i128>()) {
        return sent == echo;
    }
    let both = sent.parse::<f64>().ok().zip(echo.parse::<f64>().ok());
    both.is_some_and(|(sent, echo)| sent.total_cmp(&echo).is_eq())
}

fn same_text(sent: &str, echo: &str) -> bool {
    sent == echo || same_moment(sent, echo) || is_day_of(sent, echo) || same_money(sent, echo)
}

fn same_moment(sent: &str, echo: &str) -> bool {
    let seconds = |text: &str| text.parse::<DateTime>().ok()?.unix_seconds();
    seconds(sent).is_some_and(|sent| seconds(echo) == Some(sent))
}

/// A date may be answered with a time.
fn is_day_of(sent: &str, echo: &str) -> bool {
    let day = echo.strip_prefix(sent);
    sent.parse::<crate::Date>().is_ok() && day.is_some_and(|rest| rest.starts_with('T'))
}

/// `300|RUB` and `300.00|RUB`
fn same_money(sent: &str, echo: &str) -> bool {
    let parse = |text: &str| text.parse::<Money>().ok();
    let plain = |money: &Money| {
        let amount = money.amount();
        if amount.contains('.') {
            amount
                .trim_end_matches('0')
                .trim_end_matches('.')
                .to_owned()
        } else {
            amount.to_owned()
        }
    };
    parse(sent).zip(parse(echo)).is_some_and(|(sent, echo)| {
        sent.currency() == echo.currency() && plain(&sent) == plain(&echo)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_forms_of_an_answer_show_the_same_value() {
        for (sent, echo) in [
            (json!(true), json!("Y")),
            (json!(false), json!(0)),
            (json!(81), json!("81")),
            (json!(5.0), json!(5)),
            (json!("1990-05-08"), json!("1990-05-08T00:00:00+03:00")),
            (
                json!("2026-04-15T12:00:00+03:00"),
                json!("2026-04-15T09:00:00+00:00"),
            ),
            (json!("300|RUB"), json!("300.00|RUB")),
            (json!(["a.txt", "aGk="]), json!({"id": 12, "url": "/x"})),
            (json!(["a.b", "c"]), json!(["a.b", "c"])),
            (json!([1, 2]), json!(["1", "2"])),
            (json!([]), json!(false)),
        ] {
            assert!(shows(&sent, &echo), "{sent} {echo}");
        }
        for (sent, echo) in [
            (json!("a"), json!("b")),
            (json!("a"), json!(null)),
            (json!(true), json!("N")),
            (json!(81), json!(null)),
            (json!([1, 2]), json!([1])),
            (json!(["a.b", "c"]), json!(["a.b", "d"])),
            (json!("300|RUB"), json!("300|USD")),
            (json!("300|RUB"), json!("30|RUB")),
            (json!("1990-05-08"), json!("1990-05-09T00:00:00+03:00")),
        ] {
            assert!(!shows(&sent, &echo), "{sent} {echo}");
        }
    }
}
