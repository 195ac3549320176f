//! Typed ids: each belongs to an entity.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};

use crate::wire::id;

/// The id of a record of one entity, such as [`ContactId`](crate::ContactId).
///
/// It does not implement `Default`, because the API writes 0 if there is no record.
///
/// ```
/// use vibecode_runtime::ContactId;
///
/// let contact = ContactId::from(71);
/// assert_eq!((contact.get(), contact.to_string().as_str()), (71, "71"));
/// assert_eq!(serde_json::to_string(&contact)?, "71");
/// assert!(serde_json::from_str::<ContactId>("0").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Id<E> {
    value: u64,
    entity: PhantomData<fn() -> E>,
}

impl<E> Id<E> {
    /// Creates the id with this number.
    #[must_use]
    pub const fn new(value: u64) -> Self {
        Self {
            value,
            entity: PhantomData,
        }
    }

    /// Returns the number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.value
    }
}

// This is the only conversion from an integer: with a second one, the type of the number in
// `company(9)` could not be inferred.
impl<E> From<u64> for Id<E> {
    fn from(value: u64) -> Self {
        Self::new(value)
    }
}

impl<E> TryFrom<i64> for Id<E> {
    type Error = std::num::TryFromIntError;

    fn try_from(value: i64) -> Result<Self, Self::Error> {
        u64::try_from(value).map(Self::new)
    }
}

impl<E> From<Id<E>> for u64 {
    fn from(id: Id<E>) -> Self {
        id.value
    }
}

/// Serializes the id as a number.
impl<E> Serialize for Id<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.value)
    }
}

/// Deserializes the id from a number or from its digits in quotes: the API may return either, and
/// JSON writes map keys in quotes. 0 is an error, because it is not a valid id.
impl<'de, E> Deserialize<'de> for Id<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(IdVisitor(PhantomData))
        } else {
            deserializer.deserialize_u64(IdVisitor(PhantomData))
        }
    }
}

/// Up to this number (2^53), a float represents every integer exactly.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

struct IdVisitor<E>(PhantomData<fn() -> E>);

impl<E> Visitor<'_> for IdVisitor<E> {
    type Value = Id<E>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the id of a record, a number above 0")
    }

    fn visit_u64<R: serde::de::Error>(self, value: u64) -> Result<Id<E>, R> {
        match value {
            0 => Err(R::custom("expected the id of a record, found 0")),
            value => Ok(Id::new(value)),
        }
    }

    fn visit_i64<R: serde::de::Error>(self, value: i64) -> Result<Id<E>, R> {
        let value = u64::try_from(value);
        self.visit_u64(value.map_err(|_| R::custom("expected the id of a record"))?)
    }

    fn visit_f64<R: serde::de::Error>(self, value: f64) -> Result<Id<E>, R> {
        // A larger float represents more than one integer.
        if value.abs() > MAX_EXACT {
            return Err(R::custom(
                "expected the id of a record, found a float that is not exact",
            ));
        }
        self.visit_str(&value.to_string())
    }

    fn visit_str<R: serde::de::Error>(self, text: &str) -> Result<Id<E>, R> {
        let value = id::of_text(text);
        value
            .map(Id::new)
            .ok_or_else(|| R::custom("expected the id of a record"))
    }
}

impl<E> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Id<E> {}

impl<E> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<E> Eq for Id<E> {}

impl<E> PartialOrd for Id<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Id<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<E> Hash for Id<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<E> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.value)
    }
}

impl<E> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)
    }
}

/// Identifies the record that a patch `P` is for: either the [`Id`] type of its entity, or a plain
/// `u64`.
///
/// The trait is a parameter of its own, instead of `Into<Id<…>>`, so that the id of another entity
/// is a single error, at the argument.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// use vibecode_runtime::IdFor;
///
/// async fn promote(client: &Client, id: impl IdFor<CustomerPatch>) -> vibecode_runtime::Result<()> {
///     client.update(id, &Customer::patch().post("Director")).await?;
///     Ok(())
/// }
///
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// promote(&client, 71).await?;
/// promote(&client, ContactId::from(72)).await?;
/// # Ok(()) }) }
/// ```
///
/// The id of another entity does not compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not address the record that this patch is for",
    label = "not an id of the patch's entity",
    note = "pass the entity's own id, such as `ContactId` for a patch of contacts, or a plain `u64`"
)]
pub trait IdFor<P>: sealed::Sealed {
    /// Returns the number of the record.
    fn record_id(self) -> u64;
}

impl<P> IdFor<P> for u64 {
    fn record_id(self) -> u64 {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<P: PatchOf<E>, E> IdFor<P> for Id<E> {
    fn record_id(self) -> u64 {
        self.value
    }
}

/// A patch for records of `E`. It is a separate trait so that the id of another entity is reported
/// as an error of [`IdFor`].
#[doc(hidden)]
pub trait PatchOf<E> {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u64 {}
    impl<E> Sealed for super::Id<E> {}
}
