//! What `ensure` and `mismatches` compare a value as: the kind of its field.

use serde_json::Value;
use vibecode_runtime::{UntypedPatch, Users, kind};
use vibecode_spec::{Field, Kind};

/// Sets a field to a value that is compared as the kind of the field.
pub(super) fn set(patch: UntypedPatch, field: &Field, value: &Value) -> UntypedPatch {
    let name = &*field.name;
    match &field.kind {
        Kind::Text => patch.set_as::<kind::Text>(name, value),
        Kind::Integer => patch.set_as::<kind::Integer>(name, value),
        Kind::Number => patch.set_as::<kind::Number>(name, value),
        Kind::Double => patch.set_as::<kind::Double>(name, value),
        Kind::Boolean => patch.set_as::<kind::Boolean>(name, value),
        Kind::Date => patch.set_as::<kind::Date>(name, value),
        Kind::DateTime => patch.set_as::<kind::DateTime>(name, value),
        Kind::DateOrDateTime => patch.set_as::<kind::DateOrDateTime>(name, value),
        Kind::Enumeration => patch.set_as::<kind::Enumeration>(name, value),
        Kind::Money => patch.set_as::<kind::Money>(name, value),
        Kind::Url => patch.set_as::<kind::Url>(name, value),
        Kind::Address => patch.set_as::<kind::Address>(name, value),
        Kind::File => patch.set_as::<kind::File>(name, value),
        Kind::Crm => patch.set_as::<kind::Crm>(name, value),
        Kind::Status => patch.set_as::<kind::Status>(name, value),
        Kind::Iblock => patch.set_as::<kind::Iblock>(name, value),
        // Ids are compared alike, whatever their entity is.
        Kind::Reference(_) => patch.set_as::<kind::Reference<Users>>(name, value),
        // A kind that this version does not know.
        _ => patch.set(name, value),
    }
}
