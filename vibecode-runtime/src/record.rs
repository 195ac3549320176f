//! Records: what the API answered, read into structs.

use std::fmt;

use serde_json::value::RawValue;

use crate::{
    Answered, DecodeError, Entity, Multifields, enumeration::List, json,
    multifield::MULTIFIELD_NAMES,
};

/// A record of one entity, made by the derive macro of the same name.
///
/// `#[derive(Record)]` on `Customer` implements this. Nothing else needs to.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// use vibecode_runtime::Record;
///
/// /// The first record of any entity.
/// async fn first<T: Record>(client: &Client) -> vibecode_runtime::Result<Option<T>> {
///     client.list::<T>().limit(1).stream().next().await.transpose()
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let customer: Option<Customer> = first(&client).await?;
/// assert!(customer.is_some());
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no record of the API",
    label = "not a record",
    note = "add `#[derive(Record)]` and `#[vibecode(entity = \"…\")]` to the struct"
)]
pub trait Record: Sized {
    /// The entity whose records these are.
    type Entity: Entity;

    /// The wire names that are read.
    #[doc(hidden)]
    const READ_NAMES: &'static [&'static str];

    /// Whether phones or emails are read.
    #[doc(hidden)]
    const READS_MULTIFIELDS: bool;

    /// The place of a wire name in `READ_NAMES`.
    #[doc(hidden)]
    fn place(name: &str) -> Option<usize>;

    /// Reads the record out of its fields.
    #[doc(hidden)]
    fn from_fields(fields: &Fields<'_>) -> Result<Self, UnreadableField>;
}

/// The fields of an answered record that a struct reads.
#[doc(hidden)]
#[derive(Debug)]
pub struct Fields<'a> {
    /// The path of the entity.
    entity: &'static str,
    names: &'static [&'static str],
    values: &'a [Option<&'a RawValue>],
}

/// So many values are held without an allocation.
const FEW: usize = 32;

/// A field whose value is not what the struct holds.
#[doc(hidden)]
#[derive(Debug)]
pub struct UnreadableField {
    name: &'static str,
    error: DecodeError,
}

impl UnreadableField {
    pub(crate) fn new(name: &'static str, error: DecodeError) -> Self {
        Self { name, error }
    }
}

impl<'a> Fields<'a> {
    /// Reads a record into a struct; `None` where the text is no object.
    pub(crate) fn read<T: Record>(record: &str) -> Option<Result<T, UnreadableField>> {
        let own = T::READ_NAMES.len();
        let further: &[&str] = if T::READS_MULTIFIELDS {
            MULTIFIELD_NAMES
        } else {
            &[]
        };
        let (mut few, mut many) = ([None; FEW], Vec::new());
        let count = own + further.len();
        let values = if let Some(values) = few.get_mut(..count) {
            values
        } else {
            many.resize(count, None);
            many.as_mut_slice()
        };
        if T::READS_MULTIFIELDS {
            let further = |name: &str| further.iter().position(|each| *each == name);
            let place = |name: &str| T::place(name).or_else(|| further(name).map(|it| own + it));
            json::pick_into(record, values, place)?;
        } else {
            json::pick_into(record, values, T::place)?;
        }
        Some(T::from_fields(&Fields {
            entity: T::Entity::PATH,
            names: T::READ_NAMES,
            values,
        }))
    }

    /// The value at a place, and the field's name.
    pub(crate) fn at(&self, place: usize) -> (&'static str, Option<Answered<'a>>) {
        let name = self.names.get(place).copied().unwrap_or_default();
        (name, self.value(place))
    }

    /// The list that a field of this name is, if it is one.
    pub(crate) fn list_of(&self, name: &'static str) -> List {
        List {
            entity: self.entity,
            field: name,
        }
    }

    /// The phones and emails.
    pub(crate) fn multifields(&self) -> Multifields {
        Multifields::read(|name| {
            let further = MULTIFIELD_NAMES.iter().position(|each| *each == name)?;
            self.value(self.names.len() + further)
        })
    }

    fn value(&self, place: usize) -> Option<Answered<'a>> {
        self.values.get(place).copied().flatten().map(Answered::new)
    }
}

impl fmt::Display for UnreadableField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be read: {}", self.name, self.error)
    }
}

impl std::error::Error for UnreadableField {}
