//! The fields that a query filters and orders by.

use std::{fmt, marker::PhantomData};

use crate::{Record, value::const_text::is_same};

/// A field of the records of `T`, by its wire name, to filter or order by.
///
/// If the name is a literal, [`field!`](crate::field) checks it at compile time.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// const POST: Field<Customer> = Field::named("post");
///
/// let field = field!(Customer, "post");
/// assert_eq!(format!("{field:?}"), format!("{POST:?}"));
/// # Ok(())
/// # }
/// ```
pub struct Field<T> {
    name: &'static str,
    record: PhantomData<fn() -> T>,
}

impl<T: Record> Field<T> {
    /// Returns the field with this wire name.
    ///
    /// # Panics
    /// If the struct reads no such field. In a `const`, that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn named(name: &'static str) -> Self {
        assert!(
            is_among(T::READ_NAMES, name),
            "the struct has no field of this wire name"
        );
        Self {
            name,
            record: PhantomData,
        }
    }
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.name)
    }
}

/// The name of a field of the records of `T`: a [`Field`], or a wire name that is checked when the
/// query is sent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no field of `{T}`",
    label = "not a field of this record",
    note = "pass `field!({T}, \"…\")`, which is checked when the program is compiled, or a wire name as text"
)]
pub trait FieldName<T>: sealed::Sealed {
    /// Returns the wire name.
    fn into_name(self) -> String;
}

impl<T> FieldName<T> for Field<T> {
    fn into_name(self) -> String {
        self.name.to_owned()
    }
}

impl<T> FieldName<T> for &str {
    fn into_name(self) -> String {
        self.to_owned()
    }
}

impl<T> FieldName<T> for String {
    fn into_name(self) -> String {
        self
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for super::Field<T> {}
    impl Sealed for &str {}
    impl Sealed for String {}
}

/// Returns whether a name is in a list, at compile time.
#[expect(
    clippy::indexing_slicing,
    reason = "the bounds are held, and in a constant there is no iterator"
)]
const fn is_among(names: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < names.len() {
        if is_same(names[index], name) {
            return true;
        }
        index += 1;
    }
    false
}

/// Creates the [`Field`] of a wire name, checked at compile time.
///
/// ```
/// use vibecode_runtime::{Record, field};
///
/// #[derive(Record)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     last_name: Option<String>,
/// }
///
/// let field = field!(Customer, "lastName");
/// ```
///
/// A name that the struct does not read does not compile.
#[macro_export]
macro_rules! field {
    ($Record:ty, $name:literal) => {{
        const FIELD: $crate::Field<$Record> = $crate::Field::named($name);
        FIELD
    }};
}
