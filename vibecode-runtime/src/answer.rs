//! What the API answered, as it came.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Error, ErrorKind, Outcome, Result, json};

/// A record as the API answered it: JSON text, parsed when it is asked for.
///
/// Debug shows its length, not its content.
#[derive(Clone)]
pub struct Raw(Box<RawValue>);

impl Raw {
    pub(crate) fn new(record: &RawValue) -> Self {
        Self(record.to_owned())
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Reads the whole record, such as into a `serde_json::Value`.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`] where the record has another shape. The error does not hold the
    /// record's values.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        json::read(self.as_str()).map_err(|error| {
            Error::new(
                ErrorKind::Unexpected,
                Outcome::NotApplied,
                "the answered record does not fit the type that it was to be read into",
            )
            .caused_by(error)
        })
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
#[derive(Debug, Clone)]
pub struct Updated {
    raw: Raw,
}

impl Updated {
    pub(crate) fn new(raw: Raw) -> Self {
        Self { raw }
    }

    /// The record as the API answered it.
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }
}
