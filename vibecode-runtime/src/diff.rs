//! What has changed between two records, as a patch.

use std::{borrow::Cow, fmt};

use crate::{
    multifield::Entry,
    patch::{Action, Body},
};

/// The changes from one record to another, made by `before.diff(&after)`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Diff<P> {
    /// What the API can be sent: the changed fields only.
    pub patch: P,
    /// Phones and emails that `after` no longer has. The API cannot remove them: that is done in
    /// Bitrix24 itself.
    pub not_removable: Vec<NotRemovable>,
}

impl<P> Diff<P> {
    #[doc(hidden)]
    pub fn new(patch: P, not_removable: Vec<NotRemovable>) -> Self {
        Self {
            patch,
            not_removable,
        }
    }
}

/// A phone or an email that a diff would remove, and the API cannot. Debug hides the value.
#[derive(Clone, PartialEq, Eq)]
pub struct NotRemovable {
    field: Cow<'static, str>,
    entry: Entry,
}

impl NotRemovable {
    pub(crate) fn new(field: Cow<'static, str>, entry: Entry) -> Self {
        Self { field, entry }
    }

    /// The wire name: `phone` or `email`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &str {
        self.entry.value()
    }

    /// The type, such as `WORK`.
    #[must_use]
    pub fn type_id(&self) -> &'static str {
        self.entry.type_id()
    }
}

impl fmt::Debug for NotRemovable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotRemovable")
            .field("field", &self.field)
            .field("type_id", &self.type_id())
            .finish_non_exhaustive()
    }
}

impl Body {
    /// Whether a field changes.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.action(name).is_some()
    }

    /// What this has, and an earlier one has not or has otherwise; and the entries that only the
    /// earlier one has.
    pub(crate) fn since(&self, before: &Self) -> (Self, Vec<NotRemovable>) {
        let mut changed = self.without_changes();
        for (name, action) in self.changes() {
            match (action, before.action(name)) {
                (now, Some(earlier)) if now == earlier => {}
                (Action::Add(now), earlier) => {
                    let earlier = earlier.map_or(&[][..], Action::entries);
                    let new = missing_in(earlier, now);
                    if !new.is_empty() {
                        changed.put(name.clone(), Action::Add(new));
                    }
                }
                (now, _) => changed.put(name.clone(), now.clone()),
            }
        }
        let dropped = before.changes().flat_map(|(name, action)| {
            let now = self.action(name).map_or(&[][..], Action::entries);
            let gone = missing_in(now, action.entries()).into_iter();
            gone.map(|entry| NotRemovable::new(name.clone(), entry))
        });
        let dropped = dropped.collect();
        (changed, dropped)
    }
}

/// The entries of `wanted` that `there` has not, each as often as it is missing.
fn missing_in(there: &[Entry], wanted: &[Entry]) -> Vec<Entry> {
    let mut there: Vec<&Entry> = there.iter().collect();
    let mut missing = wanted.to_vec();
    missing.retain(|entry| match there.iter().position(|it| *it == entry) {
        Some(place) => {
            there.swap_remove(place);
            false
        }
        None => true,
    });
    missing
}
