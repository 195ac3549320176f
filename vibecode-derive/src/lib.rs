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
//!     #[vibecode(item = 79)]
//!     Gold,
//!     #[vibecode(item = 81)]
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

/// Defines a derive macro. Besides its own attribute it registers the likeliest misspellings of it, in order to report
/// them itself. The compiler would report an unregistered one too, but the macro would not see it, and would report what
/// it contains as missing. The documentation shows only its own: rustdoc would list all of them at the top of the page.
macro_rules! derive_macro {
    ($doc:literal, $Name:ident, $function:ident, $derive:path) => {
        #[cfg_attr(doc, doc = $doc)]
        #[cfg_attr(
            any(doc, vibecode_docs),
            proc_macro_derive($Name, attributes(vibecode))
        )]
        #[cfg_attr(
            not(any(doc, vibecode_docs)),
            proc_macro_derive(
                $Name,
                attributes(
                    vibecode, Vibecode, ibecode, ivbecode, vbecode, vbiecode, vibbecode, vibceode,
                    vibcode, vibe_code, vibecdoe, vibecde, vibeccode, vibecod, vibecodde,
                    vibecode_, vibecoded, vibecodee, vibecodes, vibecoe, vibecoed, vibecoode,
                    vibeecode, vibeocde, vibeode, viebcode, viecode, viibecode, vybecode, wibecode
                )
            )
        )]
        pub fn $function(input: TokenStream) -> TokenStream {
            $derive(input.into()).into()
        }
    };
}

derive_macro!(
    "Generates a typed patch builder for a struct: see `vibecode_runtime::Patch`.",
    Patch,
    derive_patch,
    patch::derive
);
derive_macro!(
    "Reads a struct from an answer of the API: see `vibecode_runtime::Record`.",
    Record,
    derive_record,
    record::derive
);
derive_macro!(
    "Maps the variants of an enum to the options of a list or to codes: see `vibecode_runtime::Enumeration`.",
    Enumeration,
    derive_enumeration,
    enumeration::derive
);
