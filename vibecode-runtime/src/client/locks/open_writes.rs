//! The writes to one record that add values, have ended, and may still be applied.

use std::{collections::HashSet, time::Duration};

use bytestring::ByteString;
use tokio::time::Instant;

use crate::{
    patch::body::{Body, text_of},
    value::multifield::{EntryKey, kind_of},
};

/// How long a write is remembered whose value the record may show in another form.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The values that a write adds. If they are not known (`set_unchecked`), there are none here, and the
/// write is settled by time alone.
///
/// They are stored in the form in which they are sent, since few are ever compared: one line per value,
/// with the name of its field and its JSON, such as `phone"+79161112233"`.
#[derive(Clone, Default)]
pub(crate) struct Additions {
    lines: ByteString,
}

impl Additions {
    /// Returns what a patch adds; `None` if it only sets and clears.
    pub(crate) fn of(body: &Body) -> Option<Self> {
        if body.is_idempotent() {
            return None;
        }
        let added = || Self::known(body).map(|(name, value)| name.len() + value.len() + 1);
        let mut lines = String::with_capacity(added().sum());
        Self::append(body, &mut lines);
        Some(Self::of_lines(lines.into()))
    }

    /// Appends the lines of what a patch adds.
    pub(crate) fn append(body: &Body, lines: &mut String) {
        for (name, value) in Self::known(body) {
            lines.push_str(name);
            lines.push_str(value);
            lines.push('\n');
        }
    }

    pub(crate) fn of_lines(lines: ByteString) -> Self {
        Self { lines }
    }

    fn known(body: &Body) -> impl Iterator<Item = (&str, &str)> {
        let is_known = !body.is_unchecked();
        let added = is_known.then(|| body.additions()).into_iter().flatten();
        added.map(|(name, value)| (&**name, value))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = EntryKey> {
        self.lines.lines().map(|line| {
            let (name, json) = line.split_at(line.find('"').unwrap_or(line.len()));
            EntryKey::of(kind_of(name), &text_of(json))
        })
    }

    #[cfg(test)]
    pub(super) fn of_phone(value: &str) -> Self {
        Self {
            lines: format!("phone{value:?}\n").into(),
        }
    }
}

#[derive(Default)]
pub(super) struct OpenWrites {
    writes: Vec<OpenWrite>,
    /// The multifields before the first open write, if they were read.
    before: Option<Vec<EntryKey>>,
    /// The values of writes that were settled since then because they are shown.
    shown: Vec<EntryKey>,
}

pub(super) struct OpenWrite {
    pub(super) additions: Additions,
    /// From when on a read that does not show its values proves that it was not applied.
    pub(super) settles_at: Instant,
}

impl OpenWrites {
    /// Adds a write. `before` are the multifields that were read before it was sent.
    pub(super) fn push(&mut self, write: OpenWrite, before: Option<Vec<EntryKey>>) {
        if self.writes.is_empty() {
            self.before = before;
        }
        self.writes.push(write);
    }

    /// Settles the writes whose values are all shown. Returns these values, each with the time at which
    /// its write would have settled by time.
    pub(super) fn settle_shown(&mut self, shown: &HashSet<EntryKey>) -> Vec<(EntryKey, Instant)> {
        let mut settled = Vec::new();
        self.retain(|write| {
            let values: Vec<EntryKey> = write.additions.values().collect();
            let is_open = values.is_empty() || !values.iter().all(|value| shown.contains(value));
            if !is_open {
                let values = values.into_iter().map(|value| (value, write.settles_at));
                settled.extend(values);
            }
            is_open
        });
        if !self.writes.is_empty() {
            let values = settled.iter().map(|(value, _)| value.clone());
            self.shown.extend(values);
        }
        settled
    }

    /// Settles the writes that a read sent at `sent_at` is late enough to disprove.
    pub(super) fn settle_disproven(&mut self, sent_at: Instant) {
        self.retain(|write| sent_at < write.settles_at);
    }

