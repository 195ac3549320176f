//! The cost of building an app from nothing, and of the macros in it.

use std::{fs, io};

use vibecode_tests::{
    children::cpu_seconds,
    generated::{Workspace, succeed},
};

use crate::{
    Row,
    app::{OURS, RIVAL},
};

const ROUNDS: usize = 3;

/// Returns the least CPU time of some rounds, in which both sides alternate, so that load of the machine
/// affects both.
pub(crate) fn measure(workspace: &Workspace) -> io::Result<Vec<Row>> {
    let mut rows = vec![
        row("`cargo build` from nothing, CPU s"),
        row("of which `vibecode-derive` and `serde_derive`, with what they need"),
    ];
    let packages = [[OURS.name, RIVAL.name], ["vibecode-derive", "serde_derive"]];
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        for (row, [ours, rival]) in rows.iter_mut().zip(packages) {
            row.ours = row.ours.min(from_nothing(workspace, ours)?);
            row.rival = row.rival.min(from_nothing(workspace, rival)?);
        }
    }
    Ok(rows)
}

fn row(what: &'static str) -> Row {
    Row {
        what,
        ours: f64::INFINITY,
        rival: f64::INFINITY,
    }
}

fn from_nothing(workspace: &Workspace, package: &str) -> io::Result<f64> {
    fs::remove_dir_all(workspace.target())?;
    let mut cargo = workspace.cargo(&["build", "--package", package]);
    // Here our crates are path dependencies, and cargo builds only those incrementally. As dependencies from a registry
    // they would not be.
    cargo.env("CARGO_INCREMENTAL", "0");
    cpu_seconds(|| succeed(&mut cargo))
}
