//! What somebody has reviewed: `--plan` prints a digest of it, and `--reviewed` compares it before anything is sent.
//!
//! The digest has two parts, such as `1f09d2c4-77ab03e9`. The first is that of the changes which the rows request. The
//! second is that of the changes in the records as they are: the portal, and for each row the old and the new values. So
//! a difference can be explained: other rows, or other records.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{
    before_sending::Reading,
    check::Checked,
    input::columns::ColumnOptions,
    job::BulkJob,
    old_values::{OldValue, RowChanges},
};
use crate::{digest, failure::Failure};

/// The number of hexadecimal digits of each part.
const DIGITS: usize = 8;

/// The digest of the changes in the records so far.
#[derive(Debug, Default)]
pub(super) struct ReviewDigest {
    hash: Sha256,
    /// The text of one row. The buffer is reused.
    text: String,
}

impl ReviewDigest {
    /// Adds what a row would change in its record.
    pub(super) fn add(&mut self, line: u64, record: &str, changes: &RowChanges<'_>) {
        let _ = write!(self.text, "{line} {record}");
        for change in &changes.changed {
            let old = match &change.old {
                OldValue::Known(old) => old.json(),
                OldValue::Unknown(_) => "?".to_owned(),
            };
            let _ = write!(self.text, " {} {old} {}", change.field, change.new);
        }
        for addition in &changes.added {
            let _ = write!(self.text, " {} + {:?}", addition.field, addition.value);
        }
        self.end_row();
    }

    /// Adds a row whose record does not exist.
    pub(super) fn add_missing(&mut self, line: u64) {
        let _ = write!(self.text, "{line} -");
        self.end_row();
    }

    fn end_row(&mut self) {
        self.text.push('\n');
        self.hash.update(&self.text);
        self.text.clear();
    }
}

impl BulkJob<'_> {
    /// Returns what `--reviewed` takes for these rows and records.
    pub(super) fn reviewed(&self, checked: &Checked, records: &ReviewDigest) -> String {
        let portal = self.identity.as_ref().and_then(|it| it.portal.as_deref());
        let records = records
            .hash
            .clone()
            .chain_update(portal.unwrap_or_default());
        let mut parts = [checked.changes.in_hex(), digest::in_hex(&records)];
        for part in &mut parts {
            part.truncate(DIGITS);
        }
        parts.join("-")
    }

    /// Checks that what is about to be sent is what was reviewed, if the digest of a review was given. Reads the
    /// records for that.
    ///
    /// # Errors
    /// If it is not, or if a record cannot be read. Nothing has been sent.
    pub(super) async fn check_reviewed(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
    ) -> Result<(), Failure> {
        let Some(reviewed) = &self.args.reviewed else {
            return Ok(());
        };
        let quiet = self.output.quiet();
        let preview = self.read_preview(checked, column_options, Reading::ToCompare, &quiet);
        let now = self.reviewed(checked, preview.await?.digest());
        if now == *reviewed {
            return Ok(());
        }
        let rows = |text: &str| text.split('-').next().map(str::to_owned);
        let what = if rows(&now) == rows(reviewed) {
            "the records are not as they were, or --limit or --overwrite-newer is another one"
        } else {
            "the rows request other changes: the file, an option or a file in the folder vibecode has changed"
        };
        Err(Failure::new(format!(
            "what would be sent is not what was reviewed: {what}. Nothing was sent. To review it again: {}",
            self.command_to_review()
        )))
    }
}
