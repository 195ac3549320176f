//! Measures what vibecode-runtime adds to an app, compared with reqwest and serde alone:
//! `cargo run -p vibecode-tests --bin app-bench`.
//!
//! Builds two small apps that do the same, `apps/vibecode.rs` and `apps/reqwest.rs`, from nothing
//! and with the same versions of their common dependencies. Fails if a limit is exceeded.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this prints tables"
)]

mod app;
mod build;
mod crates;
mod same_work;
mod size;

use std::{io, process::ExitCode};

use app::{OURS, RIVAL};
use vibecode_tests::{generated::Workspace, limit};

/// The largest allowed ratio to the rival.
const LIMIT: f64 = 1.20;

fn main() -> ExitCode {
    limit::exit_code(report())
}

/// Returns whether the limits are kept.
fn report() -> io::Result<bool> {
    let workspace = Workspace::new("app-bench")?;
    for app in [OURS, RIVAL] {
        app.generate(&workspace)?;
    }
    workspace.fetch()?;
    let sizes = size::measure(&workspace)?;
    same_work::check(&workspace)?;
    let times = build::measure(&workspace)?;

    println!("| a small app | vibecode-runtime | reqwest and serde | ratio | limit |");
    println!("|---|---|---|---|---|");
    let mut is_kept = true;
    for row in times.into_iter().chain(sizes) {
        let ratio = row.ours / row.rival;
        is_kept &= ratio <= LIMIT;
        let limit = limit::shown(format_args!("{LIMIT:.2}"), ratio <= LIMIT);
        println!(
            "| {} | {:.1} | {:.1} | {ratio:.2} | {limit} |",
            row.what, row.ours, row.rival
        );
    }
    crates::report(&workspace)?;
    Ok(is_kept)
}

/// A figure of both apps.
struct Row {
    what: &'static str,
    ours: f64,
    rival: f64,
}
