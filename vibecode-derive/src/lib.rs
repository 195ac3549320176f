//! The derive macros of `vibecode-runtime`: take them from there, by its feature `derive`, which is on
//! by default. Code that they make calls `vibecode-runtime`, and each release works with its own.
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
//! - [`macro@Patch`] makes a typed patch builder of a struct, `CustomerPatch`.
//! - [`macro@Record`] reads the struct out of what the API answers.
//! - [`macro@Enumeration`] makes an enum stand for the options of a list.
//!
//! What they take and make is documented where they are re-exported:
//! [`vibecode_runtime::Patch`](https://docs.rs/vibecode-runtime/latest/vibecode_runtime/derive.Patch.html),
//! [`Record`](https://docs.rs/vibecode-runtime/latest/vibecode_runtime/derive.Record.html) and
//! [`Enumeration`](https://docs.rs/vibecode-runtime/latest/vibecode_runtime/derive.Enumeration.html).
//! What they check against is the data of `vibecode-spec`, and the portal's own schema if there is
//! one; a build needs no network.
//!
//! Inside, data goes one way: attributes → model → check → tokens.

// rustdoc adds the text of this crate to that of the re-exports, so the macros have one in this crate's own
// documentation only.
#![cfg_attr(
    not(doc),
    allow(missing_docs, reason = "the re-exports are documented")
)]

mod attribute;
mod check;
mod derive;
mod entity;
mod enumeration;
mod errors;
mod field;
mod lists;
mod look_up;
mod model;
mod names;
mod patch;
mod portal;
mod record;
mod renamed;
mod role;
mod runtime;
mod shape;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

#[cfg_attr(
    doc,
    doc = "Makes a typed patch builder of a struct: see `vibecode_runtime::Patch`."
)]
#[proc_macro_derive(Patch, attributes(vibecode))]
pub fn derive_patch(input: TokenStream) -> TokenStream {
    patch::derive(input.into()).into()
}

#[cfg_attr(
    doc,
    doc = "Reads a struct out of what the API answers: see `vibecode_runtime::Record`."
)]
#[proc_macro_derive(Record, attributes(vibecode))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    record::derive(input.into()).into()
}

#[cfg_attr(
    doc,
    doc = "Makes an enum stand for the options of a list: see `vibecode_runtime::Enumeration`."
)]
#[proc_macro_derive(Enumeration, attributes(vibecode))]
pub fn derive_enumeration(input: TokenStream) -> TokenStream {
    enumeration::derive(input.into()).into()
}
