//! Converts values of the API to Rust values, by the kind of the field.

mod values;

use std::{borrow::Cow, fmt};

use serde_json::value::RawValue;

use crate::{
    ParseError,
    kind::{Kind, Multiple},
    value::enumeration::List,
    wire::{id, json, nothing, number},
};

/// A value of a field, as the API returned it. `Debug` does not show it.
///
/// ```
/// use vibecode_runtime::{WireValue, Contacts, Decode, DecodeError, RawAnswer, Record, kind};
///
/// /// A text, or a placeholder if there is none.
/// struct Note(String);
///
/// impl Decode<kind::Text> for Note {
///     fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
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
/// let raw = RawAnswer::from_json::<Contacts>(r#"{"comments":""}"#)?;
/// assert_eq!(raw.record::<Customer>()?.comments.0, "none");
/// # Ok::<(), vibecode_runtime::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct WireValue<'a>(&'a str, Option<&'a List>);

/// The error for a value that cannot be read. It says what was expected and never contains the
/// value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    expected: Cow<'static, str>,
}

impl DecodeError {
    /// Creates an error from what was expected, such as "a tax number of twelve digits".
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

impl<'a> WireValue<'a> {
    pub(crate) const NULL: WireValue<'static> = WireValue("null", None);
    pub(crate) const EMPTY_LIST: WireValue<'static> = WireValue("[]", None);

    pub(crate) fn new(value: &'a RawValue) -> Self {
        Self(value.get(), None)
    }

    pub(crate) fn of_text(json: &'a str) -> Self {
        Self(json, None)
    }

    pub(crate) fn of<'b>(self, field: &'b List) -> WireValue<'b>
    where
        'a: 'b,
    {
        WireValue(self.0, Some(field))
    }

    /// Returns the field that the value belongs to, if it is known.
    pub(crate) fn field(self) -> Option<List> {
        self.1.copied()
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Returns whether the value is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Returns whether the value is empty text, with which the API represents "nothing" in many
    /// kinds of field.
    #[must_use]
    pub fn is_empty_text(self) -> bool {
        self.0 == r#""""#
    }

    /// Whether the value is "nothing" in a field of any kind but a boolean.
    pub(crate) fn is_no_value(self) -> bool {
        nothing::is_no_value(self.0)
    }

    /// Returns the text, or a number as it is written, since the API returns one for the other.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        json::text(self.0)
    }

    /// Returns the text of a value in quotes.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        json::string(self.0)
    }

    pub(crate) fn is_string(self) -> bool {
        json::is_string(self.0)
    }

    /// Returns the elements of a list. PHP writes a list with gaps as an object, with the index of
    /// each element as its key. Returns `None` if this is not a list.
    pub(crate) fn elements(self) -> Option<impl Iterator<Item = WireValue<'a>>> {
        let elements: Vec<&RawValue> = if self.is_no_value() {
            Vec::new()
        } else if self.0.starts_with('{') {
            json::list_with_gaps(self.0)?
        } else {
            serde_json::from_str(self.0).ok()?
        };
        let field = self.1;
        let element = move |element: &'a RawValue| WireValue(element.get(), field);
        Some(elements.into_iter().map(element))
    }

    /// Returns the values of a multiple field: the elements of a list, or a single value without a
    /// list around it. Returns `None` for an object in which only some keys are indexes.
    fn values(self) -> Option<Vec<WireValue<'a>>> {
        match self.elements() {
            Some(elements) => Some(elements.collect()),
            None if self.0.starts_with('{') && json::has_index_among_keys(self.0) => None,
            None => Some(vec![self]),
        }
    }

    pub(crate) fn pick<const N: usize>(
        self,
        keys: [&str; N],
    ) -> Option<[Option<WireValue<'a>>; N]> {
        json::pick(self.0, keys).map(|picked| picked.map(|value| value.map(WireValue::new)))
    }

    /// Returns the id that a field contains.
    pub(crate) fn id(self) -> Option<u64> {
        id::of_field(self.0)
    }

    /// Reads the value as an integer, bare or in quotes.
    pub(crate) fn whole<T: std::str::FromStr + TryFrom<i128>>(self) -> Option<T> {
        number::whole(&self.text()?)
    }
}

impl fmt::Debug for WireValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireValue({} bytes)", self.0.len())
    }
}

/// A Rust type that a field of the kind `K` can be read into.
///
/// Implement it for your own types; the simplest way is to delegate to a type that implements it
/// already. [`kind`](crate::kind) lists those types.
///
/// ```
/// use vibecode_runtime::{WireValue, Decode, DecodeError, kind};
///
/// struct TaxNumber(String);
///
/// impl Decode<kind::Text> for TaxNumber {
///     fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
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
    /// The list field whose options this type represents, if any.
    #[doc(hidden)]
    const LIST: Option<List> = None;

    /// Reads a value.
    ///
    /// If the struct's field is an `Option`, the method is not called for "nothing" (null and its
    /// other forms), and the field is `None`. Otherwise it is called for empty text and, if the
    /// field is a list, for `null`.
    ///
    /// # Errors
    /// [`DecodeError`] if the value does not fit the type. The call then fails with
    /// [`ErrorKind::Unreadable`](crate::ErrorKind::Unreadable), which names the field.
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError>;
}

impl<K, T: Decode<K>> Decode<K> for Box<T> {
    const LIST: Option<List> = T::LIST;

    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        T::decode(answered).map(Box::new)
    }
}

impl<K: Kind, T: Decode<K>> Decode<Multiple<K>> for Vec<T> {
    const LIST: Option<List> = T::LIST;

    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let values = answered
            .values()
            .ok_or_else(|| DecodeError::expected("a list"))?;
        let present = values.into_iter().filter(|each| !K::is_nothing(*each));
        present.map(T::decode).collect()
    }
}

impl<K, T, const N: usize> Decode<Multiple<K>> for [T; N]
where
    Vec<T>: Decode<Multiple<K>>,
{
    const LIST: Option<List> = <Vec<T> as Decode<Multiple<K>>>::LIST;

    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let values: Vec<T> = Vec::decode(answered)?;
        let expected = || DecodeError::expected(format!("a list of {N} values"));
        values.try_into().map_err(|_| expected())
    }
}
