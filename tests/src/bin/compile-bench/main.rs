//! What the derives cost at compile time, and what others cost on the same structs:
//! `cargo run -p vibecode-tests --bin compile-bench`.
//!
//! Generates one crate a contender, each with the same structs, and counts the CPU time of
//! `cargo check` on it: from cold, and after an edit of one field with incremental compilation.
//! Its dependencies are built before. Fails where a limit is missed.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this prints a table"
)]

mod contenders;
mod fields;
mod limits;
mod rounds;
mod schema;
mod source;
mod table;

use std::{io, process::ExitCode};

use vibecode_tests::{generated::Workspace, limit};

fn main() -> ExitCode {
    limit::exit_code(report())
}

/// Whether the limits are kept.
fn report() -> io::Result<bool> {
    let workspace = Workspace::new("compile-bench")?;
    let rows = rounds::measure(&workspace)?;
    table::print(&workspace, &rows)?;
    Ok(limits::check(&rows))
}
