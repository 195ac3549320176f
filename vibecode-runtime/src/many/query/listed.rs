//! Detects the last page of a list, and pages that repeat.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use serde_json::value::RawValue;

use super::page::Page;
use crate::{
    Result,
    client::{Answer, Request},
    wire::{json, nothing},
};

pub(super) struct Listed {
    pub(super) rows: Vec<Box<RawValue>>,
    pub(super) has_more: bool,
}

impl Answer for Listed {
    type Data<'a> = <Page as Answer>::Data<'a>;

    fn read(data: Self::Data<'_>, meta: Option<&RawValue>, request: &Request) -> Result<Self> {
        let Page(rows) = Page::read(data, meta, request)?;
        Ok(Self {
            rows,
            has_more: may_have_more(meta),
        })
    }
}

/// Returns whether `meta` reports more rows, in any form of true. If it is not understood, there may be
/// more: one further page is requested, and an empty page ends the list.
fn may_have_more(meta: Option<&RawValue>) -> bool {
    let is_something = |value: &&RawValue| !nothing::is_nothing(value.get());
    let Some(meta) = meta.filter(is_something) else {
        return false;
    };
    let Some([flag]) = json::pick(meta.get(), ["hasMore"]) else {
        return true;
    };
    flag.filter(is_something)
        .is_some_and(|flag| json::boolean(flag.get()).unwrap_or(true))
}

/// The rows of earlier pages, to detect whether the API sends them again. A server that ignores
/// `offset`, or that wraps around, would send pages for ever. Therefore each page is compared with the
/// one before it and with one kept page: the 1st, 2nd, 4th, 8th and so on. This detects a cycle of any
/// length, and only two pages are remembered.
#[derive(Default)]
pub(super) struct Pages {
    hasher: RandomState,
    last: HashSet<u64>,
    kept: HashSet<u64>,
    count: u64,
}

impl Pages {
    /// Notes a page. Returns whether all of its rows are in one of the compared pages.
    pub(super) fn repeats(&mut self, rows: &[Box<RawValue>]) -> bool {
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

    /// Returns a hash of the row's id, or of the whole row if it has none.
    fn identity(&self, row: &RawValue) -> u64 {
        let id = json::pick(row.get(), ["id"]).and_then(|[id]| id);
        let id = id.unwrap_or(row);
        // 71 and "71" are the same id.
        self.hasher.hash_one(id.get().trim_matches('"'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: impl IntoIterator<Item = u64>) -> Vec<Box<RawValue>> {
        let rows = ids.into_iter().map(|id| format!(r#"{{"id":{id},"x":1}}"#));
        rows.map(|row| RawValue::from_string(row).unwrap())
            .collect()
    }

    #[test]
    fn what_is_not_understood_of_more_pages_does_not_end_a_list() {
        let may_have_more = |json: &str| {
            let meta: &RawValue = serde_json::from_str(json).unwrap();
            may_have_more(Some(meta))
        };
        for json in [
            r#"{"hasMore":true}"#,
            r#"{"hasMore":"Y"}"#,
            r#"{"total":70,"hasMore":1}"#,
            r#"{"hasMore":2}"#,
            r#"{"hasMore":"yes"}"#,
            r#"{"hasMore":{"next":50}}"#,
            r#"{"hasMore":"\ud83d"}"#,
            r#"{"hasMore":true,"hasMore":false}"#,
            r#"{"hasMore":false,"\ud83d":1}"#,
            "[70]",
            r#""hasMore""#,
            "true",
        ] {
            assert!(may_have_more(json), "{json}");
        }
        for json in [
            r#"{"hasMore":false}"#,
            r#"{"hasMore":"N"}"#,
            r#"{"hasMore":0}"#,
            r#"{"hasMore":null}"#,
            r#"{"total":70}"#,
            "{}",
            "[]",
            "null",
        ] {
            assert!(!may_have_more(json), "{json}");
        }
        assert!(!super::may_have_more(None));
    }

    #[test]
    fn a_page_that_repeats_the_one_before_is_found() {
        let mut pages = Pages::default();
        assert!(!pages.repeats(&page(1..=50)));
        assert!(!pages.repeats(&page(50..=99)));
        assert!(pages.repeats(&page(50..=99)));
        assert!(pages.repeats(&page(60..=70)));
    }

    #[test]
    fn a_circle_of_pages_is_found() {
        for length in 1..10 {
            let mut pages = Pages::default();
            let found = (0..100).find(|index| {
                let first = (index % length) * 50;
                pages.repeats(&page(first..first + 50))
            });
            assert!(found.is_some_and(|found| found <= 3 * length), "{length}");
        }
    }

    #[test]
    fn pages_of_many_records_are_no_circle() {
        let mut pages = Pages::default();
        assert!((0..1_000).all(|index| !pages.repeats(&page(index * 50..index * 50 + 50))));
    }
}
