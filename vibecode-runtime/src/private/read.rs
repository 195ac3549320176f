//! Reading: each field is one call with the user's own type as an explicit type argument.

use crate::{
    Answered, Companies, Contacts, Deals, Decode, DecodeError, Enumeration, Leads, Users,
    enumeration::List,
    kind,
    multifield::read_list,
    record::{Fields, UnreadableField},
};

#[allow(clippy::wildcard_imports, reason = "the traits of all kinds")]
use crate::kind::*;

/// What reading a field gives: nothing, or a value.
type Read<T> = Result<Option<T>, UnreadableField>;

fn value<K: Kind, T: Decode<K>>(fields: &Fields<'_>, place: usize) -> Read<T> {
    let (name, answered) = fields.at(place);
    let field = fields.list_of(name);
    let present = answered.filter(|answered| !K::is_nothing(*answered));
    let read = present.map(|answered| T::decode(answered.of(&field)));
    let read = read.transpose();
    read.map_err(|error| UnreadableField::new(name, error))
}

/// A value that must be there. Empty text is a value, since a text may be empty.
fn required<K: Kind, T: Decode<K>>(
    fields: &Fields<'_>,
    place: usize,
) -> Result<T, UnreadableField> {
    let (name, answered) = fields.at(place);
    let field = fields.list_of(name);
    let present = answered.filter(|it| it.is_empty_text() || !K::is_nothing(*it));
    let nothing = || DecodeError::expected("a value, found nothing: is the field an `Option`?");
    let present = present.ok_or_else(nothing);
    let read = present.and_then(|answered| T::decode(answered.of(&field)));
    read.map_err(|error| UnreadableField::new(name, error))
}

/// A list, which is empty if there is nothing.
fn list<K, T: Decode<Multiple<K>>>(
    fields: &Fields<'_>,
    place: usize,
) -> Result<T, UnreadableField> {
    let (name, answered) = fields.at(place);
    let field = fields.list_of(name);
    let read = T::decode(answered.unwrap_or(Answered::EMPTY_LIST).of(&field));
    read.map_err(|error| UnreadableField::new(name, error))
}

