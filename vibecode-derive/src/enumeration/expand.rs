//! Generates the code of a checked enum of options.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::check::{Checked, Label};
use crate::tokens::{
    names::own,
    runtime::{entity, private_module},
};

pub(crate) fn expand(checked: &Checked<'_>) -> TokenStream {
    let private = private_module(checked.runtime.as_ref());
    let Checked { ident, field, .. } = checked;
    let ident = own(ident);
    let entity = entity(checked.entity);
    let (parameters, arguments, predicates) = checked.generics.split_for_impl();
    let variants = Variants::of(checked);
    let (option_id, by_option_id) = (variants.option_id(), variants.by_option_id());
    let (label, by_label) = (variants.label(), variants.by_label());
    quote! {
        const _: () = {
            use #private as __v;
            #[automatically_derived]
            impl #parameters __v::Enumeration for #ident #arguments #predicates {
                type Entity = #entity;
                const FIELD: &'static __v::str = #field;
                fn option_id(&self) -> __v::u64 {
                    #option_id
                }
                fn from_option_id(__id: __v::u64) -> __v::Option<Self> {
                    #by_option_id
                }
                fn label(&self) -> __v::Option<&'static __v::str> {
                    #label
                }
                fn from_label(__label: &__v::str) -> __v::Option<Self> {
                    #by_label
                }
            }
            #[automatically_derived]
            impl #parameters __v::Encode<__v::kind::Enumeration> for #ident #arguments #predicates {
                const LIST: __v::Option<__v::List> = __v::Option::Some(__v::List::of::<Self>());
                fn encode(&self, __to: &mut __v::Encoder<'_>) -> __v::Result<(), __v::EncodeError> {
                    __v::option(self, __to)
                }
            }
            #[automatically_derived]
            impl #parameters __v::Decode<__v::kind::Enumeration> for #ident #arguments #predicates {
                const LIST: __v::Option<__v::List> = __v::Option::Some(__v::List::of::<Self>());
                fn decode(__answered: __v::WireValue<'_>) -> __v::Result<Self, __v::DecodeError> {
                    __v::read::option(__answered)
                }
            }
        };
    }
}

/// The variants, with their names in the generated code.
struct Variants<'a> {
    /// The variants of single options, each with the id and the label of its option.
    options: Vec<(Ident, u64, Option<&'a Label>)>,
    other: Option<Ident>,
    /// Whether these are all variants. A variant with an error is left out.
    complete: bool,
}

impl<'a> Variants<'a> {
    fn of(checked: &'a Checked<'_>) -> Self {
        let options = checked.options.iter();
        let options = options.map(|it| (own(it.ident), it.id, it.label.as_ref()));
        Self {
            options: options.collect(),
            other: checked.other.map(own),
            complete: checked.complete,
        }
    }

    fn option_id(&self) -> TokenStream {
        let arms = self.options.iter();
        let arms = arms.map(|(variant, id, _)| quote!(Self::#variant => #id,));
        let other = self.other.iter();
        let other = other.map(|other| quote!(Self::#other(__id) => __id,));
        let rest = (!self.complete).then(|| quote!(_ => 0,));
        quote!(match *self { #(#arms)* #(#other)* #rest })
    }

    fn by_option_id(&self) -> TokenStream {
        let arms = self.options.iter();
        let arms = arms.map(|(variant, id, _)| quote!(#id => __v::Option::Some(Self::#variant),));
        let rest = if let Some(other) = &self.other {
            quote!(0 => __v::Option::None, _ => __v::Option::Some(Self::#other(__id)),)
        } else {
            quote!(_ => __v::Option::None,)
        };
        quote!(match __id { #(#arms)* #rest })
    }

    fn label(&self) -> TokenStream {
        let labelled: Vec<_> = self.labelled().collect();
        if labelled.is_empty() {
            return quote!(__v::Option::None);
        }
        let all = self.complete && self.other.is_none() && labelled.len() == self.options.len();
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
        let options = self.options.iter();
        options.filter_map(|(variant, _, label)| Some((variant, (*label)?)))
    }
}
