//! Reads the phones and emails of a record: from `fm`, and from the aliases and flags beside it.
//!
//! `fm` contains every entry (api.md, grade D), either in a list or in an object, which is how PHP
//! writes a list with gaps. It is read completely or not at all, because an entry that was skipped
//! would be added again. Aliases such as `phoneWork` need not show all entries, and `hasPhone`
//! shows no entry. Both can contradict `fm`, and then it is unknown which entries exist.

use std::{borrow::Cow, collections::HashSet};

use super::{
    EntryKey, MultifieldEntry, Multifields,
    kinds::{KINDS, Multifield, WORK, unknown_alias},
};
use crate::{
    DecodeError, WireValue,
    wire::{
        id,
        json::{self, NotPicked},
        nothing,
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnclearMultifields {
    Record,
    List,
    Alias,
    Contradiction,
    NotShown,
}

impl UnclearMultifields {
    pub(crate) fn problem(self) -> &'static str {
        match self {
            Self::Record => "the record is not an object that can be read",
            Self::List => {
                "`fm` is not a list of phones and emails in which every entry has `typeId`, `valueType` and `value`"
            }
            Self::Alias => {
                "one of `phone`, `email`, their aliases and `hasPhone`, `hasEmail` has an unknown form"
            }
            Self::Contradiction => {
                "`fm`, the list of phones and emails, does not agree with the aliases (`phone`, `phoneWork`, …) or with `hasPhone` and `hasEmail`"
            }
            Self::NotShown => {
                "the record is shown without `fm`, the list of all its phones and emails"
            }
        }
    }
}

impl From<UnclearMultifields> for DecodeError {
    fn from(unclear: UnclearMultifields) -> Self {
        Self::expected(match unclear {
            UnclearMultifields::List => {
                "`fm` to be a list of entries with `typeId`, `valueType` and `value`"
            }
            UnclearMultifields::Alias => "texts in the aliases, such as `phoneWork`",
            UnclearMultifields::Contradiction => {
                "`fm`, the aliases of phones and emails, and `hasPhone` and `hasEmail` to agree"
            }
            UnclearMultifields::Record | UnclearMultifields::NotShown => "a record with `fm`",
        })
    }
}

impl Multifields {
    /// Reads the entries from `fm`, or from the aliases if the record has no `fm`.
    pub(crate) fn read<'a>(
        field: impl Fn(&str) -> Option<WireValue<'a>>,
    ) -> Result<Self, UnclearMultifields> {
        // `null` and `false` are treated as if there were no `fm`.
        let is_list = |fm: &WireValue<'_>| fm.as_str().starts_with(['[', '{']);
        let is_shown = |fm: &WireValue<'_>| is_list(fm) || !nothing::is_nothing(fm.as_str());
        if let Some(fm) = field("fm").filter(is_shown) {
            return Ok(Self {
                entries: entries(fm).ok_or(UnclearMultifields::List)?,
                is_list: true,
                none_of: Vec::new(),
            });
        }
        let entries = from_aliases(&field)?;
        // Only a flag with a value says so: an empty alias need not show all entries, and an empty flag shows nothing.
        let says_none = |of: &&Multifield| {
            let flag = field(of.flag).and_then(|flag| json::boolean(flag.as_str()));
            entries.is_empty() && flag == Some(false)
        };
        let none_of = Multifield::ALL.iter().filter(says_none);
        let none_of = none_of.map(|of| of.kind).collect();
        Ok(Self {
            entries,
            is_list: false,
            none_of,
        })
    }

    /// Same as `read`, but also checks that the record does not contradict itself: the value of
    /// each alias must be an entry, and the flags must match whether there are entries of the kind.
    pub(crate) fn read_consistent<'a>(
        field: impl Fn(&str) -> Option<WireValue<'a>>,
        unknown_aliases: &[UnknownAlias<'_>],
    ) -> Result<Self, UnclearMultifields> {
        let multifields = Self::read(&field)?;
        for of in Multifield::ALL {
            let entries = multifields.of_kind(of.kind);
            let keys: HashSet<EntryKey> = entries.map(MultifieldEntry::key).collect();
            let are_entries = |alias: Option<WireValue<'_>>| -> Result<bool, UnclearMultifields> {
                let values = values_of(alias)?;
                let mut values = values.iter();
                Ok(values.all(|(value, _)| keys.contains(&EntryKey::of(of.kind, value))))
            };
            for alias in of.aliases() {
                if !are_entries(field(alias))? {
                    return Err(UnclearMultifields::Contradiction);
                }
            }
            if flag(field(of.flag))?.is_some_and(|has_some| has_some == keys.is_empty()) {
                return Err(UnclearMultifields::Contradiction);
            }
            let unknown = unknown_aliases
                .iter()
                .filter(|(kind, value)| *kind == of.kind && !nothing::is_nothing(value.as_str()));
            for (_, value) in unknown {
                // Only entries in `fm` make up for a name that is not known.
                if !multifields.is_list || keys.is_empty() {
                    return Err(UnclearMultifields::Alias);
                }
                let is_flag = json::boolean(value.as_str()).is_some();
                if !is_flag && !are_entries(Some(*value))? {
                    return Err(UnclearMultifields::Contradiction);
                }
            }
        }
        Ok(multifields)
    }
}

/// A value under an unknown name of phones or emails, such as `phoneFax` or `PHONE`, with the kind that it
/// seems to belong to.
pub(crate) type UnknownAlias<'a> = (&'static str, WireValue<'a>);

/// Picks values out of a record, as [`json::pick_into`] does, and returns those under unknown names of
/// phones and emails, also if they are among `names`.
pub(crate) fn pick_with_unknown_aliases<'a>(
    record: &'a str,
    names: &[&str],
    values: &mut [Option<&'a str>],
    index: impl Fn(&str) -> Option<usize>,
) -> Result<Vec<UnknownAlias<'a>>, NotPicked> {
    let alias = |name: &str, value| Some((unknown_alias(name)?, WireValue::of_json(value)));
    let mut aliases = Vec::new();
    json::pick_into(record, values, index, |name, value| {
        aliases.extend(alias(name, value));
    })?;
    let picked = names.iter().zip(values);
    aliases.extend(picked.filter_map(|(name, value)| alias(name, (*value)?)));
    Ok(aliases)
}

