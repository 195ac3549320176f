//! The guide in `docs/` is complete, its links have targets, its programs are tested, and its compile errors are
//! the compiler's output.
#![cfg(test)]

mod compiler;
mod links;
mod pages;
mod programs;
mod tables;

use std::path::Path;

/// Returns the folder of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
