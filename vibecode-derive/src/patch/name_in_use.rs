//! Detects a type of the app that has the name of the builder.
//!
//! A derive macro sees only its struct. The compiler would report the second definition, and then every
//! use in which it confuses the two types. So this module searches the source file: a type of that name
//! that is defined or imported next to the struct is reported as one error, which says what to do.
//! Uncertain cases are left to the compiler: a struct from a macro, a struct that is in the file twice,
//! and code under a `cfg`.

use std::{fs, str::FromStr};

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// Returns whether a type with the builder's name is in the same scope as the struct, in its source
/// file.
pub(super) fn is_in_use(structs: &Ident, builder: &Ident) -> bool {
    if !proc_macro::is_available() {
        return false;
    }
    let file = structs.span().unwrap().local_file();
    let Some(source) = file.and_then(|file| fs::read_to_string(file).ok()) else {
        return false;
    };
    is_beside(
        &source,
        &structs.unraw().to_string(),
        &builder.unraw().to_string(),
    )
}

/// Like [`is_in_use`], for a source text.
fn is_beside(source: &str, structs: &str, builder: &str) -> bool {
    // Most files do not mention the builder, and need not be parsed.
    if !source.contains(builder) {
        return false;
    }
    let Ok(tokens) = TokenStream::from_str(source) else {
        return false;
    };
    let scopes = scopes(tokens);
    let mut with_struct = scopes
        .iter()
        .flat_map(|scope| scope.definitions("struct", structs).map(move |()| scope));
    match (with_struct.next(), with_struct.next()) {
        (Some(scope), None) => scope.has(builder),
        _ => false,
    }
}

const DEFINES: &[&str] = &["struct", "enum", "union", "type", "trait", "mod"];

/// The tokens between two braces, or the tokens of the file.
struct Scope(Vec<TokenTree>);

/// Returns the scope of the file and of every pair of braces in it.
fn scopes(tokens: TokenStream) -> Vec<Scope> {
    let own: Vec<_> = tokens.into_iter().collect();
    let inside = own.iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    let mut all: Vec<_> = inside.flat_map(scopes).collect();
    all.push(Scope(own));
    all
}

impl Scope {
    /// Returns an element for each definition with this keyword and name.
    fn definitions<'s>(&'s self, keyword: &'s str, name: &'s str) -> impl Iterator<Item = ()> + 's {
        let pairs = self.0.windows(2).enumerate();
        pairs.filter_map(move |(index, pair)| match pair {
            [TokenTree::Ident(first), TokenTree::Ident(second)]
                if first == keyword && second.unraw() == name && !self.is_conditional(index) =>
            {
                Some(())
            }
            _ => None,
        })
    }

    /// Returns whether the item at an index has a `cfg` attribute.
    fn is_conditional(&self, index: usize) -> bool {
        let before = self.0.get(..index).unwrap_or_default();
        before
            .iter()
            .rev()
            .take_while(|token| match token {
                TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
                TokenTree::Punct(sign) => sign.as_char() != ';',
                TokenTree::Ident(_) | TokenTree::Literal(_) => true,
            })
            .any(|token| match token {
                TokenTree::Group(group) => group.stream().to_string().starts_with("cfg"),
                _ => false,
            })
    }

    fn has(&self, name: &str) -> bool {
        let defined = |keyword: &&str| self.definitions(keyword, name).next().is_some();
        DEFINES.iter().any(defined) || self.imports(name)
    }

    fn imports(&self, name: &str) -> bool {
        let uses = self.0.iter().enumerate().filter(|(index, token)| {
            matches!(token, TokenTree::Ident(ident) if ident == "use")
                && !self.is_conditional(*index)
        });
        uses.into_iter().any(|(index, _)| {
            let after = self.0.iter().skip(index + 1);
            let tree = after.take_while(
                |token| !matches!(token, TokenTree::Punct(sign) if sign.as_char() == ';'),
            );
            binds(&tree.cloned().collect::<TokenStream>(), name)
        })
    }
}

/// Returns whether an import binds a name: a path ends with it, or is renamed to it.
fn binds(tree: &TokenStream, name: &str) -> bool {
    let tokens: Vec<_> = tree.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(index, token)| match token {
        TokenTree::Group(group) => binds(&group.stream(), name),
        TokenTree::Ident(ident) if ident.unraw() == name => match tokens.get(index + 1) {
            None => true,
            Some(TokenTree::Punct(sign)) => sign.as_char() == ',',
            Some(_) => false,
        },
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::is_beside;

    fn is_in_use(source: &str) -> bool {
        is_beside(source, "Customer", "CustomerPatch")
    }

    #[test]
    fn a_type_or_an_import_of_the_builders_name_beside_the_struct_is_found() {
        for beside in [
            "struct CustomerPatch;",
            "#[derive(Clone)] pub struct CustomerPatch<'a> { post: &'a str }",
            "pub(crate) enum r#CustomerPatch {}",
            "union CustomerPatch { a: u8 }",
            "type CustomerPatch = u8;",
            "trait CustomerPatch {}",
            "use crate::dto::CustomerPatch;",
            "use crate::dto::{Firm, CustomerPatch};",
            "use crate::{dto::{CustomerPatch, Firm}, a};",
            "use crate::dto::Change as CustomerPatch;",
        ] {
            let before = format!("{beside} #[derive(Patch)] struct Customer {{ a: u8 }}");
            assert!(is_in_use(&before), "{before}");
            let after = format!("pub struct r#Customer {{ a: u8 }} {beside}");
            assert!(is_in_use(&after), "{after}");
            let inside = format!("fn main() {{ let _ = '{{'; {{ {after} }} }}");
            assert!(is_in_use(&inside), "{inside}");
        }
    }

    #[test]
    fn what_is_elsewhere_or_not_certain_is_left_to_the_compiler() {
        for source in [
            "",
            "{",
            "struct Customer; // struct CustomerPatch;",
            "struct Customer; const TEXT: &str = \"struct CustomerPatch;\";",
            "struct Customer; struct CustomerPatches;",
            "struct Customer; fn f(patch: CustomerPatch) -> CustomerPatch { patch }",
            "struct Customer; mod dto { pub struct CustomerPatch; }",
            "struct CustomerPatch; mod tests { use super::*; struct Customer; }",
            "struct Customer; mod other { struct Customer; struct CustomerPatch; }",
            "struct Customer; #[cfg(feature = \"x\")] #[derive(Clone)] pub struct CustomerPatch;",
            "struct Customer; #[cfg(test)] use crate::dto::CustomerPatch;",
            "struct Customer; use crate::dto::CustomerPatch as Change;",
            "struct Customer; use crate::dto::CustomerPatch::{self as Change};",
            "struct Customer; impl Trait for u8 { type CustomerPatch = u8; }",
            "struct CustomerPatch;",
        ] {
            assert!(!is_in_use(source), "{source}");
        }
    }
}
