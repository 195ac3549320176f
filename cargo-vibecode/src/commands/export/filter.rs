//! Conditions on the records, read from text and checked against the known fields.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use vibecode_runtime::UntypedQuery;
use vibecode_spec::{Kind, Schema};

use crate::{
    change::{self, ItemTexts},
    code_file::KnownCodes,
};

/// The operators as they are written, and as the API takes them; longer ones first.
const OPERATORS: [(&str, &str); 7] = [
    (">=", "$gte"),
    ("<=", "$lte"),
    ("!=", "$ne"),
    (">", "$gt"),
    ("<", "$lt"),
    ("~", "$contains"),
    ("=", EQUAL),
];
/// A comparison that the API takes without an operator.
const EQUAL: &str = "";
const ID: &str = "id";

/// The conditions on the records.
#[derive(Debug, Default)]
pub(super) struct Filters {
    conditions: Conditions,
    /// The wire name and the given name of each field but the id.
    names: Vec<(String, String)>,
    /// The operands that were read as options or codes.
    item_texts: ItemTexts,
}

/// The conditions of every field, by its wire name.
#[derive(Debug, Default, Clone, PartialEq)]
struct Conditions(BTreeMap<String, Condition>);

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Equal(Value),
    /// The operands by operator.
    Compared(Map<String, Value>),
}

impl Filters {
    /// Reads conditions such as `post=Director`.
    ///
    /// # Errors
    /// The problems of all conditions.
    pub(super) fn read(
        texts: &[String],
        schema: &Schema,
        codes: &KnownCodes,
    ) -> Result<Self, Vec<String>> {
        let mut filters = Self::default();
        let mut problems = Vec::new();
        for text in texts {
            let added = filters.add(text, schema, codes);
            problems.extend(added.err().map(|problem| format!("--filter: {problem}")));
        }
        if problems.is_empty() {
            Ok(filters)
        } else {
            Err(problems)
        }
    }

    fn add(&mut self, text: &str, schema: &Schema, codes: &KnownCodes) -> Result<(), String> {
        let (name, operator, operand) = split(text).ok_or_else(|| {
            "a condition is a field, an operator (=, !=, >, >=, <, <=, ~) and a value".to_owned()
        })?;
        let given = name;
        let field = change::field(schema, name)?;
        let name = &field.name;
        let is_text = matches!(field.kind, Kind::Text | Kind::Url | Kind::Multifield(_));
        if operator == "$contains" && !is_text {
            return Err(format!(
                "`{name}` is no text, so `~` does not apply: use `=`"
            ));
        }
        if operand.is_empty() {
            return Err(format!("the value for `{name}` is missing"));
        }
        let is_equality = matches!(operator, EQUAL | "$ne");
        if !is_equality && (field.kind == Kind::Enumeration || change::has_codes(field)) {
            return Err(format!(
                "the values of `{name}` have no order: use `=` or `!=`"
            ));
        }
        let value = match field.kind {
            Kind::Multifield(_) => Value::from(operand),
            // A record can have a code that the portal had before. It means nothing else there.
            _ if change::without_portal(field, operand, codes).is_some() => Value::from(operand),
            _ => {
                let value = change::value(field, operand, codes);
                let value = value.map_err(|problem| format!("`{name}` {problem}"))?;
                self.item_texts.note(field, operand, &value, codes);
                value
            }
        };
        if *name != ID {
            self.names.push((name.clone(), given.to_owned()));
        }
        self.conditions.add(name, operator, value)
    }

    /// Returns the wire name and the given name of each field but the id.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.names.iter();
        names.map(|(wire_name, given)| (wire_name.as_str(), given.as_str()))
    }

    /// Returns the operands that were read as options or codes.
    pub(super) fn item_texts(&self) -> &ItemTexts {
        &self.item_texts
    }

    /// Returns a warning for each code that the portal does not have now.
    pub(super) fn old_codes(&self, schema: &Schema, codes: &KnownCodes) -> Vec<String> {
        let mut warnings = Vec::new();
        for (name, condition) in &self.conditions.0 {
            let values: Vec<&Value> = match condition {
                Condition::Equal(value) => vec![value],
                Condition::Compared(operands) => operands.values().collect(),
            };
            for text in values.into_iter().filter_map(Value::as_str) {
                let field = schema.field(name);
                let problem = field.and_then(|field| change::without_portal(field, text, codes));
                warnings.extend(problem.map(|problem| {
                    format!("--filter: only records with an old code can match: `{name}` {problem}")
                }));
            }
        }
        warnings
    }

    /// Returns whether at most one record can match, because its id is given.
    pub(super) fn is_one_record(&self) -> bool {
        matches!(self.conditions.0.get(ID), Some(Condition::Equal(_)))
    }

    /// Adds the conditions to a query, and that the id is above `id`.
    pub(super) fn apply_above(&self, query: UntypedQuery, id: u64) -> UntypedQuery {
        if id == 0 || self.is_one_record() {
            return self.apply(query);
        }
        // Every id of the rows so far is above an own `>`, so this one is stricter.
        self.conditions.with_id("$gt", id).apply(query)
    }

    /// Adds the conditions to a query, and that the id is at most `last`, the id of a record that matches.
    pub(super) fn apply_up_to(&self, query: UntypedQuery, last: u64) -> UntypedQuery {
        // The last record matches an own `<=`, so this one is stricter.
        self.conditions.with_id("$lte", last).apply(query)
    }

    /// Adds the conditions to a query.
    pub(super) fn apply(&self, query: UntypedQuery) -> UntypedQuery {
        self.conditions.apply(query)
    }
}

