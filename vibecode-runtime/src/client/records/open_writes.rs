//! The writes to one record that add values and may still be applied.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{
    body::{Body, text_of},
    equality::EntryKey,
    multifield::kind_of,
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
    lines: Arc<str>,
}

impl Additions {
    /// Returns what a patch adds; `None` if it only sets and clears.
    pub(crate) fn of(body: &Body) -> Option<Self> {
        if body.is_idempotent() {
            return None;
        }
        if body.is_unchecked() {
            return Some(Self::default());
        }
        let mut lines = String::with_capacity(USUAL_LENGTH);
        for (name, value) in body.additions() {
            lines.push_str(name);
            lines.push_str(value);
            lines.push('\n');
        }
        Some(Self {
            lines: lines.into(),
        })
    }

    fn values(&self) -> impl Iterator<Item = EntryKey> {
        self.lines.lines().map(|line| {
            let (name, json) = line.split_at(line.find('"').unwrap_or(line.len()));
            EntryKey::of(&kind_of(name), &text_of(json))
        })
    }

    #[cfg(test)]
    pub(super) fn of_phone(value: &str) -> Self {
        Self {
            lines: format!("phone{value:?}\n").into(),
        }
    }
}

/// Room for two phones.
const USUAL_LENGTH: usize = 64;

#[derive(Default)]
pub(super) struct OpenWrites {
    writes: Vec<OpenWrite>,
    /// The multifields before the first open write, if they were read.
    before: Option<Vec<EntryKey>>,
    /// The values of writes that were settled since then because they are shown.
    shown: Vec<EntryKey>,
    next: u64,
}

struct OpenWrite {
    number: u64,
    additions: Additions,
    settle_time: Duration,
    /// When it was answered or given up; `None` while it is under way.
    ended: Option<Instant>,
}

impl OpenWrite {
    fn settles_at(&self) -> Option<Instant> {
        self.ended?.checked_add(self.settle_time)
    }
}

impl OpenWrites {
    pub(super) fn open(
        &mut self,
        additions: &Additions,
        settle_time: Duration,
        before: Option<Vec<EntryKey>>,
    ) -> u64 {
        if self.writes.is_empty() {
            self.before = before;
        }
        let number = self.next;
        self.next += 1;
        self.writes.push(OpenWrite {
            number,
            additions: additions.clone(),
            settle_time,
            ended: None,
        });
        number
    }

    pub(super) fn end(&mut self, number: u64, now: Instant) {
        let mut writes = self.writes.iter_mut();
        if let Some(write) = writes.find(|write| write.number == number) {
            write.ended.get_or_insert(now);
        }
    }

    pub(super) fn settle(&mut self, number: u64) {
        self.retain(|write| write.number != number);
    }

    /// Settles the writes whose values are all shown. Returns these values, each with the time at which
    /// its write would have settled by time.
    pub(super) fn settle_shown(
        &mut self,
        shown: &HashSet<EntryKey>,
        now: Instant,
    ) -> Vec<(EntryKey, Instant)> {
        let mut settled = Vec::new();
        self.retain(|write| {
            let values: Vec<EntryKey> = write.additions.values().collect();
            let is_open = values.is_empty() || !values.iter().all(|value| shown.contains(value));
            if !is_open {
                let until = write.ended.unwrap_or(now).checked_add(write.settle_time);
                let until = until.unwrap_or(now);
                settled.extend(values.into_iter().map(|value| (value, until)));
            }
            is_open
        });
        if !self.writes.is_empty() {
            let values = settled.iter().map(|(value, _)| value.clone());
            self.shown.extend(values);
        }
        settled
    }

    /// Settles the writes that a read sent at `departure` is late enough to disprove.
    pub(super) fn settle_disproven(&mut self, departure: Instant) {
        self.retain(|write| write.settles_at().is_none_or(|at| departure < at));
    }

