//! The struct as it was written, held against the API's schema.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::ext::IdentExt;
use vibecode_spec::Entity;

use super::field::{Field, Role};
use crate::{
    entity::entity_of,
    errors::Errors,
    look_up::{Subject, WireName},
    model::Input,
};

/// A struct whose mistakes have been told.
pub(crate) struct Checked<'a> {
    pub(crate) input: &'a Input,
    pub(crate) entity: Entity,
    pub(crate) fields: Vec<Field<'a>>,
    /// Every wire name that the struct maps, written or not.
    pub(crate) wire_names: Vec<String>,
}

/// Methods that every builder has.
const OWN_METHODS: &[&str] = &["maybe", "set_unchecked"];

pub(crate) fn check<'a>(input: &'a Input, errors: &Errors) -> Checked<'a> {
    let known = entity_of(input, errors);
    let mut wire_names = Vec::new();
    let mut fields = Vec::new();
    for field in &input.fields {
        let name = WireName::of(field);
        if field.attributes.skip.is_none() {
            wire_names.push(name.text.clone());
        }
        let subject = known.map(|entity| Subject {
            field,
            name,
            entity,
            errors,
        });
        let role = subject.and_then(|subject| subject.role().ok());
        fields.push(Field {
            ident: &field.ident,
            ty: &field.ty,
            role: role.unwrap_or(Role::Broken),
        });
    }
    refuse_second_ids(input, errors);
    refuse_fields_mapped_twice(&mut fields, errors);
    refuse_clashing_methods(&mut fields, errors);
    Checked {
        input,
        entity: known.unwrap_or(Entity::Contacts),
        fields,
        wire_names,
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
            "a record has one id, and another field has it already",
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
            let message = format!("`{owner}` has the wire name `{}` already", value.wire);
            errors.at(field.ident, message);
            field.role = Role::Broken;
        } else {
            owners.insert(value.wire.clone(), field.ident);
        }
    }
}

/// A field whose methods would clash with another's gets none.
fn refuse_clashing_methods(fields: &mut [Field<'_>], errors: &Errors) {
    let mut owners: HashMap<String, String> = HashMap::new();
    for own in OWN_METHODS {
        owners.insert((*own).to_owned(), "every patch".to_owned());
    }
    // What a field is called comes first: `clear_post` beside `post` is what needs another name.
    for field in &*fields {
        let name = field.ident.unraw().to_string();
        for method in field.methods().into_iter().filter(|method| *method != name) {
            owners.insert(method, format!("the field `{name}`"));
        }
    }
    for field in fields {
        let name = field.ident.unraw().to_string();
        if let (Some(owner), false) = (owners.get(&name), field.methods().is_empty()) {
            errors.at(
                field.ident,
                format!(
                    "{owner} has a method `{name}` already: rename this field and give its wire name by `field = \"…\"`"
                ),
            );
            field.role = Role::Unwritten;
        }
    }
}
