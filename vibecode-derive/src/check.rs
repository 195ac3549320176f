//! The struct as it was written, held against the API's schema.

use std::collections::HashMap;

use proc_macro2::Ident;
use vibecode_spec::Entity;

use crate::{
    errors::Errors,
    field::{Access, Field, Role},
    look_up::{Subject, WireName},
    model::Input,
    portal::Found,
    whose::{self, Whose},
};

/// A struct whose mistakes have been told.
pub(crate) struct Checked<'a> {
    pub(crate) input: &'a Input,
    pub(crate) whose: Whose,
    pub(crate) fields: Vec<Field<'a>>,
    /// The portal's schema.
    pub(crate) found: Found,
}

pub(crate) fn check<'a>(input: &'a Input, errors: &Errors) -> Checked<'a> {
    let known = whose::of(&input.ident, &input.attributes, errors);
    let found = Found::of(known, &input.attributes, errors);
    let fields = input.fields.iter().map(|field| {
        let whose = known.filter(|_| !field.attributes.told);
        let subject = whose.map(|whose| Subject {
            field,
            name: WireName::of(field),
            whose,
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
        whose: known.unwrap_or(Whose::Entity(Entity::Contacts)),
        fields,
        found,
    }
}

fn refuse_second_ids(input: &Input, errors: &Errors) {
    let ids = input
        .fields
        .iter()
        .filter_map(|field| field.attributes.id.as_ref());
    for second in ids.skip(1) {
        errors.at(
            second,
            "a record has one id, and another field has it already: leave `id` out here",
        );
    }
}

/// Several fields may feed one multifield; any other wire name belongs to one field.
fn refuse_fields_mapped_twice(fields: &mut [Field<'_>], errors: &Errors) {
    let mut owners: HashMap<String, &Ident> = HashMap::new();
    for field in fields {
        let Role::Value(value) = &field.role else {
            continue;
        };
        if let Some(owner) = owners.get(&value.wire) {
            let message = format!(
                "`{owner}` has the wire name `{}` already: map it once, or `skip` one of them",
                value.wire
            );
            errors.at(field.ident, message);
            field.role = Role::Broken;
        } else {
            owners.insert(value.wire.clone(), field.ident);
        }
    }
}
