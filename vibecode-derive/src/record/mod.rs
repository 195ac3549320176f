//! `#[derive(Record)]`: reads a struct from an answer of the API.

mod expand;

use proc_macro2::TokenStream;

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    crate::derive::derive(input, |checked, _| expand::expand(&checked))
}
