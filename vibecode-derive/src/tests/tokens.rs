//! Token streams that can be cut and shuffled. They are trees, and each token has an index.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// A token, or a group of tokens between two delimiters.
#[derive(Debug, Clone)]
pub(super) enum Token {
    /// One or more tokens that belong together, such as `'a` or `::`.
    Text(String),
    Group(Delimiter, Vec<Token>),
}

/// A change of the token at an index.
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

/// Returns the number of tokens, including those in groups.
pub(super) fn count(tokens: &[Token]) -> usize {
    let inside = |token: &Token| match token {
        Token::Text(_) => 0,
        Token::Group(_, inside) => count(inside),
    };
    tokens.iter().map(|token| 1 + inside(token)).sum()
}

/// Returns the first `length` tokens. Delimiters that are open at the end are closed.
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

/// Changes the token at an index. A group is counted before its contents.
pub(super) fn change(tokens: &mut Vec<Token>, index: usize, how: Change) {
    fn walk(tokens: &mut Vec<Token>, index: &mut usize, how: Change) -> bool {
        for at in 0..tokens.len() {
            if *index == 0 {
                match how {
                    Change::Delete => drop(tokens.remove(at)),
                    Change::Duplicate => tokens.insert(at, tokens[at].clone()),
                    Change::SwapWithNext if at + 1 < tokens.len() => tokens.swap(at, at + 1),
                    Change::SwapWithNext => {}
                }
                return true;
            }
            *index -= 1;
            if let Token::Group(_, inside) = &mut tokens[at]
                && walk(inside, index, how)
            {
                return true;
            }
        }
        false
    }
    let mut index = index;
    walk(tokens, &mut index, how);
}
