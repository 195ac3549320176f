//! Code that must compile, and what it then does: the derive on structs in every form that Rust allows.
#![cfg(test)]

// `crate = "…"` may name a crate by the app's name for it.
extern crate vibecode_runtime as renamed_runtime;

mod aliases;
mod builder;
mod example;
mod generics;
mod identifiers;
mod lists;
mod macros;
mod own_types;
mod places;
mod setters;

/// The body of the request that sends a patch.
fn body(patch: &impl serde::Serialize) -> String {
    serde_json::to_string(patch).unwrap()
}