/// How a struct holds a field: the value itself, or an `Option` of it.
pub trait Held<T>: Sized {
    /// Reads a single field.
    #[doc(hidden)]
    fn single<K: Kind>(fields: &Fields<'_>, place: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<K>;

    /// Reads a multiple field.
    #[doc(hidden)]
    fn multiple<K: Kind>(fields: &Fields<'_>, place: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<Multiple<K>>;

    /// Reads one bare value of a multifield.
    #[doc(hidden)]
    fn typed(answered: Answered<'_>) -> Result<Self, DecodeError>
    where
        T: Decode<kind::Text>;
}

impl<T> Held<T> for T {
    fn single<K: Kind>(fields: &Fields<'_>, place: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<K>,
    {
        required::<K, T>(fields, place)
    }

    fn multiple<K: Kind>(fields: &Fields<'_>, place: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<Multiple<K>>,
    {
        list::<K, T>(fields, place)
    }

    fn typed(answered: Answered<'_>) -> Result<Self, DecodeError>
    where
        T: Decode<kind::Text>,
    {
        T::decode(answered)
    }
}

impl<T> Held<T> for Option<T> {
    fn single<K: Kind>(fields: &Fields<'_>, place: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<K>,
    {
        value::<K, T>(fields, place)
    }

    fn multiple<K: Kind>(fields: &Fields<'_>, place: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<Multiple<K>>,
    {
        value::<Multiple<K>, T>(fields, place)
    }

    fn typed(answered: Answered<'_>) -> Result<Self, DecodeError>
    where
        T: Decode<kind::Text>,
    {
        Some(answered)
            .filter(|it| !it.is_null())
            .map(T::decode)
            .transpose()
    }
}

/// `function, function for lists: kind, trait, trait for lists`.
macro_rules! reader {
    ($one:ident, $several:ident: $Kind:ty, $Reading:ident, $ListReading:ident) => {
        /// Reads a single field.
        ///
        /// # Errors
        /// If the value is not what the type holds.
        pub fn $one<T: $Reading, H: Held<T>>(
            fields: &Fields<'_>,
            place: usize,
        ) -> Result<H, UnreadableField> {
            H::single::<$Kind>(fields, place)
        }

        /// Reads a multiple field.
        ///
        /// # Errors
        /// If a value is not what the type holds.
        pub fn $several<T: $ListReading, H: Held<T>>(
            fields: &Fields<'_>,
            place: usize,
        ) -> Result<H, UnreadableField> {
            H::multiple::<$Kind>(fields, place)
        }
    };
}

reader! { text, texts: kind::Text, TextReading, TextListReading }
reader! { integer, integers: kind::Integer, IntegerReading, IntegerListReading }
reader! { number, numbers: kind::Number, NumberReading, NumberListReading }
reader! { double, doubles: kind::Double, DoubleReading, DoubleListReading }
reader! { boolean, booleans: kind::Boolean, BooleanReading, BooleanListReading }
reader! { date, dates: kind::Date, DateReading, DateListReading }
reader! { datetime, datetimes: kind::DateTime, DateTimeReading, DateTimeListReading }
reader! { date_or_datetime, dates_or_datetimes: kind::DateOrDateTime, DateOrDateTimeReading, DateOrDateTimeListReading }
reader! { enumeration, enumerations: kind::Enumeration, EnumerationReading, EnumerationListReading }
reader! { money, moneys: kind::Money, MoneyReading, MoneyListReading }
reader! { url, urls: kind::Url, UrlReading, UrlListReading }
reader! { address, addresses: kind::Address, AddressReading, AddressListReading }
reader! { file, files: kind::File, FileReading, FileListReading }
reader! { crm, crms: kind::Crm, CrmReading, CrmListReading }
reader! { status, statuses: kind::Status, StatusReading, StatusListReading }
reader! { iblock, iblocks: kind::Iblock, IblockReading, IblockListReading }
reader! { contact, contacts: kind::Reference<Contacts>, ContactReading, ContactListReading }
reader! { company, companies: kind::Reference<Companies>, CompanyReading, CompanyListReading }
reader! { lead, leads: kind::Reference<Leads>, LeadReading, LeadListReading }
reader! { deal, deals: kind::Reference<Deals>, DealReading, DealListReading }
reader! { user, users: kind::Reference<Users>, UserReading, UserListReading }
reader! { quote, quotes: kind::Reference<kind::Quotes>, QuoteReading, QuoteListReading }

/// Reads the record's id.
///
/// # Errors
/// If there is none.
pub fn id<T: super::IsIdOf<E>, E>(fields: &Fields<'_>, place: usize) -> Result<T, UnreadableField> {
    let (name, answered) = fields.at(place);
    let read = T::decode(answered.unwrap_or(Answered::NULL));
    read.map_err(|error| UnreadableField::new(name, error))
}

/// Reads an option.
///
/// # Errors
/// If the field is another list, or the enum has no option with the id.
pub fn option<T: Enumeration>(answered: Answered<'_>) -> Result<T, DecodeError> {
    let list = List::of::<T>();
    if answered.field().is_some_and(|field| !field.is(list)) {
        let expected = format!("an option of `{}` of {}", list.field, list.entity);
        return Err(DecodeError::expected(expected));
    }
    let id = <u64 as Decode<kind::Enumeration>>::decode(answered)?;
    let option = T::from_option_id(id);
    option.ok_or_else(|| DecodeError::expected("one of the options that the enum has"))
}

/// Stands in for a field with a mistake that the compiler reports.
///
/// # Errors
/// Always.
pub fn broken<T>() -> Result<T, UnreadableField> {
    Err(UnreadableField::new(
        "",
        DecodeError::expected("a field without a mistake"),
    ))
}

/// Reads the phones into a list.
///
/// # Errors
/// If an entry is not what the list holds.
pub fn phones<L: kind::PhoneListReading>(fields: &Fields<'_>) -> Result<L, UnreadableField> {
    read_list::<kind::Phone, L>(&fields.multifields(), "PHONE")
        .map_err(|error| UnreadableField::new("phone", error))
}

/// Reads the emails into a list.
///
/// # Errors
/// If an entry is not what the list holds.
pub fn emails<L: kind::EmailListReading>(fields: &Fields<'_>) -> Result<L, UnreadableField> {
    read_list::<kind::Email, L>(&fields.multifields(), "EMAIL")
        .map_err(|error| UnreadableField::new("email", error))
}

/// Reads the first value of one type of a multifield.
///
/// # Errors
/// If there is none and the struct requires one, or it is not what the struct holds.
pub fn typed_value<T: kind::TypedValueReading, H: Held<T>>(
    fields: &Fields<'_>,
    multifield: &'static str,
    type_id: &str,
) -> Result<H, UnreadableField> {
    let kind = multifield.to_ascii_uppercase();
    let multifields = fields.multifields();
    let first = multifields
        .of_kind(&kind)
        .find(|entry| entry.value_type() == type_id);
    let json = first.map(|entry| serde_json::Value::from(entry.value()).to_string());
    H::typed(json.as_deref().map_or(Answered::NULL, Answered::of_text))
        .map_err(|error| UnreadableField::new(multifield, error))
}
