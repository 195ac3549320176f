//! How values of the API become Rust values, by the kind of the field.

use std::{borrow::Cow, fmt};

use serde_json::value::RawValue;

use crate::{
    CrmRef, Date, DateTime, File, Id, Money, ParseError,
    enumeration::List,
    json,
    kind::{self, Kind, Multiple},
};

/// A value of a field, as it stands in the answer. Debug does not show it.
///
/// ```
/// use vibecode_runtime::{Answered, Contacts, Decode, DecodeError, Raw, Record, kind};
///
/// /// A text, or its absence in words.
/// struct Note(String);
///
/// impl Decode<kind::Text> for Note {
///     fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
///         if answered.is_empty_text() {
///             return Ok(Self("none".to_owned()));
///         }
///         Decode::<kind::Text>::decode(answered).map(Self)
///     }
/// }
///
/// #[derive(Record)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     comments: Note,
/// }
///
/// let raw = Raw::from_json::<Contacts>(r#"{"comments":""}"#)?;
/// assert_eq!(raw.record::<Customer>()?.comments.0, "none");
/// # Ok::<(), vibecode_runtime::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Answered<'a>(&'a str, Option<&'a List>);

/// Why a value cannot be read. It tells what was expected, and never holds the value.
///
/// ```
/// use vibecode_runtime::DecodeError;
///
/// let error = DecodeError::expected("a tax number of twelve digits");
/// assert_eq!(error.to_string(), "expected a tax number of twelve digits");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    expected: Cow<'static, str>,
}

impl DecodeError {
    /// The value is not this, such as "a tax number of twelve digits".
    ///
    /// ```
    /// use vibecode_runtime::DecodeError;
    ///
    /// assert_eq!(DecodeError::expected("an even number").to_string(), "expected an even number");
    /// ```
    pub fn expected(what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            expected: what.into(),
        }
    }
}

impl From<ParseError> for DecodeError {
    fn from(error: ParseError) -> Self {
        Self::expected(error.what())
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl std::error::Error for DecodeError {}

impl<'a> Answered<'a> {
    pub(crate) const NULL: Answered<'static> = Answered("null", None);
    pub(crate) const EMPTY_LIST: Answered<'static> = Answered("[]", None);

    pub(crate) fn new(value: &'a RawValue) -> Self {
        Self(value.get(), None)
    }

    pub(crate) fn of_text(json: &'a str) -> Self {
        Self(json, None)
    }

    /// As the value of this field.
    pub(crate) fn of<'b>(self, field: &'b List) -> Answered<'b>
    where
        'a: 'b,
    {
        Answered(self.0, Some(field))
    }

    /// The field whose value this is, if it is known.
    pub(crate) fn field(self) -> Option<List> {
        self.1.copied()
    }

    /// The JSON text.
    ///
    /// ```
    /// use vibecode_runtime::{Answered, Contacts, Decode, DecodeError, Raw, Record, kind};
    ///
    /// /// A flag that the portal writes as a word.
    /// struct Open(bool);
    ///
    /// impl Decode<kind::Boolean> for Open {
    ///     fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
    ///         match answered.as_str() {
    ///             r#""open""# => Ok(Self(true)),
    ///             _ => Decode::<kind::Boolean>::decode(answered).map(Self),
    ///         }
    ///     }
    /// }
    ///
    /// # #[derive(Record)]
    /// # #[vibecode(entity = "contacts")]
    /// # struct Customer {
    /// #     #[vibecode(field = "opened")]
    /// #     value: Open,
    /// # }
    /// let raw = Raw::from_json::<Contacts>(r#"{"opened":"open"}"#)?;
    /// assert!(raw.record::<Customer>()?.value.0);
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether this is `null`.
    ///
    /// ```
    /// use vibecode_runtime::{Answered, Contacts, Decode, DecodeError, Raw, Record, kind};
    ///
    /// /// A list of which it is known whether it was ever set.
    /// struct Tags(Option<Vec<String>>);
    ///
    /// impl Decode<kind::Multiple<kind::Text>> for Tags {
    ///     fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
    ///         if answered.is_null() {
    ///             return Ok(Self(None));
    ///         }
    ///         Decode::<kind::Multiple<kind::Text>>::decode(answered).map(|tags| Self(Some(tags)))
    ///     }
    /// }
    ///
    /// # #[derive(Record)]
    /// # #[vibecode(entity = "contacts")]
    /// # struct Customer {
    /// #     #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    /// #     value: Tags,
    /// # }
    /// let raw = Raw::from_json::<Contacts>(r#"{"ufCrmTags":null}"#)?;
    /// assert_eq!(raw.record::<Customer>()?.value.0, None);
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Whether this is an empty text, which the API gives for many kinds of nothing.
    #[must_use]
    pub fn is_empty_text(self) -> bool {
        self.0 == r#""""#
    }

    /// The text, or a number as it stands, since the API gives one for the other.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        match self.quoted() {
            Some(inner) if !inner.as_bytes().contains(&b'\\') => Some(Cow::Borrowed(inner)),
            Some(_) => serde_json::from_str(self.0).ok().map(Cow::Owned),
            None => self
                .0
                .starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                .then_some(Cow::Borrowed(self.0)),
        }
    }

    /// What stands between quotes, escapes as they are.
    fn quoted(self) -> Option<&'a str> {
        self.0.strip_prefix('"')?.strip_suffix('"')
    }

    /// The elements of a list. `null` and `false` are how the API writes an empty one.
    pub(crate) fn elements(self) -> Option<impl Iterator<Item = Answered<'a>>> {
        let elements: Vec<&RawValue> = match self.0 {
            "null" | "false" | "[]" | r#""""# => Vec::new(),
            list => serde_json::from_str(list).ok()?,
        };
        let field = self.1;
        let element = move |element: &'a RawValue| Answered(element.get(), field);
        Some(elements.into_iter().map(element))
    }

    /// The values of some keys of an object.
    pub(crate) fn pick<const N: usize>(self, keys: [&str; N]) -> Option<[Option<Answered<'a>>; N]> {
        json::pick(self.0, keys).map(|picked| picked.map(|value| value.map(Answered::new)))
    }

    fn parsed<T: std::str::FromStr>(self) -> Option<T> {
        self.quoted().unwrap_or(self.0).parse().ok()
    }
}

