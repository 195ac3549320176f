//! The value that a `Decode` reads.
//!
//! It is JSON of the answer, except for phones and emails: the record contains them in `fm` or in
//! aliases, so they are read from the whole record first, and a `Decode` gets a part of the result.

use std::{borrow::Cow, fmt, str::FromStr, sync::OnceLock};

use serde_json::{Value, json};

use crate::{
    MultifieldEntry,
    value::enumeration::FieldId,
    wire::{id, json, nothing, number},
};

/// A value of a field, as the API returned it. `Debug` does not show it.
///
/// ```
/// use vibecode_runtime::{WireValue, Contacts, Decode, DecodeError, RawAnswer, Record, kind};
///
/// /// A text, or a placeholder for an empty one.
/// struct Note(String);
///
/// impl Decode<kind::Text> for Note {
///     fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
///         if answered.is_empty_text() {
///             return Ok(Self("none".to_owned()));
///         }
///         Decode::<kind::Text>::decode(answered).map(Self)
///     }
/// }
///
/// #[derive(Record)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     comments: Note,
/// }
///
/// let raw = RawAnswer::from_json::<Contacts>(r#"{"comments":""}"#)?;
/// assert_eq!(raw.record::<Customer>()?.comments.0, "none");
/// # Ok::<(), vibecode_runtime::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct WireValue<'a> {
    source: Source<'a>,
    /// The list field that the value belongs to, if it is known.
    field: Option<&'a FieldId>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Json(&'a str),
    Part(&'a Part<'a>),
}

/// A part of a record's phones and emails.
pub(crate) struct Part<'a> {
    value: PartValue<'a>,
    /// Written only for a user's own `Decode` that reads JSON.
    json: OnceLock<String>,
}

