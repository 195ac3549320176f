//! The latest writes that added something, of records that nobody has locked.
//!
//! Most of these writes never matter again: only an `ensure` of the same record asks for them. So they
//! lie in the order in which they ended, where adding one costs little, and are searched when they are
//! asked for.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::{memory::RecordHash, open_writes::OpenWrite};

/// The maximum number of writes. Of older ones it is only remembered when they settle. At the documented
/// limit of 300 requests a minute, single calls make 600 writes within the settle time. Batches make many
/// more, but with the last 4,096 the memory no longer stays in the processor's cache: `update_many` then
/// took a fifth more CPU time.
pub(super) const MAX: usize = 1024;

#[derive(Default)]
pub(super) struct RecentWrites {
    writes: VecDeque<Option<OpenWrite>>,
    records: VecDeque<RecordHash>,
}

impl RecentWrites {
    /// Adds a write that has just ended. If there are too many, passes the oldest to `forget`, unless
    /// it has settled.
    pub(super) fn push(
        &mut self,
        record: RecordHash,
        write: OpenWrite,
        now: Instant,
        mut forget: impl FnMut(RecordHash, Instant),
    ) {
        while let Some(oldest) = self.writes.front()
            && (self.writes.len() >= MAX || oldest.as_ref().is_none_or(|it| it.settles_at <= now))
        {
            let oldest = self.writes.pop_front().flatten();
            if let (Some(oldest), Some(record)) = (oldest, self.records.pop_front())
                && oldest.settles_at > now
            {
                forget(record, oldest.settles_at);
            }
        }
        self.writes.push_back(Some(write));
        self.records.push_back(record);
    }

    pub(super) fn take(&mut self, record: RecordHash) -> Vec<OpenWrite> {
        // Counting is much faster than searching for the first.
        let count = self.records.iter().filter(|it| **it == record).count();
        if count == 0 {
            return Vec::new();
        }
        let of_record = self.records.iter().zip(&mut self.writes);
        of_record
            .filter(|(other, _)| **other == record)
            .filter_map(|(_, write)| write.take())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::client::locks::Additions;

    fn push(recent: &mut RecentWrites, record: u64, settles_at: Instant, now: Instant) -> Vec<u64> {
        let mut forgotten = Vec::new();
        let write = OpenWrite {
            additions: Additions::default(),
            settles_at,
        };
        recent.push(RecordHash(record), write, now, |RecordHash(record), _| {
            forgotten.push(record);
        });
        forgotten
    }

    #[test]
    fn the_writes_of_a_record_are_taken_once() {
        let (mut recent, now) = (RecentWrites::default(), Instant::now());
        for record in [1, 2, 1, 3] {
            push(&mut recent, record, now + Duration::from_secs(1), now);
        }
        assert_eq!(recent.take(RecordHash(1)).len(), 2);
        assert_eq!(recent.take(RecordHash(1)).len(), 0);
        assert_eq!(recent.take(RecordHash(3)).len(), 1);
    }

    #[test]
    fn the_oldest_of_too_many_are_forgotten_and_what_has_settled_is_dropped() {
        let (mut recent, now) = (RecentWrites::default(), Instant::now());
        let (soon, later) = (now + Duration::from_secs(1), now + Duration::from_secs(9));
        push(&mut recent, 1, soon, now);
        push(&mut recent, 2, later, now);
        assert_eq!(push(&mut recent, 3, later, soon), [0; 0], "1 has settled");
        recent.take(RecordHash(2));
        let mut forgotten = Vec::new();
        for record in 4..4 + MAX as u64 {
            forgotten.extend(push(&mut recent, record, later, soon));
        }
        assert_eq!(forgotten, [3], "2 was taken");
        assert!(recent.writes.len() == MAX && recent.records.len() == MAX);
    }
}
