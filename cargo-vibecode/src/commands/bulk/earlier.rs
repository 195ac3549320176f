//! Files of an earlier run are set aside, and never overwritten.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Renames a file to the first free name: `a.failed.csv` becomes `a.failed.1.csv`.
///
/// # Errors
/// If it cannot be renamed.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let mut numbered = (1_u32..).map(|number| path.with_extension(format!("{number}.{extension}")));
    let free = numbered.find(|name| !name.exists());
    let free = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(path, &free)?;
    Ok(free)
}

/// Gives a new file its name. An earlier file with other contents is set aside, and its new name returned.
///
/// # Errors
/// If a file cannot be read or renamed.
pub(super) fn replace(new: &Path, path: &Path) -> io::Result<Option<PathBuf>> {
    let is_same = || -> io::Result<bool> {
        let (one, other) = (fs::metadata(new)?, fs::metadata(path)?);
        Ok(one.len() == other.len() && fs::read(new)? == fs::read(path)?)
    };
    let aside = if path.exists() && !is_same()? {
        Some(set_aside(path)?)
    } else {
        None
    };
    fs::rename(new, path)?;
    Ok(aside)
}
