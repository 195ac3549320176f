//! Which records are requested next: those above the last id, ordered by id.
//!
//! A request by offset skips a record whenever an earlier one is deleted, and repeats one whenever one is inserted. By
//! id, deletions shift nothing, and what is created meanwhile has a higher id than the last record that was there before.
//! An export ends there, or it would never end on a portal that creates records faster than they are read. How many
//! records a page has does not matter: the API may answer fewer than were requested, so only that record, one above it
//! or an empty page ends the list. The answer has to confirm the order and the filter: its ids rise, and all are above
//! the last one.

use crate::failure::Failure;

/// The position of an export.
#[derive(Debug)]
pub(super) struct Paging {
    /// The last id, or 0.
    above: u64,
    /// The largest id before the export, if it is known.
    last: Option<u64>,
    /// The records that are still to be read, if there is a limit.
    limit: Option<u64>,
    /// Whether at most one record can match, so that a page with it is the last.
    is_one_record: bool,
    is_at_the_end: bool,
}

impl Paging {
    pub(super) fn new(limit: Option<u64>, last: Option<u64>, is_one_record: bool) -> Self {
        Self {
            above: 0,
            last,
            limit,
            is_one_record,
            is_at_the_end: false,
        }
    }

    /// Returns how many records to request, at most a page. `None`: there are no more.
    pub(super) fn wanted(&self, page: u64) -> Option<u64> {
        let wanted = self.limit.map_or(page, |limit| limit.min(page));
        let is_over = self.is_at_the_end || self.last.is_some_and(|last| self.above >= last);
        (wanted > 0 && !is_over).then_some(wanted)
    }

    /// Returns the id above which the next records are.
    pub(super) fn above(&self) -> u64 {
        self.above
    }

    /// Begins a page with this many records.
    pub(super) fn begin_page(&mut self, records: usize) {
        self.is_at_the_end = records == 0 || self.is_one_record;
    }

    /// Returns the number of records that are still to be read.
    pub(super) fn left(&self) -> usize {
        let left = self.limit.map(usize::try_from);
        left.map_or(usize::MAX, |left| left.unwrap_or(usize::MAX))
    }

    /// Returns true if a record was created after the export began.
    pub(super) fn is_new(&self, id: u64) -> bool {
        self.last.is_some_and(|last| id > last)
    }

    /// Notes that a record was read.
    ///
    /// # Errors
    /// If its id is not above the last one: then the API has not ordered or not filtered, and may also have left out
    /// records.
    pub(super) fn advance(&mut self, id: u64) -> Result<(), Failure> {
        if id <= self.above {
            return Err(Failure::new(format!(
                "the API answered the record {id} after the record {}, so it ignores the order or the filter by id, and the export cannot be complete",
                self.above
            )));
        }
        self.above = id;
        if !self.is_new(id) {
            self.limit = self.limit.map(|limit| limit.saturating_sub(1));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads pages until the end. Returns the ids above which they were requested.
    fn requested(mut paging: Paging, pages: &[&[u64]]) -> Result<Vec<u64>, Failure> {
        let mut pages = pages.iter();
        let mut requested = Vec::new();
        while paging.wanted(500).is_some() {
            requested.push(paging.above());
            let page = pages.next().unwrap();
            paging.begin_page(page.len());
            for id in page.iter().take(paging.left()) {
                paging.advance(*id)?;
            }
        }
        assert!(pages.next().is_none());
        Ok(requested)
    }

    #[test]
    fn only_an_empty_page_the_limit_or_the_last_record_ends_an_export() {
        let pages: &[&[u64]] = &[&[1, 2, 3], &[7], &[8, 9, 20, 21], &[]];
        let ids = requested(Paging::new(None, None, false), pages).unwrap();
        assert_eq!(ids, [0, 3, 7, 21]);
        // The API answers more than were requested.
        let ids = requested(Paging::new(Some(5), None, false), &pages[..3]).unwrap();
        assert_eq!(ids, [0, 3, 7]);
        let none = Paging::new(Some(0), None, false);
        assert_eq!(requested(none, &[]).unwrap(), [0; 0]);
        let one = Paging::new(None, None, true);
        assert_eq!(requested(one, &[&[7]]).unwrap(), [0]);
        // Records are created all the time, and the last one may be deleted.
        for (last, requests) in [(3, vec![0]), (6, vec![0, 3]), (7, vec![0, 3])] {
            let paging = Paging::new(None, Some(last), false);
            let pages = &pages[..requests.len()];
            assert_eq!(requested(paging, pages).unwrap(), requests, "{last}");
        }
        let none = Paging::new(None, Some(0), false);
        assert_eq!(requested(none, &[]).unwrap(), [0; 0]);
    }

    #[test]
    fn an_id_that_does_not_rise_is_an_error() {
        for pages in [
            &[&[1, 3, 2][..]][..],
            &[&[1, 1]],
            &[&[1, 2], &[2, 3]],
            &[&[1, 2], &[1, 2]],
        ] {
            assert!(
                requested(Paging::new(None, None, false), pages).is_err(),
                "{pages:?}"
            );
        }
    }
}
