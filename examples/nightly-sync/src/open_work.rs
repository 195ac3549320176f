//! What a run that was interrupted may have left open.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use fs4::{FileExt, TryLockError};
use tokio::time::sleep;

use crate::AnyError;

/// A locked file that is not empty while a request may still be applied. The lock keeps a second run
/// out, and ends with its process, however that ends; the content stays.
pub(crate) struct OpenWork {
    file: File,
}

impl OpenWork {
    /// Locks the file, and waits for `settle_time` if the last run has left something open. The time counts
    /// from now: only the lock shows that the old process has ended and sends nothing more.
    ///
    /// # Errors
    /// If another run has the lock, or the file cannot be written.
    pub(crate) async fn begin(path: &Path, settle_time: Duration) -> Result<Self, AnyError> {
        let failed = |error: io::Error| format!("{}: {error}", path.display());
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(failed)?;
        match FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(format!("{}: another run has locked it", path.display()).into());
            }
            Err(TryLockError::Error(error)) => return Err(failed(error).into()),
        }
        if file.metadata().map_err(failed)?.len() > 0 {
            let seconds = settle_time.as_secs();
            eprintln!(
                "the last run left requests open: this waits {seconds} s until they have settled"
            );
            sleep(settle_time).await;
        }
        (&file).write_all(b"open\n").map_err(failed)?;
        file.sync_all().map_err(failed)?;
        Ok(Self { file })
    }

    /// Notes that the outcome of every request is known.
    ///
    /// # Errors
    /// If the file cannot be written: the next run then waits.
    pub(crate) fn end(self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.sync_all()
    }
}
