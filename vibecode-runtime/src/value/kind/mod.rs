//! The kinds of fields, as types. [`kind`](crate::kind) documents them.

mod filter;

use std::marker::PhantomData;

#[cfg(feature = "decimal")]
pub(crate) use self::filter::numbers;
pub use self::filter::*;
use crate::{WireValue, wire::nothing};

/// A kind of field. It determines which answers mean that the field is empty.
pub trait Kind: sealed::Sealed {
    /// Whether this is how the API writes "nothing" in such a field. By default that is null, "",
    /// false or [] (api.md, "Records").
    #[doc(hidden)]
    #[must_use]
    fn is_nothing(answered: WireValue<'_>) -> bool {
        answered.is_no_value()
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
    ($($(#[$doc:meta])* $Kind:ident $(, nothing by $is_nothing:ident)?;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum $Kind {}

        impl sealed::Sealed for $Kind {}

        impl Kind for $Kind {
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
    fn is_nothing(answered: WireValue<'_>) -> bool {
        nothing::is_no_id(answered.as_str())
    }
}

impl<K> sealed::Sealed for Multiple<K> {}

impl<K> Kind for Multiple<K> {}

kinds! {
    /// Text.
    Text;
    /// A whole number.
    Integer;
    /// A number, if the API does not say whether it is an integer.
    Number;
    /// A real number.
    Double;
    /// True or false.
    Boolean, nothing by is_no_boolean;
    /// A date, `YYYY-MM-DD`.
    Date;
    /// A date and time, ISO 8601 with an offset.
    DateTime;
    /// A date with or without a time, depending on the type in the struct: a deal's `begindate`.
    DateOrDateTime;
    /// The id of an option of a list field.
    Enumeration, nothing by is_no_id;
    /// An amount and a currency, `300|RUB`.
    Money;
    /// A link.
    Url;
    /// A postal address.
    Address;
    /// A file.
    File, nothing by is_no_id;
    /// A link to a CRM record of any type, such as `C_2`.
    Crm, nothing by is_no_id;
    /// A status code from one of the portal's own lists.
    Status;
    /// The id of a section or an element of an information block.
    Iblock, nothing by is_no_id;
    /// A phone and its type.
    Phone;
    /// An email address and its type.
    Email;
}
