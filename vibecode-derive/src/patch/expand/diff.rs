//! Generates `diff`, which returns the changes from one struct to another.

use proc_macro2::TokenStream;
use quote::quote;

use super::Expansion;
use crate::check::field::{Access, Field, Role};

impl Expansion<'_> {
    /// Returns the method `diff`. It compares two patches instead of the fields, so that an error about
    /// a field's type is not reported again.
    pub(super) fn diff(&self, bounds: Option<&TokenStream>) -> TokenStream {
        let patch = &self.patch;
        let visibility = &self.checked.input.visibility;
        let (_, arguments, _) = self.generics.split_for_impl();
        let phantom = self.phantom();
        let clearings = self.fields().filter_map(clearing_of);
        let required: Vec<_> = self.fields().filter_map(required_name).collect();
        let (body, refusal) = if required.is_empty() {
            (quote!(__body), None)
        } else {
            let refusal = quote! {
                __v::refuse_clearing(&mut __body, &self.to_patch().0, &__after.to_patch().0, &[#(#required),*]);
            };
            (quote!(mut __body), Some(refusal))
        };
        quote! {
            /// Returns only the changes from this record to the other one. A field that is `None` in
            /// the other is cleared, and new phones and emails are added. Phones and emails that the
            /// other no longer has are listed, since the API cannot remove them.
            #visibility fn diff(&self, __after: &Self) -> __v::Diff<#patch #arguments> #bounds {
                let __clearings = &[#(#clearings),*];
                let (#body, __not_removable) = __v::diff(&self.to_patch().0, &__after.to_patch().0, __clearings);
                #refusal
                __v::Diff::new(#patch(__body #phantom), __not_removable)
            }
        }
    }
}

/// Returns the wire name of an optional field that the portal requires, so that `None` must not clear
/// it.
fn required_name<'a>(field: &'a Field<'_>) -> Option<&'a str> {
    match &field.role {
        Role::Plain(plain) if plain.required && field.access == Access::Written => {
            Some(&plain.wire)
        }
        _ => None,
    }
}

/// Returns what clears a field that can be missing in `after`: an `Option`, or an empty list.
fn clearing_of(field: &Field<'_>) -> Option<TokenStream> {
    let Role::Plain(plain) = &field.role else {
        return None;
    };
    if plain.required {
        return None;
    }
    let by_list = plain.multiple.then_some(vibecode_spec::Clearing::EmptyList);
    let json = plain.clearing.or(by_list)?.as_json();
    let wire = &plain.wire;
    let is_boolean = plain.is_boolean();
    (field.access == Access::Written).then(|| quote!((#wire, #json, #is_boolean)))
}
