//! The multifields: their names, kinds and types. Setters and readers derive theirs from this table.

use std::{fmt, str::FromStr};

use serde::Serialize;

use super::EntryKey;
use crate::{Encode, EncodeError, Encoder, ParseError, kind, value::text_form::serde_as_text};

/// A multifield to which patches can add entries.
pub(crate) struct Multifield {
    /// The wire name of the field. In an answer it is the alias that need not show a type.
    pub(crate) field: &'static str,
    /// The kind of the entries, which `fm` calls `typeId`.
    pub(crate) kind: &'static str,
    /// The field that says whether a record has any entries.
    pub(crate) flag: &'static str,
    /// The types with which an entry can be written, each with the alias that shows its entries.
    pub(crate) types: &'static [(&'static str, &'static str)],
}

/// The type of an entry that is a plain string (api.md, grade D).
pub(crate) const WORK: &str = PhoneType::Work.as_str();

/// The multifields that are only read: all of them together, sites and messengers.
pub(crate) const ONLY_READ: &[&str] = &["fm", "web", "im"];

impl Multifield {
    /// Returns the multifield with this wire name.
    pub(crate) fn of_field(field: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|each| each.field == field)
    }

    /// Returns the static name of the type, if an entry can be written with it.
    pub(crate) fn value_type(&self, name: &str) -> Option<&'static str> {
        let mut types = self.types.iter();
        types.find_map(|(value_type, _)| (*value_type == name).then_some(*value_type))
    }

    pub(super) fn aliases(&self) -> impl Iterator<Item = &'static str> {
        let typed = self.types.iter().map(|(_, alias)| *alias);
        typed.chain([self.field])
    }
}

/// Returns the kind of the entries that a patch adds to a field.
#[expect(
    clippy::expect_used,
    reason = "with another kind, a value that is present would be added again"
)]
pub(crate) fn kind_of(field: &str) -> &'static str {
    let multifield = Multifield::of_field(field);
    multifield
        .expect("patches add to phones and emails only")
        .kind
}

/// Whether phones or emails are read or added under this name, ignoring case.
pub(crate) fn is_name(name: &str) -> bool {
    let mut known = NAMES.iter();
    known.any(|known| known.eq_ignore_ascii_case(name)) || unknown_alias(name).is_some()
}

/// Returns the kind that an unknown name seems to be an alias of.
pub(crate) fn unknown_alias(name: &str) -> Option<&'static str> {
    let is_alias = |kind: &str| {
        let parts = name.split_at_checked(kind.len());
        parts.is_some_and(|(begin, rest)| {
            let is_new_word = |first: char| first == '_' || first.is_ascii_uppercase();
            begin.eq_ignore_ascii_case(kind) && (rest.is_empty() || rest.starts_with(is_new_word))
        })
    };
    let kind = KINDS.iter().copied().find(|kind| is_alias(kind));
    kind.filter(|_| !NAMES.contains(&name))
}

const NOT_A_TYPE: ParseError = ParseError::expected("a type with which an entry can be written");

/// Generates the types of each multifield and the tables of them. The texts of an entry are the wire
/// name, the kind, the flag and the list of types in messages; those of a type its wire name and its
/// alias.
macro_rules! multifields {
    ($(
        $(#[$doc:meta])* $Value:ident: $field:literal, $kind:literal, $flag:literal, same if $same:literal;
        $(#[$type_doc:meta])* $Type:ident: $types:literal {
            $($(#[$variant_doc:meta])*
            $Variant:ident, $constructor:ident = $value_type:literal, $alias:literal;)+
        }
    )+) => {
        /// Every field that contains phones and emails.
        const NAMES: &[&str] = &["fm", $($field, $($alias,)+)+];

        /// Every field that shows which phones and emails a record has.
        pub(crate) const SHOWN_BY: &[&str] = &["fm", $($field, $($alias,)+ $flag,)+];

        /// The fields that only say whether a record has any entries of a kind.
        pub(crate) const FLAGS: &[&str] = &[$($flag),+];

        /// The kinds of entries that patches add.
        pub(crate) const KINDS: &[&str] = &[$($kind),+];

        impl Multifield {
            pub(crate) const ALL: &[Self] = &[$(Self {
                field: $field,
                kind: $kind,
                flag: $flag,
                types: &[$(($value_type, $alias)),+],
            }),+];
        }
    $(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize)]
        pub struct $Value {
            value: String,
            #[serde(rename = "typeId")]
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
                    $(Self::$Variant => $value_type,)+
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
            /// The kind of the entries, which `fm` calls `typeId`.
            pub(crate) const KIND: &'static str = $kind;

            /// Creates a value with this type.
            pub fn new(value: impl Into<String>, value_type: $Type) -> Self {
                Self { value: value.into(), value_type }
            }

            $(
                #[doc = concat!("A value of the type ", $value_type, ".")]
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
            #[doc = concat!("differently: ", $same, ".")]
            /// `ensure` and `diff` compare in the same way.
            #[must_use]
            pub fn is_same_value(&self, other: &str) -> bool {
                let key = |value| EntryKey::of(Self::KIND, value);
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

        serde_as_text! { $Type: $types; }
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
    Phone: "phone", "PHONE", "hasPhone", same if
        "by their digits if both have only digits and punctuation, and otherwise as text without case";
    /// The types that a phone can be written with, as documented by the API.
    PhoneType: "WORK, HOME, MOBILE or OTHER" {
        /// `WORK`, the type of a phone if none is specified.
        #[default]
        Work, work = "WORK", "phoneWork";
        /// `HOME`
        Home, home = "HOME", "phoneHome";
        /// `MOBILE`
        Mobile, mobile = "MOBILE", "phoneMobile";
        /// `OTHER`
        Other, other = "OTHER", "phoneOther";
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
    Email: "email", "EMAIL", "hasEmail", same if "as text without case";
    /// The types that an email address can be written with, as documented by the API.
    EmailType: "WORK, HOME, MAILING or OTHER" {
        /// `WORK`, the type of an address if none is specified.
        #[default]
        Work, work = "WORK", "emailWork";
        /// `HOME`
        Home, home = "HOME", "emailHome";
        /// `MAILING`
        Mailing, mailing = "MAILING", "emailMailing";
        /// `OTHER`
        Other, other = "OTHER", "emailOther";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_holds_phones_is_known_in_any_letters() {
        for name in [
            "phone",
            "PHONE",
            "Phone",
            "phoneFax",
            "EMAIL_WORK",
            "fm",
            "FM",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "phones",
            "emails",
            "telephone",
            "post",
            "ufCrm_phone",
            "emailing",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
