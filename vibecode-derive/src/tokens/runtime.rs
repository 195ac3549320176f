//! The names of the runtime's items that the generated code uses.
//!
//! The generated code refers to them through one import, `__v`. Short paths are faster to compile, and a
//! struct with twenty fields has a hundred of them.

use std::fmt::Debug;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Path;
use vibecode_spec::{EntityPath, Kind, Multifield, Reference};

use crate::check::field::element_name;

/// Returns the path of the runtime's module for generated code.
pub(crate) fn private_module(runtime: Option<&Path>) -> TokenStream {
    let runtime = runtime.map_or_else(|| quote!(::vibecode_runtime), |path| quote!(#path));
    quote!(#runtime::__private)
}

/// Returns the type of an entity.
pub(crate) fn entity(entity: EntityPath) -> TokenStream {
    match entity {
        EntityPath::Entity(entity) => {
            let name = format_ident!("{}", entity.type_name());
            quote!(__v::#name)
        }
        EntityPath::Items(number) => quote!(__v::SmartProcess<#number>),
    }
}

/// Stops the build with an internal error: the runtime has no type for a value of `vibecode-spec`. The
/// enums of that crate are not exhaustive, and a test checks that each of their values has a name.
fn without_name(value: &dyn Debug) -> ! {
    unreachable!("{value:?} has no name in the runtime")
}

/// Returns the type of a kind.
pub(crate) fn kind(kind: &Kind, multiple: bool) -> TokenStream {
    let single = match kind {
        Kind::Reference(reference) => {
            let target = match reference {
                Reference::Contact => quote!(Contacts),
                Reference::Company => quote!(Companies),
                Reference::Lead => quote!(Leads),
                Reference::Deal => quote!(Deals),
                Reference::User => quote!(Users),
                Reference::Quote => quote!(Quotes),
                Reference::Task => quote!(Tasks),
                other => without_name(other),
            };
            quote!(__v::kind::Reference<__v::#target>)
        }
        other => {
            let name = format_ident!("{}", name_of(other));
            quote!(__v::kind::#name)
        }
    };
    if multiple {
        quote!(__v::kind::Multiple<#single>)
    } else {
        single
    }
}

/// Returns the trait of the types that can be written to a field of this kind.
pub(crate) fn written_trait(kind: &Kind, multiple: bool) -> Ident {
    trait_of(kind, multiple, "Field")
}

/// Returns the trait of the types into which a field of this kind can be read.
pub(crate) fn reading_trait(kind: &Kind, multiple: bool) -> Ident {
    trait_of(kind, multiple, "Reading")
}

/// Returns the function that takes the value of a struct's field of this kind.
pub(crate) fn present(kind: &Kind, multiple: bool, optional: bool) -> Ident {
    let prefix = if optional { "any" } else { "some" };
    let name = name_of(kind).to_ascii_lowercase();
    let list = if multiple { "_list" } else { "" };
    format_ident!("{prefix}_{name}{list}")
}

fn trait_of(kind: &Kind, multiple: bool, suffix: &str) -> Ident {
    let list = if multiple { "List" } else { "" };
    format_ident!("{}{list}{suffix}", name_of(kind))
}

/// Returns the name of a kind in the runtime. The names of its traits begin with it, and `field!` finds
/// the kind by it.
pub(crate) fn name_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "Text",
        Kind::Integer => "Integer",
        Kind::Number => "Number",
        Kind::Double => "Double",
        Kind::Boolean => "Boolean",
        Kind::Date => "Date",
        Kind::DateTime => "DateTime",
        Kind::DateOrDateTime => "DateOrDateTime",
        Kind::Enumeration => "Enumeration",
        Kind::Money => "Money",
        Kind::Url => "Url",
        Kind::Address => "Address",
        Kind::File => "File",
        Kind::Crm => "Crm",
        Kind::Status => "Status",
        Kind::Iblock => "Iblock",
        Kind::Reference(Reference::Contact) => "Contact",
        Kind::Reference(Reference::Company) => "Company",
        Kind::Reference(Reference::Lead) => "Lead",
        Kind::Reference(Reference::Deal) => "Deal",
        Kind::Reference(Reference::User) => "User",
        Kind::Reference(Reference::Quote) => "Quote",
        Kind::Reference(Reference::Task) => "Task",
        Kind::Multifield(multifield) => element_name(*multifield),
        other => without_name(other),
    }
}

/// Returns the name of the type of a multifield's values, which is also the name of their kind.
pub(crate) fn element(multifield: Multifield) -> Ident {
    format_ident!("{}", element_name(multifield))
}

#[cfg(test)]
mod tests {
    use vibecode_spec::Entity;

    use super::*;

    #[test]
    fn everything_that_a_struct_can_map_has_a_name_in_the_runtime() {
        for built_in in Entity::ALL {
            let _ = entity(EntityPath::Entity(*built_in));
            let writable = built_in.schema().fields().map(|field| &field.kind);
            for known in writable.filter(|kind| !matches!(kind, Kind::Unknown(_))) {
                let _ = kind(known, false);
            }
        }
        for name in Kind::user_field_names() {
            let _ = kind(&Kind::of_user_field(name).unwrap(), true);
        }
        for multifield in Multifield::ALL {
            let _ = element(*multifield);
        }
    }
}
