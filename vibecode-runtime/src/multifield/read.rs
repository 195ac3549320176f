//! Phones and emails as they are answered: in `fm`, or else in aliases.

use std::{borrow::Cow, fmt};

use serde_json::json;

use crate::{
    Answered, Decode, DecodeError, Email, EmailType, Phone, PhoneType,
    kind::{self, Multiple},
};

/// The phones, emails, sites and messengers of a record, each with its id and native type.
///
/// Types that can be read but not written, such as FAX, are kept here as they are.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let there = client.multifields(ContactId::from(72)).await?;
/// let kinds: Vec<_> = there.entries().iter().map(|it| (it.kind(), it.value_type())).collect();
/// assert_eq!(
///     kinds,
///     [("PHONE", "MOBILE"), ("PHONE", "FAX"), ("EMAIL", "HOME"), ("WEB", "WORK")],
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Multifields {
    entries: Vec<MultifieldEntry>,
    /// The names of the fields that are not understood, or not entirely: what they hold is unknown,
    /// and is not nothing.
    unread: Vec<&'static str>,
}

/// One entry of [`Multifields`]. Debug hides the value.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let there = client.multifields(ContactId::from(71)).await?;
/// let phone = &there.entries()[0];
/// assert_eq!((phone.id(), phone.kind(), phone.value_type()), (Some(101), "PHONE", "WORK"));
/// assert_eq!(phone.value(), "+74950000071");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct MultifieldEntry {
    id: Option<u64>,
    kind: String,
    value_type: String,
    value: String,
}

impl MultifieldEntry {
    /// An entry that has no id yet.
    pub(crate) fn new(kind: &str, value_type: &str, value: String) -> Self {
        Self {
            id: None,
            kind: kind.to_owned(),
            value_type: value_type.to_owned(),
            value,
        }
    }

    /// The entry's own id, where the API gives one.
    ///
    /// ```
    /// use vibecode_runtime::{Contacts, Raw};
    ///
    /// let json = r#"{"fm":[{"id":103,"typeId":"PHONE","valueType":"FAX","value":"+74950000072"}]}"#;
    /// let multifields = Raw::from_json::<Contacts>(json)?.multifields();
    /// assert_eq!(multifields.entries()[0].id(), Some(103));
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<u64> {
        self.id
    }

    /// What it is: `PHONE`, `EMAIL`, `WEB` or `IM`. In `fm` this is called `typeId`.
    ///
    /// ```
    /// use vibecode_runtime::{Contacts, Raw};
    ///
    /// let json = r#"{"fm":[{"id":103,"typeId":"PHONE","valueType":"FAX","value":"+74950000072"}]}"#;
    /// let multifields = Raw::from_json::<Contacts>(json)?.multifields();
    /// assert_eq!(multifields.entries()[0].kind(), "PHONE");
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Its native type, such as `WORK` or `FAX`. In `fm` this is called `valueType`.
    ///
    /// ```
    /// use vibecode_runtime::{Contacts, Raw};
    ///
    /// let json = r#"{"fm":[{"id":103,"typeId":"PHONE","valueType":"FAX","value":"+74950000072"}]}"#;
    /// let multifields = Raw::from_json::<Contacts>(json)?.multifields();
    /// assert_eq!(multifields.entries()[0].value_type(), "FAX");
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn value_type(&self) -> &str {
        &self.value_type
    }

    /// Its value.
    ///
    /// ```
    /// use vibecode_runtime::{Contacts, Raw};
    ///
    /// let json = r#"{"fm":[{"id":103,"typeId":"PHONE","valueType":"FAX","value":"+74950000072"}]}"#;
    /// let multifields = Raw::from_json::<Contacts>(json)?.multifields();
    /// assert_eq!(multifields.entries()[0].value(), "+74950000072");
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    fn read(answered: Answered<'_>) -> Option<Self> {
        let [id, kind, value_type, value] =
            answered.pick(["id", "typeId", "valueType", "value"])?;
        let text = |field: Option<Answered<'_>>| {
            let text = field.and_then(Answered::lossy_text);
            text.map_or_else(String::new, Cow::into_owned)
        };
        Some(Self {
            id: id.and_then(|id| id.text()?.parse().ok()),
            kind: text(kind),
            value_type: text(value_type),
            value: text(value),
        })
    }

    /// The entry as an element of `fm`.
    fn to_json(&self) -> String {
        json!({"typeId": self.kind, "valueType": self.value_type, "value": self.value}).to_string()
    }
}

