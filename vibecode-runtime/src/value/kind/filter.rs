//! What fields of each kind are compared with in the filter of a list.
//!
//! A field has a Rust type `F` and a kind `K`, and the type checker decides in three steps whether a
//! value of the type `V` can be compared with it: [`FilterKind`] selects the trait of the kind, such as
//! [`TextValue`], which says in the compiler's message what such a field takes; that trait is
//! implemented for every `V` that [`ComparesWith`] the type of the field. So an enum of options is
//! compared only with its own variants, although the API would take any number.

use std::borrow::Cow;

use super::{
    Address, Boolean, Crm, Date, DateOrDateTime, DateTime, Double, Email, Enumeration, Iblock,
    Integer, Money, Multiple, Number, Phone, Reference, Status, Text, Url,
};
use crate::{Encode, EncodeError, Encoder, Id, value::enumeration::FieldId};

type Written = Result<(), EncodeError>;

/// A kind of field that can be compared with a value of the type `V`, if the type of the field is `F`.
#[diagnostic::on_unimplemented(
    message = "a list cannot be filtered by a field of the kind `{Self}`",
    label = "not a field to filter by",
    note = "use `filter_unchecked` if your portal compares such fields"
)]
pub trait FilterKind<F, V> {
    /// Writes the value as the API compares it.
    #[doc(hidden)]
    fn write(value: &V, to: &mut Encoder<'_>) -> Written;
}

/// Of several values in a field, one that matches is enough.
impl<F, V, K: FilterKind<F, V>> FilterKind<F, V> for Multiple<K> {
    fn write(value: &V, to: &mut Encoder<'_>) -> Written {
        K::write(value, to)
    }
}

/// A value that a field of the type `F` and the kind `K` can be compared with.
pub trait ComparesWith<F, K> {
    #[doc(hidden)]
    fn write(&self, to: &mut Encoder<'_>) -> Written;
}

impl<F: Encode<K>, K> ComparesWith<F, K> for F {
    fn write(&self, to: &mut Encoder<'_>) -> Written {
        self.encode(to)
    }
}

impl<F: Encode<K>, K> ComparesWith<F, K> for &F {
    fn write(&self, to: &mut Encoder<'_>) -> Written {
        (*self).encode(to)
    }
}

macro_rules! texts {
    ($($Field:ty: $($Value:ty)+;)+) => {$($(
        impl<K> ComparesWith<$Field, K> for $Value
        where
            str: Encode<K>,
        {
            fn write(&self, to: &mut Encoder<'_>) -> Written {
                let text: &str = self.as_ref();
                Encode::<K>::encode(text, to)
            }
        }
    )+)+};
}

texts! {
    String: &str &&str Cow<'_, str> Box<str>;
    Box<str>: &str &&str String &String Cow<'_, str>;
    Cow<'_, str>: &str &&str String &String Box<str>;
}

/// `field: values`, for numbers that are also compared with numbers of other types.
macro_rules! numbers {
    ($($Field:ty: $($Value:ty)+;)+) => {$($(
        impl<K> $crate::kind::ComparesWith<$Field, K> for $Value
        where
            $Value: $crate::Encode<K>,
        {
            fn write(&self, to: &mut $crate::Encoder<'_>) -> Result<(), $crate::EncodeError> {
                self.encode(to)
            }
        }
    )+)+};
}
#[cfg(feature = "decimal")]
pub(crate) use numbers;

numbers! {
    f64: f32 i8 i16 i32 i64 u8 u16 u32 u64;
    f32: f64 i8 i16 i32 i64 u8 u16 u32 u64;
}

// The only number that an id is compared with, so that a literal has this type.
impl<E> ComparesWith<Id<E>, Reference<E>> for u64 {
    fn write(&self, to: &mut Encoder<'_>) -> Written {
        Encode::<Reference<E>>::encode(self, to)
    }
}

impl<E> ComparesWith<Id<E>, Reference<E>> for &u64 {
    fn write(&self, to: &mut Encoder<'_>) -> Written {
        Encode::<Reference<E>>::encode(*self, to)
    }
}

impl<E> ComparesWith<u64, Reference<E>> for Id<E> {
    fn write(&self, to: &mut Encoder<'_>) -> Written {
        self.encode(to)
    }
}

/// Generates the trait of a kind. Its message contains the place where the macro is invoked, so each kind
/// has an invocation of its own.
macro_rules! compared_by_type {
    ($Value:ident for $Kind:ty: $message:literal, $takes:literal) => {
        #[doc = concat!("Values that a field of the type `F` and the kind `", stringify!($Kind), "` can be compared with.")]
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "not a value of this field, which is of the type `{F}`",
            note = $takes,
            note = "a field of your own type takes values of that type"
        )]
        pub trait $Value<F>: ComparesWith<F, $Kind> {}

