//! Generates the parameter of a setter or an adder, by the type of the field.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{PathArguments, Type, TypePath};

use crate::input::shape::{TypeParameters, bare, is_primitive, vec_of};

/// How a setter takes its argument.
pub(super) enum ParameterForm {
    /// A number or a bool by value: `impl Into<u64>` would reject the literal 5.
    ByValue,
    /// `impl AsRef<str>`, for a `&str`.
    Text,
    /// `impl IntoList<Vec<T>>`, which also accepts an array of values that convert into the elements.
    List,
    /// Any type that has a wire form of the kind, if the type of the field contains a type parameter.
    AnyEncode,
    /// `impl Into<T>`.
    Into,
}

impl ParameterForm {
    pub(super) fn of(ty: &Type, parameters: &TypeParameters) -> Self {
        match bare(ty) {
            ty if is_primitive(ty) => Self::ByValue,
            Type::Reference(reference)
                if reference.mutability.is_none() && is_str(&reference.elem) =>
            {
                Self::Text
            }
            other if parameters.are_in(other) => Self::AnyEncode,
            other => match vec_of(other) {
                Some(element) if !is_primitive(element) => Self::List,
                _ => Self::Into,
            },
        }
    }
}

fn is_str(ty: &Type) -> bool {
    matches!(bare(ty), Type::Path(path) if path.path.is_ident("str"))
}

/// The parameter of a method.
pub(super) struct Parameter {
    pub(super) generics: Option<TokenStream>,
    /// The type of the parameter.
    pub(super) ty: TokenStream,
    /// The type that must have a wire form, with the span of the user's type.
    pub(super) asserted: TokenStream,
    /// The expression that is passed on.
    pub(super) passed: TokenStream,
}

impl Parameter {
    pub(super) fn of(ty: &Type, form: &ParameterForm, kind: impl FnOnce() -> TokenStream) -> Self {
        let passed = quote!(__value);
        match form {
            ParameterForm::ByValue => Self {
                generics: None,
                ty: quote!(#ty),
                asserted: quote!(#ty),
                passed,
            },
            ParameterForm::Into => Self::into(&quote!(#ty), ty),
            ParameterForm::List => Self {
                ty: bound(ty, "IntoList", &quote!(#ty)),
                ..Self::into(&quote!(#ty), ty)
            },
            ParameterForm::Text => Self {
                generics: None,
                ty: bound(ty, "TakenAs", &quote!(__v::str)),
                asserted: asserted(ty),
                passed: quote!(__v::AsRef::<__v::str>::as_ref(&__value)),
            },
            ParameterForm::AnyEncode => {
                let kind = kind();
                Self {
                    generics: Some(quote!(<__V: __v::Encode<#kind>>)),
                    ty: quote!(__V),
                    asserted: quote!(__V),
                    passed,
                }
            }
        }
    }

    pub(super) fn into(ty: &TokenStream, at: &Type) -> Self {
        Self {
            generics: None,
            ty: bound(at, "TakenInto", ty),
            asserted: ty.clone(),
            passed: quote!(__value),
        }
    }
}

/// Returns `impl Trait<parameter>` with spans from the first to the last token of the user's type, so
/// that the compiler points there.
fn bound(at: &Type, name: &str, parameter: &TokenStream) -> TokenStream {
    let (first, last) = ends(at);
    let name = Ident::new(name, first);
    let mut bound = quote_spanned!(first=> impl __v::#name<);
    bound.extend(parameter.clone());
    bound.extend(quote_spanned!(last=> >));
    bound
}

/// Returns the spans of the first and the last token of a type.
fn ends(ty: &Type) -> (Span, Span) {
    // Most types are a path such as `String` or `Vec<f64>`, which need not be converted into tokens.
    if let Type::Path(TypePath {
        attrs,
        qself: None,
        path,
    }) = ty
        && attrs.is_empty()
        && path.leading_colon.is_none()
        && let (Some(first), Some(last)) = (path.segments.first(), path.segments.last())
    {
        match &last.arguments {
            PathArguments::None => return (first.ident.span(), last.ident.span()),
            PathArguments::AngleBracketed(arguments) => {
                return (first.ident.span(), arguments.gt_token.span);
            }
            PathArguments::Parenthesized(_) => {}
        }
    }
    let mut tokens = ty.to_token_stream().into_iter();
    let first = tokens
        .next()
        .map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    (first, last)
}

/// Returns the type to assert. A lifetime is removed from a reference, since a parameter does not have
/// it.
fn asserted(ty: &Type) -> TokenStream {
    match bare(ty) {
        Type::Reference(reference) if reference.mutability.is_none() => {
            let (and, elem) = (&reference.and_token, &reference.elem);
            quote!(#and #elem)
        }
        other => quote!(#other),
    }
}
