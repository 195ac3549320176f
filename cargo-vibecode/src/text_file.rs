//! Text files that commands write: only their owner can read them, and a mark says that they are UTF-8.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// The byte order mark, by which spreadsheets recognise UTF-8.
pub(crate) const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns true if a file has the name of a spreadsheet, which a text file should not have.
pub(crate) fn is_named_as_spreadsheet(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let sheets = ["xlsx", "xlsm", "xlsb", "xls", "ods"];
    sheets.iter().any(|sheet| extension == *sheet)
}

/// Options for a file that only its owner can read: it contains personal data.
pub(crate) fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

/// Takes the rights to a file away from everybody but its owner: an earlier version may have created it
/// for all to read.
pub(crate) fn make_private(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mut permissions = file.metadata()?.permissions();
        let of_others = permissions.mode() & 0o077;
        if of_others != 0 {
            permissions.set_mode(permissions.mode() & !0o077);
            file.set_permissions(permissions)?;
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
