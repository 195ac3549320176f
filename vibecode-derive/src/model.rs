//! The struct as it was written: no judgement yet.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Fields, Generics, Type, Visibility, spanned::Spanned};

use crate::{
    attribute::{OnField, OnStruct},
    errors::Errors,
    renamed,
};

/// A struct under a derive.
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) visibility: Visibility,
    pub(crate) generics: Generics,
    pub(crate) attributes: OnStruct,
    pub(crate) fields: Vec<InputField>,
    /// Whether it is a struct that can be made by naming its fields.
    pub(crate) is_record: bool,
}

/// One of its fields.
pub(crate) struct InputField {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) attributes: OnField,
}

impl Input {
    /// What cannot have named fields has none here, and an error.
    pub(crate) fn read(input: DeriveInput, errors: &Errors) -> Self {
        let mut attributes = OnStruct::read(&input.attrs, errors);
        if attributes.runtime.is_none() && !attributes.told {
            attributes.runtime = renamed::path(&input.ident, errors);
        }
        let is_record = matches!(
            &input.data,
            Data::Struct(data) if !matches!(data.fields, Fields::Unnamed(_))
        );
        let (_, arguments, _) = input.generics.split_for_impl();
        let ident = &input.ident;
        let own_type = quote!(#ident #arguments);
        let fields = named_fields(&input.ident, input.data, errors)
            .into_iter()
            .filter_map(|field| InputField::read(field, &own_type, errors))
            .collect();
        Self {
            ident: input.ident,
            visibility: input.vis,
            generics: input.generics,
            attributes,
            fields,
            is_record,
        }
    }
}

impl InputField {
    fn read(field: syn::Field, own_type: &TokenStream, errors: &Errors) -> Option<Self> {
        Some(Self {
            ident: field.ident?,
            attributes: OnField::read(&field.attrs, errors),
            ty: without_self(field.ty, own_type),
        })
    }
}

/// A type that says what it means in the builder too, where `Self` is another.
fn without_self(ty: Type, own_type: &TokenStream) -> Type {
    let tokens = ty.to_token_stream();
    if !mentions_self(&tokens) {
        return ty;
    }
    syn::parse2(replace_self(tokens, own_type)).unwrap_or(ty)
}

fn mentions_self(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => mentions_self(&group.stream()),
        _ => false,
    })
}

fn replace_self(tokens: TokenStream, own_type: &TokenStream) -> TokenStream {
    let replaced = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => own_type.clone(),
        TokenTree::Group(group) => {
            let stream = replace_self(group.stream(), own_type);
            TokenTree::from(Group::new(group.delimiter(), stream)).into()
        }
        other => other.into(),
    });
    replaced.collect()
}

fn named_fields(ident: &Ident, data: Data, errors: &Errors) -> Vec<syn::Field> {
    let fields = match data {
        Data::Struct(data) => data.fields,
        Data::Enum(data) => {
            errors.at(
                data.enum_token,
                "a record is a struct with named fields, not an enum",
            );
            return Vec::new();
        }
        Data::Union(data) => {
            errors.at(
                data.union_token,
                "a record is a struct with named fields, not a union",
            );
            return Vec::new();
        }
    };
    match fields {
        Fields::Named(fields) => fields.named.into_iter().collect(),
        Fields::Unnamed(fields) => {
            let message = "a record has named fields: `struct Customer { post: Option<String> }`";
            errors.push(syn::Error::new(fields.span(), message));
            Vec::new()
        }
        Fields::Unit => {
            let message = format!("`{ident}` has no fields: a record has named ones");
            errors.at(ident, message);
            Vec::new()
        }
    }
}
