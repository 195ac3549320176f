//! Token streams that can be cut and shuffled: as trees with places.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// A token, or what stands between two delimiters.
#[derive(Debug, Clone)]
pub(super) enum Token {
    /// One or more tokens that belong together, such as `'a` or `::`.
    Text(String),
    Group(Delimiter, Vec<Token>),
}

/// What is done to the token at some place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Delete,
    Duplicate,
    SwapWithNext,
}

pub(super) fn read(stream: TokenStream) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut is_joint = false;
    for tree in stream {
        let was_joint = is_joint;
        is_joint = matches!(&tree, TokenTree::Punct(sign) if sign.spacing() == Spacing::Joint);
        match (tree, tokens.last_mut()) {
            (TokenTree::Group(group), _) => {
                tokens.push(Token::Group(group.delimiter(), read(group.stream())));
            }
            (other, Some(Token::Text(text))) if was_joint => text.push_str(&other.to_string()),
            (other, _) => tokens.push(Token::Text(other.to_string())),
        }
    }
    tokens
}

pub(super) fn write(tokens: &[Token]) -> TokenStream {
    tokens
        .iter()
        .flat_map(|token| match token {
            Token::Text(text) => TokenStream::from_str(text).unwrap(),
            Token::Group(delimiter, inside) => {
                TokenTree::Group(Group::new(*delimiter, write(inside))).into()
            }
        })
        .collect()
}

/// How many places there are.
pub(super) fn count(tokens: &[Token]) -> usize {
    let inside = |token: &Token| match token {
        Token::Text(_) => 0,
        Token::Group(_, inside) => count(inside),
    };
    tokens.iter().map(|token| 1 + inside(token)).sum()
}

/// The first so many tokens, with the delimiters that are open there closed.
pub(super) fn prefix(tokens: &[Token], length: usize) -> Vec<Token> {
    fn take(tokens: &[Token], left: &mut usize) -> Vec<Token> {
        let mut taken = Vec::new();
        for token in tokens {
            if *left == 0 {
                break;
            }
            *left -= 1;
            taken.push(match token {
                Token::Text(_) => token.clone(),
                Token::Group(delimiter, inside) => Token::Group(*delimiter, take(inside, left)),
            });
        }
        taken
    }
    let mut left = length;
    take(tokens, &mut left)
}

/// Changes the token at a place, counted from the outside in.
pub(super) fn change(tokens: &mut Vec<Token>, place: usize, how: Change) {
    fn walk(tokens: &mut Vec<Token>, place: &mut usize, how: Change) -> bool {
        for at in 0..tokens.len() {
            if *place == 0 {
                match how {
                    Change::Delete => drop(tokens.remove(at)),
                    Change::Duplicate => tokens.insert(at, tokens[at].clone()),
                    Change::SwapWithNext if at + 1 < tokens.len() => tokens.swap(at, at + 1),
                    Change::SwapWithNext => {}
                }
                return true;
            }
            *place -= 1;
            if let Token::Group(_, inside) = &mut tokens[at]
                && walk(inside, place, how)
            {
                return true;
            }
        }
        false
    }
    let mut place = place;
    walk(tokens, &mut place, how);
}