        #[diagnostic::do_not_recommend]
        impl<F, V: ComparesWith<F, $Kind>> $Value<F> for V {}
    };
}

/// The body of [`FilterKind`] for a kind. The headers are written out: a header from a macro would show the
/// inside of the macro in the compiler's message.
macro_rules! write_by {
    ($function:path) => {
        fn write(value: &V, to: &mut Encoder<'_>) -> Written {
            $function(value, to)
        }
    };
}

compared_by_type! {
    TextValue for Text:
        "a text field cannot be compared with `{Self}`",
        "a `String` field takes `&str` or `String`"
}

impl<F, V: TextValue<F>> FilterKind<F, V> for Text {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    UrlValue for Url:
        "a link field cannot be compared with `{Self}`",
        "a `String` field takes `&str` or `String`"
}

impl<F, V: UrlValue<F>> FilterKind<F, V> for Url {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    AddressValue for Address:
        "an address field cannot be compared with `{Self}`",
        "a `String` field takes `&str` or `String`"
}

impl<F, V: AddressValue<F>> FilterKind<F, V> for Address {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    StatusValue for Status:
        "a field with a status code cannot be compared with `{Self}`",
        "a `String` field takes the code as `&str` or `String`, an enum its variants"
}

impl<F, V: StatusValue<F>> FilterKind<F, V> for Status {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    IntegerValue for Integer:
        "an integer field cannot be compared with `{Self}`",
        "an integer field takes a number of its own type"
}

impl<F, V: IntegerValue<F>> FilterKind<F, V> for Integer {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    NumberValue for Number:
        "a number field cannot be compared with `{Self}`",
        "an integer field takes a number of its own type, an `f64` field any number"
}

impl<F, V: NumberValue<F>> FilterKind<F, V> for Number {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    DoubleValue for Double:
        "a double field cannot be compared with `{Self}`",
        "an `f64` field takes any number, an integer field a number of its own type"
}

impl<F, V: DoubleValue<F>> FilterKind<F, V> for Double {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    EnumerationValue for Enumeration:
        "a list field cannot be compared with `{Self}`",
        "an enum field takes the variants of the enum, a `u64` field the id of an option"
}

impl<F, V: EnumerationValue<F>> FilterKind<F, V> for Enumeration {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    MoneyValue for Money:
        "a money field cannot be compared with `{Self}`",
        "it takes `vibecode_runtime::Money`"
}

impl<F, V: MoneyValue<F>> FilterKind<F, V> for Money {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    CrmValue for Crm:
        "a field that links CRM records cannot be compared with `{Self}`",
        "it takes `vibecode_runtime::CrmRef`"
}

impl<F, V: CrmValue<F>> FilterKind<F, V> for Crm {
    write_by!(ComparesWith::<F, Self>::write);
}

compared_by_type! {
    IblockValue for Iblock:
        "a field that links an information block cannot be compared with `{Self}`",
        "it takes the id as a number of the field's own type"
}

impl<F, V: IblockValue<F>> FilterKind<F, V> for Iblock {
    write_by!(ComparesWith::<F, Self>::write);
}

/// Values that a field of the type `F` with the id of a record of the entity `E` can be compared with.
#[diagnostic::on_unimplemented(
    message = "the id of a record of `{E}` cannot be compared with `{Self}`",
    label = "not a value of this field, which is of the type `{F}`",
    note = "it takes the id of the field's entity, or a plain `u64`",
    note = "a field of your own type takes values of that type"
)]
pub trait IdValue<F, E>: ComparesWith<F, Reference<E>> {}

