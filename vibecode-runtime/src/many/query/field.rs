//! The fields that a query filters and orders by.

use std::{fmt, marker::PhantomData, ops::Deref};

use super::{
    condition::{Comparison, Condition, Operator},
    read_fields::{Tag, TagOf},
};
use crate::{
    EncodeError, Encoder,
    kind::{FilterKind, OrderedKind, TextKind, ValueList},
    value::enumeration::FieldId,
};

/// A field of the records of `T`, to filter or order a list by. Created by [`field!`](crate::field).
///
/// `F` is the Rust type of the field, without an `Option` or a list around it, and `K` is its
/// [kind](crate::kind). A method takes what such a field can be compared with; anything else does not
/// compile:
///
/// | field | takes |
/// |---|---|
/// | `String` | `&str`, `String` |
/// | an id, such as `CompanyId`; a plain `u64` that refers to a record | that id, `u64` |
/// | an integer | a number of the same type |
/// | `f64`, `f32`, `Decimal` | any number |
/// | `bool` | `bool` |
/// | an enum of options or codes | its variants; an enum of codes has no `contains` and no order |
/// | a code in a `String` | `&str`, `String` |
/// | a date, a time | any type that is written as a date, or as a time: see [`kind`](crate::kind) |
/// | phones, emails | `&str`, `String`, a [`Phone`](crate::Phone) or [`Email`](crate::Email), of which only the value is compared |
/// | another type | its own values |
///
/// An `Option` and a list take what a value in them takes. Of several values in a field, one that
/// matches is enough.
///
/// **The API compares dates and times with the portal's wall clock, and ignores the offset of the value**
/// (grade O). For a moment, write it with the portal's offset.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let accountants = client
///     .list::<Customer>()
///     .filter(field!(Customer, post).equal("Accountant"))
///     .filter(field!(Customer, company).any_of([9, 15]));
/// assert_eq!(accountants.stream().all().await?.len(), 1);
/// # Ok(()) }) }
/// ```
pub struct Field<T, F, K> {
    id: FieldId,
    types: PhantomData<Types<T, F, K>>,
}

/// A field holds no values of its types, so it is `Send` and `Copy` whatever they are.
type Types<T, F, K> = fn() -> (T, F, K);

// The compiler shows the headers of these methods in its messages: they are one line each.
impl<T, F, K> Field<T, F, K> {
    /// Equal to the value.
    #[rustfmt::skip]
    pub fn equal<V>(self, value: V) -> Condition<T> where K: FilterKind<F, V> {
        self.compared(Operator::Equal, move |to| K::write(&value, to))
    }

    /// Not equal to the value.
    #[rustfmt::skip]
    pub fn not_equal<V>(self, value: V) -> Condition<T> where K: FilterKind<F, V> {
        self.compared(Operator::NotEqual, move |to| K::write(&value, to))
    }

    /// Greater than the value.
    #[rustfmt::skip]
    pub fn greater<V>(self, value: V) -> Condition<T> where K: FilterKind<F, V> + OrderedKind<F> {
        self.compared(Operator::Greater, move |to| K::write(&value, to))
    }

    /// Greater than or equal to the value.
    #[rustfmt::skip]
    pub fn greater_or_equal<V>(self, value: V) -> Condition<T> where K: FilterKind<F, V> + OrderedKind<F> {
        self.compared(Operator::GreaterOrEqual, move |to| K::write(&value, to))
    }

    /// Less than the value.
    #[rustfmt::skip]
    pub fn less<V>(self, value: V) -> Condition<T> where K: FilterKind<F, V> + OrderedKind<F> {
        self.compared(Operator::Less, move |to| K::write(&value, to))
    }

    /// Less than or equal to the value.
    #[rustfmt::skip]
    pub fn less_or_equal<V>(self, value: V) -> Condition<T> where K: FilterKind<F, V> + OrderedKind<F> {
        self.compared(Operator::LessOrEqual, move |to| K::write(&value, to))
    }

    /// Contains the text. The query fails if the text is empty, since every text contains it.
    pub fn contains(self, text: impl AsRef<str>) -> Condition<T>
    where
        K: TextKind<F>,
    {
        self.compared(Operator::Contains, move |to| {
            let text = text.as_ref();
            if text.is_empty() {
                return Err(EncodeError::new("every text contains an empty one"));
            }
            to.text(text);
            Ok(())
        })
    }

