//! What the generated code calls in the runtime, by the names that it has there.
//!
//! All of it goes through one import, `__v`: a short path is less for the compiler to read, and a
//! struct with twenty fields has a hundred of them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Path;
use vibecode_spec::{Clearing, Kind, Multifield, Reference};

use crate::whose::Whose;

/// The module of the runtime that is made for generated code.
pub(crate) fn private_module(runtime: Option<&Path>) -> TokenStream {
    let runtime = runtime.map_or_else(|| quote!(::vibecode_runtime), |path| quote!(#path));
    quote!(#runtime::__private)
}

/// The entity as a type.
pub(crate) fn entity(whose: Whose) -> TokenStream {
    match whose {
        Whose::Entity(entity) => {
            let name = format_ident!("{entity:?}");
            quote!(__v::#name)
        }
        Whose::Items(number) => quote!(__v::Items<#number>),
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
            let name = format_ident!("{other:?}");
            quote!(__v::kind::#name)
        }
    };
    if multiple {
        quote!(__v::kind::Multiple<#single>)
    } else {
        single
    }
}

/// The function that sets a field of this kind.
pub(crate) fn setter(kind: &Kind, multiple: bool) -> Ident {
    let (one, several) = match kind {
        Kind::Integer => ("integer", "integers"),
        Kind::Number => ("number", "numbers"),
        Kind::Double => ("double", "doubles"),
        Kind::Boolean => ("boolean", "booleans"),
        Kind::Date => ("date", "dates"),
        Kind::DateTime => ("datetime", "datetimes"),
        Kind::DateOrDateTime => ("date_or_datetime", "dates_or_datetimes"),
        Kind::Enumeration => ("enumeration", "enumerations"),
        Kind::Money => ("money", "moneys"),
        Kind::Url => ("url", "urls"),
        Kind::Address => ("address", "addresses"),
        Kind::File => ("file", "files"),
        Kind::Crm => ("crm", "crms"),
        Kind::Status => ("status", "statuses"),
        Kind::Iblock => ("iblock", "iblocks"),
        Kind::Reference(Reference::Contact) => ("contact", "contacts"),
        Kind::Reference(Reference::Company) => ("company", "companies"),
        Kind::Reference(Reference::Lead) => ("lead", "leads"),
        Kind::Reference(Reference::Deal) => ("deal", "deals"),
        Kind::Reference(Reference::User) => ("user", "users"),
        Kind::Reference(_) => ("quote", "quotes"),
        _ => ("text", "texts"),
    };
    ident(if multiple { several } else { one })
}

/// The functions that add one value, and the values of a list whose type has a name of its own.
pub(crate) fn adders(multifield: Multifield) -> (Ident, Ident) {
    match multifield {
        Multifield::Email => (ident("email"), ident("emails")),
        _ => (ident("phone"), ident("phones")),
    }
}

/// The function that reads a list of a multifield's values.
pub(crate) fn list_reader(multifield: Multifield) -> Ident {
    adders(multifield).1
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
