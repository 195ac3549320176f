//! The functions and traits that generated code uses. Not part of the public API: they may change
//! in any version.
//!
//! Each setter is one call of the kind's trait on the user's type, `<String as TextField>`. So a
//! wrong type is an error at that type, with the message of the trait, and shows nothing of the
//! runtime.

pub use std::{
    clone::Clone,
    compile_error,
    convert::{AsRef, Into},
    default::Default,
    fmt::{self, Debug, Formatter},
    marker::PhantomData,
    ops::FnOnce,
    option::Option,
    primitive::{bool, str, u64, usize},
    result::Result,
    string::String,
    stringify,
};

// Re-exported under names that are not in the prelude: generated code writes them with the spans of
// the user's types, where the lint `unused_qualifications` would demand the short names.
pub use std::convert::{AsRef as TakenAs, Into as TakenInto};

pub use serde::{Serialize, Serializer};

use crate::Id;
pub use crate::{
    Decode, DecodeError, Email, Encode, EncodeError, Encoder, Enumeration, OptionEnum, Patch,
    Phone, Record, StatusEnum, WireValue, kind,
    many::query::{
        OrArray, OrList, OrOptional, field,
        read_fields::{FieldsOf, Mistaken, NotRecord, Tag, TagOf, tag, wire_field},
    },
    patch::{
        body::Body,
        diff::{Diff, NotRemovable},
    },
    record::{Fields, UnreadableField},
    value::{enumeration::ClosedField, equality::ComparedAs, id::PatchOf},
};

pub(crate) mod field;
pub mod labels;
mod list;
pub(crate) mod multifield;
pub mod present;
pub mod read;

pub(crate) use self::present::add_typed;

#[allow(
    clippy::wildcard_imports,
    reason = "the functions and traits of all kinds"
)]
pub use self::{field::*, list::IntoList, multifield::*, present::*};
#[allow(
    clippy::wildcard_imports,
    reason = "the functions and traits of all kinds"
)]
pub use crate::kind::*;
#[allow(clippy::wildcard_imports, reason = "the types of all entities")]
pub use crate::value::entity::*;

/// Clears a field by sending this JSON.
#[must_use]
pub fn clear(mut body: Body, name: &'static str, json: &'static str) -> Body {
    body.clear(name, json, ComparedAs::Form);
    body
}

/// Clears a boolean by sending this JSON.
#[must_use]
pub fn clear_boolean(mut body: Body, name: &'static str, json: &'static str) -> Body {
    body.clear(name, json, ComparedAs::Boolean);
    body
}

/// Returns the JSON that the client sends, for the benchmark.
pub fn sent_json(patch: &impl Patch) -> String {
    patch.body().to_json()
}

/// Calls the setter if there is a value.
pub fn maybe<P, V>(patch: P, value: Option<V>, set: impl FnOnce(P, V) -> P) -> P {
    match value {
        Some(value) => set(patch, value),
        None => patch,
    }
}

/// Sets a field that is not checked against a schema.
pub fn set_unchecked<P: Patch>(body: &mut Body, name: impl Into<String>, value: impl Serialize) {
    body.set_unchecked(name.into(), P::WIRE_NAMES, &value);
}

/// Returns the changes between two structs. `clearings` are the fields that can be missing in the
/// second, with the JSON that clears each, and whether it is a boolean.
#[must_use]
pub fn diff(
    before: &Body,
    after: &Body,
    clearings: &[(&'static str, &'static str, bool)],
) -> (Body, Vec<NotRemovable>) {
    let (mut body, not_removable) = after.since(before);
    let gone = |name: &str| before.change_of(name).is_some() && after.change_of(name).is_none();
    for (name, json, is_boolean) in clearings.iter().filter(|(name, ..)| gone(name)) {
        body = if *is_boolean {
            clear_boolean(body, name, json)
        } else {
            clear(body, name, json)
        };
    }
    (body, not_removable)
}

