//! The traits of phones and emails.

use super::{add_typed, read::Held};
use crate::{
    Decode, Encode, WireValue,
    kind::{Email, Multiple, Phone, Text},
    patch::body::Body,
    record::{Fields, UnreadableField},
    value::{
        decode::{Part, PartValue},
        multifield::{kind_of, read_list},
    },
};

/// Generates the traits of a multifield. Each entry contains the traits for writing a value,
/// writing a list and reading a list; the value type and the wire name; then the texts of the messages, as in `fields`.
macro_rules! multifields {
    ($($Field:ident, $ListField:ident, $ListReading:ident for $Value:ident, $field:literal:
        $message:literal, $reading_message:literal, $label:literal, $list_label:literal, $takes:literal;)+) => {$(
        #[doc = concat!("Types that are one value of a field of the kind `", stringify!($Value), "`.")]
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = $takes)]
        pub trait $Field: Sized {
            #[doc(hidden)]
            fn add(body: Body, name: &'static str, value: impl Into<Self>) -> Body;
        }

        #[diagnostic::do_not_recommend]
        impl<T: Encode<$Value>> $Field for T {
            #[inline]
            fn add(mut body: Body, name: &'static str, value: impl Into<Self>) -> Body {
                let value = value.into();
                body.add(name, &|to| value.encode(to));
                body
            }
        }

        #[doc = concat!("Types that a field of the kind `", stringify!($Value), "` takes.")]
        #[diagnostic::on_unimplemented(message = $message, label = $list_label, note = $takes)]
        pub trait $ListField {
            /// Adds one value to a multifield that the struct holds as a custom list type.
            #[doc(hidden)]
            fn add(mut body: Body, name: &'static str, value: impl Into<crate::$Value>) -> Body {
                let value = value.into();
                body.add(name, &|to| value.encode(to));
                body
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
                    .and_then(|all| read_list::<$Value, T>(all, kind_of($field)))
                    .map_err(|error| UnreadableField::new($field, error))
            }
        }
    )+};
}

multifields! {
    PhoneField, PhoneListField, PhoneListReading for Phone, "phone":
        "a phone field of the API cannot take `{Self}`",
        "a phone field of the API cannot be read into `{Self}`",
        "not a phone",
        "not a list of phones",
        "it takes `Vec<Phone>`; for the values of one type only, add `type_id = \"WORK\"` and use `Option<String>`";
    EmailField, EmailListField, EmailListReading for Email, "email":
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
    fn add(
        body: Body,
        name: &'static str,
        value_type: &'static str,
        value: impl Into<Self>,
    ) -> Body;
}

#[diagnostic::do_not_recommend]
impl<T: Encode<Text>> TypedValueField for T {
    #[inline]
    fn add(
        mut body: Body,
        name: &'static str,
        value_type: &'static str,
        value: impl Into<Self>,
    ) -> Body {
        add_typed::<Text, T>(&mut body, name, value_type, &value.into());
        body
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
        value_type: &str,
    ) -> Result<H, UnreadableField>;
}

#[diagnostic::do_not_recommend]
impl<T: Decode<Text>> TypedValueReading for T {
    fn read<H: Held<Self>>(
        fields: &Fields<'_>,
        multifield: &'static str,
        value_type: &str,
    ) -> Result<H, UnreadableField> {
        let unreadable = |error| UnreadableField::new(multifield, error);
        let multifields = fields.multifields().map_err(unreadable)?;
        let first = multifields
            .of_kind(kind_of(multifield))
            .find(|entry| entry.value_type() == value_type);
        let text = first.map(|entry| Part::new(PartValue::Text(entry.value())));
        H::typed(text.as_ref().map_or(WireValue::NULL, WireValue::of_part)).map_err(unreadable)
    }
}
