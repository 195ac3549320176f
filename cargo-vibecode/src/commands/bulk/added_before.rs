//! The phones and emails that earlier rows of the file add to the same record.
//!
//! Example: rows 2 and 3 add the same phone to record 71. `ensure` reads the record before each row. If reads are
//! later than the settle time, the read for row 3 does not show the phone of row 2, and it would be added a second
//! time. The file itself shows that both rows are about one phone, so row 3 is sent without it, and is done if row 2
//! is.

use std::collections::HashMap;

use vibecode_spec::Multifield;

use super::repeated::RepeatedRecords;
use crate::change::{Change, is_same_value};

/// The additions of the rows so far. Only records that several rows are about are noted.
#[derive(Debug)]
pub(super) struct AddedBefore<'a> {
    repeated: &'a RepeatedRecords,
    by_id: HashMap<u64, Vec<Added>>,
}

#[derive(Debug)]
struct Added {
    line: u64,
    multifield: Multifield,
    value: String,
}

/// The additions of a row.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The lines of the earlier rows that add what was taken out.
    pub(super) earlier: Vec<u64>,
    /// What the row itself adds.
    left: Vec<Added>,
}

impl<'a> AddedBefore<'a> {
    /// `repeated` are the records that several rows are about.
    pub(super) fn new(repeated: &'a RepeatedRecords) -> Self {
        Self {
            repeated,
            by_id: HashMap::new(),
        }
    }

    /// Takes what earlier rows add to the same record out of the change of a row.
    pub(super) fn take_out(&self, line: u64, id: u64, change: &mut Change<'_>) -> Taken {
        let mut taken = Taken::default();
        if self.repeated.rows(id).is_none() {
            return taken;
        }
        let known = self.by_id.get(&id).map_or(&[][..], Vec::as_slice);
        change.retain_additions(|multifield, value| {
            let mut earlier = known.iter();
            let earlier = earlier.find(|it| {
                it.multifield == multifield && is_same_value(multifield, &it.value, value)
            });
            match earlier {
                Some(earlier) if !taken.earlier.contains(&earlier.line) => {
                    taken.earlier.push(earlier.line);
                }
                Some(_) => {}
                None => taken.left.push(Added {
                    line,
                    multifield,
                    value: value.to_owned(),
                }),
            }
            earlier.is_none()
        });
        taken
    }

    /// Notes what a row adds, once it is certain that the row is not bad. Returns the lines of the earlier rows that
    /// add the rest.
    pub(super) fn note(&mut self, id: u64, taken: Taken) -> Vec<u64> {
        if !taken.left.is_empty() {
            self.by_id.entry(id).or_default().extend(taken.left);
        }
        taken.earlier
    }
}
