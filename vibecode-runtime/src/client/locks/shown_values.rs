//! Values that an answer or a read has shown recently.
//!
//! A read may return older data than an earlier one. Example: the answer to a PATCH shows the phone at
//! 5 s. A read that is sent at 6 s is answered by a replica that does not have the phone yet. Sending
//! the phone again would add it twice. Therefore every read is expected to show a value that was shown
//! once, until the settle time has passed. A read that lacks it is out of date.

use std::{
    collections::{HashMap, VecDeque, hash_map::RandomState},
    hash::BuildHasher,
};

use super::{
    forgotten_writes::{ForgottenWrites, ShortHash},
    memory::RecordHash,
    seconds::Seconds,
};
use crate::value::multifield::EntryKey;

/// The maximum number of values that are remembered. At the documented limit of 300 requests a minute,
/// batches show 60,000 values within the settle time of a batch.
const MAX: usize = 1 << 16;

/// The values, by a hash of record, kind and value. Two with the same hash cost one more read.
#[derive(Default)]
pub(super) struct ShownValues {
    until: HashMap<u64, Seconds>,
    /// In the order in which they were noted, which is roughly that in which they expire.
    order: VecDeque<Noted>,
    hasher: RandomState,
}

struct Noted {
    hash: u64,
    until: Seconds,
    record: ShortHash,
}

impl ShownValues {
    /// Remembers a value until `until`. If there are too many, the oldest is moved to what is
    /// remembered of forgotten records.
    pub(super) fn note(
        &mut self,
        record: RecordHash,
        value: &EntryKey,
        until: Seconds,
        now: Seconds,
        forgotten: &mut ForgottenWrites,
    ) {
        while self
            .order
            .front()
            .is_some_and(|oldest| oldest.until < now || self.order.len() >= MAX)
            && let Some(oldest) = self.order.pop_front()
        {
            if oldest.until >= now {
                forgotten.note(oldest.record, oldest.until);
            }
            if self.until.get(&oldest.hash) == Some(&oldest.until) {
                self.until.remove(&oldest.hash);
            }
        }
        let hash = self.hash(record, value);
        let known = self.until.entry(hash).or_insert(until);
        *known = until.max(*known);
        self.order.push_back(Noted {
            hash,
            until: *known,
            record: record.short(),
        });
    }

    pub(super) fn until(&self, record: RecordHash, value: &EntryKey) -> Option<Seconds> {
        self.until.get(&self.hash(record, value)).copied()
    }

    fn hash(&self, RecordHash(record): RecordHash, value: &EntryKey) -> u64 {
        self.hasher.hash_one((record, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: RecordHash = RecordHash(71);
    const OTHER: RecordHash = RecordHash(72);

    fn phone(number: usize) -> EntryKey {
        EntryKey::of("PHONE", &format!("+7{number:010}"))
    }

    fn second(number: u32) -> Seconds {
        Seconds::new(number)
    }

    #[test]
    fn a_value_is_expected_of_its_record_until_the_latest_of_its_times() {
        let (mut shown, mut forgotten) = (ShownValues::default(), ForgottenWrites::default());
        let mut note = |number, until, now| {
            let (until, now) = (second(until), second(now));
            shown.note(RECORD, &phone(number), until, now, &mut forgotten);
            [1, 2].map(|number| shown.until(RECORD, &phone(number)))
        };
        assert_eq!(note(1, 120, 1), [Some(second(120)), None]);
        assert_eq!(note(1, 360, 1), [Some(second(360)), None]);
        assert_eq!(note(1, 120, 1), [Some(second(360)), None]);
        // The first of the times has passed, and then the last one.
        let both = [Some(second(360)), Some(second(480))];
        assert_eq!(note(2, 480, 240), both);
        assert_eq!(note(2, 480, 360), both, "it still counts at that time");
        assert_eq!(
            note(2, 480, 361),
            [None, Some(second(480))],
            "what has settled is not kept"
        );
        assert_eq!(shown.until(OTHER, &phone(2)), None);
        assert_eq!(forgotten.settles_at(RECORD.short()), None);
    }

    #[test]
    fn of_too_many_values_the_oldest_are_still_waited_for() {
        let (mut shown, mut forgotten) = (ShownValues::default(), ForgottenWrites::default());
        let (now, until) = (second(1), second(120));
        let mut note = |record, number| {
            shown.note(record, &phone(number), until, now, &mut forgotten);
            shown.until.len()
        };
        note(RECORD, 0);
        for number in 1..MAX {
            note(OTHER, number);
        }
        assert_eq!(note(OTHER, MAX), MAX);
        assert_eq!(shown.until(RECORD, &phone(0)), None);
        assert!(shown.until(OTHER, &phone(1)).is_some());
        assert_eq!(forgotten.settles_at(RECORD.short()), Some(until));
    }
}
