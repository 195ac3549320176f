//! Entities by their path in the API: those with a path of their own, and smart processes.

use std::sync::OnceLock;

use crate::{CodeSet, Entity, Schema};

const ITEMS: &str = "items/";

/// An entity of the API, or a smart process of a portal.
///
/// ```
/// use vibecode_spec::{Entity, EntityPath};
///
/// assert_eq!(EntityPath::from_path("contacts"), Some(EntityPath::Entity(Entity::Contacts)));
/// let requests = EntityPath::from_path("items/1040").expect("a smart process");
/// assert_eq!(requests, EntityPath::Items(1040));
/// assert_eq!((&*requests.path(), &*requests.file_name()), ("items/1040", "items-1040.json"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityPath {
    /// An entity with a path of its own.
    Entity(Entity),
    /// A smart process, such as `items/1040`. All of its fields are defined by the portal.
    Items(u32),
}

impl From<Entity> for EntityPath {
    fn from(entity: Entity) -> Self {
        Self::Entity(entity)
    }
}

impl EntityPath {
    /// Returns the entity with this path, such as `contacts` or `items/1040`, but not `items/01040`.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let Some(number) = path.strip_prefix(ITEMS) else {
            return Entity::from_path(path).map(Self::Entity);
        };
        let parsed = number.parse::<u32>().ok();
        // `u32` also parses a sign and leading zeros, which a path does not have.
        let canonical = parsed.filter(|parsed| parsed.to_string() == number);
        canonical.map(Self::Items)
    }

    /// Returns the path in the API.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::Entity(entity) => entity.path().to_owned(),
            Self::Items(number) => format!("{ITEMS}{number}"),
        }
    }

    /// Returns the name of the entity's schema file, such as `items-1040.json`.
    #[must_use]
    pub fn file_name(self) -> String {
        format!("{}.json", self.path().replace('/', "-"))
    }

    /// Returns the entity with a schema file of this name.
    #[must_use]
    pub fn from_file_name(name: &str) -> Option<Self> {
        let path = name.strip_suffix(".json")?.replace('-', "/");
        Self::from_path(&path)
    }

    /// Returns whether records have phones and emails (grade D).
    #[must_use]
    pub fn has_multifields(self) -> bool {
        match self {
            Self::Entity(entity) => entity.has_multifields(),
            Self::Items(_) => false,
        }
    }

    /// Returns whether most fields of the entity are known only from a portal's schema.
    #[must_use]
    pub fn needs_schema(self) -> bool {
        match self {
            Self::Entity(entity) => entity.needs_schema(),
            Self::Items(_) => true,
        }
    }

    /// Returns the built-in fields. A smart process has none.
    #[must_use]
    pub fn documented(self) -> &'static Schema {
        static NOTHING: OnceLock<Schema> = OnceLock::new();
        match self {
            Self::Entity(entity) => entity.schema(),
            Self::Items(_) => NOTHING.get_or_init(Schema::default),
        }
    }

    /// Returns the built-in fields with those of a portal added: see [`Schema::with_portal`]. A field
    /// whose set no description states gets the one that it probably has: `QUOTE_STATUS` for the `stageId`
    /// of quotes, and the stages of the process for that of a smart process.
    #[must_use]
    pub fn schema_with(self, portal: Schema) -> Schema {
        let assumed = match self {
            Self::Entity(Entity::Quotes) => Some(CodeSet::Assumed("QUOTE_STATUS".to_owned())),
            Self::Items(process) => Some(CodeSet::ProcessStages(process)),
            Self::Entity(_) => None,
        };
        let schema = self.documented().with_portal(portal);
        match assumed {
            Some(codes) => schema.with_codes("stageId", codes),
            None => schema,
        }
    }

    /// Returns a list of the known paths, for a message about an unknown one.
    #[must_use]
    pub fn known_paths() -> String {
        let paths: Vec<_> = Entity::ALL.iter().map(|each| each.path()).collect();
        format!(
            "expected one of `{}`, or a smart process such as `{ITEMS}1040`",
            paths.join("`, `")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_schema_file_leads_back_to_its_entity() {
        let built_in = Entity::ALL.iter().copied().map(EntityPath::Entity);
        for entity in built_in.chain([EntityPath::Items(2), EntityPath::Items(1040)]) {
            let name = entity.file_name();
            assert_eq!(EntityPath::from_file_name(&name), Some(entity), "{name}");
        }
    }

    #[test]
    fn a_file_of_another_name_is_not_a_schema_file() {
        for name in [
            "contacts",
            "contacts.json.bak",
            "contact.json",
            "Contacts.json",
            "items.json",
            "items-.json",
            "items-01040.json",
            "items-+1040.json",
            "items-1040-1.json",
            ".json",
            "",
        ] {
            assert_eq!(EntityPath::from_file_name(name), None, "{name}");
        }
    }

    #[test]
    fn the_known_paths_name_every_entity_and_a_smart_process() {
        assert_eq!(
            EntityPath::known_paths(),
            "expected one of `contacts`, `companies`, `leads`, `deals`, `quotes`, `invoices`, `requisites`, `tasks`, `addresses`, `activities`, or a smart process such as `items/1040`"
        );
    }
}
