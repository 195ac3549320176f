//! The steps of every derive macro for structs: read, check, generate tokens, report the errors.

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::{
    check::{self, Checked},
    collected_errors::Errors,
    input::Input,
    tokens::names::apart,
};

pub(crate) fn derive(
    input: TokenStream,
    expand: impl FnOnce(Checked<'_>, &Errors) -> TokenStream,
) -> TokenStream {
    apart(input, |input| derive_apart(input, expand))
}

fn derive_apart(
    input: TokenStream,
    expand: impl FnOnce(Checked<'_>, &Errors) -> TokenStream,
) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let errors = Errors::new();
    let input = Input::read(input, &errors);
    let checked = check::check(&input, &errors);
    let tracking = checked.schema_file.tracking();
    let mut tokens = expand(checked, &errors);
    tokens.extend(tracking);
    tokens.extend(errors.into_tokens());
    tokens
}
