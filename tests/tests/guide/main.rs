//! The guide in `docs/` is complete, its links have targets, its programs are tested, and its compile errors are
//! the compiler's output. The table of rules in `CONTRIBUTING.md` leads to the files that have them.
#![cfg(test)]

mod compiler;
mod links;
mod pages;
mod programs;
mod rules;
mod tables;

use std::path::Path;

/// Returns the folder of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
