//! What a record does not show of a patch yet.
//!
//! A patch is compared with a record for two purposes, which differ for a field that the record does
//! not contain. *What has to be sent?* Everything that the record does not show, including a field that
//! is absent, since it may have any value. *Is the patch done?* Only if the record shows everything; a
//! field that is absent shows nothing.

use std::collections::{HashMap, HashSet};

use crate::{
    Ensured, Error, ErrorKind, MultifieldEntry, Multifields, Phone, RawAnswer, Result, WireValue,
    patch::body::{Added, Body, FieldChange},
    record::mismatch::of_value,
    value::{
        equality::{self, ComparedAs},
        multifield::{self, EntryKey, UnclearMultifields, kind_of},
    },
};

#[derive(Default)]
pub(super) struct Missing {
    /// What has to be sent. Empty if the record shows everything.
    pub(super) body: Body,
    /// The phones and emails that have to be added.
    pub(super) wanted: Vec<MultifieldEntry>,
    /// Those that are present, as the record shows them.
    pub(super) present: Vec<MultifieldEntry>,
}

impl Missing {
    /// Fails with [`ErrorKind::MultifieldsUnknown`] if the patch adds phones or emails, and the record
    /// does not show which ones it has.
    pub(super) fn of(patch: &Body, record: &RawAnswer) -> Result<Self> {
        let shown = record.look_up(patch.changes().map(|(name, _)| &**name));
        let there = if patch
            .changes()
            .any(|(_, change)| matches!(change, FieldChange::Add(_)))
        {
            if record.id().is_none() {
                return Err(unknown(UnclearMultifields::Record));
            }
            shown.multifields().map_err(unknown)?
        } else {
            Multifields::default()
        };
        let mut sorted = Sorted::new(&there);
        let mut body = patch.without_changes();
        for (name, change) in patch.changes() {
            match change {
                FieldChange::Add(added) => {
                    let new = sorted.sort(kind_of(name), added).map_err(unknown)?;
                    if !new.is_empty() {
                        body.take(name, &FieldChange::Add(new));
                    }
                }
                FieldChange::Set(..) if multifield::is_name(name) => {
                    return Err(cannot_be_compared(name));
                }
                FieldChange::Set(sent, compared) => {
                    if !is_set(sent, compared, shown.field(name)) {
                        body.take(name, &change);
                    }
                }
                FieldChange::Clear(sent, compared) => {
                    if of_value(sent, compared, shown.field(name)).is_some() {
                        body.take(name, &change);
                    }
                }
            }
        }
        Ok(Self {
            body,
            wanted: sorted.wanted,
            present: sorted.present,
        })
    }

    /// Returns the first phone of the record that is similar to one of those that have to be added, in words.
    pub(super) fn similar_phone(&self, record: &RawAnswer) -> Option<String> {
        let phones = phones_of(record);
        let mut wanted = self.wanted.iter();
        wanted.find_map(|wanted| similar_to(wanted, &phones, |_| true))
    }

    /// Returns the first new phone of the record that is similar to a missing one, in words, if nothing is
    /// missing but phones that each have a similar new one. `new` are the entries that were not there before.
    pub(super) fn stored_otherwise(&self, record: &RawAnswer, new: &[EntryKey]) -> Option<String> {
        let adds_only = |(_, change)| matches!(change, FieldChange::Add(_));
        if !self.body.changes().all(adds_only) {
            return None;
        }
        let phones = phones_of(record);
        let wanted = self.wanted.iter();
        let similar = wanted.map(|wanted| similar_to(wanted, &phones, |key| new.contains(key)));
        let similar: Option<Vec<String>> = similar.collect();
        similar?.into_iter().next()
    }

