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

use tokio::time::Instant;

use super::{
    Target,
    forgotten::{Forgotten, RecordHash},
};
use crate::equality::EntryKey;

/// The maximum number of values that are remembered. At the documented limit of 300 requests a minute,
/// batches show 60,000 values within the settle time of a batch.
const MOST: usize = 1 << 16;

/// The values, by a hash of record, kind and value. If two have the same hash, that costs one more
/// read.
#[derive(Default)]
pub(super) struct Shown {
    until: HashMap<u64, Instant>,
    /// In the order in which they were noted, which is roughly that in which they expire.
    order: VecDeque<Noted>,
    hasher: RandomState,
}

struct Noted {
    until: Instant,
    hash: u64,
    record: RecordHash,
}

impl Shown {
    /// Remembers a value until `until`. If there are too many, the oldest is moved to what is
    /// remembered of forgotten records.
    pub(super) fn note(
        &mut self,
        target: &Target,
        value: &EntryKey,
        until: Instant,
        now: Instant,
        forgotten: &mut Forgotten,
    ) {
        while self
            .order
            .front()
            .is_some_and(|oldest| oldest.until <= now || self.order.len() >= MOST)
            && let Some(oldest) = self.order.pop_front()
        {
            if oldest.until > now {
                forgotten.note(oldest.record, oldest.until, now);
            }
            if self.until.get(&oldest.hash) == Some(&oldest.until) {
                self.until.remove(&oldest.hash);
            }
        }
        let hash = self.hash(target, value);
        let known = self.until.entry(hash).or_insert(until);
        *known = until.max(*known);
        self.order.push_back(Noted {
            until: *known,
            hash,
            record: forgotten.hash(target),
        });
    }

    /// Returns until when a read must show this value.
    pub(super) fn until(&self, target: &Target, value: &EntryKey) -> Option<Instant> {
        self.until.get(&self.hash(target, value)).copied()
    }

    fn hash(&self, target: &Target, value: &EntryKey) -> u64 {
        self.hasher.hash_one((&*target.entity, target.id, value))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SETTLE: Duration = Duration::from_secs(120);

    fn contact(id: u64) -> Target {
        Target {
            entity: "contacts".into(),
            id,
        }
    }

    fn phone(number: usize) -> EntryKey {
        EntryKey::of("PHONE", &format!("+7{number:010}"))
    }

    #[test]
    fn a_value_is_expected_of_its_record_until_the_latest_of_its_times() {
        let (mut shown, mut forgotten) = (Shown::default(), Forgotten::default());
        let begin = Instant::now();
        let mut note = |number, until: Duration, now: Duration| {
            shown.note(
                &contact(71),
                &phone(number),
                begin + until,
                begin + now,
                &mut forgotten,
            );
            [1, 2].map(|number| {
                let until = shown.until(&contact(71), &phone(number));
                until.map(|until| until.duration_since(begin))
            })
        };
        assert_eq!(note(1, SETTLE, Duration::ZERO), [Some(SETTLE), None]);
        assert_eq!(
            note(1, 3 * SETTLE, Duration::ZERO),
            [Some(3 * SETTLE), None]
        );
        assert_eq!(note(1, SETTLE, Duration::ZERO), [Some(3 * SETTLE), None]);
        // The first of the times has passed, and then the last one.
        let both = [Some(3 * SETTLE), Some(4 * SETTLE)];
        assert_eq!(note(2, 4 * SETTLE, 2 * SETTLE), both);
        assert_eq!(
            note(2, 4 * SETTLE, 3 * SETTLE),
            [None, Some(4 * SETTLE)],
            "what has settled is not kept"
        );
        assert_eq!(shown.until(&contact(72), &phone(2)), None);
        assert_eq!(forgotten.settles_at(&contact(71)), None);
    }

    #[test]
    fn of_too_many_values_the_oldest_are_still_waited_for() {
        let (mut shown, mut forgotten) = (Shown::default(), Forgotten::default());
        let now = Instant::now();
        let mut note = |id, number| {
            let (record, until) = (contact(id), now + SETTLE);
            shown.note(&record, &phone(number), until, now, &mut forgotten);
            shown.until.len()
        };
        note(71, 0);
        for number in 1..MOST {
            note(72, number);
        }
        assert_eq!(note(72, MOST), MOST);
        assert_eq!(shown.until(&contact(71), &phone(0)), None);
        assert!(shown.until(&contact(72), &phone(1)).is_some());
        assert!(forgotten.settles_at(&contact(71)) >= Some(now + SETTLE));
    }
}
