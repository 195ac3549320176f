//! The kinds of fields of the API, for which [`Encode`] and [`Decode`] are implemented.
//!
//! | kind | `kind = "…"` of a user field | takes | on the wire |
//! |---|---|---|---|
//! | [`Text`] | `string` | `String`, `&str` | `"Director"` |
//! | [`Integer`] | `integer` | `i64`, `u64` and the smaller ones | `5` |
//! | [`Number`] | | the same, `f64`, `f32` | `5` |
//! | [`Double`] | `double` | the same | `4.5` |
//! | [`Boolean`] | `boolean` | `bool` | `true` |
//! | [`Date`] | `date` | [`Date`](crate::Date) | `"1990-05-08"` |
//! | [`DateTime`] | `datetime` | [`DateTime`](crate::DateTime) | `"2026-04-15T12:00:00+03:00"` |
//! | [`DateOrDateTime`] | | either of the two | as the type |
//! | [`Enumeration`] | `enumeration` | `u64`, or an enum with [`Enumeration`](derive@crate::Enumeration) | `81` |
//! | [`Money`] | `money` | [`Money`](crate::Money) | `"300.50\|RUB"` |
//! | [`Url`], [`Address`] | `url`, `address` | `String`, `&str` | `"https://example.org"` |
//! | [`File`] | `file` | [`File`](crate::File) | `["a.txt","aGk="]`, `{"id":12}` |
//! | [`Crm`] | `crm` | [`CrmRef`](crate::CrmRef) | `"C_2"` |
//! | [`Status`] | `crm_status` | `String`, `&str` | `"NEW"` |
//! | [`Iblock`] | `iblock_section`, `iblock_element` | `u64` | `12` |
//! | [`Reference`] | `employee` | an [`Id`](crate::Id) of the entity, `u64` | `15` |
//! | [`Phone`], [`Email`] | | `Vec<Phone>`, `Vec<Email>` | see [`Phone`](crate::Phone) |
//! | [`Multiple`] | with `multiple` | a list of what the kind takes | `[4.5,5.0]` |
//!
//! The wire forms of user fields are documented for the layer underneath the API (grade B). 0 is
//! not a valid id, neither of a record nor of an option.
//!
//! # Using your own types
//!
//! ```
//! use vibecode_runtime::{
//!     WireValue, Contacts, Decode, DecodeError, Encode, EncodeError, Encoder, Patch, RawAnswer, Record,
//!     kind,
//! };
//!
//! #[derive(Debug, PartialEq)]
//! struct TaxNumber(String);
//!
//! impl Encode<kind::Text> for TaxNumber {
//!     fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
//!         if self.0.len() != 12 {
//!             return Err(EncodeError::new("a tax number has twelve digits"));
//!         }
//!         Encode::<kind::Text>::encode(&self.0, to)
//!     }
//! }
//!
//! impl Decode<kind::Text> for TaxNumber {
//!     fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
//!         Decode::<kind::Text>::decode(answered).map(Self)
//!     }
//! }
//!
//! #[derive(Patch, Record)]
//! #[vibecode(entity = "contacts")]
//! struct Customer {
//!     #[vibecode(field = "ufCrmTaxNumber", kind = "string")]
//!     tax_number: Option<TaxNumber>,
//! }
//!
//! let patch = Customer::patch().tax_number(TaxNumber("500100732259".to_owned()));
//! assert_eq!(serde_json::to_string(&patch)?, r#"{"ufCrmTaxNumber":"500100732259"}"#);
//! // A value without a wire form is not sent.
//! let patch = Customer::patch().tax_number(TaxNumber("7".to_owned()));
//! assert!(serde_json::to_string(&patch).is_err());
//!
//! let raw = RawAnswer::from_json::<Contacts>(r#"{"ufCrmTaxNumber":"500100732259"}"#)?;
//! let tax_number = raw.record::<Customer>()?.tax_number;
//! assert_eq!(tax_number, Some(TaxNumber("500100732259".to_owned())));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Types of other crates
//!
//! With the feature `jiff`, `jiff::civil::Date` can be used for a [`Date`], and `jiff::Zoned` and
//! `jiff::Timestamp` for a [`DateTime`]. All of them can be used for a [`DateOrDateTime`]:
//!
#![cfg_attr(feature = "jiff", doc = "```")]
#![cfg_attr(not(feature = "jiff"), doc = "```ignore")]
//! use vibecode_runtime::Patch;
//!
//! #[derive(Patch)]
//! #[vibecode(entity = "contacts")]
//! struct Customer {
//!     birthdate: Option<jiff::civil::Date>,
//!     #[vibecode(field = "ufCrmLastCall", kind = "datetime")]
//!     last_call: Option<jiff::Timestamp>,
//! }
//!
//! let patch = Customer::patch()
//!     .birthdate(jiff::civil::date(1990, 5, 8))
//!     .last_call(jiff::Timestamp::UNIX_EPOCH);
//! assert_eq!(
//!     serde_json::to_string(&patch)?,
//!     r#"{"birthdate":"1990-05-08","ufCrmLastCall":"1970-01-01T00:00:00Z"}"#,
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! With `chrono`, the same applies to `chrono::NaiveDate` and `chrono::DateTime`; with `time`, to
//! `time::Date` and `time::OffsetDateTime`.
//!
//! With `decimal`, `rust_decimal::Decimal` can be used for a [`Number`] and a [`Double`], without loss
//! of digits. For money, use `Money::from_decimal`:
//!
#![cfg_attr(feature = "decimal", doc = "```")]
#![cfg_attr(not(feature = "decimal"), doc = "```ignore")]
//! use rust_decimal::Decimal;
//! use vibecode_runtime::{Money, Patch};
//!
//! #[derive(Patch)]
//! #[vibecode(entity = "deals")]
//! struct Deal {
//!     amount: Option<Decimal>,
//!     #[vibecode(field = "ufCrmBudget", kind = "money")]
//!     budget: Option<Money>,
//! }
//!
//! let price = Decimal::new(30_050, 2);
//! let patch = Deal::patch().amount(price).budget(Money::from_decimal(price, "RUB")?);
//! assert_eq!(serde_json::to_string(&patch)?, r#"{"amount":300.50,"ufCrmBudget":"300.50|RUB"}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The traits of each kind
//!
//! Each kind has two traits for writing, one for a single value and one for a list, and two for
//! reading. Do not implement them: they are implemented for every type with [`Encode`] or
//! [`Decode`]. They exist so that the compiler's message says which types such a field takes.

