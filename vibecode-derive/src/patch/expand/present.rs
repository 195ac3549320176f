//! `to_patch`: what is present in a struct goes into a patch.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{WherePredicate, parse_quote};

use super::{
    Expansion,
    method::asserted,
    set::{adders, setter},
};
use crate::{
    patch::field::{Field, Form, Role},
    shape::{Argument, bare},
};

impl Expansion<'_> {
    /// The statement that takes one field over. It calls what the setter calls, with the same
    /// type at the same place, so that the compiler tells a wrong type once.
    pub(super) fn present(&self, field: &Field<'_>) -> TokenStream {
        let private = self.runtime.private();
        let ident = field.ident;
        match &field.role {
            Role::Value(value) => {
                let set = setter(&value.kind, value.multiple);
                let ty = asserted(value.value_type);
                let wire = &value.wire;
                let given = match (value.clearing.is_some(), value.multiple) {
                    (true, _) => quote!(::core::option::Option::as_ref(&self.#ident)),
                    (false, true) => quote!(#private::Listed(&self.#ident)),
                    (false, false) => quote!(::core::option::Option::Some(&self.#ident)),
                };
                quote!(let patch = #private::#set::<#ty, _>(patch, #wire, #given);)
            }
            Role::Multifield(values) => {
                let wire = values.multifield.name();
                let (one, list) = adders(values.multifield);
                match &values.form {
                    Form::Vec(ty) => quote! {
                        let patch = #private::each(patch, &self.#ident, |patch, value| {
                            #private::#one::<#ty, _>(patch, #wire, value)
                        });
                    },
                    Form::List => {
                        let ty = bare(field.ty);
                        quote! {
                            let patch = #private::#list::<#ty, _>(
                                patch,
                                #wire,
                                #private::OneOrAll::All(&self.#ident),
                            );
                        }
                    }
                    Form::Typed { type_id, value_type, optional } => {
                        let ty = asserted(value_type);
                        let given = if *optional {
                            quote!(::core::option::Option::as_ref(&self.#ident))
                        } else {
                            quote!(::core::option::Option::Some(&self.#ident))
                        };
                        quote! {
                            let patch = #private::typed_value::<#ty, _>(patch, #wire, #type_id, #given);
                        }
                    }
                }
            }
            // Read, so that the compiler does not call the field unused.
            Role::Unwritten | Role::Id | Role::Broken => quote!(let _ = &self.#ident;),
        }
    }

    /// What `to_patch` asks of a field whose type is a parameter of the struct.
    pub(super) fn bound(&self, field: &Field<'_>) -> Option<WherePredicate> {
        let runtime = self.runtime.path();
        let (ty, kind) = match &field.role {
            Role::Value(value) => (
                value.value_type,
                self.runtime.kind(&value.kind, value.multiple),
            ),
            Role::Multifield(values) => match &values.form {
                Form::Vec(ty) => (*ty, values.kind(&self.runtime)),
                Form::List => return None,
                Form::Typed { value_type, .. } => (*value_type, quote!(#runtime::kind::Text)),
            },
            _ => return None,
        };
        matches!(Argument::of(ty, &self.parameters), Argument::AnyEncode)
            .then(|| parse_quote!(#ty: #runtime::Encode<#kind>))
    }
}
