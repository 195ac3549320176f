//! A field after the check: what it is to the API.

use proc_macro2::Ident;
use syn::{Type, ext::IdentExt};
use vibecode_spec::{ADD, CLEAR, Clearing, Kind, Multifield};

use crate::look_up::WireName;

/// A field of the struct, checked.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    /// The field's type as it was written.
    pub(crate) ty: &'a Type,
    pub(crate) name: WireName,
    pub(crate) role: Role<'a>,
    pub(crate) access: Access,
}

/// What a field is to the API.
pub(crate) enum Role<'a> {
    /// Not the API's.
    Skipped,
    /// The record's id; its type must be the entity's.
    Id,
    Value(Value<'a>),
    Multifield(Values<'a>),
    /// An error was reported. What is generated for the field takes and returns anything, so that no other
    /// error follows from it.
    Broken,
}

/// Whether a field is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Written,
    /// The struct says that it is only read.
    MarkedReadOnly,
    /// The schema says that it is only read, and the struct does not.
    ReadOnly,
    /// The schema says that it is set when a record is created and not changed after, and the struct does
    /// not mark it as read-only.
    Immutable,
}

/// A field with a value.
pub(crate) struct Value<'a> {
    pub(crate) wire: String,
    pub(crate) title: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) multiple: bool,
    /// The type without its `Option`.
    pub(crate) holds: &'a Type,
    /// For a field with `Option` that the portal does not require.
    pub(crate) clearing: Option<Clearing>,
    /// Whether it could be cleared if the portal did not require it.
    pub(crate) required: bool,
}

/// A multifield, which is added to.
pub(crate) struct Values<'a> {
    pub(crate) multifield: Multifield,
    pub(crate) form: Form<'a>,
}

/// How a struct holds the values of a multifield.
pub(crate) enum Form<'a> {
    /// `Vec<T>`
    Vec(&'a Type),
    /// A list whose type has a name of its own.
    List,
    /// One bare value under one type.
    Typed { type_id: String, holds: &'a Type },
}

impl Field<'_> {
    /// The names of the methods that the field gives to the builder.
    pub(crate) fn methods(&self) -> Vec<String> {
        let name = self.ident.unraw();
        let prefixed = |prefix: &str| format!("{prefix}{name}");
        match &self.role {
            _ if self.access != Access::Written => Vec::new(),
            Role::Skipped | Role::Id => Vec::new(),
            Role::Value(value) if value.clearing.is_none() && !value.required => {
                vec![name.to_string()]
            }
            Role::Value(_) => vec![name.to_string(), prefixed(CLEAR)],
            Role::Multifield(_) | Role::Broken => {
                vec![name.to_string(), prefixed(ADD), prefixed(CLEAR)]
            }
        }
    }
}
