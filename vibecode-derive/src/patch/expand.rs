//! The tokens of a checked struct: its builder, and what makes one of it.

mod method;
mod present;
mod set;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Generics, WherePredicate, ext::IdentExt};
use vibecode_spec::Entity;

use self::set::Runtime;
use super::{
    check::Checked,
    field::{Field, Role},
};
use crate::shape::TypeParameters;

pub(crate) fn expand(checked: &Checked<'_>) -> TokenStream {
    let expansion = Expansion::of(checked);
    let mut tokens = expansion.builder();
    tokens.extend(expansion.traits());
    tokens.extend(expansion.methods());
    tokens.extend(expansion.explanations());
    tokens.extend(expansion.makers());
    tokens
}

/// What the parts of the expansion share.
struct Expansion<'a> {
    checked: &'a Checked<'a>,
    /// The name of the builder.
    patch: Ident,
    runtime: Runtime,
    parameters: TypeParameters,
    generics: &'a Generics,
}

impl<'a> Expansion<'a> {
    fn of(checked: &'a Checked<'a>) -> Self {
        let input = checked.input;
        Self {
            checked,
            patch: format_ident!("{}Patch", input.ident.unraw(), span = input.ident.span()),
            runtime: Runtime::at(input.attributes.runtime.as_ref()),
            parameters: TypeParameters::of(&input.generics),
            generics: &input.generics,
        }
    }

    fn fields(&self) -> impl Iterator<Item = &'a Field<'a>> {
        self.checked.fields.iter()
    }

    /// The builder itself, with the generics of the struct and none of its own.
    fn builder(&self) -> TokenStream {
        let Self {
            patch, generics, ..
        } = self;
        let visibility = &self.checked.input.visibility;
        let private = self.runtime.private();
        let doc = format!(
            "The changes to {}, made by [`{}::patch`].",
            records(self.checked.entity),
            self.checked.input.ident,
        );
        let (_, arguments, predicates) = generics.split_for_impl();
        let ident = &self.checked.input.ident;
        // A function pointer, so that the builder is Send and Sync whatever the parameters are.
        let phantom = (!generics.params.is_empty()).then(|| {
            quote!(::core::marker::PhantomData<fn() -> #ident #arguments>)
        });
        quote! {
            #[doc = #doc]
            #[must_use = "a patch does nothing until it is sent"]
            #visibility struct #patch #generics(#private::Body, #phantom) #predicates;
        }
    }

    /// Everything but the fields' own methods that a builder has.
    fn traits(&self) -> TokenStream {
        let patch = &self.patch;
        let visibility = &self.checked.input.visibility;
        let name = patch.to_string();
        let (private, runtime) = (self.runtime.private(), self.runtime.path());
        let entity = entity_type(self.checked.entity);
        let names = &self.checked.wire_names;
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let phantom = (!self.generics.params.is_empty()).then(|| quote!(::core::marker::PhantomData));
        quote! {
            #[automatically_derived]
            impl #parameters #runtime::Patch for #patch #arguments #predicates {
                type Entity = #runtime::#entity;
                const NAMES: &'static [&'static ::core::primitive::str] = &[#(#names),*];
                fn body(&self) -> &#private::Body {
                    &self.0
                }
                fn body_mut(&mut self) -> &mut #private::Body {
                    &mut self.0
                }
            }
            #[automatically_derived]
            impl #parameters ::core::clone::Clone for #patch #arguments #predicates {
                fn clone(&self) -> Self {
                    Self(::core::clone::Clone::clone(&self.0), #phantom)
                }
            }
            #[automatically_derived]
            impl #parameters ::core::default::Default for #patch #arguments #predicates {
                fn default() -> Self {
                    Self(::core::default::Default::default(), #phantom)
                }
            }
            #[automatically_derived]
            impl #parameters ::core::fmt::Debug for #patch #arguments #predicates {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #private::debug(self, #name, f)
                }
            }
            #[automatically_derived]
            impl #parameters #private::serde::Serialize for #patch #arguments #predicates {
                fn serialize<__S: #private::serde::Serializer>(
                    &self,
                    serializer: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    #private::serde::Serialize::serialize(&self.0, serializer)
                }
            }
            #[automatically_derived]
            #[allow(dead_code)]
            impl #parameters #patch #arguments #predicates {
                /// Applies a setter where there is a value, and leaves the field as it is where
                /// there is none.
                #visibility fn maybe<__V>(
                    self,
                    value: ::core::option::Option<__V>,
                    set: impl ::core::ops::FnOnce(Self, __V) -> Self,
                ) -> Self {
                    #private::maybe(self, value, set)
                }
                /// Sets a field that the struct does not have, by its wire name, **unchecked**:
                /// the API drops a name that it does not know and answers 200. The patch is no
                /// longer idempotent. A name that the struct has itself is refused when sent.
                #visibility fn set_unchecked(
                    self,
                    name: impl ::core::convert::Into<#private::String>,
                    value: impl #private::serde::Serialize,
                ) -> Self {
                    #private::set_unchecked(self, name, value)
                }
            }
        }
    }

    /// Setters, adders and clearers.
    fn methods(&self) -> TokenStream {
        let patch = &self.patch;
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let methods = self.fields().map(|field| self.methods_of(field));
        quote! {
            #[automatically_derived]
            #[allow(dead_code)]
            impl #parameters #patch #arguments #predicates {
                #(#methods)*
            }
        }
    }

    /// `patch` and `to_patch`.
    fn makers(&self) -> TokenStream {
        let patch = &self.patch;
        let input = self.checked.input;
        let (ident, visibility) = (&input.ident, &input.visibility);
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let present = self.fields().map(|field| self.present(field));
        let bounds: Vec<WherePredicate> = self.fields().filter_map(|field| self.bound(field)).collect();
        let bounds = (!bounds.is_empty()).then(|| quote!(where #(#bounds),*));
        quote! {
            #[automatically_derived]
            #[allow(dead_code)]
            impl #parameters #ident #arguments #predicates {
                /// A patch that changes nothing yet.
                #visibility fn patch() -> #patch #arguments {
                    ::core::default::Default::default()
                }
                /// A patch with all that is present here: `None` and an empty list leave the field
                /// as it is, phones and emails are added.
                #visibility fn to_patch(&self) -> #patch #arguments #bounds {
                    let patch = Self::patch();
                    #(#present)*
                    patch
                }
            }
        }
    }
}

fn entity_type(entity: Entity) -> Ident {
    format_ident!("{entity:?}")
}

fn records(entity: Entity) -> &'static str {
    entity.path()
}

/// The place of a field's own name, for what is generated in its stead.
fn spanned(name: &str, field: &Field<'_>) -> Ident {
    Ident::new(name, field.ident.span())
}

impl Role<'_> {
    fn is_multifield(&self) -> bool {
        matches!(self, Self::Multifield(_))
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path().to_tokens(tokens);
    }
}
