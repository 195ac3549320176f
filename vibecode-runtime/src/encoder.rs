//! Where values are written, in the form in which the API takes them.

use std::{borrow::Cow, fmt, ops::Range};

use serde::Serialize;

/// Why a value has no wire form. It never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError(Cow<'static, str>);

impl EncodeError {
    /// A value has no wire form, for this reason, such as "it is empty". Keep personal data out.
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

/// A place in a text.
pub(crate) type Span = Range<usize>;

/// A value of a multifield: where its JSON text is, and the `typeId` that it is written with.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) value: Span,
    pub(crate) type_id: &'static str,
}

/// Where the values of a multifield go.
pub(crate) trait Entries {
    /// Takes a value.
    fn take(&mut self, json: &str, entry: Entry);
}

/// Where other values go: only multifields have entries.
impl Entries for () {
    fn take(&mut self, _: &str, _: Entry) {}
}

/// Takes one value of a field, as JSON, from an [`Encode`](crate::Encode).
///
/// Exactly one of its methods is called for a value; most simply by handing it on to a type that
/// has [`Encode`](crate::Encode) itself.
pub struct Encoder<'a> {
    json: &'a mut String,
    entries: &'a mut dyn Entries,
}

impl<'a> Encoder<'a> {
    pub(crate) fn new(json: &'a mut String, entries: &'a mut dyn Entries) -> Self {
        Self { json, entries }
    }

    /// Text.
    pub fn text(&mut self, text: &str) {
        push_text(self.json, text);
    }

    /// A truth value.
    pub fn boolean(&mut self, value: bool) {
        self.json.push_str(if value { "true" } else { "false" });
    }

    /// A whole number.
    pub fn integer(&mut self, value: i64) {
        self.json.push_str(itoa::Buffer::new().format(value));
    }

    /// A whole number that is not negative.
    pub fn unsigned(&mut self, value: u64) {
        self.json.push_str(itoa::Buffer::new().format(value));
    }

    /// A real number.
    ///
    /// # Errors
    /// Where it is NaN or infinite: JSON has no form for it, and null may clear the field.
    pub fn double(&mut self, value: f64) -> Result<(), EncodeError> {
        if !value.is_finite() {
            return Err(EncodeError::new("NaN and infinity cannot be sent"));
        }
        push(self.json, &value);
        Ok(())
    }

    /// A number by its digits, which are JSON as they stand: exact, however many they are.
    #[cfg(feature = "decimal")]
    pub(crate) fn digits(&mut self, digits: &str) {
        self.json.push_str(digits);
    }

    /// A list, each value of it by its own kind.
    ///
    /// # Errors
    /// Where a value has no wire form.
    pub fn list<T>(
        &mut self,
        values: impl IntoIterator<Item = T>,
        mut encode: impl FnMut(T, &mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.json.push('[');
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                self.json.push(',');
            }
            encode(value, self)?;
        }
        self.json.push(']');
        Ok(())
    }

    /// Whatever serde writes as JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), EncodeError> {
        let json = serde_json::to_string(value);
        self.json
            .push_str(&json.map_err(|_| EncodeError::new("it cannot be written as JSON"))?);
        Ok(())
    }

    /// A value of a multifield.
    pub(crate) fn entry(&mut self, value: &str, type_id: &'static str) -> Result<(), EncodeError> {
        if is_blank(value) {
            return Err(EncodeError::new("it is empty"));
        }
        let begin = self.json.len();
        self.text(value);
        self.take(begin, type_id);
        Ok(())
    }

    /// What has been written from a place on, as a value of a multifield.
    pub(crate) fn entry_at(
        &mut self,
        begin: usize,
        type_id: &'static str,
    ) -> Result<(), EncodeError> {
        let written = self.json.get(begin..).unwrap_or_default();
        let text: String = serde_json::from_str(written)
            .map_err(|_| EncodeError::new("its `Encode` does not write text"))?;
        if is_blank(&text) {
            return Err(EncodeError::new("it is empty"));
        }
        self.take(begin, type_id);
        Ok(())
    }

    fn take(&mut self, begin: usize, type_id: &'static str) {
        let value = begin..self.json.len();
        self.entries.take(self.json, Entry { value, type_id });
    }
}

fn is_blank(text: &str) -> bool {
    // Nearly every value begins with a letter, a digit or a plus.
    !text.starts_with(|first: char| first.is_ascii_graphic()) && text.trim().is_empty()
}

impl fmt::Debug for Encoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

/// Appends a JSON text. One without anything to escape, as nearly all are, is copied as it is.
pub(crate) fn push_text(json: &mut String, text: &str) {
    if is_plain(text.as_bytes()) {
        push_plain(json, text);
    } else {
        push(json, text);
    }
}

/// Appends a text that is known to have nothing to escape.
pub(crate) fn push_plain(json: &mut String, text: &str) {
    json.reserve(text.len() + 2);
    json.push('"');
    json.push_str(text);
    json.push('"');
}

/// Whether no byte is a control, a quote or a backslash: eight at a time.
fn is_plain(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    words
        .iter()
        .all(|word| is_plain_word(u64::from_le_bytes(*word)))
        && rest
            .iter()
            .all(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\')
}

fn is_plain_word(word: u64) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    /// A high bit where a byte is less than this, which is at most 128.
    const fn below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(ONES * limit as u64) & !word & HIGHS
    }
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, b' ') | equal(b'"') | equal(b'\\') == 0
}

/// Appends what serde writes of a number or a text, which cannot fail.
fn push(json: &mut String, value: &(impl Serialize + ?Sized)) {
    json.push_str(&serde_json::to_string(value).unwrap_or_default());
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
        // Each byte that is escaped, and its neighbours, at every place of a word.
        for byte in (0..=b'$').chain(b'Z'..=b'^').chain(0x7e..=0x7f) {
            for place in 0..17 {
                let mut text = "a".repeat(17);
                text.replace_range(place..=place, char::from(byte).encode_utf8(&mut [0; 4]));
                texts.push(text);
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
        let mut nowhere = ();
        let mut encoder = Encoder::new(&mut json, &mut nowhere);
        for blank in ["", " ", "\t\n", "\u{a0} "] {
            assert!(encoder.entry(blank, "WORK").is_err());
            let begin = encoder.json.len();
            encoder.text(blank);
            assert!(encoder.entry_at(begin, "WORK").is_err());
        }
        assert!(encoder.entry(" +7", "WORK").is_ok());
    }
}
