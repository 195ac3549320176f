//! How a value of each kind is handed to the runtime.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use vibecode_spec::{Clearing, Kind, Multifield, Reference};

/// Where the runtime is.
pub(super) struct Runtime {
    path: TokenStream,
    private: TokenStream,
}

impl Runtime {
    pub(super) fn at(path: Option<&syn::Path>) -> Self {
        let path = path.map_or_else(|| quote!(::vibecode_runtime), |path| quote!(#path));
        Self {
            private: quote!(#path::__private),
            path,
        }
    }

    pub(super) fn path(&self) -> &TokenStream {
        &self.path
    }

    /// What generated code calls.
    pub(super) fn private(&self) -> &TokenStream {
        &self.private
    }

    /// The kind as a type.
    pub(super) fn kind(&self, kind: &Kind, multiple: bool) -> TokenStream {
        let path = &self.path;
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
                quote!(#path::kind::Reference<#path::#target>)
            }
            other => {
                let name = format_ident!("{other:?}");
                quote!(#path::kind::#name)
            }
        };
        if multiple {
            quote!(#path::kind::Multiple<#single>)
        } else {
            single
        }
    }
}

/// The function of the runtime that sets a field of this kind.
pub(super) fn setter(kind: &Kind, multiple: bool) -> Ident {
    let (one, several) = match kind {
        Kind::Integer => ("integer", "integers"),
        Kind::Number => ("number", "numbers"),
        Kind::Double => ("double", "doubles"),
        Kind::Boolean => ("boolean", "booleans"),
        Kind::Date => ("date", "dates"),
        Kind::DateTime => ("datetime", "datetimes"),
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
    format_ident!("{}", if multiple { several } else { one })
}

/// The functions of the runtime that add one value, and a list of a type of its own.
pub(super) fn adders(multifield: Multifield) -> (Ident, Ident) {
    match multifield {
        Multifield::Email => (format_ident!("email"), format_ident!("emails")),
        _ => (format_ident!("phone"), format_ident!("phones")),
    }
}

/// The type of the runtime that a value of a multifield has.
pub(super) fn element(multifield: Multifield) -> Ident {
    match multifield {
        Multifield::Email => format_ident!("Email"),
        _ => format_ident!("Phone"),
    }
}

/// The function of the runtime that clears a field so.
pub(super) fn clearer(clearing: Clearing) -> Ident {
    format_ident!(
        "{}",
        match clearing {
            Clearing::Zero => "clear_by_zero",
            Clearing::EmptyList => "clear_by_empty_list",
            Clearing::Null => "clear_by_null",
            Clearing::False => "clear_by_false",
            _ => "clear_by_empty_text",
        }
    )
}

/// What is sent to clear a field so, as the docs show it.
pub(super) fn clearing_text(clearing: Clearing) -> &'static str {
    match clearing {
        Clearing::Zero => "0",
        Clearing::EmptyList => "[]",
        Clearing::Null => "null",
        Clearing::False => "false",
        _ => "\"\"",
    }
}
