//! Which records a problem is about.

use std::fmt::Write as _;

/// The number of records that have a problem, and the first of them.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) count: u64,
    pub(super) first: Vec<u64>,
}

/// The number of ids that are kept.
const MAX_IDS: usize = 10;

impl Records {
    pub(super) fn add(&mut self, id: u64) {
        self.count += 1;
        if self.first.len() < MAX_IDS {
            self.first.push(id);
        }
    }

    /// Returns `contacts/5, contacts/7 and 3 more`.
    pub(super) fn in_words(&self, entity: &str) -> String {
        let ids = self.first.iter().map(|id| format!("{entity}/{id}"));
        let mut words = ids.collect::<Vec<_>>().join(", ");
        let shown = u64::try_from(self.first.len()).unwrap_or(u64::MAX);
        let more = self.count.saturating_sub(shown);
        if more > 0 {
            let _ = write!(words, " and {more} more");
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ten_records_are_named_and_the_others_are_counted() {
        let mut records = Records::default();
        for id in 1..=10 {
            records.add(id);
        }
        assert!(records.in_words("deals").ends_with("deals/9, deals/10"));
        records.add(11);
        assert!(records.in_words("deals").ends_with("deals/10 and 1 more"));
    }
}
