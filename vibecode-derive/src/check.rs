//! Checks a struct against the schema of the API.

use std::collections::HashMap;

use proc_macro2::Ident;
use quote::format_ident;
use syn::ext::IdentExt;
use vibecode_spec::{Entity, EntityPath};

use crate::{
    entity,
    errors::Errors,
    field::{Access, Field, Role},
    look_up::{Subject, WireName},
    model::Input,
    portal::Found,
};

/// A struct after the check: its errors have been reported.
pub(crate) struct Checked<'a> {
    pub(crate) input: &'a Input,
    pub(crate) entity: EntityPath,
    pub(crate) fields: Vec<Field<'a>>,
    /// The name of the builder, with the span of the name that it comes from.
    pub(crate) builder: Ident,
    /// The portal's schema.
    pub(crate) found: Found,
}

pub(crate) fn check<'a>(input: &'a Input, errors: &Errors) -> Checked<'a> {
    let known = entity::of(&input.ident, &input.attributes, errors);
    let found = Found::of(known, &input.attributes, errors);
    let fields = input.fields.iter().map(|field| {
        let entity = known.filter(|_| !field.attributes.has_errors);
        let subject = entity.map(|entity| Subject {
            field,
            name: WireName::of(field),
            entity,
            portal: &found.portal,
            errors,
        });
        let checked = subject.and_then(|subject| subject.role().ok());
        let (role, access) = checked.unwrap_or((Role::Broken, Access::Written));
        Field {
            ident: &field.ident,
            ty: &field.ty,
            name: WireName::of(field),
            role,
            access,
        }
    });
    let mut fields: Vec<_> = fields.collect();
    refuse_second_ids(input, errors);
    refuse_fields_mapped_twice(&mut fields, errors);
    Checked {
        input,
        entity: known.unwrap_or(EntityPath::Entity(Entity::Contacts)),
        builder: builder_of(input),
        fields,
        found,
    }
}

fn builder_of(input: &Input) -> Ident {
    let by_struct = || format_ident!("{}Patch", input.ident.unraw(), span = input.ident.span());
    input.attributes.builder.clone().unwrap_or_else(by_struct)
}

fn refuse_second_ids(input: &Input, errors: &Errors) {
    let ids = input
        .fields
        .iter()
        .filter_map(|field| field.attributes.id.as_ref());
    for second in ids.skip(1) {
        errors.at(
            second,
            "a record has one id, and another field is marked `id` already: leave `id` out here",
        );
    }
}

/// Reports wire names that several fields map to. Several fields may map to one multifield. Any other
/// wire name may have only one field, and `id` belongs to the field with `#[vibecode(id)]`.
fn refuse_fields_mapped_twice(fields: &mut [Field<'_>], errors: &Errors) {
    let id = fields.iter().find(|field| matches!(field.role, Role::Id));
    let id = id.map(|field| field.ident);
    let mut owners: HashMap<String, &Ident> = HashMap::new();
    for field in fields {
        let Role::Value(value) = &field.role else {
            continue;
        };
        let message = if let Some(id) = id.filter(|_| value.wire == "id") {
            format!("`{id}` is the record's id already: remove this field")
        } else if let Some(owner) = owners.get(&value.wire) {
            format!(
                "`{owner}` has the wire name `{}` already: map it once, or `skip` one of them",
                value.wire
            )
        } else {
            owners.insert(value.wire.clone(), field.ident);
            continue;
        };
        errors.at(field.ident, message);
        field.role = Role::Broken;
    }
}
