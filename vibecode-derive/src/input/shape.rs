//! Inspects the syntax of types, since a macro runs before type checking.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, Generics, PathArguments, Type};

/// Returns a type without parentheses and without the invisible groups that `macro_rules` puts around
/// `$t:ty`.
pub(crate) fn bare(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            other => return other,
        }
    }
}

/// Returns the `T` of an `Option<T>`.
pub(crate) fn option_of(ty: &Type) -> Option<&Type> {
    only_argument_of(ty, "Option")
}

/// Returns the `T` of a `Vec<T>`.
pub(crate) fn vec_of(ty: &Type) -> Option<&Type> {
    only_argument_of(ty, "Vec")
}

/// Returns the name of a type without parameters, such as `u64` or `std::string::String`. Only the last part of
/// a path counts, as in [`option_of`] and [`vec_of`].
pub(crate) fn name_of(ty: &Type) -> Option<String> {
    match bare(ty) {
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            last.arguments.is_none().then(|| last.ident.to_string())
        }
        _ => None,
    }
}

/// Returns whether a type is `bool` or a number that fields have, by its name.
pub(crate) fn is_primitive(ty: &Type) -> bool {
    let Type::Path(path) = bare(ty) else {
        return false;
    };
    // An `Ident` becomes a string for each comparison.
    let name = path.path.get_ident().map(Ident::to_string);
    name.is_some_and(|name| PRIMITIVES.contains(&&*name))
}

const PRIMITIVES: &[&str] = &[
    "bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64",
];

/// Returns whether a type is a primitive or text of the standard library, or a list of them, by its name. An
/// alias is not recognised.
pub(crate) fn is_of_std(ty: &Type) -> bool {
    match bare(ty) {
        Type::Reference(reference) => is_of_std(&reference.elem),
        Type::Slice(slice) => is_of_std(&slice.elem),
        Type::Array(array) => is_of_std(&array.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let arguments = match &last.arguments {
                PathArguments::AngleBracketed(arguments) => arguments.args.iter(),
                PathArguments::None | PathArguments::Parenthesized(_) => {
                    let name = last.ident.to_string();
                    return name == "String" || name == "str" || is_primitive(ty);
                }
            };
            let mut types = arguments.filter_map(|argument| match argument {
                GenericArgument::Type(argument) => Some(argument),
                _ => None,
            });
            let wraps = ["Option", "Vec", "Box", "Cow"];
            wraps.iter().any(|name| last.ident == name) && types.next().is_some_and(is_of_std)
        }),
        _ => false,
    }
}

/// Returns whether a type is a path, of types without `Self`. Most types are, and their tokens need not be
/// searched for it.
pub(crate) fn is_path_without_self(ty: &Type) -> bool {
    let Type::Path(path) = ty else {
        return false;
    };
    path.attrs.is_empty()
        && path.qself.is_none()
        && path.path.segments.iter().all(|segment| {
            segment.ident != "Self"
                && match &segment.arguments {
                    PathArguments::None => true,
                    PathArguments::AngleBracketed(arguments) => arguments.args.iter().all(
                        |it| matches!(it, GenericArgument::Type(ty) if is_path_without_self(ty)),
                    ),
                    PathArguments::Parenthesized(_) => false,
                }
        })
}

/// Formats a type as a person would write it.
pub(crate) fn written(ty: &Type) -> String {
    let tokens = ty.to_token_stream().to_string();
    tokens
        .replace(" :: ", "::")
        .replace(" <", "<")
        .replace("< ", "<")
        .replace(" >", ">")
}

fn only_argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = bare(ty) else {
        return None;
    };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(argument) if last.ident == name => Some(bare(argument)),
        _ => None,
    }
}

/// Returns a predicate of a `where` clause. A type that begins with `<` is put in parentheses: after
/// `where`, rustc parses the `<` as the start of generic parameters.
pub(crate) fn predicate(ty: &Type, bound: &TokenStream) -> TokenStream {
    match ty {
        Type::Path(path) if path.qself.is_some() => quote!((#ty): #bound),
        _ => quote!(#ty: #bound),
    }
}

/// The type parameters of a struct.
pub(crate) struct TypeParameters(HashSet<Ident>);

impl TypeParameters {
    pub(crate) fn of(generics: &Generics) -> Self {
        let parameters = generics.type_params();
        Self(parameters.map(|each| each.ident.clone()).collect())
    }

    /// Returns whether a type mentions one of the parameters.
    pub(crate) fn are_in(&self, ty: &Type) -> bool {
        !self.0.is_empty() && self.are_in_tokens(ty.to_token_stream())
    }

    fn are_in_tokens(&self, tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => self.0.contains(&ident),
            TokenTree::Group(group) => self.are_in_tokens(group.stream()),
            _ => false,
        })
    }
}
