//! Whose records a struct holds.

use std::sync::OnceLock;

use proc_macro2::Ident;
use vibecode_spec::{Entity, Schema};

use crate::{attribute::OnStruct, errors::Errors};

/// An entity of the CRM, or a smart process of a portal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Entity(Entity),
    /// `items/1040`: all of its fields are the portal's.
    Items(u32),
}

/// How a smart process begins in the API's paths.
const ITEMS: &str = "items/";

impl Whose {
    /// What a struct says, or seems to mean; `None` leaves nothing to check.
    pub(crate) fn of(item: &Ident, attributes: &OnStruct, errors: &Errors) -> Option<Self> {
        let Some(name) = &attributes.entity else {
            if attributes.told {
                return None;
            }
            errors.at(
                item,
                "which records is this for? Add `#[vibecode(entity = \"contacts\")]`",
            );
            return None;
        };
        let given = name.value();
        let known = Self::from_path(&given);
        if known.is_some() {
            return known;
        }
        let meant = Entity::suggest(&given);
        let advice = meant.map_or_else(advice, |meant| format!("did you mean `{}`?", meant.path()));
        errors.at(name, format!("there is no entity `{given}`: {advice}"));
        meant.map(Self::Entity)
    }

    fn from_path(path: &str) -> Option<Self> {
        if let Some(number) = path.strip_prefix(ITEMS) {
            let parsed = number.parse::<u32>().ok();
            // As it stands in paths: without a sign, and without zeros before it.
            let known = parsed.filter(|parsed| parsed.to_string() == number);
            return known.map(Self::Items);
        }
        Entity::from_path(path).map(Self::Entity)
    }

    /// The name in the API's paths.
    pub(crate) fn path(self) -> String {
        match self {
            Self::Entity(entity) => entity.path().to_owned(),
            Self::Items(number) => format!("{ITEMS}{number}"),
        }
    }

    /// The name of the portal's schema file.
    pub(crate) fn file_name(self) -> String {
        format!("{}.json", self.path().replace('/', "-"))
    }

    pub(crate) fn built_in(self) -> Option<Entity> {
        match self {
            Self::Entity(entity) => Some(entity),
            Self::Items(_) => None,
        }
    }

    /// The documented fields.
    pub(crate) fn documented(self) -> &'static Schema {
        static NOTHING: OnceLock<Schema> = OnceLock::new();
        match self {
            Self::Entity(entity) => entity.schema(),
            Self::Items(_) => NOTHING.get_or_init(Schema::default),
        }
    }
}

fn advice() -> String {
    let paths: Vec<_> = Entity::ALL.iter().map(|each| each.path()).collect();
    format!(
        "it is one of `{}`, or a smart process such as `{ITEMS}1040`",
        paths.join("`, `")
    )
}
