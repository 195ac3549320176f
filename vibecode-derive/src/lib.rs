//! The derive macros of `vibecode-runtime`, which re-exports them and documents what they make.
//!
//! Data goes one way: attributes → model → check against `vibecode-spec` → tokens.

mod attribute;
mod check;
mod derive;
mod enumeration;
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
#[cfg(test)]
mod tests;
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

/// Makes an enum stand for the options of a list. See `vibecode_runtime::Enumeration`.
#[proc_macro_derive(Enumeration, attributes(vibecode))]
pub fn derive_enumeration(input: TokenStream) -> TokenStream {
    enumeration::derive(input.into()).into()
}
