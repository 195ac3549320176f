//! What `ensure` and `mismatches` compare a value as: the kind of its field.

use serde_json::Value;
use vibecode_runtime::{UntypedPatch, Users, kind};
use vibecode_spec::{Field, Kind};

/// Calls a method of a patch with the kind of a field, or the other method if this version does not know the kind.
macro_rules! by_kind {
    ($patch:ident, $field:ident, $value:ident, $typed:ident, $untyped:ident) => {{
        let name = &*$field.name;
        match &$field.kind {
            Kind::Text => $patch.$typed::<kind::Text>(name, $value),
            Kind::Integer => $patch.$typed::<kind::Integer>(name, $value),
            Kind::Number => $patch.$typed::<kind::Number>(name, $value),
            Kind::Double => $patch.$typed::<kind::Double>(name, $value),
            Kind::Boolean => $patch.$typed::<kind::Boolean>(name, $value),
            Kind::Date => $patch.$typed::<kind::Date>(name, $value),
            Kind::DateTime => $patch.$typed::<kind::DateTime>(name, $value),
            Kind::DateOrDateTime => $patch.$typed::<kind::DateOrDateTime>(name, $value),
            Kind::Enumeration => $patch.$typed::<kind::Enumeration>(name, $value),
            Kind::Money => $patch.$typed::<kind::Money>(name, $value),
            Kind::Url => $patch.$typed::<kind::Url>(name, $value),
            Kind::Address => $patch.$typed::<kind::Address>(name, $value),
            Kind::File => $patch.$typed::<kind::File>(name, $value),
            Kind::Crm => $patch.$typed::<kind::Crm>(name, $value),
            Kind::Status => $patch.$typed::<kind::Status>(name, $value),
            Kind::Iblock => $patch.$typed::<kind::Iblock>(name, $value),
            // Ids are compared alike, whatever their entity is.
            Kind::Reference(_) => $patch.$typed::<kind::Reference<Users>>(name, $value),
            _ => $patch.$untyped(name, $value),
        }
    }};
}

/// Sets a field to a value that is compared as the kind of the field.
pub(super) fn set(patch: UntypedPatch, field: &Field, value: &Value) -> UntypedPatch {
    by_kind!(patch, field, value, set_as, set)
}

/// Clears a field with this value. Whether the record shows that is compared as the kind of the field.
pub(super) fn clear(patch: UntypedPatch, field: &Field, by: &Value) -> UntypedPatch {
    by_kind!(patch, field, by, clear_as, clear)
}
