//! Generates methods that cannot be called, so that the compiler explains why: `phone(…)`,
//! `clear_phone()`, and `clear_…()` of a field that the portal requires. Without them the compiler would
//! suggest a similar name, such as `clear_post`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Expansion, beside};
use crate::{
    check::field::{Access, Field, Role},
    tokens::names::own,
};

impl Expansion<'_> {
    pub(super) fn explanations(&self) -> TokenStream {
        self.fields()
            .filter(|field| field.access == Access::Written)
            .filter_map(|field| match &field.role {
                Role::Multifield(_) => Some(self.explanation(field)),
                Role::Plain(plain) if plain.required => Some(self.required(field)),
                Role::Plain(_) | Role::Skipped | Role::Id | Role::Broken => None,
            })
            .collect()
    }

    /// Returns `clear_post()` for a field that the portal requires.
    fn required(&self, field: &Field<'_>) -> TokenStream {
        let patch = &self.patch;
        let visibility = &self.checked.input.visibility;
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let (ident, clear) = (field.ident, beside(field, "clear"));
        quote! {
            const _: () = {
                #[allow(non_camel_case_types)]
                pub enum #ident {}
                #[automatically_derived]
                impl #parameters #patch #arguments #predicates {
                    #[doc(hidden)]
                    #visibility fn #clear<'__never>(self) -> Self
                    where
                        Self: __v::NotRequired<'__never, #ident>,
                    {
                        self
                    }
                }
            };
        }
    }

    /// Returns methods with bounds that are never met. The error message comes from the trait in the
    /// bound. The lifetime keeps the compiler from checking the bound before the method is called. The
    /// enums exist only for their names, which appear in the message.
    fn explanation(&self, field: &Field<'_>) -> TokenStream {
        let patch = &self.patch;
        let visibility = &self.checked.input.visibility;
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let ident = own(field.ident);
        let (add, clear) = (beside(field, "add"), beside(field, "clear"));
        quote! {
            const _: () = {
                pub enum #ident {}
                pub enum #add {}
                #[automatically_derived]
                impl #parameters #patch #arguments #predicates {
                    #[doc(hidden)]
                    #visibility fn #ident<'__never, __V>(self, _: __V) -> Self
                    where
                        Self: __v::Settable<'__never, #ident, #add>,
                    {
                        self
                    }
                    #[doc(hidden)]
                    #visibility fn #clear<'__never>(self) -> Self
                    where
                        Self: __v::Clearable<'__never, #ident>,
                    {
                        self
                    }
                }
            };
        }
    }
}