impl Conditions {
    /// Adds a condition of a field.
    ///
    /// # Errors
    /// If the API cannot combine it with those of the field so far.
    fn add(&mut self, name: &str, operator: &str, value: Value) -> Result<(), String> {
        let condition = match self.0.remove(name) {
            None if operator == EQUAL => Condition::Equal(value),
            None => Condition::Compared(Map::from_iter([(operator.to_owned(), value)])),
            Some(Condition::Compared(mut others))
                if operator != EQUAL && !others.contains_key(operator) =>
            {
                others.insert(operator.to_owned(), value);
                Condition::Compared(others)
            }
            Some(_) => {
                return Err(format!(
                    "`{name}` has two conditions that the API cannot combine: use each operator once, and `=` alone"
                ));
            }
        };
        self.0.insert(name.to_owned(), condition);
        Ok(())
    }

    /// Returns the conditions with this one for the id, in the place of an own one with the same operator.
    fn with_id(&self, operator: &str, id: u64) -> Self {
        let mut filters = self.clone();
        let mut operands = match filters.0.remove(ID) {
            Some(Condition::Compared(operands)) => operands,
            Some(Condition::Equal(_)) | None => Map::new(),
        };
        operands.insert(operator.to_owned(), json!(id));
        filters
            .0
            .insert(ID.to_owned(), Condition::Compared(operands));
        filters
    }

    /// Adds the conditions to a query.
    fn apply(&self, query: UntypedQuery) -> UntypedQuery {
        self.0.iter().fold(query, |query, (name, condition)| {
            let value = match condition {
                Condition::Equal(value) => value.clone(),
                Condition::Compared(operands) => Value::Object(operands.clone()),
            };
            query.filter(name.as_str(), value)
        })
    }
}

/// Splits a condition at its first operator.
fn split(text: &str) -> Option<(&str, &'static str, &str)> {
    let at = text.find(['=', '!', '<', '>', '~'])?;
    let (name, rest) = text.split_at(at);
    let mut operators = OPERATORS.iter();
    let (written, sent) = operators.find(|(written, _)| rest.starts_with(written))?;
    let operand = rest.strip_prefix(written)?;
    Some((name.trim(), sent, operand.trim()))
}

#[cfg(test)]
mod tests {
    use vibecode_spec::Entity;

    use super::*;

    fn read(texts: &[&str]) -> Result<Filters, Vec<String>> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        Filters::read(&texts, Entity::Deals.schema(), &KnownCodes::default())
    }

    #[test]
    fn a_condition_has_the_type_of_its_field() {
        let filters = read(&["title~Ltd", "amount>=1000", "amount<5000", "opened=yes"]).unwrap();
        let compared = |value: Value| Condition::Compared(value.as_object().unwrap().clone());
        let expected = [
            ("title", compared(json!({"$contains": "Ltd"}))),
            ("amount", compared(json!({"$gte": 1000, "$lt": 5000}))),
            ("opened", Condition::Equal(json!(true))),
        ];
        let expected = expected.map(|(name, condition)| (name.to_owned(), condition));
        assert_eq!(filters.conditions, Conditions(BTreeMap::from(expected)));
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        for (texts, problem) in [
            (&["title"][..], "a condition is a field, an operator"),
            (&["titel=a"], "did you mean `title`?"),
            (&["title="], "the value for `title` is missing"),
            (&["amount=much"], "`amount` requires a number"),
            (&["amount~1"], "`amount` is no text"),
            (&["title=a", "title=b"], "use each operator once"),
            (&["amount>1", "amount=2"], "and `=` alone"),
        ] {
            let problems = read(texts).unwrap_err();
            assert!(problems[0].contains(problem), "{problems:?}");
        }
    }
}