impl fmt::Debug for MultifieldEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultifieldEntry")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("value_type", &self.value_type)
            .finish_non_exhaustive()
    }
}

/// What a kind is read from where there is no `fm`.
struct Aliases {
    kind: &'static str,
    untyped: &'static str,
    /// The alias of each type.
    typed: &'static [(&'static str, &'static str)],
}

const ALIASES: &[Aliases] = &[
    Aliases {
        kind: "PHONE",
        untyped: "phone",
        typed: &[
            ("phoneWork", "WORK"),
            ("phoneHome", "HOME"),
            ("phoneMobile", "MOBILE"),
            ("phoneOther", "OTHER"),
        ],
    },
    Aliases {
        kind: "EMAIL",
        untyped: "email",
        typed: &[
            ("emailWork", "WORK"),
            ("emailHome", "HOME"),
            ("emailMailing", "MAILING"),
            ("emailOther", "OTHER"),
        ],
    },
];

/// Every name that phones and emails are read from.
pub(crate) const MULTIFIELD_NAMES: &[&str] = &[
    "fm",
    "phone",
    "phoneWork",
    "phoneHome",
    "phoneMobile",
    "phoneOther",
    "email",
    "emailWork",
    "emailHome",
    "emailMailing",
    "emailOther",
];

impl Multifields {
    /// Reads the entries from `fm`, or where that is not there from the aliases.
    pub(crate) fn read<'a>(field: impl Fn(&str) -> Option<Answered<'a>>) -> Self {
        let fm = field("fm").filter(|fm| !is_nothing(*fm));
        let Some(fm) = fm else {
            return from_aliases(field);
        };
        let Some(elements) = fm.elements() else {
            let mut read = from_aliases(field);
            read.unread.push("fm");
            return read;
        };
        let elements: Vec<_> = elements.collect();
        let is_understood = elements.iter().all(|element| is_entry(*element));
        Self {
            entries: elements
                .into_iter()
                .filter_map(MultifieldEntry::read)
                .collect(),
            unread: if is_understood {
                Vec::new()
            } else {
                vec!["fm"]
            },
        }
    }

    /// Checks that all was understood that may hold values of this multifield, `phone` or `email`.
    ///
    /// # Errors
    /// If something was not, so that there may be values that are not among the entries.
    pub(crate) fn require_understood(&self, wire: &str) -> Result<(), DecodeError> {
        let mut unread = self.unread.iter();
        match unread.find(|name| **name == "fm" || name.starts_with(wire)) {
            None => Ok(()),
            Some(name) => {
                let expected = format!("texts, or entries with a type and a value, in `{name}`");
                Err(DecodeError::expected(expected))
            }
        }
    }

    /// Every entry, in the order in which the API gives them.
    ///
    /// ```
    /// use vibecode_runtime::{Contacts, Raw};
    ///
    /// let json = r#"{"fm":[{"id":103,"typeId":"PHONE","valueType":"FAX","value":"+74950000072"}]}"#;
    /// let multifields = Raw::from_json::<Contacts>(json)?.multifields();
    /// assert_eq!(multifields.entries().len(), 1);
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn entries(&self) -> &[MultifieldEntry] {
        &self.entries
    }

    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &MultifieldEntry> {
        self.entries.iter().filter(move |entry| entry.kind == kind)
    }

    /// The entries of a kind as a list, to be read by the kind's own `Decode`.
    pub(crate) fn list_of(&self, kind: &str) -> String {
        let entries: Vec<_> = self.of_kind(kind).map(MultifieldEntry::to_json).collect();
        format!("[{}]", entries.join(","))
    }
}

