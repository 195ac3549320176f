//! The changes between two records, as a patch.

use std::{borrow::Cow, collections::HashSet, fmt};

use crate::{
    patch::body::{Added, Body, FieldChange},
    value::{
        equality,
        id::PatchOf,
        multifield::{EntryKey, kind_of},
    },
};

/// The changes from one record to another. Created by `before.diff(&after)`.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let before: Customer = client.get(71).await?;
/// let mut after = before.clone();
/// after.company = None;
/// after.phone = vec!["+79169876543".into()];
///
/// let diff = before.diff(&after);
/// assert_eq!(serde_json::to_string(&diff.patch).unwrap(), r#"{"phone":"+79169876543","companyId":0}"#);
/// // The old phone stays until somebody removes it in Bitrix24.
/// assert_eq!(diff.not_removable[0].value(), "+74950000071");
/// # Ok(()) }) }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Diff<P> {
    /// The changes that can be sent to the API: only the changed fields.
    pub patch: P,
    /// Phones and emails that are missing in `after`. The API cannot remove them; that is done in
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

/// So that passing a diff instead of its patch causes one error, without a second one about the id.
impl<P: PatchOf<E>, E> PatchOf<E> for Diff<P> {}

/// A phone or an email that a diff would remove, but the API cannot. `Debug` hides the value.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let before: Customer = client.get(71).await?;
/// let after = Customer { phone: Vec::new(), ..before.clone() };
/// let gone = &before.diff(&after).not_removable[0];
/// assert_eq!((gone.field(), gone.type_id(), gone.value()), ("phone", "WORK", "+74950000071"));
/// assert!(!format!("{gone:?}").contains("7495"));
/// # Ok(()) }) }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct NotRemovable {
    field: Cow<'static, str>,
    value: String,
    value_type: &'static str,
}

impl NotRemovable {
    fn new(field: Cow<'static, str>, gone: Added<'_>) -> Self {
        Self {
            field,
            value: gone.text(),
            value_type: gone.value_type,
        }
    }

    /// Returns the wire name: `phone` or `email`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns the value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns the type, such as `WORK`.
    #[must_use]
    pub fn type_id(&self) -> &'static str {
        self.value_type
    }
}

impl fmt::Debug for NotRemovable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotRemovable")
            .field("field", &self.field)
            .field("type_id", &self.value_type)
            .finish_non_exhaustive()
    }
}

impl Body {
    /// Returns the changes that `before` does not contain or that have another value there, and the
    /// values that only `before` adds.
    pub(crate) fn since(&self, before: &Self) -> (Self, Vec<NotRemovable>) {
        let mut changed = self.without_changes();
        for (name, now) in self.changes() {
            match (now, before.change_of(name)) {
                (FieldChange::Add(now), earlier) => {
                    let new = missing_in(name, &added(earlier), &now);
                    changed.take(name, &FieldChange::Add(new));
                }
                (now, Some(earlier)) if is_same(&now, &earlier) => {}
                (now, _) => changed.take(name, &now),
            }
        }
        let mut gone = Vec::new();
        for (name, earlier) in before.changes() {
            if let FieldChange::Add(earlier) = earlier {
                let missing = missing_in(name, &added(self.change_of(name)), &earlier);
                let missing = missing.into_iter();
                gone.extend(missing.map(|gone| NotRemovable::new(name.clone(), gone)));
            }
        }
        (changed, gone)
    }
}

fn added(change: Option<FieldChange<'_>>) -> Vec<Added<'_>> {
    match change {
        Some(FieldChange::Add(added)) => added,
        _ => Vec::new(),
    }
}

fn is_same(now: &FieldChange<'_>, earlier: &FieldChange<'_>) -> bool {
    match (now, earlier) {
        (
            FieldChange::Set(now, compared) | FieldChange::Clear(now, compared),
            FieldChange::Set(earlier, _) | FieldChange::Clear(earlier, _),
        ) => equality::same(*compared, now, earlier),
        (FieldChange::Add(_), _) | (_, FieldChange::Add(_)) => false,
    }
}

/// Returns the values of `wanted` that `there` does not contain with the same type.
fn missing_in<'a>(field: &str, there: &[Added<'_>], wanted: &[Added<'a>]) -> Vec<Added<'a>> {
    let kind = kind_of(field);
    let key = |added: &Added<'_>| (EntryKey::of(kind, &added.text()), added.value_type);
    let there: HashSet<_> = there.iter().map(key).collect();
    let missing = wanted.iter().filter(|wanted| !there.contains(&key(wanted)));
    missing.copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::equality::ComparedAs;

    fn body(sets: &[(&'static str, &str)], phones: &[(&str, &'static str)]) -> Body {
        let mut body = Body::default();
        for (name, json) in sets {
            body.take(&(*name).into(), &FieldChange::Set(json, ComparedAs::Form));
        }
        for (value, value_type) in phones {
            body.add("phone", &|to| to.entry(value, value_type));
        }
        body
    }

    #[test]
    fn a_phone_that_is_written_otherwise_is_neither_added_nor_gone() {
        let before = body(&[], &[("+7 (916) 1", "WORK"), ("1-800-FLOWERS", "WORK")]);
        let after = body(
            &[],
            &[
                ("1-800-TAXICAB", "WORK"),
                ("79161", "WORK"),
                ("79161", "HOME"),
            ],
        );
        let (changed, gone) = after.since(&before);
        let added = r#"{"phone":[{"value":"1-800-TAXICAB","typeId":"WORK"},{"value":"79161","typeId":"HOME"}]}"#;
        assert_eq!(changed.to_json(), added);
        let gone: Vec<_> = gone.iter().map(NotRemovable::value).collect();
        assert_eq!(gone, ["1-800-FLOWERS"]);
    }

    #[test]
    fn a_value_that_is_written_otherwise_has_not_changed() {
        for (before, after, changes) in [
            ("300|RUB", "300.00|RUB", false),
            (
                "2026-04-15T12:00:00+03:00",
                "2026-04-15T09:00:00.000Z",
                false,
            ),
            ("300|RUB", "300|USD", true),
            ("1.1", "1.10", true),
            ("Clerk", "", true),
        ] {
            let [earlier, now] = [before, after].map(|text| format!("\"{text}\""));
            let (changed, _) = body(&[("x", &now)], &[]).since(&body(&[("x", &earlier)], &[]));
            assert_eq!(!changed.is_empty(), changes, "{before} {after}");
        }
        // A new file is not the same as the one that was read.
        let (changed, _) =
            body(&[("x", r#"["a.txt","aGk="]"#)], &[]).since(&body(&[("x", r#"{"id":5}"#)], &[]));
        assert!(!changed.is_empty());
    }
}
