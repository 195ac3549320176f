//! The writes to one record that add, and may still be applied.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    MultifieldEntry,
    body::{Act, Body},
    equality::EntryKey,
};

/// How long a write is kept whose value may be there in another form.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The values that a write adds, by kind (`PHONE`). A write whose values are not known
/// (`set_unchecked`) has none, and is settled by time alone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Additions {
    values: Vec<(String, String)>,
}

impl Additions {
    /// What a patch adds; `None` if it only sets and clears.
    pub(crate) fn of(body: &Body) -> Option<Self> {
        if body.is_idempotent() {
            return None;
        }
        let mut values = Vec::new();
        for (name, act) in body.acts() {
            if let Act::Add(added) = act {
                let kind = name.to_ascii_uppercase();
                values.extend(added.iter().map(|added| (kind.clone(), added.text())));
            }
        }
        if body.is_unchecked() {
            values.clear();
        }
        Some(Self { values })
    }

    #[cfg(test)]
    pub(super) fn of_values(values: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            values: values.into_iter().collect(),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct OpenWrites {
    writes: Vec<OpenWrite>,
    /// The multifields before the first of them, if they were read.
    before: Option<Vec<MultifieldEntry>>,
    /// What others that are settled meanwhile have added since.
    shown: Vec<(String, String)>,
    next: u64,
}

#[derive(Debug)]
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
        before: Option<Vec<MultifieldEntry>>,
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

    /// Settles those whose values are all shown. Returns their values, each with the moment at which
    /// its write would have settled by time.
    pub(super) fn settle_shown(
        &mut self,
        is_shown: impl Fn(&str, &str) -> bool,
        now: Instant,
    ) -> Vec<(EntryKey, Instant)> {
        let mut shown = Vec::new();
        let mut keys = Vec::new();
        self.retain(|write| {
            let values = &write.additions.values;
            let are_shown = values.iter().all(|(kind, value)| is_shown(kind, value));
            if are_shown && !values.is_empty() {
                let until = write.ended.unwrap_or(now).checked_add(write.settle_time);
                let until = until.unwrap_or(now);
                let of_write = values
                    .iter()
                    .map(|(kind, value)| (EntryKey::of(kind, value), until));
                keys.extend(of_write);
                shown.extend_from_slice(values);
            }
            values.is_empty() || !are_shown
        });
        if !self.writes.is_empty() {
            self.shown.append(&mut shown);
        }
        keys
    }

    /// Settles those for which a read is proof that left then.
    pub(super) fn settle_disproven(&mut self, departure: Instant) {
        self.retain(|write| write.settles_at().is_none_or(|at| departure < at));
    }

    /// The latest moment at which one of them settles.
    pub(super) fn settles_at(&self) -> Option<Instant> {
        self.writes.iter().filter_map(OpenWrite::settles_at).max()
    }

    pub(super) fn shows_a_stranger(
        &self,
        kinds: &[String],
        entries: &[MultifieldEntry],
        is_same: impl Fn(&MultifieldEntry, &str, &str) -> bool,
    ) -> bool {
        let Some(before) = self.before.as_ref().filter(|_| !self.writes.is_empty()) else {
            return false;
        };
        let mut of_these_kinds = entries
            .iter()
            .filter(|entry| kinds.iter().any(|kind| kind == entry.kind()));
        of_these_kinds.any(|entry| {
            let was_there = before
                .iter()
                .any(|old| is_same(entry, old.kind(), old.value()));
            let open = self.writes.iter().flat_map(|write| &write.additions.values);
            let mut sent = open.chain(&self.shown);
            let is_ours = sent.any(|(kind, value)| is_same(entry, kind, value));
            !was_there && !is_ours
        })
    }

    /// Forgets the writes that have settled by time: whoever reads from now on sees what they did. If
    /// it is known what was there before them, they are kept for longer: the portal may show one of
    /// their values in another form, which only a comparison with that reveals.
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
