//! `phone(…)` and `clear_phone()`, which exist to say why they do not: without them the compiler
//! would suggest the nearest name that there is, such as `clear_post`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Expansion, beside};
use crate::{
    field::{Access, Field, Role},
    names::own,
};

impl Expansion<'_> {
    pub(super) fn explanations(&self) -> TokenStream {
        self.fields()
            .filter(|field| {
                field.access == Access::Written && matches!(field.role, Role::Multifield(_))
            })
            .map(|field| self.explanation(field))
            .collect()
    }

    /// Methods whose bounds are never met, worded by the traits that they ask for. The lifetime
    /// keeps the compiler from seeing so before they are called; the types are there for their
    /// names.
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
