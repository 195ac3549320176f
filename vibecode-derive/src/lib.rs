//! The derive macros of `vibecode-runtime`, which re-exports them and documents what they make.
//!
//! Data goes one way: attributes → model → check against `vibecode-spec` → tokens.

mod attribute;
mod check;
mod derive;
mod errors;
mod field;
mod look_up;
mod model;
mod patch;
mod portal;
mod record;
mod role;
mod runtime;
mod shape;
mod whose;

use proc_macro::TokenStream;

/// Makes a typed patch builder of a struct. See `vibecode_runtime::Patch`.
#[proc_macro_derive(Patch, attributes(vibecode))]
pub fn derive_patch(input: TokenStream) -> TokenStream {
    patch::derive(input.into()).into()
}

/// Reads a struct out of what the API answers. See `vibecode_runtime::Record`.
#[proc_macro_derive(Record, attributes(vibecode))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    record::derive(input.into()).into()
}