    /// Returns the latest time at which one of the writes settles.
    pub(super) fn settles_at(&self) -> Option<Instant> {
        self.writes.iter().filter_map(OpenWrite::settles_at).max()
    }

    /// Returns whether an entry of these kinds was not there before the first write, and is none of the
    /// values that were sent.
    pub(super) fn shows_a_stranger(&self, kinds: &[&str], shown: &HashSet<EntryKey>) -> bool {
        let Some(before) = self.before.as_ref().filter(|_| !self.writes.is_empty()) else {
            return false;
        };
        let writes = self.writes.iter();
        let sent: Vec<EntryKey> = writes
            .flat_map(|write| write.additions.values())
            .chain(self.shown.iter().cloned())
            .collect();
        let known: HashSet<&EntryKey> = before.iter().chain(&sent).collect();
        let mut of_these_kinds = shown.iter().filter(|entry| kinds.contains(&entry.kind()));
        of_these_kinds.any(|entry| !known.contains(entry))
    }

    /// Forgets the writes that have settled by time: reads from now on show their effect. If the
    /// multifields before them are known, they are remembered for longer: the portal may show one of
    /// their values in another form, which only a comparison with those multifields reveals.
    pub(super) fn forget_settled(&mut self, now: Instant) {
        let longer = if self.before.is_some() {
            KEPT
        } else {
            Duration::ZERO
        };
        self.retain(|write| {
            let forget_at = write.settles_at().and_then(|at| at.checked_add(longer));
            forget_at.is_none_or(|at| now < at)
        });
    }

    /// Returns when they settle, if all have ended, and if the multifields before them are not known,
    /// so that no comparison with them is possible.
    pub(super) fn only_settle_at(&self) -> Option<Instant> {
        let have_ended = self.writes.iter().all(|write| write.ended.is_some());
        (have_ended && self.before.is_none())
            .then(|| self.settles_at())
            .flatten()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty()
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

    /// A record of 1.7 MiB has some 20,000 entries. Comparing each with all of them took over a minute.
    #[test]
    fn many_entries_are_compared_with_those_before_in_linear_time() {
        const MANY: u32 = 20_000;
        let mut open = OpenWrites::default();
        let additions = Additions::of_phone("+79170000000");
        open.open(&additions, Duration::ZERO, Some(phones(0..MANY).collect()));
        let same: HashSet<_> = phones(0..MANY).collect();
        let one_more: HashSet<_> = phones(0..MANY + 1).collect();
        let start = std::time::Instant::now();
        for _ in 0..10 {
            assert!(!open.shows_a_stranger(&["PHONE"], &same));
            assert!(open.shows_a_stranger(&["PHONE"], &one_more));
            assert!(open.settle_shown(&same, Instant::now()).is_empty());
        }
        let took = start.elapsed();
        assert!(took < Duration::from_secs(10), "{took:?}");
    }

    /// Writes of these phones, each of which ended then and settles a minute later.
    fn ended(ends: &[(u32, Instant)]) -> OpenWrites {
        let mut open = OpenWrites::default();
        for (phone, end) in ends {
            let additions = Additions::of_phone(&format!("+7916{phone:07}"));
            let number = open.open(&additions, Duration::from_secs(60), None);
            open.end(number, *end);
        }
        open
    }

    #[test]
    fn a_read_disproves_the_writes_that_had_settled_when_it_left() {
        let end = Instant::now();
        let (settled, later) = (end + Duration::from_secs(60), Duration::from_secs(1));
        let mut open = ended(&[(1, end), (2, end + later)]);
        open.settle_disproven(settled - later);
        assert_eq!(open.writes.len(), 2);
        open.settle_disproven(settled);
        assert_eq!(open.settles_at(), Some(settled + later));
        open.settle_disproven(settled + later);
        assert!(open.is_empty());
        // One that is under way never settles by time.
        open.open(&Additions::of_phone("1"), Duration::ZERO, None);
        open.settle_disproven(settled + Duration::from_secs(3_600));
        assert!(!open.is_empty());
    }
}
