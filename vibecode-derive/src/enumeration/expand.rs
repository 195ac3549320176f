//! Generates the code of a checked enum of options or codes.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use vibecode_spec::Kind;

use super::{
    check::Checked,
    closed_set::{Label, WireForm},
};
use crate::tokens::{
    names::own,
    runtime::{entity, kind, private_module},
};

pub(crate) fn expand(checked: &Checked<'_>) -> TokenStream {
    let private = private_module(checked.runtime.as_ref());
    let Checked { ident, field, .. } = checked;
    let ident = own(ident);
    let entity = entity(checked.entity);
    let (parameters, arguments, predicates) = checked.generics.split_for_impl();
    let variants = Variants::of(checked);
    let (label, by_label) = (variants.label(), variants.by_label());
    // An enum whose field is not known fits in any field, so that no second error follows.
    let (of_kind, kind) = if checked.has_field || !checked.generics.params.is_empty() {
        (quote!(#parameters), kind(&checked.kind, false))
    } else {
        (quote!(<__K>), quote!(__K))
    };
    let (wire, closed_field, function) = if checked.kind == Kind::Enumeration {
        let (id, by_id) = (variants.id(), variants.by_id());
        let wire = quote! {
            impl #parameters __v::OptionEnum for #ident #arguments #predicates {
                fn wire_id(&self) -> __v::u64 {
                    #id
                }
                fn of_wire_id(__id: __v::u64) -> __v::Option<Self> {
                    #by_id
                }
            }
        };
        (wire, quote!(of_options), quote!(option))
    } else {
        let (code, by_code) = (variants.code(), variants.by_code());
        let wire = quote! {
            impl #parameters __v::StatusEnum for #ident #arguments #predicates {
                fn wire_code(&self) -> &__v::str {
                    #code
                }
                fn of_wire_code(__code: &__v::str) -> __v::Option<Self> {
                    #by_code
                }
            }
        };
        (wire, quote!(of_codes), quote!(status))
    };
    let closed_field = if checked.has_field {
        quote!(__v::Option::Some(__v::ClosedField::#closed_field::<Self>()))
    } else {
        quote!(__v::Option::None)
    };
    quote! {
        const _: () = {
            use #private as __v;
            #[automatically_derived]
            impl #parameters __v::Enumeration for #ident #arguments #predicates {
                type Entity = #entity;
                const FIELD: &'static __v::str = #field;
                fn label(&self) -> __v::Option<&'static __v::str> {
                    #label
                }
                fn from_label(__label: &__v::str) -> __v::Option<Self> {
                    #by_label
                }
            }
            #[automatically_derived]
            #wire
            #[automatically_derived]
            impl #of_kind __v::Encode<#kind> for #ident #arguments #predicates {
                const CLOSED_FIELD: __v::Option<__v::ClosedField> = #closed_field;
                fn encode(&self, __to: &mut __v::Encoder<'_>) -> __v::Result<(), __v::EncodeError> {
                    __v::#function(self, __to)
                }
            }
            #[automatically_derived]
            impl #of_kind __v::Decode<#kind> for #ident #arguments #predicates {
                const CLOSED_FIELD: __v::Option<__v::ClosedField> = #closed_field;
                fn decode(__answered: __v::WireValue<'_>) -> __v::Result<Self, __v::DecodeError> {
                    __v::read::#function(__answered)
                }
            }
        };
    }
}

/// The variants, with their names in the generated code.
struct Variants<'a> {
    /// The variants of single options or codes, each with its value and label.
    named: Vec<(Ident, &'a WireForm, Option<&'a Label>)>,
    other: Option<Ident>,
    /// Whether these are all variants. A variant with an error is left out.
    complete: bool,
}

impl<'a> Variants<'a> {
    fn of(checked: &'a Checked<'_>) -> Self {
        let named = checked.variants.iter();
        let named = named.map(|it| (own(it.ident), &it.form, it.label.as_ref()));
        Self {
            named: named.collect(),
            other: checked.other.map(own),
            complete: checked.complete,
        }
    }

    fn id(&self) -> TokenStream {
        let arms = self.named.iter();
        let arms = arms.map(|(variant, id, _)| quote!(Self::#variant => #id,));
        let other = self.other.iter();
        let other = other.map(|other| quote!(Self::#other(__id) => __id,));
        let rest = (!self.complete).then(|| quote!(_ => 0,));
        quote!(match *self { #(#arms)* #(#other)* #rest })
    }

    fn by_id(&self) -> TokenStream {
        let arms = self.named.iter();
        let arms = arms.map(|(variant, id, _)| quote!(#id => __v::Option::Some(Self::#variant),));
        let rest = if let Some(other) = &self.other {
            quote!(0 => __v::Option::None, _ => __v::Option::Some(Self::#other(__id)),)
        } else {
            quote!(_ => __v::Option::None,)
        };
        quote!(match __id { #(#arms)* #rest })
    }

    fn code(&self) -> TokenStream {
        let arms = self.named.iter();
        let arms = arms.map(|(variant, code, _)| quote!(Self::#variant => #code,));
        let other = self.other.iter();
        let other = other.map(|other| quote!(Self::#other(ref __code) => __code,));
        // No text is a code, so that it would not be sent.
        let rest = (!self.complete).then(|| quote!(_ => "",));
        quote!(match *self { #(#arms)* #(#other)* #rest })
    }

    fn by_code(&self) -> TokenStream {
        let arms = self.named.iter();
        let arms =
            arms.map(|(variant, code, _)| quote!(#code => __v::Option::Some(Self::#variant),));
        let rest = if let Some(other) = &self.other {
            quote!(__v::Option::Some(Self::#other(__v::Into::into(__code))))
        } else {
            quote!(__v::Option::None)
        };
        quote!(match __code { #(#arms)* _ => #rest })
    }

    fn label(&self) -> TokenStream {
        let labelled: Vec<_> = self.labelled().collect();
        if labelled.is_empty() {
            return quote!(__v::Option::None);
        }
        let all = self.complete && self.other.is_none() && labelled.len() == self.named.len();
        let arms = labelled.iter();
        let arms = arms.map(
            |(variant, Label { text, .. })| quote!(Self::#variant => __v::Option::Some(#text),),
        );
        let rest = (!all).then(|| quote!(_ => __v::Option::None,));
        quote!(match *self { #(#arms)* #rest })
    }

    fn by_label(&self) -> TokenStream {
        let unique = self.labelled().filter(|(_, label)| label.is_unique);
        let arms: Vec<_> = unique
            .map(
                |(variant, Label { text, .. })| quote!(#text => __v::Option::Some(Self::#variant),),
            )
            .collect();
        quote!(match __label { #(#arms)* _ => __v::Option::None })
    }

    fn labelled(&self) -> impl Iterator<Item = (&Ident, &'a Label)> {
        let named = self.named.iter();
        named.filter_map(|(variant, _, label)| Some((variant, (*label)?)))
    }
}
