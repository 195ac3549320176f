//! Converts values of the API to Rust values, by the kind of the field.

mod values;
mod wire_value;

use std::{borrow::Cow, fmt};

pub use self::wire_value::WireValue;
pub(crate) use self::wire_value::{Part, PartValue};
use crate::{
    ParseError,
    kind::{Kind, Multiple},
    value::enumeration::ClosedField,
    wire::nothing,
};

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
    const CLOSED_FIELD: Option<ClosedField> = None;

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

/// Whether this is how the API writes "nothing" in a field of this kind, into which this type is read. In
/// a field with a closed set, 0 is neither an option nor a code.
pub(crate) fn is_nothing<K: Kind, T: Decode<K>>(answered: WireValue<'_>) -> bool {
    K::is_nothing(answered)
        || T::CLOSED_FIELD.is_some() && nothing::is_nothing_as_id(answered.as_str())
}

impl<K, T: Decode<K>> Decode<K> for Box<T> {
    const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;

    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        T::decode(answered).map(Box::new)
    }
}

impl<K: Kind, T: Decode<K>> Decode<Multiple<K>> for Vec<T> {
    const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;

    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let values = answered
            .values()
            .ok_or_else(|| DecodeError::expected("a list"))?;
        let present = values.into_iter().filter(|each| !is_nothing::<K, T>(*each));
        present.map(T::decode).collect()
    }
}

impl<K, T, const N: usize> Decode<Multiple<K>> for [T; N]
where
    Vec<T>: Decode<Multiple<K>>,
{
    const CLOSED_FIELD: Option<ClosedField> = <Vec<T> as Decode<Multiple<K>>>::CLOSED_FIELD;

    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let values: Vec<T> = Vec::decode(answered)?;
        let expected = || DecodeError::expected(format!("a list of {N} values"));
        values.try_into().map_err(|_| expected())
    }
}
