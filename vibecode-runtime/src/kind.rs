//! What fields of the API hold: the kinds that [`Encode`] is implemented for.
//!
//! Each kind comes with two small traits, one for a single value and one for a list. They hold
//! nothing; they say in the compiler's message what such a field takes.

use std::marker::PhantomData;

use crate::{Companies, Contacts, Deals, Encode, Leads, Users};

/// A list of values of the kind `K`.
#[derive(Debug)]
pub struct Multiple<K>(PhantomData<K>);

/// The id of a record of the entity `E`, such as a contact's `companyId`.
#[derive(Debug)]
pub struct Reference<E>(PhantomData<E>);

/// An estimate: an entity that can be referred to, and has no id type of its own.
#[derive(Debug)]
#[non_exhaustive]
pub enum Quotes {}

macro_rules! kinds {
    ($($(#[$doc:meta])* $Kind:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum $Kind {}
    )+};
}

kinds! {
    /// Text.
    Text;
    /// A whole number.
    Integer;
    /// A number of which the API does not say whether it is whole.
    Number;
    /// A real number.
    Double;
    /// True or false.
    Boolean;
    /// A day, `YYYY-MM-DD`.
    Date;
    /// A moment, ISO 8601 with an offset.
    DateTime;
    /// The id of an option of a list.
    Enumeration;
    /// An amount and a currency, `300|RUB`.
    Money;
    /// A link.
    Url;
    /// A postal address.
    Address;
    /// A file.
    File;
    /// A link to a CRM record of any type, `C_2`.
    Crm;
    /// A status code of one of the portal's own lists.
    Status;
    /// The id of a section or an element of an information block.
    Iblock;
    /// A phone and its type.
    Phone;
    /// An email address and its type.
    Email;
}

/// `Trait for the kind: what the message calls such a field, what it expects, what it takes`.
macro_rules! fields {
    ($($Field:ident for $Kind:ty: $message:literal, $label:literal, $takes:literal;)+) => {$(
        #[doc = concat!("Types that are ", $label, ".")]
        #[diagnostic::on_unimplemented(
            message = $message,
            label = $label,
            note = $takes,
            note = "if the type is an alias of an `Option`, write the `Option` out: it is recognised by its name"
        )]
        pub trait $Field: Encode<$Kind> {}

        #[diagnostic::do_not_recommend]
        impl<T: Encode<$Kind> + ?Sized> $Field for T {}
    )+};
}

