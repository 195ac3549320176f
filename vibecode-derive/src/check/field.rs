//! The fields of a struct after the check.

use proc_macro2::Ident;
use syn::{Type, ext::IdentExt};
use vibecode_spec::{ADD, CLEAR, Clearing, Kind, Multifield};

use crate::check::wire_name::WireName;

/// A checked field of the struct.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    /// The type of the field, as written.
    pub(crate) ty: &'a Type,
    pub(crate) name: WireName,
    pub(crate) role: Role<'a>,
    pub(crate) access: Access,
}

/// The role of a field in the API.
pub(crate) enum Role<'a> {
    /// The field does not belong to the API.
    Skipped,
    /// The id of the record. Its type must be the id type of the entity.
    Id,
    Plain(PlainField<'a>),
    Multifield(MultifieldField<'a>),
    /// An error was reported. The code generated for the field accepts and returns any type, so that no
    /// other error follows from it.
    Broken,
}

/// Whether a field can be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Written,
    /// The struct marks the field as read-only.
    MarkedReadOnly,
    /// The field is read-only in the schema, but the struct does not mark it so.
    ReadOnly,
    /// According to the schema, the field can be set when a record is created, but not changed
    /// afterwards. The struct does not mark it as read-only.
    Immutable,
}

/// A field that can be set to a value, or to a list of values.
pub(crate) struct PlainField<'a> {
    pub(crate) wire: String,
    pub(crate) title: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) multiple: bool,
    /// The type without its `Option`.
    pub(crate) value_type: &'a Type,
    /// What clears the field, if it is an `Option` and the portal does not require it.
    pub(crate) clearing: Option<Clearing>,
    /// Whether the portal requires a value, and the field could be cleared otherwise.
    pub(crate) required: bool,
}

impl PlainField<'_> {
    /// Returns whether the field has one value, which is true or false.
    pub(crate) fn is_boolean(&self) -> bool {
        matches!(self.kind, Kind::Boolean) && !self.multiple
    }
}

/// A multifield. Values can only be added to it.
pub(crate) struct MultifieldField<'a> {
    pub(crate) which: Multifield,
    pub(crate) form: Form<'a>,
}

/// Returns the name of the runtime's type for the values of a multifield.
pub(crate) fn element_name(multifield: Multifield) -> &'static str {
    match multifield {
        Multifield::Phone => "Phone",
        Multifield::Email => "Email",
        // `Multifield` is not exhaustive. A test reads every multifield that it has.
        other => unreachable!("{other:?} has no type in the runtime"),
    }
}

/// The form in which a struct holds the values of a multifield.
pub(crate) enum Form<'a> {
    /// `Vec<T>`
    Vec(&'a Type),
    /// A list of another type, such as a newtype or an alias.
    List,
    /// A single bare value with a fixed type.
    Typed {
        type_id: String,
        value_type: &'a Type,
    },
}

impl Field<'_> {
    /// Returns the names of the methods that the builder has for the field.
    pub(crate) fn methods(&self) -> Vec<String> {
        let name = self.ident.unraw();
        let prefixed = |prefix: &str| format!("{prefix}{name}");
        match &self.role {
            _ if self.access != Access::Written => Vec::new(),
            Role::Skipped | Role::Id => Vec::new(),
            Role::Plain(plain) if plain.clearing.is_none() && !plain.required => {
                vec![name.to_string()]
            }
            Role::Plain(_) => vec![name.to_string(), prefixed(CLEAR)],
            Role::Multifield(_) | Role::Broken => {
                vec![name.to_string(), prefixed(ADD), prefixed(CLEAR)]
            }
        }
    }
}
