//! The checksum at the end of each line of a journal, which covers all lines so far. It shows that a line was
//! changed, removed or added by anything else. It does not show that lines are missing at the end.
//!
//! Example: `{"alive":{"at":1}}` is written as `{"alive":{"at":1},"sum":"0123456789abcdef"}`.

use sha2::{Digest as _, Sha256};

use crate::digest;

const KEY: &[u8] = b",\"sum\":\"";
/// The number of hexadecimal digits of a checksum.
const DIGITS: usize = 16;
const END: &[u8] = b"\"}";

/// The checksum of the lines so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RunningChecksum {
    last: String,
}

impl RunningChecksum {
    /// Adds a line, which is an object, and writes the checksum into it.
    pub(super) fn append_checksum(&mut self, line: &mut Vec<u8>) {
        self.last = self.after(line);
        line.pop();
        line.extend_from_slice(KEY);
        line.extend_from_slice(self.last.as_bytes());
        line.extend_from_slice(END);
    }

    /// Adds a line that was read. Returns it without its checksum, or `None` if it is not the line that was written
    /// after the others.
    pub(super) fn strip_checksum(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        let (line, sum) = split(line)?;
        let expected = self.after(&line);
        if expected.as_bytes() != sum {
            return None;
        }
        self.last = expected;
        Some(line)
    }

    /// Returns the checksum of all lines so far.
    pub(super) fn as_str(&self) -> &str {
        &self.last
    }

    fn after(&self, line: &[u8]) -> String {
        let hash = Sha256::new_with_prefix(&self.last).chain_update(line);
        let mut sum = digest::in_hex(&hash);
        sum.truncate(DIGITS);
        sum
    }
}

/// Splits a line into itself and its checksum.
pub(super) fn split(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let rest = line.strip_suffix(END)?;
    let (rest, sum) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
    let mut line = rest.strip_suffix(KEY)?.to_vec();
    line.push(b'}');
    Some((line, sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(lines: &[&str]) -> Vec<Vec<u8>> {
        let mut checksum = RunningChecksum::default();
        let lines = lines.iter().map(|line| {
            let mut line = line.as_bytes().to_vec();
            checksum.append_checksum(&mut line);
            line
        });
        lines.collect()
    }

    /// The number of lines before the first that is not as it was written.
    fn whole(lines: &[Vec<u8>]) -> usize {
        let mut checksum = RunningChecksum::default();
        let lines = lines.iter();
        lines
            .take_while(|line| checksum.strip_checksum(line).is_some())
            .count()
    }

    #[test]
    fn a_line_that_is_changed_removed_added_or_moved_is_found() {
        let lines = sealed(&[r#"{"a":1}"#, r#"{"b":2}"#, r#"{"c":3}"#, r#"{"d":4}"#]);
        assert_eq!(whole(&lines), 4);
        let mut removed = lines.clone();
        removed.remove(1);
        assert_eq!(whole(&removed), 1);
        let mut changed = lines.clone();
        changed[2][5] = b'4';
        assert_eq!(whole(&changed), 2);
        let mut moved = lines.clone();
        moved.swap(1, 2);
        assert_eq!(whole(&moved), 1);
        let mut added = lines.clone();
        added.insert(3, lines[2].clone());
        assert_eq!(whole(&added), 3);
        let mut without = lines;
        without[0] = br#"{"a":1}"#.to_vec();
        assert_eq!(whole(&without), 0);
    }

    #[test]
    fn a_line_is_json_with_its_checksum_and_read_again_without() {
        let line = &sealed(&[r#"{"alive":{"at":1}}"#])[0];
        let json: serde_json::Value = serde_json::from_slice(line).unwrap();
        assert_eq!(json["sum"].as_str().unwrap().len(), DIGITS);
        let read = RunningChecksum::default().strip_checksum(line);
        assert_eq!(read.unwrap(), br#"{"alive":{"at":1}}"#);
    }
}
