//! Adds values to a multifield.

use super::{Action, Change, Name, is_same};

pub(crate) struct Adder<'a> {
    changes: &'a mut Vec<Change>,
    name: &'static str,
    may_have_some: bool,
    is_used: bool,
}

impl<'a> Adder<'a> {
    pub(super) fn new(
        changes: &'a mut Vec<Change>,
        name: &'static str,
        may_have_some: bool,
    ) -> Self {
        Self {
            changes,
            name,
            may_have_some,
            is_used: false,
        }
    }

    pub(crate) fn is_used(&self) -> bool {
        self.is_used
    }

    /// Adds the value that begins at this position of the JSON text.
    pub(crate) fn take(&mut self, json: &str, begin: usize, type_id: &'static str) {
        self.is_used = true;
        let mut index = self.changes.len();
        if self.may_have_some {
            if self.has(json, begin, type_id) {
                return;
            }
            let mut indices = self.changes.iter();
            let last = indices.rposition(|change| is_same(&change.name, self.name));
            index = last.map_or(index, |last| last + 1);
        }
        self.may_have_some = true;
        let new = Change {
            name: Name::Borrowed(self.name),
            action: Action::Add(type_id),
            begin,
            value: begin..json.len(),
        };
        self.changes.insert(index, new);
    }

    /// Whether the value was already added. Two fields of a struct may contain the same value, such
    /// as all emails and the one of a type; if it were sent twice, it would be there twice.
    fn has(&self, json: &str, begin: usize, type_id: &str) -> bool {
        let new = json.get(begin..);
        self.changes.iter().any(|change| {
            matches!(change.action, Action::Add(of) if of == type_id)
                && is_same(&change.name, self.name)
                && json.get(change.value.clone()) == new
        })
    }
}
