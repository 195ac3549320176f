//! Sets of rows, by the line on which each begins.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The highest line in a set. A line beyond it means a damaged journal: no input is so long.
const MAX_LINES: u64 = 1 << 33;

/// Rows in their order, in a compact form: `2-51,60`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// Returns the rows, in ascending order or not.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<u64> for Ranges {
    fn from_iter<I: IntoIterator<Item = u64>>(rows: I) -> Self {
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for row in rows {
            match ranges.last_mut() {
                Some((_, last)) if row == *last + 1 => *last = row,
                _ => ranges.push((row, row)),
            }
        }
        Self(ranges)
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{first}-{last}")?;
            }
        }
        Ok(())
    }
}

impl Serialize for Ranges {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ranges {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last && last < MAX_LINES).then_some((first, last))
        };
        let parts = text.split(',').filter(|part| !part.is_empty());
        let ranges: Option<Vec<_>> = parts.map(range).collect();
        ranges
            .map(Self)
            .ok_or_else(|| D::Error::custom("not a list of rows"))
    }
}

/// A set of rows: one bit per line, so that a million rows take 125 kB.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowSet {
    words: Vec<u64>,
    count: u64,
}

impl RowSet {
    pub(crate) fn insert(&mut self, row: u64) {
        let (word, bit) = word_and_bit(row);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            self.count += u64::from(*word & bit == 0);
            *word |= bit;
        }
    }

    pub(crate) fn insert_all(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            self.count += u64::from((more & !*word).count_ones());
            *word |= more;
        }
    }

    pub(crate) fn remove(&mut self, row: u64) {
        let (word, bit) = word_and_bit(row);
        if let Some(word) = self.words.get_mut(word) {
            self.count -= u64::from(*word & bit != 0);
            *word &= !bit;
        }
    }

    pub(crate) fn contains(&self, row: u64) -> bool {
        let (word, bit) = word_and_bit(row);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Returns the rows in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> {
        let words = (0_u64..).step_by(64).zip(&self.words);
        let rows =
            words.flat_map(|(first, word)| (first..first + 64).zip(std::iter::repeat(*word)));
        rows.filter(|(row, word)| word & (1 << (row % 64)) != 0)
            .map(|(row, _)| row)
    }

    pub(crate) fn len(&self) -> u64 {
        self.count
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

fn word_and_bit(row: u64) -> (usize, u64) {
    let word = usize::try_from(row / 64).unwrap_or(usize::MAX);
    (word, 1 << (row % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_they_were_written() {
        let ranges: Ranges = [2, 3, 4, 60, 9, 10].into_iter().collect();
        let json = serde_json::to_string(&ranges).unwrap();
        assert_eq!(json, r#""2-4,60,9-10""#);
        assert_eq!(serde_json::from_str::<Ranges>(&json).unwrap(), ranges);
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [2, 3, 4, 60, 9, 10]);
        for bad in [r#""4-2""#, r#""x""#, r#""1-99999999999999""#] {
            assert!(serde_json::from_str::<Ranges>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in_once() {
        let mut set = RowSet::default();
        for row in [2, 64, 1_000_000, 64] {
            set.insert(row);
        }
        assert_eq!(set.count, 3);
        assert_eq!(set.iter().collect::<Vec<_>>(), [2, 64, 1_000_000]);
        set.remove(64);
        set.remove(65);
        assert!(set.contains(2) && set.contains(1_000_000) && !set.contains(64));
        assert_eq!(set.count, 2);
        let mut other = RowSet::default();
        other.insert(3);
        other.insert_all(&set);
        assert!(other.contains(3) && other.contains(2) && other.count == 3);
    }
}
