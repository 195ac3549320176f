//! Determines the entity of a struct.

use proc_macro2::Ident;
use vibecode_spec::{Entity, EntityPath};

use crate::{collected_errors::Errors, input::attribute::OnStruct};

/// Returns the entity that a struct states, or the one that was probably meant. If it is `None`, nothing
/// can be checked.
pub(crate) fn of(item: &Ident, attributes: &OnStruct, errors: &Errors) -> Option<EntityPath> {
    let Some(name) = &attributes.entity else {
        if attributes.has_errors {
            return None;
        }
        errors.at(
            item,
            "the entity is not given: add `#[vibecode(entity = \"contacts\")]`",
        );
        return None;
    };
    let given = name.value();
    let known = EntityPath::from_path(&given);
    if known.is_some() {
        return known;
    }
    let meant = Entity::suggest(&given);
    let advice = meant.map_or_else(EntityPath::known_paths, |meant| {
        format!("did you mean `{}`?", meant.path())
    });
    errors.at(name, format!("there is no entity `{given}`: {advice}"));
    meant.map(EntityPath::Entity)
}
