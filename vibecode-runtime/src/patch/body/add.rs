//! Adds values to a multifield.

use super::{Action, Body, Change, Name, is_same, text_of};
use crate::value::{
    encode::Entry,
    multifield::{EntryKey, kind_of},
};

impl Body {
    /// Adds a value after the others of its field, unless it was already added. `may_have_some` is
    /// whether the field may have others.
    pub(super) fn push_entry(&mut self, name: &'static str, entry: Entry, may_have_some: bool) {
        let mut index = self.changes.len();
        if may_have_some {
            if self.has(name, &entry) {
                return;
            }
            let mut changes = self.changes.iter();
            let last = changes.rposition(|change| is_same(&change.name, name));
            index = last.map_or(index, |last| last + 1);
        }
        let new = Change {
            name: Name::Borrowed(name),
            action: Action::Add(entry.value_type),
            begin: entry.value.start,
            value: entry.value,
        };
        self.changes.insert(index, new);
    }

    /// Whether the value was already added with the same type, perhaps written in another way. Two fields of a
    /// struct may contain the same value, such as all emails and the one of a type; if it were sent twice, it
    /// would be there twice.
    fn has(&self, name: &str, entry: &Entry) -> bool {
        let of_its_type = |change: &&Change| {
            matches!(change.action, Action::Add(of) if of == entry.value_type)
                && is_same(&change.name, name)
        };
        let mut others = self.changes.iter().filter(of_its_type).peekable();
        // A key takes several allocations, and most patches add one value of a type.
        if others.peek().is_none() {
            return false;
        }
        let kind = kind_of(name);
        let key = |json| EntryKey::of(kind, &text_of(json));
        let new = key(self.text(entry.value.clone()));
        others.any(|change| key(self.value(change)) == new)
    }
}
