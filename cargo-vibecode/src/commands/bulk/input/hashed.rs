//! A file that is hashed as it is read.

use std::{
    fs::File,
    io::{self, Read},
    sync::Arc,
};

use sha2::{Digest as _, Sha256};

use crate::digest;

/// A reader of a file from its start. Several can read the same open file at the same time: each has a position of
/// its own, which clones of a `File` share.
#[derive(Debug)]
pub(crate) struct Hashed {
    file: Arc<File>,
    position: u64,
    hash: Sha256,
}

impl Hashed {
    pub(super) fn new(file: Arc<File>) -> Self {
        Self {
            file,
            position: 0,
            hash: Sha256::new(),
        }
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.position
    }

    /// Returns the hash of the bytes read so far, in hexadecimal digits.
    pub(crate) fn digest(&self) -> String {
        digest::in_hex(&self.hash)
    }
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = read_at(&self.file, buffer, self.position)?;
        self.position += u64::try_from(read).unwrap_or_default();
        self.hash.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, position)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, position)
}

#[cfg(not(any(unix, windows)))]
fn read_at(mut file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    use std::io::{Seek as _, SeekFrom};
    file.seek(SeekFrom::Start(position))?;
    file.read(buffer)
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    #[test]
    fn two_readers_of_one_file_do_not_move_each_other() {
        let path = env::temp_dir().join(format!("cargo-vibecode-hashed-{}", std::process::id()));
        fs::write(&path, "0123456789").unwrap();
        let file = Arc::new(File::open(&path).unwrap());
        fs::remove_file(&path).unwrap();
        let (mut one, mut other) = (Hashed::new(Arc::clone(&file)), Hashed::new(file));
        let mut start = [0; 4];
        one.read_exact(&mut start).unwrap();
        let mut all = String::new();
        other.read_to_string(&mut all).unwrap();
        assert_eq!(all, "0123456789");
        let mut rest = String::new();
        one.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "456789");
        assert_eq!(one.digest(), other.digest());
    }
}
