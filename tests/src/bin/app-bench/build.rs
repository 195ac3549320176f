//! The cost of building an app from nothing.

use std::{fs, io};

use vibecode_tests::{
    children::cpu_seconds,
    generated::{Workspace, succeed},
};

use crate::{
    Row,
    app::{App, OURS, RIVAL},
};

const ROUNDS: usize = 3;

/// Returns the least CPU time of some rounds, in which the apps alternate, so that load of the machine
/// affects both.
pub(crate) fn measure(workspace: &Workspace) -> io::Result<Vec<Row>> {
    let (mut ours, mut rival) = (f64::INFINITY, f64::INFINITY);
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        ours = ours.min(from_nothing(workspace, OURS)?);
        rival = rival.min(from_nothing(workspace, RIVAL)?);
    }
    Ok(vec![Row {
        what: "`cargo build` from nothing, CPU s",
        ours,
        rival,
    }])
}

fn from_nothing(workspace: &Workspace, app: App) -> io::Result<f64> {
    fs::remove_dir_all(workspace.target())?;
    let mut cargo = workspace.cargo(&["build", "--package", app.name]);
    // Here the runtime is a path dependency, and cargo builds only those incrementally. As a
    // dependency from a registry it would not be.
    cargo.env("CARGO_INCREMENTAL", "0");
    cpu_seconds(|| succeed(&mut cargo))
}
