//! Reads fields: each is one call of the kind's trait on the user's type.

use crate::{
    Decode, DecodeError, OptionEnum, StatusEnum, WireValue,
    kind::{self, Kind},
    record::{Fields, UnreadableField},
    value::{decode::is_nothing, enumeration::ClosedField},
};

/// The result of reading a field: a value, or nothing.
type Read<T> = Result<Option<T>, UnreadableField>;

fn value<K: Kind, T: Decode<K>>(fields: &Fields<'_>, index: usize) -> Read<T> {
    let (name, answered) = fields.at(index);
    let field = fields.id_of(name);
    let present = answered.filter(|answered| !is_nothing::<K, T>(*answered));
    let read = present.map(|answered| T::decode(answered.of_field(&field)));
    let read = read.transpose();
    read.map_err(|error| UnreadableField::new(name, error))
}

/// Reads a required value. Empty text counts as a value, because a text may be empty.
pub(super) fn required<K: Kind, T: Decode<K>>(
    fields: &Fields<'_>,
    index: usize,
) -> Result<T, UnreadableField> {
    let (name, answered) = fields.at(index);
    let field = fields.id_of(name);
    let present = answered.filter(|it| it.is_empty_text() || !is_nothing::<K, T>(*it));
    let nothing = || DecodeError::expected("a value, found nothing: is the field an `Option`?");
    let present = present.ok_or_else(nothing);
    let read = present.and_then(|answered| T::decode(answered.of_field(&field)));
    read.map_err(|error| UnreadableField::new(name, error))
}

/// Reads a list, which is empty if there is nothing.
fn list<K, T: Decode<K>>(fields: &Fields<'_>, index: usize) -> Result<T, UnreadableField> {
    let (name, answered) = fields.at(index);
    let field = fields.id_of(name);
    let read = T::decode(answered.unwrap_or(WireValue::EMPTY_LIST).of_field(&field));
    read.map_err(|error| UnreadableField::new(name, error))
}

/// How a struct holds a field: as the value itself, or as an `Option`.
pub trait Held<T>: Sized {
    #[doc(hidden)]
    fn single<K: Kind>(fields: &Fields<'_>, index: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<K>;

    #[doc(hidden)]
    fn multiple<K: Kind>(fields: &Fields<'_>, index: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<K>;

    #[doc(hidden)]
    fn typed(answered: WireValue<'_>) -> Result<Self, DecodeError>
    where
        T: Decode<kind::Text>;
}

impl<T> Held<T> for T {
    fn single<K: Kind>(fields: &Fields<'_>, index: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<K>,
    {
        required::<K, T>(fields, index)
    }

    fn multiple<K: Kind>(fields: &Fields<'_>, index: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<K>,
    {
        list::<K, T>(fields, index)
    }

    fn typed(answered: WireValue<'_>) -> Result<Self, DecodeError>
    where
        T: Decode<kind::Text>,
    {
        T::decode(answered)
    }
}

impl<T> Held<T> for Option<T> {
    fn single<K: Kind>(fields: &Fields<'_>, index: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<K>,
    {
        value::<K, T>(fields, index)
    }

    fn multiple<K: Kind>(fields: &Fields<'_>, index: usize) -> Result<Self, UnreadableField>
    where
        T: Decode<K>,
    {
        value::<K, T>(fields, index)
    }

    fn typed(answered: WireValue<'_>) -> Result<Self, DecodeError>
    where
        T: Decode<kind::Text>,
    {
        Some(answered)
            .filter(|it| !it.is_null())
            .map(T::decode)
            .transpose()
    }
}

/// Reads an option of a list field.
///
/// # Errors
/// If the field is another list field, or the enum has no option with the id.
pub fn option<T: OptionEnum>(answered: WireValue<'_>) -> Result<T, DecodeError> {
    refuse_foreign(answered, ClosedField::of_options::<T>())?;
    let id = <u64 as Decode<kind::Enumeration>>::decode(answered)?;
    let option = T::from_option_id(id);
    option.ok_or_else(|| DecodeError::expected("one of the options that the enum has"))
}

/// Reads a code.
///
/// # Errors
/// If the field is another one, or the enum has no variant for the code.
pub fn status<T: StatusEnum>(answered: WireValue<'_>) -> Result<T, DecodeError> {
    refuse_foreign(answered, ClosedField::of_codes::<T>())?;
    let code = <String as Decode<kind::Status>>::decode(answered)?;
    let status = T::from_status(&code);
    status.ok_or_else(|| DecodeError::expected("one of the codes that the enum has"))
}

fn refuse_foreign(answered: WireValue<'_>, closed: ClosedField) -> Result<(), DecodeError> {
    match closed.foreign_to(answered.field()) {
        Some(value) => Err(DecodeError::expected(value)),
        None => Ok(()),
    }
}

/// Replaces the code for a field with a mistake, which is reported elsewhere.
///
/// # Errors
/// Always.
pub fn broken<T>() -> Result<T, UnreadableField> {
    Err(UnreadableField::new(
        "",
        DecodeError::expected("a field without a mistake"),
    ))
}
