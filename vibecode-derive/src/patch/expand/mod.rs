//! Generates the patch builder of a checked struct, and the methods that create it.

mod diff;
mod explain;
mod method;
mod parameter;
mod present;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use syn::{Generics, ext::IdentExt};

use crate::{
    check::{
        Checked,
        field::{Access, Field, Role},
    },
    input::shape::TypeParameters,
    tokens::{
        lists::{Direction, list_of_use},
        names::own,
        runtime,
    },
};

pub(crate) fn expand(checked: &Checked<'_>) -> TokenStream {
    let expansion = Expansion::of(checked);
    let private = runtime::private_module(checked.input.attributes.runtime.as_ref());
    let builder = expansion.builder(&private);
    let traits = expansion.traits();
    let explanations = expansion.explanations();
    let methods = expansion.methods();
    let makers = expansion.makers();
    let lints = &checked.input.lints;
    quote! {
        #builder
        #(#lints)*
        const _: () = {
            use #private as __v;
            #traits
            #explanations
            #methods
            #makers
        };
    }
}

/// The data that all parts of the expansion use.
struct Expansion<'a> {
    checked: &'a Checked<'a>,
    /// The name of the builder.
    patch: Ident,
    parameters: TypeParameters,
    generics: &'a Generics,
    /// The `0` of `self.0`: `quote!` would parse each of its own.
    zero: Literal,
}

impl<'a> Expansion<'a> {
    fn of(checked: &'a Checked<'a>) -> Self {
        let input = checked.input;
        Self {
            checked,
            patch: own(&checked.builder),
            parameters: TypeParameters::of(&input.generics),
            generics: &input.generics,
            zero: Literal::usize_unsuffixed(0),
        }
    }

    fn fields(&self) -> impl Iterator<Item = &'a Field<'a>> {
        self.checked.fields.iter()
    }

    /// Returns the builder type. It has the generics of the struct and no others.
    fn builder(&self, private: &TokenStream) -> TokenStream {
        let Self {
            patch, generics, ..
        } = self;
        let input = self.checked.input;
        let (ident, visibility) = (own(&input.ident), &input.visibility);
        let lints = &input.lints;
        let doc = format!(
            "Changes to one of the {}, made by [`{ident}::patch`].",
            self.checked.entity.path(),
        );
        let (_, arguments, predicates) = generics.split_for_impl();
        // A function pointer makes the builder `Send` and `Sync`, whatever the parameters are.
        let phantom = self
            .is_generic()
            .then(|| quote!(#private::PhantomData<fn() -> #ident #arguments>));
        quote! {
            #[doc = #doc]
            #[must_use = "a patch does nothing until it is sent"]
            #(#lints)*
            #visibility struct #patch #generics(#private::Body, #phantom) #predicates;
        }
    }

    /// Returns every wire name that the struct maps, including those of read-only fields.
    fn wire_names(&self) -> impl Iterator<Item = &'a str> {
        let mapped = self.fields().filter(|it| !matches!(it.role, Role::Skipped));
        mapped.map(|field| field.name.text.as_str())
    }

    /// Returns the second field of the builder, if it has one.
    fn phantom(&self) -> Option<TokenStream> {
        self.is_generic().then(|| quote!(, __v::PhantomData))
    }

    fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }

    fn traits(&self) -> TokenStream {
        let patch = &self.patch;
        let name = patch.to_string();
        let entity = runtime::entity(self.checked.entity);
        let wire_names = self.wire_names();
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let phantom = self.phantom();
        quote! {
            #[automatically_derived]
            impl #parameters __v::Patch for #patch #arguments #predicates {
                type Entity = #entity;
                const WIRE_NAMES: &'static [&'static __v::str] = &[#(#wire_names),*];
                fn body(&self) -> &__v::Body {
                    &self.0
                }
            }
            #[automatically_derived]
            impl #parameters __v::PatchOf<#entity> for #patch #arguments #predicates {}
            #[automatically_derived]
            impl #parameters __v::Clone for #patch #arguments #predicates {
                fn clone(&self) -> Self {
                    Self(__v::Clone::clone(&self.0) #phantom)
                }
            }
            #[automatically_derived]
            impl #parameters __v::Default for #patch #arguments #predicates {
                fn default() -> Self {
                    Self(__v::Body::of::<#entity>() #phantom)
                }
            }
            #[automatically_derived]
            impl #parameters __v::Debug for #patch #arguments #predicates {
                fn fmt(&self, __f: &mut __v::Formatter<'_>) -> __v::fmt::Result {
                    __f.debug_tuple(#name).field(&self.0).finish()
                }
            }
            #[automatically_derived]
            impl #parameters __v::Serialize for #patch #arguments #predicates {
                fn serialize<__S: __v::Serializer>(&self, __to: __S) -> __v::Result<__S::Ok, __S::Error> {
                    __v::Serialize::serialize(&self.0, __to)
                }
            }
        }
    }

    /// Returns the methods that every builder has, and those of the fields.
    fn methods(&self) -> TokenStream {
        let patch = &self.patch;
        let visibility = &self.checked.input.visibility;
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let methods = self.fields().map(|field| self.methods_of(field));
        quote! {
            #[automatically_derived]
            impl #parameters #patch #arguments #predicates {
                /// Calls a setter with the value of a `Some`. A `None` leaves the field unchanged.
                #visibility fn maybe<__V>(
                    self,
                    __value: __v::Option<__V>,
                    __set: impl __v::FnOnce(Self, __V) -> Self,
                ) -> Self {
                    __v::maybe(self, __value, __set)
                }
                /// Sets a field that the struct does not have, by its wire name and **without checks**.
                /// The API drops a name that it does not know and answers 200. The patch is no longer
                /// idempotent. Sending the patch fails if the struct itself has this wire name.
                #visibility fn set_unchecked(
                    mut self,
                    __name: impl __v::Into<__v::String>,
                    __value: impl __v::Serialize,
                ) -> Self {
                    __v::set_unchecked::<Self>(&mut self.0, __name, __value);
                    self
                }
                #(#methods)*
            }
        }
    }

    /// Returns `patch`, `to_patch` and `diff`. The fields are read in the impl of a trait, so that the
    /// compiler does not warn about unused fields if `to_patch` is never called.
    fn makers(&self) -> TokenStream {
        let patch = &self.patch;
        let input = self.checked.input;
        let (ident, visibility) = (own(&input.ident), &input.visibility);
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let copies = self.copies();
        let checks = self.list_checks();
        let bounds = self.bounds();
        let clause = input.generics.where_clause.as_ref();
        let present_predicates = clause.into_iter().flat_map(|clause| &clause.predicates);
        let where_bounds = (!bounds.is_empty()).then(|| quote!(where #(#bounds),*));
        let diff = input
            .attributes
            .diff
            .is_some()
            .then(|| self.diff(where_bounds.as_ref()));
        quote! {
            #[automatically_derived]
            impl #parameters __v::ToPatch for #ident #arguments
            where
                #(#present_predicates,)*
                #(#bounds,)*
            {
                fn present(&self, __body: &mut __v::Body) {
                    #(#checks)*
                    #(#copies)*
                }
            }
            #[automatically_derived]
            impl #parameters #ident #arguments #predicates {
                /// Creates a patch without changes.
                #visibility fn patch() -> #patch #arguments {
                    __v::Default::default()
                }
                /// Creates a patch from all values that are present in this struct. `None` and an empty
                /// list leave the field unchanged. Phones and emails are added.
                #visibility fn to_patch(&self) -> #patch #arguments #where_bounds {
                    let mut __patch: #patch #arguments = __v::Default::default();
                    __v::ToPatch::present(self, &mut __patch.0);
                    __patch
                }
                #diff
            }
        }
    }
}

impl Expansion<'_> {
    /// Returns the checks that an enum in a type parameter is used only in the field that has its list.
    fn list_checks(&self) -> impl Iterator<Item = TokenStream> {
        let plain_fields = self.fields().filter_map(|field| match &field.role {
            Role::Plain(plain) if field.access == Access::Written => Some(plain),
            _ => None,
        });
        let of_parameters = plain_fields.filter(|plain| self.parameters.are_in(plain.value_type));
        of_parameters.filter_map(|plain| {
            list_of_use(
                Direction::Written,
                plain.value_type,
                plain,
                self.checked.entity,
            )
        })
    }
}

/// Returns a name for an item that is generated from a field. It has the span of the field.
fn beside(field: &Field<'_>, prefix: &str) -> Ident {
    let name = format!("{prefix}_{}", field.ident.unraw());
    Ident::new(&name, own(field.ident).span())
}
