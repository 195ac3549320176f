//! The records that several rows of a file are about.
//!
//! Stores one bit per id, in pages: the ids of a portal's records are close together, so this takes little memory.
//! `MAX_PAGES` limits it. Ids for which there is no page are listed, and sorted after the last row: 8 bytes a row.

use std::collections::HashMap;

use super::row_name::{record_name, row_name};
use crate::{output::Output, plural::number_of};

const IDS_PER_PAGE: usize = 1024;
/// About 9 MB.
const MAX_PAGES: usize = 57_000;

/// Finds the records that several rows are about.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    pages: HashMap<u64, [u64; IDS_PER_PAGE / 64]>,
    /// The ids of rows for which there is no page.
    sparse: Vec<u64>,
    records: RepeatedRecords,
    /// The number of rows about the record of an earlier row.
    count: u64,
    /// The first such row and its record. `None` also if it is not known.
    first: Option<(u64, u64)>,
}

/// The number of rows of each record that several rows are about.
#[derive(Debug, Default)]
pub(super) struct RepeatedRecords(HashMap<u64, u64>);

impl RepeatedRecords {
    /// Returns the number of rows; `None` if it is 1.
    pub(super) fn rows(&self, id: u64) -> Option<u64> {
        self.0.get(&id).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Repeated {
    /// Adds a row.
    pub(super) fn add(&mut self, id: u64, number: u64) {
        let per_page = u64::try_from(IDS_PER_PAGE).unwrap_or(u64::MAX);
        let (page, bit) = (id / per_page, id % per_page);
        if self.pages.len() >= MAX_PAGES && !self.pages.contains_key(&page) {
            self.sparse.push(id);
            return;
        }
        let page = self.pages.entry(page).or_default();
        let word = usize::try_from(bit / 64).unwrap_or_default();
        let Some(word) = page.get_mut(word) else {
            return;
        };
        let bit = 1 << (bit % 64);
        if *word & bit != 0 {
            *self.records.0.entry(id).or_insert(1) += 1;
            self.count += 1;
            self.first.get_or_insert((number, id));
        }
        *word |= bit;
    }

    /// Ends the pass, after which the records are known.
    pub(super) fn end(&mut self) {
        self.pages = HashMap::new();
        let mut sparse = std::mem::take(&mut self.sparse);
        sparse.sort_unstable();
        for same in sparse.chunk_by(|one, other| one == other) {
            let rows = u64::try_from(same.len()).unwrap_or(u64::MAX);
            if let [id, _, ..] = same {
                self.records.0.insert(*id, rows);
                self.count += rows - 1;
                // Its row was not noted, and may be before the one that was.
                self.first = None;
            }
        }
    }

    /// Returns the records that several rows are about, once the pass has ended.
    pub(super) fn records(&self) -> &RepeatedRecords {
        &self.records
    }

    pub(super) fn show(&self, entity: &str, output: &Output) {
        let example = match self.first {
            Some((row, id)) => {
                let record = record_name(entity, id);
                format!("the first is {}", row_name(row, Some(&record)))
            }
            None => match self.records.0.keys().min() {
                Some(id) => format!("such as that of {}", record_name(entity, *id)),
                None => return,
            },
        };
        output.warn(format!(
            "{} the record of an earlier row, {example}: rows are sent in the order of the file, so the last one wins",
            number_of(self.count, "row changes", "rows change")
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_several_rows_is_found_however_far_apart_the_ids_are() {
        let mut repeated = Repeated::default();
        let (step, pages) = (1024, u64::try_from(MAX_PAGES).unwrap());
        let ids = (1..=pages + 100).map(|page| page * step);
        let last = (pages + 100) * step;
        for (number, id) in (2..).zip(ids.chain([last, step, last, last - step, u64::MAX])) {
            repeated.add(id, number);
        }
        repeated.end();
        let records = repeated.records();
        assert_eq!(records.rows(last), Some(3));
        assert_eq!(records.rows(last - step), Some(2));
        assert_eq!(records.rows(step), Some(2));
        for once in [2 * step, last - 2 * step, u64::MAX, 5] {
            assert_eq!(records.rows(once), None, "{once}");
        }
        assert_eq!((records.0.len(), repeated.count), (3, 4));
    }
}
