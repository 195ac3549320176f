//! The guide of `docs/` is whole, its links lead somewhere, and it shows what the compiler prints.
#![cfg(test)]

mod compiler;
mod links;
mod pages;

use std::path::Path;

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
