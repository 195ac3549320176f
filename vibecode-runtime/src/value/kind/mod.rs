//! The kinds of fields, as types. [`kind`](crate::kind) documents them.

mod filter;

use std::marker::PhantomData;

#[cfg(feature = "decimal")]
pub(crate) use self::filter::numbers;
pub use self::filter::*;
use crate::{WireValue, value::equality::ComparedAs, wire::nothing};

/// A kind of field. It determines which answers mean that the field is empty.
pub trait Kind: sealed::Sealed {
    /// What values of the kind are compared as.
    #[doc(hidden)]
    const COMPARED_AS: ComparedAs;

    /// Whether this is how the API writes "nothing" in such a field. By default that is null, "",
    /// false or [] (api.md, "Records").
    #[doc(hidden)]
    #[must_use]
    fn is_nothing(answered: WireValue<'_>) -> bool {
        answered.is_nothing_as_value()
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A list of values of the kind `K`.
#[derive(Debug)]
pub struct Multiple<K>(PhantomData<K>);

/// The id of a record of the entity `E`, such as a contact's `companyId`.
#[derive(Debug)]
pub struct Reference<E>(PhantomData<E>);

macro_rules! kinds {
    ($($(#[$doc:meta])* $Kind:ident as $compared:ident $(, nothing by $is_nothing:ident)?;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum $Kind {}

        impl sealed::Sealed for $Kind {}

        impl Kind for $Kind {
            const COMPARED_AS: ComparedAs = ComparedAs::$compared;

            $(
                fn is_nothing(answered: WireValue<'_>) -> bool {
                    nothing::$is_nothing(answered.as_str())
                }
            )?
        }
    )+};
}

impl<E> sealed::Sealed for Reference<E> {}

impl<E> Kind for Reference<E> {
    const COMPARED_AS: ComparedAs = ComparedAs::Id;

    fn is_nothing(answered: WireValue<'_>) -> bool {
        nothing::is_nothing_as_id(answered.as_str())
    }
}

impl<K> sealed::Sealed for Multiple<K> {}

impl<K: Kind> Kind for Multiple<K> {
    const COMPARED_AS: ComparedAs = K::COMPARED_AS;
}

kinds! {
    /// Text.
    Text as Text;
    /// A whole number.
    Integer as Number;
    /// A number, if the API does not say whether it is an integer.
    Number as Form;
    /// A real number.
    Double as Number;
    /// True or false.
    Boolean as Boolean, nothing by is_nothing_as_boolean;
    /// A date, `YYYY-MM-DD`.
    Date as Time;
    /// A date and time, ISO 8601 with an offset.
    DateTime as Time;
    /// A date with or without a time, depending on the type in the struct: a deal's `begindate`.
    DateOrDateTime as Time;
    /// The id of an option of a list field.
    Enumeration as Id, nothing by is_nothing_as_id;
    /// An amount and a currency, `300|RUB`.
    Money as Money;
    /// A link.
    Url as Text;
    /// A postal address.
    Address as Text;
    /// A file.
    File as File, nothing by is_nothing_as_id;
    /// A link to a CRM record of any type, such as `C_2`.
    Crm as Id, nothing by is_nothing_as_id;
    /// A status code from one of the portal's own lists.
    Status as Code;
    /// The id of a section or an element of an information block.
    Iblock as Id, nothing by is_nothing_as_id;
    /// A phone and its type.
    Phone as Text;
    /// An email address and its type.
    Email as Text;
}
