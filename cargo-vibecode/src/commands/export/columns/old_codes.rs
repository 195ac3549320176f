//! Codes of records that `bulk` would refuse, or read as others.

use vibecode_spec::one_line;

use super::{Cell, CellNote, Column, Scalar};
use crate::change;

/// Values of a field that `bulk` refuses as codes.
#[derive(Debug, Default)]
pub(in crate::commands::export) struct OldCodes {
    /// The number of values.
    pub(in crate::commands::export) count: u64,
    /// The first of the codes.
    pub(in crate::commands::export) shown: Vec<String>,
}

impl OldCodes {
    fn add(&mut self, code: &str) {
        self.count += 1;
        let code = one_line(code);
        if self.shown.len() < MAX_OLD_CODES && !self.shown.contains(&code) {
            self.shown.push(code);
        }
    }
}

/// The number of old codes that are shown of a column.
const MAX_OLD_CODES: usize = 5;

impl Column<'_> {
    /// Counts the codes that `bulk` refuses, such as those that the portal does not have now.
    ///
    /// # Errors
    /// If `bulk` would read a code as another one.
    pub(super) fn check_codes(&mut self, cell: &Cell<'_>) -> Result<CellNote, String> {
        if !change::has_codes(self.field) {
            return Ok(CellNote::Nothing);
        }
        let values = match cell {
            Cell::One(value) => std::slice::from_ref(value),
            Cell::List(values) => values,
            Cell::Empty | Cell::NotShown | Cell::Typed(_) => &[],
        };
        let mut note = CellNote::Nothing;
        for code in values.iter().map(Scalar::text) {
            if self.labels.contains_key(code) || self.known_codes.contains(code) {
                continue;
            }
            match change::value(self.field, code, self.codes) {
                Ok(read) if read.as_str() == Some(code) => {
                    self.known_codes.insert(code.to_owned());
                }
                Ok(_) => {
                    return Err(format!(
                        "has the code `{}`, which the portal does not list: `bulk` would read it as the name of another code",
                        one_line(code)
                    ));
                }
                Err(_) => {
                    self.old_codes.add(code);
                    note = CellNote::OldCode;
                }
            }
        }
        Ok(note)
    }
}
