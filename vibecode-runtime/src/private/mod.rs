//! What generated code calls. Not part of the public interface: it may change with any version.
//!
//! Each setter is one call with the user's own type as an explicit type argument, so that a wrong
//! type is an error at that type, worded by the kind's own trait.

pub use std::{
    clone::Clone,
    convert::{AsRef, Into},
    default::Default,
    fmt::{self, Debug, Formatter},
    marker::PhantomData,
    ops::FnOnce,
    option::Option,
    primitive::{bool, str, u64, usize},
    result::Result,
    string::String,
};

pub use serde::{Serialize, Serializer};

use crate::Id;
#[allow(clippy::wildcard_imports, reason = "the traits of all kinds")]
use crate::kind::*;
pub use crate::{
    Answered, Companies, Contacts, Deals, Decode, DecodeError, Email, Encode, EncodeError, Encoder,
    Enumeration, Items, Leads, Patch, Phone, Record, Users,
    body::Body,
    diff::{Diff, NotRemovable},
    enumeration::List,
    id::PatchOf,
    kind,
    record::{Fields, UnreadableField},
};

pub mod read;

/// A value on its way into a patch, given to a setter or found in a struct.
pub trait Given<T: ?Sized> {
    /// Whether an empty list leaves the field as it is.
    const LEAVES_EMPTY: bool = false;

    /// Hands the value over, if there is one.
    fn hand(self, to: impl FnOnce(&T));
}

/// What a setter was given.
#[derive(Debug)]
pub struct Set<V>(pub V);

/// The list that a struct holds. An empty one leaves the field as it is.
#[derive(Debug)]
pub struct Listed<'a, T>(pub &'a T);

/// One value for a list of the type `L`, or all that a struct holds.
#[derive(Debug)]
pub enum OneOrAll<'a, T, L: ?Sized> {
    /// What an adding method was given.
    One(T),
    /// What a struct holds.
    All(&'a L),
}

impl<T, V: Into<T>> Given<T> for Set<V> {
    #[inline]
    fn hand(self, to: impl FnOnce(&T)) {
        to(&self.0.into());
    }
}

impl<T> Given<T> for &Option<T> {
    #[inline]
    fn hand(self, to: impl FnOnce(&T)) {
        if let Some(value) = self {
            to(value);
        }
    }
}

impl<T: ?Sized> Given<T> for &T {
    #[inline]
    fn hand(self, to: impl FnOnce(&T)) {
        to(self);
    }
}

impl<T> Given<T> for Listed<'_, Option<T>> {
    const LEAVES_EMPTY: bool = true;

    #[inline]
    fn hand(self, to: impl FnOnce(&T)) {
        self.0.hand(to);
    }
}

impl<T> Given<T> for Listed<'_, T> {
    const LEAVES_EMPTY: bool = true;

    #[inline]
    fn hand(self, to: impl FnOnce(&T)) {
        to(self.0);
    }
}

/// Sets a field of the kind `K`.
fn set<K, T: Encode<K> + ?Sized, G: Given<T>>(body: &mut Body, name: &'static str, given: G) {
    given.hand(|value| body.set(name, G::LEAVES_EMPTY, &|to| value.encode(to)));
}

// One call a kind: a message that points to a bound shows the call, and no other kind's.

/// `function, function for lists: kind, trait, trait for lists`.
macro_rules! setter {
    ($one:ident, $list:ident: $Kind:ty, $Field:ident, $ListField:ident) => {
        /// Sets a single field.
        pub fn $one<T: $Field + ?Sized>(body: &mut Body, name: &'static str, given: impl Given<T>) {
            set::<$Kind, T, _>(body, name, given);
        }

        /// Sets a multiple field.
        pub fn $list<T: $ListField + ?Sized>(
            body: &mut Body,
            name: &'static str,
            given: impl Given<T>,
        ) {
            set::<Multiple<$Kind>, T, _>(body, name, given);
        }
    };
}

