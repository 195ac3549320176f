//! What a patch asks of a struct, beyond what every record does.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::ext::IdentExt;
use vibecode_spec::{BUILDER_METHODS, Multifield};

use crate::{
    check::Checked,
    errors::Errors,
    field::{Access, Field, Role},
    patch::taken::is_taken,
};

pub(crate) fn check(checked: &mut Checked<'_>, errors: &Errors) {
    refuse_writing_what_is_read(&mut checked.fields, errors);
    refuse_clashing_methods(&mut checked.fields, errors);
    refuse_a_taken_name(checked, errors);
}

/// The prefix of the builder's name if that is taken, so that the app's own type is not mistaken for it.
const ASIDE: &str = "__Patch";

fn refuse_a_taken_name(checked: &mut Checked<'_>, errors: &Errors) {
    let (structs, builder) = (&checked.input.ident, &checked.builder);
    if is_taken(structs, builder) {
        let message = format!(
            "the builder would be called `{builder}`, and there is such a name here already: give it another by `#[vibecode(builder = \"{}Change\")]`",
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
            "`{name}` can only be read: add `#[vibecode(read_only)]`, or write it by `field = \"{}\", type_id = \"…\"`",
            multifield.name()
        ),
        None => format!("`{name}` is read-only: add `#[vibecode(read_only)]`"),
    }
}

/// A patch may be sent by `create` or by `update`, and to an `update` the API would answer 200 and change
/// nothing.
fn immutable_message(name: &str) -> String {
    format!(
        "`{name}` is set when a record is made and cannot be changed after, and a patch may be sent by `update`: add `#[vibecode(read_only)]`"
    )
}

/// A field whose methods would clash with another's gets none.
fn refuse_clashing_methods(fields: &mut [Field<'_>], errors: &Errors) {
    let mut owners: HashMap<String, String> = HashMap::new();
    for own in BUILDER_METHODS {
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
            field.role = Role::Skipped;
        }
    }
}
