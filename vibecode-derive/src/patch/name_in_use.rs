//! Detects a type of the app that has the name of the builder.
//!
//! A derive macro sees only its struct. The compiler would report the second definition, and then every
//! use in which it confuses the two types. So this module searches the source file: a type of that name
//! that is defined or imported next to the struct is reported as one error, which says what to do.
//! Uncertain cases are left to the compiler: a struct from a macro, a struct that is in the file twice,
//! and code under a `cfg`.

use std::{fs, str::FromStr, sync::Arc};

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

use crate::check::file_cache::FileCache;

/// Returns whether a type with the builder's name is in the same scope as the struct, in its source
/// file.
pub(super) fn is_in_use(structs: &Ident, builder: &Ident) -> bool {
    static FILES: FileCache<(), Option<Arc<Source>>> = FileCache::new();
    if !proc_macro::is_available() {
        return false;
    }
    let file = structs.span().unwrap().local_file();
    let source = file.and_then(|file| {
        FILES.get(&file, (), |file| {
            let text = fs::read_to_string(file).ok()?;
            Some(Arc::new(Source::of(text)))
        })
    });
    let Some(source) = source.flatten() else {
        return false;
    };
    source.has_beside(&structs.unraw().to_string(), &builder.unraw().to_string())
}

/// The text of a source file. A file is read once for all its structs: otherwise the time would grow with
/// the square of their number.
struct Source {
    text: String,
    words: Words,
}

impl Source {
    fn of(text: String) -> Self {
        let words = Words::of(&text);
        Self { text, words }
    }

    /// Like [`is_in_use`].
    fn has_beside(&self, structs: &str, builder: &str) -> bool {
        // Most files do not mention the builder, and need not be parsed.
        if !self.words.may_have(builder) || !self.text.contains(builder) {
            return false;
        }
        let Ok(tokens) = TokenStream::from_str(&self.text) else {
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
}

/// The words of a text: for each, the bit at its hash is set. There are eight times as many bits as bytes in
/// the text, so that few words share one.
struct Words(Vec<u8>);

impl Words {
    /// The loop is plain, since a derive macro is usually built without optimisation.
    fn of(text: &str) -> Self {
        let mut words = Self(vec![0; text.len() + 1]);
        let mut hash = 0;
        for &byte in text.as_bytes() {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'_' | b'a'..=b'z' | 0x80.. => hash = next(hash, byte),
                _ if hash != 0 => {
                    words.add(hash);
                    hash = 0;
                }
                _ => {}
            }
        }
        words.add(hash);
        words
    }

    fn add(&mut self, hash: usize) {
        let (index, bit) = self.bit(hash);
        if let Some(bits) = self.0.get_mut(index) {
            *bits |= bit;
        }
    }

    fn may_have(&self, word: &str) -> bool {
        let (index, bit) = self.bit(word.bytes().fold(0, next));
        self.0.get(index).is_some_and(|bits| bits & bit != 0)
    }

    fn bit(&self, hash: usize) -> (usize, u8) {
        ((hash / 8) % self.0.len(), 1 << (hash % 8))
    }
}

/// Returns the hash of a word and another byte.
fn next(hash: usize, byte: u8) -> usize {
    (hash ^ usize::from(byte)).wrapping_mul(0x0100_0193)
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
    use super::Source;

    fn is_in_use(source: &str) -> bool {
        Source::of(source.to_owned()).has_beside("Customer", "CustomerPatch")
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