    /// Equal to one of the values: an array of at most 32, a `Vec`, or a slice. With an empty
    /// list the query returns no rows, and sends no request.
    pub fn any_of(self, values: impl ValueList<F, K>) -> Condition<T> {
        let values = values.write(self.id);
        Condition::new(Comparison::of_list(self.id, Operator::AnyOf, values))
    }

    /// Not equal to any of the values. An empty list excludes nothing.
    pub fn none_of(self, values: impl ValueList<F, K>) -> Condition<T> {
        let values = values.write(self.id);
        Condition::new(Comparison::of_list(self.id, Operator::NoneOf, values))
    }

    fn compared(
        self,
        operator: Operator,
        write: impl FnOnce(&mut Encoder<'_>) -> Result<(), EncodeError>,
    ) -> Condition<T> {
        Condition::new(Comparison::of_value(self.id, operator, write))
    }

    pub(super) fn name(self) -> &'static str {
        self.id.name
    }
}

impl<T, F, K> Clone for Field<T, F, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, F, K> Copy for Field<T, F, K> {}

impl<T, F, K> fmt::Debug for Field<T, F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.id.name)
    }
}

/// Returns a field of a struct for [`field!`](crate::field). Its type is that which `access` returns;
/// `access` is never called.
#[must_use]
pub fn field<const TAG: u16, T, F>(
    id: FieldId,
    _access: impl FnOnce(&T) -> &F,
) -> Field<T, F, <Tag<TAG> as TagOf<T>>::Kind>
where
    Tag<TAG>: TagOf<T>,
{
    Field {
        id,
        types: PhantomData,
    }
}

impl<T, F, K> Field<T, F, K> {
    fn of_type<V>(self) -> Field<T, V, K> {
        Field {
            id: self.id,
            types: PhantomData,
        }
    }

    /// Returns a field that is no `Option`: see [`OrOptional`].
    #[doc(hidden)]
    #[must_use]
    pub fn __value(self) -> Self {
        self
    }

    /// Returns a field that is no list: see [`OrList`].
    #[doc(hidden)]
    #[must_use]
    pub fn __element(self) -> Self {
        self
    }
}

/// Generates the wrappers of a field that may have a type around its values. If it does, the method is the
/// one below, else that of [`Field`], through `Deref`. With several types in the place of one, a misspelt field
/// would be an error here too.
macro_rules! may_be {
    ($($Or:ident: $Around:ty $(, $N:ident)? => $method:ident;)+) => {$(
        #[doc = concat!("A field that may be a `", stringify!($Around), "`.")]
        #[derive(Debug)]
        pub struct $Or<T, F, K>(pub Field<T, F, K>);

        impl<T, V, K $(, const $N: usize)?> $Or<T, $Around, K> {
            /// Returns a field of the type inside.
            #[must_use]
            pub fn $method(self) -> Field<T, V, K> {
                self.0.of_type()
            }
        }

        impl<T, F, K> Deref for $Or<T, F, K> {
            type Target = Field<T, F, K>;

            fn deref(&self) -> &Field<T, F, K> {
                &self.0
            }
        }
    )+};
}

may_be! {
    OrOptional: Option<V> => __value;
    OrList: Vec<V> => __element;
    OrArray: [V; N], N => __element;
}

/// Creates the [`Field`] of a struct's field, by its Rust name: `field!(Customer, post)`.
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
/// let condition = field!(Customer, last_name).equal("Ivanov");
/// ```
///
/// A field that the struct does not have or skips, or that is private where the macro is called, does
/// not compile. A type parameter of the function around it cannot be used in the struct's type.
#[macro_export]
macro_rules! field {
    ($Record:ty, $field:ident) => {
        $crate::__private::OrArray(
            $crate::__private::OrList(
                $crate::__private::OrOptional($crate::__private::field::<
                    {
                        use $crate::__private::NotRecord as _;
                        $crate::__private::tag(
                            $crate::__private::FieldsOf::<$Record>::FIELDS,
                            $crate::__private::stringify!($field),
                        )
                    },
                    $Record,
                    _,
                >(
                    const {
                        $crate::__private::wire_field::<$Record>($crate::__private::stringify!(
                            $field
                        ))
                    },
                    |it| &it.$field,
                ))
                .__value(),
            )
            .__element(),
        )
        .__element()
    };
    ($Record:ty, $wire:literal) => {
        $crate::__private::compile_error!(
            "`field!` takes the name of the field in Rust, without quotes: `field!(Customer, last_name)`"
        )
    };
}
