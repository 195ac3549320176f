//! Checks that a struct can have a patch builder, in addition to the checks of every record.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::ext::IdentExt;
use vibecode_spec::{BUILDER_METHODS, Multifield};

use crate::{
    check::{
        Checked,
        field::{Access, Field, Role},
    },
    collected_errors::Errors,
    patch::name_in_use::is_in_use,
};

pub(crate) fn check(checked: &mut Checked<'_>, errors: &Errors) {
    refuse_writing_what_is_read(&mut checked.fields, errors);
    refuse_clashing_methods(&mut checked.fields, errors);
    refuse_a_name_in_use(checked, errors);
}

/// The prefix of the builder's name if the usual name is in use, so that the app's own type is not
/// confused with the builder.
const ASIDE: &str = "__Patch";

fn refuse_a_name_in_use(checked: &mut Checked<'_>, errors: &Errors) {
    let (structs, builder) = (&checked.input.ident, &checked.builder);
    if is_in_use(structs, builder) {
        let message = format!(
            "the builder would be named `{builder}`, which is already in use here: choose another name with `#[vibecode(builder = \"{}Change\")]`",
            structs.unraw()
        );
        errors.at(builder, message);
        checked.builder = Ident::new(&format!("{ASIDE}{}", structs.unraw()), builder.span());
    }
}

fn refuse_writing_what_is_read(fields: &mut [Field<'_>], errors: &Errors) {
    for field in fields {
        let name = &field.name.text;
        let message = match field.access {
            Access::Written | Access::MarkedReadOnly => continue,
            Access::ReadOnly => read_only_message(name),
            Access::Immutable => immutable_message(name),
        };
        errors.at(&field.name, message);
        field.role = Role::Broken;
        field.access = Access::Written;
    }
}

fn read_only_message(name: &str) -> String {
    if name == "id" {
        return "a record's id is never written: add `#[vibecode(id)]`".to_owned();
    }
    let multifield = Multifield::ALL
        .iter()
        .find(|each| name.starts_with(each.name()));
    match multifield {
        Some(multifield) => format!(
            "`{name}` can only be read: add `#[vibecode(read_only)]`, or write it with `field = \"{}\", type_id = \"…\"`",
            multifield.name()
        ),
        None => format!("`{name}` is read-only: add `#[vibecode(read_only)]`"),
    }
}

/// Returns the message for a field that can only be set on creation. A patch may be sent by `create` or
/// by `update`, and the API would answer an `update` with 200 but change nothing.
fn immutable_message(name: &str) -> String {
    format!(
        "`{name}` can be set only when a record is created, and a patch may also be sent by `update`: add `#[vibecode(read_only)]`"
    )
}

/// Reports fields with a method that would clash with another one. Such a field gets no methods.
fn refuse_clashing_methods(fields: &mut [Field<'_>], errors: &Errors) {
    let mut owners: HashMap<String, String> = HashMap::new();
    for own in BUILDER_METHODS {
        owners.insert((*own).to_owned(), "every patch".to_owned());
    }
    // All generated names are collected first: if the fields `post` and `clear_post` clash, `clear_post`
    // is the one to rename.
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
                    "{owner} has a method `{name}` already: rename this field and give its wire name with `field = \"…\"`"
                ),
            );
            field.role = Role::Skipped;
        }
    }
}