#[diagnostic::do_not_recommend]
impl<F, E, V: ComparesWith<F, Reference<E>>> IdValue<F, E> for V {}

impl<F, E, V: IdValue<F, E>> FilterKind<F, V> for Reference<E> {
    write_by!(ComparesWith::<F, Self>::write);
}

/// Generates the traits of the kinds whose fields take the same values whatever their Rust type is: a
/// field may be read as text, and a date may be of any crate.
macro_rules! compared_by_kind {
    ($Value:ident for $Kind:ty: $message:literal, $takes:literal) => {
        #[doc = concat!("Values that a field of the kind `", stringify!($Kind), "` can be compared with.")]
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "not a value of this field",
            note = $takes
        )]
        pub trait $Value: Encode<$Kind> {}

        #[diagnostic::do_not_recommend]
        impl<V: Encode<$Kind>> $Value for V {}
    };
}

compared_by_kind! {
    BooleanValue for Boolean:
        "a boolean field cannot be compared with `{Self}`",
        "it takes `bool`, or your own type with `Encode` for `kind::Boolean`"
}

impl<F, V: BooleanValue> FilterKind<F, V> for Boolean {
    write_by!(Encode::<Self>::encode);
}

compared_by_kind! {
    DateValue for Date:
        "a date field cannot be compared with `{Self}`",
        "it takes `vibecode_runtime::Date`, the date of `jiff`, `chrono` or `time` with the feature of that name, or your own type with `Encode` for `kind::Date`"
}

impl<F, V: DateValue> FilterKind<F, V> for Date {
    write_by!(Encode::<Self>::encode);
}

compared_by_kind! {
    DateTimeValue for DateTime:
        "a field with a date and time cannot be compared with `{Self}`",
        "it takes `vibecode_runtime::DateTime`, a time with an offset of `jiff`, `chrono` or `time` with the feature of that name, or your own type with `Encode` for `kind::DateTime`"
}

impl<F, V: DateTimeValue> FilterKind<F, V> for DateTime {
    write_by!(Encode::<Self>::encode);
}

compared_by_kind! {
    DateOrDateTimeValue for DateOrDateTime:
        "a date field cannot be compared with `{Self}`",
        "it takes `vibecode_runtime::Date` or `DateTime`, or those of `jiff`, `chrono` or `time` with the feature of that name"
}

impl<F, V: DateOrDateTimeValue> FilterKind<F, V> for DateOrDateTime {
    write_by!(Encode::<Self>::encode);
}

/// Generates the traits of the multifields, which are compared by the value without its type.
macro_rules! compared_by_value {
    ($Trait:ident for $Kind:ident, $message:literal, $takes:literal) => {
        #[doc = concat!("Values that a field of the kind `", stringify!($Kind), "` can be compared with.")]
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "not a value of this field",
            note = $takes
        )]
        pub trait $Trait {
            #[doc(hidden)]
            fn text(&self) -> &str;
        }

        #[diagnostic::do_not_recommend]
        impl<V: $Trait + ?Sized> $Trait for &V {
            fn text(&self) -> &str {
                (**self).text()
            }
        }
    };
}

compared_by_value! {
    PhoneValue for Phone,
        "a phone field cannot be compared with `{Self}`",
        "it takes the phone as `&str`, `String` or `vibecode_runtime::Phone`, without its type"
}

impl PhoneValue for str {
    fn text(&self) -> &str {
        self
    }
}

#[diagnostic::do_not_recommend]
impl PhoneValue for String {
    fn text(&self) -> &str {
        self
    }
}

impl PhoneValue for crate::Phone {
    fn text(&self) -> &str {
        self.value()
    }
}

impl<F, V: PhoneValue> FilterKind<F, V> for Phone {
    fn write(value: &V, to: &mut Encoder<'_>) -> Written {
        to.text(value.text());
        Ok(())
    }
}

