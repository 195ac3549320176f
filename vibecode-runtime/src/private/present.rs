//! `to_patch`: copies the values of a struct into a patch.
//!
//! The setter of a field asserts that its type has a wire form. If `to_patch` asserted it too, a
//! wrong type would cause two errors. So the methods of [`Present`] exist only for types with a
//! wire form, and any other type gets those of [`Refused`] through `Deref`. A crate that calls the
//! latter does not compile, since the setter's assertion fails. If it ever did, the patch would be
//! invalid instead of missing the field.

use std::{fmt, marker::PhantomData, ops::Deref};

use crate::{
    Companies, Contacts, Deals, Encode, EncodeError, Leads, Quotes, Tasks, Users,
    kind::{self, Kind},
    patch::body::Body,
    value::equality::ComparedAs,
};

/// The value of a struct's field of the kind `K`, if there is one.
pub struct Present<'a, K, T>(Option<&'a T>, PhantomData<K>);

/// Generates two functions for each kind: for a field with an `Option` and one without, and the same
/// for lists. A type argument instead would cost more compile time than the call.
macro_rules! present {
    ($($any:ident, $some:ident, $any_list:ident, $some_list:ident: $Kind:ty;)+) => {$(
        present! { $any, $some: $Kind }
        present! { $any_list, $some_list: kind::Multiple<$Kind> }
    )+};
    ($any:ident, $some:ident: $Kind:ty) => {
        /// The value of a field with an `Option`.
        #[inline]
        #[must_use]
        pub fn $any<T>(value: &Option<T>) -> Present<'_, $Kind, T> {
            Present(value.as_ref(), PhantomData)
        }

        /// The value of a field without an `Option`.
        #[inline]
        #[must_use]
        pub fn $some<T>(value: &T) -> Present<'_, $Kind, T> {
            Present(Some(value), PhantomData)
        }
    };
}

present! {
    any_text, some_text, any_text_list, some_text_list: kind::Text;
    any_integer, some_integer, any_integer_list, some_integer_list: kind::Integer;
    any_number, some_number, any_number_list, some_number_list: kind::Number;
    any_double, some_double, any_double_list, some_double_list: kind::Double;
    any_boolean, some_boolean, any_boolean_list, some_boolean_list: kind::Boolean;
    any_date, some_date, any_date_list, some_date_list: kind::Date;
    any_datetime, some_datetime, any_datetime_list, some_datetime_list: kind::DateTime;
    any_dateordatetime, some_dateordatetime, any_dateordatetime_list, some_dateordatetime_list: kind::DateOrDateTime;
    any_enumeration, some_enumeration, any_enumeration_list, some_enumeration_list: kind::Enumeration;
    any_money, some_money, any_money_list, some_money_list: kind::Money;
    any_url, some_url, any_url_list, some_url_list: kind::Url;
    any_address, some_address, any_address_list, some_address_list: kind::Address;
    any_file, some_file, any_file_list, some_file_list: kind::File;
    any_crm, some_crm, any_crm_list, some_crm_list: kind::Crm;
    any_status, some_status, any_status_list, some_status_list: kind::Status;
    any_iblock, some_iblock, any_iblock_list, some_iblock_list: kind::Iblock;
    any_contact, some_contact, any_contact_list, some_contact_list: kind::Reference<Contacts>;
    any_company, some_company, any_company_list, some_company_list: kind::Reference<Companies>;
    any_lead, some_lead, any_lead_list, some_lead_list: kind::Reference<Leads>;
    any_deal, some_deal, any_deal_list, some_deal_list: kind::Reference<Deals>;
    any_user, some_user, any_user_list, some_user_list: kind::Reference<Users>;
    any_quote, some_quote, any_quote_list, some_quote_list: kind::Reference<Quotes>;
    any_task, some_task, any_task_list, some_task_list: kind::Reference<Tasks>;
    any_phone, some_phone, any_phone_list, some_phone_list: kind::Phone;
    any_email, some_email, any_email_list, some_email_list: kind::Email;
}

impl<K: Kind, T: Encode<K>> Present<'_, K, T> {
    /// Sets a single field.
    #[inline]
    pub fn set(self, body: &mut Body, name: &'static str) {
        if let Some(value) = self.0 {
            body.set(name, K::COMPARED_AS, false, &|to| value.encode(to));
        }
    }

    /// Sets a multiple field. An empty list does not change the field.
    #[inline]
    pub fn set_list(self, body: &mut Body, name: &'static str) {
        if let Some(value) = self.0 {
            body.set(name, K::COMPARED_AS, true, &|to| value.encode(to));
        }
    }

    /// Adds one value or a list of values to a multifield.
    #[inline]
    pub fn add(self, body: &mut Body, name: &'static str) {
        if let Some(value) = self.0 {
            body.add(name, &|to| value.encode(to));
        }
    }

    /// Adds a plain value to a multifield, with one type.
    #[inline]
    pub fn add_typed(self, body: &mut Body, name: &'static str, value_type: &'static str) {
        if let Some(value) = self.0 {
            add_typed(body, name, value_type, value);
        }
    }
}

/// Adds a plain value to a multifield, with the type that the struct specifies.
#[inline]
pub(crate) fn add_typed<K, T: Encode<K>>(
    body: &mut Body,
    name: &'static str,
    value_type: &'static str,
    value: &T,
) {
    body.add(name, &|to| {
        value.encode(to)?;
        to.written_entry(value_type)
    });
}

/// Replaces [`Present`] for a type without a wire form.
#[derive(Debug)]
pub struct Refused;

impl<K, T> Deref for Present<'_, K, T> {
    type Target = Refused;

    fn deref(&self) -> &Refused {
        &Refused
    }
}

impl Refused {
    /// Makes the patch invalid.
    #[cold]
    pub fn set(&self, body: &mut Body, name: &'static str) {
        body.set(name, ComparedAs::Form, false, &|_| {
            Err(EncodeError::new("its type has no wire form"))
        });
    }

    /// Makes the patch invalid.
    #[cold]
    pub fn set_list(&self, body: &mut Body, name: &'static str) {
        self.set(body, name);
    }

    /// Makes the patch invalid.
    #[cold]
    pub fn add(&self, body: &mut Body, name: &'static str) {
        self.set(body, name);
    }

    /// Makes the patch invalid.
    #[cold]
    pub fn add_typed(&self, body: &mut Body, name: &'static str, _: &'static str) {
        self.set(body, name);
    }
}

impl<K, T> fmt::Debug for Present<'_, K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Present");
        debug.field("is_some", &self.0.is_some()).finish()
    }
}
