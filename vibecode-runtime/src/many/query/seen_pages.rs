//! Detects pages that repeat earlier ones.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use crate::{Error, ErrorKind, Outcome, wire::members};
use bytestring::ByteString;

/// Creates the error of a page that repeats an earlier one.
pub(super) fn repeated(offset: u64) -> Error {
    let problem = format!(
        "the page from row {offset} on has no row that an earlier page did not have, so the list cannot be complete: the API ignores `offset`, or many records were added meanwhile"
    );
    Error::new(ErrorKind::Unexpected, Outcome::NotApplied, problem)
}

/// The rows of earlier pages, to detect whether the API sends them again. A server that ignores
/// `offset`, or that wraps around, would send pages for ever. Therefore each page is compared with the
/// one before it and with one kept page: the 1st, 2nd, 4th, 8th and so on. This detects a cycle of any
/// length, and only two pages are remembered.
#[derive(Default)]
pub(super) struct SeenPages {
    hasher: RandomState,
    last: HashSet<u64>,
    kept: HashSet<u64>,
    count: u64,
}

impl SeenPages {
    /// Notes a page. Returns whether all of its rows are in one of the compared pages.
    pub(super) fn repeats(&mut self, rows: &[ByteString]) -> bool {
        let page: HashSet<u64> = rows.iter().map(|row| self.identity(row)).collect();
        let is_repeated = !page.is_empty()
            && [&self.last, &self.kept]
                .into_iter()
                .any(|earlier| page.is_subset(earlier));
        self.count += 1;
        if self.count.is_power_of_two() {
            self.kept.clone_from(&page);
        }
        self.last = page;
        is_repeated
    }

    /// Returns a hash of the row's id, or of the whole row if it has none. A row with two ids is refused
    /// when it is read.
    fn identity(&self, row: &str) -> u64 {
        let id = members::first(row, "id").unwrap_or(row);
        // 71 and "71" are the same id.
        self.hasher.hash_one(id.trim_matches('"'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: impl IntoIterator<Item = u64>) -> Vec<ByteString> {
        let rows = ids.into_iter().map(|id| format!(r#"{{"id":{id},"x":1}}"#));
        rows.map(ByteString::from).collect()
    }

    #[test]
    fn a_page_that_repeats_the_one_before_is_found() {
        let mut pages = SeenPages::default();
        assert!(!pages.repeats(&page(1..=50)));
        assert!(!pages.repeats(&page(50..=99)));
        assert!(pages.repeats(&page(50..=99)));
        assert!(pages.repeats(&page(60..=70)));
    }

    #[test]
    fn a_circle_of_pages_is_found() {
        for length in 1..10 {
            let mut pages = SeenPages::default();
            let found = (0..100).find(|index| {
                let first = (index % length) * 50;
                pages.repeats(&page(first..first + 50))
            });
            assert!(found.is_some_and(|found| found <= 3 * length), "{length}");
        }
    }

    #[test]
    fn pages_of_many_records_are_no_circle() {
        let mut pages = SeenPages::default();
        assert!((0..1_000).all(|index| !pages.repeats(&page(index * 50..index * 50 + 50))));
    }
}
