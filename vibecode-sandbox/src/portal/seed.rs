//! The initial records of the portal, read from JSON with the API's wire names.

use serde_json::{Map, Value};
use vibecode_spec::{Entity, EntityPath, Multifield};

use super::{
    fields::Fields,
    multifield::{self, Entry},
    record::Record,
    seed_check::{self, Checking},
    table::Table,
};
use crate::{start_error::StartError, wire::Catalogue};

pub(crate) const DEFAULT: &str = include_str!("../../portal/records.json");

/// The id of an entry that has none yet: seeded ids take precedence.
pub(crate) const NO_ID: u64 = 0;

/// What a seed has rows of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    Records(EntityPath),
    Catalogue(Catalogue),
}

/// Records and rows of catalogues, as the builder of a sandbox was given them.
#[derive(Debug)]
pub(crate) struct Seed {
    pub(crate) rows: Value,
    pub(crate) checking: Checking,
}

pub(crate) fn by_target(seed: Value) -> Result<Vec<(Target, Vec<Value>)>, StartError> {
    let Value::Object(entities) = seed else {
        return Err(StartError::new(
            "a seed must be an object that maps each entity to an array of its records",
        ));
    };
    let entities = entities.into_iter().map(|(name, records)| match records {
        Value::Array(records) => Ok((parse_target(&name)?, records)),
        _ => Err(StartError::new(format!(
            "the seed of `{name}` must be an array of records"
        ))),
    });
    entities.collect()
}

fn parse_target(name: &str) -> Result<Target, StartError> {
    if let Some(catalogue) = Catalogue::from_path(name) {
        return Ok(Target::Catalogue(catalogue));
    }
    let entity = EntityPath::from_path(name).ok_or_else(|| {
        let advice = Entity::suggest(name).map_or_else(what_a_seed_has, |meant| {
            format!("did you mean `{}`?", meant.path())
        });
        StartError::new(format!("there is no entity `{name}`: {advice}"))
    })?;
    Ok(Target::Records(entity))
}

fn what_a_seed_has() -> String {
    let entities = Entity::ALL.iter().map(|entity| entity.path());
    let catalogues = Catalogue::ALL.iter().map(|catalogue| catalogue.path());
    let paths: Vec<_> = entities.chain(catalogues).collect();
    format!(
        "a seed can have {}, or a smart process such as items/1040",
        paths.join(", ")
    )
}

/// Adds these records to the existing ones. A record without an id gets the next free one.
pub(crate) fn add(
    entity: EntityPath,
    table: &mut Table,
    seeds: Vec<Value>,
    checking: Checking,
) -> Result<(), StartError> {
    for (index, seed) in seeds.into_iter().enumerate() {
        let row = SeedRow { entity, index };
        let record = parse(row, &table.fields, seed, table.last_id + 1, checking)?;
        let id = record.id;
        if !table.insert(record) {
            let path = entity.path();
            return Err(StartError::new(format!(
                "the record {id} of {path} is seeded twice"
            )));
        }
    }
    Ok(())
}

/// A row of a seed, by its index among the records of an entity.
#[derive(Clone, Copy)]
struct SeedRow {
    entity: EntityPath,
    index: usize,
}

impl SeedRow {
    /// Returns the error about a record, named by its own id if it has one.
    fn malformed(self, own_id: Option<u64>, problem: &str) -> StartError {
        let path = self.entity.path();
        StartError::new(match own_id {
            Some(id) => format!("the record {id} of {path} is malformed: {problem}"),
            None => format!("row {} of {path} is malformed: {problem}", self.index + 1),
        })
    }
}

/// Reads one record. Its values are stored unchanged, so that a test can use what portals hold:
/// numbers as text, "Y" for true.
fn parse(
    row: SeedRow,
    fields: &Fields,
    seed: Value,
    next: u64,
    checking: Checking,
) -> Result<Record, StartError> {
    let path = || row.entity.path();
    let Value::Object(mut values) = seed else {
        let message = format!("each record of {} must be an object", path());
        return Err(StartError::new(message));
    };
    let own_id = values.remove("id");
    let id = own_id.as_ref().map_or(Some(next), Value::as_u64);
    let Some(id) = id.filter(|id| *id > 0) else {
        let message = format!("each `id` of {} must be a positive integer", path());
        return Err(StartError::new(message));
    };
    let malformed = |problem: String| row.malformed(own_id.as_ref().map(|_| id), &problem);
    let entries = match fields.get(multifield::FM) {
        Some(_) => take_entries(&mut values),
        None => Ok(Vec::new()),
    };
    let entries = entries.map_err(malformed)?;
    if checking == Checking::Checked {
        seed_check::check(&values, &fields.schemas()).map_err(malformed)?;
    }
    Ok(Record {
        id,
        values,
        entries,
    })
}

/// Removes phones and emails from the values and returns them. Beside `fm` they only repeat it, as
/// in an answer of the API. The error says which key is wrong, and what it must be.
fn take_entries(values: &mut Map<String, Value>) -> Result<Vec<Entry>, String> {
    if let Some(fm) = values.remove(multifield::FM) {
        let named = |key: &str| Multifield::of_field(key).is_some();
        values.retain(|key, _| !named(key) && !multifield::repeats_fm(key));
        return parse_fm(&fm)
            .ok_or_else(|| "`fm` must be an array of {id?, typeId, valueType, value}".to_owned());
    }
    if let Some(alias) = values.keys().find(|key| multifield::repeats_fm(key)) {
        return Err(format!("`{alias}` only repeats `fm`, which is missing"));
    }
    let mut entries = Vec::new();
    for multifield in Multifield::ALL {
        let name = multifield.name();
        if let Some(written) = values.remove(name) {
            let parsed = multifield::parse(*multifield, &written)
                .ok_or_else(|| format!("`{name}` must be {}", multifield::FORMS))?;
            entries.extend(parsed.into_iter().map(|entry| entry.stored_as(NO_ID)));
        }
    }
    Ok(entries)
}

fn parse_fm(fm: &Value) -> Option<Vec<Entry>> {
    let text = |entry: &Value, key| Some(entry.get(key)?.as_str()?.to_owned());
    let entries = fm.as_array()?.iter();
    entries
        .map(|entry| {
            Some(Entry {
                id: entry.get("id").map_or(Some(NO_ID), Value::as_u64)?,
                kind: text(entry, "typeId")?,
                value_type: text(entry, "valueType")?,
                value: text(entry, "value")?,
            })
        })
        .collect()
}
