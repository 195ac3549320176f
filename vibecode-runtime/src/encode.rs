//! How Rust values become values of the API, by the kind of the field.

use std::borrow::Cow;

use crate::{EncodeError, Id, WireValue, enumeration::List, kind, kind::Multiple};

/// A Rust type that a field of the kind `K` takes.
///
/// Your own types join by implementing it, most simply through a type that has it:
///
/// ```
/// use vibecode_runtime::{Encode, EncodeError, WireValue, kind};
///
/// struct TaxNumber(String);
///
/// impl Encode<kind::Text> for TaxNumber {
///     fn encode(&self) -> Result<WireValue, EncodeError> {
///         if self.0.is_empty() {
///             return Err(EncodeError::new("a tax number has at least one digit"));
///         }
///         Encode::<kind::Text>::encode(&self.0)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no wire form as `{K}`",
    note = "implement `vibecode_runtime::Encode<{K}>` for it, or use a type that has it"
)]
pub trait Encode<K> {
    /// The list whose options this stands for, if it does.
    #[doc(hidden)]
    const LIST: Option<List> = None;

    /// The value on the wire.
    ///
    /// # Errors
    /// Where this very value has no wire form, such as NaN. It is then not sent, and neither is
    /// the rest of its patch.
    fn encode(&self) -> Result<WireValue, EncodeError>;

    /// The same by value, where that saves a copy.
    ///
    /// # Errors
    /// As [`Encode::encode`].
    fn into_wire(self) -> Result<WireValue, EncodeError>
    where
        Self: Sized,
    {
        self.encode()
    }
}

impl<K, T: Encode<K> + ?Sized> Encode<K> for &T {
    const LIST: Option<List> = T::LIST;

    fn encode(&self) -> Result<WireValue, EncodeError> {
        T::encode(self)
    }
}

impl<K, T: Encode<K> + ?Sized> Encode<K> for Box<T> {
    const LIST: Option<List> = T::LIST;

    fn encode(&self) -> Result<WireValue, EncodeError> {
        T::encode(self)
    }
}

impl<K, T: Encode<K> + ToOwned + ?Sized> Encode<K> for Cow<'_, T> {
    const LIST: Option<List> = T::LIST;

    fn encode(&self) -> Result<WireValue, EncodeError> {
        T::encode(self)
    }
}

impl<K, T: Encode<K>> Encode<Multiple<K>> for [T] {
    const LIST: Option<List> = T::LIST;

    fn encode(&self) -> Result<WireValue, EncodeError> {
        self.iter().map(T::encode).collect()
    }
}

impl<K, T: Encode<K>, const N: usize> Encode<Multiple<K>> for [T; N] {
    const LIST: Option<List> = T::LIST;

    fn encode(&self) -> Result<WireValue, EncodeError> {
        Encode::<Multiple<K>>::encode(self.as_slice())
    }
}

impl<K, T: Encode<K>> Encode<Multiple<K>> for Vec<T> {
    const LIST: Option<List> = T::LIST;

    fn encode(&self) -> Result<WireValue, EncodeError> {
        Encode::<Multiple<K>>::encode(self.as_slice())
    }

    fn into_wire(self) -> Result<WireValue, EncodeError> {
        self.into_iter().map(T::into_wire).collect()
    }
}

/// Kinds that are written as text.
macro_rules! text_kinds {
    ($($Kind:ident)+) => {$(
        impl Encode<kind::$Kind> for str {
            fn encode(&self) -> Result<WireValue, EncodeError> {
                Ok(self.into())
            }
        }

        impl Encode<kind::$Kind> for String {
            fn encode(&self) -> Result<WireValue, EncodeError> {
                Ok(self.as_str().into())
            }

            fn into_wire(self) -> Result<WireValue, EncodeError> {
                Ok(self.into())
            }
        }
    )+};
}

text_kinds! { Text Url Address Status }

/// `kinds: types as the wide type`, for the types that widen without loss.
macro_rules! whole_numbers {
    ($($Kind:ident: $($Number:ty)+ => $Wide:ty;)+) => {$($(
        impl Encode<kind::$Kind> for $Number {
            fn encode(&self) -> Result<WireValue, EncodeError> {
                Ok(<$Wide>::from(*self).into())
            }
        }
    )+)+};
}

whole_numbers! {
    Integer: i8 i16 i32 i64 => i64;
    Integer: u8 u16 u32 u64 => u64;
    Number: i8 i16 i32 i64 => i64;
    Number: u8 u16 u32 u64 => u64;
    Double: i8 i16 i32 i64 => i64;
    Double: u8 u16 u32 u64 => u64;
    Enumeration: u8 u16 u32 u64 => u64;
    Iblock: u8 u16 u32 u64 => u64;
}

macro_rules! real_numbers {
    ($($Kind:ident)+) => {$(
        impl Encode<kind::$Kind> for f64 {
            fn encode(&self) -> Result<WireValue, EncodeError> {
                WireValue::try_from(*self)
            }
        }

        impl Encode<kind::$Kind> for f32 {
            // By its shortest text: 0.1_f32 is sent as 0.1, not as 0.10000000149011612.
            fn encode(&self) -> Result<WireValue, EncodeError> {
                let shortest = self.to_string().parse().unwrap_or(f64::from(*self));
                WireValue::try_from(shortest)
            }
        }
    )+};
}

real_numbers! { Number Double }

impl Encode<kind::Boolean> for bool {
    fn encode(&self) -> Result<WireValue, EncodeError> {
        Ok((*self).into())
    }
}

impl<E> Encode<kind::Reference<E>> for Id<E> {
    fn encode(&self) -> Result<WireValue, EncodeError> {
        Encode::<kind::Reference<E>>::encode(&self.get())
    }
}

impl<E> Encode<kind::Reference<E>> for u64 {
    // 0 in a reference means none (api.md, "Read"): it would clear the field.
    fn encode(&self) -> Result<WireValue, EncodeError> {
        match *self {
            0 => Err(EncodeError::new("0 refers to no record")),
            id => Ok(id.into()),
        }
    }
}
