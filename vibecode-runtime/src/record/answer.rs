//! Records as the API returned them.

use std::{borrow::Cow, collections::HashMap, fmt};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{
    Duplicate, Entity, Error, ErrorKind, Id, Mismatch, Multifields, Outcome, Patch, Record, Result,
    WireValue,
    record::{Fields, UnreadableRecord},
    value::multifield::{self, UnclearMultifields, UnknownAlias},
    wire::{id, json},
};
use bytestring::ByteString;

/// A record as the API returned it: JSON text that is parsed on demand.
///
/// It keeps the text of the whole answer that it came in, which up to 50 records of a batch, or 500 rows of a
/// page, share. `Debug` shows the length of its own text, not the content.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let raw = RawAnswer::from_json::<Contacts>(r#"{"id":71,"name":"Ivan","phone":"+79169876543"}"#)?;
/// assert_eq!(raw.record::<Customer>()?.name, "Ivan");
/// assert_eq!(raw.multifields()?.entries()[0].value(), "+79169876543");
/// assert_eq!(format!("{raw:?}"), "RawAnswer(46 bytes)");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RawAnswer {
    entity: Cow<'static, str>,
    json: ByteString,
    /// The [`Outcome`] to report if the answer cannot be read.
    unread: Outcome,
}

impl RawAnswer {
    pub(crate) fn new(entity: Cow<'static, str>, json: ByteString, unread: Outcome) -> Self {
        Self {
            entity,
            json,
            unread,
        }
    }

    /// Creates a `RawAnswer` from a record that came from elsewhere, such as a file.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] if the text is not JSON.
    pub fn from_json<E: Entity>(json: impl Into<String>) -> Result<Self> {
        let text = ByteString::from(json.into());
        // Without the white space around it.
        let json: &RawValue = serde_json::from_str(&text).map_err(|_| {
            let problem = "the text is not JSON";
            Error::new(ErrorKind::Unreadable, Outcome::NotApplied, problem)
        })?;
        let json = text.slice_ref(json.get());
        Ok(Self::new(E::PATH.into(), json, Outcome::NotApplied))
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.json
    }

    /// Reads the record into a struct.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`], which names the field, if a value does not fit the type of the
    /// struct's field, or if the struct is for another entity. After an update, the change has been
    /// applied all the same, and the [`Outcome`] is `Unknown`.
    pub fn record<T: Record>(&self) -> Result<T> {
        read(&self.entity, &self.json, self.unread)
    }

    /// Reads the whole record into any type that implements `Deserialize`, such as
    /// `serde_json::Value`.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] if the record has another shape. The error does not contain the
    /// record's values.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        json::read(self.as_str()).map_err(|error| {
            let problem = "the record in the answer does not fit the type that it is read into";
            self.unreadable(problem.to_owned()).caused_by(error)
        })
    }

    /// Returns the phones and emails: from `fm`, with their ids and native types, or from the
    /// aliases if the record has no `fm`.
    ///
    /// # Errors
    /// [`ErrorKind::MultifieldsUnknown`] if `fm` or an alias has an unknown form, or if `fm`, the
    /// aliases and the flags `hasPhone` and `hasEmail` contradict each other. After an update the
    /// change has been applied all the same, and the [`Outcome`] is `Unknown`.
    pub fn multifields(&self) -> Result<Multifields> {
        self.look_up([]).multifields().map_err(|unclear| {
            let problem = format!(
                "which phones and emails the record has is not known: {}",
                unclear.problem()
            );
            Error::new(ErrorKind::MultifieldsUnknown, self.unread, problem)
        })
    }

    pub(crate) fn id(&self) -> Option<u64> {
        id_in(self.as_str())
    }

    /// Looks up the values of some fields, and everything that shows phones and emails. A record
    /// with two ids is not read: it is not known which of the two the values belong to.
    pub(crate) fn look_up<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> LookedUp<'_, 'n> {
        let always = multifield::SHOWN_BY.iter().copied().chain(["id"]);
        let names: Vec<&str> = always.chain(names).collect();
        let indices = names.iter().enumerate();
        let indices: HashMap<&str, usize> = indices.map(|(index, name)| (*name, index)).collect();
        let mut values = vec![None; names.len()];
        let index = |name: &str| indices.get(name).copied();
        let record = self.as_str();
        let read = multifield::pick_with_unknown_aliases(record, &names, &mut values, index);
        LookedUp {
            indices,
            read: read.ok().map(|unknown_aliases| ReadRecord {
                values,
                unknown_aliases,
            }),
        }
    }

    pub(crate) fn unreadable(&self, problem: String) -> Error {
        unreadable(problem, self.unread)
    }
}

/// Reads a record of this entity into a struct, with this outcome if it cannot be read.
pub(crate) fn read<T: Record>(entity: &str, record: &str, unread: Outcome) -> Result<T> {
    if T::Entity::PATH != entity {
        let wanted = T::Entity::PATH;
        let problem =
            format!("the record in the answer is one of the {entity}, not of the {wanted}");
        return Err(unreadable(problem, unread));
    }
    Fields::read::<T>(record).map_err(|problem| match problem {
        UnreadableRecord::Field(field) => {
            let record = match id_in(record) {
                Some(id) => format!("the record {id}"),
                None => "the record".to_owned(),
            };
            let problem = format!("{record} in the answer does not fit: {field}");
            unreadable(problem, unread).caused_by(field)
        }
        UnreadableRecord::NotAnObject => unreadable(
            "the record in the answer is not an object".to_owned(),
            unread,
        ),
        UnreadableRecord::Key => {
            let problem = "a key of the record in the answer has half of a surrogate pair in it";
            unreadable(problem.to_owned(), unread)
        }
    })
}