setter! { text, texts: kind::Text, TextField, TextListField }
setter! { integer, integers: kind::Integer, IntegerField, IntegerListField }
setter! { number, numbers: kind::Number, NumberField, NumberListField }
setter! { double, doubles: kind::Double, DoubleField, DoubleListField }
setter! { boolean, booleans: kind::Boolean, BooleanField, BooleanListField }
setter! { date, dates: kind::Date, DateField, DateListField }
setter! { datetime, datetimes: kind::DateTime, DateTimeField, DateTimeListField }
setter! { date_or_datetime, dates_or_datetimes: kind::DateOrDateTime, DateOrDateTimeField, DateOrDateTimeListField }
setter! { enumeration, enumerations: kind::Enumeration, EnumerationField, EnumerationListField }
setter! { money, moneys: kind::Money, MoneyField, MoneyListField }
setter! { url, urls: kind::Url, UrlField, UrlListField }
setter! { address, addresses: kind::Address, AddressField, AddressListField }
setter! { file, files: kind::File, FileField, FileListField }
setter! { crm, crms: kind::Crm, CrmField, CrmListField }
setter! { status, statuses: kind::Status, StatusField, StatusListField }
setter! { iblock, iblocks: kind::Iblock, IblockField, IblockListField }
setter! { contact, contacts: kind::Reference<Contacts>, ContactField, ContactListField }
setter! { company, companies: kind::Reference<Companies>, CompanyField, CompanyListField }
setter! { lead, leads: kind::Reference<Leads>, LeadField, LeadListField }
setter! { deal, deals: kind::Reference<Deals>, DealField, DealListField }
setter! { user, users: kind::Reference<Users>, UserField, UserListField }
setter! { quote, quotes: kind::Reference<kind::Quotes>, QuoteField, QuoteListField }

/// `functions: kind, value, trait, trait for lists`.
macro_rules! adder {
    ($one:ident, $list:ident: $Value:ident, $Field:ident, $ListField:ident) => {
        /// Adds to a multifield whose element type is written out.
        pub fn $one<T: $Field>(body: &mut Body, name: &'static str, given: impl Given<T>) {
            given.hand(|value| body.add(name, &|to| value.encode(to)));
        }

        /// Adds to a multifield whose list type has a name of its own.
        pub fn $list<L: $ListField + ?Sized>(
            body: &mut Body,
            name: &'static str,
            given: OneOrAll<'_, $Value, L>,
        ) {
            body.add(name, &|to| match &given {
                OneOrAll::One(value) => value.encode(to),
                OneOrAll::All(list) => list.encode(to),
            });
        }
    };
}

adder! { phone, phones: Phone, PhoneField, PhoneListField }
adder! { email, emails: Email, EmailField, EmailListField }

/// Adds a bare value to a multifield, under the type that the struct gives it.
pub fn typed_value<T: TypedValueField + ?Sized>(
    body: &mut Body,
    name: &'static str,
    type_id: &'static str,
    given: impl Given<T>,
) {
    given.hand(|value| {
        body.add(name, &|to| {
            value.encode(to)?;
            to.written_entry(type_id)
        });
    });
}

/// What is sent to clear a field.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Clearing {
    /// `""`
    EmptyText,
    /// `0`
    Zero,
    /// `[]`
    EmptyList,
    /// `null`
    Null,
    /// `false`
    False,
}

/// Clears a field.
pub fn clear(body: &mut Body, name: &'static str, clearing: Clearing) {
    body.clear(
        name,
        match clearing {
            Clearing::EmptyText => "\"\"",
            Clearing::Zero => "0",
            Clearing::EmptyList => "[]",
            Clearing::Null => "null",
            Clearing::False => "false",
        },
    );
}

/// Sets where there is a value.
pub fn maybe<P, V>(patch: P, value: Option<V>, set: impl FnOnce(P, V) -> P) -> P {
    match value {
        Some(value) => set(patch, value),
        None => patch,
    }
}

