//! The size of an app's binary.

use std::{fs, io};

use vibecode_tests::generated::{Workspace, succeed};

use crate::{
    Row,
    app::{App, OURS, RIVAL},
};

const BYTES_PER_MB: f64 = 1e6;

/// Returns the sizes of the release builds, with and without symbols. The builds are kept.
pub(crate) fn measure(workspace: &Workspace) -> io::Result<Vec<Row>> {
    let row = |what, flags: &[&str]| {
        Ok::<_, io::Error>(Row {
            what,
            ours: megabytes(workspace, OURS, flags)?,
            rival: megabytes(workspace, RIVAL, flags)?,
        })
    };
    Ok(vec![
        row("release build, MB", &[])?,
        row("release build, stripped, MB", &["-Cstrip=symbols"])?,
    ])
}

#[allow(clippy::cast_precision_loss, reason = "no app has 2^52 bytes")]
fn megabytes(workspace: &Workspace, app: App, flags: &[&str]) -> io::Result<f64> {
    let mut cargo = workspace.cargo(&["rustc", "--release", "--package", app.name]);
    succeed(cargo.arg("--").args(flags))?;
    Ok(fs::metadata(app.released(workspace))?.len() as f64 / BYTES_PER_MB)
}
