//! The crates that an app is built from.

use std::{collections::BTreeSet, io};

use vibecode_tests::generated::Workspace;

use crate::app::{App, OURS, RIVAL};

pub(crate) fn report(workspace: &Workspace) -> io::Result<()> {
    let (ours, rival) = (of(workspace, OURS)?, of(workspace, RIVAL)?);
    let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
        let only: Vec<_> = these.difference(those).map(String::as_str).collect();
        only.join(", ")
    };
    println!(
        "\nOf {} crates and of {}. Only with vibecode-runtime: {}. Only with reqwest and serde: {}.",
        ours.len(),
        rival.len(),
        only(&ours, &rival),
        only(&rival, &ours)
    );
    Ok(())
}

/// Returns the names of the crates that are built for the app, without the app itself.
fn of(workspace: &Workspace, app: App) -> io::Result<BTreeSet<String>> {
    let words = ["tree", "--package", app.name, "--edges", "normal,build"];
    let mut cargo = workspace.cargo(&words);
    let output = cargo.args(["--prefix", "none"]).output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let names = printed.lines().filter_map(|it| it.split(' ').next());
    let others = names.filter(|name| !name.is_empty() && *name != app.name);
    Ok(others.map(str::to_owned).collect())
}
