//! `#[derive(Patch)]`: a struct becomes a builder of patches.

mod check;
mod expand;
mod field;
mod role;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::{errors::Errors, model::Input};

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let errors = Errors::new();
    let input = Input::read(input, &errors);
    let checked = check::check(&input, &errors);
    let mut tokens = expand::expand(&checked);
    tokens.extend(errors.into_tokens());
    tokens
}
