//! Compares what was sent with what the answer shows.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use crate::{
    MultifieldEntry, Multifields, PatchJob, RawAnswer, WireValue,
    patch::body::{Added, Body, FieldChange},
    value::{
        equality::{self, ComparedAs},
        multifield::{EntryKey, kind_of},
    },
};

/// A field of a patch that the answer does not show as it was sent. From
/// [`Updated::mismatches`](crate::Updated::mismatches).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// // The portal does not have this field and silently drops it.
/// let patch = Customer::patch().set_unchecked("ufCrmColour", "red");
/// let mismatches = client.update(71, &patch).await?.mismatches(&patch);
/// assert_eq!(mismatches[0].field(), "ufCrmColour");
/// assert_eq!(mismatches[0].kind(), MismatchKind::NotShown);
/// # Ok(()) }) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    field: String,
    kind: MismatchKind,
}

/// How the answer differs from the value that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MismatchKind {
    /// The answer shows another value.
    Different,
    /// The answer does not contain the field. The value may have been accepted: the documented
    /// answer to an update does not contain every field.
    NotShown,
}

impl Mismatch {
    /// Returns the wire name of the field.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns whether the answer shows another value, or none.
    #[must_use]
    pub fn kind(&self) -> MismatchKind {
        self.kind
    }
}

/// A phone or an email of a patch that the answer shows more than once. From
/// [`Updated::duplicates`](crate::Updated::duplicates). `Debug` hides the value.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let patch = Customer::patch().add_phone("+79169876543");
/// client.update(73, &patch).await?;
/// let duplicates = client.update(73, &patch).await?.duplicates(&patch);
/// for duplicate in &duplicates {
///     println!("please remove one of the entries {:?} by hand", duplicate.ids());
/// }
/// assert_eq!((duplicates[0].kind(), duplicates[0].value()), ("PHONE", "+79169876543"));
/// # Ok(()) }) }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Duplicate {
    kind: &'static str,
    value: String,
    entries: Vec<MultifieldEntry>,
}

impl Duplicate {
    /// Returns the kind: `PHONE` or `EMAIL`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.kind
    }

    /// Returns the value as it is in the patch.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns the entries of the record that have this value, as the answer shows them.
    #[must_use]
    pub fn entries(&self) -> &[MultifieldEntry] {
        &self.entries
    }

    /// Returns the ids of these entries; an entry that the answer shows without an id is left out.
    #[must_use]
    pub fn ids(&self) -> Vec<u64> {
        let ids = self.entries.iter().filter_map(MultifieldEntry::id);
        ids.collect()
    }
}

impl fmt::Debug for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Duplicate")
            .field("kind", &self.kind)
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}

impl PatchJob {
    /// Returns the fields of the job that a record does not show as they were sent, as
    /// [`Updated::mismatches`](crate::Updated::mismatches) does for a patch. The record is from an answer or from
    /// a later read.
    #[must_use]
    pub fn mismatches(&self, record: &RawAnswer) -> Vec<Mismatch> {
        self.body().mismatches(record)
    }

    /// Returns the phones and emails of the job that a record has more than once, as
    /// [`Updated::duplicates`](crate::Updated::duplicates) does for a patch.
    #[must_use]
    pub fn duplicates(&self, record: &RawAnswer) -> Vec<Duplicate> {
        self.body().duplicates(record)
    }
}

impl Body {
    /// Returns the fields that a record does not show as sent. Phones and emails need the same type.
    pub(crate) fn mismatches(&self, record: &RawAnswer) -> Vec<Mismatch> {
        let shown = record.look_up(self.changes().map(|(name, _)| &**name));
        let multifields = shown.multifields().ok();
        let mismatch = |name: &str, change: FieldChange<'_>| match change {
            FieldChange::Set(sent, compared) | FieldChange::Clear(sent, compared) => {
                of_value(sent, compared, shown.field(name))
            }
            FieldChange::Add(added) => of_additions(name, &added, multifields.as_ref()),
        };
        self.changes()
            .filter_map(|(name, change)| {
                Some(Mismatch {
                    field: name.to_string(),
                    kind: mismatch(name, change)?,
                })
            })
            .collect()
    }

    pub(crate) fn duplicates(&self, record: &RawAnswer) -> Vec<Duplicate> {
        let Some(multifields) = record.look_up([]).listed_multifields() else {
            return Vec::new();
        };
        let mut by_key: HashMap<EntryKey, Vec<&MultifieldEntry>> = HashMap::new();
        for entry in multifields.entries() {
            by_key.entry(entry.key()).or_default().push(entry);
        }
        let mut duplicates = Vec::new();
        for (name, change) in self.changes() {
            let FieldChange::Add(added) = change else {
                continue;
            };
            let kind = kind_of(name);
            for value in added.iter().map(Added::text) {
                // Removed, so that a value that is in the patch twice is reported once.
                let entries = by_key.remove(&EntryKey::of(kind, &value));
                let entries = entries.unwrap_or_default();
                if entries.len() > 1 {
                    duplicates.push(Duplicate {
                        kind,
                        value,
                        entries: entries.into_iter().cloned().collect(),
                    });
                }
            }
        }
        duplicates
    }
}

/// Returns how an answer differs from a field that was set or cleared, if it does.
pub(crate) fn of_value(
    sent: &str,
    compared: ComparedAs,
    shown: Option<WireValue<'_>>,
) -> Option<MismatchKind> {
    match shown {
        None => Some(MismatchKind::NotShown),
        Some(shown) if equality::shows(compared, sent, shown.as_str()) => None,
        Some(_) => Some(MismatchKind::Different),
    }
}

