//! Reads a text.

use std::borrow::Cow;

use super::{Json, Object};

/// How deep lists and objects may be nested, as in `serde_json`.
const MOST_DEPTH: u8 = 127;

impl<'a> Json<'a> {
    /// Reads a text. Returns `None` if it is not JSON.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut reader = Reader {
            text,
            rest: text.as_bytes(),
        };
        let first = reader.token()?;
        let json = reader.value(first, MOST_DEPTH)?;
        // Only white space may follow.
        reader.token().is_none().then_some(json)
    }
}

/// A text, and the bytes of it that are not read yet. Every function returns `None` if these are not JSON.
struct Reader<'a> {
    text: &'a str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
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
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word(first),
        }
    }

    fn word(&mut self, first: u8) -> Option<Json<'a>> {
        let (json, rest) = match (first, self.rest) {
            (b'n', [b'u', b'l', b'l', rest @ ..]) => (Json::Null, rest),
            (b't', [b'r', b'u', b'e', rest @ ..]) => (Json::Bool(true), rest),
            (b'f', [b'a', b'l', b's', b'e', rest @ ..]) => (Json::Bool(false), rest),
            _ => return None,
        };
        self.rest = rest;
        Some(json)
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
                b'\\' => return self.string_with_escapes(start),
                0..b' ' => return None,
                _ => bytes = rest,
            }
        }
        None
    }

    /// Reads a text that begins at this index.
    fn string_with_escapes(&mut self, start: usize) -> Option<Cow<'a, str>> {
        while let [byte, rest @ ..] = self.rest {
            self.rest = match (byte, rest) {
                (b'\\', [_, rest @ ..]) => rest,
                _ => rest,
            };
            if *byte == b'"' {
                let quoted = self.text.get(start - 1..self.at())?;
                return serde_json::from_str(quoted).ok().map(Cow::Owned);
            }
        }
        None
    }

    /// Reads a number, whose first byte has been read.
    fn number(&mut self) -> Option<Json<'a>> {
        /// The maximum number of digits that certainly fit a `u64`.
        const MOST_DIGITS: usize = 19;
        let start = self.at() - 1;
        while let [b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E', rest @ ..] = self.rest {
            self.rest = rest;
        }
        let written = self.text.get(start..self.at())?;
        let is_whole = match written.as_bytes() {
            [b'0'] => true,
            [b'1'..=b'9', digits @ ..] => {
                digits.len() < MOST_DIGITS && digits.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        };
        if is_whole {
            return Some(Json::Number(written.parse::<u64>().ok()?.into()));
        }
        serde_json::from_str(written).ok().map(Json::Number)
    }

    /// The number of bytes that have been read.
    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }
}
