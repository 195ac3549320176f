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

/// The additions of the rows so far. Only records that several rows are about are noted, until their last row: memory
/// grows with the records of which further rows follow, and not with all that the file has.
#[derive(Debug)]
pub(super) struct EarlierAdditions<'a> {
    repeated: &'a RepeatedRecords,
    by_id: HashMap<u64, AddedToRecord>,
}

#[derive(Debug)]
struct AddedToRecord {
    /// The number of further rows about the record.
    rows_left: u64,
    added: Vec<Added>,
}

#[derive(Debug)]
struct Added {
    number: u64,
    multifield: Multifield,
    value: Box<str>,
}

/// The additions of a row.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The numbers of the earlier rows that add what was taken out.
    pub(super) earlier: Vec<u64>,
    /// What the row itself adds.
    left: Vec<Added>,
}

impl<'a> EarlierAdditions<'a> {
    /// `repeated` are the records that several rows are about.
    pub(super) fn new(repeated: &'a RepeatedRecords) -> Self {
        Self {
            repeated,
            by_id: HashMap::new(),
        }
    }

    /// Takes what earlier rows add to the same record out of the change of a row.
    pub(super) fn take_out(&self, number: u64, id: u64, change: &mut Change<'_>) -> Taken {
        let mut taken = Taken::default();
        if self.repeated.rows(id).is_none() {
            return taken;
        }
        let known = self.by_id.get(&id).map_or(&[][..], |it| &it.added);
        change.retain_additions(|multifield, value| {
            let mut earlier = known.iter();
            let earlier = earlier.find(|it| {
                it.multifield == multifield && is_same_value(multifield, &it.value, value)
            });
            match earlier {
                Some(earlier) if !taken.earlier.contains(&earlier.number) => {
                    taken.earlier.push(earlier.number);
                }
                Some(_) => {}
                None => taken.left.push(Added {
                    number,
                    multifield,
                    value: value.into(),
                }),
            }
            earlier.is_none()
        });
        taken
    }

    /// Notes what a row adds, once it is certain that the row is not bad. Returns the numbers of the earlier rows that
    /// add the rest. To be called for each row that is not bad, since the first pass has counted these.
    pub(super) fn note(&mut self, id: u64, taken: Taken) -> Vec<u64> {
        let Some(rows) = self.repeated.rows(id) else {
            return taken.earlier;
        };
        let record = self.by_id.entry(id).or_insert_with(|| AddedToRecord {
            rows_left: rows,
            added: Vec::new(),
        });
        record.rows_left = record.rows_left.saturating_sub(1);
        if record.rows_left == 0 {
            self.by_id.remove(&id);
        } else {
            record.added.reserve_exact(taken.left.len());
            record.added.extend(taken.left);
        }
        taken.earlier
    }
}

#[cfg(test)]
mod tests {
    use vibecode_spec::Entity;

    use super::*;
    use crate::{code_file::KnownCodes, commands::bulk::repeated::Repeated};

    #[test]
    fn a_record_is_forgotten_after_its_last_row_and_not_before() {
        let schema = Entity::Contacts.schema();
        let codes = KnownCodes::default();
        let ids = [71, 72, 71, 73, 71, 72];
        let mut repeated = Repeated::default();
        for (number, id) in (2..).zip(ids) {
            repeated.add(id, number);
        }
        repeated.end();
        let mut earlier_additions = EarlierAdditions::new(repeated.records());
        let mut rows = Vec::new();
        for (number, id) in (2..).zip(ids) {
            let mut change = Change::new("contacts", schema, &codes);
            change.add("phone", "+79161112233").unwrap();
            let taken = earlier_additions.take_out(number, id, &mut change);
            rows.push((
                earlier_additions.note(id, taken),
                change.is_empty(),
                earlier_additions.by_id.len(),
            ));
        }
        let expected = [
            (vec![], false, 1),
            (vec![], false, 2),
            (vec![2], true, 2),
            (vec![], false, 2),
            (vec![2], true, 1),
            (vec![3], true, 0),
        ];
        assert_eq!(rows, expected);
    }
}
