//! The derive macros of `vibecode-runtime`. Use them through that crate, with its feature `derive`,
//! which is on by default. The generated code calls `vibecode-runtime`, and each release of this crate
//! works only with the matching release of that one.
//!
//! ```toml
//! [dependencies]
//! vibecode-runtime = "0.1"
//! ```
//!
//! ```ignore
//! use vibecode_runtime::{Enumeration, Patch, Phone, Record};
//!
//! #[derive(Patch, Record)]
//! #[vibecode(entity = "contacts", diff)]
//! struct Customer {
//!     post: Option<String>,
//!     phone: Vec<Phone>,
//!     #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
//!     loyalty: Option<Loyalty>,
//! }
//!
//! #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
//! #[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
//! enum Loyalty {
//!     #[vibecode(item = 81)]
//!     Gold,
//!     #[vibecode(item = 82)]
//!     Silver,
//! }
//!
//! let patch = Customer::patch().loyalty(Loyalty::Gold).add_phone("+79169876543");
//! ```
//!
//! - [`macro@Patch`] generates a typed patch builder for a struct, `CustomerPatch`.
//! - [`macro@Record`] reads the struct from an answer of the API.
//! - [`macro@Enumeration`] maps the variants of an enum to the options of a list, or to codes.
//!
//! Their attributes and the generated code are documented at the re-exports:
//! [`vibecode_runtime::Patch`](https://docs.rs/vibecode-runtime/latest/vibecode_runtime/derive.Patch.html),
//! [`Record`](https://docs.rs/vibecode-runtime/latest/vibecode_runtime/derive.Record.html) and
//! [`Enumeration`](https://docs.rs/vibecode-runtime/latest/vibecode_runtime/derive.Enumeration.html).
//! The macros check the input against the data of `vibecode-spec`, and against the portal's own schema
//! if there is one. A build needs no network.
//!
//! Data flows one way: the struct as written (`input`) → the checked struct (`check`) → tokens (`patch`,
//! `record` and `enumeration`, with `tokens` for what they share).

// rustdoc appends the documentation of a macro to that of its re-export. So the macros have
// documentation only if this crate itself is documented (`cfg(doc)`).
#![cfg_attr(
    not(doc),
    allow(missing_docs, reason = "the re-exports are documented")
)]

mod check;
mod collected_errors;
mod derive;
mod enumeration;
mod input;
mod patch;
mod record;
#[cfg(test)]
mod tests;
mod tokens;

use proc_macro::TokenStream;

#[cfg_attr(
    doc,
    doc = "Generates a typed patch builder for a struct: see `vibecode_runtime::Patch`."
)]
#[proc_macro_derive(Patch, attributes(vibecode))]
pub fn derive_patch(input: TokenStream) -> TokenStream {
    patch::derive(input.into()).into()
}

#[cfg_attr(
    doc,
    doc = "Reads a struct from an answer of the API: see `vibecode_runtime::Record`."
)]
#[proc_macro_derive(Record, attributes(vibecode))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    record::derive(input.into()).into()
}

#[cfg_attr(
    doc,
    doc = "Maps the variants of an enum to the options of a list or to codes: see `vibecode_runtime::Enumeration`."
)]
#[proc_macro_derive(Enumeration, attributes(vibecode))]
pub fn derive_enumeration(input: TokenStream) -> TokenStream {
    enumeration::derive(input.into()).into()
}