/// Whether there are no values: in any form of "nothing", or in an object without keys.
fn is_nothing(answered: Answered<'_>) -> bool {
    let inner = answered.as_str().strip_prefix('{');
    let inner = inner.and_then(|inner| inner.strip_suffix('}'));
    answered.is_nothing() || inner.is_some_and(|inner| inner.trim_ascii().is_empty())
}

/// Whether an element of `fm` says what it is and holds a text.
fn is_entry(answered: Answered<'_>) -> bool {
    let Some([Some(kind), Some(value)]) = answered.pick(["typeId", "value"]) else {
        return false;
    };
    let is_text = value.lossy_text().is_some() || value.is_null();
    is_text && kind.text().is_some_and(|kind| !kind.is_empty())
}

fn from_aliases<'a>(field: impl Fn(&str) -> Option<Answered<'a>>) -> Multifields {
    let mut entries: Vec<MultifieldEntry> = Vec::new();
    let mut unread = Vec::new();
    for Aliases {
        kind,
        untyped,
        typed,
    } in ALIASES
    {
        let mut values = |alias: &'static str| {
            let read = field(alias).map_or_else(|| Some(Vec::new()), values_of);
            if read.is_none() {
                unread.push(alias);
            }
            read.unwrap_or_default()
        };
        let of_kind = entries.len();
        for (alias, value_type) in *typed {
            let own = values(alias).into_iter();
            entries.extend(own.map(|(value, _)| MultifieldEntry::new(kind, value_type, value)));
        }
        // The alias without a type repeats one that has a type, unless it is the only one.
        for (value, value_type) in values(untyped) {
            let mut known = entries.iter().skip(of_kind);
            let is_known = known.any(|entry| {
                entry.value == value && value_type.as_ref().is_none_or(|it| *it == entry.value_type)
            });
            if !is_known {
                let value_type = value_type.as_deref().unwrap_or("WORK");
                entries.push(MultifieldEntry::new(kind, value_type, value));
            }
        }
    }
    Multifields { entries, unread }
}

/// The values of an alias, each with its type if it has one: one text, or a list of texts and of
/// `{value, typeId}`, which is how they are written. `None` if any of it is something else.
fn values_of(answered: Answered<'_>) -> Option<Vec<(String, Option<String>)>> {
    if is_nothing(answered) {
        return Some(Vec::new());
    }
    let mut values = if let Some(value) = value_of(answered) {
        vec![value]
    } else {
        let elements = answered.elements()?.filter(|it| !is_nothing(*it));
        elements.map(value_of).collect::<Option<Vec<_>>>()?
    };
    values.retain(|(value, _)| !value.is_empty());
    Some(values)
}

fn value_of(answered: Answered<'_>) -> Option<(String, Option<String>)> {
    if let Some(text) = answered.lossy_text() {
        return Some((text.into_owned(), None));
    }
    let [value, value_type] = answered.pick(["value", "typeId"])?;
    let value_type = value_type.and_then(Answered::text);
    Some((
        value?.lossy_text()?.into_owned(),
        value_type.map(Cow::into_owned),
    ))
}

macro_rules! values {
    ($($Value:ident, $Type:ident;)+) => {$(
        /// A type that can be read but not written is kept as OTHER.
        impl Decode<kind::$Value> for $Value {
            fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
                let expected = || DecodeError::expected("an entry with a type and a value");
                let entry = MultifieldEntry::read(answered).ok_or_else(expected)?;
                let known = $Type::ALL.iter().find(|each| each.as_str() == entry.value_type);
                Ok(Self::new(entry.value, known.copied().unwrap_or($Type::Other)))
            }
        }
    )+};
}

values! {
    Phone, PhoneType;
    Email, EmailType;
}

