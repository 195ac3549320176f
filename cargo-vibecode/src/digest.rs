//! SHA-256 in hexadecimal digits.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Returns the digest of these bytes.
pub(crate) fn of(bytes: &[u8]) -> String {
    in_hex(&Sha256::new_with_prefix(bytes))
}

/// Returns the digest of what has been hashed so far.
pub(crate) fn in_hex(hash: &Sha256) -> String {
    let digest = hash.clone().finalize();
    let mut text = String::with_capacity(2 * digest.len());
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
