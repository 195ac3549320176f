//! The phones and emails that earlier rows of the file add to the same record.
//!
//! Example: rows 2 and 3 add the same phone to record 71. `ensure` reads the record before each row. If reads are
//! later than the settle time, the read for row 3 does not show the phone of row 2, and it would be added a second
//! time. The file itself shows that both rows are about one phone, so row 3 is sent without it, and is done if row 2
//! is.

use std::collections::{HashMap, HashSet};

use vibecode_spec::Multifield;

use crate::change::{Change, is_same_value};

/// The additions of the rows so far. Only records that several rows are about are noted.
#[derive(Debug)]
pub(super) struct AddedBefore<'a> {
    repeated: &'a HashSet<u64>,
    by_id: HashMap<u64, Vec<Added>>,
}

#[derive(Debug)]
struct Added {
    line: u64,
    multifield: Multifield,
    value: String,
}

impl<'a> AddedBefore<'a> {
    /// `repeated` are the records that several rows are about.
    pub(super) fn new(repeated: &'a HashSet<u64>) -> Self {
        Self {
            repeated,
            by_id: HashMap::new(),
        }
    }

    /// Takes what earlier rows add to the same record out of the change of a row. Returns their lines.
    pub(super) fn take_out(&mut self, line: u64, id: u64, change: &mut Change<'_>) -> Vec<u64> {
        let mut lines = Vec::new();
        if !self.repeated.contains(&id) {
            return lines;
        }
        let known = self.by_id.entry(id).or_default();
        let mut new = Vec::new();
        change.retain_additions(|multifield, value| {
            let mut earlier = known.iter();
            let earlier = earlier.find(|it| {
                it.multifield == multifield && is_same_value(multifield, &it.value, value)
            });
            match earlier {
                Some(earlier) if !lines.contains(&earlier.line) => lines.push(earlier.line),
                Some(_) => {}
                None => new.push(Added {
                    line,
                    multifield,
                    value: value.to_owned(),
                }),
            }
            earlier.is_none()
        });
        known.append(&mut new);
        lines
    }
}
