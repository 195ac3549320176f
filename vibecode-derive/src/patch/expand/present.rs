//! Generates `to_patch`, which copies the values that are present in a struct into a patch.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use vibecode_spec::Kind;

use super::{Expansion, parameter::ParameterForm};
use crate::{
    check::field::{Access, Field, Form, PlainField, Role},
    input::shape::{name_of, option_of, predicate, vec_of},
    tokens::{
        FIELDS_AT_ONCE,
        names::own,
        runtime::{kind, present, written_trait},
    },
};

impl Expansion<'_> {
    /// Returns the statements that copy the fields into the patch.
    pub(super) fn copies(&self) -> Vec<TokenStream> {
        let fields = &self.checked.fields;
        if fields.len() <= FIELDS_AT_ONCE {
            return fields.iter().map(Self::present).collect();
        }
        let blocks = fields.chunks(FIELDS_AT_ONCE).map(|fields| {
            let copies = fields.iter().map(Self::present);
            quote! {
                {
                    let __body = &mut *__body;
                    #(#copies)*
                }
            }
        });
        blocks.collect()
    }

    /// Returns the statement that copies one field into the patch. It has no bound on the field's type,
    /// since the setter has one: a wrong type is reported once. Only a type that certainly has a wire form
    /// gets the bound, since the compiler checks that faster.
    fn present(field: &Field<'_>) -> TokenStream {
        let ident = own(field.ident);
        match &field.role {
            // The field is read so that the compiler does not warn that it is unused.
            _ if field.access != Access::Written => quote!(let _ = &self.#ident;),
            Role::Skipped | Role::Id | Role::Broken => quote!(let _ = &self.#ident;),
            Role::Plain(plain) if is_certain(plain) => {
                let (ty, set) = (plain.value_type, written_trait(&plain.kind, plain.multiple));
                let (wire, copy) = (&plain.wire, copy(field));
                quote!(<#ty as __v::#set>::#copy(__body, #wire, &self.#ident);)
            }
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
        if !self.is_generic() {
            return Vec::new();
        }
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

/// Returns the function of a kind's trait that copies a field.
fn copy(field: &Field<'_>) -> Ident {
    let is_option = option_of(field.ty).is_some();
    let name = if is_option { "copy_option" } else { "copy" };
    Ident::new(name, Span::call_site())
}

/// Returns whether the type of a field has a wire form of its kind, which is certain by its name. A type of the
/// app with the name of one of the standard library would be reported twice.
fn is_certain(plain: &PlainField<'_>) -> bool {
    let element = if plain.multiple {
        vec_of(plain.value_type)
    } else {
        Some(plain.value_type)
    };
    let name = element.and_then(name_of).unwrap_or_default();
    match plain.kind {
        Kind::Text => name == "String",
        Kind::Integer => name == "i64" || name == "u64",
        Kind::Number | Kind::Double => name == "f64" || name == "i64",
        Kind::Boolean => name == "bool",
        Kind::Enumeration | Kind::Reference(_) => name == "u64",
        _ => false,
    }
}

/// Returns the value of a field, wrapped for its kind.
fn held(field: &Field<'_>, kind: &Kind, multiple: bool) -> TokenStream {
    let ident = own(field.ident);
    let present = present(kind, multiple, option_of(field.ty).is_some());
    quote!(__v::#present(&self.#ident))
}