    pub(super) fn kinds(&self) -> Vec<&str> {
        let mut kinds = Vec::new();
        for kind in self.wanted.iter().map(MultifieldEntry::kind) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// Returns the result once nothing is missing, so that everything wanted was added.
    pub(super) fn ensured(&mut self, record: RawAnswer, was_sent: bool) -> Ensured {
        // An answer may show the values only by aliases; then they are returned as they were sent.
        let there = record.multifields().unwrap_or_default();
        // New entries come after those that were present.
        let entries = there.entries().iter();
        let last_by_key: HashMap<EntryKey, &MultifieldEntry> =
            entries.map(|entry| (entry.key(), entry)).collect();
        let as_shown = |wanted: MultifieldEntry| {
            let shown = last_by_key.get(&wanted.key()).copied();
            shown.cloned().unwrap_or(wanted)
        };
        let wanted = std::mem::take(&mut self.wanted).into_iter();
        let added = wanted.map(as_shown).collect();
        Ensured::new(added, std::mem::take(&mut self.present), record, was_sent)
    }
}

fn phones_of(record: &RawAnswer) -> Vec<EntryKey> {
    let there = record.multifields().unwrap_or_default();
    let phones = there.of_kind(Phone::KIND);
    phones.map(MultifieldEntry::key).collect()
}

/// Returns the first of the phones that is similar to a value and counts, in words.
fn similar_to(
    value: &MultifieldEntry,
    phones: &[EntryKey],
    counts: impl Fn(&EntryKey) -> bool,
) -> Option<String> {
    let value = value.key();
    let mut all = phones.iter().enumerate();
    let (index, phone) = all.find(|(_, phone)| phone.is_similar(&value) && counts(phone))?;
    Some(format!(
        "phone {} of {} of the record (ends in {})",
        index + 1,
        phones.len(),
        phone.last_digits()
    ))
}

struct Sorted<'a> {
    there: &'a Multifields,
    by_key: HashMap<EntryKey, &'a MultifieldEntry>,
    wanted_keys: HashSet<EntryKey>,
    wanted: Vec<MultifieldEntry>,
    present: Vec<MultifieldEntry>,
}

impl<'a> Sorted<'a> {
    fn new(there: &'a Multifields) -> Self {
        let mut by_key = HashMap::new();
        for entry in there.entries() {
            by_key.entry(entry.key()).or_insert(entry);
        }
        Self {
            there,
            by_key,
            wanted_keys: HashSet::new(),
            wanted: Vec::new(),
            present: Vec::new(),
        }
    }

    /// Returns the values that are not present, without duplicates, and notes all.
    fn sort<'v>(
        &mut self,
        kind: &str,
        added: Vec<Added<'v>>,
    ) -> Result<Vec<Added<'v>>, UnclearMultifields> {
        if !self.there.are_all_of(kind) {
            return Err(UnclearMultifields::NotShown);
        }
        let mut new = Vec::new();
        for added in added {
            let value = added.text();
            let key = EntryKey::of(kind, &value);
            if let Some(entry) = self.by_key.get(&key) {
                self.present.push((*entry).clone());
            } else if self.wanted_keys.insert(key) {
                let entry = MultifieldEntry::new(kind, added.value_type, value);
                self.wanted.push(entry);
                new.push(added);
            }
        }
        Ok(new)
    }
}

/// Returns whether a record shows everything in a patch: every value, and every added phone and email,
/// whatever its type. An absent field is not shown. For an uploaded file the record only has to show
/// that there is one.
pub(super) fn shows_all(patch: &Body, record: &RawAnswer) -> bool {
    let shown = record.look_up(patch.changes().map(|(name, _)| &**name));
    let multifields = shown.multifields();
    // Multifields that are not understood show nothing.
    let keys = multifields.map_or_else(|_| HashSet::new(), |it| it.keys());
    patch.changes().all(|(name, change)| match change {
        FieldChange::Set(sent, compared) | FieldChange::Clear(sent, compared) => {
            of_value(sent, compared, shown.field(name)).is_none()
        }
        FieldChange::Add(added) => {
            let kind = kind_of(name);
            let mut values = added.iter().map(Added::text);
            values.all(|value| keys.contains(&EntryKey::of(kind, &value)))
        }
    })
}

/// Returns whether a record has the value that is sent. That a file is present does not show that it is the one
/// to upload.
fn is_set(sent: &str, compared: ComparedAs, shown: Option<WireValue<'_>>) -> bool {
    of_value(sent, compared, shown).is_none()
        && (!equality::uploads(compared, sent)
            || shown.is_some_and(|shown| equality::same(compared, sent, shown.as_str())))
}

/// The error for a multifield that was set unchecked. The API adds its values whatever their form, so
/// each `ensure` would add them again.
fn cannot_be_compared(name: &str) -> Error {
    let problem = format!(
        "an unchecked value of `{name}` cannot be compared with what the record has, so nothing was sent: add it through a field of the struct, such as `phone: Vec<Phone>`"
    );
    Error::not_sent(ErrorKind::InvalidPatch, problem)
}

