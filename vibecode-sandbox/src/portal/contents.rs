//! The contents of the portal.

use std::collections::HashMap;

use serde_json::{Map, Value};
use vibecode_spec::EntityPath;

use super::{
    aggregate::{self, Grouping},
    catalogue::Catalogues,
    clock::Clock,
    fields::{Fields, definition, description, new_definition},
    ids::Ids,
    list::{listing, query::Query},
    multifield,
    quirks::{Fm, Quirks},
    record::Record,
    table::Table,
    update::{self, Rules, Update},
};
use crate::wire::Failure;

#[derive(Debug)]
pub(crate) struct Portal {
    pub(crate) tables: HashMap<EntityPath, Table>,
    pub(crate) catalogues: Catalogues,
    pub(crate) ids: Ids,
    pub(crate) clock: Clock,
    pub(crate) quirks: Quirks,
}

impl Portal {
    pub(crate) fn get(&self, entity: EntityPath, id: u64) -> Result<Value, Failure> {
        let table = self.table(entity)?;
        let record = table.records.get(&id);
        let record = record.ok_or_else(Failure::entity_not_found)?;
        Ok(Value::Object(self.quirks.view(record, &table.fields)))
    }

    /// Returns the record with everything in it, whatever reads show on this portal.
    pub(crate) fn record(&self, entity: EntityPath, id: u64) -> Option<Value> {
        let table = self.tables.get(&entity)?;
        Some(table.records.get(&id)?.view(&table.fields).into())
    }

    /// Returns every record with everything in it.
    pub(crate) fn records(&self, entity: EntityPath) -> Vec<Value> {
        let Some(table) = self.tables.get(&entity) else {
            return Vec::new();
        };
        let records = table.records.values();
        let views = records.map(|record| record.view(&table.fields).into());
        views.collect()
    }

    /// Returns the records of the query as they are read, and the `meta` of the list.
    pub(crate) fn list(
        &self,
        entity: EntityPath,
        query: &Query,
    ) -> Result<(Value, Value), Failure> {
        let table = self.table(entity)?;
        let listing = listing::list(query, &table.fields, &table.records)?;
        let data = listing.records.iter().map(|record| {
            let view = self.quirks.view(record, &table.fields);
            Value::Object(query.selected(view))
        });
        let data = self.quirks.list_shape.of(data.collect());
        Ok((data, listing.meta(query, self.quirks.paging)))
    }

    /// Counts the records that match the query, in groups.
    pub(crate) fn aggregate(
        &self,
        entity: EntityPath,
        query: &Query,
        grouping: &Grouping,
    ) -> Result<Value, Failure> {
        let table = self.table(entity)?;
        let everything = query.without_limit();
        let listing = listing::list(&everything, &table.fields, &table.records)?;
        aggregate::count(
            entity,
            &listing.records,
            query.limit,
            grouping,
            &table.fields,
        )
    }

    /// Creates a record from the body. Returns the record as it is then read, and the keys that had
    /// no effect.
    pub(crate) fn create(
        &mut self,
        entity: EntityPath,
        body: &Map<String, Value>,
    ) -> Result<(Value, Vec<String>), Failure> {
        let table = self.tables.get_mut(&entity);
        let table = table.ok_or_else(Failure::entity_not_found)?;
        let mut record = Record::new(table.last_id + 1);
        let fields = &table.fields;
        let rules = Rules {
            fields,
            catalogues: &self.catalogues,
            quirks: self.quirks,
            writable: update::is_settable,
        };
        let update = Update::new(body, &rules, &record, &mut self.ids)?;
        let dropped = update.apply(&mut record, &mut self.ids, self.quirks.phones);
        if let EntityPath::Items(number) = entity {
            let key = "entityTypeId".to_owned();
            record.values.insert(key, number.into());
        }
        record.mark_created(fields, self.clock.after(None));
        let view = self.quirks.view(&record, fields);
        table.insert(record);
        Ok((view.into(), dropped))
    }

    /// Writes the body to the record. Returns the record as it is then read, and the keys that had
    /// no effect.
    pub(crate) fn update(
        &mut self,
        entity: EntityPath,
        id: u64,
        body: &Map<String, Value>,
    ) -> Result<(Value, Vec<String>), Failure> {
        let table = self.tables.get_mut(&entity);
        let table = table.ok_or_else(Failure::entity_not_found)?;
        let record = table.records.get_mut(&id);
        let record = record.ok_or_else(Failure::entity_not_found)?;
        let fields = &table.fields;
        let rules = Rules {
            fields,
            catalogues: &self.catalogues,
            quirks: self.quirks,
            writable: update::is_changeable,
        };
        let update = Update::new(body, &rules, record, &mut self.ids)?;
        let changes = update.changes();
        let dropped = update.apply(record, &mut self.ids, self.quirks.phones);
        if changes {
            record.mark_updated(fields, self.clock.after(record.updated()));
        }
        let view = self.quirks.view(record, fields);
        Ok((self.quirks.updates.of(view), dropped))
    }

    pub(crate) fn delete(&mut self, entity: EntityPath, id: u64) -> Result<(), Failure> {
        let table = self.tables.get_mut(&entity);
        let removed = table.and_then(|table| table.records.remove(&id));
        removed.map(drop).ok_or_else(Failure::entity_not_found)
    }

    pub(crate) fn fields(&self, entity: EntityPath) -> Result<Value, Failure> {
        let fields = &self.table(entity)?.fields;
        Ok(description::describe(fields, self.quirks.vocabulary))
    }

    /// Returns the definitions of the user fields.
    pub(crate) fn user_fields(&self, entity: EntityPath) -> Result<Vec<Value>, Failure> {
        let fields = &self.table(entity)?.fields;
        Ok(definition::define(entity, fields))
    }

    /// Adds a user field. Returns its definition, and the keys that had no effect.
    pub(crate) fn create_user_field(
        &mut self,
        entity: EntityPath,
        body: &Map<String, Value>,
    ) -> Result<(Value, Vec<String>), Failure> {
        let table = self.tables.get_mut(&entity);
        let table = table.ok_or_else(Failure::entity_not_found)?;
        let new = new_definition::read(body)?;
        if table.fields.get(&new.wire_name).is_some() {
            return Err(Failure::invalid_request(
                "The entity has this field already",
            ));
        }
        table
            .fields
            .add(new.wire_name.clone(), new.description)
            .map_err(|error| Failure::invalid_request(error.to_string()))?;
        let field = table.fields.get(&new.wire_name);
        let field = field.ok_or_else(Failure::entity_not_found)?;
        let definition = definition::definition(entity, &table.fields, field);
        Ok((definition, new.dropped))
    }

    fn table(&self, entity: EntityPath) -> Result<&Table, Failure> {
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
