//! A set of hashes, each of which counts until a time: what is remembered of any number of records in
//! some seven bytes each.
//!
//! A hash that was noted is always found until its time. That a hash is found which was not noted is
//! possible, but not expected: it happens once in some 10⁷ searches among a million hashes. A record
//! then waits longer than necessary, never too short a time.
//!
//! The hashes are in blocks by the span of 32 seconds until which they count, so what has expired is dropped a block
//! at a time, and a search looks into few blocks: into at most 24 of 250 hashes a second, each of which counts for
//! 240 s. With a block for each second there were 723. A block is a list until it is first searched, and a hash
//! table from then on: a run that only updates never searches, and a place in a table that was not used for long is a
//! cache miss.

use std::{collections::VecDeque, mem};

use super::seconds::Seconds;

/// The least number of buckets of the first block of a span. Each further one has twice as many.
const MIN_BUCKETS: usize = 64;
/// 256 KiB.
const MAX_BUCKETS: usize = 1 << 16;

/// How many spans a block is kept after its own. A read is compared with what counted when it was sent, which is as long
/// ago as the read took.
const KEPT: u32 = 3;

#[derive(Default)]
pub(super) struct ExpiringHashes {
    blocks: VecDeque<Block>,
}

impl ExpiringHashes {
    /// Notes a hash until a time, and drops what had expired long before `now`.
    pub(super) fn note(&mut self, hash: u64, until: Seconds, now: Seconds) {
        let (span, second) = until.in_span();
        // What is noted last mostly counts the longest.
        let of_this_span = self.blocks.iter_mut().rev().find(|it| it.span == span);
        let buckets = match of_this_span {
            Some(block) if !block.is_full() => return block.insert(hash, second),
            Some(block) => block.buckets * 2,
            // One block for as many as there were last.
            None => self.count_of_last_span() * 4 / 3,
        };
        let (span_of_now, _) = now.in_span();
        self.blocks.retain(|block| block.span + KEPT >= span_of_now);
        let buckets = buckets.next_power_of_two().clamp(MIN_BUCKETS, MAX_BUCKETS);
        let mut block = Block::new(span, buckets);
        block.insert(hash, second);
        self.blocks.push_back(block);
    }

    fn count_of_last_span(&self) -> usize {
        let last = self.blocks.back();
        let of_last = |block: &&Block| last.is_some_and(|last| last.span == block.span);
        self.blocks.iter().filter(of_last).map(Block::count).sum()
    }

    /// Returns the latest time until which a hash was noted. It may have passed.
    pub(super) fn until(&mut self, hash: u64) -> Option<Seconds> {
        let blocks = self.blocks.iter_mut();
        blocks.filter_map(|block| block.until(hash)).max()
    }
}

struct Block {
    span: u32,
    /// The number of buckets that the table has, a power of two.
    buckets: usize,
    /// Half of each hash that is not in the table yet, the position that it gets, and until which second of the span
    /// it counts.
    halves: Vec<u32>,
    positions: Vec<u16>,
    seconds: Vec<u8>,
    table: Table,
}

/// A hash table with open addressing. The position of a hash is part of what identifies it.
#[derive(Default)]
struct Table {
    count: usize,
    /// Half of each hash; 0 is an empty bucket. The table is allocated when the block is first searched.
    buckets: Box<[u32]>,
    /// Until which second of the span the hash in each bucket counts.
    seconds: Box<[u8]>,
}

impl Block {
    fn new(span: u32, buckets: usize) -> Self {
        let most = most_of(buckets);
        Self {
            span,
            buckets,
            halves: Vec::with_capacity(most),
            positions: Vec::with_capacity(most),
            seconds: Vec::with_capacity(most),
            table: Table::default(),
        }
    }

    fn count(&self) -> usize {
        self.table.count + self.halves.len()
    }

    fn is_full(&self) -> bool {
        self.count() >= most_of(self.buckets)
    }

    fn insert(&mut self, hash: u64, second: u8) {
        let (position, half) = parts(hash);
        self.halves.push(half);
        self.positions.push(position);
        self.seconds.push(second);
    }

    fn until(&mut self, hash: u64) -> Option<Seconds> {
        if self.table.buckets.is_empty() {
            self.table.buckets = vec![0; self.buckets].into();
            self.table.seconds = vec![0; self.buckets].into();
        }
        let halves = mem::take(&mut self.halves).into_iter();
        let positions = mem::take(&mut self.positions);
        let seconds = mem::take(&mut self.seconds);
        for ((half, position), second) in halves.zip(positions).zip(seconds) {
            self.table.insert(position, half, second);
        }
        let (position, half) = parts(hash);
        let second = self.table.second(position, half)?;
        Some(Seconds::of_span(self.span, second))
    }
}

/// How many hashes a table with this number of buckets takes: a quarter of them is empty.
fn most_of(buckets: usize) -> usize {
    buckets / 4 * 3
}

/// Returns the position of a hash, as if the table had [`MAX_BUCKETS`], and the half that is stored.
#[expect(clippy::cast_possible_truncation, reason = "the hash is taken apart")]
fn parts(hash: u64) -> (u16, u32) {
    let half = (hash >> 32) as u32;
    (hash as u16, half.max(1))
}

impl Table {
    fn insert(&mut self, position: u16, half: u32, second: u8) {
        let at = self.find(position, half);
        if let (Some(bucket), Some(until)) = (self.buckets.get_mut(at), self.seconds.get_mut(at)) {
            self.count += usize::from(*bucket == 0);
            *bucket = half;
            *until = second.max(*until);
        }
    }

