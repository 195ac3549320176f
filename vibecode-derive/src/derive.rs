//! What every derive of a struct does: read, check, make tokens, tell the mistakes.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::{
    check::{self, Checked},
    errors::Errors,
    model::Input,
    portal,
};

pub(crate) fn derive(
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
    let tracking = checked.schema_file.as_deref().map(tracked);
    let mut tokens = expand(checked, &errors);
    tokens.extend(tracking);
    tokens.extend(errors.into_tokens());
    tokens
}

/// Makes cargo rebuild the crate when its schema file is edited or removed. One mention a crate
/// is enough.
fn tracked(file: &Path) -> TokenStream {
    let path = file.to_string_lossy();
    let track = portal::is_new_to_the_crate(file).then(|| {
        quote!(
            const _: &[::core::primitive::u8] = ::core::include_bytes!(#path);
        )
    });
    track.unwrap_or_default()
}