compared_by_value! {
    EmailValue for Email,
        "an email field cannot be compared with `{Self}`",
        "it takes the email as `&str`, `String` or `vibecode_runtime::Email`, without its type"
}

impl EmailValue for str {
    fn text(&self) -> &str {
        self
    }
}

#[diagnostic::do_not_recommend]
impl EmailValue for String {
    fn text(&self) -> &str {
        self
    }
}

impl EmailValue for crate::Email {
    fn text(&self) -> &str {
        self.value()
    }
}

impl<F, V: EmailValue> FilterKind<F, V> for Email {
    fn write(value: &V, to: &mut Encoder<'_>) -> Written {
        to.text(value.text());
        Ok(())
    }
}

/// A kind of field with text, which `contains` searches, if the type of the field is `F`.
#[diagnostic::on_unimplemented(
    message = "`contains` searches text, but the field is `{F}` of the kind `{Self}`",
    label = "not a text field",
    note = "use `equal` or `any_of`; for several values in a field, one that matches is enough",
    note = "a status field can be searched if it is a `String`, not an enum of codes"
)]
pub trait TextKind<F> {}

/// A kind of field whose values have an order, by which lists are ordered and values compared. The type of
/// the field is `F`.
#[diagnostic::on_unimplemented(
    message = "the API has no order for a field `{F}` of the kind `{Self}`",
    label = "not a field with an order",
    note = "files, links, amounts of money, phones, emails, enums of codes and fields with several values have none",
    note = "use `order_unchecked` or `filter_unchecked` if your portal has one"
)]
pub trait OrderedKind<F> {}

macro_rules! marked {
    ($Trait:ident: $($Kind:ty)+) => {$(
        impl<F> $Trait<F> for $Kind {}
    )+};
}

marked! { TextKind: Text Url Address Phone Email }
marked! { OrderedKind: Text Url Address Integer Number Double Boolean Enumeration Iblock }
marked! { OrderedKind: Date DateTime DateOrDateTime }

// The order of codes means nothing, and no part of a code does, so an enum of codes has neither. A field
// that is read as text takes any text.
#[diagnostic::do_not_recommend]
impl<F: AsRef<str>> TextKind<F> for Status {}

#[diagnostic::do_not_recommend]
impl<F: AsRef<str>> OrderedKind<F> for Status {}

impl<F, K: TextKind<F>> TextKind<F> for Multiple<K> {}

impl<F, E> OrderedKind<F> for Reference<E> {}

/// A list of values that a field of the type `F` and the kind `K` can be compared with: an array of at
/// most 32, a `Vec`, or a slice.
///
/// Each array length has its own implementation, so that `[]` needs no element type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of values to compare with",
    label = "not a list",
    note = "it takes an array of at most 32 values, a `Vec`, or a slice: `.any_of([9, 15])`"
)]
pub trait ValueList<F, K> {
    /// Returns the JSON of each value.
    #[doc(hidden)]
    fn write(self, field: FieldId) -> Result<Vec<String>, EncodeError>;
}

macro_rules! lists {
    ($($List:ty),+ $(; $length:literal)+) => {
        lists! { $($List,)+ $([V; $length]),+ }
    };
    ($($List:ty),+) => {$(
        impl<F, K: FilterKind<F, V>, V> ValueList<F, K> for $List {
            fn write(self, field: FieldId) -> Result<Vec<String>, EncodeError> {
                let write = |value| Encoder::written(field, |to| K::write(value, to));
                self.iter().map(write).collect()
            }
        }
    )+};
}

lists! {
    Vec<V>, &Vec<V>, &[V]
    ; 1 ; 2 ; 3 ; 4 ; 5 ; 6 ; 7 ; 8 ; 9 ; 10 ; 11 ; 12 ; 13 ; 14 ; 15 ; 16
    ; 17 ; 18 ; 19 ; 20 ; 21 ; 22 ; 23 ; 24 ; 25 ; 26 ; 27 ; 28 ; 29 ; 30 ; 31 ; 32
}

impl<F, K> ValueList<F, K> for [F; 0] {
    fn write(self, _: FieldId) -> Result<Vec<String>, EncodeError> {
        Ok(Vec::new())
    }
}
