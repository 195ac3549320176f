//! Patches: what is to change in a record, and nothing else.

use std::{borrow::Cow, fmt};

use serde::{Serialize, Serializer, ser::Error as _, ser::SerializeMap};

use crate::{
    EncodeError, Entity, WireValue,
    multifield::{Entries, Entry},
};

/// The changes to a record of one entity, made by the derive macro of the same name.
///
/// `#[derive(Patch)]` on `Customer` makes `CustomerPatch`, which implements this. Nothing else
/// needs to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a patch",
    label = "not a patch",
    note = "a struct with `#[derive(Patch)]` makes one: call `.to_patch()` on it, or build one from `::patch()`"
)]
pub trait Patch {
    /// The entity whose records the patch changes.
    type Entity: Entity;

    /// The wire names that the struct maps.
    #[doc(hidden)]
    const WIRE_NAMES: &'static [&'static str];

    /// The changes.
    #[doc(hidden)]
    fn body(&self) -> &Body;

    /// Whether nothing is to change. Such a patch is not sent.
    fn is_empty(&self) -> bool {
        self.body().changes.is_empty() && self.body().failure.is_none()
    }

    /// Whether sending the patch twice leaves what sending it once does. Not so where it adds a
    /// phone or an email, or holds an unchecked value.
    fn is_idempotent(&self) -> bool {
        !self.body().unchecked && self.body().changes.iter().all(Change::is_idempotent)
    }
}

/// The body of a PATCH request, in the order in which the fields were first set.
#[doc(hidden)]
#[derive(Clone, Default)]
pub struct Body {
    changes: Vec<Change>,
    /// The first value that has no wire form. The patch is then never sent.
    failure: Option<InvalidField>,
    unchecked: bool,
}

#[derive(Clone, PartialEq)]
struct Change {
    name: Cow<'static, str>,
    action: Action,
}

#[derive(Clone, PartialEq)]
pub(crate) enum Action {
    Set(WireValue),
    Clear(WireValue),
    Add(Vec<Entry>),
}

impl Action {
    /// The entries that are added.
    pub(crate) fn entries(&self) -> &[Entry] {
        match self {
            Self::Add(entries) => entries,
            Self::Set(_) | Self::Clear(_) => &[],
        }
    }
}

/// A field whose value cannot be sent.
#[derive(Debug, Clone)]
pub(crate) struct InvalidField {
    name: Cow<'static, str>,
    reason: EncodeError,
}

impl InvalidField {
    pub(crate) fn reason(&self) -> &EncodeError {
        &self.reason
    }
}

impl Change {
    fn is_idempotent(&self) -> bool {
        !matches!(self.action, Action::Add(_))
    }
}

/// The changes of most patches fit without growing.
const USUAL_CHANGES: usize = 8;

impl Body {
    pub(crate) fn set(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: Result<WireValue, EncodeError>,
    ) {
        let name = name.into();
        match value {
            Ok(value) => self.put(name, Action::Set(value)),
            Err(reason) => self.fail(name, reason),
        }
    }

    pub(crate) fn clear(&mut self, name: &'static str, value: WireValue) {
        self.put(name.into(), Action::Clear(value));
    }

    pub(crate) fn add(&mut self, name: &'static str, entry: Result<Entry, EncodeError>) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(reason) => return self.fail(name.into(), reason),
        };
        match self.action_of(name) {
            // Two fields of a struct may hold the same entry, such as all emails and the one of
            // a type: sent twice, it would be there twice.
            Some(Action::Add(entries)) if entries.contains(&entry) => {}
            Some(Action::Add(entries)) => entries.push(entry),
            _ => self.put(name.into(), Action::Add(vec![entry])),
        }
    }

    pub(crate) fn set_unchecked(
        &mut self,
        name: String,
        mapped: &[&str],
        value: Result<WireValue, EncodeError>,
    ) {
        self.unchecked = true;
        if mapped.contains(&name.as_str()) {
            let reason = "the struct has this field: set it by its own method";
            return self.fail(name.into(), EncodeError::new(reason));
        }
        self.set(name, value);
    }

    pub(crate) fn fail(&mut self, name: Cow<'static, str>, reason: EncodeError) {
        self.failure.get_or_insert(InvalidField { name, reason });
    }

    /// Every change, by wire name.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (&Cow<'static, str>, &Action)> {
        self.changes
            .iter()
            .map(|change| (&change.name, &change.action))
    }

    /// What is to be done to a field.
    pub(crate) fn action(&self, name: &str) -> Option<&Action> {
        let mut changes = self.changes.iter();
        changes
            .find(|change| change.name == name)
            .map(|change| &change.action)
    }

    /// An empty body that is sent, or refused, as this one is.
    pub(crate) fn without_changes(&self) -> Self {
        Self {
            changes: Vec::new(),
            failure: self.failure.clone(),
            unchecked: self.unchecked,
        }
    }

    /// The value that cannot be sent, where there is one.
    pub(crate) fn invalid_field(&self) -> Option<&InvalidField> {
        self.failure.as_ref()
    }

    pub(crate) fn put(&mut self, name: Cow<'static, str>, action: Action) {
        if let Some(earlier) = self.action_of(&name) {
            *earlier = action;
            return;
        }
        if self.changes.is_empty() {
            self.changes.reserve(USUAL_CHANGES);
        }
        self.changes.push(Change { name, action });
    }

    fn action_of(&mut self, name: &str) -> Option<&mut Action> {
        let change = self.changes.iter_mut().find(|change| change.name == name)?;
        Some(&mut change.action)
    }
}

/// Shows which fields change and how, and no value.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = self.changes.iter().map(|it| (&it.name, &it.action));
        let invalid = self.failure.iter().map(|it| (&it.name, &it.reason));
        f.debug_map().entries(changes).entries(invalid).finish()
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(_) => f.write_str("set"),
            Self::Clear(_) => f.write_str("cleared"),
            Self::Add(entries) => write!(f, "{} added", entries.len()),
        }
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(invalid) = &self.failure {
            return Err(S::Error::custom(invalid));
        }
        let mut map = serializer.serialize_map(Some(self.changes.len()))?;
        for change in &self.changes {
            map.serialize_entry(&*change.name, &change.action)?;
        }
        map.end()
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(value) | Self::Clear(value) => value.serialize(serializer),
            Self::Add(entries) => Entries(entries).serialize(serializer),
        }
    }
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the value given for `{}` cannot be sent: {}",
            self.name, self.reason
        )
    }
}

impl std::error::Error for InvalidField {}
