//! Generates the parameter of a setter or an adder, by the type of the field.

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt as _, quote};
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

/// Tokens that are copied into generated code. A type is written there directly: each token stream in another
/// costs the compiler a call.
pub(super) enum Fragment<'a> {
    Type(&'a Type),
    Ident(Ident),
    Tokens(TokenStream),
}

impl ToTokens for Fragment<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Type(ty) => ty.to_tokens(tokens),
            Self::Ident(ident) => ident.to_tokens(tokens),
            Self::Tokens(inner) => inner.to_tokens(tokens),
        }
    }
}

/// The parameter of a method.
pub(super) struct Parameter<'a> {
    pub(super) generics: Option<TokenStream>,
    pub(super) ty: ParameterType<'a>,
    /// The type that must have a wire form, with the span of the user's type.
    pub(super) asserted: Fragment<'a>,
    /// The expression that is passed on.
    pub(super) passed: Fragment<'a>,
}

impl<'a> Parameter<'a> {
    pub(super) fn of(
        ty: &'a Type,
        form: &ParameterForm,
        kind: impl FnOnce() -> TokenStream,
    ) -> Self {
        match form {
            ParameterForm::ByValue => Self {
                generics: None,
                ty: ParameterType::Named(Fragment::Type(ty)),
                asserted: Fragment::Type(ty),
                passed: Fragment::Ident(value()),
            },
            ParameterForm::Into => Self::bounded(ty, "TakenInto", Fragment::Type(ty)),
            ParameterForm::List => Self::bounded(ty, "IntoList", Fragment::Type(ty)),
            ParameterForm::Text => Self {
                asserted: asserted(ty),
                passed: Fragment::Tokens(quote!(__v::AsRef::<__v::str>::as_ref(&__value))),
                ..Self::bounded(ty, "TakenAs", Fragment::Tokens(quote!(__v::str)))
            },
            ParameterForm::AnyEncode => {
                let kind = kind();
                let generic = || Fragment::Ident(Ident::new("__V", Span::call_site()));
                Self {
                    generics: Some(quote!(<__V: __v::Encode<#kind>>)),
                    ty: ParameterType::Named(generic()),
                    asserted: generic(),
                    passed: Fragment::Ident(value()),
                }
            }
        }
    }

    /// Returns a parameter that converts into the value of a multifield, in a list of a type of the app.
    pub(super) fn element(element: &Ident, list: &'a Type) -> Self {
        Self::bounded(list, "TakenInto", Fragment::Tokens(quote!(__v::#element)))
    }

    fn bounded(at: &'a Type, name: &'static str, argument: Fragment<'a>) -> Self {
        Self {
            generics: None,
            ty: ParameterType::Bounded { at, name, argument },
            asserted: Fragment::Type(at),
            passed: Fragment::Ident(value()),
        }
    }
}

fn value() -> Ident {
    Ident::new("__value", Span::call_site())
}

/// The type of a parameter.
pub(super) enum ParameterType<'a> {
    Named(Fragment<'a>),
    /// `impl Trait<argument>` with spans from the first to the last token of the user's type, so that the
    /// compiler points there.
    Bounded {
        at: &'a Type,
        name: &'static str,
        argument: Fragment<'a>,
    },
}

impl ToTokens for ParameterType<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (at, name, argument) = match self {
            Self::Named(named) => return named.to_tokens(tokens),
            Self::Bounded { at, name, argument } => (at, name, argument),
        };
        let (first, last) = ends(at);
        let punct = |sign, spacing, span| {
            let mut punct = Punct::new(sign, spacing);
            punct.set_span(span);
            punct
        };
        tokens.append(Ident::new("impl", first));
        tokens.append(Ident::new("__v", first));
        tokens.append(punct(':', Spacing::Joint, first));
        tokens.append(punct(':', Spacing::Alone, first));
        tokens.append(Ident::new(name, first));
        tokens.append(punct('<', Spacing::Alone, first));
        argument.to_tokens(tokens);
        tokens.append(punct('>', Spacing::Alone, last));
    }
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
fn asserted(ty: &Type) -> Fragment<'_> {
    match bare(ty) {
        Type::Reference(reference) if reference.mutability.is_none() => {
            let (and, elem) = (&reference.and_token, &reference.elem);
            Fragment::Tokens(quote!(#and #elem))
        }
        other => Fragment::Type(other),
    }
}
