//! Which entity a struct is for.

use proc_macro2::Ident;
use vibecode_spec::Entity;
pub(crate) use vibecode_spec::EntityPath as Whose;

use crate::{attribute::OnStruct, errors::Errors};

/// What a struct says, or seems to mean; `None` leaves nothing to check.
pub(crate) fn of(item: &Ident, attributes: &OnStruct, errors: &Errors) -> Option<Whose> {
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
    let known = Whose::from_path(&given);
    if known.is_some() {
        return known;
    }
    let meant = Entity::suggest(&given);
    let advice = meant.map_or_else(Whose::known_paths, |meant| {
        format!("did you mean `{}`?", meant.path())
    });
    errors.at(name, format!("there is no entity `{given}`: {advice}"));
    meant.map(Whose::Entity)
}
