//! The struct as it was written, held against the API's schema.

use std::{collections::HashMap, path::PathBuf};

use proc_macro2::Ident;
use vibecode_spec::Entity;

use crate::{
    errors::Errors,
    field::{Access, Field, Role},
    look_up::{Subject, WireName},
    model::Input,
    portal::{self, Found, Portal},
    whose::Whose,
};

/// A struct whose mistakes have been told.
pub(crate) struct Checked<'a> {
    pub(crate) input: &'a Input,
    pub(crate) whose: Whose,
    pub(crate) fields: Vec<Field<'a>>,
    /// The portal's schema that was read.
    pub(crate) schema_file: Option<PathBuf>,
}

pub(crate) fn check<'a>(input: &'a Input, errors: &Errors) -> Checked<'a> {
    let known = Whose::of(input, errors);
    let Found { file, portal } = schema(input, known, errors);
    let fields = input.fields.iter().map(|field| {
        let subject = known.map(|whose| Subject {
            field,
            name: WireName::of(field),
            whose,
            portal: &portal,
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
        schema_file: file,
    }
}

/// The portal's schema. What is wrong with its file is one error, at what names it.
fn schema(input: &Input, whose: Option<Whose>, errors: &Errors) -> Found {
    let given = input.attributes.schema.as_ref();
    let found = match (whose, given) {
        (Some(whose), Some(path)) => portal::at(&path.value(), &whose),
        (Some(whose), None) => portal::find(&whose),
        (None, _) => Found {
            file: None,
            portal: Portal::Absent,
        },
    };
    if let (Portal::Broken(problem), Some(at)) =
        (&found.portal, given.or(input.attributes.entity.as_ref()))
    {
        errors.at(at, problem);
    }
    found
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
