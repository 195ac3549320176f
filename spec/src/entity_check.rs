//! Checks that a schema is of an entity, and not of another one.

use crate::{Entity, EntityPath, Schema, SchemaError, one_line};

/// The minimum number of fields that only one entity has, for a list to count as that entity's.
const SEVERAL: usize = 3;

impl Schema {
    /// Checks that this can be a portal's list of the fields of an entity.
    ///
    /// A list is rejected as another entity's only if it names another entity, or if it has several
    /// fields that only another entity has and none that only this one has. A list that fits several
    /// entities is accepted for each of them.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] if there are no fields, if two fields have the same upper name, or if
    /// the fields are those of another entity.
    pub fn check_for(&self, entity: EntityPath) -> Result<(), SchemaError> {
        if self.fields.is_empty() {
            let message = "it has no fields".to_owned();
            return Err(SchemaError::of_the_whole(message));
        }
        self.check_stated_entity(entity)?;
        self.check_upper_names()?;
        match entity {
            // The few built-in fields do not show that a list is another entity's.
            EntityPath::Entity(entity) if !entity.needs_schema() => self.check_entity(entity),
            EntityPath::Entity(_) | EntityPath::Items(_) => Ok(()),
        }
    }

    fn check_stated_entity(&self, entity: EntityPath) -> Result<(), SchemaError> {
        match &self.entity {
            Some(stated) if *stated != entity.path() => Err(SchemaError::of_the_whole(format!(
                "it says that these are the fields of {}, not of {}",
                one_line(stated),
                entity.path()
            ))),
            _ => Ok(()),
        }
    }

    fn check_upper_names(&self) -> Result<(), SchemaError> {
        let named = self.fields.iter();
        let named = named.filter_map(|field| Some((field.upper_name.as_deref()?, &*field.name)));
        let mut named: Vec<(&str, &str)> = named.collect();
        // They are usually sorted already.
        named.sort_unstable();
        let twins = named.iter().zip(named.iter().skip(1));
        let twins = twins.filter(|((upper, _), (next, _))| upper == next);
        // The first by name, independent of the upper names.
        let Some(((_, owner), (upper, name))) = twins.min_by_key(|(_, (_, name))| *name) else {
            return Ok(());
        };
        let [owner, name, upper] = [owner, name, upper].map(|text| one_line(text));
        let message = format!("`{owner}` and `{name}` have the same upper name, `{upper}`");
        Err(SchemaError::of_the_whole(message))
    }

    /// Rejects a list that is certainly another entity's: it has at least [`SEVERAL`] fields that this
    /// entity lacks, none of the fields that only this entity has (of which there must be at least
    /// [`SEVERAL`]), and no documented field that the other entity lacks. A list of few fields may be a
    /// part, and proves nothing.
    fn check_entity(&self, entity: Entity) -> Result<(), SchemaError> {
        let documented = self.documented_names();
        let foreign: Vec<&str> = documented
            .iter()
            .copied()
            .filter(|name| !is_of(entity, name))
            .collect();
        if foreign.len() < SEVERAL {
            return Ok(());
        }
        let is_list_of = |other: &Entity| {
            let own = entity.schema().fields();
            let only_own = own.filter(|field| !is_of(*other, &field.name));
            only_own.count() >= SEVERAL && documented.iter().all(|name| is_of(*other, name))
        };
        let others: Vec<_> = Entity::ALL
            .iter()
            .filter(|other| is_list_of(other))
            .map(|other| other.path())
            .collect();
        if others.is_empty() {
            return Ok(());
        }
        let shown: Vec<_> = foreign.into_iter().take(SEVERAL).collect();
        Err(SchemaError::of_the_whole(format!(
            "these are the fields of {}, not of {}, which have no `{}`",
            others.join(" or "),
            entity.path(),
            shown.join("`, `")
        )))
    }

    /// Returns the names of this list that an entity is documented to have, sorted. The documented fields are
    /// looked up in this list, and not the other way round, since there are few of them.
    fn documented_names(&self) -> Vec<&str> {
        let documented = Entity::ALL.iter().flat_map(|each| each.schema().fields());
        let own = documented.filter_map(|field| self.field(&field.name));
        let mut names: Vec<&str> = own.map(|field| &*field.name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

fn is_of(entity: Entity, name: &str) -> bool {
    entity.schema().field(name).is_some()
}