fn id_in(record: &str) -> Option<u64> {
    let [id] = json::pick(record, ["id"])?;
    id::of_record(id?)
}

fn unreadable(problem: String, unread: Outcome) -> Error {
    Error::new(ErrorKind::Unreadable, unread, problem)
}

/// The fields of a record that were looked up.
pub(crate) struct LookedUp<'a, 'n> {
    indices: HashMap<&'n str, usize>,
    /// `None` if the record is not a readable object.
    read: Option<ReadRecord<'a>>,
}

struct ReadRecord<'a> {
    /// By index.
    values: Vec<Option<&'a str>>,
    unknown_aliases: Vec<UnknownAlias<'a>>,
}

impl<'a> LookedUp<'a, '_> {
    /// Returns the value of a field that was looked up, if the record contains it.
    pub(crate) fn field(&self, name: &str) -> Option<WireValue<'a>> {
        let index = self.indices.get(name)?;
        let value = self.read.as_ref()?.values.get(*index).copied().flatten();
        value.map(WireValue::of_json)
    }

    pub(crate) fn multifields(&self) -> Result<Multifields, UnclearMultifields> {
        let read = self.read.as_ref().ok_or(UnclearMultifields::Record)?;
        Multifields::read_consistent(|name| self.field(name), &read.unknown_aliases)
    }

    /// Returns the entries of `fm`, even if the rest of the record contradicts them.
    pub(crate) fn listed_multifields(&self) -> Option<Multifields> {
        let read = Multifields::read(|name| self.field(name)).ok()?;
        read.are_listed().then_some(read)
    }
}

impl AsRef<str> for RawAnswer {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawAnswer({} bytes)", self.as_str().len())
    }
}

/// The answer to an update: the record after the change.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let patch = Customer::patch().post("Director");
/// let updated = client.update(71, &patch).await?;
/// assert_eq!(updated.record::<Customer>()?.post.as_deref(), Some("Director"));
/// assert!(updated.mismatches(&patch).is_empty());
/// # Ok(()) }) }
/// ```
#[derive(Debug, Clone)]
pub struct Updated {
    raw: RawAnswer,
}

impl Updated {
    pub(crate) fn new(raw: RawAnswer) -> Self {
        Self { raw }
    }

    /// Returns the record as raw JSON.
    #[must_use]
    pub fn raw(&self) -> &RawAnswer {
        &self.raw
    }

    /// Reads the record into a struct.
    ///
    /// # Errors
    /// Same as [`RawAnswer::record`].
    pub fn record<T: Record>(&self) -> Result<T> {
        self.raw.record()
    }

    /// Returns the fields of the patch that the answer shows with another value, or does not show.
    ///
    /// The API silently drops values that it does not accept, and still answers 200. But an answer
    /// need not contain every field: a value that is [`NotShown`](crate::MismatchKind::NotShown)
    /// may have been accepted, which only reading the record can confirm. Values are compared
    /// regardless of the form in which they are returned: phones by their digits, emails ignoring
    /// case, `"Y"` equals `true`, and `0`, `""`, `null`, `false` and `[]` all mean "nothing".
    #[must_use]
    pub fn mismatches<P: Patch>(&self, patch: &P) -> Vec<Mismatch> {
        patch.body().mismatches(&self.raw)
    }

    /// Returns the phones and emails of the patch that the answer shows more than once, under any
    /// type.
    ///
    /// The API itself repeats calls to the portal after temporary errors, so one update can add a
    /// phone twice. No client can prevent that. This method detects it if the answer contains `fm`,
    /// the list of all phones and emails.
    #[must_use]
    pub fn duplicates<P: Patch>(&self, patch: &P) -> Vec<Duplicate> {
        patch.body().duplicates(&self.raw)
    }
}

/// The answer to a creation: the new record.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let patch = Customer::patch().name("Vera");
/// let created = client.create(&patch).await?;
/// assert_eq!(created.record::<Customer>()?.id, created.id());
/// assert!(created.mismatches(&patch).is_empty());
/// # Ok(()) }) }
/// ```
pub struct Created<E> {
    id: Id<E>,
    raw: RawAnswer,
}

impl<E> Created<E> {
    pub(crate) fn new(id: u64, raw: RawAnswer) -> Self {
        Self { id: id.into(), raw }
    }

    /// Returns the new record's id.
    #[must_use]
    pub fn id(&self) -> Id<E> {
        self.id
    }

    /// Returns the record as raw JSON.
    #[must_use]
    pub fn raw(&self) -> &RawAnswer {
        &self.raw
    }

    /// Reads the record into a struct.
    ///
    /// # Errors
    /// Same as [`RawAnswer::record`].
    pub fn record<T: Record>(&self) -> Result<T> {
        self.raw.record()
    }
}

impl<E: Entity> Created<E> {
    /// Returns the fields of the patch that the answer shows with another value, or does not show, as
    /// [`Updated::mismatches`] does.
    #[must_use]
    pub fn mismatches<P: Patch<Entity = E>>(&self, patch: &P) -> Vec<Mismatch> {
        patch.body().mismatches(&self.raw)
    }

    /// Returns the phones and emails of the patch that the answer shows more than once, as
    /// [`Updated::duplicates`] does.
    #[must_use]
    pub fn duplicates<P: Patch<Entity = E>>(&self, patch: &P) -> Vec<Duplicate> {
        patch.body().duplicates(&self.raw)
    }
}

impl<E> Clone for Created<E> {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            raw: self.raw.clone(),
        }
    }
}

impl<E> fmt::Debug for Created<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Created")
            .field("id", &self.id)
            .field("raw", &self.raw)
            .finish()
    }
}
