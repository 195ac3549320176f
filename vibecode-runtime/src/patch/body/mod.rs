//! The body of a PATCH request.
//!
//! The benchmark `encode` compares it with a struct written by hand. Much of the cost of setting a
//! field would be calls and copies, so the usual path is inlined and the rare paths are separate
//! functions.
//!
//! A body keeps one text, to which every call appends, and a list of changes, each of which refers
//! to a part of the text. For example, an app sets `post` to "Clerk", adds a phone, sets `name`,
//! and then sets `post` to "Director". The text is then:
//!
//! ```text
//! ,"post":"Clerk""+79161112233","name":"Ivan","post":"Director"
//! ```
//!
//! The changes are `post` (the last member, at the position of the first), `phone` and `name`.
//! Members that are adjacent in the text and in the list are a run and are copied as one. Added
//! values get their name and their form only when the body is sent:
//!
//! ```text
//! {"post":"Director","phone":"+79161112233","name":"Ivan"}
//! ```

mod add;
mod finite;
#[cfg(test)]
mod tests;
mod write;

use std::{borrow::Cow, fmt, ops::Range};

use serde::Serialize;

pub(crate) use self::finite::is_finite;
use crate::{
    EncodeError, Entity,
    value::{
        encode::{Encoder, NOT_AN_ENTRY, NOT_FINITE, push_text, to_json},
        enumeration::FieldId,
        equality::ComparedAs,
    },
};

/// The body of a PATCH request, with the fields in the order in which they were first set.
///
/// A value is converted to JSON when it is set, so that an invalid value is detected then. The JSON
/// contains the name before the value, so that members which were set one after the other can be
/// sent by copying them as one run.
#[doc(hidden)]
#[derive(Clone, Default)]
pub struct Body {
    /// The changes, grouped by field. A multifield has one change for each of its values.
    changes: Vec<Change>,
    /// The members that were set, each as `,"name":value`, and the values that were added, in the
    /// order of the calls. Text that has been replaced remains here but is not sent.
    json: String,
    /// One bit per changed name, a small Bloom filter: most fields have not changed yet.
    seen: u64,
    /// The first value that has no wire form. A patch with a failure is never sent.
    failure: Option<Box<InvalidField>>,
    unchecked: bool,
    /// The path of the entity, with which an option of another list's enum is refused.
    entity: Option<&'static str>,
}

#[derive(Debug, Clone)]
struct Change {
    name: Name,
    action: Action,
    /// The start of the change's text: at the name, or at the value if it is added.
    begin: usize,
    value: Range<usize>,
}

/// A wire name. A name that the struct maps has been checked to need no escaping.
type Name = Cow<'static, str>;

#[derive(Debug, Clone, Copy)]
enum Action {
    /// To a value that is compared like this.
    Set(ComparedAs),
    /// With this JSON, which is compared like this.
    Clear(&'static str, ComparedAs),
    /// With this type.
    Add(&'static str),
}

#[derive(PartialEq)]
pub(crate) enum FieldChange<'a> {
    Set(&'a str, ComparedAs),
    Clear(&'static str, ComparedAs),
    Add(Vec<Added<'a>>),
}

/// An added value, as JSON, and its type.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Added<'a> {
    pub(crate) value: &'a str,
    pub(crate) value_type: &'static str,
}

impl Added<'_> {
    pub(crate) fn text(&self) -> String {
        text_of(self.value)
    }
}

#[expect(
    clippy::expect_used,
    reason = "an empty text in its place would be compared and sent"
)]
pub(crate) fn text_of(json: &str) -> String {
    serde_json::from_str(json).expect("each added value of a body is a JSON text")
}

/// A field whose value cannot be sent.
#[derive(Debug, Clone)]
pub(crate) struct InvalidField {
    name: Name,
    reason: EncodeError,
}

