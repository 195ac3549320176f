//! The traits of the kinds with one value or a list of them.

use super::{IntoList, read::Held};
use crate::{
    Companies, Contacts, Deals, Decode, Encode, Leads, Quotes, Tasks, Users,
    kind::{
        Address, Boolean, Crm, Date, DateOrDateTime, DateTime, Double, Enumeration, File, Iblock,
        Integer, Kind, Money, Multiple, Number, Reference, Status, Text, Url,
    },
    patch::body::Body,
    record::{Fields, UnreadableField},
};

/// Generates the traits of a kind. Each entry contains the trait for writing, the trait for
/// reading, the kind, and `single` or `multiple`; then the message if a type cannot be written, the
/// message if it cannot be read, the label, and the list of types that are possible.
///
/// A setter is one call with the body by value, which the compiler checks faster than a call with a
/// reference to it. Inlined, both are the same code.
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
            fn set(body: Body, name: &'static str, value: impl Into<Self>) -> Body;

            #[doc(hidden)]
            fn set_list(body: Body, name: &'static str, value: impl IntoList<Self>) -> Body;

            /// Sets the field to the value that a struct holds. An empty list does not change the field.
            #[doc(hidden)]
            fn copy(body: &mut Body, name: &'static str, value: &Self);

            #[doc(hidden)]
            fn copy_option(body: &mut Body, name: &'static str, value: &Option<Self>) {
                if let Some(value) = value {
                    Self::copy(body, name, value);
                }
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Encode<$Kind>> $Field for T {
            #[allow(
                clippy::inline_always,
                reason = "without it, the body is copied twice for each field"
            )]
            #[inline(always)]
            fn set(mut body: Body, name: &'static str, value: impl Into<Self>) -> Body {
                let value = value.into();
                body.set(name, <$Kind as Kind>::COMPARED_AS, false, &|to| value.encode(to));
                body
            }

            #[allow(
                clippy::inline_always,
                reason = "without it, the body is copied twice for each field"
            )]
            #[inline(always)]
            fn set_list(mut body: Body, name: &'static str, value: impl IntoList<Self>) -> Body {
                let value = value.into_list();
                body.set(name, <$Kind as Kind>::COMPARED_AS, false, &|to| value.encode(to));
                body
            }

            #[inline]
            fn copy(body: &mut Body, name: &'static str, value: &Self) {
                body.set(name, <$Kind as Kind>::COMPARED_AS, is_list!($held), &|to| value.encode(to));
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

macro_rules! is_list {
    (single) => {
        false
    };
    (multiple) => {
        true
    };
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
        "it takes an enum with `#[derive(Enumeration)]`, the code as `String`, or as `&str` if it is only written, or your own type with `Encode` and `Decode` for `kind::Status`";
    StatusListField, StatusListReading for Multiple<Status>, multiple:
        "a field with several status codes cannot take `{Self}`",
        "a field with several status codes cannot be read into `{Self}`",
        "not a list of status codes",
        "it takes a list of an enum with `#[derive(Enumeration)]`, the codes as `Vec<String>`, or a list of your own type with `Encode` and `Decode` for `kind::Status`";
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
        "it takes `QuoteId`, or a plain `u64`";
    QuoteListField, QuoteListReading for Multiple<Reference<Quotes>>, multiple:
        "a field that refers to several estimates cannot take `{Self}`",
        "a field that refers to several estimates cannot be read into `{Self}`",
        "not a list of ids of estimates",
        "it takes `Vec<QuoteId>`, or a plain `Vec<u64>`";
    TaskField, TaskReading for Reference<Tasks>, single:
        "a field that refers to a task cannot take `{Self}`",
        "a field that refers to a task cannot be read into `{Self}`",
        "not the id of a task",
        "it takes `TaskId`, or a plain `u64`";
    TaskListField, TaskListReading for Multiple<Reference<Tasks>>, multiple:
        "a field that refers to several tasks cannot take `{Self}`",
        "a field that refers to several tasks cannot be read into `{Self}`",
        "not a list of ids of tasks",
        "it takes `Vec<TaskId>`, or a plain `Vec<u64>`";
}
