//! The records that a query selects.

use std::{cmp::Ordering, collections::BTreeMap};

use serde_json::Value;
use vibecode_spec::Field;

use super::{
    filter,
    query::{Direction, Query},
};
use crate::{
    portal::{fields::Fields, quirks::Paging, record::Record},
    wire::Failure,
};

/// The records of a page, and the total number of records.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    pub(crate) records: Vec<&'a Record>,
    total: usize,
}

/// Returns the page that the query requests: the records that match its filter, in its order, and
/// by id if it has none.
pub(crate) fn list<'a>(
    query: &Query,
    fields: &Fields,
    records: &'a BTreeMap<u64, Record>,
) -> Result<Listing<'a>, Failure> {
    let conditions = query.filter.conditions.iter();
    let conditions: Vec<_> = conditions
        .map(|condition| Ok((condition, field(fields, &condition.field)?)))
        .collect::<Result<_, Failure>>()?;
    let order = query.order.iter();
    let order: Vec<_> = order
        .map(|(name, direction)| Ok((field(fields, name)?, *direction)))
        .collect::<Result<_, Failure>>()?;
    let matches = |record: &&Record| {
        let mut conditions = conditions.iter();
        conditions
            .all(|(condition, field)| condition.is_met_by(&record.search_value(field, fields)))
    };
    let mut found: Vec<&Record> = records.values().filter(matches).collect();
    if !order.is_empty() {
        found = sorted(&found, &order, fields);
    }
    let total = found.len();
    let records = found.into_iter().skip(query.offset).take(query.limit);
    Ok(Listing {
        records: records.collect(),
        total,
    })
}

fn field<'a>(fields: &'a Fields, name: &str) -> Result<&'a Field, Failure> {
    fields.get(name).ok_or_else(|| Failure::unknown_field(name))
}

fn sorted<'a>(
    records: &[&'a Record],
    order: &[(&Field, Direction)],
    fields: &Fields,
) -> Vec<&'a Record> {
    let keys = |record: &Record| -> Vec<Value> {
        let order = order.iter();
        order
            .map(|(field, _)| record.search_value(field, fields))
            .collect()
    };
    let mut keyed: Vec<_> = records
        .iter()
        .map(|record| (keys(record), *record))
        .collect();
    keyed.sort_by(|(one, _), (other, _)| {
        let directions = order.iter().map(|(_, direction)| *direction);
        let mut orderings = one.iter().zip(other).zip(directions).map(compare);
        orderings
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    keyed.into_iter().map(|(_, record)| record).collect()
}

fn compare(((one, other), direction): ((&Value, &Value), Direction)) -> Ordering {
    let ordering = filter::compare(one, other).unwrap_or(Ordering::Equal);
    match direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    }
}

impl Listing<'_> {
    pub(crate) fn meta(&self, query: &Query, paging: Paging) -> Value {
        paging.meta(query, self.records.len(), self.total)
    }
}
