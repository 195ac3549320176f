//! Writes values in the form that the API accepts.
//!
//! A field has one encoder, which appends its JSON to the text of the [body](crate::patch::body). `Encode` is a public
//! trait, so an encoder trusts no implementation: it counts the values, and refuses a field with none or several of
//! them. In a list each element has a count of its own. A phone or an email is written as an *entry*: its text, and
//! beside the text the part of it and the type, since the form of a multifield depends on all of its values and is
//! chosen when the body is sent.
//!
//! Example: `scores` is set to `[1.5, 2.0]`, then a home phone is added.
//!
//! ```text
//! [1.5,2.0]            one value, of two elements with one value each
//! "+79161112233"       one value, which is one entry: 0..14 of this text, HOME
//! ```
//!
//! An `Encode` that writes nothing would leave `"scores":` without a value, and one that writes twice
//! `"scores":1.52.0`. Both are the failure of the patch instead.

use std::{borrow::Cow, fmt, ops::Range};

use serde::Serialize;

use crate::value::enumeration::{ClosedField, FieldId, OptionEnum, StatusEnum, is_nothing_as_code};

/// The error for a value that has no wire form. It never contains the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError(Cow<'static, str>);

impl EncodeError {
    /// Creates an error with a reason, such as "it is empty". Do not include personal data.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EncodeError {}

/// Receives one value of a field, as JSON, from an implementation of [`Encode`](crate::Encode).
///
/// Call exactly one of its methods per value. The simplest way is to delegate to a type that
/// implements [`Encode`](crate::Encode). A value for which no method or more than one is called is
/// not sent.
///
/// ```
/// use vibecode_runtime::{Encode, EncodeError, Encoder, kind};
///
/// struct Tags(Vec<String>);
///
/// impl Encode<kind::Text> for Tags {
///     fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
///         to.text(&self.0.join(", "));
///         Ok(())
///     }
/// }
/// ```
pub struct Encoder<'a> {
    json: &'a mut String,
    begin: usize,
    /// The values of the multifield that is written, if it is one.
    added: Option<Entries>,
    /// The number of values written: of the current element inside a list, else of the field.
    written: usize,
    /// How many of them are values of a multifield.
    entries: usize,
    /// The field that is written, if it is known: an option or a code of another one is refused.
    field: Option<FieldId>,
}

/// The values of a multifield. Nearly always one, which is then kept without an allocation: that makes
/// the patch of the benchmark `encode` 8 % cheaper.
#[derive(Default)]
struct Entries {
    first: Option<Entry>,
    rest: Vec<Entry>,
}

pub(crate) struct Entry {
    pub(crate) value: Range<usize>,
    pub(crate) value_type: &'static str,
}

impl<'a> Encoder<'a> {
    pub(crate) fn new(json: &'a mut String) -> Self {
        let begin = json.len();
        Self {
            json,
            begin,
            added: None,
            written: 0,
            entries: 0,
            field: None,
        }
    }

    pub(crate) fn of_field(json: &'a mut String, field: Option<FieldId>) -> Self {
        Self {
            field,
            ..Self::new(json)
        }
    }

