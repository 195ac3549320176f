//! `to_patch`: what is present in a struct goes into a patch.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Expansion, method::asserted};
use crate::{
    field::{Access, Field, Form, Role},
    names::own,
    runtime::{adders, kind, setter},
    shape::{Argument, bare, predicate},
};

impl Expansion<'_> {
    /// The statement that takes one field over. It calls what the setter calls, with the same
    /// type at the same place, so that the compiler prints what is wrong with the type once.
    pub(super) fn present(field: &Field<'_>) -> TokenStream {
        let ident = own(field.ident);
        match &field.role {
            // Read, so that the compiler does not call the field unused.
            _ if field.access != Access::Written => quote!(let _ = &self.#ident;),
            Role::Skipped | Role::Id | Role::Broken => quote!(let _ = &self.#ident;),
            Role::Value(value) => {
                let set = setter(&value.kind, value.multiple);
                let (ty, wire) = (asserted(value.holds), &value.wire);
                let given = if value.multiple {
                    quote!(__v::Listed(&self.#ident))
                } else {
                    quote!(&self.#ident)
                };
                quote!(__v::#set::<#ty>(__body, #wire, #given);)
            }
            Role::Multifield(values) => {
                let wire = values.multifield.name();
                let (one, list) = adders(values.multifield);
                match &values.form {
                    Form::Vec(ty) => quote! {
                        for __value in &self.#ident {
                            __v::#one::<#ty>(__body, #wire, __value);
                        }
                    },
                    Form::List => {
                        let ty = bare(field.ty);
                        quote!(__v::#list::<#ty>(__body, #wire, __v::OneOrAll::All(&self.#ident));)
                    }
                    Form::Typed { type_id, holds } => {
                        let ty = asserted(holds);
                        quote!(__v::typed_value::<#ty>(__body, #wire, #type_id, &self.#ident);)
                    }
                }
            }
        }
    }

    /// What `to_patch` asks of the fields whose types are parameters of the struct.
    pub(super) fn bounds(&self) -> Vec<TokenStream> {
        self.fields()
            .filter_map(|field| self.bound(field))
            .collect()
    }

    fn bound(&self, field: &Field<'_>) -> Option<TokenStream> {
        let (ty, kind) = match &field.role {
            _ if field.access != Access::Written => return None,
            Role::Value(value) => (value.holds, kind(&value.kind, value.multiple)),
            Role::Multifield(values) => match &values.form {
                Form::Vec(ty) => (*ty, values.kind()),
                Form::List => return None,
                Form::Typed { holds, .. } => (*holds, quote!(__v::kind::Text)),
            },
            _ => return None,
        };
        matches!(Argument::of(ty, &self.parameters), Argument::AnyEncode)
            .then(|| predicate(ty, &quote!(__v::Encode<#kind>)))
    }
}
