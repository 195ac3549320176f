//! What has changed between two records, as a patch.

use std::{borrow::Cow, fmt};

use crate::body::{Act, Added, Body};

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
    value: String,
    type_id: &'static str,
}

impl NotRemovable {
    fn new(field: Cow<'static, str>, gone: Added<'_>) -> Self {
        Self {
            field,
            value: serde_json::from_str(gone.value).unwrap_or_default(),
            type_id: gone.type_id,
        }
    }

    /// The wire name: `phone` or `email`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The type, such as `WORK`.
    #[must_use]
    pub fn type_id(&self) -> &'static str {
        self.type_id
    }
}

impl fmt::Debug for NotRemovable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotRemovable")
            .field("field", &self.field)
            .field("type_id", &self.type_id)
            .finish_non_exhaustive()
    }
}

impl Body {
    /// What this has, and an earlier one has not or has otherwise; and the values that only the
    /// earlier one adds.
    pub(crate) fn since(&self, before: &Self) -> (Self, Vec<NotRemovable>) {
        let mut changed = self.without_changes();
        for (name, now) in self.acts() {
            match (now, before.act_of(name)) {
                (now, Some(earlier)) if now == earlier => {}
                (Act::Add(now), earlier) => {
                    let new = missing_in(&added(earlier), &now);
                    changed.take(name, &Act::Add(new));
                }
                (now, _) => changed.take(name, &now),
            }
        }
        let gone = before.acts().flat_map(|(name, earlier)| {
            let gone = missing_in(&added(self.act_of(name)), &added(Some(earlier)));
            gone.into_iter()
                .map(|gone| NotRemovable::new(name.clone(), gone))
        });
        let gone = gone.collect();
        (changed, gone)
    }
}

fn added(act: Option<Act<'_>>) -> Vec<Added<'_>> {
    match act {
        Some(Act::Add(added)) => added,
        _ => Vec::new(),
    }
}

/// The values of `wanted` that are not among those which are there.
fn missing_in<'a>(there: &[Added<'_>], wanted: &[Added<'a>]) -> Vec<Added<'a>> {
    let missing = wanted.iter().filter(|wanted| !there.contains(wanted));
    missing.copied().collect()
}
