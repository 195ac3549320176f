//! What the generated code calls in the runtime, by the names that it has there.
//!
//! All of it goes through one import, `__v`: a short path is less for the compiler to read, and a
//! struct with twenty fields has a hundred of them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Path;
use vibecode_spec::{Clearing, EntityPath, Kind, Multifield, Reference};

/// The module of the runtime that is made for generated code.
pub(crate) fn private_module(runtime: Option<&Path>) -> TokenStream {
    let runtime = runtime.map_or_else(|| quote!(::vibecode_runtime), |path| quote!(#path));
    quote!(#runtime::__private)
}

/// The entity as a type.
pub(crate) fn entity(entity: EntityPath) -> TokenStream {
    match entity {
        EntityPath::Entity(entity) => {
            let name = format_ident!("{entity:?}");
            quote!(__v::#name)
        }
        EntityPath::Items(number) => quote!(__v::Items<#number>),
    }
}

/// The kind as a type.
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

/// The trait of the types that a field of this kind takes.
pub(crate) fn written_trait(kind: &Kind, multiple: bool) -> Ident {
    trait_of(kind, multiple, "Field")
}

/// The trait of the types that a field of this kind is read into.
pub(crate) fn reading_trait(kind: &Kind, multiple: bool) -> Ident {
    trait_of(kind, multiple, "Reading")
}

/// The function that takes what a struct holds for a field of this kind.
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

/// The name of a kind in the runtime, with which the names of its traits begin.
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

/// The type of a multifield's values, and of their kind.
pub(crate) fn element(multifield: Multifield) -> Ident {
    match multifield {
        Multifield::Email => ident("Email"),
        _ => ident("Phone"),
    }
}

/// What clears a field, as the runtime names it.
pub(crate) fn clearing(clearing: Clearing) -> Ident {
    format_ident!("{clearing:?}")
}

fn ident(name: &str) -> Ident {
    format_ident!("{name}")
}
