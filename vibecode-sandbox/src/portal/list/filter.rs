//! Filters of records: `{"post": "Director"}`, `{"id": {"$gte": 5}}`, `{">=id": 5}` (all grade D).

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::{portal::calendar::Moment, wire::Failure};

/// Conditions that must all be met.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) field: String,
    operator: Operator,
    operand: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
    In,
    NotIn,
}

const WORDS: &[(&str, Operator)] = &[
    ("$gt", Operator::Greater),
    ("$gte", Operator::GreaterOrEqual),
    ("$lt", Operator::Less),
    ("$lte", Operator::LessOrEqual),
    ("$ne", Operator::NotEqual),
    ("$contains", Operator::Contains),
    ("$in", Operator::In),
    ("$nin", Operator::NotIn),
];

/// The operators as the API's error message lists them (grade O).
const SUPPORTED: &str = "$gt, $gte, $lt, $lte, $ne, $contains, $in, $nin, >, >=, <, <=, !, %, !=";

/// The prefixes of a key in the layer underneath. A longer prefix comes before its own beginning.
const PREFIXES: &[(&str, Operator)] = &[
    (">=", Operator::GreaterOrEqual),
    (">", Operator::Greater),
    ("<=", Operator::LessOrEqual),
    ("<", Operator::Less),
    ("!@", Operator::NotIn),
    ("!=", Operator::NotEqual),
    ("!", Operator::NotEqual),
    ("@", Operator::In),
    ("%", Operator::Contains),
    ("=", Operator::Equal),
];

impl Filter {
    pub(crate) fn parse(filter: &Map<String, Value>) -> Result<Self, Failure> {
        let mut conditions = Vec::new();
        for (key, operand) in filter {
            match operand {
                Value::Object(operands) => {
                    for (word, operand) in operands {
                        conditions.push(Condition::new(key, by_word(word)?, operand)?);
                    }
                }
                operand => {
                    let (operator, field) = by_prefix(key, operand);
                    conditions.push(Condition::new(field, operator, operand)?);
                }
            }
        }
        Ok(Self { conditions })
    }
}

impl Condition {
    fn new(field: &str, operator: Operator, operand: &Value) -> Result<Self, Failure> {
        if matches!(operator, Operator::In | Operator::NotIn) && !operand.is_array() {
            let message = format!("The filter of {field} must be an array of values");
            return Err(Failure::invalid_params(message));
        }
        Ok(Self {
            field: field.to_owned(),
            operator,
            operand: operand.clone(),
        })
    }

    /// Returns true if the stored value meets the condition. Of several values one is enough.
    pub(crate) fn is_met_by(&self, stored: &Value) -> bool {
        match self.operator {
            Operator::NotEqual => !any(stored, |one| equal(one, &self.operand)),
            Operator::NotIn => !any(stored, |one| is_in(one, &self.operand)),
            Operator::In => any(stored, |one| is_in(one, &self.operand)),
            Operator::Equal => any(stored, |one| equal(one, &self.operand)),
            Operator::Contains => any(stored, |one| contains(one, &self.operand)),
            Operator::Greater => self.compares(stored, Ordering::is_gt),
            Operator::GreaterOrEqual => self.compares(stored, Ordering::is_ge),
            Operator::Less => self.compares(stored, Ordering::is_lt),
            Operator::LessOrEqual => self.compares(stored, Ordering::is_le),
        }
    }

    /// An unset value is neither less nor greater than any other.
    fn compares(&self, stored: &Value, fits: fn(Ordering) -> bool) -> bool {
        any(stored, |one| {
            !is_unset(one) && compare_in_filter(one, &self.operand).is_some_and(fits)
        })
    }
}

fn by_word(word: &str) -> Result<Operator, Failure> {
    let found = WORDS.iter().find(|(name, _)| *name == word);
    found.map(|(_, operator)| *operator).ok_or_else(|| {
        let message = format!("Unknown filter operator: {word}. Supported: {SUPPORTED}");
        Failure::new("INVALID_FILTER_OPERATOR", message)
    })
}

/// A key without a prefix matches an equal value, or one of a list.
fn by_prefix<'a>(key: &'a str, operand: &Value) -> (Operator, &'a str) {
    let mut prefixes = PREFIXES.iter();
    let found =
        prefixes.find_map(|(prefix, operator)| Some((*operator, key.strip_prefix(prefix)?)));
    found.unwrap_or_else(|| {
        let operator = if operand.is_array() {
            Operator::In
        } else {
            Operator::Equal
        };
        (operator, key)
    })
}

fn any(stored: &Value, is_met: impl Fn(&Value) -> bool) -> bool {
    match stored {
        Value::Array(values) if !values.is_empty() => values.iter().any(is_met),
        one => is_met(one),
    }
}

fn is_in(one: &Value, list: &Value) -> bool {
    let mut list = list.as_array().into_iter().flatten();
    list.any(|operand| equal(one, operand))
}

fn equal(one: &Value, other: &Value) -> bool {
    compare_in_filter(one, other) == Some(Ordering::Equal)
}

/// Compares as [`compare`] does, but times by the clock on the wall: the offset in the value of a
/// filter is ignored (grade O). A stored time is taken to have the portal's offset.
fn compare_in_filter(stored: &Value, operand: &Value) -> Option<Ordering> {
    let moment = |value: &Value| Moment::parse(value.as_str()?);
    match moment(stored).zip(moment(operand)) {
        Some((stored, operand)) => Some(stored.on_the_wall().cmp(&operand.on_the_wall())),
        None => compare(stored, operand),
    }
}

/// Ignores case, as the database underneath does.
fn contains(one: &Value, part: &Value) -> bool {
    let both = one.as_str().zip(part.as_str());
    both.is_some_and(|(one, part)| one.to_lowercase().contains(&part.to_lowercase()))
}

/// Returns the order of two values, across their spellings: a URL has only text.
pub(crate) fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        _ if is_unset(one) || is_unset(other) => Some(is_unset(other).cmp(&is_unset(one))),
        (Value::Bool(_), _) | (_, Value::Bool(_)) => Some(flag(one)?.cmp(&flag(other)?)),
        (Value::Number(_), _) | (_, Value::Number(_)) => {
            Some(number(one)?.total_cmp(&number(other)?))
        }
        (Value::String(one), Value::String(other)) => {
            let moments = Moment::parse(one).zip(Moment::parse(other));
            let moments = moments.map(|(one, other)| one.cmp(&other));
            Some(moments.unwrap_or_else(|| one.cmp(other)))
        }
        _ => None,
    }
}

fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    }
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.as_str() {
            "Y" | "1" | "true" => Some(true),
            "N" | "0" | "false" => Some(false),
            _ => None,
        },
        Value::Number(number) => number.as_u64().map(|number| number != 0),
        _ => None,
    }
}
