//! Generates `to_patch`, which copies the values that are present in a struct into a patch.

use proc_macro2::TokenStream;
use quote::quote;
use vibecode_spec::Kind;

use super::{Expansion, parameter::ParameterForm};
use crate::{
    check::field::{Access, Field, Form, Role},
    input::shape::{option_of, predicate},
    tokens::{
        names::own,
        runtime::{kind, present},
    },
};

impl Expansion<'_> {
    /// Returns the statement that copies one field into the patch. It has no bound on the field's type,
    /// since the setter has one: a wrong type is reported once.
    pub(super) fn present(field: &Field<'_>) -> TokenStream {
        let ident = own(field.ident);
        match &field.role {
            // The field is read so that the compiler does not warn that it is unused.
            _ if field.access != Access::Written => quote!(let _ = &self.#ident;),
            Role::Skipped | Role::Id | Role::Broken => quote!(let _ = &self.#ident;),
            Role::Plain(plain) => {
                let held = held(field, &plain.kind, plain.multiple);
                let wire = &plain.wire;
                if plain.multiple {
                    quote!(#held.set_list(__body, #wire);)
                } else {
                    quote!(#held.set(__body, #wire);)
                }
            }
            Role::Multifield(multifield) => {
                let wire = multifield.which.name();
                let kind = Kind::Multifield(multifield.which);
                match &multifield.form {
                    Form::Vec(_) => {
                        let some = present(&kind, false, false);
                        quote! {
                            for __value in &self.#ident {
                                __v::#some(__value).add(__body, #wire);
                            }
                        }
                    }
                    Form::List => {
                        let held = held(field, &kind, true);
                        quote!(#held.add(__body, #wire);)
                    }
                    Form::Typed { type_id, .. } => {
                        let held = held(field, &Kind::Text, false);
                        quote!(#held.add_typed(__body, #wire, #type_id);)
                    }
                }
            }
        }
    }

    /// Returns the bounds that `to_patch` requires of fields with a type parameter in their type.
    pub(super) fn bounds(&self) -> Vec<TokenStream> {
        self.fields()
            .filter_map(|field| self.bound(field))
            .collect()
    }

    fn bound(&self, field: &Field<'_>) -> Option<TokenStream> {
        let (ty, kind) = match &field.role {
            _ if field.access != Access::Written => return None,
            Role::Plain(plain) => (plain.value_type, kind(&plain.kind, plain.multiple)),
            Role::Multifield(multifield) => match &multifield.form {
                Form::Vec(ty) => (*ty, multifield.kind()),
                Form::List => return None,
                Form::Typed { value_type, .. } => (*value_type, quote!(__v::kind::Text)),
            },
            Role::Skipped | Role::Id | Role::Broken => return None,
        };
        matches!(
            ParameterForm::of(ty, &self.parameters),
            ParameterForm::AnyEncode
        )
        .then(|| predicate(ty, &quote!(__v::Encode<#kind>)))
    }
}

/// Returns the value of a field, wrapped for its kind.
fn held(field: &Field<'_>, kind: &Kind, multiple: bool) -> TokenStream {
    let ident = own(field.ident);
    let present = present(kind, multiple, option_of(field.ty).is_some());
    quote!(__v::#present(&self.#ident))
}