fn flag(answered: Option<WireValue<'_>>) -> Result<Option<bool>, UnclearMultifields> {
    let Some(answered) = answered.map(WireValue::as_str) else {
        return Ok(None);
    };
    json::flag(answered)
        .map(Some)
        .ok_or(UnclearMultifields::Alias)
}

/// Returns the entries of `fm`, or `None` if any part of it has an unknown form.
fn entries(fm: WireValue<'_>) -> Option<Vec<MultifieldEntry>> {
    let elements = if fm.as_str().starts_with('{') {
        let pairs = json::pairs(fm.as_str())?;
        pairs.into_iter().map(|(_, entry)| entry).collect()
    } else {
        json::elements(fm.as_str())?
    };
    let entries = elements.into_iter().map(WireValue::of_json);
    entries.map(entry).collect()
}

/// Reads an entry of `fm`, or returns `None` if it has an unknown form.
fn entry(answered: WireValue<'_>) -> Option<MultifieldEntry> {
    let [id, kind, value_type, value] = answered.pick(["id", "typeId", "valueType", "value"])?;
    let id = match id.filter(|id| !nothing::is_nothing(id.as_str())) {
        Some(id) => Some(id::of_record(id.as_str())?),
        None => None,
    };
    let kind = string(kind?)?;
    // `phone` in lower case would become a separate kind, and its entries would not count as
    // phones. The same applies to `PHONE_2`.
    let is_capital = |letter: u8| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    if kind.is_empty()
        || !kind
            .bytes()
            .all(|letter| is_capital(letter) || letter == b'_')
        || KINDS
            .iter()
            .any(|known| kind.starts_with(known) && kind != *known)
    {
        return None;
    }
    Some(MultifieldEntry {
        id,
        kind,
        value_type: string(value_type?)?,
        value: value_text(value?)?,
    })
}

/// Returns a value: text, or a number of digits only. Another form of a number, such as `7.9e10`, would
/// be another value, which would be added again.
fn value_text(answered: WireValue<'_>) -> Option<String> {
    let text = answered.text()?;
    let is_readable = answered.string().is_some() || text.bytes().all(|it| it.is_ascii_digit());
    is_readable.then(|| text.into_owned())
}

