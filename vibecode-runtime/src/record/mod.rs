//! Records: reading answers into structs.

pub(crate) mod another;
pub(crate) mod answer;
pub(crate) mod mismatch;

use std::{cell::OnceCell, fmt};

use crate::{
    DecodeError, Entity, Multifields, WireValue,
    value::{
        enumeration::FieldId,
        multifield::{self, UnclearMultifields, UnknownAlias},
    },
    wire::{
        json::{self, NotPicked},
        members::NotMembers,
    },
};

/// A struct for the records of one entity. Implemented with `#[derive(Record)]`.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// use vibecode_runtime::Record;
///
/// /// Returns the first record of any entity.
/// async fn first<T: Record>(client: &Client) -> vibecode_runtime::Result<Option<T>> {
///     client.list::<T>().first().await
/// }
///
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let customer: Option<Customer> = first(&client).await?;
/// assert!(customer.is_some());
/// # Ok(()) }) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record of the API",
    label = "not a record",
    note = "add `#[derive(Record)]` and `#[vibecode(entity = \"…\")]` to the struct"
)]
pub trait Record: Sized {
    /// The entity that the records belong to.
    type Entity: Entity;

    /// The wire names of the fields that are read.
    #[doc(hidden)]
    const READ_NAMES: &'static [&'static str];

    /// The fields of the struct with their kinds, as [`field!`](crate::field) looks them up.
    #[doc(hidden)]
    const READ_FIELDS: &'static str;

    /// Whether phones or emails are read.
    #[doc(hidden)]
    const READS_MULTIFIELDS: bool;

    /// Returns the index of a wire name in `READ_NAMES`.
    #[doc(hidden)]
    fn index_of(name: &str) -> Option<usize>;

    /// Reads the record from its fields.
    #[doc(hidden)]
    fn from_fields(fields: &Fields<'_>) -> Result<Self, UnreadableField>;
}

/// The fields of a returned record that a struct reads.
#[doc(hidden)]
#[derive(Debug)]
pub struct Fields<'a> {
    entity: &'static str,
    names: &'static [&'static str],
    values: &'a [Option<&'a str>],
    unknown_aliases: Vec<UnknownAlias<'a>>,
    /// Read when the first field asks for them.
    multifields: OnceCell<Result<Multifields, UnclearMultifields>>,
}

/// At most this many values are kept on the stack.
const FEW: usize = 32;

/// A field whose value does not fit the struct.
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
    pub(crate) fn read<T: Record>(record: &'a str) -> Result<T, UnreadableRecord> {
        let own = T::READ_NAMES.len();
        let further: &[&'static str] = if T::READS_MULTIFIELDS {
            multifield::SHOWN_BY
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
        let picked = if T::READS_MULTIFIELDS {
            let further = |name: &str| further.iter().position(|each| *each == name);
            let index = |name: &str| T::index_of(name).or_else(|| further(name).map(|it| own + it));
            multifield::pick_with_unknown_aliases(record, T::READ_NAMES, values, index)
        } else {
            json::pick_into(record, values, T::index_of, |_, _| {}).map(|()| Vec::new())
        };
        let unknown_aliases = picked.map_err(|problem| match problem {
            NotPicked::NotMembers(NotMembers::NotAnObject) => UnreadableRecord::NotAnObject,
            NotPicked::NotMembers(NotMembers::UnreadableKey) => UnreadableRecord::Key,
            NotPicked::Ambiguous(index) => {
                let name = T::READ_NAMES.iter().chain(further).nth(index);
                let error = DecodeError::expected("one value, found two that differ");
                let name = name.copied().unwrap_or_default();
                UnreadableRecord::Field(UnreadableField::new(name, error))
            }
        })?;
        let fields = Fields {
            entity: T::Entity::PATH,
            names: T::READ_NAMES,
            values,
            unknown_aliases,
            multifields: OnceCell::new(),
        };
        T::from_fields(&fields).map_err(UnreadableRecord::Field)
    }

    #[expect(clippy::expect_used, reason = "an error about a field must name it")]
    pub(crate) fn at(&self, index: usize) -> (&'static str, Option<WireValue<'a>>) {
        let name = self
            .names
            .get(index)
            .expect("the macro reads the fields that it lists");
        (name, self.value(index))
    }

    /// Returns the field with this name, to be compared with the field of an enum.
    pub(crate) fn id_of(&self, name: &'static str) -> FieldId {
        FieldId {
            entity: self.entity,
            name,
        }
    }

    /// Reads the phones and emails. If the struct also reads an alias such as `phoneWork` as an
    /// ordinary field, the alias's value is among the struct's own fields.
    pub(crate) fn multifields(&self) -> Result<&Multifields, DecodeError> {
        let value = |name: &str| {
            let own = self.names.iter().position(|each| *each == name);
            let shown_by = multifield::SHOWN_BY;
            let further = || shown_by.iter().position(|each| *each == name);
            self.value(own.or_else(|| further().map(|it| self.names.len() + it))?)
        };
        let read = self
            .multifields
            .get_or_init(|| Multifields::read_consistent(value, &self.unknown_aliases));
        read.as_ref().map_err(|unclear| DecodeError::from(*unclear))
    }

    fn value(&self, index: usize) -> Option<WireValue<'a>> {
        self.values
            .get(index)
            .copied()
            .flatten()
            .map(WireValue::of_json)
    }
}

#[derive(Debug)]
pub(crate) enum UnreadableRecord {
    NotAnObject,
    /// A key is not valid text.
    Key,
    Field(UnreadableField),
}

impl fmt::Display for UnreadableField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be read: {}", self.name, self.error)
    }
}

impl std::error::Error for UnreadableField {}
