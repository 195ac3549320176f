//! `#[derive(Record)]`: a struct is read out of what the API answers.

mod expand;

use proc_macro2::TokenStream;

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    crate::derive::derive(input, |checked, _| expand::expand(&checked))
}