use std::marker::PhantomData;

use crate::{
    __private::{IntoList, add_typed, read::Held},
    Companies, Contacts, Deals, Decode, Encode, Leads, Users, WireValue,
    patch::body::Body,
    record::{Fields, UnreadableField},
    value::multifield::read_list,
    wire::nothing,
};

/// A kind of field. It determines which answers mean that the field is empty.
pub trait Kind: sealed::Sealed {
    /// Whether this is how the API writes "nothing" in such a field. By default that is null, "",
    /// false or [] (api.md, "Values underneath").
    #[doc(hidden)]
    #[must_use]
    fn is_nothing(answered: WireValue<'_>) -> bool {
        answered.is_no_value()
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A list of values of the kind `K`.
#[derive(Debug)]
pub struct Multiple<K>(PhantomData<K>);

/// The id of a record of the entity `E`, such as a contact's `companyId`.
#[derive(Debug)]
pub struct Reference<E>(PhantomData<E>);

/// An estimate: an entity that can be referred to, but has no id type.
#[derive(Debug)]
#[non_exhaustive]
pub enum Quotes {}

macro_rules! kinds {
    ($($(#[$doc:meta])* $Kind:ident $(, nothing by $is_nothing:ident)?;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum $Kind {}

        impl sealed::Sealed for $Kind {}

        impl Kind for $Kind {
            $(
                fn is_nothing(answered: WireValue<'_>) -> bool {
                    nothing::$is_nothing(answered.as_str())
                }
            )?
        }
    )+};
}

impl<E> sealed::Sealed for Reference<E> {}

impl<E> Kind for Reference<E> {
    fn is_nothing(answered: WireValue<'_>) -> bool {
        nothing::is_no_id(answered.as_str())
    }
}

impl sealed::Sealed for Enumeration {}

impl Kind for Enumeration {
    fn is_nothing(answered: WireValue<'_>) -> bool {
        nothing::is_no_id(answered.as_str())
    }
}

impl<K> sealed::Sealed for Multiple<K> {}

impl<K> Kind for Multiple<K> {}

/// The id of an option of a list field.
#[derive(Debug)]
#[non_exhaustive]
pub enum Enumeration {}

kinds! {
    /// Text.
    Text;
    /// A whole number.
    Integer;
    /// A number, if the API does not say whether it is an integer.
    Number;
    /// A real number.
    Double;
    /// True or false.
    Boolean, nothing by is_no_boolean;
    /// A date, `YYYY-MM-DD`.
    Date;
    /// A date and time, ISO 8601 with an offset.
    DateTime;
    /// A date with or without a time, depending on the type in the struct: a deal's `begindate`.
    DateOrDateTime;
    /// An amount and a currency, `300|RUB`.
    Money;
    /// A link.
    Url;
    /// A postal address.
    Address;
    /// A file.
    File, nothing by is_no_id;
    /// A link to a CRM record of any type, such as `C_2`.
    Crm, nothing by is_no_id;
    /// A status code from one of the portal's own lists.
    Status;
    /// The id of a section or an element of an information block.
    Iblock, nothing by is_no_id;
    /// A phone and its type.
    Phone;
    /// An email address and its type.
    Email;
}

/// Generates the traits of a kind. Each entry contains the trait for writing, the trait for
/// reading, the kind, and `single` or `multiple`; then the message if a type cannot be written, the
/// message if it cannot be read, the label, and the list of types that are possible.
///
/// The traits have no supertrait, because the compiler would report the supertrait instead, with
/// its own message.
macro_rules! fields {
    ($($Field:ident, $Reading:ident for $Kind:ty, $held:ident:
        $message:literal, $reading_message:literal, $label:literal, $takes:literal;)+) => {$(
        #[doc = concat!("Types that a field of the kind `", stringify!($Kind), "` takes.")]
        #[diagnostic::on_unimplemented(
            message = $message,
            label = $label,
            note = $takes,
            note = "if the type is an alias of an `Option`, write the `Option` out: it is recognised by its name"
        )]
        pub trait $Field: Sized {
            #[doc(hidden)]
            fn set(body: &mut Body, name: &'static str, value: impl Into<Self>);

            #[doc(hidden)]
            fn set_list(body: &mut Body, name: &'static str, value: impl IntoList<Self>);
        }

        #[diagnostic::do_not_recommend]
        impl<T: Encode<$Kind>> $Field for T {
            #[inline]
            fn set(body: &mut Body, name: &'static str, value: impl Into<Self>) {
                let value = value.into();
                body.set(name, false, &|to| value.encode(to));
            }

            #[inline]
            fn set_list(body: &mut Body, name: &'static str, value: impl IntoList<Self>) {
                let value = value.into_list();
                body.set(name, false, &|to| value.encode(to));
            }
        }

        #[doc = concat!("Types that a field of the kind `", stringify!($Kind), "` can be read into.")]
        #[diagnostic::on_unimplemented(
            message = $reading_message,
            label = $label,
            note = $takes,
            note = "if the type is an alias of an `Option`, write the `Option` out: it is recognised by its name"
        )]
        pub trait $Reading: Sized {
            #[doc(hidden)]
            fn read<H: Held<Self>>(fields: &Fields<'_>, index: usize) -> Result<H, UnreadableField>;
        }

        #[diagnostic::do_not_recommend]
        impl<T: Decode<$Kind>> $Reading for T {
            fn read<H: Held<Self>>(fields: &Fields<'_>, index: usize) -> Result<H, UnreadableField> {
                H::$held::<$Kind>(fields, index)
            }
        }
    )+};
}

fields! {
    TextField, TextReading for Text, single:
        "a text field of the API cannot take `{Self}`",
        "a text field of the API cannot be read into `{Self}`",
        "not text",
        "it takes `String`, or `&str` if it is only written, or your own type with `Encode` and `Decode` for `kind::Text`";
    TextListField, TextListReading for Multiple<Text>, multiple:
        "a field with several texts cannot take `{Self}`",
        "a field with several texts cannot be read into `{Self}`",
        "not a list of texts",
        "it takes `Vec<String>`, or a list of your own type with `Encode` and `Decode` for `kind::Text`";
    IntegerField, IntegerReading for Integer, single:
        "an integer field of the API cannot take `{Self}`",
        "an integer field of the API cannot be read into `{Self}`",
        "not a whole number",
        "it takes `i64`, `u64` and the smaller integers, or your own type with `Encode` and `Decode` for `kind::Integer`";
    IntegerListField, IntegerListReading for Multiple<Integer>, multiple:
        "a field with several integers cannot take `{Self}`",
        "a field with several integers cannot be read into `{Self}`",
        "not a list of whole numbers",
        "it takes `Vec<i64>`, or a list of your own type with `Encode` and `Decode` for `kind::Integer`";
    NumberField, NumberReading for Number, single:
        "a number field of the API cannot take `{Self}`",
        "a number field of the API cannot be read into `{Self}`",
        "not a number",
        "it takes `i64`, `u64`, `f64`, or your own type with `Encode` and `Decode` for `kind::Number`";
    NumberListField, NumberListReading for Multiple<Number>, multiple:
        "a field with several numbers cannot take `{Self}`",
        "a field with several numbers cannot be read into `{Self}`",
        "not a list of numbers",
        "it takes `Vec<f64>`, `Vec<i64>`, or a list of your own type with `Encode` and `Decode` for `kind::Number`";
    DoubleField, DoubleReading for Double, single:
        "a double field of the API cannot take `{Self}`",
        "a double field of the API cannot be read into `{Self}`",
        "not a number",
        "it takes `f64`, `f32` or an integer, or your own type with `Encode` and `Decode` for `kind::Double`";
    DoubleListField, DoubleListReading for Multiple<Double>, multiple:
        "a field with several doubles cannot take `{Self}`",
        "a field with several doubles cannot be read into `{Self}`",
        "not a list of numbers",
        "it takes `Vec<f64>`, or a list of your own type with `Encode` and `Decode` for `kind::Double`";
    BooleanField, BooleanReading for Boolean, single:
        "a boolean field of the API cannot take `{Self}`",
        "a boolean field of the API cannot be read into `{Self}`",
        "not a boolean",
        "it takes `bool`, or your own type with `Encode` and `Decode` for `kind::Boolean`";
    BooleanListField, BooleanListReading for Multiple<Boolean>, multiple:
        "a field with several booleans cannot take `{Self}`",
        "a field with several booleans cannot be read into `{Self}`",
        "not a list of booleans",
        "it takes `Vec<bool>`, or a list of your own type with `Encode` and `Decode` for `kind::Boolean`";
    DateField, DateReading for Date, single:
        "a date field of the API cannot take `{Self}`",
        "a date field of the API cannot be read into `{Self}`",
        "not a date",
        "it takes `vibecode_runtime::Date`, or your own type with `Encode` and `Decode` for `kind::Date`";
    DateListField, DateListReading for Multiple<Date>, multiple:
        "a field with several dates cannot take `{Self}`",
        "a field with several dates cannot be read into `{Self}`",
        "not a list of dates",
        "it takes `Vec<vibecode_runtime::Date>`, or a list of your own type with `Encode` and `Decode` for `kind::Date`";
    DateTimeField, DateTimeReading for DateTime, single:
        "a datetime field of the API cannot take `{Self}`",
        "a datetime field of the API cannot be read into `{Self}`",
        "not a moment with an offset",
        "it takes `vibecode_runtime::DateTime`, or your own type with `Encode` and `Decode` for `kind::DateTime`";
    DateTimeListField, DateTimeListReading for Multiple<DateTime>, multiple:
        "a field with several datetimes cannot take `{Self}`",
        "a field with several datetimes cannot be read into `{Self}`",
        "not a list of moments with an offset",
        "it takes `Vec<vibecode_runtime::DateTime>`, or a list of your own type with `Encode` and `Decode` for `kind::DateTime`";
    DateOrDateTimeField, DateOrDateTimeReading for DateOrDateTime, single:
        "a date or datetime field of the API cannot take `{Self}`",
        "a date or datetime field of the API cannot be read into `{Self}`",
        "neither a date nor a moment with an offset",
        "it takes `vibecode_runtime::Date` or `vibecode_runtime::DateTime`, or your own type with `Encode` and `Decode` for `kind::DateOrDateTime`";
    DateOrDateTimeListField, DateOrDateTimeListReading for Multiple<DateOrDateTime>, multiple:
        "a field with several dates or datetimes cannot take `{Self}`",
        "a field with several dates or datetimes cannot be read into `{Self}`",
        "not a list of dates or of moments with an offset",
        "it takes `Vec<vibecode_runtime::Date>` or `Vec<vibecode_runtime::DateTime>`, or a list of your own type with `Encode` and `Decode` for `kind::DateOrDateTime`";
    EnumerationField, EnumerationReading for Enumeration, single:
        "a list field of the API cannot take `{Self}`",
        "a list field of the API cannot be read into `{Self}`",
        "not the id of an option",
        "it takes the option's id as `u64`, an enum with `#[derive(Enumeration)]`, or your own type with `Encode` and `Decode` for `kind::Enumeration`";
    EnumerationListField, EnumerationListReading for Multiple<Enumeration>, multiple:
        "a list field with several options cannot take `{Self}`",
        "a list field with several options cannot be read into `{Self}`",
        "not a list of ids of options",
        "it takes the options' ids as `Vec<u64>`, a list of an enum with `#[derive(Enumeration)]`, or of your own type with `Encode` and `Decode` for `kind::Enumeration`";
    MoneyField, MoneyReading for Money, single:
        "a money field of the API cannot take `{Self}`",
        "a money field of the API cannot be read into `{Self}`",
        "not an amount with a currency",
        "it takes `vibecode_runtime::Money`, or your own type with `Encode` and `Decode` for `kind::Money`";
    MoneyListField, MoneyListReading for Multiple<Money>, multiple:
        "a field with several amounts of money cannot take `{Self}`",
        "a field with several amounts of money cannot be read into `{Self}`",
        "not a list of amounts with a currency",
        "it takes `Vec<vibecode_runtime::Money>`, or a list of your own type with `Encode` and `Decode` for `kind::Money`";
    UrlField, UrlReading for Url, single:
        "a link field of the API cannot take `{Self}`",
        "a link field of the API cannot be read into `{Self}`",
        "not a link",
        "it takes `String`, or `&str` if it is only written, or your own type with `Encode` and `Decode` for `kind::Url`";
    UrlListField, UrlListReading for Multiple<Url>, multiple:
        "a field with several links cannot take `{Self}`",
        "a field with several links cannot be read into `{Self}`",
        "not a list of links",
        "it takes `Vec<String>`, or a list of your own type with `Encode` and `Decode` for `kind::Url`";
    AddressField, AddressReading for Address, single:
        "an address field of the API cannot take `{Self}`",
        "an address field of the API cannot be read into `{Self}`",
        "not an address",
        "it takes `String`, or `&str` if it is only written, or your own type with `Encode` and `Decode` for `kind::Address`";
    AddressListField, AddressListReading for Multiple<Address>, multiple:
        "a field with several addresses cannot take `{Self}`",
        "a field with several addresses cannot be read into `{Self}`",
        "not a list of addresses",
        "it takes `Vec<String>`, or a list of your own type with `Encode` and `Decode` for `kind::Address`";
    FileField, FileReading for File, single:
        "a file field of the API cannot take `{Self}`",
        "a file field of the API cannot be read into `{Self}`",
        "not a file",
        "it takes `vibecode_runtime::File`, which `File::upload(name, bytes)` makes, or your own type with `Encode` and `Decode` for `kind::File`";
    FileListField, FileListReading for Multiple<File>, multiple:
        "a field with several files cannot take `{Self}`",
        "a field with several files cannot be read into `{Self}`",
        "not a list of files",
        "it takes `Vec<vibecode_runtime::File>`, or a list of your own type with `Encode` and `Decode` for `kind::File`";
    CrmField, CrmReading for Crm, single:
        "a field that links CRM records cannot take `{Self}`",
        "a field that links CRM records cannot be read into `{Self}`",
        "not a link to a CRM record",
        "it takes `vibecode_runtime::CrmRef`, or your own type with `Encode` and `Decode` for `kind::Crm`";
    CrmListField, CrmListReading for Multiple<Crm>, multiple:
        "a field that links several CRM records cannot take `{Self}`",
        "a field that links several CRM records cannot be read into `{Self}`",
        "not a list of links to CRM records",
        "it takes `Vec<vibecode_runtime::CrmRef>`, or a list of your own type with `Encode` and `Decode` for `kind::Crm`";
    StatusField, StatusReading for Status, single:
        "a field with a status code cannot take `{Self}`",
        "a field with a status code cannot be read into `{Self}`",
        "not a status code",
        "it takes the code as `String`, or as `&str` if it is only written, or your own type with `Encode` and `Decode` for `kind::Status`";
    StatusListField, StatusListReading for Multiple<Status>, multiple:
        "a field with several status codes cannot take `{Self}`",
        "a field with several status codes cannot be read into `{Self}`",
        "not a list of status codes",
        "it takes the codes as `Vec<String>`, or a list of your own type with `Encode` and `Decode` for `kind::Status`";
    IblockField, IblockReading for Iblock, single:
        "a field that links an information block cannot take `{Self}`",
        "a field that links an information block cannot be read into `{Self}`",
        "not the id of a section or an element",
        "it takes the id as `u64`, or your own type with `Encode` and `Decode` for `kind::Iblock`";
    IblockListField, IblockListReading for Multiple<Iblock>, multiple:
        "a field that links several information blocks cannot take `{Self}`",
        "a field that links several information blocks cannot be read into `{Self}`",
        "not a list of ids of sections or elements",
        "it takes the ids as `Vec<u64>`, or a list of your own type with `Encode` and `Decode` for `kind::Iblock`";
    ContactField, ContactReading for Reference<Contacts>, single:
        "a field that refers to a contact cannot take `{Self}`",
        "a field that refers to a contact cannot be read into `{Self}`",
        "not the id of a contact",
        "it takes `ContactId`, or a plain `u64`";
    ContactListField, ContactListReading for Multiple<Reference<Contacts>>, multiple:
        "a field that refers to several contacts cannot take `{Self}`",
        "a field that refers to several contacts cannot be read into `{Self}`",
        "not a list of ids of contacts",
        "it takes `Vec<ContactId>`, or a plain `Vec<u64>`";
    CompanyField, CompanyReading for Reference<Companies>, single:
        "a field that refers to a company cannot take `{Self}`",
        "a field that refers to a company cannot be read into `{Self}`",
        "not the id of a company",
        "it takes `CompanyId`, or a plain `u64`";
    CompanyListField, CompanyListReading for Multiple<Reference<Companies>>, multiple:
        "a field that refers to several companies cannot take `{Self}`",
        "a field that refers to several companies cannot be read into `{Self}`",
        "not a list of ids of companies",
        "it takes `Vec<CompanyId>`, or a plain `Vec<u64>`";
    LeadField, LeadReading for Reference<Leads>, single:
        "a field that refers to a lead cannot take `{Self}`",
        "a field that refers to a lead cannot be read into `{Self}`",
        "not the id of a lead",
        "it takes `LeadId`, or a plain `u64`";
    LeadListField, LeadListReading for Multiple<Reference<Leads>>, multiple:
        "a field that refers to several leads cannot take `{Self}`",
        "a field that refers to several leads cannot be read into `{Self}`",
        "not a list of ids of leads",
        "it takes `Vec<LeadId>`, or a plain `Vec<u64>`";
    DealField, DealReading for Reference<Deals>, single:
        "a field that refers to a deal cannot take `{Self}`",
        "a field that refers to a deal cannot be read into `{Self}`",
        "not the id of a deal",
        "it takes `DealId`, or a plain `u64`";
    DealListField, DealListReading for Multiple<Reference<Deals>>, multiple:
        "a field that refers to several deals cannot take `{Self}`",
        "a field that refers to several deals cannot be read into `{Self}`",
        "not a list of ids of deals",
        "it takes `Vec<DealId>`, or a plain `Vec<u64>`";
    UserField, UserReading for Reference<Users>, single:
        "a field that refers to a user cannot take `{Self}`",
        "a field that refers to a user cannot be read into `{Self}`",
        "not the id of a user",
        "it takes `UserId`, or a plain `u64`";
    UserListField, UserListReading for Multiple<Reference<Users>>, multiple:
        "a field that refers to several users cannot take `{Self}`",
        "a field that refers to several users cannot be read into `{Self}`",
        "not a list of ids of users",
        "it takes `Vec<UserId>`, or a plain `Vec<u64>`";
    QuoteField, QuoteReading for Reference<Quotes>, single:
        "a field that refers to an estimate cannot take `{Self}`",
        "a field that refers to an estimate cannot be read into `{Self}`",
        "not the id of an estimate",
        "it takes a plain `u64`";
    QuoteListField, QuoteListReading for Multiple<Reference<Quotes>>, multiple:
        "a field that refers to several estimates cannot take `{Self}`",
        "a field that refers to several estimates cannot be read into `{Self}`",
        "not a list of ids of estimates",
        "it takes a plain `Vec<u64>`";
}

/// Generates the traits of a multifield. Each entry contains the traits for writing a value,
/// writing a list and reading a list; the value type, the wire name, and the `typeId` in `fm`; then
/// the texts of the messages, as in `fields`.
macro_rules! multifields {
    ($($Field:ident, $ListField:ident, $ListReading:ident for $Value:ident, $wire:literal, $kind:literal:
        $message:literal, $reading_message:literal, $label:literal, $list_label:literal, $takes:literal;)+) => {$(
        #[doc = concat!("Types that are one value of a field of the kind `", stringify!($Value), "`.")]
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = $takes)]
        pub trait $Field: Sized {
            #[doc(hidden)]
            fn add(body: &mut Body, name: &'static str, value: impl Into<Self>);
        }

        #[diagnostic::do_not_recommend]
        impl<T: Encode<$Value>> $Field for T {
            #[inline]
            fn add(body: &mut Body, name: &'static str, value: impl Into<Self>) {
                let value = value.into();
                body.add(name, &|to| value.encode(to));
            }
        }

        #[doc = concat!("Types that a field of the kind `", stringify!($Value), "` takes.")]
        #[diagnostic::on_unimplemented(message = $message, label = $list_label, note = $takes)]
        pub trait $ListField {
            /// Adds one value to a multifield that the struct holds as a custom list type.
            #[doc(hidden)]
            fn add(body: &mut Body, name: &'static str, value: impl Into<crate::$Value>) {
                let value = value.into();
                body.add(name, &|to| value.encode(to));
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Encode<Multiple<$Value>>> $ListField for T {}

        #[doc = concat!("Types that a field of the kind `", stringify!($Value), "` can be read into.")]
        #[diagnostic::on_unimplemented(message = $reading_message, label = $list_label, note = $takes)]
        pub trait $ListReading: Sized {
            #[doc(hidden)]
            fn read(fields: &Fields<'_>) -> Result<Self, UnreadableField>;
        }

        #[diagnostic::do_not_recommend]
        impl<T: Decode<Multiple<$Value>>> $ListReading for T {
            fn read(fields: &Fields<'_>) -> Result<Self, UnreadableField> {
                let multifields = fields.multifields();
                multifields
                    .and_then(|all| read_list::<$Value, T>(&all, $kind))
                    .map_err(|error| UnreadableField::new($wire, error))
            }
        }
    )+};
}

multifields! {
    PhoneField, PhoneListField, PhoneListReading for Phone, "phone", "PHONE":
        "a phone field of the API cannot take `{Self}`",
        "a phone field of the API cannot be read into `{Self}`",
        "not a phone",
        "not a list of phones",
        "it takes `Vec<Phone>`; for the values of one type only, add `type_id = \"WORK\"` and use `Option<String>`";
    EmailField, EmailListField, EmailListReading for Email, "email", "EMAIL":
        "an email field of the API cannot take `{Self}`",
        "an email field of the API cannot be read into `{Self}`",
        "not an email address",
        "not a list of email addresses",
        "it takes `Vec<Email>`; for the values of one type only, add `type_id = \"WORK\"` and use `Option<String>`";
}

/// Types for one plain value of a multifield, in a field with `type_id`.
#[diagnostic::on_unimplemented(
    message = "a field with `type_id` holds the bare value of a phone or an email, not `{Self}`",
    label = "not text",
    note = "it takes `Option<String>`; for values that bring their own type, leave `type_id` out and use `Vec<Phone>` or `Vec<Email>`"
)]
pub trait TypedValueField: Sized {
    #[doc(hidden)]
    fn add(body: &mut Body, name: &'static str, type_id: &'static str, value: impl Into<Self>);
}

#[diagnostic::do_not_recommend]
impl<T: Encode<Text>> TypedValueField for T {
    #[inline]
    fn add(body: &mut Body, name: &'static str, type_id: &'static str, value: impl Into<Self>) {
        add_typed::<Text, T>(body, name, type_id, &value.into());
    }
}

/// Types that one plain value of a multifield can be read into.
#[diagnostic::on_unimplemented(
    message = "a field with `type_id` holds the bare value of a phone or an email, which cannot be read into `{Self}`",
    label = "not text",
    note = "it takes `Option<String>`; for values that bring their own type, leave `type_id` out and use `Vec<Phone>` or `Vec<Email>`"
)]
pub trait TypedValueReading: Sized {
    #[doc(hidden)]
    fn read<H: Held<Self>>(
        fields: &Fields<'_>,
        multifield: &'static str,
        type_id: &str,
    ) -> Result<H, UnreadableField>;
}

#[diagnostic::do_not_recommend]
impl<T: Decode<Text>> TypedValueReading for T {
    fn read<H: Held<Self>>(
        fields: &Fields<'_>,
        multifield: &'static str,
        type_id: &str,
    ) -> Result<H, UnreadableField> {
        let kind = multifield.to_ascii_uppercase();
        let unreadable = |error| UnreadableField::new(multifield, error);
        let multifields = fields.multifields().map_err(unreadable)?;
        let first = multifields
            .of_kind(&kind)
            .find(|entry| entry.value_type() == type_id);
        let json = first.map(|entry| serde_json::Value::from(entry.value()).to_string());
        H::typed(json.as_deref().map_or(WireValue::NULL, WireValue::of_text)).map_err(unreadable)
    }
}
