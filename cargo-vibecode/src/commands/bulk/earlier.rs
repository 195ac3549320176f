//! Files of an earlier run are set aside, and never overwritten.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::part_file::PartFile;

/// Renames a file to the first free name: `a.failed.csv` becomes `a.failed.1.csv`.
///
/// # Errors
/// If it cannot be renamed.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let free = numbered(path).find(|name| !name.exists());
    let free = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(path, &free)?;
    Ok(free)
}

/// Returns the numbered names of a file: `a.failed.1.csv`, `a.failed.2.csv` and so on.
pub(super) fn numbered(path: &Path) -> impl Iterator<Item = PathBuf> {
    let extension = path.extension().unwrap_or_default().to_owned();
    (1_u32..).map(move |number| {
        let mut numbered = OsString::from(format!("{number}."));
        numbered.push(&extension);
        path.with_extension(numbered)
    })
}

/// Gives a new file its name. An earlier file with other contents is set aside, and its new name returned.
///
/// # Errors
/// If a file cannot be read, written or renamed.
pub(super) fn replace(part: PartFile, file: &File) -> io::Result<Option<PathBuf>> {
    part.keep_after(file, |new, path| {
        let is_same = || -> io::Result<bool> {
            let (one, other) = (fs::metadata(new)?, fs::metadata(path)?);
            Ok(one.len() == other.len() && fs::read(new)? == fs::read(path)?)
        };
        let is_other = path.exists() && !is_same()?;
        is_other.then(|| set_aside(path)).transpose()
    })
}
