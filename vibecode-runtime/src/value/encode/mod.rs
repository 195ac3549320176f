//! Converts Rust values to values of the API, by the kind of the field.

mod encoder;

use std::borrow::Cow;

pub use self::encoder::{EncodeError, Encoder};
pub(crate) use self::encoder::{Entry, NOT_AN_ENTRY, NOT_FINITE, push_text, to_json};

use crate::{
    Id,
    kind::{self, Multiple},
    value::enumeration::ClosedField,
};

/// A Rust type that a field of the kind `K` takes.
///
/// Implement it for your own types; the simplest way is to delegate to a type that implements it
/// already. [`kind`] lists those types.
///
/// ```
/// use vibecode_runtime::{Encode, EncodeError, Encoder, kind};
///
/// struct TaxNumber(String);
///
/// impl Encode<kind::Text> for TaxNumber {
///     fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
///         if self.0.is_empty() {
///             return Err(EncodeError::new("a tax number has at least one digit"));
///         }
///         Encode::<kind::Text>::encode(&self.0, to)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no wire form as `{K}`",
    note = "implement `vibecode_runtime::Encode<{K}>` for it, or use a type that has it"
)]
pub trait Encode<K> {
    /// The list field whose options this type represents, if any.
    #[doc(hidden)]
    const CLOSED_FIELD: Option<ClosedField> = None;

    /// Writes the value in the form that the API accepts.
    ///
    /// # Errors
    /// [`EncodeError`] if this value has no wire form, such as NaN. Then neither the value nor the
    /// rest of its patch is sent: [`ErrorKind::InvalidPatch`](crate::ErrorKind::InvalidPatch).
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError>;
}

impl<K, T: Encode<K> + ?Sized> Encode<K> for &T {
    const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;

    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        T::encode(self, to)
    }
}

impl<K, T: Encode<K> + ?Sized> Encode<K> for Box<T> {
    const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;

    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        T::encode(self, to)
    }
}

impl<K, T: Encode<K> + ToOwned + ?Sized> Encode<K> for Cow<'_, T> {
    const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;

    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        T::encode(self, to)
    }
}

impl<K, T: Encode<K>> Encode<Multiple<K>> for [T] {
    const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;

    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.list(self, T::encode)
    }
}

impl<K, T: Encode<K>, const N: usize> Encode<Multiple<K>> for [T; N] {
    const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;

    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.list(self, T::encode)
    }
}

impl<K, T: Encode<K>> Encode<Multiple<K>> for Vec<T> {
    const CLOSED_FIELD: Option<ClosedField> = T::CLOSED_FIELD;

    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.list(self, T::encode)
    }
}

macro_rules! text_kinds {
    ($($Kind:ident)+) => {$(
        impl Encode<kind::$Kind> for str {
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                to.text(self);
                Ok(())
            }
        }

        impl Encode<kind::$Kind> for String {
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                to.text(self);
                Ok(())
            }
        }
    )+};
}

text_kinds! { Text Url Address Status }

/// `kind: types => method`, for types that convert without loss.
macro_rules! whole_numbers {
    ($($Kind:ident: $($Number:ty)+ => $method:ident;)+) => {$($(
        impl Encode<kind::$Kind> for $Number {
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                to.$method((*self).into());
                Ok(())
            }
        }
    )+)+};
}

whole_numbers! {
    Integer: i8 i16 i32 i64 => integer;
    Integer: u8 u16 u32 => unsigned;
    Number: i8 i16 i32 i64 => integer;
    Number: u8 u16 u32 u64 => unsigned;
    Double: i8 i16 i32 i64 => integer;
    Double: u8 u16 u32 u64 => unsigned;
}

macro_rules! ids {
    ($($Kind:ident: $($Number:ty)+;)+) => {$($(
        impl Encode<kind::$Kind> for $Number {
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                to.id((*self).into(), "0 is no id")
            }
        }
    )+)+};
}

ids! {
    Enumeration: u8 u16 u32 u64;
    Iblock: u8 u16 u32 u64;
}

/// The API's integers are signed.
impl Encode<kind::Integer> for u64 {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let signed = i64::try_from(*self);
        to.integer(signed.map_err(|_| EncodeError::new("it is larger than an integer may be"))?);
        Ok(())
    }
}

macro_rules! real_numbers {
    ($($Kind:ident)+) => {$(
        impl Encode<kind::$Kind> for f64 {
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                to.double(*self)
            }
        }

        impl Encode<kind::$Kind> for f32 {
            // Uses the shortest text: 0.1_f32 is sent as 0.1, not as 0.10000000149011612.
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                let shortest = self.to_string().parse().unwrap_or(f64::from(*self));
                to.double(shortest)
            }
        }
    )+};
}

real_numbers! { Number Double }

impl Encode<kind::Boolean> for bool {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.boolean(*self);
        Ok(())
    }
}

impl<E> Encode<kind::Reference<E>> for Id<E> {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Encode::<kind::Reference<E>>::encode(&self.get(), to)
    }
}

impl<E> Encode<kind::Reference<E>> for u64 {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.id(*self, "0 refers to no record")
    }
}