    /// Returns the JSON of a value of a field. An option or a code of another field is refused.
    pub(crate) fn written(
        field: FieldId,
        write: impl FnOnce(&mut Encoder<'_>) -> Result<(), EncodeError>,
    ) -> Result<String, EncodeError> {
        let mut json = String::new();
        let mut encoder = Encoder::of_field(&mut json, Some(field));
        write(&mut encoder)?;
        encoder.require_one_value()?;
        Ok(json)
    }

    pub(crate) fn of_multifield(json: &'a mut String) -> Self {
        Self {
            added: Some(Entries::default()),
            ..Self::new(json)
        }
    }

    /// Returns the values of the multifield, in the order in which they were written.
    pub(crate) fn into_entries(self) -> impl Iterator<Item = Entry> + use<> {
        let Entries { first, rest } = self.added.unwrap_or_default();
        first.into_iter().chain(rest)
    }

    /// Checks that exactly one value was written: a user's `Encode` may write none, or several.
    pub(crate) fn require_one_value(&self) -> Result<(), EncodeError> {
        match self.written {
            1 => Ok(()),
            0 => Err(EncodeError::new("its `Encode` writes nothing")),
            _ => Err(EncodeError::new("its `Encode` writes more than one value")),
        }
    }

    /// Same as `require_one_value`, for an element of a list. In a multifield, it must also be a
    /// phone or an email.
    fn require_one_element(&self) -> Result<(), EncodeError> {
        self.require_one_value()?;
        if self.added.is_some() && self.entries != 1 {
            return Err(EncodeError::new(NOT_AN_ENTRY));
        }
        Ok(())
    }

    /// Writes text.
    pub fn text(&mut self, text: &str) {
        self.written += 1;
        push_text(self.json, text);
    }

    /// Writes a boolean.
    pub fn boolean(&mut self, value: bool) {
        self.written += 1;
        self.json.push_str(if value { "true" } else { "false" });
    }

    /// Writes a signed integer.
    pub fn integer(&mut self, value: i64) {
        self.written += 1;
        self.json.push_str(itoa::Buffer::new().format(value));
    }

    /// Writes an unsigned integer.
    pub fn unsigned(&mut self, value: u64) {
        self.written += 1;
        self.json.push_str(itoa::Buffer::new().format(value));
    }

    /// Writes a floating-point number.
    ///
    /// # Errors
    /// [`EncodeError`] if it is NaN or infinite: JSON cannot represent it, and null may clear the
    /// field.
    pub fn double(&mut self, value: f64) -> Result<(), EncodeError> {
        if !value.is_finite() {
            return Err(EncodeError::new(NOT_FINITE));
        }
        self.written += 1;
        push(self.json, &value);
        Ok(())
    }

    /// Writes a number given by its digits, which must be valid JSON. It stays exact.
    pub(crate) fn digits(&mut self, digits: &str) {
        self.written += 1;
        self.json.push_str(digits);
    }

    /// Writes a list, each value by its own kind.
    ///
    /// ```
    /// # use vibecode_runtime::{Encode, EncodeError, Encoder, kind};
    /// /// A range of numbers.
    /// struct Range(u8, u8);
    ///
    /// impl Encode<kind::Multiple<kind::Double>> for Range {
    ///     fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
    ///         to.list(self.0..=self.1, |value, to| to.double(value.into()))
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// [`EncodeError`] if a value has no wire form.
    pub fn list<T>(
        &mut self,
        values: impl IntoIterator<Item = T>,
        mut encode: impl FnMut(T, &mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let (written, entries) = (self.written, self.entries);
        self.json.push('[');
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.json.push(',');
            }
            (self.written, self.entries) = (0, 0);
            if let Err(error) = encode(value, self).and_then(|()| self.require_one_element()) {
                // Not 1, so that half a list is an error even if an `Encode` ignores this one.
                self.written = written + 2;
                return Err(error);
            }
        }
        self.json.push(']');
        (self.written, self.entries) = (written + 1, entries);
        Ok(())
    }

    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), EncodeError> {
        self.json.push_str(&to_json(value)?);
        self.written += 1;
        Ok(())
    }

    /// Writes an option of a list field. Fails if the option belongs to another list.
    pub(crate) fn option<T: OptionEnum>(&mut self, option: &T) -> Result<(), EncodeError> {
        self.refuse_foreign(ClosedField::of_options::<T>())?;
        self.id(option.wire_id(), "0 is the id of no option")
    }

    /// Writes a code. Fails if it belongs to another field.
    pub(crate) fn status<T: StatusEnum>(&mut self, status: &T) -> Result<(), EncodeError> {
        self.refuse_foreign(ClosedField::of_codes::<T>())?;
        let code = status.wire_code();
        if is_nothing_as_code(code) {
            return Err(EncodeError::new(
                "it is not a code: the API reads it as no value",
            ));
        }
        self.text(code);
        Ok(())
    }

    fn refuse_foreign(&self, closed: ClosedField) -> Result<(), EncodeError> {
        match closed.foreign_to(self.field) {
            Some(value) => Err(EncodeError::new(format!("it is {value}"))),
            None => Ok(()),
        }
    }

    /// Writes an id. 0 is not one and would clear the field; `refusal` is the reason for it.
    pub(crate) fn id(&mut self, id: u64, refusal: &'static str) -> Result<(), EncodeError> {
        if id == 0 {
            return Err(EncodeError::new(refusal));
        }
        self.unsigned(id);
        Ok(())
    }

    pub(crate) fn entry(
        &mut self,
        value: &str,
        value_type: &'static str,
    ) -> Result<(), EncodeError> {
        if is_blank(value) {
            return Err(EncodeError::new("it is empty"));
        }
        let begin = self.json.len();
        self.text(value);
        self.entries += 1;
        self.take(begin, value_type);
        Ok(())
    }

    /// Turns the text that has been written into a value of a multifield.
    pub(crate) fn written_entry(&mut self, value_type: &'static str) -> Result<(), EncodeError> {
        self.require_one_value()?;
        let written = self.json.get(self.begin..).unwrap_or_default();
        let text: String = serde_json::from_str(written)
            .map_err(|_| EncodeError::new("its `Encode` does not write text"))?;
        if is_blank(&text) {
            return Err(EncodeError::new("it is empty"));
        }
        self.take(self.begin, value_type);
        Ok(())
    }

    fn take(&mut self, begin: usize, value_type: &'static str) {
        let end = self.json.len();
        if let Some(added) = &mut self.added {
            let entry = Entry {
                value: begin..end,
                value_type,
            };
            match added.first {
                None => added.first = Some(entry),
                Some(_) => added.rest.push(entry),
            }
        }
    }
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String, EncodeError> {
    serde_json::to_string(value).map_err(|_| EncodeError::new("it cannot be written as JSON"))
}

