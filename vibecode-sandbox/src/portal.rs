//! Everything that the portal holds.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use vibecode_spec::Entity;

use crate::{
    clock::Clock, envelope::Failure, field_description, fields::Fields, ids::Ids, record::Record,
    update::Update,
};

/// The portal: its records and fields, by entity.
#[derive(Debug)]
pub(crate) struct Portal {
    pub(crate) tables: HashMap<Entity, Table>,
    pub(crate) ids: Ids,
    pub(crate) clock: Clock,
}

/// One entity's records and fields.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) fields: Fields,
    pub(crate) records: BTreeMap<u64, Record>,
}

impl Portal {
    /// The record as it is read.
    pub(crate) fn get(&self, entity: Entity, id: u64) -> Result<Value, Failure> {
        let table = self.tables.get(&entity);
        table
            .and_then(|table| Some(table.records.get(&id)?.view(&table.fields)))
            .ok_or_else(Failure::entity_not_found)
    }

    /// Writes the body to the record; gives the record as it is read then, and the keys that had
    /// no effect.
    pub(crate) fn update(
        &mut self,
        entity: Entity,
        id: u64,
        body: &Map<String, Value>,
    ) -> Result<(Value, Vec<String>), Failure> {
        let Some(Table { fields, records }) = self.tables.get_mut(&entity) else {
            return Err(Failure::entity_not_found());
        };
        let record = records.get_mut(&id);
        let record = record.ok_or_else(Failure::entity_not_found)?;
        let update = Update::read(body, fields, record, &mut self.ids)?;
        let changes = update.changes();
        let dropped = update.apply(record, &mut self.ids);
        if changes {
            record.touch(fields, self.clock.after(record.updated()));
        }
        Ok((record.view(fields), dropped))
    }

    /// The description of every field.
    pub(crate) fn fields(&self, entity: Entity) -> Value {
        let table = self.tables.get(&entity);
        table.map_or(Value::Null, |table| {
            field_description::describe(&table.fields)
        })
    }
}
