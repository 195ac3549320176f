//! The body of a PATCH request.

use std::{borrow::Cow, fmt};

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};

use crate::{
    EncodeError,
    encoder::{Encoder, Entries, Entry, Span, push_plain, push_text},
    rendered,
};

/// The body of a PATCH request, in the order in which the fields were first set.
///
/// A value becomes JSON when it is set, so that what cannot be sent is known then, and a patch is
/// one text and the places of its values in it.
#[doc(hidden)]
#[derive(Clone, Default)]
pub struct Body {
    /// A multifield has one for each of its values.
    changes: Vec<Change>,
    /// The JSON texts of all values, one after the other.
    json: String,
    /// The first value that has no wire form. The patch is then never sent.
    failure: Option<Box<InvalidField>>,
    unchecked: bool,
}

#[derive(Debug, Clone)]
struct Change {
    name: Name,
    action: Action,
}

/// A wire name. One that the struct maps has been checked to need no escape.
type Name = Cow<'static, str>;

#[derive(Debug, Clone)]
enum Action {
    Set(Span),
    Clear(&'static str),
    Add(Entry),
}

/// What is to be done to a field, as JSON.
#[derive(PartialEq)]
pub(crate) enum Act<'a> {
    Set(&'a str),
    Clear(&'static str),
    Add(Vec<Added<'a>>),
}

/// A value that is added, as JSON, and its type.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Added<'a> {
    pub(crate) value: &'a str,
    pub(crate) type_id: &'static str,
}

/// A field whose value cannot be sent.
#[derive(Debug, Clone)]
pub(crate) struct InvalidField {
    name: Name,
    reason: EncodeError,
}

/// The type that a bare string is given (update-contact.md).
pub(crate) const WORK: &str = "WORK";

/// Most patches fit without growing: this many changes, and JSON of this length (bytes).
const USUAL_CHANGES: usize = 8;
const USUAL_LENGTH: usize = 192;

impl Body {
    /// Sets a field to what is written, but for an empty list where that leaves it as it is.
    pub(crate) fn set(
        &mut self,
        name: impl Into<Name>,
        leaves_empty: bool,
        encode: impl FnOnce(&mut Encoder<'_>) -> Result<(), EncodeError>,
    ) {
        let begin = self.begin();
        match encode(&mut Encoder::new(&mut self.json, &mut ())) {
            Ok(()) if leaves_empty && self.is_empty_list(begin) => self.json.truncate(begin),
            Ok(()) => self.put(name.into(), Action::Set(begin..self.json.len())),
            Err(reason) => self.fail(name.into(), begin, reason),
        }
    }

    pub(crate) fn clear(&mut self, name: &'static str, by: &'static str) {
        self.put(name.into(), Action::Clear(by));
    }

    /// Adds the entries that are written.
    pub(crate) fn add(
        &mut self,
        name: &'static str,
        encode: impl FnOnce(&mut Encoder<'_>, usize) -> Result<(), EncodeError>,
    ) {
        let begin = self.begin();
        let mut adder = Adder {
            changes: &mut self.changes,
            name,
            is_used: false,
        };
        let encoded = encode(&mut Encoder::new(&mut self.json, &mut adder), begin);
        let is_used = adder.is_used;
        match encoded {
            Err(reason) => self.fail(name.into(), begin, reason),
            Ok(()) if !is_used && !self.is_empty_list(begin) => {
                let reason = "its `Encode` does not go through `Phone` or `Email`";
                self.fail(name.into(), begin, EncodeError::new(reason));
            }
            Ok(()) => {}
        }
    }

    pub(crate) fn set_unchecked(&mut self, name: String, mapped: &[&str], value: &impl Serialize) {
        self.unchecked = true;
        if mapped.contains(&name.as_str()) {
            let reason = "the struct has this field: set it by its own method";
            return self.fail(name.into(), self.json.len(), EncodeError::new(reason));
        }
        self.set(name, false, |to| to.json(value));
    }

    /// Where the next value begins.
    fn begin(&mut self) -> usize {
        if self.json.capacity() == 0 {
            self.json.reserve(USUAL_LENGTH);
            self.changes.reserve(USUAL_CHANGES);
        }
        self.json.len()
    }

    fn is_empty_list(&self, begin: usize) -> bool {
        self.json.get(begin..) == Some("[]")
    }

    fn put(&mut self, name: Name, action: Action) {
        match self
            .changes
            .iter()
            .position(|change| is_same(&change.name, &name))
        {
            Some(place) => {
                // A multifield has several: what is put stands in for all of them.
                let mut is_first = true;
                self.changes
                    .retain(|change| change.name != name || std::mem::take(&mut is_first));
                if let Some(change) = self.changes.get_mut(place) {
                    change.action = action;
                }
            }
            None => self.changes.push(Change { name, action }),
        }
    }

    fn fail(&mut self, name: Name, begin: usize, reason: EncodeError) {
        self.json.truncate(begin);
        if self.failure.is_none() {
            self.failure = Some(Box::new(InvalidField { name, reason }));
        }
    }

    fn text(&self, span: &Span) -> &str {
        self.json.get(span.clone()).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.failure.is_none()
    }

    pub(crate) fn is_idempotent(&self) -> bool {
        let adds = |change: &Change| matches!(change.action, Action::Add(_));
        !self.unchecked && !self.changes.iter().any(adds)
    }

    /// Whether it holds a value that no schema has checked.
    pub(crate) fn is_unchecked(&self) -> bool {
        self.unchecked
    }

    pub(crate) fn mark_unchecked(&mut self) {
        self.unchecked = true;
    }

    /// The value that cannot be sent, where there is one.
    pub(crate) fn invalid_field(&self) -> Option<&InvalidField> {
        self.failure.as_deref()
    }

    /// Every field that changes, and how.
    pub(crate) fn acts(&self) -> impl Iterator<Item = (&Name, Act<'_>)> {
        self.firsts().map(|change| (&change.name, self.act(change)))
    }

    /// What is to be done to a field.
    pub(crate) fn act_of(&self, name: &str) -> Option<Act<'_>> {
        let change = self.changes.iter().find(|change| change.name == name)?;
        Some(self.act(change))
    }

    /// The first change of each field.
    fn firsts(&self) -> impl Iterator<Item = &Change> {
        let changes = self.changes.iter().enumerate();
        let first = changes.filter(|(place, change)| match change.action {
            Action::Add(_) => {
                let mut earlier = self.changes.iter().take(*place);
                !earlier.any(|earlier| is_same(&earlier.name, &change.name))
            }
            Action::Set(_) | Action::Clear(_) => true,
        });
        first.map(|(_, change)| change)
    }

    fn act(&self, change: &Change) -> Act<'_> {
        match &change.action {
            Action::Set(span) => Act::Set(self.text(span)),
            Action::Clear(by) => Act::Clear(by),
            Action::Add(_) => {
                let added = self.added(&change.name).map(|entry| Added {
                    value: self.text(&entry.value),
                    type_id: entry.type_id,
                });
                Act::Add(added.collect())
            }
        }
    }

    fn added(&self, name: &str) -> impl Iterator<Item = &Entry> {
        self.changes
            .iter()
            .filter_map(move |change| match &change.action {
                Action::Add(entry) if is_same(&change.name, name) => Some(entry),
                _ => None,
            })
    }

    /// Takes over a change of another body.
    pub(crate) fn take(&mut self, name: &Name, act: &Act<'_>) {
        match act {
            Act::Set(json) => {
                let span = self.append(json);
                self.put(name.clone(), Action::Set(span));
            }
            Act::Clear(by) => self.put(name.clone(), Action::Clear(by)),
            Act::Add(added) => {
                for Added { value, type_id } in added {
                    let value = self.append(value);
                    self.changes.push(Change {
                        name: name.clone(),
                        action: Action::Add(Entry { value, type_id }),
                    });
                }
            }
        }
    }

    fn append(&mut self, json: &str) -> Span {
        let begin = self.json.len();
        self.json.push_str(json);
        begin..self.json.len()
    }

    /// An empty body that is sent, or refused, as this one is.
    pub(crate) fn without_changes(&self) -> Self {
        Self {
            failure: self.failure.clone(),
            unchecked: self.unchecked,
            ..Self::default()
        }
    }

    /// The whole body as JSON; whether it may be sent is [`Body::invalid_field`]'s to say.
    pub(crate) fn to_json(&self) -> String {
        let around = self.changes.len() * r#""assignedById":{"value":,"typeId":"WORK"},"#.len();
        let mut json = String::with_capacity(self.json.len() + around + 2);
        json.push('{');
        for change in self.firsts() {
            if json.len() > 1 {
                json.push(',');
            }
            match &change.name {
                Name::Borrowed(name) => push_plain(&mut json, name),
                Name::Owned(name) => push_text(&mut json, name),
            }
            json.push(':');
            self.push_value(&mut json, change);
        }
        json.push('}');
        json
    }

    fn push_value(&self, json: &mut String, change: &Change) {
        match &change.action {
            Action::Set(span) => json.push_str(self.text(span)),
            Action::Clear(by) => json.push_str(by),
            Action::Add(_) => self.push_added(json, &change.name),
        }
    }

    /// The entries of one multifield, in the shortest of the three documented forms that says it
    /// all: one WORK value, several of them, or values with their types.
    fn push_added(&self, json: &mut String, name: &str) {
        let (mut count, mut is_work) = (0, true);
        for entry in self.added(name) {
            count += 1;
            is_work &= entry.type_id == WORK;
        }
        let is_one = is_work && count == 1;
        for (place, entry) in self.added(name).enumerate() {
            if !is_one {
                json.push(if place == 0 { '[' } else { ',' });
            }
            if is_work {
                json.push_str(self.text(&entry.value));
            } else {
                json.push_str(r#"{"value":"#);
                json.push_str(self.text(&entry.value));
                json.push_str(r#","typeId":""#);
                json.push_str(entry.type_id);
                json.push_str(r#""}"#);
            }
        }
        if !is_one {
            json.push(']');
        }
    }
}

/// Whether two names are one. Most names stand in the program once, so that the place tells.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (std::ptr::eq(one, other) || one == other)
}

/// Adds values to a multifield.
struct Adder<'a> {
    changes: &'a mut Vec<Change>,
    name: &'static str,
    is_used: bool,
}

impl Entries for Adder<'_> {
    /// Two fields of a struct may hold the same value, such as all emails and the one of a type:
    /// sent twice, it would be there twice.
    fn take(&mut self, json: &str, new: Entry) {
        self.is_used = true;
        let is_there = self.changes.iter().any(|change| match &change.action {
            Action::Add(entry) if is_same(&change.name, self.name) => {
                entry.type_id == new.type_id
                    && json.get(entry.value.clone()) == json.get(new.value.clone())
            }
            _ => false,
        });
        if !is_there {
            self.changes.push(Change {
                name: self.name.into(),
                action: Action::Add(new),
            });
        }
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(invalid) = &self.failure {
            return Err(S::Error::custom(invalid));
        }
        if rendered::is_taken_as_it_is::<S>() {
            return rendered::serialize(&self.to_json(), serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        for change in self.firsts() {
            let mut value = String::new();
            self.push_value(&mut value, change);
            let value: serde_json::Value =
                serde_json::from_str(&value).map_err(S::Error::custom)?;
            map.serialize_entry(&*change.name, &value)?;
        }
        map.end()
    }
}

/// Shows which fields change and how, and no value.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = self.acts();
        let invalid = self.failure.iter().map(|it| (&it.name, &it.reason));
        f.debug_map().entries(changes).entries(invalid).finish()
    }
}

impl fmt::Debug for Act<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(_) => f.write_str("set"),
            Self::Clear(_) => f.write_str("cleared"),
            Self::Add(added) => write!(f, "{} added", added.len()),
        }
    }
}

impl InvalidField {
    pub(crate) fn reason(&self) -> &EncodeError {
        &self.reason
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
