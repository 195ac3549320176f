//! Checks a struct against the schema of the API.

pub(crate) mod codes;
pub(crate) mod entity;
pub(crate) mod field;
pub(crate) mod file_cache;
pub(crate) mod look_up;
pub(crate) mod portal;
pub(crate) mod properties;
pub(crate) mod role;
pub(crate) mod wire_name;

use std::collections::HashMap;

use proc_macro2::Ident;
use quote::format_ident;
use syn::ext::IdentExt;
use vibecode_spec::{Entity, EntityPath};

use self::{
    field::{Access, Field, Role},
    look_up::LookUp,
    portal::SchemaFile,
    role::FieldCheck,
    wire_name::WireName,
};
use crate::{collected_errors::Errors, input::Input};

/// A struct after the check: its errors have been reported.
pub(crate) struct Checked<'a> {
    pub(crate) input: &'a Input,
    pub(crate) entity: EntityPath,
    pub(crate) fields: Vec<Field<'a>>,
    /// The name of the builder, with the span of the name that it comes from.
    pub(crate) builder: Ident,
    /// The portal's schema.
    pub(crate) schema_file: SchemaFile,
}

pub(crate) fn check<'a>(input: &'a Input, errors: &Errors) -> Checked<'a> {
    let entity = entity::of(&input.ident, &input.attributes, errors);
    let schema_file = SchemaFile::find(entity, &input.attributes, errors);
    let fields = input.fields.iter().map(|field| {
        let name = WireName::of(field);
        let check = entity.map(|entity| FieldCheck {
            field,
            name: &name,
            schema: LookUp {
                entity,
                portal: &schema_file.portal,
                errors,
            },
        });
        let checked = check
            .filter(|_| !field.attributes.has_errors)
            .and_then(|check| check.role().ok());
        let (role, access) = checked.unwrap_or((Role::Broken, Access::Written));
        Field {
            ident: &field.ident,
            ty: &field.ty,
            name,
            role,
            access,
        }
    });
    let mut fields: Vec<_> = fields.collect();
    refuse_second_ids(input, errors);
    refuse_fields_mapped_twice(&mut fields, errors);
    Checked {
        input,
        entity: entity.unwrap_or(EntityPath::Entity(Entity::Contacts)),
        builder: builder_of(input),
        fields,
        schema_file,
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
        let Role::Plain(plain) = &field.role else {
            continue;
        };
        let message = if let Some(id) = id.filter(|_| plain.wire == "id") {
            format!("`{id}` is the record's id already: remove this field")
        } else if let Some(owner) = owners.get(&plain.wire) {
            format!(
                "`{owner}` has the wire name `{}` already: map it once, or `skip` one of them",
                plain.wire
            )
        } else {
            owners.insert(plain.wire.clone(), field.ident);
            continue;
        };
        errors.at(field.ident, message);
        field.role = Role::Broken;
    }
}