    fn second(&self, position: u16, half: u32) -> Option<u8> {
        let at = self.find(position, half);
        let is_there = self.buckets.get(at) == Some(&half);
        self.seconds.get(at).copied().filter(|_| is_there)
    }

    /// Returns the bucket that contains a hash, or the empty one that it belongs in.
    fn find(&self, position: u16, half: u32) -> usize {
        let last = self.buckets.len() - 1;
        let mut at = usize::from(position) & last;
        while self
            .buckets
            .get(at)
            .is_some_and(|bucket| *bucket != 0 && *bucket != half)
        {
            at = (at + 1) & last;
        }
        at
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "the numbers are small")]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    const NOW: Seconds = Seconds::new(1);

    fn hashes(count: u64) -> impl Iterator<Item = u64> + Clone {
        let hasher = RandomState::new();
        (0..count).map(move |number| hasher.hash_one(number))
    }

    fn bytes(noted: &ExpiringHashes) -> usize {
        let bytes = |block: &Block| {
            block.halves.capacity() * 4
                + block.positions.capacity() * 2
                + block.seconds.capacity()
                + block.table.buckets.len() * 5
        };
        noted.blocks.iter().map(bytes).sum()
    }

    #[test]
    fn a_hash_counts_until_the_latest_of_its_times() {
        let mut noted = ExpiringHashes::default();
        assert_eq!(noted.until(7), None);
        for (until, latest) in [(120, 120), (360, 360), (121, 360), (361, 361)] {
            noted.note(7, Seconds::new(until), NOW);
            assert_eq!(noted.until(7), Some(Seconds::new(latest)), "{until}");
        }
        assert_eq!(noted.until(8), None);
    }

    #[test]
    fn a_search_looks_into_few_blocks_however_long_the_run_is() {
        let mut noted = ExpiringHashes::default();
        for second in 1..=600 {
            // What 300 batches a minute add, with a settle time of 240 s.
            for hash in hashes(250) {
                noted.note(hash, Seconds::new(second + 240), Seconds::new(second));
            }
        }
        let count = noted.blocks.len();
        assert!(count <= 24, "{count} blocks");
    }

    #[test]
    fn a_block_is_dropped_some_time_after_its_own_and_not_before() {
        let mut noted = ExpiringHashes::default();
        noted.note(7, Seconds::new(120), NOW);
        // 96 s after the span of 96 to 127.
        noted.note(8, Seconds::new(300), Seconds::new(223));
        assert!(noted.until(7).is_some());
        noted.note(9, Seconds::new(400), Seconds::new(224));
        assert_eq!(noted.until(7), None);
        assert!(noted.until(8).is_some() && noted.until(9).is_some());
    }

    #[test]
    fn of_many_hashes_each_is_found_and_no_other() {
        const MANY: u64 = 100_000;
        let mut noted = ExpiringHashes::default();
        let hashes = hashes(2 * MANY);
        for (number, hash) in hashes.clone().take(MANY as usize).enumerate() {
            noted.note(hash, Seconds::new(240 + number as u32 / 10_000), NOW);
        }
        let each = bytes(&noted) / MANY as usize;
        assert!(each < 12, "{each} bytes each before the first search");
        let found = hashes.map(|hash| noted.until(hash).is_some());
        let found: Vec<_> = found.collect();
        let (noted_ones, others) = found.split_at(MANY as usize);
        assert!(noted_ones.iter().all(|is_found| *is_found));
        // One is expected in a thousand runs.
        assert!(others.iter().filter(|is_found| **is_found).count() <= 1);
        let each = bytes(&noted) / MANY as usize;
        assert!(each < 12, "{each} bytes each");
    }

    #[test]
    fn a_few_hashes_take_little_memory() {
        let mut noted = ExpiringHashes::default();
        for hash in hashes(100) {
            noted.note(hash, Seconds::new(120), NOW);
        }
        assert_eq!(bytes(&noted), 48 * 7 + 96 * 7);
        noted.until(7);
        assert_eq!(bytes(&noted), 64 * 5 + 128 * 5);
        // The next span begins with a block for as many.
        noted.note(7, Seconds::new(240), NOW);
        assert_eq!(bytes(&noted), 64 * 5 + 128 * 5 + 192 * 7);
    }

    #[test]
    fn what_is_noted_after_a_search_is_found_by_the_next() {
        let mut noted = ExpiringHashes::default();
        let hashes: Vec<_> = hashes(1_000).collect();
        for (at, hash) in hashes.iter().enumerate() {
            assert_eq!(noted.until(*hash), None);
            noted.note(*hash, Seconds::new(120), NOW);
            let half = hashes.get(at / 2).unwrap();
            assert!(noted.until(*hash).is_some() && noted.until(*half).is_some());
        }
        assert!(bytes(&noted) < 10_000);
    }

    #[test]
    fn hashes_with_zeros_and_with_the_same_position_are_distinguished() {
        let mut noted = ExpiringHashes::default();
        let same = [0, 1 << 33, 2 << 33, 3 << 33];
        for hash in same {
            assert_eq!(noted.until(hash), None, "{hash}");
            noted.note(hash, Seconds::new(120), NOW);
        }
        assert!(same.iter().all(|hash| noted.until(*hash).is_some()));
        assert_eq!(
            noted
                .blocks
                .iter()
                .map(|block| block.table.count)
                .sum::<usize>(),
            4
        );
    }
}
