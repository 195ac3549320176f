//! `phone(…)` and `clear_phone()`, which exist to say why they do not: without them the compiler
//! would suggest the nearest name that there is, such as `clear_post`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use vibecode_spec::Multifield;

use super::{Expansion, beside};
use crate::field::{Access, Field, Role};

impl Expansion<'_> {
    pub(super) fn explanations(&self) -> TokenStream {
        self.fields()
            .filter_map(|field| match &field.role {
                Role::Multifield(values) if field.access == Access::Written => {
                    Some(self.explanation(field, values.multifield))
                }
                _ => None,
            })
            .collect()
    }

    /// A method whose bound is never met, worded by the trait that it asks for. The lifetime keeps
    /// the compiler from seeing so before the method is called.
    fn explanation(&self, field: &Field<'_>, multifield: Multifield) -> TokenStream {
        let patch = &self.patch;
        let visibility = &self.checked.input.visibility;
        let (parameters, arguments, predicates) = self.generics.split_for_impl();
        let (ident, clear) = (field.ident, beside(field, "clear"));
        let name = ident.unraw();
        let (set_trait, clear_trait) = (trait_of("Set", &name), trait_of("Clear", &name));
        let what = match multifield {
            Multifield::Email => "emails",
            _ => "phones",
        };
        let not_set = format!("`{name}` cannot be set: the API only ever adds {what}");
        let instead = format!("call `add_{name}`");
        let not_cleared = format!("`{name}` cannot be cleared: the API only ever adds {what}");
        let note = format!(
            "the API has no way to replace or remove {what}: that is done in Bitrix24 itself"
        );
        quote! {
            #[diagnostic::on_unimplemented(message = #not_set, label = #instead, note = #note)]
            #[allow(non_camel_case_types)]
            pub trait #set_trait<'__never> {}
            #[diagnostic::on_unimplemented(message = #not_cleared, label = "nothing clears it", note = #note)]
            #[allow(non_camel_case_types)]
            pub trait #clear_trait<'__never> {}
            #[automatically_derived]
            impl #parameters #patch #arguments #predicates {
                #[doc(hidden)]
                #visibility fn #ident<'__never, __V>(self, _: __V) -> Self
                where
                    Self: #set_trait<'__never>,
                {
                    self
                }
                #[doc(hidden)]
                #visibility fn #clear<'__never>(self) -> Self
                where
                    Self: #clear_trait<'__never>,
                {
                    self
                }
            }
        }
    }
}

fn trait_of(verb: &str, name: &Ident) -> Ident {
    format_ident!("{verb}_{name}")
}
