//! Phones and emails: values with a type, which the API only adds and never replaces.

mod answered;
mod read;
mod serde_impls;

use std::{fmt, str::FromStr};

use crate::{Encode, EncodeError, Encoder, ParseError, kind, wire::equality::EntryKey};

pub use self::read::{MultifieldEntry, Multifields};
pub(crate) use self::{
    answered::{
        MULTIFIELD_FLAGS, MULTIFIELD_NAMES, UnclearMultifields, is_name, shows_unknown_alias,
    },
    read::read_list,
};

/// Returns the kind of a field's entries, as it is named in `fm`.
pub(crate) fn kind_of(field: &str) -> String {
    field.to_ascii_uppercase()
}

const NOT_A_TYPE: ParseError = ParseError::expected("a type with which an entry can be written");

/// Returns the static name of the type, if an entry of the field can be written with it.
pub(crate) fn type_id_of(field: &str, type_id: &str) -> Option<&'static str> {
    let phones = PhoneType::ALL.iter().map(|each| each.as_str());
    let emails = EmailType::ALL.iter().map(|each| each.as_str());
    match field {
        "phone" => phones.into_iter().find(|each| *each == type_id),
        "email" => emails.into_iter().find(|each| *each == type_id),
        _ => None,
    }
}

macro_rules! multifields {
    ($($(#[$doc:meta])* $Value:ident, $(#[$type_doc:meta])* $Type:ident {
        $($(#[$variant_doc:meta])* $Variant:ident, $constructor:ident = $type_id:literal;)+
    })+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $Value {
            value: String,
            value_type: $Type,
        }

        $(#[$type_doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Type {
            $($(#[$variant_doc])* $Variant,)+
        }

        impl $Type {
            /// All types that can be written.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// Returns the wire name, as in `typeId`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Variant => $type_id,)+
                }
            }
        }

        impl fmt::Display for $Type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $Type {
            type Err = ParseError;

            fn from_str(name: &str) -> Result<Self, ParseError> {
                let known = Self::ALL.iter().find(|each| each.as_str() == name);
                known.copied().ok_or(NOT_A_TYPE)
            }
        }

        impl $Value {
            /// Creates a value with this type.
            pub fn new(value: impl Into<String>, value_type: $Type) -> Self {
                Self { value: value.into(), value_type }
            }

            $(
                #[doc = concat!("A value of the type ", $type_id, ".")]
                pub fn $constructor(value: impl Into<String>) -> Self {
                    Self::new(value, $Type::$Variant)
                }
            )+

            /// Returns the value as it was passed.
            #[must_use]
            pub fn value(&self) -> &str {
                &self.value
            }

            /// Returns the type: WORK if none was specified.
            #[must_use]
            pub fn value_type(&self) -> $Type {
                self.value_type
            }

            /// Returns whether this value and another one are the same, even if they are written
            /// differently. Phones are compared by their digits if they have only digits and
            /// punctuation, and otherwise as text; emails are compared without case. `ensure` and
            /// `diff` compare in the same way.
            #[must_use]
            pub fn is_same_value(&self, other: &str) -> bool {
                let key = |value| EntryKey::of(&kind_of(stringify!($Value)), value);
                key(&self.value) == key(other)
            }
        }

        /// Shows only the type, because the value is personal data.
        impl fmt::Debug for $Value {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($Value))
                    .field("value_type", &self.value_type)
                    .finish_non_exhaustive()
            }
        }

        impl Encode<kind::$Value> for $Value {
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                to.entry(&self.value, self.value_type.as_str())
            }
        }
    )+};
}

multifields! {
    /// A phone and its type. A plain string becomes a WORK phone.
    ///
    /// ```
    /// use vibecode_runtime::{Phone, PhoneType};
    ///
    /// assert_eq!(Phone::from("+79169876543"), Phone::work("+79169876543"));
    /// let phone = Phone::mobile("+79161112233");
    /// assert_eq!((phone.value(), phone.value_type()), ("+79161112233", PhoneType::Mobile));
    /// assert!(!format!("{phone:?}").contains("7916"));
    /// assert_eq!(
    ///     serde_json::to_string(&phone)?,
    ///     r#"{"value":"+79161112233","typeId":"MOBILE"}"#,
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    Phone,
    /// The types that a phone can be written with, as documented by the API.
    PhoneType {
        /// `WORK`, the type of a phone if none is specified.
        #[default]
        Work, work = "WORK";
        /// `HOME`
        Home, home = "HOME";
        /// `MOBILE`
        Mobile, mobile = "MOBILE";
        /// `OTHER`
        Other, other = "OTHER";
    }

    /// An email address and its type. A plain string becomes a WORK address.
    ///
    /// ```
    /// use vibecode_runtime::{Email, EmailType};
    ///
    /// assert_eq!(Email::from("a@company.ru"), Email::work("a@company.ru"));
    /// let email = Email::mailing("a@company.ru");
    /// assert_eq!((email.value(), email.value_type()), ("a@company.ru", EmailType::Mailing));
    /// assert!(!format!("{email:?}").contains("company"));
    /// ```
    Email,
    /// The types that an email address can be written with, as documented by the API.
    EmailType {
        /// `WORK`, the type of an address if none is specified.
        #[default]
        Work, work = "WORK";
        /// `HOME`
        Home, home = "HOME";
        /// `MAILING`
        Mailing, mailing = "MAILING";
        /// `OTHER`
        Other, other = "OTHER";
    }
}

// Not part of the macro above, because the compiler's messages would then show the macro.

impl From<&str> for Phone {
    fn from(value: &str) -> Self {
        Self::new(value, PhoneType::default())
    }
}

impl From<String> for Phone {
    fn from(value: String) -> Self {
        Self::new(value, PhoneType::default())
    }
}

impl From<&str> for Email {
    fn from(value: &str) -> Self {
        Self::new(value, EmailType::default())
    }
}

impl From<String> for Email {
    fn from(value: String) -> Self {
        Self::new(value, EmailType::default())
    }
}