/// The reason if a value of a multifield was not written by [`Encoder::entry`].
pub(crate) const NOT_AN_ENTRY: &str = "its `Encode` does not go through `Phone` or `Email`";

/// The reason for NaN and infinity: JSON cannot represent them, and null clears the field.
pub(crate) const NOT_FINITE: &str = "NaN and infinity cannot be sent";

fn is_blank(text: &str) -> bool {
    // Nearly every value begins with a letter, a digit or a plus.
    let first = text.as_bytes().first();
    !first.is_some_and(u8::is_ascii_graphic) && text.trim().is_empty()
}

impl fmt::Debug for Encoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

/// Appends a JSON string. A text without characters to escape, the usual case, is copied.
pub(crate) fn push_text(json: &mut String, text: &str) {
    if is_plain(text.as_bytes()) {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        push_escaped(json, text);
    }
}

#[cold]
fn push_escaped(json: &mut String, text: &str) {
    push(json, text);
}

/// Whether no character is a control character, quote or backslash: eight bytes at a time.
fn is_plain(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    match text.last_chunk::<8>() {
        // The last word overlaps the one before it, which is faster than checking the rest byte by
        // byte.
        Some(last) => words.iter().copied().all(is_plain_word) && is_plain_word(*last),
        None => rest
            .iter()
            .all(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\'),
    }
}

fn is_plain_word(word: [u8; 8]) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    /// Sets the high bit of each byte that is less than `limit`, which is at most 128.
    const fn below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(ONES * limit as u64) & !word & HIGHS
    }
    let word = u64::from_le_bytes(word);
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, b' ') | equal(b'"') | equal(b'\\') == 0
}

/// Appends a number or a text as serde writes it, which cannot fail.
#[expect(
    clippy::expect_used,
    reason = "nothing in its place would be sent as a member without a value"
)]
fn push(json: &mut String, value: &(impl Serialize + ?Sized)) {
    json.push_str(&serde_json::to_string(value).expect("a number or a text has JSON"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_written_as_serde_writes_it() {
        let mut texts: Vec<String> = [
            "",
            "Director",
            "line\nbreak\u{0}",
            "Иван 😀",
            "\u{7f}\u{2028}/",
        ]
        .map(str::to_owned)
        .into();
        // Each byte that is escaped, and its neighbours, at every position in texts that are
        // shorter than a word, one word long, and longer.
        for byte in (0..=b'$').chain(b'Z'..=b'^').chain(0x7e..=0x7f) {
            for length in [7, 8, 12, 17] {
                for index in 0..length {
                    let mut text = "a".repeat(length);
                    text.replace_range(index..=index, char::from(byte).encode_utf8(&mut [0; 4]));
                    texts.push(text);
                }
            }
        }
        for text in texts {
            let mut json = String::new();
            push_text(&mut json, &text);
            assert_eq!(json, serde_json::to_string(&text).unwrap(), "{text:?}");
        }
    }

    #[test]
    fn an_entry_of_blanks_is_refused() {
        let mut json = String::new();
        let mut encoder = Encoder::new(&mut json);
        for blank in ["", " ", "\t\n", "\u{a0} "] {
            assert!(encoder.entry(blank, "WORK").is_err());
            encoder.json.clear();
            encoder.text(blank);
            assert!(encoder.written_entry("WORK").is_err());
            encoder.json.clear();
        }
        assert!(encoder.entry(" +7", "WORK").is_ok());
    }
}
