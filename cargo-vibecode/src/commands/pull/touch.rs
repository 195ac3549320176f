//! Touches the crates that could use a new file in `vibecode/`: cargo does not notice the file until their
//! sources change.

use std::{
    env,
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::SystemTime,
};

use serde_json::Value;

use crate::{failure::Failure, output::Output};

/// Touches the crate roots that could use these files, and reports how many.
///
/// # Errors
/// If a root cannot be touched.
pub(crate) fn roots(files: &[PathBuf], output: &Output) -> Result<(), Failure> {
    if !is_in_a_project() {
        return Ok(());
    }
    let Some(roots) = target_roots() else {
        output.warn("cargo does not notice a new file in `vibecode/`: change a source file of each crate that uses it");
        return Ok(());
    };
    // `vibecode/contacts.json` is for the crates below the folder that contains `vibecode`.
    let folders: Vec<&Path> = files
        .iter()
        .filter_map(|file| {
            file.ancestors()
                .find(|it| it.ends_with("vibecode"))?
                .parent()
        })
        .collect();
    let may_use = |root: &PathBuf| folders.iter().any(|folder| root.starts_with(folder));
    let mut touched = 0;
    for root in roots.iter().filter(|root| may_use(root)) {
        let file = File::options().append(true).open(root);
        file.and_then(|file| file.set_modified(SystemTime::now()))
            .map_err(|error| Failure::of_file(root, &error))?;
        touched += 1;
    }
    if touched > 0 {
        let roots = if touched == 1 { "root" } else { "roots" };
        output.line(format!(
            "updated the time stamps of {touched} crate {roots}, since cargo does not notice a new file in `vibecode/`"
        ));
    }
    Ok(())
}

/// Returns true if a folder above the current one has a `Cargo.toml`. Without one, no crate can use the files.
fn is_in_a_project() -> bool {
    let here = env::current_dir().unwrap_or_default();
    here.ancestors()
        .any(|folder| folder.join("Cargo.toml").exists())
}

/// Returns the roots of all targets of the current workspace; `None` if cargo reports none.
fn target_roots() -> Option<Vec<PathBuf>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).ok()?;
    let packages = metadata.get("packages")?.as_array()?;
    let targets = packages
        .iter()
        .filter_map(|package| package.get("targets")?.as_array());
    let roots = targets
        .flatten()
        .filter_map(|target| target.get("src_path")?.as_str().map(PathBuf::from));
    Some(roots.collect())
}
