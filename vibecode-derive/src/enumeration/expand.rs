//! Generates the code of a checked enum of options or codes.

use std::fmt::Write as _;

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
    let labels = variants.labels();
    let (label, by_label) = match &labels {
        Some(_) if checked.kind == Kind::Enumeration => (
            quote!(__v::labels::of_option(self)),
            quote!(__v::labels::option(__label)),
        ),
        Some(_) => (
            quote!(__v::labels::of_code(self)),
            quote!(__v::labels::code(__label)),
        ),
        None => (quote!(__v::Option::None), quote!(__v::Option::None)),
    };
    let labels = labels.map(|text| quote!(const LABELS: &'static __v::str = #text;));
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
                #labels
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
                #labels
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
        if self.named.is_empty() && self.other.is_none() {
            return quote!(__v::Option::None);
        }
        let rest = if let Some(other) = &self.other {
            quote!(0 => return __v::Option::None, _ => Self::#other(__id),)
        } else {
            quote!(_ => return __v::Option::None,)
        };
        let arms = self.named.iter();
        let arms = arms.map(|(variant, id, _)| quote!(#id => Self::#variant,));
        quote!(__v::Option::Some(match __id { #(#arms)* #rest }))
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
        if self.named.is_empty() && self.other.is_none() {
            return quote!(__v::Option::None);
        }
        let rest = if let Some(other) = &self.other {
            quote!(Self::#other(__v::Into::into(__code)))
        } else {
            quote!(return __v::Option::None)
        };
        let arms = self.named.iter();
        let arms = arms.map(|(variant, code, _)| quote!(#code => Self::#variant,));
        quote!(__v::Option::Some(match __code { #(#arms)* _ => #rest }))
    }

    /// Returns the text of `LABELS` in the runtime, or `None` if no label is known. A match for each direction would cost
    /// the compiler five times as much.
    fn labels(&self) -> Option<String> {
        let mut text = String::new();
        for (_, value, label) in &self.named {
            let Some(Label {
                text: label,
                is_unique,
            }) = label
            else {
                continue;
            };
            let (value, mark) = (value.to_string(), if *is_unique { '+' } else { '=' });
            let _ = write!(text, "{mark}{}:{value}{}:{label}", value.len(), label.len());
        }
        (!text.is_empty()).then_some(text)
    }
}
