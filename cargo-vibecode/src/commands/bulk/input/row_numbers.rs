//! Whether the rows of a file have the numbers of its lines, as in the journals of earlier versions.

use super::{FileFormat, Input, rows::Record};
use crate::failure::Failure;

impl Input {
    /// Returns whether each row has the number that earlier versions gave it: of a spreadsheet that of the row, and of
    /// text that of the line on which the row begins.
    ///
    /// Example: after `1,"a` and `b"` on lines 2 and 3, the next row is on line 4, and a spreadsheet shows it as row 3.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn has_rows_numbered_by_lines(&self) -> Result<bool, Failure> {
        if self.sheet.is_some() || self.format == FileFormat::JsonLines {
            return Ok(true);
        }
        if self.head.lines > 0 {
            return Ok(false);
        }
        let mut rows = self.rows()?;
        let mut record = Record::default();
        while rows
            .read(&mut record)
            .map_err(|error| self.failure(&error))?
        {
            if record.has_line_break() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