fields! {
    TextField for Text:
        "a text field of the API cannot take `{Self}`",
        "not text",
        "it takes `String`, `&str`, or your own type with `Encode<kind::Text>`";
    TextListField for Multiple<Text>:
        "a field with several texts cannot take `{Self}`",
        "not a list of texts",
        "it takes `Vec<String>`, or a list of your own type with `Encode<kind::Text>`";
    IntegerField for Integer:
        "an integer field of the API cannot take `{Self}`",
        "not a whole number",
        "it takes `i64`, `u64` and the smaller integers, or your own type with `Encode<kind::Integer>`";
    IntegerListField for Multiple<Integer>:
        "a field with several integers cannot take `{Self}`",
        "not a list of whole numbers",
        "it takes `Vec<i64>`, or a list of your own type with `Encode<kind::Integer>`";
    NumberField for Number:
        "a number field of the API cannot take `{Self}`",
        "not a number",
        "it takes `i64`, `u64`, `f64`, or your own type with `Encode<kind::Number>`";
    NumberListField for Multiple<Number>:
        "a field with several numbers cannot take `{Self}`",
        "not a list of numbers",
        "it takes `Vec<f64>`, `Vec<i64>`, or a list of your own type with `Encode<kind::Number>`";
    DoubleField for Double:
        "a double field of the API cannot take `{Self}`",
        "not a number",
        "it takes `f64`, `f32` or an integer, or your own type with `Encode<kind::Double>`";
    DoubleListField for Multiple<Double>:
        "a field with several doubles cannot take `{Self}`",
        "not a list of numbers",
        "it takes `Vec<f64>`, or a list of your own type with `Encode<kind::Double>`";
    BooleanField for Boolean:
        "a boolean field of the API cannot take `{Self}`",
        "not a boolean",
        "it takes `bool`, or your own type with `Encode<kind::Boolean>`";
    BooleanListField for Multiple<Boolean>:
        "a field with several booleans cannot take `{Self}`",
        "not a list of booleans",
        "it takes `Vec<bool>`, or a list of your own type with `Encode<kind::Boolean>`";
    DateField for Date:
        "a date field of the API cannot take `{Self}`",
        "not a date",
        "it takes `vibecode_runtime::Date`, or your own type with `Encode<kind::Date>`";
    DateListField for Multiple<Date>:
        "a field with several dates cannot take `{Self}`",
        "not a list of dates",
        "it takes `Vec<vibecode_runtime::Date>`, or a list of your own type with `Encode<kind::Date>`";
    DateTimeField for DateTime:
        "a datetime field of the API cannot take `{Self}`",
        "not a moment with an offset",
        "it takes `vibecode_runtime::DateTime`, or your own type with `Encode<kind::DateTime>`";
    DateTimeListField for Multiple<DateTime>:
        "a field with several datetimes cannot take `{Self}`",
        "not a list of moments with an offset",
        "it takes `Vec<vibecode_runtime::DateTime>`, or a list of your own type with `Encode<kind::DateTime>`";
    EnumerationField for Enumeration:
        "a list field of the API cannot take `{Self}`",
        "not the id of an option",
        "it takes the option's id as `u64`, or your own type with `Encode<kind::Enumeration>`";
    EnumerationListField for Multiple<Enumeration>:
        "a list field with several options cannot take `{Self}`",
        "not a list of ids of options",
        "it takes the options' ids as `Vec<u64>`, or a list of your own type with `Encode<kind::Enumeration>`";
    MoneyField for Money:
        "a money field of the API cannot take `{Self}`",
        "not an amount with a currency",
        "it takes `vibecode_runtime::Money`, or your own type with `Encode<kind::Money>`";
    MoneyListField for Multiple<Money>:
        "a field with several amounts of money cannot take `{Self}`",
        "not a list of amounts with a currency",
        "it takes `Vec<vibecode_runtime::Money>`, or a list of your own type with `Encode<kind::Money>`";
    UrlField for Url:
        "a link field of the API cannot take `{Self}`",
        "not a link",
        "it takes `String`, `&str`, or your own type with `Encode<kind::Url>`";
    UrlListField for Multiple<Url>:
        "a field with several links cannot take `{Self}`",
        "not a list of links",
        "it takes `Vec<String>`, or a list of your own type with `Encode<kind::Url>`";
    AddressField for Address:
        "an address field of the API cannot take `{Self}`",
        "not an address",
        "it takes `String`, `&str`, or your own type with `Encode<kind::Address>`";
    AddressListField for Multiple<Address>:
        "a field with several addresses cannot take `{Self}`",
        "not a list of addresses",
        "it takes `Vec<String>`, or a list of your own type with `Encode<kind::Address>`";
    FileField for File:
        "a file field of the API cannot take `{Self}`",
        "not a file",
        "it takes `vibecode_runtime::File`, or your own type with `Encode<kind::File>`";
    FileListField for Multiple<File>:
        "a field with several files cannot take `{Self}`",
        "not a list of files",
        "it takes `Vec<vibecode_runtime::File>`, or a list of your own type with `Encode<kind::File>`";
    CrmField for Crm:
        "a field that links CRM records cannot take `{Self}`",
        "not a link to a CRM record",
        "it takes `vibecode_runtime::CrmRef`, or your own type with `Encode<kind::Crm>`";
    CrmListField for Multiple<Crm>:
        "a field that links several CRM records cannot take `{Self}`",
        "not a list of links to CRM records",
        "it takes `Vec<vibecode_runtime::CrmRef>`, or a list of your own type with `Encode<kind::Crm>`";
    StatusField for Status:
        "a field with a status code cannot take `{Self}`",
        "not a status code",
        "it takes the code as `String` or `&str`, or your own type with `Encode<kind::Status>`";
    StatusListField for Multiple<Status>:
        "a field with several status codes cannot take `{Self}`",
        "not a list of status codes",
        "it takes the codes as `Vec<String>`, or a list of your own type with `Encode<kind::Status>`";
    IblockField for Iblock:
        "a field that links an information block cannot take `{Self}`",
        "not the id of a section or an element",
        "it takes the id as `u64`, or your own type with `Encode<kind::Iblock>`";
    IblockListField for Multiple<Iblock>:
        "a field that links several information blocks cannot take `{Self}`",
        "not a list of ids of sections or elements",
        "it takes the ids as `Vec<u64>`, or a list of your own type with `Encode<kind::Iblock>`";
    ContactField for Reference<Contacts>:
        "a field that refers to a contact cannot take `{Self}`",
        "not the id of a contact",
        "it takes `ContactId`, or a plain `u64`";
    ContactListField for Multiple<Reference<Contacts>>:
        "a field that refers to several contacts cannot take `{Self}`",
        "not a list of ids of contacts",
        "it takes `Vec<ContactId>`, or a plain `Vec<u64>`";
    CompanyField for Reference<Companies>:
        "a field that refers to a company cannot take `{Self}`",
        "not the id of a company",
        "it takes `CompanyId`, or a plain `u64`";
    CompanyListField for Multiple<Reference<Companies>>:
        "a field that refers to several companies cannot take `{Self}`",
        "not a list of ids of companies",
        "it takes `Vec<CompanyId>`, or a plain `Vec<u64>`";
    LeadField for Reference<Leads>:
        "a field that refers to a lead cannot take `{Self}`",
        "not the id of a lead",
        "it takes `LeadId`, or a plain `u64`";
    LeadListField for Multiple<Reference<Leads>>:
        "a field that refers to several leads cannot take `{Self}`",
        "not a list of ids of leads",
        "it takes `Vec<LeadId>`, or a plain `Vec<u64>`";
    DealField for Reference<Deals>:
        "a field that refers to a deal cannot take `{Self}`",
        "not the id of a deal",
        "it takes `DealId`, or a plain `u64`";
    DealListField for Multiple<Reference<Deals>>:
        "a field that refers to several deals cannot take `{Self}`",
        "not a list of ids of deals",
        "it takes `Vec<DealId>`, or a plain `Vec<u64>`";
    UserField for Reference<Users>:
        "a field that refers to a user cannot take `{Self}`",
        "not the id of a user",
        "it takes `UserId`, or a plain `u64`";
    UserListField for Multiple<Reference<Users>>:
        "a field that refers to several users cannot take `{Self}`",
        "not a list of ids of users",
        "it takes `Vec<UserId>`, or a plain `Vec<u64>`";
    QuoteField for Reference<Quotes>:
        "a field that refers to an estimate cannot take `{Self}`",
        "not the id of an estimate",
        "it takes a plain `u64`";
    QuoteListField for Multiple<Reference<Quotes>>:
        "a field that refers to several estimates cannot take `{Self}`",
        "not a list of ids of estimates",
        "it takes a plain `Vec<u64>`";
    PhoneField for Phone:
        "a phone field of the API cannot take `{Self}`",
        "not a phone",
        "it takes `Vec<Phone>`; for the values of one type only, add `type_id = \"WORK\"` and use `Option<String>`";
    PhoneListField for Multiple<Phone>:
        "a phone field of the API cannot take `{Self}`",
        "not a list of phones",
        "it takes `Vec<Phone>`; for the values of one type only, add `type_id = \"WORK\"` and use `Option<String>`";
    EmailField for Email:
        "an email field of the API cannot take `{Self}`",
        "not an email address",
        "it takes `Vec<Email>`; for the values of one type only, add `type_id = \"WORK\"` and use `Option<String>`";
    EmailListField for Multiple<Email>:
        "an email field of the API cannot take `{Self}`",
        "not a list of email addresses",
        "it takes `Vec<Email>`; for the values of one type only, add `type_id = \"WORK\"` and use `Option<String>`";
}

/// Types that are one bare value of a multifield, in a field with `type_id`.
#[diagnostic::on_unimplemented(
    message = "a field with `type_id` holds the bare value of a phone or an email, not `{Self}`",
    label = "not text",
    note = "it takes `Option<String>`; for values that bring their own type, leave `type_id` out and use `Vec<Phone>` or `Vec<Email>`"
)]
pub trait TypedValueField: Encode<Text> {}

#[diagnostic::do_not_recommend]
impl<T: Encode<Text> + ?Sized> TypedValueField for T {}
