//! The catalogues of the portal: statuses, pipelines, currencies and users.

use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashMap},
};

use serde_json::{Map, Value, json};
use vibecode_spec::Schema;

use super::{
    list::{
        filter,
        query::{Direction, Query},
    },
    quirks::{Paging, Quirks},
    seed_check::{self, Checking},
};
use crate::{
    start_error::StartError,
    wire::{Catalogue, Failure},
};

const DEFAULT: &str = include_str!("../../portal/catalogues.json");

/// The keys of the rows of each catalogue.
const FIELDS: &str = include_str!("../../portal/catalogue-fields.json");

type Row = Map<String, Value>;

#[derive(Debug)]
pub(crate) struct Catalogues {
    rows: HashMap<Catalogue, Vec<Row>>,
}

impl Catalogues {
    pub(crate) fn of_default_portal() -> Result<Self, StartError> {
        let malformed = |error: serde_json::Error| StartError::new(error.to_string());
        let mut default: HashMap<String, Vec<Row>> =
            serde_json::from_str(DEFAULT).map_err(malformed)?;
        let rows = Catalogue::ALL.iter().map(|catalogue| {
            let rows = default.remove(catalogue.path()).unwrap_or_default();
            (*catalogue, rows)
        });
        Ok(Self {
            rows: rows.collect(),
        })
    }

    /// Replaces the rows of one catalogue. Each needs an `id`.
    pub(crate) fn set(
        &mut self,
        catalogue: Catalogue,
        seeds: Vec<Value>,
        checking: Checking,
    ) -> Result<(), StartError> {
        let path = catalogue.path();
        let schema = schema(catalogue)?;
        let rows = seeds.into_iter().zip(1..).map(|(seed, number)| match seed {
            Value::Object(row) if row.get("id").and_then(id_text).is_some() => {
                if checking == Checking::Checked {
                    check(&row, &schema).map_err(|problem| {
                        StartError::new(format!("row {number} of {path} is malformed: {problem}"))
                    })?;
                }
                Ok(row)
            }
            _ => Err(StartError::new(format!(
                "each row of {path} must be an object with an `id`"
            ))),
        });
        self.rows.insert(catalogue, rows.collect::<Result<_, _>>()?);
        Ok(())
    }

    pub(crate) fn rows(&self, catalogue: Catalogue) -> &[Row] {
        self.rows.get(&catalogue).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn get(&self, catalogue: Catalogue, id: &str) -> Result<Value, Failure> {
        let mut rows = self.rows(catalogue).iter();
        let has_id = |row: &&Row| row.get("id").and_then(id_text).as_deref() == Some(id);
        let row = rows.find(has_id).cloned();
        row.map(Value::Object).ok_or_else(Failure::entity_not_found)
    }

    /// Returns the rows of the query, and the `meta` of the list.
    pub(crate) fn list(
        &self,
        catalogue: Catalogue,
        query: &Query,
        quirks: Quirks,
    ) -> Result<(Value, Value), Failure> {
        let rows = self.rows(catalogue);
        let known: BTreeSet<&str> = rows
            .iter()
            .flat_map(Map::keys)
            .map(String::as_str)
            .collect();
        let filtered = query.filter.conditions.iter().map(|one| &one.field);
        let ordered = query.order.iter().map(|(field, _)| field);
        if let Some(field) = filtered
            .chain(ordered)
            .find(|field| !known.is_empty() && !known.contains(field.as_str()))
        {
            return Err(Failure::unknown_field(field));
        }
        let value = |row: &Row, field: &str| row.get(field).cloned().unwrap_or_default();
        let matches = |row: &&Row| {
            let mut conditions = query.filter.conditions.iter();
            conditions.all(|condition| condition.is_met_by(&value(row, &condition.field)))
        };
        let mut found: Vec<&Row> = rows.iter().filter(matches).collect();
        found.sort_by(|one, other| {
            let mut orderings = query.order.iter().map(|(field, direction)| {
                let ordering = filter::compare(&value(one, field), &value(other, field));
                let ordering = ordering.unwrap_or(Ordering::Equal);
                match direction {
                    Direction::Ascending => ordering,
                    Direction::Descending => ordering.reverse(),
                }
            });
            orderings
                .find(|ordering| ordering.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        let total = found.len();
        let page = found.into_iter().skip(query.offset).take(query.limit);
        let page: Vec<Value> = page.map(|row| query.selected(row.clone()).into()).collect();
        let meta = quirks.paging.meta(query, page.len(), total);
        Ok((quirks.list_shape.of(page), meta))
    }

    /// Returns whether a status set has this code, or whether the portal has no such set.
    pub(crate) fn has_status(&self, set: &str, code: &str) -> bool {
        let of_set = |row: &&Row| row.get("entityId").is_some_and(|id| id == set);
        let mut rows = self
            .rows(Catalogue::Statuses)
            .iter()
            .filter(of_set)
            .peekable();
        rows.peek().is_none() || rows.any(|row| row.get("statusId").is_some_and(|id| id == code))
    }
}

/// Returns the keys of the rows of a catalogue.
fn schema(catalogue: Catalogue) -> Result<Schema, StartError> {
    let malformed = |error: serde_json::Error| StartError::new(error.to_string());
    let fields: Value = serde_json::from_str(FIELDS).map_err(malformed)?;
    let fields = fields.get(catalogue.path()).map(Value::to_string);
    let read = Schema::read(fields.unwrap_or_default());
    read.map_err(|error| StartError::new(error.to_string()))
}

/// Checks that a row has the keys that every row has, and no unknown one.
fn check(row: &Row, schema: &Schema) -> Result<(), String> {
    seed_check::check(row, &[schema])?;
    let mut required = schema.fields().filter(|field| field.required);
    match required.find(|field| !row.contains_key(&field.name)) {
        Some(missing) => Err(format!("`{}` is missing", missing.name)),
        None => Ok(()),
    }
}

/// Returns an id as a path has it.
fn id_text(id: &Value) -> Option<String> {
    match id {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `{total, hasMore}`
impl Paging {
    pub(crate) fn meta(self, query: &Query, shown: usize, total: usize) -> Value {
        match self {
            Self::Truthful => {
                let end = query.offset.saturating_add(shown);
                json!({ "total": total, "hasMore": end < total })
            }
            Self::Untruthful => json!({ "total": 0, "hasMore": shown == query.limit }),
        }
    }
}
