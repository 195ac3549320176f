//! The contents of the portal.

use std::collections::HashMap;

use serde_json::{Map, Value};
use vibecode_spec::Entity;

use super::{
    clock::Clock,
    fields::{Fields, definition, description},
    ids::Ids,
    list::{listing, query::Query},
    multifield,
    quirks::{Fm, Quirks},
    record::Record,
    table::Table,
    update::{self, Update},
};
use crate::wire::Failure;

#[derive(Debug)]
pub(crate) struct Portal {
    pub(crate) tables: HashMap<Entity, Table>,
    pub(crate) ids: Ids,
    pub(crate) clock: Clock,
    pub(crate) quirks: Quirks,
}

impl Portal {
    pub(crate) fn get(&self, entity: Entity, id: u64) -> Result<Value, Failure> {
        let table = self.table(entity)?;
        let record = table.records.get(&id);
        let record = record.ok_or_else(Failure::entity_not_found)?;
        Ok(Value::Object(self.quirks.view(record, &table.fields)))
    }

    /// Returns the record with everything in it, whatever reads show on this portal.
    pub(crate) fn record(&self, entity: Entity, id: u64) -> Option<Value> {
        let table = self.tables.get(&entity)?;
        Some(table.records.get(&id)?.view(&table.fields).into())
    }

    /// Returns the records of the query as they are read, and the `meta` of the list.
    pub(crate) fn list(&self, entity: Entity, query: &Query) -> Result<(Value, Value), Failure> {
        let table = self.table(entity)?;
        let listing = listing::list(query, &table.fields, &table.records)?;
        let data = listing.records.iter().map(|record| {
            let mut view = self.quirks.view(record, &table.fields);
            if let Some(select) = &query.select {
                view.retain(|key, _| select.contains(key));
            }
            Value::Object(view)
        });
        Ok((data.collect(), listing.meta(query, self.quirks.paging)))
    }

    /// Creates a record from the body. Returns the record as it is then read, and the keys that had
    /// no effect.
    pub(crate) fn create(
        &mut self,
        entity: Entity,
        body: &Map<String, Value>,
    ) -> Result<(Value, Vec<String>), Failure> {
        let table = self.tables.get_mut(&entity);
        let table = table.ok_or_else(Failure::entity_not_found)?;
        let mut record = Record::new(table.last_id + 1);
        let fields = &table.fields;
        let update = Update::new(body, fields, update::is_settable, &record, &mut self.ids)?;
        let dropped = update.apply(&mut record, &mut self.ids);
        record.mark_created(fields, self.clock.after(None));
        let view = self.quirks.view(&record, fields);
        table.insert(record);
        Ok((view.into(), dropped))
    }

    /// Writes the body to the record. Returns the record as it is then read, and the keys that had
    /// no effect.
    pub(crate) fn update(
        &mut self,
        entity: Entity,
        id: u64,
        body: &Map<String, Value>,
    ) -> Result<(Value, Vec<String>), Failure> {
        let table = self.tables.get_mut(&entity);
        let table = table.ok_or_else(Failure::entity_not_found)?;
        let record = table.records.get_mut(&id);
        let record = record.ok_or_else(Failure::entity_not_found)?;
        let fields = &table.fields;
        let update = Update::new(body, fields, update::is_changeable, record, &mut self.ids)?;
        let changes = update.changes();
        let dropped = update.apply(record, &mut self.ids);
        if changes {
            record.mark_updated(fields, self.clock.after(record.updated()));
        }
        Ok((self.quirks.view(record, fields).into(), dropped))
    }

    pub(crate) fn delete(&mut self, entity: Entity, id: u64) -> Result<(), Failure> {
        let table = self.tables.get_mut(&entity);
        let removed = table.and_then(|table| table.records.remove(&id));
        removed.map(drop).ok_or_else(Failure::entity_not_found)
    }

    pub(crate) fn fields(&self, entity: Entity) -> Result<Value, Failure> {
        Ok(description::describe(&self.table(entity)?.fields))
    }

    pub(crate) fn user_fields(&self, entity: Entity) -> Result<Value, Failure> {
        let fields = &self.table(entity)?.fields;
        Ok(definition::define(entity, fields))
    }

    fn table(&self, entity: Entity) -> Result<&Table, Failure> {
        let table = self.tables.get(&entity);
        table.ok_or_else(Failure::entity_not_found)
    }
}

impl Quirks {
    /// Returns the record as it is read on this portal.
    fn view(self, record: &Record, fields: &Fields) -> Map<String, Value> {
        let mut view = record.view(fields);
        if self.fm == Fm::LeftOut {
            view.remove(multifield::FM);
        }
        view
    }
}
