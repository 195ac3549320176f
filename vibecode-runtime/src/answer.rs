//! What the API answered, as it came.

use std::{borrow::Cow, fmt};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{
    Answered, Entity, Error, ErrorKind, Id, Mismatch, Multifields, Outcome, Patch, Record, Result,
    json,
    record::{Fields, UnreadableRecord},
};

/// A record as the API answered it: JSON text, parsed when it is asked for.
///
/// Debug shows its length, not its content.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let raw = Raw::from_json::<Contacts>(r#"{"id":71,"name":"Ivan","phone":"+79169876543"}"#)?;
/// assert_eq!(raw.record::<Customer>()?.name, "Ivan");
/// assert_eq!(raw.multifields().entries()[0].value(), "+79169876543");
/// assert_eq!(format!("{raw:?}"), "Raw(46 bytes)");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Raw {
    entity: Cow<'static, str>,
    json: Box<RawValue>,
    /// The outcome of the call, to a caller who cannot read what it answered.
    unread: Outcome,
}

impl Raw {
    pub(crate) fn new(entity: Cow<'static, str>, json: Box<RawValue>, unread: Outcome) -> Self {
        Self {
            entity,
            json,
            unread,
        }
    }

    /// A record of an entity that came in another way, such as from a file.
    ///
    /// ```
    /// use vibecode_runtime::{Contacts, ErrorKind, Raw};
    ///
    /// assert!(Raw::from_json::<Contacts>(r#"{"id":71}"#).is_ok());
    /// let error = Raw::from_json::<Contacts>("<html>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Unreadable);
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] if the text is not JSON.
    pub fn from_json<E: Entity>(json: impl Into<String>) -> Result<Self> {
        let json = RawValue::from_string(json.into()).map_err(|_| {
            let problem = "the text is not JSON";
            Error::new(ErrorKind::Unreadable, Outcome::NotApplied, problem)
        })?;
        Ok(Self {
            entity: E::PATH.into(),
            json,
            unread: Outcome::NotApplied,
        })
    }

    /// The JSON text.
    ///
    /// ```
    /// use vibecode_runtime::{Contacts, Raw};
    ///
    /// let raw = Raw::from_json::<Contacts>(r#"{"id":71}"#)?;
    /// assert_eq!(raw.as_str(), r#"{"id":71}"#);
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.json.get()
    }

    /// Reads the record into a struct.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let raw = Raw::from_json::<Contacts>(r#"{"id":71,"name":"Ivan","companyId":"none"}"#)?;
    /// let error = raw.record::<Customer>().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Unreadable);
    /// assert!(error.to_string().contains("companyId"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`], which names the field, if a value is not what the struct holds, or if
    /// the struct is for another entity. After an update the change has been applied all the same,
    /// and the [`Outcome`] is `Unknown`.
    pub fn record<T: Record>(&self) -> Result<T> {
        if T::Entity::PATH != self.entity {
            let (answered, wanted) = (&self.entity, T::Entity::PATH);
            let problem =
                format!("the answered record is one of the {answered}, not of the {wanted}");
            return Err(self.unreadable(problem));
        }
        Fields::read::<T>(self.as_str()).map_err(|problem| match problem {
            UnreadableRecord::Field(field) => {
                let problem = format!("the answered record does not fit: {field}");
                self.unreadable(problem).caused_by(field)
            }
            UnreadableRecord::NotAnObject => {
                self.unreadable("the answered record is not an object".to_owned())
            }
            UnreadableRecord::Key => {
                let problem = "a key of the answered record has half of a surrogate pair in it";
                self.unreadable(problem.to_owned())
            }
        })
    }

    /// Reads the whole record into any type of serde's, such as a `serde_json::Value`.
    ///
    /// ```
    /// use vibecode_runtime::{Contacts, Raw};
    ///
    /// let raw = Raw::from_json::<Contacts>(r#"{"id":71,"lastName":"Petrov"}"#)?;
    /// let value: serde_json::Value = raw.parse()?;
    /// assert_eq!(value["lastName"], "Petrov");
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] if the record has another shape. The error does not hold the
    /// record's values.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        json::read(self.as_str()).map_err(|error| {
            let problem = "the answered record does not fit the type that it was to be read into";
            self.unreadable(problem.to_owned()).caused_by(error)
        })
    }

    /// The phones and emails, with their ids and native types.
    ///
    /// ```
    /// use vibecode_runtime::{Contacts, Raw};
    ///
    /// let json = r#"{"fm":[{"id":103,"typeId":"PHONE","valueType":"FAX","value":"+74950000072"}]}"#;
    /// let raw = Raw::from_json::<Contacts>(json)?;
    /// let multifields = raw.multifields();
    /// let entry = &multifields.entries()[0];
    /// assert_eq!((entry.kind(), entry.value_type()), ("PHONE", "FAX"));
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn multifields(&self) -> Multifields {
        Multifields::read(|name| self.field(name))
    }

    pub(crate) fn field(&self, name: &str) -> Option<Answered<'_>> {
        let [value] = json::pick(self.as_str(), [name])?;
        value.map(Answered::new)
    }

    fn unreadable(&self, problem: String) -> Error {
        Error::new(ErrorKind::Unreadable, self.unread, problem)
    }
}