fn string(answered: WireValue<'_>) -> Option<String> {
    answered.string().map(Cow::into_owned)
}

fn from_aliases<'a>(
    field: impl Fn(&str) -> Option<WireValue<'a>>,
) -> Result<Vec<MultifieldEntry>, UnclearMultifields> {
    let mut entries: Vec<MultifieldEntry> = Vec::new();
    for Multifield {
        field: untyped,
        kind,
        types,
        ..
    } in Multifield::ALL
    {
        let mut known = HashSet::new();
        for (value_type, alias) in *types {
            for (value, _) in values_of(field(alias))? {
                known.insert(EntryKey::of(kind, &value));
                entries.push(MultifieldEntry::new(kind, value_type, value));
            }
        }
        // The untyped alias repeats the value of a typed one, unless it is the only one.
        for (value, value_type) in values_of(field(untyped))? {
            if known.insert(EntryKey::of(kind, &value)) {
                let value_type = value_type.as_deref().unwrap_or(WORK);
                entries.push(MultifieldEntry::new(kind, value_type, value));
            }
        }
    }
    Ok(entries)
}

/// A value, with its type if the alias shows one.
type Typed = (String, Option<String>);

/// Returns the values of an alias: text, an entry in its written form, or a list of these.
fn values_of(alias: Option<WireValue<'_>>) -> Result<Vec<Typed>, UnclearMultifields> {
    let Some(alias) = alias.filter(|alias| !nothing::is_nothing(alias.as_str())) else {
        return Ok(Vec::new());
    };
    let one = |value: WireValue<'_>| -> Option<Typed> {
        if value.as_str().starts_with('{') {
            let [value, value_type] = value.pick(["value", "typeId"])?;
            let value_type = value_type.filter(|it| !nothing::is_nothing(it.as_str()));
            let value_type = match value_type {
                Some(value_type) => Some(string(value_type)?),
                None => None,
            };
            return Some((value_text(value?)?, value_type));
        }
        Some((value_text(value)?, None))
    };
    let values: Option<Vec<Typed>> = if alias.as_str().starts_with('[') {
        json::elements(alias.as_str()).and_then(|values| {
            let values = values.into_iter().map(WireValue::of_json);
            values.map(one).collect()
        })
    } else {
        one(alias).map(|value| vec![value])
    };
    let mut values = values.ok_or(UnclearMultifields::Alias)?;
    values.retain(|(value, _)| !value.is_empty());
    Ok(values)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json, value::RawValue};

    use super::*;

    fn with<T>(record: &str, read: impl Fn(&dyn Fn(&str) -> Option<WireValue<'static>>) -> T) -> T {
        // Leaking is fine in a test.
        let record: &'static str = Box::leak(record.to_owned().into_boxed_str());
        let fields: BTreeMap<&str, &'static RawValue> = serde_json::from_str(record).unwrap();
        read(&|name| {
            fields
                .get(name)
                .map(|value| WireValue::of_json(value.get()))
        })
    }

    fn read(record: &str) -> Result<Multifields, UnclearMultifields> {
        with(record, |field| Multifields::read(field))
    }

    fn read_consistent(record: &str) -> Result<Multifields, UnclearMultifields> {
        with(record, |field| {
            let unknown = pick_with_unknown_aliases(record, &[], &mut [], |_| None);
            let unknown = unknown.map_err(|_| UnclearMultifields::Record)?;
            Multifields::read_consistent(field, &unknown)
        })
    }

    fn shown(multifields: &Multifields) -> Vec<String> {
        let entries = multifields.entries().iter();
        entries
            .map(|it| format!("{} {} {}", it.kind(), it.value_type(), it.value()))
            .collect()
    }

    fn phone(id: u64, value: &str) -> Value {
        json!({ "id": id, "typeId": "PHONE", "valueType": "WORK", "value": value })
    }

    #[test]
    fn a_number_is_a_value_only_if_it_is_written_in_digits() {
        let read = |number: &str| {
            let entry = r#"{"typeId":"PHONE","valueType":"WORK","value":NUMBER}"#;
            let fm = format!(r#"{{"fm":[{}]}}"#, entry.replace("NUMBER", number));
            let alias = format!(r#"{{"phoneWork":{number}}}"#);
            (self::read(&fm).map(|_| ()), self::read(&alias).map(|_| ()))
        };
        assert_eq!(read("79161112233"), (Ok(()), Ok(())));
        for number in [
            "79161112233.0",
            "7.9161112233e10",
            "79161112233E0",
            "-79161112233",
            "true",
        ] {
            let unclear = (
                Err(UnclearMultifields::List),
                Err(UnclearMultifields::Alias),
            );
            assert_eq!(read(number), unclear, "{number}");
        }
    }

    #[test]
    fn fm_is_read_whole_with_ids_and_native_types() {
        let record = r#"{"fm":[
            {"id":5,"typeId":"PHONE","valueType":"FAX","value":"+71"},
            {"id":"6","typeId":"WEB","valueType":"WORK","value":"x.ru"},
            {"typeId":"IM_2","valueType":"","value":79161112233}]}"#;
        let multifields = read_consistent(record).unwrap();
        let expected = ["PHONE FAX +71", "WEB WORK x.ru", "IM_2  79161112233"];
        assert_eq!(shown(&multifields), expected);
        let ids: Vec<_> = multifields
            .entries()
            .iter()
            .map(super::super::read::MultifieldEntry::id)
            .collect();
        assert_eq!(ids, [Some(5), Some(6), None]);
    }

    #[test]
    fn fm_may_be_an_object_whose_values_are_entries() {
        for keys in [["0", "2"], ["15", "16"], ["n0", "n1"]] {
            let fm = json!({ keys[0]: phone(15, "+71"), keys[1]: phone(16, "+72") });
            let multifields = read_consistent(&json!({ "fm": fm }).to_string()).unwrap();
            assert_eq!(shown(&multifields), ["PHONE WORK +71", "PHONE WORK +72"]);
            assert_eq!(multifields.entries()[1].id(), Some(16));
        }
        let of_nothing = read_consistent(r#"{"fm":{}}"#).unwrap();
        assert!(of_nothing.entries().is_empty() && of_nothing.are_all_of("PHONE"));
    }

    #[test]
    fn an_fm_that_is_not_understood_whole_is_not_read_at_all() {
        let entry = phone(1, "+71");
        let without = |key: &str| {
            let mut entry = entry.clone();
            entry.as_object_mut().unwrap().remove(key);
            entry
        };
        let other = |key: &str, value: Value| {
            let mut entry = entry.clone();
            entry[key] = value;
            entry
        };
        for bad in [
            without("typeId"),
            without("valueType"),
            without("value"),
            other("typeId", json!("")),
            other("typeId", json!("phone")),
            other("typeId", json!(1)),
            other("value", json!(null)),
            other("value", json!(["+71"])),
            other("valueType", json!(null)),
            other("id", json!("n0")),
            other("id", json!("+1")),
            other("id", json!(1.5)),
            other("id", json!([1])),
            json!({ "ID": 1, "TYPE_ID": "PHONE", "VALUE_TYPE": "WORK", "VALUE": "+71" }),
            json!("+71"),
            json!(null),
            json!([]),
        ] {
            for fm in [
                json!([bad]),
                json!([entry, bad]),
                json!({ "1": entry, "3": bad }),
            ] {
                let record = json!({ "fm": fm }).to_string();
                assert_eq!(
                    read(&record).unwrap_err(),
                    UnclearMultifields::List,
                    "{record}"
                );
            }
        }
        for fm in [
            json!({ "PHONE": [entry] }),
            json!({ "PHONE": { "1": entry } }),
            entry.clone(),
            json!(json!([entry]).to_string()),
            json!("+71"),
            json!(71),
            json!(true),
        ] {
            let record = json!({ "fm": fm }).to_string();
            assert_eq!(
                read(&record).unwrap_err(),
                UnclearMultifields::List,
                "{record}"
            );
        }
        // A duplicate key, and a lone surrogate, which no `str` can hold.
        for fm in [
            r#"[{"typeId":"PHONE","valueType":"WORK","value":"+71","value":"+72"}]"#,
            r#"[{"typeId":"EMAIL","valueType":"WORK","value":"+71","typeId":"PHONE"}]"#,
            r#"{"1":{"typeId":"PHONE","valueType":"WORK","value":"+71"},
                "1":{"typeId":"PHONE","valueType":"WORK","value":"+72"}}"#,
            r#"[{"typeId":"PHONE","valueType":"WORK","value":"+71\ud83d"}]"#,
            r#"[{"typeId":"PHONE","valueType":"\ud83d","value":"+71"}]"#,
            r#"[{"typeId":"PHONE","valueType":"WORK","value":"+71","\ud83d":1}]"#,
            r#"{"\ud83d":{"typeId":"PHONE","valueType":"WORK","value":"+71"}}"#,
        ] {
            let record = format!(r#"{{"fm":{fm}}}"#);
            assert_eq!(
                read(&record).unwrap_err(),
                UnclearMultifields::List,
                "{record}"
            );
        }
    }

    #[test]
    fn an_fm_that_is_not_a_list_does_not_show_that_there_is_nothing() {
        for hidden in [
            json!({ "fm": false }),
            json!({ "fm": "" }),
            json!({ "fm": null, "email": "a@b.ru" }),
            json!({ "fm": false, "email": "a@b.ru" }),
        ] {
            let read = read_consistent(&hidden.to_string()).unwrap();
            assert!(
                !read.are_all_of("PHONE") && !read.are_all_of("EMAIL"),
                "{hidden}"
            );
        }
        let entry = json!({ "id": 1, "typeId": "PHONE_2", "valueType": "WORK", "value": "+71" });
        let odd = json!({ "fm": [entry] });
        assert_eq!(
            read_consistent(&odd.to_string()).unwrap_err(),
            UnclearMultifields::List
        );
    }

    #[test]
    fn a_record_that_contradicts_itself_is_not_read() {
        let fm = json!([phone(1, "+7 (916) 111-22-33")]);
        for good in [
            json!({ "fm": fm, "phone": "79161112233", "phoneWork": ["+7 916 111 22 33"] }),
            json!({ "fm": fm, "phone": { "value": "+79161112233", "typeId": "WORK" } }),
            json!({ "fm": fm, "hasPhone": "Y", "hasEmail": false, "email": null, "emailHome": "" }),
            json!({ "fm": [], "hasPhone": "N", "hasEmail": 0, "phone": false, "email": [] }),
            json!({ "fm": false, "hasPhone": false }),
            json!({ "fm": [] }),
        ] {
            assert!(read_consistent(&good.to_string()).is_ok(), "{good}");
        }
        for bad in [
            json!({ "fm": [], "phone": "+79161112233" }),
            json!({ "fm": [], "phoneMobile": ["+79161112233"] }),
            json!({ "fm": [], "hasPhone": true }),
            json!({ "fm": [], "hasPhone": "Y" }),
            json!({ "fm": false, "hasPhone": 1 }),
            json!({ "fm": {}, "hasEmail": true }),
            json!({ "fm": fm, "hasPhone": false }),
            json!({ "fm": fm, "hasEmail": true }),
            json!({ "fm": fm, "phoneWork": "+79161112234" }),
            json!({ "fm": fm, "phone": ["+79161112233", "+79161112234"] }),
            // A phone is not an email.
            json!({ "fm": fm, "email": "+79161112233" }),
            json!({ "hasPhone": true }),
            json!({ "phone": "+71", "hasPhone": false }),
        ] {
            let unclear = read_consistent(&bad.to_string()).unwrap_err();
            assert_eq!(unclear, UnclearMultifields::Contradiction, "{bad}");
        }
        for unknown in [
            json!({ "fm": [], "phone": { "a": 1 } }),
            json!({ "phone": { "value": "+71", "typeId": ["WORK"] } }),
            json!({ "phone": { "value": "+71", "typeId": 1 } }),
            json!({ "phone": [{ "value": "+71", "typeId": true }] }),
            json!({ "fm": [], "phone": [["+71"]] }),
            json!({ "fm": [], "phone": true }),
            json!({ "fm": [], "hasPhone": "perhaps" }),
            json!({ "phone": [null] }),
        ] {
            let unclear = read_consistent(&unknown.to_string()).unwrap_err();
            assert_eq!(unclear, UnclearMultifields::Alias, "{unknown}");
        }
        let half_an_emoji = r#"{"fm":[],"phone":"\ud83d"}"#;
        assert_eq!(
            read_consistent(half_an_emoji).unwrap_err(),
            UnclearMultifields::Alias
        );
    }

    #[test]
    fn without_fm_the_aliases_are_read_and_none_is_counted_twice() {
        let record = r#"{"phone":"+71","phoneWork":"+71","phoneMobile":["+72","+73"],
            "email":"a@b.ru","emailWork":null,"emailMailing":""}"#;
        let expected = [
            "PHONE WORK +71",
            "PHONE MOBILE +72",
            "PHONE MOBILE +73",
            "EMAIL WORK a@b.ru",
        ];
        assert_eq!(shown(&read(record).unwrap()), expected);
    }

    #[test]
    fn only_fm_or_a_record_that_says_so_shows_all_entries_of_a_kind() {
        for (record, phones, emails) in [
            (json!({ "fm": [] }), true, true),
            (json!({ "fm": [phone(1, "+71")] }), true, true),
            (json!({ "hasPhone": false }), true, false),
            (
                json!({ "fm": null, "hasPhone": "N", "hasEmail": "N" }),
                true,
                true,
            ),
            (json!({ "phone": null, "email": "" }), false, false),
            (json!({ "hasPhone": null, "hasEmail": "" }), false, false),
            (
                json!({ "hasPhone": false, "email": "a@b.ru" }),
                false,
                false,
            ),
            (json!({ "phone": "+71" }), false, false),
            (json!({ "name": "Ivan" }), false, false),
            (json!({}), false, false),
        ] {
            let multifields = read_consistent(&record.to_string()).unwrap();
            let all = ["PHONE", "EMAIL"].map(|kind| multifields.are_all_of(kind));
            assert_eq!(all, [phones, emails], "{record}");
        }
    }

    #[test]
    fn a_phone_under_an_unknown_name_is_not_the_absence_of_phones() {
        for (record, shows) in [
            (r#"{"phone":null,"phoneFax":"+71"}"#, true),
            (r#"{"phone":null,"phone_work":["+71"]}"#, true),
            (r#"{"email":null,"emailPrivate":"a@b.ru"}"#, true),
            (r#"{"phone":null,"PHONE":[{"VALUE":"+71"}]}"#, true),
            (r#"{"phone":null,"phoneFax":"+71","phoneFax":""}"#, true),
            (
                r#"{"phone":null,"phoneFax":null,"emailHome":"a@b.ru"}"#,
                false,
            ),
            (
                r#"{"phone":"+71","phones":3,"hasPhone":true,"ufCrmPhone":"1"}"#,
                false,
            ),
        ] {
            assert_eq!(read_consistent(record).is_err(), shows, "{record}");
        }
    }

    #[test]
    fn no_value_is_shown_in_debug_or_in_an_error() {
        let multifields = read(r#"{"phone":"+79169876543"}"#).unwrap();
        assert!(!format!("{multifields:?}").contains("7916"));
        let unclear = read(r#"{"fm":["+79169876543"]}"#).unwrap_err();
        let shown = format!(
            "{unclear:?} {} {}",
            unclear.problem(),
            DecodeError::from(unclear)
        );
        assert!(!shown.contains("7916"), "{shown}");
    }

    /// 60,000 values in the aliases took over a minute when each was compared with all others.
    #[test]
    fn many_values_are_read_in_linear_time() {
        let records = |count: u32| {
            let values: Vec<_> = (0..count)
                .map(|number| format!("+7916{number:07}"))
                .collect();
            let fm: Vec<_> = values.iter().map(|value| phone(1, value)).collect();
            let records = [
                json!({ "phone": values, "phoneWork": values }),
                json!({ "phone": values }),
                json!({ "phone": values, "fm": fm }),
            ];
            records.map(|record| record.to_string())
        };
        // The shortest of three, which the load of the machine lengthens least.
        let shortest = |record: &str| {
            let times = (0..3).map(|_| {
                let start = std::time::Instant::now();
                read_consistent(record).unwrap();
                start.elapsed()
            });
            times.min().unwrap()
        };
        for (few, many) in records(2_000).iter().zip(&records(40_000)) {
            // In quadratic time, 20 times as many values would take 400 times as long.
            assert!(shortest(many) < 100 * shortest(few));
        }
    }
}
