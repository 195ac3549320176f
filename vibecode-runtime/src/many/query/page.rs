//! One page of a list.

use std::{ops::Range, vec};

use crate::{
    Result,
    client::{Answer, Data, Request},
    wire::{id, json, nothing, reader::Reader},
};
use bytestring::ByteString;

/// The number of rows per request: with an offset, at most 500 are recommended (api.md, grade D).
pub(super) const PAGE: u64 = 500;
/// The length of a page of the portal itself (api.md, grade D). A page of exactly this length may be a
/// longer page that was cut.
const NATIVE_PAGE: u64 = 50;

pub(super) struct Page {
    pub(super) rows: PageRows,
    /// Whether `meta` reports more rows. It was observed to be wrong (api.md, grade O), so a page
    /// without it may have a next one.
    pub(super) has_more: bool,
}

impl Page {
    /// Returns whether there may be rows after this page, which was requested with this limit.
    pub(super) fn may_be_followed(&self, limit: u64) -> bool {
        let count = self.rows.len() as u64;
        let is_full = count >= limit || count == NATIVE_PAGE;
        count > 0 && (is_full || self.has_more)
    }
}

impl Answer for Page {
    type Data<'a> = RowTexts<'a>;

    fn read(
        RowTexts(rows): RowTexts<'_>,
        meta: Option<&str>,
        answer: &ByteString,
        _: &Request,
    ) -> Result<Self> {
        Ok(Self {
            rows: PageRows::new(answer, &rows),
            has_more: may_have_more(meta),
        })
    }
}

/// The rows of a page that have not been returned. They are ranges of the text of the answer: a row that shares the text
/// costs an atomic operation when it is created, and another one when it is dropped.
#[derive(Default)]
pub(super) struct PageRows {
    answer: ByteString,
    rows: vec::IntoIter<Range<usize>>,
}

impl PageRows {
    /// The rows must be parts of the answer.
    #[expect(clippy::expect_used, reason = "another row would be returned instead")]
    fn new(answer: &ByteString, rows: &[&str]) -> Self {
        let begin = answer.as_ptr().addr();
        let range = |row: &&str| {
            let start = row.as_ptr().addr().checked_sub(begin);
            let start = start.expect("the rows are parts of the answer");
            start..start + row.len()
        };
        let rows: Vec<_> = rows.iter().map(range).collect();
        Self {
            answer: answer.clone(),
            rows: rows.into_iter(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn next(&mut self) -> Option<Range<usize>> {
        self.rows.next()
    }

    /// Returns a row without the rest of the answer.
    #[expect(clippy::expect_used, reason = "another row would be returned instead")]
    pub(super) fn text(&self, row: Range<usize>) -> &str {
        let text = self.answer.get(row);
        text.expect("the range is that of a row")
    }

    /// Returns a row that shares the text of the answer.
    pub(super) fn shared(&self, row: Range<usize>) -> ByteString {
        self.answer.slice_ref(self.text(row))
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.rows
            .as_slice()
            .iter()
            .map(|row| self.text(row.clone()))
    }

    pub(super) fn into_shared(mut self) -> impl Iterator<Item = ByteString> {
        std::iter::from_fn(move || {
            let row = self.next()?;
            Some(self.shared(row))
        })
    }
}

/// The data of a page.
#[derive(Debug)]
pub(super) struct RowTexts<'a>(Vec<&'a str>);

impl<'a> Data<'a> for RowTexts<'a> {
    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        // Nearly all pages are lists, which are cut into rows while they are checked.
        let rows = match reader.peek()? {
            b'[' => reader.elements(),
            b'{' => rows_without_list(reader.value()?),
            _ => None,
        };
        rows.map(Self)
    }
}

/// Returns the rows of a page that is not a list, but a list with gaps as PHP writes it, or a single row without a
/// list around it (api.md, "Records", grade O). A single row must have an id: any other object may be
/// something else, and reading it as a row would end the listing.
fn rows_without_list(data: &str) -> Option<Vec<&str>> {
    if let Some(rows) = json::list_with_gaps(data) {
        return Some(rows);
    }
    let has_id = json::pick(data, ["id"])?
        .into_iter()
        .flatten()
        .any(id::is_of_any_entity);
    (has_id && !json::has_index_among_keys(data)).then(|| vec![data])
}