/// Sets what no schema checks.
pub fn set_unchecked<P: Patch>(body: &mut Body, name: impl Into<String>, value: impl Serialize) {
    body.set_unchecked(name.into(), P::WIRE_NAMES, &value);
}

/// The changes between what two structs hold.
#[must_use]
pub fn diff(
    before: &Body,
    after: &Body,
    clearings: &[(&'static str, Clearing)],
) -> (Body, Vec<NotRemovable>) {
    let (mut body, not_removable) = after.since(before);
    let gone = |name: &str| before.act_of(name).is_some() && after.act_of(name).is_none();
    for (name, clearing) in clearings.iter().filter(|(name, _)| gone(name)) {
        clear(&mut body, name, *clearing);
    }
    (body, not_removable)
}

/// Refuses a diff that would clear a field which the portal requires: it is not sent, and names the
/// field.
pub fn refuse_clearing(diff: &mut Body, before: &Body, after: &Body, required: &[&'static str]) {
    for name in required {
        if before.act_of(name).is_some() && after.act_of(name).is_none() {
            let reason = "the portal requires a value, so that it cannot be cleared";
            diff.set(name, false, &|_| Err(EncodeError::new(reason)));
        }
    }
}

/// What no multifield is: never implemented, so that a method which asks for it says why.
#[diagnostic::on_unimplemented(
    message = "`{Field}` cannot be set: the API only ever adds phones and emails",
    label = "call `{Add}`",
    note = "the API has no way to replace or remove a phone or an email: that is done in Bitrix24 itself"
)]
pub trait Settable<'never, Field, Add> {}

/// What no multifield is either.
#[diagnostic::on_unimplemented(
    message = "`{Field}` cannot be cleared: the API only ever adds phones and emails",
    label = "nothing clears it",
    note = "the API has no way to replace or remove a phone or an email: that is done in Bitrix24 itself"
)]
pub trait Clearable<'never, Field> {}

/// What a field that the portal requires is not: never implemented, as [`Clearable`].
#[diagnostic::on_unimplemented(
    message = "`{Field}` cannot be cleared: the portal requires a value",
    label = "nothing clears it",
    note = "the portal's schema says `isRequired`: if that is no longer so, `cargo vibecode pull` fetches it anew"
)]
pub trait NotRequired<'never, Field> {}

/// The type of a field with `#[vibecode(id)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the id of this struct's entity",
    label = "not the entity's id",
    note = "the field with `#[vibecode(id)]` has the entity's own id, such as `ContactId` for `entity = \"contacts\"`"
)]
pub trait IsIdOf<E>: Decode<kind::Reference<E>> {}

#[diagnostic::do_not_recommend]
impl<E> IsIdOf<E> for Id<E> {}

/// Holds that a type is the id of an entity.
pub fn id<T: IsIdOf<E>, E>() {}

/// The list of a type that is written; `None` through [`NoList`] for a type that cannot be, which
/// is told elsewhere.
#[derive(Debug)]
pub struct WrittenList<T, K>(PhantomData<(T, K)>);

/// The same for a type that is read.
#[derive(Debug)]
pub struct ReadList<T, K>(PhantomData<(T, K)>);

impl<T: Encode<K>, K> WrittenList<T, K> {
    /// The list.
    pub const LIST: Option<List> = T::LIST;
}

impl<T: Decode<K>, K> ReadList<T, K> {
    /// The list.
    pub const LIST: Option<List> = T::LIST;
}

/// What is found where a type has no wire form of the kind.
pub trait NoList {
    /// No list.
    const LIST: Option<List> = None;
}

impl<T, K> NoList for WrittenList<T, K> {}

impl<T, K> NoList for ReadList<T, K> {}

/// Writes an option.
///
/// # Errors
/// If the field is another list, or the option has the id 0.
pub fn option<T: Enumeration>(option: &T, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
    to.option(option)
}

/// What a struct gives to its patch.
pub trait Present {
    /// Sets and adds what is present in the struct.
    fn present(&self, body: &mut Body);
}
