//! The derive macro of `vibecode-runtime`, which re-exports it and documents what it makes.
//!
//! Data goes one way: attributes → model → check against `vibecode-spec` → tokens.

mod attribute;
mod entity;
mod errors;
mod look_up;
mod model;
mod patch;
mod shape;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes a typed patch builder of a struct. See `vibecode_runtime::Patch`.
#[proc_macro_derive(Patch, attributes(vibecode))]
pub fn derive_patch(input: TokenStream) -> TokenStream {
    patch::derive(input.into()).into()
}