/// Returns whether `meta` reports more rows, in any form of true. If it is not understood, there may be
/// more: one further page is requested, and an empty page ends the list.
fn may_have_more(meta: Option<&str>) -> bool {
    let Some(meta) = meta.filter(|meta| !nothing::is_nothing(meta)) else {
        return false;
    };
    let Some([flag]) = json::pick(meta, ["hasMore"]) else {
        return true;
    };
    flag.is_some_and(|flag| json::flag(flag).unwrap_or(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(data: &str) -> Option<Vec<String>> {
        let page = RowTexts::read(&mut Reader::new(data))?;
        Some(page.0.into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn a_page_is_a_list_a_list_with_gaps_or_a_single_row() {
        for (data, rows) in [
            ("[]", vec![]),
            (r#"[{"id":1},{"id":2}]"#, vec![r#"{"id":1}"#, r#"{"id":2}"#]),
            (
                r#"{"10":{"id":3},"0":{"id":1},"2":{"id":2}}"#,
                vec![r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#],
            ),
            (
                r#"{"id":1,"name":"Ivan"}"#,
                vec![r#"{"id":1,"name":"Ivan"}"#],
            ),
            (r#"{"id":"RUB"}"#, vec![r#"{"id":"RUB"}"#]),
        ] {
            assert_eq!(rows_of(data).unwrap(), rows, "{data}");
        }
    }

    #[test]
    fn every_row_is_the_part_of_the_answer_that_it_was_read_from() {
        for (data, expected) in [
            (
                r#"[{"id":1,"name":"я"}, {"id":2}]"#,
                vec![r#"{"id":1,"name":"я"}"#, r#"{"id":2}"#],
            ),
            (
                r#"{"2":{"id":2},"0":{"id":1}}"#,
                vec![r#"{"id":1}"#, r#"{"id":2}"#],
            ),
            (r#"{"id":1}"#, vec![r#"{"id":1}"#]),
            ("[]", vec![]),
        ] {
            let answer = ByteString::from(format!(r#"{{"success":true,"data":{data}}}"#));
            let data = answer.get(r#"{"success":true,"data":"#.len()..).unwrap();
            let rows = RowTexts::read(&mut Reader::new(data)).unwrap();
            let rows = PageRows::new(&answer, &rows.0);
            assert_eq!(rows.texts().collect::<Vec<_>>(), expected, "{data}");
            let range = answer.as_bytes().as_ptr_range();
            for (row, expected) in rows.into_shared().zip(expected) {
                assert_eq!(row, expected);
                assert!(range.contains(&row.as_bytes().as_ptr()), "{row} was copied");
            }
        }
    }

    #[test]
    fn what_is_not_understood_of_more_pages_does_not_end_a_list() {
        let may_have_more = |json: &str| may_have_more(Some(json));
        for json in [
            r#"{"hasMore":true}"#,
            r#"{"hasMore":"Y"}"#,
            r#"{"total":70,"hasMore":1}"#,
            r#"{"hasMore":2}"#,
            r#"{"hasMore":"yes"}"#,
            r#"{"hasMore":{"next":50}}"#,
            r#"{"hasMore":{}}"#,
            r#"{"hasMore":[]}"#,
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
    fn what_is_not_understood_as_rows_is_not_an_empty_page() {
        for data in [
            "null",
            "false",
            "0",
            r#""""#,
            r#""no rows""#,
            "{}",
            r#"{"items":[{"id":1}]}"#,
            r#"{"id":null}"#,
            r#"{"id":""}"#,
            r#"{"id":{"0":1}}"#,
            r#"{"0":{"id":1},"id":2}"#,
            r#"{"0":{"id":1},"total":2}"#,
            r#"{"0":{"id":1},"00":{"id":2}}"#,
            r#"{"0":{"id":1},"0":{"id":2}}"#,
            r#"{"-1":{"id":1}}"#,
        ] {
            assert_eq!(rows_of(data), None, "{data}");
        }
    }
}