/// Writes a value. It is not a type parameter, so that all setters share their code.
type Encoding<'a> = &'a dyn Fn(&mut Encoder<'_>) -> Result<(), EncodeError>;

/// Room for most patches: the number of changes, and the length of the JSON in bytes.
const USUAL_CHANGES: usize = 8;
const USUAL_LENGTH: usize = 192;

impl Body {
    /// Creates an empty body for a patch of the entity.
    #[must_use]
    pub fn of<E: Entity>() -> Self {
        Self {
            entity: Some(E::PATH),
            ..Self::default()
        }
    }

    /// Sets a field. If `leaves_empty`, an empty list does not change the field.
    pub(crate) fn set(
        &mut self,
        name: &'static str,
        compared: ComparedAs,
        leaves_empty: bool,
        encode: Encoding<'_>,
    ) {
        let (begin, value) = self.begin(name);
        let field = self.entity.map(|entity| FieldId { entity, name });
        let mut encoder = Encoder::of_field(&mut self.json, field);
        match encode(&mut encoder).and_then(|()| encoder.require_one_value()) {
            Ok(()) if leaves_empty && self.is_empty_list(value) => self.json.truncate(begin),
            Ok(()) => self.end(Name::Borrowed(name), Action::Set(compared), begin, value),
            Err(reason) => self.fail(name.into(), begin, reason),
        }
    }

    pub(crate) fn clear(&mut self, name: &'static str, by: &'static str, compared: ComparedAs) {
        self.put(name.into(), Action::Clear(by, compared), by);
    }

    fn put(&mut self, name: Name, action: Action, json: &str) {
        let (begin, value) = match &name {
            Name::Borrowed(name) => self.begin(name),
            Name::Owned(name) => self.begin_escaped(name),
        };
        self.json.push_str(json);
        self.end(name, action, begin, value);
    }

    /// Writes a name that needs no escaping. Returns the start of the member and of its value.
    #[allow(
        clippy::inline_always,
        reason = "a call would cost more than what it does"
    )]
    #[inline(always)]
    fn begin(&mut self, name: &str) -> (usize, usize) {
        if self.json.capacity() == 0 {
            self.make_room();
        }
        let begin = self.json.len();
        self.json.push_str(",\"");
        self.json.push_str(name);
        self.json.push_str("\":");
        (begin, self.json.len())
    }

    fn begin_escaped(&mut self, name: &str) -> (usize, usize) {
        let begin = self.json.len();
        self.json.push(',');
        push_text(&mut self.json, name);
        self.json.push(':');
        (begin, self.json.len())
    }

    #[allow(
        clippy::inline_always,
        reason = "a call would cost more than what it does"
    )]
    #[inline(always)]
    fn end(&mut self, name: Name, action: Action, begin: usize, value: usize) {
        let value = value..self.json.len();
        let may_have_changed = self.see(&name);
        self.changes.push(Change {
            name,
            action,
            begin,
            value,
        });
        if may_have_changed {
            self.move_to_its_first_index();
        }
    }

    /// Moves the last change to where its field first changed, and drops the earlier changes.
    #[cold]
    fn move_to_its_first_index(&mut self) {
        let Some(last) = self.changes.pop() else {
            return;
        };
        let mut changes = self.changes.iter();
        let index = changes.position(|change| change.is_of_field_of(&last));
        self.changes.retain(|change| !change.is_of_field_of(&last));
        self.changes
            .insert(index.unwrap_or(self.changes.len()), last);
    }

    /// Returns whether a name may have been seen already, and marks it as seen.
    fn see(&mut self, name: &str) -> bool {
        // Few names of a struct share a bit.
        let last = name.as_bytes().last().copied().unwrap_or_default();
        let bit = 1 << ((name.len() + usize::from(last)) % 64);
        let is_seen = self.seen & bit != 0;
        self.seen |= bit;
        is_seen
    }

    #[cold]
    fn make_room(&mut self) {
        self.json = String::with_capacity(USUAL_LENGTH);
        self.changes = Vec::with_capacity(USUAL_CHANGES);
    }

    pub(crate) fn add(&mut self, name: &'static str, encode: Encoding<'_>) {
        if self.json.capacity() == 0 {
            self.make_room();
        }
        let begin = self.json.len();
        let may_have_some = self.see(name);
        let mut encoder = Encoder::of_multifield(&mut self.json);
        if let Err(reason) = encode(&mut encoder).and_then(|()| encoder.require_one_value()) {
            return self.fail(name.into(), begin, reason);
        }
        let mut entries = encoder.into_entries();
        let Some(first) = entries.next() else {
            if !self.is_empty_list(begin) {
                self.fail(name.into(), begin, EncodeError::new(NOT_AN_ENTRY));
            }
            return;
        };
        self.push_entry(name, first, may_have_some);
        for entry in entries {
            self.push_entry(name, entry, true);
        }
    }

    pub(crate) fn set_unchecked(&mut self, name: String, mapped: &[&str], value: &impl Serialize) {
        self.unchecked = true;
        if mapped.contains(&name.as_str()) {
            let reason = "the struct has this field: set it by its own method";
            return self.refuse(name, reason);
        }
        self.set_untyped(name, ComparedAs::Form, value);
    }

    /// Sets a field whose name and value the caller has checked.
    pub(crate) fn set_untyped(
        &mut self,
        name: String,
        compared: ComparedAs,
        value: &impl Serialize,
    ) {
        if !is_finite(value) {
            return self.fail(name.into(), self.json.len(), EncodeError::new(NOT_FINITE));
        }
        match to_json(value) {
            Ok(json) => self.put(name.into(), Action::Set(compared), &json),
            Err(reason) => self.fail(name.into(), self.json.len(), reason),
        }
    }

    pub(crate) fn refuse(&mut self, name: String, reason: &'static str) {
        self.fail(name.into(), self.json.len(), EncodeError::new(reason));
    }

    fn is_empty_list(&self, begin: usize) -> bool {
        self.json.get(begin..) == Some("[]")
    }

    #[cold]
    fn fail(&mut self, name: Name, begin: usize, reason: EncodeError) {
        self.json.truncate(begin);
        if self.failure.is_none() {
            self.failure = Some(Box::new(InvalidField { name, reason }));
        }
    }

    #[expect(
        clippy::expect_used,
        reason = "without its text, a member would be sent without a value"
    )]
    fn text(&self, span: Range<usize>) -> &str {
        self.json
            .get(span)
            .expect("a change refers to a part of the text")
    }

    fn value(&self, change: &Change) -> &str {
        self.text(change.value.clone())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.json.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.failure.is_none()
    }

    pub(crate) fn is_idempotent(&self) -> bool {
        let adds = |change: &Change| matches!(change.action, Action::Add(_));
        !self.unchecked && !self.changes.iter().any(adds)
    }

    /// Whether the body contains a value that was not checked against a schema.
    pub(crate) fn is_unchecked(&self) -> bool {
        self.unchecked
    }

    pub(crate) fn mark_unchecked(&mut self) {
        self.unchecked = true;
    }

    pub(crate) fn invalid_field(&self) -> Option<&InvalidField> {
        self.failure.as_deref()
    }

    pub(crate) fn changes(&self) -> impl Iterator<Item = (&Name, FieldChange<'_>)> {
        self.fields()
            .map(|(first, all)| (&first.name, self.change(first, all)))
    }

    pub(crate) fn additions(&self) -> impl Iterator<Item = (&Name, &str)> {
        let added = |change: &&Change| matches!(change.action, Action::Add(_));
        let changes = self.changes.iter().filter(added);
        changes.map(|change| (&change.name, self.value(change)))
    }

    pub(crate) fn change_of(&self, name: &str) -> Option<FieldChange<'_>> {
        let (first, all) = self.fields().find(|(first, _)| first.name == name)?;
        Some(self.change(first, all))
    }

    fn fields(&self) -> impl Iterator<Item = (&Change, &[Change])> {
        let fields = self.changes.chunk_by(Change::is_of_field_of);
        fields.filter_map(|all| Some((all.first()?, all)))
    }

    fn change(&self, first: &Change, all: &[Change]) -> FieldChange<'_> {
        match first.action {
            Action::Set(compared) => FieldChange::Set(self.value(first), compared),
            Action::Clear(by, compared) => FieldChange::Clear(by, compared),
            Action::Add(_) => FieldChange::Add(self.added(all).collect()),
        }
    }

    fn added(&self, changes: &[Change]) -> impl Iterator<Item = Added<'_>> {
        changes.iter().filter_map(|change| match change.action {
            Action::Add(value_type) => Some(Added {
                value: self.value(change),
                value_type,
            }),
            Action::Set(_) | Action::Clear(..) => None,
        })
    }

    /// Copies a change from another body. The field must not have a change in this one.
    pub(crate) fn take(&mut self, name: &Name, change: &FieldChange<'_>) {
        match change {
            FieldChange::Set(json, compared) => {
                self.put(name.clone(), Action::Set(*compared), json);
            }
            FieldChange::Clear(by, compared) => {
                self.put(name.clone(), Action::Clear(by, *compared), by);
            }
            FieldChange::Add(added) => {
                self.see(name);
                for Added { value, value_type } in added {
                    let begin = self.json.len();
                    self.json.push_str(value);
                    self.changes.push(Change {
                        name: name.clone(),
                        action: Action::Add(value_type),
                        begin,
                        value: begin..self.json.len(),
                    });
                }
            }
        }
    }

    /// Returns an empty body with the same entity, failure and unchecked flag.
    pub(crate) fn without_changes(&self) -> Self {
        Self {
            failure: self.failure.clone(),
            unchecked: self.unchecked,
            entity: self.entity,
            ..Self::default()
        }
    }
}

impl Change {
    fn is_of_field_of(&self, other: &Self) -> bool {
        is_same(&self.name, &other.name)
    }
}

/// Most names exist once in the program, so the pointers are compared first.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (std::ptr::eq(one, other) || one == other)
}

/// Shows which fields change and how, but no values.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = self.changes();
        let invalid = self.failure.iter().map(|it| (&it.name, &it.reason));
        f.debug_map().entries(changes).entries(invalid).finish()
    }
}

impl fmt::Debug for FieldChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(..) => f.write_str("set"),
            Self::Clear(..) => f.write_str("cleared"),
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
            "the value for `{}` cannot be sent: {}",
            self.name.escape_debug(),
            self.reason
        )
    }
}

impl std::error::Error for InvalidField {}
