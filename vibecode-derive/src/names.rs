//! Names and spans in generated code.
//!
//! Each of our names begins with two underscores, so that it does not clash with a name in the user's scope:
//! `let body` is a pattern, and would match a unit struct `body` from a glob import. If the struct itself has
//! a name with two underscores, ours is changed: see [`apart`].

use std::collections::HashSet;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

/// A name of the user's in generated code: at the same position, but marked as generated, so that lints of
/// the user's crate skip it.
pub(crate) fn own(ident: &Ident) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(Span::call_site().located_at(ident.span()));
    ident
}

/// Expands without a clash between our names and the user's names with two underscores: the user's are
/// written as raw identifiers, which mean the same, and one of ours that is equal to one of them gets a
/// further underscore.
pub(crate) fn apart(
    input: TokenStream,
    expand: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    // Not rebuilt without need: a new group loses the span of its opening delimiter.
    if !has_names_like_ours(&input) {
        return expand(input);
    }
    let mut theirs = HashSet::new();
    let input = map_names(input, &mut |ident| {
        let name = ident.to_string();
        if !is_like_ours(&name) {
            return ident;
        }
        let raw = Ident::new_raw(&name, ident.span());
        theirs.insert(name);
        raw
    });
    let output = expand(input);
    map_names(output, &mut |ident| {
        let mut name = ident.to_string();
        if !theirs.contains(&name) {
            return ident;
        }
        while theirs.contains(&name) {
            name.push('_');
        }
        Ident::new(&name, ident.span())
    })
}

fn has_names_like_ours(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => is_like_ours(&ident.to_string()),
        TokenTree::Group(group) => has_names_like_ours(&group.stream()),
        _ => false,
    })
}

/// `__private` is the runtime's own module: the user's names cannot clash with it.
fn is_like_ours(name: &str) -> bool {
    name.starts_with("__") && name != "__private"
}

/// Maps each identifier, except those of lifetimes.
fn map_names(tokens: TokenStream, map: &mut impl FnMut(Ident) -> Ident) -> TokenStream {
    let mut is_lifetime = false;
    map_tokens(tokens, &mut |token| {
        let was_apostrophe = is_lifetime;
        is_lifetime = is_apostrophe(&token);
        match token {
            TokenTree::Ident(ident) if !was_apostrophe => TokenTree::Ident(map(ident)).into(),
            other => other.into(),
        }
    })
}

/// Whether a token begins a lifetime.
pub(crate) fn is_apostrophe(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == '\'')
}

/// Tokens of ours, at the position of the user's.
pub(crate) fn respan(tokens: TokenStream, position: Span) -> TokenStream {
    map_tokens(tokens, &mut |mut token| {
        token.set_span(token.span().located_at(position));
        token.into()
    })
}

/// Maps each token, also in groups. A group is mapped after its contents.
pub(crate) fn map_tokens(
    tokens: TokenStream,
    map: &mut dyn FnMut(TokenTree) -> TokenStream,
) -> TokenStream {
    let mut mapped = TokenStream::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let stream = map_tokens(group.stream(), map);
                let mut inside = Group::new(group.delimiter(), stream);
                inside.set_span(group.span());
                TokenTree::Group(inside)
            }
            other => other,
        };
        mapped.extend(map(token));
    }
    mapped
}