fn unknown(unclear: UnclearMultifields) -> Error {
    let problem = format!(
        "{}, so it is not known which phones and emails are missing, and nothing was sent: look at the record with `Client::get_raw`",
        unclear.problem()
    );
    Error::not_sent(ErrorKind::MultifieldsUnknown, problem)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Contacts, Outcome};

    /// A record with these fields and an id.
    fn record(json: &Value) -> RawAnswer {
        let mut record = json.clone();
        if let Some(fields) = record.as_object_mut() {
            fields.insert("id".to_owned(), json!(71));
        }
        RawAnswer::from_json::<Contacts>(record.to_string()).unwrap()
    }

    fn sets(name: &'static str, value: &Value) -> Body {
        let mut body = Body::default();
        let json = value.to_string();
        body.take(&name.into(), &FieldChange::Set(&json, ComparedAs::Form));
        body
    }

    fn clears(name: &'static str) -> Body {
        let mut body = Body::default();
        body.clear(name, "0", ComparedAs::Form);
        body
    }

    fn adds(phones: &[&str]) -> Body {
        let mut body = Body::default();
        for phone in phones {
            body.add("phone", &|to| to.entry(phone, "WORK"));
        }
        body
    }

    fn phones(values: &[&str]) -> Value {
        let entries = values.iter().zip(1..).map(|(value, id)| {
            json!({ "id": id, "typeId": "PHONE", "valueType": "FAX", "value": value })
        });
        entries.collect()
    }

    #[test]
    fn what_the_record_shows_is_not_sent_and_is_done() {
        for (patch, shown) in [
            (
                sets("post", &json!("Director")),
                json!({ "post": "Director" }),
            ),
            (sets("opened", &json!(true)), json!({ "opened": "Y" })),
            (
                sets("companyIds", &json!([13, 15])),
                json!({ "companyIds": ["15", "13"] }),
            ),
            (clears("companyId"), json!({ "companyId": null })),
            (clears("companyId"), json!({ "companyId": "" })),
            (adds(&["+7 916 1"]), json!({ "fm": phones(&["79161"]) })),
            (
                adds(&["+7 916 1"]),
                json!({ "fm": { "1": phones(&["79161"])[0] } }),
            ),
        ] {
            let shown = record(&shown);
            assert!(
                Missing::of(&patch, &shown).unwrap().body.is_empty(),
                "{patch:?}"
            );
            assert!(shows_all(&patch, &shown), "{patch:?}");
        }
    }

    #[test]
    fn what_the_record_shows_otherwise_is_sent_and_is_not_done() {
        for (patch, shown) in [
            (sets("post", &json!("Director")), json!({ "post": "Clerk" })),
            (sets("post", &json!("Director")), json!({ "post": null })),
            (clears("companyId"), json!({ "companyId": 15 })),
            (
                adds(&["1-800-FLOWERS"]),
                json!({ "fm": phones(&["1-800-TAXICAB"]) }),
            ),
            (adds(&["+7 916 1"]), json!({ "fm": [] })),
        ] {
            let shown = record(&shown);
            let missing = Missing::of(&patch, &shown).unwrap();
            assert_eq!(missing.body.to_json(), patch.to_json());
            assert!(!shows_all(&patch, &shown), "{patch:?}");
        }
    }

    #[test]
    fn a_field_that_the_record_does_not_contain_is_sent_and_is_not_done() {
        for patch in [
            sets("post", &json!("Director")),
            sets("opened", &json!(false)),
            clears("companyId"),
        ] {
            let shown = record(&json!({ "id": 71, "name": "Ivan" }));
            let missing = Missing::of(&patch, &shown).unwrap();
            assert_eq!(missing.body.to_json(), patch.to_json());
            assert!(!shows_all(&patch, &shown), "{patch:?}");
        }
    }

    #[test]
    fn an_upload_is_sent_whatever_file_is_there_and_is_done_once_there_is_one() {
        let patch = sets("photo", &json!(["a.txt", "aGk="]));
        let shown = record(&json!({ "photo": { "id": 5, "url": "" } }));
        assert!(!Missing::of(&patch, &shown).unwrap().body.is_empty());
        assert!(shows_all(&patch, &shown));
        assert!(!shows_all(&patch, &record(&json!({ "photo": null }))));
        let kept = sets("photo", &json!({ "id": 5 }));
        assert!(Missing::of(&kept, &shown).unwrap().body.is_empty());
    }

    #[test]
    fn only_the_values_that_are_not_there_are_sent_each_once() {
        let patch = adds(&["+7 916 1", "+7 916 2", "+7 (916) 2", "+7 916 3"]);
        let shown = record(&json!({ "fm": phones(&["79161", "+7-916-1"]) }));
        let missing = Missing::of(&patch, &shown).unwrap();
        assert_eq!(
            missing.body.to_json(),
            r#"{"phone":["+7 916 2","+7 916 3"]}"#
        );
        let ids = |entries: &[MultifieldEntry]| -> Vec<_> {
            entries.iter().map(MultifieldEntry::id).collect()
        };
        assert_eq!(ids(&missing.present), [Some(1)]);
        assert_eq!(ids(&missing.wanted), [None, None]);
        assert_eq!(missing.kinds(), ["PHONE"]);
    }

    #[test]
    fn additions_are_not_decided_about_by_a_record_that_does_not_show_all_entries() {
        let patch = adds(&["+7 916 1"]);
        for shown in [
            json!({}),
            json!({ "name": "Ivan" }),
            json!({ "phone": "+7 916 2" }),
            // An empty alias need not show all entries, and an empty flag says nothing.
            json!({ "phone": null }),
            json!({ "phone": "", "phoneWork": "" }),
            json!({ "phone": [] }),
            json!({ "hasPhone": null }),
            json!({ "hasPhone": "" }),
            json!({ "fm": null, "phone": "", "hasPhone": null }),
            json!({ "hasPhone": true }),
            json!({ "hasPhone": false, "email": "a@b.ru" }),
            json!({ "fm": [], "hasPhone": true }),
            json!({ "fm": ["+7 916 1"] }),
            json!({ "fm": [{ "TYPE_ID": "PHONE", "VALUE": "+7 916 1" }] }),
            json!({ "phone": null, "phoneFax": "+7 916 1" }),
            json!([]),
        ] {
            let Err(error) = Missing::of(&patch, &record(&shown)) else {
                panic!("{shown}");
            };
            assert_eq!(error.kind(), ErrorKind::MultifieldsUnknown, "{shown}");
            assert_eq!(error.outcome(), Outcome::NotApplied);
            assert!(!format!("{error} {error:?}").contains("916"), "{error}");
            assert!(!shows_all(&patch, &record(&shown)), "{shown}");
        }
        // What adds nothing needs no list.
        let shown = record(&json!({ "fm": "?", "post": "Clerk" }));
        assert!(Missing::of(&sets("post", &json!("a")), &shown).is_ok());
        // An alias shows a value all the same.
        let shown = record(&json!({ "phone": "+7 (916) 1" }));
        assert!(shows_all(&patch, &shown));
    }

    #[test]
    fn half_an_emoji_or_a_doubled_key_does_not_make_a_record_empty() {
        const FM: &str = r#""fm":[{"typeId":"PHONE","valueType":"WORK","value":"79161"}]"#;
        for shown in [
            format!(r#"{{"\ud83d":1,{FM}}}"#),
            format!(r#"{{{FM},"fm":[]}}"#),
            format!(r#"{{"fm":[],{FM}}}"#),
            // Of which record they are is not known.
            format!(r#"{{"id":71,{FM},"id":72}}"#),
            FM.replace(r#""79161""#, r#""79162","value":"79161""#)
                .replace(r#""fm""#, r#"{"fm""#)
                + "}",
        ] {
            let shown = RawAnswer::from_json::<Contacts>(shown).unwrap();
            assert!(Missing::of(&adds(&["+7 916 1"]), &shown).is_err());
            assert!(!shows_all(&adds(&["+7 916 1"]), &shown));
        }
        let shown = RawAnswer::from_json::<Contacts>(r#"{"\ud83d":1}"#).unwrap();
        assert!(!shows_all(&clears("companyId"), &shown));
    }

    #[test]
    fn phones_are_not_decided_about_by_something_without_an_id() {
        let mut patch = Body::default();
        let value = r#""+79161""#;
        patch.take(
            &"phone".into(),
            &FieldChange::Add(vec![Added {
                value,
                value_type: "WORK",
            }]),
        );
        let odd = RawAnswer::from_json::<Contacts>(r#"{"fm":[]}"#.to_owned()).unwrap();
        let error = Missing::of(&patch, &odd).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::MultifieldsUnknown);
    }

    #[test]
    fn an_unchecked_phone_is_not_compared_and_not_sent() {
        for name in ["phone", "PHONE", "emailWork", "fm"] {
            let patch = sets(name, &json!(["+79161"]));
            let error = Missing::of(&patch, &record(&json!({ "id": 71, "fm": [] })))
                .err()
                .unwrap();
            assert_eq!(error.kind(), ErrorKind::InvalidPatch, "{name}");
            assert_eq!(error.outcome(), Outcome::NotApplied, "{name}");
        }
    }

    #[test]
    fn a_phone_under_an_unknown_name_counts_if_none_is_listed() {
        let mut patch = Body::default();
        patch.take(
            &"phone".into(),
            &FieldChange::Add(vec![Added {
                value: r#""+79161""#,
                value_type: "WORK",
            }]),
        );
        let fax = json!({ "id": 71, "fm": [], "phoneFax": "+79161" });
        assert!(Missing::of(&patch, &record(&fax)).is_err());
        let listed = json!({ "typeId": "PHONE", "valueType": "FAX", "value": "+79161" });
        let fax = json!({ "id": 71, "fm": [listed], "phoneFax": "+79161" });
        assert!(Missing::of(&patch, &record(&fax)).unwrap().body.is_empty());
    }
}
