//! `to_patch`: puts what a struct holds into a patch.
//!
//! The setter of a field asserts that its type has a wire form. If `to_patch` asserted it too, a
//! wrong type would be two errors. So the methods of [`Present`] exist only for a type with a wire
//! form, and any other type finds those of [`Refused`] by dereferencing. A crate that calls them does
//! not compile, since the setter's assertion fails; should that ever change, the patch is refused
//! instead of losing the field.

use std::{fmt, marker::PhantomData, ops::Deref};

use crate::{Encode, EncodeError, body::Body};

/// What a struct holds for a field of the kind `K`, if anything.
pub struct Present<'a, K, T>(Option<&'a T>, PhantomData<K>);

/// What a field holds.
#[inline]
#[must_use]
pub fn some<K, T>(value: &T) -> Present<'_, K, T> {
    Present(Some(value), PhantomData)
}

/// What a field with an `Option` holds.
#[inline]
#[must_use]
pub fn any<K, T>(value: &Option<T>) -> Present<'_, K, T> {
    Present(value.as_ref(), PhantomData)
}

impl<K, T: Encode<K>> Present<'_, K, T> {
    /// Sets a single field.
    #[inline]
    pub fn set(self, body: &mut Body, name: &'static str) {
        if let Some(value) = self.0 {
            body.set(name, false, &|to| value.encode(to));
        }
    }

    /// Sets a multiple field. An empty list leaves it as it is.
    #[inline]
    pub fn set_list(self, body: &mut Body, name: &'static str) {
        if let Some(value) = self.0 {
            body.set(name, true, &|to| value.encode(to));
        }
    }

    /// Adds to a multifield, one value or a list of them.
    #[inline]
    pub fn add(self, body: &mut Body, name: &'static str) {
        if let Some(value) = self.0 {
            body.add(name, &|to| value.encode(to));
        }
    }

    /// Adds a bare value to a multifield, under one type.
    #[inline]
    pub fn add_typed(self, body: &mut Body, name: &'static str, type_id: &'static str) {
        if let Some(value) = self.0 {
            add_typed(body, name, type_id, value);
        }
    }
}

/// Adds a bare value to a multifield, under the type that the struct gives it.
#[inline]
pub(crate) fn add_typed<K, T: Encode<K>>(
    body: &mut Body,
    name: &'static str,
    type_id: &'static str,
    value: &T,
) {
    body.add(name, &|to| {
        value.encode(to)?;
        to.written_entry(type_id)
    });
}

/// Stands in for a type without a wire form.
#[derive(Debug)]
pub struct Refused;

impl<K, T> Deref for Present<'_, K, T> {
    type Target = Refused;

    fn deref(&self) -> &Refused {
        &Refused
    }
}

impl Refused {
    /// Refuses the patch.
    #[cold]
    pub fn set(&self, body: &mut Body, name: &'static str) {
        body.set(name, false, &|_| {
            Err(EncodeError::new("its type has no wire form"))
        });
    }

    /// Refuses the patch.
    #[cold]
    pub fn set_list(&self, body: &mut Body, name: &'static str) {
        self.set(body, name);
    }

    /// Refuses the patch.
    #[cold]
    pub fn add(&self, body: &mut Body, name: &'static str) {
        self.set(body, name);
    }

    /// Refuses the patch.
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