/// The entries of a kind, read as the list that a struct holds.
pub(crate) fn read_list<K, L: Decode<Multiple<K>>>(
    multifields: &Multifields,
    kind: &str,
) -> Result<L, DecodeError> {
    multifields.require_understood(&kind.to_ascii_lowercase())?;
    L::decode(Answered::of_text(&multifields.list_of(kind)))
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    fn read(record: &str) -> Multifields {
        let fields: std::collections::BTreeMap<&str, &RawValue> =
            serde_json::from_str(record).unwrap();
        Multifields::read(|name| fields.get(name).map(|value| Answered::new(value)))
    }

    fn shown(multifields: &Multifields) -> Vec<String> {
        let entries = multifields.entries().iter();
        entries
            .map(|it| format!("{} {} {}", it.kind, it.value_type, it.value))
            .collect()
    }

    #[test]
    fn fm_is_read_whole_with_ids_and_native_types() {
        let record = r#"{"phone":"ignored","fm":[
            {"id":5,"typeId":"PHONE","valueType":"FAX","value":"+71"},
            {"id":"6","typeId":"WEB","valueType":"WORK","value":"x.ru"}]}"#;
        let multifields = read(record);
        assert_eq!(shown(&multifields), ["PHONE FAX +71", "WEB WORK x.ru"]);
        let ids: Vec<_> = multifields
            .entries()
            .iter()
            .map(MultifieldEntry::id)
            .collect();
        assert_eq!(ids, [Some(5), Some(6)]);
        let phones: Vec<Phone> = read_list::<kind::Phone, _>(&multifields, "PHONE").unwrap();
        assert_eq!(phones, [Phone::other("+71")]);
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
        assert_eq!(shown(&read(record)), expected);
    }

    #[test]
    fn an_alias_is_read_in_every_form_in_which_it_is_written() {
        let record = r#"{"phone":[{"value":"+71","typeId":"MOBILE"},{"value":"+72"},"+73"],
            "email":{"value":"a@b.ru","typeId":"HOME"}}"#;
        let expected = [
            "PHONE MOBILE +71",
            "PHONE WORK +72",
            "PHONE WORK +73",
            "EMAIL HOME a@b.ru",
        ];
        assert_eq!(shown(&read(record)), expected);
    }

    #[test]
    fn what_is_not_understood_is_never_no_phones() {
        for record in [
            r#"{"phone":true}"#,
            r#"{"phone":{"a":"b"}}"#,
            r#"{"phone":[["+71"]]}"#,
            r#"{"phone":["+71",{"number":"+72"}]}"#,
            r#"{"phoneMobile":{"n0":{"value":"+71"}}}"#,
            r#"{"fm":"oops"}"#,
            r#"{"fm":{"n0":{"typeId":"PHONE","value":"+71"}}}"#,
            r#"{"fm":["+71"]}"#,
            r#"{"fm":[{"valueType":"WORK","value":"+71"}]}"#,
            r#"{"fm":[{"typeId":"PHONE","valueType":"WORK"}]}"#,
        ] {
            let phones: Result<Vec<Phone>, _> = read_list::<kind::Phone, _>(&read(record), "PHONE");
            phones.expect_err(record);
        }
        for none in [
            "{}",
            r#"{"phone":null,"fm":null}"#,
            r#"{"phone":[]}"#,
            r#"{"phone":{},"fm":{}}"#,
            r#"{"phone":[null,""]}"#,
            r#"{"fm":[]}"#,
            // Emails that are not understood are no phones.
            r#"{"email":true}"#,
        ] {
            let phones: Vec<Phone> = read_list::<kind::Phone, _>(&read(none), "PHONE").unwrap();
            assert!(phones.is_empty(), "{none}");
        }
    }

    #[test]
    fn a_value_with_half_a_character_is_there_all_the_same() {
        for record in [
            r#"{"fm":[{"typeId":"PHONE","valueType":"WORK","value":"+71 \ud83d"}]}"#,
            r#"{"phone":"+71 \ud83d"}"#,
            r#"{"phone":[{"value":"+71 \ud83d","typeId":"WORK"}]}"#,
        ] {
            let shown = shown(&read(record));
            assert!(shown[0].starts_with("PHONE WORK +71 \u{fffd}"), "{shown:?}");
        }
    }

    #[test]
    fn no_value_is_shown_in_debug() {
        let multifields = read(r#"{"phone":"+79169876543"}"#);
        assert!(!format!("{multifields:?}").contains("7916"));
    }
}
