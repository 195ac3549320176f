//! How a portal is set up before it is served: from seeds, descriptions of fields, and settings.

use std::collections::HashMap;

use serde_json::{Map, Value};
use vibecode_spec::Entity;

use super::{
    Portal,
    calendar::Moment,
    clock::Clock,
    fields::{Fields, entity_fields},
    ids::Ids,
    quirks::Quirks,
    record::Record,
    seed,
    table::Table,
};
use crate::start_error::StartError;

/// The fields of the default portal that are not built in, by entity: user fields, and some fields of
/// the entities of which none is built in. The names of the latter are examples.
const DEFAULT_FIELDS: &str = include_str!("../../portal/fields.json");

/// The clock of a portal if no seeded record has a time.
const DEFAULT_NOW: &str = "2026-04-15T12:00:00+03:00";

/// Fields of an entity, as the builder of a sandbox was given them.
#[derive(Debug)]
pub(crate) enum GivenFields {
    /// One field, by its wire name.
    One(Entity, String, Value),
    /// An answer of `GET /v1/{entity}/fields`.
    All(Entity, Value),
}

/// Builds the portal from these seeds and fields, or from the default ones.
pub(crate) fn portal(
    mut seeds: Vec<Value>,
    fields: Vec<GivenFields>,
    quirks: Quirks,
) -> Result<Portal, StartError> {
    let mut tables = tables(fields)?;
    if seeds.is_empty() {
        seeds.push(parse(seed::DEFAULT)?);
    }
    for seed in seeds {
        for (entity, records) in seed::by_entity(seed)? {
            let table = tables.get_mut(&entity);
            let table = table.ok_or_else(|| {
                StartError::new(format!("the portal has no table of {}", entity.path()))
            })?;
            seed::add(entity, table, records)?;
        }
    }
    let ids = number_entries(&mut tables);
    let clock = Clock::starting_at(latest_change(&tables)?);
    Ok(Portal {
        tables,
        ids,
        clock,
        quirks,
    })
}

/// Builds a table for every entity, with the default fields and the given ones.
fn tables(given: Vec<GivenFields>) -> Result<HashMap<Entity, Table>, StartError> {
    let mut custom: HashMap<Entity, Map<String, Value>> = HashMap::new();
    let defaults = parse(DEFAULT_FIELDS)?;
    for entity in Entity::ALL {
        let defaults = defaults.get(entity.path()).cloned();
        let defaults = defaults.and_then(entity_fields::map_of_fields);
        custom.insert(*entity, defaults.unwrap_or_default());
    }
    for given in given {
        match given {
            GivenFields::One(entity, name, description) => {
                custom.entry(entity).or_default().insert(name, description);
            }
            GivenFields::All(entity, answer) => {
                custom.insert(entity, fields_of_portal(entity, answer)?);
            }
        }
    }
    let tables = custom.into_iter().map(|(entity, custom)| {
        let fields = Fields::new(entity, custom)?;
        Ok((entity, Table::new(fields)))
    });
    tables.collect()
}

/// Returns the fields of an answer that are not built in.
fn fields_of_portal(entity: Entity, answer: Value) -> Result<Map<String, Value>, StartError> {
    let mut fields = entity_fields::map_of_fields(answer).ok_or_else(|| {
        let path = entity.path();
        let message = format!(
            "the schema of {path} has no object of fields: use an answer of `GET /v1/{path}/fields`"
        );
        StartError::new(message)
    })?;
    fields.retain(|name, _| entity.schema().field(name).is_none());
    Ok(fields)
}

/// Gives an id, after the highest existing one, to every phone and email that has none.
fn number_entries(tables: &mut HashMap<Entity, Table>) -> Ids {
    let mut ids = Ids::default();
    for entity in Entity::ALL {
        for record in tables
            .get(entity)
            .into_iter()
            .flat_map(|table| table.records.values())
        {
            let highest = record.entries.iter().map(|entry| entry.id).max();
            ids.entry = ids.entry.max(highest.unwrap_or_default());
        }
    }
    // In the order of the entities, so that ids are the same in every run.
    for entity in Entity::ALL {
        let Some(table) = tables.get_mut(entity) else {
            continue;
        };
        let entries = table
            .records
            .values_mut()
            .flat_map(|record| &mut record.entries);
        for entry in entries.filter(|entry| entry.id == seed::NO_ID) {
            entry.id = ids.next_entry();
        }
    }
    ids
}

fn latest_change(tables: &HashMap<Entity, Table>) -> Result<Moment, StartError> {
    let records = tables.values().flat_map(|table| table.records.values());
    let changes = records.filter_map(Record::updated);
    changes
        .max()
        .or_else(|| Moment::parse(DEFAULT_NOW))
        .ok_or_else(|| StartError::new("the default time of the portal cannot be parsed"))
}

fn parse(json: &str) -> Result<Value, StartError> {
    serde_json::from_str(json).map_err(|error| StartError::new(error.to_string()))
}
