//! Whose records a struct holds.

use vibecode_spec::Entity;

use crate::{errors::Errors, model::Input};

/// The entity that the struct names, or the one it seems to mean; `None` leaves nothing to check.
pub(crate) fn entity_of(input: &Input, errors: &Errors) -> Option<Entity> {
    let Some(name) = &input.attributes.entity else {
        errors.at(
            &input.ident,
            "which records is this for? Add `#[vibecode(entity = \"contacts\")]`",
        );
        return None;
    };
    let known = Entity::from_path(&name.value());
    if known.is_some() {
        return known;
    }
    let meant = Entity::suggest(&name.value());
    let paths: Vec<_> = Entity::ALL.iter().map(|each| each.path()).collect();
    let advice = meant.map_or_else(
        || format!("it is one of `{}`", paths.join("`, `")),
        |meant| format!("did you mean `{}`?", meant.path()),
    );
    errors.at(
        name,
        format!("there is no entity `{}`: {advice}", name.value()),
    );
    meant
}