pub(crate) enum PartValue<'a> {
    /// The value of an entry, for a field with one type.
    Text(&'a str),
    Entry(&'a MultifieldEntry),
    Entries(Vec<Part<'a>>),
}

impl<'a> Part<'a> {
    pub(crate) fn new(value: PartValue<'a>) -> Self {
        Self {
            value,
            json: OnceLock::new(),
        }
    }

    fn json(&self) -> &str {
        self.json.get_or_init(|| self.to_value().to_string())
    }

    fn to_value(&self) -> Value {
        match &self.value {
            PartValue::Text(text) => Value::from(*text),
            PartValue::Entry(entry) => json!({
                "typeId": entry.kind(),
                "valueType": entry.value_type(),
                "value": entry.value(),
            }),
            PartValue::Entries(entries) => entries.iter().map(Part::to_value).collect(),
        }
    }
}

impl<'a> WireValue<'a> {
    pub(crate) const NULL: WireValue<'static> = WireValue::of_json("null");
    pub(crate) const EMPTY_LIST: WireValue<'static> = WireValue::of_json("[]");

    pub(crate) const fn of_json(json: &'a str) -> Self {
        Self {
            source: Source::Json(json),
            field: None,
        }
    }

    pub(crate) fn of_part(part: &'a Part<'a>) -> Self {
        Self {
            source: Source::Part(part),
            field: None,
        }
    }

    pub(crate) fn of_field<'b>(self, field: &'b FieldId) -> WireValue<'b>
    where
        'a: 'b,
    {
        WireValue {
            field: Some(field),
            ..self
        }
    }

    /// Returns the field that the value belongs to, if it is known.
    pub(crate) fn field(self) -> Option<FieldId> {
        self.field.copied()
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self.source {
            Source::Json(json) => json,
            Source::Part(part) => part.json(),
        }
    }

    /// Returns the entry, if the value is one of a record's phones and emails.
    pub(crate) fn entry(self) -> Option<&'a MultifieldEntry> {
        match self.source {
            Source::Part(Part {
                value: PartValue::Entry(entry),
                ..
            }) => Some(entry),
            Source::Json(_) | Source::Part(_) => None,
        }
    }

    /// Returns whether the value is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        matches!(self.source, Source::Json("null"))
    }

    /// Returns whether the value is empty text, with which the API represents "nothing" in many
    /// kinds of field.
    #[must_use]
    pub fn is_empty_text(self) -> bool {
        match self.source {
            Source::Json(json) => json == r#""""#,
            Source::Part(part) => matches!(part.value, PartValue::Text("")),
        }
    }

    /// Whether the value is "nothing" in a field of any kind but a boolean.
    pub(crate) fn is_nothing_as_value(self) -> bool {
        self.entry().is_none() && nothing::is_nothing_as_value(self.as_str())
    }

    /// Returns the text, or a number as it is written, since the API returns one for the other.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        match self.source {
            Source::Json(json) => json::text(json),
            Source::Part(_) => self.string(),
        }
    }

    /// Returns the text of a value in quotes.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        match self.source {
            Source::Json(json) => json::string(json),
            Source::Part(part) => match part.value {
                PartValue::Text(text) => Some(Cow::Borrowed(text)),
                PartValue::Entry(_) | PartValue::Entries(_) => None,
            },
        }
    }

    pub(crate) fn is_string(self) -> bool {
        json::is_string(self.as_str())
    }

    /// Returns the elements of a list. PHP writes a list with gaps as an object, with the index of
    /// each element as its key. Returns `None` if this is not a list.
    pub(crate) fn elements(self) -> Option<Vec<WireValue<'a>>> {
        let json = match self.source {
            Source::Json(json) => json,
            Source::Part(part) => match &part.value {
                PartValue::Entries(entries) => {
                    return Some(entries.iter().map(WireValue::of_part).collect());
                }
                PartValue::Text(_) | PartValue::Entry(_) => return None,
            },
        };
        let elements = if nothing::is_nothing_as_value(json) {
            Vec::new()
        } else if json.starts_with('{') {
            json::list_with_gaps(json)?
        } else {
            json::elements(json)?
        };
        let element = |element: &'a str| Self {
            source: Source::Json(element),
            ..self
        };
        Some(elements.into_iter().map(element).collect())
    }

    /// Returns the values of a multiple field: the elements of a list, or a single value without a
    /// list around it. Returns `None` for an object in which only some keys are indexes.
    pub(super) fn values(self) -> Option<Vec<WireValue<'a>>> {
        match self.elements() {
            Some(elements) => Some(elements),
            None if self.has_index_among_keys() => None,
            None => Some(vec![self]),
        }
    }

    fn has_index_among_keys(self) -> bool {
        let json = self.as_str();
        json.starts_with('{') && json::has_index_among_keys(json)
    }

    pub(crate) fn pick<const N: usize>(
        self,
        keys: [&str; N],
    ) -> Option<[Option<WireValue<'a>>; N]> {
        json::pick(self.as_str(), keys)
            .map(|picked| picked.map(|value| value.map(WireValue::of_json)))
    }

    /// Returns the id that a field contains.
    pub(crate) fn id(self) -> Option<u64> {
        id::of_field(self.as_str())
    }

    /// Reads the value as an integer, bare or in quotes.
    pub(crate) fn whole<T: FromStr + TryFrom<i128>>(self) -> Option<T> {
        number::whole(&self.text()?)
    }
}

impl fmt::Debug for WireValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireValue({} bytes)", self.as_str().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decode, Phone, kind};

    #[test]
    fn phones_are_read_without_being_written_as_json() {
        let entries = [("WORK", "+71"), ("FAX", "+72")];
        let entries =
            entries.map(|(of, value)| MultifieldEntry::new("PHONE", of, value.to_owned()));
        let parts = entries
            .iter()
            .map(|entry| Part::new(PartValue::Entry(entry)));
        let list = Part::new(PartValue::Entries(parts.collect()));
        let phones: Vec<Phone> =
            Decode::<kind::Multiple<kind::Phone>>::decode(WireValue::of_part(&list)).unwrap();
        assert_eq!(phones, [Phone::work("+71"), Phone::other("+72")]);
        let PartValue::Entries(parts) = &list.value else {
            panic!("a list");
        };
        assert!(
            parts
                .iter()
                .chain([&list])
                .all(|part| part.json.get().is_none())
        );
        let json = WireValue::of_part(&list).as_str();
        assert!(json.starts_with(r#"[{"typeId":"PHONE","#), "{json}");
    }
}
