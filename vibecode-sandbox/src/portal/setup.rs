//! How a portal is set up before it is served: from seeds, descriptions of fields, and settings.

use std::collections::{HashMap, hash_map::Entry};

use serde_json::{Map, Value};
use vibecode_spec::{Entity, EntityPath};

use super::{
    Portal,
    calendar::Moment,
    catalogue::Catalogues,
    clock::Clock,
    fields::{Fields, entity_fields},
    ids::Ids,
    quirks::Quirks,
    record::Record,
    seed::{self, Seed, Target},
    seed_check::Checking,
    table::Table,
};
use crate::{start_error::StartError, wire::Catalogue};

/// The fields of the default portal that are not built in, by entity: user fields, and some fields of
/// the entities of which none is built in. The names of the latter are examples.
const DEFAULT_FIELDS: &str = include_str!("../../portal/fields.json");

/// The smart process of the default portal.
const DEFAULT_SMART_PROCESS: EntityPath = EntityPath::Items(1040);

/// The clock of a portal if no seeded record has a time.
const DEFAULT_NOW: &str = "2026-04-15T12:00:00+03:00";

/// Fields of an entity, as the builder of a sandbox was given them.
#[derive(Debug)]
pub(crate) enum GivenFields {
    /// One field, by its wire name.
    One(EntityPath, String, Value),
    /// An answer of `GET /v1/{entity}/fields`.
    All(EntityPath, Value),
}

/// Builds the portal from these seeds and fields, or from the default ones.
pub(crate) fn portal(
    mut seeds: Vec<Seed>,
    fields: Vec<GivenFields>,
    quirks: Quirks,
) -> Result<Portal, StartError> {
    let defaults = parse(DEFAULT_FIELDS)?;
    let mut tables = tables(fields, &defaults)?;
    let mut catalogues = Catalogues::of_default_portal()?;
    let is_default = !seeds.iter().any(has_records);
    if is_default {
        seeds.push(Seed {
            rows: parse(seed::DEFAULT)?,
            // It uses an option that the schema given to the builder may not have.
            checking: Checking::Unchecked,
        });
    }
    for Seed { rows, checking } in seeds {
        for (target, rows) in seed::by_target(rows)? {
            match target {
                Target::Catalogue(catalogue) => catalogues.set(catalogue, rows, checking)?,
                Target::Records(entity) => {
                    let table = match tables.entry(entity) {
                        Entry::Occupied(table) => table.into_mut(),
                        // A smart process that only the seed knows.
                        Entry::Vacant(place) => place.insert(Table::new(Fields::new(
                            entity,
                            default_fields(entity, &defaults),
                        )?)),
                    };
                    seed::add(entity, table, rows, checking)?;
                }
            }
        }
    }
    let ids = number_entries(&mut tables);
    let clock = Clock::starting_at(latest_change(&tables)?);
    Ok(Portal {
        tables,
        catalogues,
        ids,
        clock,
        quirks,
    })
}

/// Returns whether a seed has records, and not only catalogues such as statuses.
fn has_records(seed: &Seed) -> bool {
    let Some(seed) = seed.rows.as_object() else {
        return true;
    };
    seed.is_empty() || seed.keys().any(|name| Catalogue::from_path(name).is_none())
}

/// Builds a table for every entity, with the default fields and the given ones.
fn tables(
    given: Vec<GivenFields>,
    defaults: &Value,
) -> Result<HashMap<EntityPath, Table>, StartError> {
    let built_in = Entity::ALL.iter().copied().map(EntityPath::Entity);
    let mut custom: HashMap<EntityPath, Map<String, Value>> = built_in
        .chain([DEFAULT_SMART_PROCESS])
        .map(|entity| (entity, default_fields(entity, defaults)))
        .collect();
    for given in given {
        match given {
            GivenFields::One(entity, name, description) => {
                let fields = custom.entry(entity);
                let fields = fields.or_insert_with(|| default_fields(entity, defaults));
                fields.insert(name, description);
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

/// Returns the fields that the default portal gives an entity. All smart processes have the same.
fn default_fields(entity: EntityPath, defaults: &Value) -> Map<String, Value> {
    let name = match entity {
        EntityPath::Entity(entity) => entity.path(),
        EntityPath::Items(_) => "items",
    };
    let fields = defaults.get(name).cloned();
    let fields = fields.and_then(entity_fields::map_of_fields);
    fields.unwrap_or_default()
}

/// Returns the fields of an answer that are not built in.
fn fields_of_portal(entity: EntityPath, answer: Value) -> Result<Map<String, Value>, StartError> {
    let mut fields = entity_fields::map_of_fields(answer).ok_or_else(|| {
        let path = entity.path();
        let message = format!(
            "the schema of {path} has no object of fields: use an answer of `GET /v1/{path}/fields`"
        );
        StartError::new(message)
    })?;
    fields.retain(|name, _| entity.documented().field(name).is_none());
    Ok(fields)
}

/// Gives an id, after the highest existing one, to every phone and email that has none.
fn number_entries(tables: &mut HashMap<EntityPath, Table>) -> Ids {
    let mut ids = Ids::default();
    // In the order of the entities, so that ids are the same in every run.
    let mut tables: Vec<_> = tables.iter_mut().collect();
    tables.sort_by_key(|(entity, _)| **entity);
    let records = |table: &Table| -> Option<u64> {
        let entries = table.records.values().flat_map(|record| &record.entries);
        entries.map(|entry| entry.id).max()
    };
    let highest = tables.iter().filter_map(|(_, table)| records(table)).max();
    ids.entry = highest.unwrap_or_default();
    for (_, table) in tables {
        let records = table.records.values_mut();
        let entries = records.flat_map(|record| &mut record.entries);
        for entry in entries.filter(|entry| entry.id == seed::NO_ID) {
            entry.id = ids.next_entry();
        }
    }
    ids
}

fn latest_change(tables: &HashMap<EntityPath, Table>) -> Result<Moment, StartError> {
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
