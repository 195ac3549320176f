//! Reads a text.

use std::borrow::Cow;

use super::{Json, Object};

/// How deep lists and objects may be nested, as in `serde_json`.
const MOST_DEPTH: u8 = 127;

/// Where a text is not JSON: the line and the column in bytes, from 1, of the byte that cannot follow, or of the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl<'a> Json<'a> {
    /// Reads a text. If it is not JSON, returns where.
    pub(crate) fn read(text: &'a str) -> Result<Self, Mistake> {
        let mut reader = Reader {
            text,
            rest: text.as_bytes(),
        };
        reader.whole().ok_or_else(|| reader.mistake())
    }
}

/// A text, and the bytes of it that are not read yet. Every function returns `None` if these are not JSON. What has been
/// read then ends with the byte that cannot follow.
struct Reader<'a> {
    text: &'a str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn whole(&mut self) -> Option<Json<'a>> {
        let first = self.token()?;
        let json = self.value(first, MOST_DEPTH)?;
        // Only white space may follow.
        self.token().is_none().then_some(json)
    }

    /// Returns where the last byte is that has been read.
    fn mistake(&self) -> Mistake {
        let read = self.text.as_bytes().iter().take(self.at());
        let line_ends = read.clone().filter(|byte| **byte == b'\n');
        Mistake {
            line: 1 + line_ends.count(),
            column: read.rev().take_while(|byte| **byte != b'\n').count(),
        }
    }

    /// Reads the next byte.
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    /// Reads the next byte after white space.
    fn token(&mut self) -> Option<u8> {
        while let [byte, rest @ ..] = self.rest {
            self.rest = rest;
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => {}
                byte => return Some(*byte),
            }
        }
        None
    }

    /// Reads a value, the first byte of which has been read.
    fn value(&mut self, first: u8, depth: u8) -> Option<Json<'a>> {
        match first {
            b'"' => Some(Json::Text(self.string()?)),
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.list(depth.checked_sub(1)?),
            b'-' | b'0'..=b'9' => self.number(first),
            _ => self.word(first),
        }
    }

    fn word(&mut self, first: u8) -> Option<Json<'a>> {
        let (json, rest) = match (first, self.rest) {
            (b'n', [b'u', b'l', b'l', rest @ ..]) => (Json::Null, rest),
            (b't', [b'r', b'u', b'e', rest @ ..]) => (Json::Bool(true), rest),
            (b'f', [b'a', b'l', b's', b'e', rest @ ..]) => (Json::Bool(false), rest),
            _ => return self.mistaken_word(first),
        };
        self.rest = rest;
        Some(json)
    }

    /// Reads up to the byte that is not of the word.
    fn mistaken_word<T>(&mut self, first: u8) -> Option<T> {
        let expected = match first {
            b'n' => "ull",
            b't' => "rue",
            b'f' => "alse",
            _ => "",
        };
        for expected in expected.bytes() {
            if self.byte()? != expected {
                break;
            }
        }
        None
    }

    fn object(&mut self, depth: u8) -> Option<Json<'a>> {
        /// As many as most descriptions of fields have, in no more memory than a small map of `serde_json` takes.
        const MEMBERS: usize = 12;
        let mut token = self.token()?;
        if token == b'}' {
            return Some(Json::Object(Object::default()));
        }
        let mut members = Vec::with_capacity(MEMBERS);
        loop {
            if token != b'"' {
                return None;
            }
            let key = self.string()?;
            if self.token()? != b':' {
                return None;
            }
            let first = self.token()?;
            members.push((key, self.value(first, depth)?));
            match self.token()? {
                b',' => token = self.token()?,
                b'}' => return Some(Json::Object(Object(members))),
                _ => return None,
            }
        }
    }

    fn list(&mut self, depth: u8) -> Option<Json<'a>> {
        let mut list = Vec::new();
        let mut first = self.token()?;
        if first == b']' {
            return Some(Json::List(list));
        }
        loop {
            list.push(self.value(first, depth)?);
            match self.token()? {
                b',' => first = self.token()?,
                b']' => return Some(Json::List(list)),
                _ => return None,
            }
        }
    }

    /// Reads a text, whose opening quote has been read.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at();
        let mut bytes = self.rest;
        while let [byte, rest @ ..] = bytes {
            match byte {
                b'"' => {
                    self.rest = rest;
                    return Some(Cow::Borrowed(self.text.get(start..self.at() - 1)?));
                }
                b'\\' => {
                    self.rest = bytes;
                    return Some(Cow::Owned(self.string_with_escapes(start)?));
                }
                0..b' ' => {
                    self.rest = rest;
                    return None;
                }
                _ => bytes = rest,
            }
        }
        self.rest = bytes;
        None
    }

    /// Reads on in a text that begins at this index.
    fn string_with_escapes(&mut self, start: usize) -> Option<String> {
        let mut read = String::new();
        let mut plain_from = start;
        loop {
            let at = self.at();
            match self.byte()? {
                b'"' => {
                    read.push_str(self.text.get(plain_from..at)?);
                    return Some(read);
                }
                b'\\' => {
                    read.push_str(self.text.get(plain_from..at)?);
                    read.push(self.escape()?);
                    plain_from = self.at();
                }
                0..b' ' => return None,
                _ => {}
            }
        }
    }

    /// Reads an escape, whose backslash has been read.
    fn escape(&mut self) -> Option<char> {
        Some(match self.byte()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.escape_of_utf16(),
            _ => return None,
        })
    }

    /// Reads one unit of UTF-16 in hexadecimal digits, and the escape of a second one if the first is half of a character.
    fn escape_of_utf16(&mut self) -> Option<char> {
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first.into());
        }
        if self.byte()? != b'\\' || self.byte()? != b'u' {
            return None;
        }
        let units = [first, self.four_digits()?];
        char::decode_utf16(units).next()?.ok()
    }

    fn four_digits(&mut self) -> Option<u16> {
        let [a, b, c, d, rest @ ..] = self.rest else {
            self.rest = &[];
            return None;
        };
        self.rest = rest;
        let digits = [a, b, c, d].map(|byte| char::from(*byte).to_digit(16));
        let mut unit = 0;
        for digit in digits {
            unit = unit << 4 | u16::try_from(digit?).ok()?;
        }
        Some(unit)
    }

    /// Reads a number, whose first byte has been read.
    fn number(&mut self, first: u8) -> Option<Json<'a>> {
        /// The length of a number that is certainly finite if it has no exponent.
        const SHORT: usize = 300;
        let start = self.at() - 1;
        let has_exponent = match first {
            // A whole number, as nearly all are.
            b'1'..=b'9' => {
                self.digits();
                matches!(self.rest, [b'.' | b'e' | b'E', ..]) && self.fraction_and_exponent()?
            }
            _ => self.other_number(first)?,
        };
        let written = self.text.get(start..self.at())?;
        let is_finite =
            (!has_exponent && written.len() < SHORT) || written.parse().is_ok_and(f64::is_finite);
        is_finite.then_some(Json::Number(Cow::Borrowed(written)))
    }

    /// Reads a number that begins with a sign or a zero. Returns whether it has an exponent.
    fn other_number(&mut self, first: u8) -> Option<bool> {
        let first_digit = if first == b'-' { self.byte()? } else { first };
        match first_digit {
            b'0' => {
                // No other digit may follow.
                if let [b'0'..=b'9', rest @ ..] = self.rest {
                    self.rest = rest;
                    return None;
                }
            }
            b'1'..=b'9' => self.digits(),
            _ => return None,
        }
        self.fraction_and_exponent()
    }

    /// Returns whether there is an exponent.
    fn fraction_and_exponent(&mut self) -> Option<bool> {
        if let [b'.', rest @ ..] = self.rest {
            self.rest = rest;
            self.at_least_one_digit()?;
        }
        let ([b'e' | b'E', b'+' | b'-', rest @ ..] | [b'e' | b'E', rest @ ..]) = self.rest else {
            return Some(false);
        };
        self.rest = rest;
        self.at_least_one_digit()?;
        Some(true)
    }

    fn digits(&mut self) {
        while let [b'0'..=b'9', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    fn at_least_one_digit(&mut self) -> Option<()> {
        if !self.byte()?.is_ascii_digit() {
            return None;
        }
        self.digits();
        Some(())
    }

    /// The number of bytes that have been read.
    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }
}
