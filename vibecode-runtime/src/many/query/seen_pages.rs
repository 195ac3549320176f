//! Detects pages that repeat earlier ones.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use crate::{
    Error, ErrorKind, Outcome,
    wire::{json, members},
};

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
    last: Vec<u64>,
    kept: Vec<u64>,
    count: u64,
}

impl SeenPages {
    /// Notes a page. Returns whether all of its rows are in one of the compared pages.
    pub(super) fn repeats<'a>(&mut self, rows: impl Iterator<Item = &'a str>) -> bool {
        let page: Vec<u64> = rows.map(|row| self.identity(row)).collect();
        let is_repeated = [&self.last, &self.kept]
            .into_iter()
            .any(|earlier| is_part_of(&page, earlier));
        self.count += 1;
        if self.count.is_power_of_two() {
            self.kept.clone_from(&page);
        }
        self.last = page;
        is_repeated
    }

    /// Returns the row's id, or a hash of it if it is not a number, or of the whole row if it has none. A row with two
    /// ids is refused when it is read.
    fn identity(&self, row: &str) -> u64 {
        let id = members::first(row, "id").unwrap_or(row);
        // 71 and "71" are the same id.
        let id = id.trim_matches('"');
        json::index(id).unwrap_or_else(|| self.hasher.hash_one(id))
    }
}

/// Whether a page has rows, and all of them are in an earlier page.
fn is_part_of(page: &[u64], earlier: &[u64]) -> bool {
    // Nearly always, already the first row is not.
    let is_first_there = page.first().is_some_and(|first| earlier.contains(first));
    is_first_there && {
        let earlier: HashSet<_> = earlier.iter().collect();
        page.iter().all(|row| earlier.contains(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeats(pages: &mut SeenPages, ids: impl IntoIterator<Item = u64>) -> bool {
        let rows = ids.into_iter().map(|id| format!(r#"{{"id":{id},"x":1}}"#));
        let rows: Vec<_> = rows.collect();
        pages.repeats(rows.iter().map(String::as_str))
    }

    #[test]
    fn a_page_that_repeats_the_one_before_is_found() {
        let mut pages = SeenPages::default();
        assert!(!repeats(&mut pages, 1..=50));
        assert!(!repeats(&mut pages, 50..=99));
        assert!(repeats(&mut pages, 50..=99));
        assert!(repeats(&mut pages, 60..=70));
    }

    #[test]
    fn an_id_is_the_same_in_quotes_but_not_with_zeros_before_it() {
        let mut pages = SeenPages::default();
        let mut repeats = |rows: &[&str]| pages.repeats(rows.iter().copied());
        assert!(!repeats(&[r#"{"id":71}"#, r#"{"id":"RUB"}"#]));
        assert!(repeats(&[r#"{"id":"71"}"#]));
        assert!(!repeats(&[r#"{"id":"071"}"#, r#"{"id":"071"}"#]));
        assert!(!repeats(&[r#"{"id":"RUB"}"#, r#"{"id":"EUR"}"#]));
        assert!(repeats(&[r#"{"name":"new","id":"EUR"}"#]));
        // Rows without an id.
        assert!(!repeats(&[r#"{"name":"a"}"#, r#"{"name":"b"}"#]));
        assert!(repeats(&[r#"{"name":"b"}"#]));
        assert!(!repeats(&[]));
    }

    #[test]
    fn a_circle_of_pages_is_found() {
        for length in 1..10 {
            let mut pages = SeenPages::default();
            let found = (0..100).find(|index| {
                let first = (index % length) * 50;
                repeats(&mut pages, first..first + 50)
            });
            assert!(found.is_some_and(|found| found <= 3 * length), "{length}");
        }
    }

    #[test]
    fn pages_of_many_records_are_not_a_circle() {
        let mut pages = SeenPages::default();
        assert!((0..1_000).all(|index| !repeats(&mut pages, index * 50..index * 50 + 50)));
    }
}
