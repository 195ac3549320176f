//! The tokens of a checked enum of options.

use proc_macro2::TokenStream;
use quote::quote;

use super::check::Checked;
use crate::runtime::{entity, private_module};

pub(crate) fn expand(checked: &Checked<'_>) -> TokenStream {
    let private = private_module(checked.runtime.as_ref());
    let Checked {
        ident,
        field,
        other,
        ..
    } = checked;
    let entity = entity(checked.whose);
    let (parameters, arguments, predicates) = checked.generics.split_for_impl();
    let variants: Vec<_> = checked.options.iter().map(|option| option.ident).collect();
    let ids: Vec<_> = checked.options.iter().map(|option| option.id).collect();
    let id_of_other = other.map(|other| quote!(Self::#other(id) => *id,));
    // What has a mistake is not among the options, and is told.
    let rest = other.map_or_else(
        || quote!(__v::Option::None),
        |other| quote!(__v::Option::Some(Self::#other(id))),
    );
    let labels = checked.labelled.then(|| labels(checked));
    quote! {
        const _: () = {
            use #private as __v;
            #[automatically_derived]
            #[allow(unreachable_patterns)]
            impl #parameters __v::Enumeration for #ident #arguments #predicates {
                type Entity = #entity;
                const FIELD: &'static __v::str = #field;
                fn item(&self) -> __v::u64 {
                    match self {
                        #(Self::#variants => #ids,)*
                        #id_of_other
                        _ => 0,
                    }
                }
                fn from_item(id: __v::u64) -> __v::Option<Self> {
                    match id {
                        #(#ids => __v::Option::Some(Self::#variants),)*
                        _ => #rest,
                    }
                }
            }
            #[automatically_derived]
            impl #parameters __v::Encode<__v::kind::Enumeration> for #ident #arguments #predicates {
                const LIST: __v::Option<__v::List> = __v::Option::Some(__v::List::of::<Self>());
                fn encode(&self, to: &mut __v::Encoder<'_>) -> __v::Result<(), __v::EncodeError> {
                    to.unsigned(__v::Enumeration::item(self));
                    __v::Result::Ok(())
                }
            }
            #[automatically_derived]
            impl #parameters __v::Decode<__v::kind::Enumeration> for #ident #arguments #predicates {
                const LIST: __v::Option<__v::List> = __v::Option::Some(__v::List::of::<Self>());
                fn decode(answered: __v::Answered<'_>) -> __v::Result<Self, __v::DecodeError> {
                    __v::read::option(answered)
                }
            }
            #labels
        };
    }
}

/// `Display` and `FromStr` by the labels of the options.
fn labels(checked: &Checked<'_>) -> TokenStream {
    let ident = checked.ident;
    let (parameters, arguments, predicates) = checked.generics.split_for_impl();
    let variants: Vec<_> = checked.options.iter().map(|option| option.ident).collect();
    let labels: Vec<_> = checked.options.iter().map(|option| &option.label).collect();
    let other = checked
        .other
        .map(|other| quote!(Self::#other(id) => __v::Display::fmt(id, f),));
    quote! {
        /// By the labels of the options.
        #[automatically_derived]
        #[allow(unreachable_patterns)]
        impl #parameters __v::Display for #ident #arguments #predicates {
            fn fmt(&self, f: &mut __v::Formatter<'_>) -> __v::fmt::Result {
                match self {
                    #(Self::#variants => f.write_str(#labels),)*
                    #other
                    _ => __v::Result::Ok(()),
                }
            }
        }
        /// By the labels of the options.
        #[automatically_derived]
        #[allow(unreachable_patterns)]
        impl #parameters __v::FromStr for #ident #arguments #predicates {
            type Err = __v::ParseError;
            fn from_str(label: &__v::str) -> __v::Result<Self, __v::ParseError> {
                match label {
                    #(#labels => __v::Result::Ok(Self::#variants),)*
                    _ => __v::Result::Err(__v::not_a_label()),
                }
            }
        }
    }
}