    pub(super) fn settles_at(&self) -> Option<Instant> {
        self.writes.iter().map(|write| write.settles_at).max()
    }

    /// Returns the entries of these kinds that were not there before the first write, and that
    /// differ from all values that were sent.
    pub(super) fn unknown_entries(
        &self,
        kinds: &[&str],
        shown: &HashSet<EntryKey>,
    ) -> Vec<EntryKey> {
        let Some(before) = self.before.as_ref().filter(|_| !self.writes.is_empty()) else {
            return Vec::new();
        };
        let writes = self.writes.iter();
        let sent: Vec<EntryKey> = writes
            .flat_map(|write| write.additions.values())
            .chain(self.shown.iter().cloned())
            .collect();
        let known: HashSet<&EntryKey> = before.iter().chain(&sent).collect();
        let of_these_kinds = shown.iter().filter(|entry| kinds.contains(&entry.kind()));
        let unknown = of_these_kinds.filter(|entry| !known.contains(entry));
        unknown.cloned().collect()
    }

    /// Forgets writes that settled so long ago that the portal shows their values in its own form.
    pub(super) fn forget_old(&mut self, now: Instant) {
        self.retain(|write| now.duration_since(write.settles_at) < KEPT);
    }

    /// Returns whether the multifields before the writes are known, to compare a read with.
    pub(super) fn has_earlier_read(&self) -> bool {
        self.before.is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    pub(super) fn into_writes(self) -> Vec<OpenWrite> {
        self.writes
    }

    fn retain(&mut self, is_open: impl FnMut(&OpenWrite) -> bool) {
        self.writes.retain(is_open);
        if self.writes.is_empty() {
            self.before = None;
            self.shown.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones(numbers: std::ops::Range<u32>) -> impl Iterator<Item = EntryKey> {
        numbers.map(|number| EntryKey::of("PHONE", &format!("+7916{number:07}")))
    }

    fn write(phone: u32, settles_at: Instant) -> OpenWrite {
        OpenWrite {
            additions: Additions::of_phone(&format!("+7916{phone:07}")),
            settles_at,
        }
    }

    /// A record of 1.7 MiB has some 20,000 entries. Comparing each with all of them took over a minute.
    #[test]
    fn many_entries_are_compared_with_those_before_in_linear_time() {
        // Sixteen times as long in quadratic time. The shortest of several rounds, since the machine may be busy.
        let [few, many] = [5_000, 20_000].map(|entries| {
            let rounds = (0..7).map(|_| time_to_compare(entries));
            rounds.min().unwrap()
        });
        assert!(many < few * 9, "{few:?}, {many:?}");
    }

    fn time_to_compare(entries: u32) -> Duration {
        let mut open = OpenWrites::default();
        let sent = write(9_999_999, Instant::now());
        open.push(sent, Some(phones(0..entries).collect()));
        let same: HashSet<_> = phones(0..entries).collect();
        let one_more: HashSet<_> = phones(0..entries + 1).collect();
        let start = std::time::Instant::now();
        assert!(open.unknown_entries(&["PHONE"], &same).is_empty());
        assert_eq!(open.unknown_entries(&["PHONE"], &one_more).len(), 1);
        assert!(open.settle_shown(&same).is_empty());
        start.elapsed()
    }

    #[test]
    fn a_read_disproves_the_writes_that_had_settled_when_it_left() {
        let (settled, later) = (Instant::now(), Duration::from_secs(1));
        let mut open = OpenWrites::default();
        open.push(write(1, settled), None);
        open.push(write(2, settled + later), None);
        open.settle_disproven(settled - later);
        assert_eq!(open.writes.len(), 2);
        open.settle_disproven(settled);
        assert_eq!(open.settles_at(), Some(settled + later));
        open.settle_disproven(settled + later);
        assert!(open.is_empty());
    }
}