/// Makes a diff invalid if it would clear a field that the portal requires. The error names the
/// field.
pub fn refuse_clearing(diff: &mut Body, before: &Body, after: &Body, required: &[&'static str]) {
    for name in required {
        if before.change_of(name).is_some() && after.change_of(name).is_none() {
            let reason = "the portal requires a value, so that it cannot be cleared";
            diff.set(name, ComparedAs::Form, false, &|_| {
                Err(EncodeError::new(reason))
            });
        }
    }
}

/// Never implemented for a multifield. A method with this bound therefore fails with the
/// explanation below.
#[diagnostic::on_unimplemented(
    message = "`{Field}` cannot be set: the API only ever adds phones and emails",
    label = "call `{Add}`",
    note = "the API has no way to replace or remove a phone or an email: that is done in Bitrix24 itself"
)]
pub trait Settable<'never, Field, Add> {}

/// Never implemented for a multifield either.
#[diagnostic::on_unimplemented(
    message = "`{Field}` cannot be cleared: the API only ever adds phones and emails",
    label = "nothing clears it",
    note = "the API has no way to replace or remove a phone or an email: that is done in Bitrix24 itself"
)]
pub trait Clearable<'never, Field> {}

/// Never implemented, like [`Clearable`]: for a field that the portal requires.
#[diagnostic::on_unimplemented(
    message = "`{Field}` cannot be cleared: the portal requires a value",
    label = "nothing clears it",
    note = "the portal's schema says `isRequired`: if that is no longer so, `cargo vibecode pull` fetches the current one"
)]
pub trait NotRequired<'never, Field> {}

/// The type of a field with `#[vibecode(id)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the id of this struct's entity",
    label = "not the entity's id",
    note = "the field with `#[vibecode(id)]` has the entity's own id, such as `ContactId` for `entity = \"contacts\"`"
)]
pub trait IsIdOf<E>: Sized {
    /// Checks at compile time that the type is the id of the entity.
    fn check() {}

    /// Reads the record's id. An error if the record has none.
    fn read(fields: &Fields<'_>, index: usize) -> Result<Self, UnreadableField>;
}

#[diagnostic::do_not_recommend]
impl<E> IsIdOf<E> for Id<E> {
    fn read(fields: &Fields<'_>, index: usize) -> Result<Self, UnreadableField> {
        read::required::<kind::Reference<E>, Self>(fields, index)
    }
}

/// The field whose closed set a written type represents. `None`, through [`NoClosedField`], for a type that
/// cannot be written, which is reported as an error elsewhere.
#[derive(Debug)]
pub struct WrittenField<T, K>(PhantomData<(T, K)>);

/// The field whose closed set a read type represents.
#[derive(Debug)]
pub struct ReadField<T, K>(PhantomData<(T, K)>);

impl<T: Encode<K>, K> WrittenField<T, K> {
    /// The field.
    pub const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;
}

impl<T: Decode<K>, K> ReadField<T, K> {
    /// The field.
    pub const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;
}

/// Fallback for types that have no wire form of the kind.
pub trait NoClosedField {
    /// No field.
    const CLOSED_FIELD: Option<ClosedField> = None;
}

impl<T, K> NoClosedField for WrittenField<T, K> {}

impl<T, K> NoClosedField for ReadField<T, K> {}

/// Whether a struct derives `Patch`, which then checks the enums of its writable fields.
#[derive(Debug)]
pub struct Patched<T>(PhantomData<T>);

impl<T: ToPatch> Patched<T> {
    /// It does.
    pub const IS_PATCHED: bool = true;
}

/// Fallback for structs that do not derive `Patch`.
pub trait NotPatched {
    /// It does not.
    const IS_PATCHED: bool = false;
}

impl<T> NotPatched for Patched<T> {}

/// Writes an option of a list field.
///
/// # Errors
/// If the field is another list field, or the option has the id 0.
pub fn option<T: OptionEnum>(option: &T, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
    to.option(option)
}

/// Writes a code.
///
/// # Errors
/// If the field is another one, or the text is not a code.
pub fn status<T: StatusEnum>(status: &T, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
    to.status(status)
}

/// A struct that can fill a patch.
pub trait ToPatch {
    /// Sets and adds the values that the struct contains.
    fn present(&self, body: &mut Body);
}
