//! A digest of the changes that the rows of a file request.
//!
//! A row is only text. What it changes depends on the schema and the codes of the portal, on the options, and
//! on the version of this program. A job that is resumed must send the changes that it was started with:
//! otherwise rows of which only some were applied would get other values, and a row whose outcome is not
//! known might be bad now and be left out.

use std::io::Write as _;

use sha2::{Digest as _, Sha256};

use super::row_jobs::RowJob;
use crate::{digest, failure::Failure};

/// The digest of the rows so far.
#[derive(Debug, Default)]
pub(crate) struct ChangesDigest {
    hash: Sha256,
    /// The text of one row. The buffer is reused.
    text: Vec<u8>,
}

impl ChangesDigest {
    /// Adds the next row.
    ///
    /// # Errors
    /// If its change cannot be written as JSON.
    pub(crate) fn add(&mut self, row: &RowJob) -> Result<(), Failure> {
        self.text.clear();
        let _ = write!(self.text, "{} ", row.number);
        match &row.change {
            Ok((_, Some(job))) => serde_json::to_writer(&mut self.text, job)
                .map_err(|error| Failure::new(format!("row {}: {error}", row.number)))?,
            Ok((_, None)) => self.text.extend_from_slice(b"unchanged"),
            Err(_) => self.text.extend_from_slice(b"bad"),
        }
        self.text.push(b'\n');
        self.hash.update(&self.text);
        Ok(())
    }

    /// Returns the digest in hexadecimal digits.
    pub(crate) fn in_hex(&self) -> String {
        digest::in_hex(&self.hash)
    }
}
