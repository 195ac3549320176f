//! Whether a path still leads to the file that was opened. Most editors save by replacing the file. Without this check,
//! rows would be sent that are no longer in it.

use std::{
    fs::{self, Metadata},
    io,
    path::Path,
};

/// The device and the inode of a file; `None` on systems without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileIdentity(Option<(u64, u64)>);

impl FileIdentity {
    pub(super) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            Self(Some((metadata.dev(), metadata.ino())))
        }
        #[cfg(not(unix))]
        {
            let _ = metadata;
            Self(None)
        }
    }

    /// Returns true if the path leads to another file now, or to none.
    ///
    /// # Errors
    /// If that cannot be found out.
    pub(super) fn is_replaced_at(self, path: &Path) -> io::Result<bool> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Self::of(&metadata) != self),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error),
        }
    }
}