impl fmt::Debug for Answered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answered({} bytes)", self.0.len())
    }
}

/// A Rust type that a field of the kind `K` can be read into.
///
/// Your own types join by implementing it, most simply through a type that has it. Which types have
/// it, [`kind`] lists.
///
/// ```
/// use vibecode_runtime::{Answered, Decode, DecodeError, kind};
///
/// struct TaxNumber(String);
///
/// impl Decode<kind::Text> for TaxNumber {
///     fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
///         let text: String = Decode::<kind::Text>::decode(answered)?;
///         if text.len() == 12 {
///             Ok(Self(text))
///         } else {
///             Err(DecodeError::expected("a tax number of twelve digits"))
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from `{K}`",
    note = "implement `vibecode_runtime::Decode<{K}>` for it, or use a type that has it"
)]
pub trait Decode<K>: Sized {
    /// The list whose options this stands for, if it does.
    #[doc(hidden)]
    const LIST: Option<List> = None;

    /// Reads a value.
    ///
    /// It is not asked for nothing: where the field is an `Option`, `null` and its like are `None`. One
    /// that is none is asked for an empty text, and a list for `null`.
    ///
    /// ```
    /// # use vibecode_runtime::{Answered, Contacts, Decode, DecodeError, Raw, Record, kind};
    /// struct Initial(char);
    ///
    /// impl Decode<kind::Text> for Initial {
    ///     fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
    ///         let name: String = Decode::<kind::Text>::decode(answered)?;
    ///         let first = name.chars().next();
    ///         first.map(Self).ok_or_else(|| DecodeError::expected("a name"))
    ///     }
    /// }
    ///
    /// #[derive(Record)]
    /// #[vibecode(entity = "contacts")]
    /// struct Customer {
    ///     name: Initial,
    /// }
    ///
    /// let ivan = Raw::from_json::<Contacts>(r#"{"name":"Ivan"}"#)?;
    /// assert_eq!(ivan.record::<Customer>()?.name.0, 'I');
    /// let nobody = Raw::from_json::<Contacts>(r#"{"name":""}"#)?;
    /// assert!(nobody.record::<Customer>().is_err());
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`DecodeError`] where the value is not what the type holds. A call that was to read it fails with
    /// [`ErrorKind::Unreadable`](crate::ErrorKind::Unreadable), naming the field.
    fn decode(answered: Answered<'_>) -> Result<Self, DecodeError>;
}

impl<K, T: Decode<K>> Decode<K> for Box<T> {
    const LIST: Option<List> = T::LIST;

    fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
        T::decode(answered).map(Box::new)
    }
}

impl<K: Kind, T: Decode<K>> Decode<Multiple<K>> for Vec<T> {
    const LIST: Option<List> = T::LIST;

    fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
        let elements = answered
            .elements()
            .ok_or_else(|| DecodeError::expected("a list"))?;
        let present = elements.into_iter().filter(|each| !K::is_nothing(*each));
        present.map(T::decode).collect()
    }
}

impl<K, T, const N: usize> Decode<Multiple<K>> for [T; N]
where
    Vec<T>: Decode<Multiple<K>>,
{
    const LIST: Option<List> = <Vec<T> as Decode<Multiple<K>>>::LIST;

    fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
        let values: Vec<T> = Vec::decode(answered)?;
        let expected = || DecodeError::expected(format!("a list of {N} values"));
        values.try_into().map_err(|_| expected())
    }
}

/// Kinds that are read as text.
macro_rules! text_kinds {
    ($($Kind:ident)+) => {$(
        impl Decode<kind::$Kind> for String {
            fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
                let text = answered.text().map(Cow::into_owned);
                text.ok_or_else(|| DecodeError::expected("text"))
            }
        }

        impl Decode<kind::$Kind> for Box<str> {
            fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
                <String as Decode<kind::$Kind>>::decode(answered).map(String::into_boxed_str)
            }
        }

        impl Decode<kind::$Kind> for Cow<'_, str> {
            fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
                <String as Decode<kind::$Kind>>::decode(answered).map(Cow::Owned)
            }
        }
    )+};
}

text_kinds! { Text Url Address Status }

// Kinds that are written in a form of their own, and can be read as the text that they come in.
text_kinds! { Date DateTime Money Crm }

/// `kinds: types`. Numbers may stand in quotes (api.md, "Read").
macro_rules! numbers {
    ($($Kind:ident: $($Number:ty)+;)+) => {$($(
        impl Decode<kind::$Kind> for $Number {
            fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
                let expected = concat!("a number that fits ", stringify!($Number));
                answered.parsed().ok_or_else(|| DecodeError::expected(expected))
            }
        }
    )+)+};
}

numbers! {
    Integer: i8 i16 i32 i64 u8 u16 u32 u64;
    Number: i8 i16 i32 i64 u8 u16 u32 u64;
    Double: i8 i16 i32 i64 u8 u16 u32 u64;
    Enumeration: u8 u16 u32 u64;
    Iblock: u8 u16 u32 u64;
}

/// Rust reads "NaN" and "inf" as numbers; the API has none.
macro_rules! real_numbers {
    ($($Kind:ident: $($Number:ty)+;)+) => {$($(
        impl Decode<kind::$Kind> for $Number {
            fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
                let number = answered.parsed().filter(|number: &$Number| number.is_finite());
                number.ok_or_else(|| DecodeError::expected("a number"))
            }
        }
    )+)+};
}

real_numbers! {
    Number: f32 f64;
    Double: f32 f64;
}

/// Three forms: true and false, "Y" and "N", 1 and 0 (api.md, "Read").
impl Decode<kind::Boolean> for bool {
    fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
        match answered.as_str() {
            "true" | "1" | r#""Y""# | r#""1""# => Ok(true),
            "false" | "0" | r#""N""# | r#""0""# => Ok(false),
            _ => Err(DecodeError::expected("true or false")),
        }
    }
}

/// A date may carry a time (api.md, "Read"), which does not belong to it.
impl Decode<kind::Date> for Date {
    fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
        let text = answered.text().unwrap_or_default();
        let day = text.split('T').next().unwrap_or_default();
        Ok(day.parse::<Self>()?)
    }
}

macro_rules! parsed {
    ($($Kind:ident: $Value:ty;)+) => {$(
        impl Decode<kind::$Kind> for $Value {
            fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
                Ok(answered.text().unwrap_or_default().parse::<Self>()?)
            }
        }
    )+};
}

parsed! {
    DateTime: DateTime;
    Money: Money;
    Crm: CrmRef;
}

impl<E> Decode<kind::Reference<E>> for Id<E> {
    fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
        <u64 as Decode<kind::Reference<E>>>::decode(answered).map(Self::new)
    }
}

impl<E> Decode<kind::Reference<E>> for u64 {
    fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
        let id = answered.parsed();
        id.ok_or_else(|| DecodeError::expected("the id of a record"))
    }
}

/// `{"id", "url", "urlMachine"}`, of which the id is what keeps the file.
impl Decode<kind::File> for File {
    fn decode(answered: Answered<'_>) -> Result<Self, DecodeError> {
        let id = match answered.pick(["id"]) {
            Some([id]) => id.and_then(Answered::parsed),
            None => answered.parsed(),
        };
        id.map(Self::keep)
            .ok_or_else(|| DecodeError::expected("a file with its id"))
    }
}
