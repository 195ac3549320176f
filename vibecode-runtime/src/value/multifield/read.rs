//! Types for phones and emails that were read.

use std::{collections::HashSet, fmt};

use super::EntryKey;
use crate::{
    Decode, DecodeError, Email, EmailType, Phone, PhoneType, WireValue,
    kind::{self, Multiple},
    value::decode::{Part, PartValue},
};

/// The phones, emails, sites and messengers of a record, each with its id and native type.
///
/// Types that can be read but not written, such as FAX, are kept unchanged.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let there = client.multifields(ContactId::from(72)).await?;
/// let kinds: Vec<_> = there.entries().iter().map(|it| (it.kind(), it.value_type())).collect();
/// assert_eq!(
///     kinds,
///     [("PHONE", "MOBILE"), ("PHONE", "FAX"), ("EMAIL", "HOME"), ("WEB", "WORK")],
/// );
/// # Ok(()) }) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Multifields {
    pub(super) entries: Vec<MultifieldEntry>,
    /// Whether they were read from `fm`, which lists all entries. The aliases need not show all.
    pub(super) is_list: bool,
    /// The kinds of which the record says that it has no entries.
    pub(super) none_of: Vec<&'static str>,
}

/// An entry of [`Multifields`]. `Debug` hides the value.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let there = client.multifields(ContactId::from(71)).await?;
/// let phone = &there.entries()[0];
/// assert_eq!((phone.id(), phone.kind(), phone.value_type()), (Some(101), "PHONE", "WORK"));
/// assert_eq!(phone.value(), "+74950000071");
/// # Ok(()) }) }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct MultifieldEntry {
    pub(super) id: Option<u64>,
    pub(super) kind: String,
    pub(super) value_type: String,
    pub(super) value: String,
}

impl MultifieldEntry {
    pub(crate) fn new(kind: &str, value_type: &str, value: String) -> Self {
        Self {
            id: None,
            kind: kind.to_owned(),
            value_type: value_type.to_owned(),
            value,
        }
    }

    /// Returns the entry's own id, if the API returned one.
    #[must_use]
    pub fn id(&self) -> Option<u64> {
        self.id
    }

    /// Returns the kind: `PHONE`, `EMAIL`, `WEB` or `IM`. In `fm` it is called `typeId`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the native type, such as `WORK` or `FAX`. In `fm` it is called `valueType`.
    #[must_use]
    pub fn value_type(&self) -> &str {
        &self.value_type
    }

    /// Returns the value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    pub(crate) fn key(&self) -> EntryKey {
        EntryKey::of(&self.kind, &self.value)
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

impl Multifields {
    pub(crate) fn keys(&self) -> HashSet<EntryKey> {
        self.entries.iter().map(MultifieldEntry::key).collect()
    }

    /// Whether these are all entries of a kind, such as `PHONE`, that the record has.
    pub(crate) fn are_all_of(&self, kind: &str) -> bool {
        self.is_list || self.none_of.contains(&kind)
    }

    /// Whether the entries were read from `fm`, with their native types.
    pub(crate) fn are_listed(&self) -> bool {
        self.is_list
    }

    /// Returns all entries, in the order of the answer.
    #[must_use]
    pub fn entries(&self) -> &[MultifieldEntry] {
        &self.entries
    }

    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &MultifieldEntry> {
        self.entries.iter().filter(move |entry| entry.kind == kind)
    }
}

macro_rules! values {
    ($($Value:ident, $Type:ident;)+) => {$(
        /// Reads a type that cannot be written as OTHER.
        impl Decode<kind::$Value> for $Value {
            fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
                let expected = || DecodeError::expected("an entry of a record's phones and emails");
                let entry = answered.entry().ok_or_else(expected)?;
                let value_type = entry.value_type.parse().unwrap_or($Type::Other);
                Ok(Self::new(entry.value.as_str(), value_type))
            }
        }
    )+};
}

values! {
    Phone, PhoneType;
    Email, EmailType;
}

/// Reads the entries of a kind into the list type of a struct's field.
pub(crate) fn read_list<K, L: Decode<Multiple<K>>>(
    multifields: &Multifields,
    kind: &str,
) -> Result<L, DecodeError> {
    let entries = multifields.of_kind(kind);
    let entries = entries.map(|entry| Part::new(PartValue::Entry(entry)));
    let list = Part::new(PartValue::Entries(entries.collect()));
    L::decode(WireValue::of_part(&list))
}
