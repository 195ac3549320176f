//! Measures what the derives cost at compile time, compared with others on the same structs:
//! `cargo run -p vibecode-tests --bin compile-bench`.
//!
//! Generates one crate per contender, each with the same structs, and measures the CPU time of
//! `cargo check` on it: cold, and after an edit of one field with incremental compilation.
//! Its dependencies are built before. Then counts the instructions of the compiler for fewer structs, and
//! fails if a limit for them is exceeded. `-- limits` only counts.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this prints a table"
)]

mod contenders;
mod counts;
mod fields;
mod limits;
mod rounds;
mod schema;
mod source;
mod table;

use std::{env, io, process::ExitCode};

use vibecode_tests::{generated::Workspace, limit};

fn main() -> ExitCode {
    limit::exit_code(report())
}

/// Returns whether the limits are kept.
fn report() -> io::Result<bool> {
    let workspace = Workspace::new("compile-bench")?;
    rounds::generate_all(&workspace)?;
    if env::args().nth(1).as_deref() != Some("limits") {
        let rows = rounds::measure(&workspace)?;
        table::print(&workspace, &rows)?;
    }
    limits::check(&workspace)
}
