//! `#[derive(Patch)]`: generates a patch builder for a struct.

mod check;
mod expand;
mod name_in_use;

use proc_macro2::TokenStream;

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    crate::derive::derive(input, |mut checked, errors| {
        check::check(&mut checked, errors);
        expand::expand(&checked)
    })
}
