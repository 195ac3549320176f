//! `#[derive(Enumeration)]`: maps the variants of an enum to the options of a list or to codes.

mod check;
mod closed_set;
mod expand;
mod variants;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::{check::codes::CodesFile, collected_errors::Errors, tokens::names::apart};

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    apart(input, derive_apart)
}

fn derive_apart(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let errors = Errors::new();
    let checked = check::check(&input, &errors);
    let mut tokens = expand::expand(&checked);
    tokens.extend(checked.schema_file.tracking());
    tokens.extend(checked.codes_file.iter().map(CodesFile::tracking));
    tokens.extend(errors.into_tokens());
    tokens
}
