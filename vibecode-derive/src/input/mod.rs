//! The struct as written, before any check against the schema.

pub(crate) mod attribute;
pub(crate) mod meta_item;
pub(crate) mod renamed;
pub(crate) mod shape;
mod words;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Data, DeriveInput, Fields, Generics, Meta, Type, Visibility, spanned::Spanned,
};

use self::attribute::{OnField, OnStruct};
use crate::collected_errors::Errors;

/// The struct that a macro is derived for.
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) visibility: Visibility,
    /// The generics, with `Self` replaced by the type of the struct.
    pub(crate) generics: Generics,
    /// `#[allow(…)]` for the lints that the struct and its fields allow. The generated code names the
    /// same types, which may be deprecated, for example.
    pub(crate) lints: Vec<TokenStream>,
    pub(crate) attributes: OnStruct,
    pub(crate) fields: Vec<InputField>,
    /// Whether this is a struct that can be constructed by field names.
    pub(crate) is_record: bool,
}

/// A field of the struct.
pub(crate) struct InputField {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) attributes: OnField,
}

impl Input {
    /// Reads the struct. Anything that cannot have named fields is reported, and has no fields here.
    pub(crate) fn read(input: DeriveInput, errors: &Errors) -> Self {
        let mut attributes = OnStruct::read(&input.attrs, errors);
        if attributes.runtime.is_none() && !attributes.has_errors {
            attributes.runtime = renamed::path(&input.ident, errors);
        }
        let is_record = matches!(
            &input.data,
            Data::Struct(data) if !matches!(data.fields, Fields::Unnamed(_))
        );
        let (_, arguments, _) = input.generics.split_for_impl();
        let ident = &input.ident;
        let own_type = quote!(#ident #arguments);
        let generics = generics_without_self(&input.generics, &own_type, errors);
        let mut lints = allowed_lints(&input.attrs);
        if let Data::Struct(data) = &input.data {
            lints.extend(data.fields.iter().flat_map(|it| allowed_lints(&it.attrs)));
        }
        let fields = named_fields(&input.ident, input.data, errors)
            .into_iter()
            .filter_map(|field| InputField::read(field, &own_type, errors))
            .collect();
        Self {
            ident: input.ident,
            visibility: input.vis,
            generics,
            lints,
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
            ty: without_self(field.ty, own_type, errors),
        })
    }
}

/// Returns the lints that are allowed or expected, each as `#[allow(…)]`. An `#[expect(…)]` is not
/// copied, since it is fulfilled by the user's own code.
pub(crate) fn allowed_lints(attributes: &[Attribute]) -> Vec<TokenStream> {
    let lints = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::List(list) if list.path.is_ident("allow") || list.path.is_ident("expect") => {
                let lints = &list.tokens;
                Some(quote!(#[allow(#lints)]))
            }
            _ => None,
        });
    lints.collect()
}

/// Returns the parameters and the `where` clause without `Self`, which would be another type in the
/// builder.
fn generics_without_self(generics: &Generics, own_type: &TokenStream, errors: &Errors) -> Generics {
    let clause = &generics.where_clause;
    if generics.params.is_empty() && clause.is_none() {
        return generics.clone();
    }
    let tokens = quote!(struct Parameters #generics #clause;);
    if !mentions_self(&tokens) {
        return generics.clone();
    }
    let Ok(replaced) = syn::parse2::<DeriveInput>(replace_self(tokens, own_type)) else {
        errors.at(quote!(#generics #clause), UNREPLACED_SELF);
        return generics.clone();
    };
    replaced.generics
}

/// Returns a type without `Self`, which would be another type in the builder.
fn without_self(ty: Type, own_type: &TokenStream, errors: &Errors) -> Type {
    if shape::is_path_without_self(&ty) {
        return ty;
    }
    let tokens = ty.to_token_stream();
    if !mentions_self(&tokens) {
        return ty;
    }
    syn::parse2(replace_self(tokens, own_type)).unwrap_or_else(|_| {
        errors.at(&ty, UNREPLACED_SELF);
        ty
    })
}

const UNREPLACED_SELF: &str =
    "`Self` would be another type in the generated code: write the name of the struct instead";

fn mentions_self(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => mentions_self(&group.stream()),
        _ => false,
    })
}

fn replace_self(tokens: TokenStream, own_type: &TokenStream) -> TokenStream {
    let mut replaced = TokenStream::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let is_colon = |token: TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ':');
                let mut ahead = tokens.clone().map(is_colon);
                let is_path = ahead.next() == Some(true) && ahead.next() == Some(true);
                // `Self::N` may be in an expression, where `Customer<T>::N` would be a comparison.
                replaced.extend(if is_path {
                    quote!(<#own_type>)
                } else {
                    own_type.clone()
                });
            }
            TokenTree::Group(group) => {
                let stream = replace_self(group.stream(), own_type);
                let mut inside = Group::new(group.delimiter(), stream);
                inside.set_span(group.span());
                replaced.extend([TokenTree::Group(inside)]);
            }
            other => replaced.extend([other]),
        }
    }
    replaced
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
            let message = format!(
                "`{ident}` has no fields: add named fields, such as `post: Option<String>`"
            );
            errors.at(ident, message);
            Vec::new()
        }
    }
}
