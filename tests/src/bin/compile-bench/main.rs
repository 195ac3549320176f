//! Measures what the derives cost at compile time, compared with others on the same structs:
//! `cargo run -p vibecode-tests --bin compile-bench`.
//!
//! Generates one crate per contender, each with the same structs, and measures the CPU time of
//! `cargo check` on it: cold, and after an edit of one field with incremental compilation.
//! Its dependencies are built before. Then counts the instructions of the compiler, and fails if a limit for them is
//! exceeded. `-- limits` only counts; `-- derives`, `-- files` and `-- fields` count a part: the derives compared with
//! others, what a file of the portal adds, and what a field of a large struct costs.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this prints a table"
)]

mod contenders;
mod counts;
mod fields;
mod limits;
mod portal_file;
mod rounds;
mod source;
mod table;

use std::{env, io, process::ExitCode};

use self::limits::Part;

use vibecode_tests::{generated::Workspace, limit};

fn main() -> ExitCode {
    limit::exit_code(report())
}

/// Returns whether the limits are kept.
fn report() -> io::Result<bool> {
    let workspace = Workspace::new("compile-bench")?;
    rounds::generate_all(&workspace)?;
    let part = env::args().nth(1);
    if part.is_none() {
        let rows = rounds::measure(&workspace)?;
        table::print(&workspace, &rows)?;
    }
    let parts = match part.as_deref() {
        None | Some("limits") => &Part::ALL[..],
        Some("derives") => &[Part::Derives],
        Some("files") => &[Part::Files],
        Some("fields") => &[Part::Fields],
        Some(other) => {
            return Err(io::Error::other(format!(
                "`{other}` is not a part: use limits, derives, files or fields"
            )));
        }
    };
    let mut is_kept = true;
    for part in parts {
        is_kept &= limits::check(&workspace, *part)?;
    }
    Ok(is_kept)
}