/// Returns how an answer differs from the values that were added, with their types. Only a list of
/// all entries can show that a value is missing.
fn of_additions(
    field: &str,
    added: &[Added<'_>],
    multifields: Option<&Multifields>,
) -> Option<MismatchKind> {
    let Some(multifields) = multifields else {
        return Some(MismatchKind::NotShown);
    };
    let kind = kind_of(field);
    let entries = multifields.of_kind(kind);
    let there: HashSet<_> = entries
        .map(|entry| (entry.key(), entry.value_type()))
        .collect();
    let is_there =
        |added: &Added<'_>| there.contains(&(EntryKey::of(kind, &added.text()), added.value_type));
    if added.iter().all(is_there) {
        return None;
    }
    Some(if multifields.are_all_of(kind) {
        MismatchKind::Different
    } else {
        MismatchKind::NotShown
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Contacts;

    fn record(json: &Value) -> RawAnswer {
        RawAnswer::from_json::<Contacts>(json.to_string()).unwrap()
    }

    fn patch() -> Body {
        let mut body = Body::default();
        body.take(
            &"post".into(),
            &FieldChange::Set("\"Director\"", ComparedAs::Text),
        );
        body.clear("companyId", "0", ComparedAs::Id);
        body.add("phone", &|to| to.entry("+7 916 1", "HOME"));
        body
    }

    fn kinds(record: &Value) -> Vec<(String, MismatchKind)> {
        let mismatches = patch().mismatches(&self::record(record));
        let kinds = mismatches.into_iter().map(|it| (it.field, it.kind));
        kinds.collect()
    }

    fn phone(id: u64, value_type: &str, value: &str) -> Value {
        json!({ "id": id, "typeId": "PHONE", "valueType": value_type, "value": value })
    }

    #[test]
    fn an_absent_field_is_not_shown_and_another_value_is_different() {
        use MismatchKind::{Different, NotShown};
        let of = |post, company, phone| {
            let kinds = [("post", post), ("companyId", company), ("phone", phone)];
            let kinds = kinds.into_iter();
            let kinds = kinds.filter_map(|(name, kind)| Some((name.to_owned(), kind?)));
            kinds.collect::<Vec<_>>()
        };
        let all_absent = of(Some(NotShown), Some(NotShown), Some(NotShown));
        assert_eq!(kinds(&json!({ "id": 71 })), all_absent);
        assert_eq!(kinds(&json!([])), all_absent);
        let others = json!({ "post": null, "companyId": 15, "fm": [phone(1, "HOME", "+7 916 2")] });
        let all_different = of(Some(Different), Some(Different), Some(Different));
        assert_eq!(kinds(&others), all_different);
        let taken =
            json!({ "post": "Director", "companyId": null, "fm": [phone(1, "HOME", "79161")] });
        assert_eq!(kinds(&taken), []);
        let of_phone = |fields: Value| {
            let mut record = json!({ "post": "Director", "companyId": "" });
            for (name, value) in fields.as_object().unwrap() {
                record[name] = value.clone();
            }
            let kinds = kinds(&record);
            kinds.first().map(|(_, kind)| *kind)
        };
        for (fields, expected) in [
            (json!({ "fm": [] }), Some(Different)),
            (json!({ "hasPhone": false }), Some(Different)),
            // With another type.
            (
                json!({ "fm": [phone(1, "WORK", "79161")] }),
                Some(Different),
            ),
            (json!({ "phoneHome": "79161" }), None),
            // An alias need not show all values, and `phone` shows no type.
            (json!({ "phoneHome": "79162" }), Some(NotShown)),
            (json!({ "phone": "79161" }), Some(NotShown)),
            // An unknown form shows no value.
            (json!({ "fm": "79161" }), Some(NotShown)),
            (json!({ "fm": [], "hasPhone": true }), Some(NotShown)),
        ] {
            assert_eq!(of_phone(fields.clone()), expected, "{fields}");
        }
    }

    #[test]
    fn a_value_that_the_answer_shows_twice_is_reported_with_its_entries() {
        let twice = json!({ "fm": [
            phone(1, "HOME", "+79161"), phone(2, "WORK", "+79162"), phone(3, "WORK", "7 (916) 1"),
            phone(4, "WORK", "+79162"),
        ] });
        let mut body = patch();
        body.add("phone", &|to| to.entry("+7-916-1", "WORK"));
        let duplicates = body.duplicates(&record(&twice));
        assert_eq!(duplicates.len(), 1);
        assert_eq!(duplicates[0].ids(), [1, 3]);
        assert_eq!(
            (duplicates[0].kind(), duplicates[0].value()),
            ("PHONE", "+7 916 1")
        );
        assert_eq!(duplicates[0].entries().len(), 2);
        let shown = format!("{duplicates:?}");
        assert!(!shown.contains("916") && shown.contains("PHONE"), "{shown}");
        // Duplicates are reported even if the rest of the record contradicts `fm`.
        let mut unclear = twice;
        unclear["hasPhone"] = json!(false);
        assert_eq!(body.duplicates(&record(&unclear)), duplicates);
        for once in [
            json!({ "fm": [phone(1, "HOME", "+79161")] }),
            json!({ "fm": [phone(1, "HOME", "+79162"), phone(2, "HOME", "+79162")] }),
            json!({ "phoneHome": "+79161", "phoneWork": "+79161" }),
            json!({ "id": 71 }),
        ] {
            assert!(body.duplicates(&record(&once)).is_empty(), "{once}");
        }
    }
}
