//! The names of the runtime's items that the generated code uses.
//!
//! The generated code refers to them through one import, `__v`. Short paths are faster to compile, and a
//! struct with twenty fields has a hundred of them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Path;
use vibecode_spec::{Clearing, EntityPath, Kind, Multifield, Reference};

/// Returns the path of the runtime's module for generated code.
pub(crate) fn private_module(runtime: Option<&Path>) -> TokenStream {
    let runtime = runtime.map_or_else(|| quote!(::vibecode_runtime), |path| quote!(#path));
    quote!(#runtime::__private)
}

/// Returns the type of an entity.
pub(crate) fn entity(entity: EntityPath) -> TokenStream {
    match entity {
        EntityPath::Entity(entity) => {
            let name = format_ident!("{entity:?}");
            quote!(__v::#name)
        }
        EntityPath::Items(number) => quote!(__v::SmartProcess<#number>),
    }
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
                _ => quote!(kind::Quotes),
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
    let held = if optional { "any" } else { "some" };
    let name = name_of(kind).to_ascii_lowercase();
    let list = if multiple { "_list" } else { "" };
    format_ident!("{held}_{name}{list}")
}

fn trait_of(kind: &Kind, multiple: bool, suffix: &str) -> Ident {
    let list = if multiple { "List" } else { "" };
    format_ident!("{}{list}{suffix}", name_of(kind))
}

/// Returns the name of a kind in the runtime. The names of its traits begin with it.
fn name_of(kind: &Kind) -> &'static str {
    match kind {
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
        Kind::Reference(_) => "Quote",
        Kind::Multifield(Multifield::Phone) => "Phone",
        Kind::Multifield(Multifield::Email) => "Email",
        _ => "Text",
    }
}

/// Returns the name of the type of a multifield's values, which is also the name of their kind.
pub(crate) fn element(multifield: Multifield) -> Ident {
    match multifield {
        Multifield::Email => ident("Email"),
        _ => ident("Phone"),
    }
}

/// Returns the runtime's name of a clearing.
pub(crate) fn clearing(clearing: Clearing) -> Ident {
    format_ident!("{clearing:?}")
}

fn ident(name: &str) -> Ident {
    format_ident!("{name}")
}
