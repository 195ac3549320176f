//! Names and spans in generated code.
//!
//! The names in generated code begin with two underscores, so that they do not clash with a name in the
//! user's scope: `let body` is a pattern, and would match a unit struct `body` from a glob import. If
//! the struct itself contains the same name with two underscores, the generated name is changed: see
//! [`apart`].

use std::collections::HashSet;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

/// Returns a user's name for use in generated code. It has the same position, but is marked as
/// generated, so that lints of the user's crate skip it.
pub(crate) fn own(ident: &Ident) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(Span::call_site().located_at(ident.span()));
    ident
}

/// Calls `expand` so that generated names do not clash with the user's names that begin with two
/// underscores. The user's names are written as raw identifiers, which have the same meaning. A
/// generated name that is equal to one of them gets another underscore at its end.
pub(crate) fn apart(
    input: TokenStream,
    expand: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    // The tokens are not rebuilt without need, since a new group loses the span of its opening
    // delimiter. Few structs have two underscores anywhere, and searching their text takes less than half
    // of the instructions of looking at each token.
    if !input.to_string().contains("__") || !has_names_like_ours(&input) {
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

/// `__private` is a module of the runtime, so the user's names cannot clash with it.
fn is_like_ours(name: &str) -> bool {
    name.starts_with("__") && name != "__private"
}

/// Maps every identifier except those of lifetimes.
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

/// Returns whether a token starts a lifetime.
pub(crate) fn is_apostrophe(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == '\'')
}

/// Moves generated tokens to a position in the user's code.
pub(crate) fn respan(tokens: TokenStream, position: Span) -> TokenStream {
    map_tokens(tokens, &mut |mut token| {
        token.set_span(token.span().located_at(position));
        token.into()
    })
}

/// Maps every token, including those in groups. A group is mapped after its contents.
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