impl AsRef<str> for Raw {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.as_str().len())
    }
}

/// The answer to an update: the record as it is now.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let patch = Customer::patch().post("Director");
/// let updated = client.update(71, &patch).await?;
/// assert_eq!(updated.record::<Customer>()?.post.as_deref(), Some("Director"));
/// assert!(updated.mismatches(&patch).is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Updated {
    raw: Raw,
}

impl Updated {
    pub(crate) fn new(raw: Raw) -> Self {
        Self { raw }
    }

    /// The record as the API answered it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let updated = client.update(71, &Customer::patch().post("Director")).await?;
    /// assert!(updated.raw().as_str().contains(r#""post":"Director""#));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// The record.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let updated = client.update(71, &Customer::patch().post("Director")).await?;
    /// let customer: Customer = updated.record()?;
    /// assert_eq!(customer.post.as_deref(), Some("Director"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Raw::record`].
    pub fn record<T: Record>(&self) -> Result<T> {
        self.raw.record()
    }

    /// The fields that the answer shows otherwise than the patch set them: the API drops what it
    /// does not take, and answers 200 all the same.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// // The portal does not have this field, and drops it.
    /// let patch = Customer::patch().post("Director").set_unchecked("ufCrmColour", "red");
    /// let updated = client.update(71, &patch).await?;
    /// let dropped: Vec<_> = updated.mismatches(&patch);
    /// assert_eq!(dropped[0].field(), "ufCrmColour");
    /// assert_eq!(dropped.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn mismatches<P: Patch>(&self, patch: &P) -> Vec<Mismatch> {
        let multifields = self.raw.multifields();
        patch
            .body()
            .mismatches(|name| self.raw.field(name), &multifields)
    }
}

/// The answer to a creation: the new record.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let created = client.create(&Customer::patch().name("Vera")).await?;
/// assert_eq!(created.record::<Customer>()?.id, created.id());
/// # Ok(())
/// # }
/// ```
pub struct Created<E> {
    id: Id<E>,
    raw: Raw,
}

impl<E> Created<E> {
    pub(crate) fn new(id: u64, raw: Raw) -> Self {
        Self { id: id.into(), raw }
    }

    /// The new record's id.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let created = client.create(&Customer::patch().name("Vera")).await?;
    /// client.update(created.id(), &Customer::patch().post("Director")).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn id(&self) -> Id<E> {
        self.id
    }

    /// The record as the API answered it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let created = client.create(&Customer::patch().name("Vera")).await?;
    /// assert!(created.raw().as_str().contains(r#""name":"Vera""#));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// The record.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let created = client.create(&Customer::patch().name("Vera")).await?;
    /// let customer: Customer = created.record()?;
    /// assert_eq!(customer.name, "Vera");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Raw::record`].
    pub fn record<T: Record>(&self) -> Result<T> {
        self.raw.record()
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
