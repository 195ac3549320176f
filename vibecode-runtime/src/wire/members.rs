//! The members of a JSON object, without parsing their values.
//!
//! Every text here comes out of an answer or a [`RawValue`](serde_json::value::RawValue), and has been
//! checked to be JSON. It is not checked again: only the ends of strings and brackets are looked for.
//! A text that is not JSON is an error or yields wrong members, but never panics.

use std::{borrow::Cow, ops::ControlFlow};

use memchr::memchr2;

use super::json;

/// Why the members of a text cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotMembers {
    NotAnObject,
    /// A key is not valid text, for example because it contains a lone surrogate.
    UnreadableKey,
}

/// Passes each key of an object to `visit`, with the text of its value, in the order of the text.
#[inline]
pub(crate) fn for_each_member<'a>(
    text: &'a str,
    mut visit: impl FnMut(&str, &'a str),
) -> Result<(), NotMembers> {
    let all = visit_members(text, |key, value| {
        visit(key, value);
        ControlFlow::<()>::Continue(())
    });
    all.map(|_| ())
}

/// Returns the value of the first member with this key, and reads no further. Returns `None` without such a member, or
/// if the text up to it is not the beginning of an object.
pub(crate) fn first<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
    let found = visit_members(text, |key, value| {
        if key == wanted {
            ControlFlow::Break(value)
        } else {
            ControlFlow::Continue(())
        }
    });
    found.ok()?.break_value()
}

/// Passes members to `visit` until it breaks.
#[inline]
fn visit_members<'a, B>(
    text: &'a str,
    mut visit: impl FnMut(&str, &'a str) -> ControlFlow<B>,
) -> Result<ControlFlow<B>, NotMembers> {
    let mut scan = Scan { text, at: 0 };
    scan.expect(b'{')?;
    let mut next = scan.token()?;
    if next == b'}' {
        return scan.end();
    }
    loop {
        if next != b'"' {
            return Err(NotMembers::NotAnObject);
        }
        let key = scan.key()?;
        scan.expect(b':')?;
        let first = scan.token()?;
        let flow = visit(&key, scan.value(first)?);
        if flow.is_break() {
            return Ok(flow);
        }
        match scan.token()? {
            b',' => next = scan.token()?,
            b'}' => return scan.end(),
            _ => return Err(NotMembers::NotAnObject),
        }
    }
}

struct Scan<'a> {
    text: &'a str,
    /// The number of bytes that have been read.
    at: usize,
}

impl<'a> Scan<'a> {
    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Reads the next byte after white space.
    #[inline]
    fn token(&mut self) -> Result<u8, NotMembers> {
        let bytes = self.text.as_bytes();
        // Answers rarely have white space between their tokens.
        match bytes.get(self.at) {
            Some(byte) if *byte > b' ' => {
                self.at += 1;
                Ok(*byte)
            }
            _ => self.token_after_space(),
        }
    }

    #[cold]
    fn token_after_space(&mut self) -> Result<u8, NotMembers> {
        let rest = self.rest();
        let spaces = rest.iter().take_while(|byte| is_space(**byte)).count();
        self.at += spaces + 1;
        rest.get(spaces).copied().ok_or(NotMembers::NotAnObject)
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), NotMembers> {
        if self.token()? == byte {
            Ok(())
        } else {
            Err(NotMembers::NotAnObject)
        }
    }

    fn end<B>(&self) -> Result<ControlFlow<B>, NotMembers> {
        if self.rest().iter().all(|byte| is_space(*byte)) {
            Ok(ControlFlow::Continue(()))
        } else {
            Err(NotMembers::NotAnObject)
        }
    }

    /// Reads a key whose opening quote has been read, with its escapes resolved.
    #[inline]
    fn key(&mut self) -> Result<Cow<'a, str>, NotMembers> {
        let start = self.at;
        let has_escapes = self.skip_string()?;
        if has_escapes {
            return self.key_with_escapes(start);
        }
        let key = self.text.get(start..self.at - 1);
        key.map(Cow::Borrowed).ok_or(NotMembers::NotAnObject)
    }

    #[cold]
    fn key_with_escapes(&self, start: usize) -> Result<Cow<'a, str>, NotMembers> {
        let quoted = self.text.get(start - 1..self.at);
        let key = quoted.and_then(json::string);
        key.ok_or(NotMembers::UnreadableKey)
    }

    /// Reads a value, whose first byte has been read, as it is written.
    #[inline]
    fn value(&mut self, first: u8) -> Result<&'a str, NotMembers> {
        let start = self.at - 1;
        match first {
            b'"' => {
                self.skip_string()?;
            }
            b'{' | b'[' => self.skip_nested()?,
            _ => self.skip_word(),
        }
        let value = self.text.get(start..self.at);
        value.ok_or(NotMembers::NotAnObject)
    }

    /// Reads up to the end of a string whose opening quote has been read. Returns whether it contains
    /// escapes.
    #[inline]
    fn skip_string(&mut self) -> Result<bool, NotMembers> {
        let mut has_escapes = false;
        loop {
            let rest = self.rest();
            let found = memchr2(b'"', b'\\', rest).ok_or(NotMembers::NotAnObject)?;
            if rest.get(found) == Some(&b'"') {
                self.at += found + 1;
                return Ok(has_escapes);
            }
            has_escapes = true;
            // The escaped character is skipped too: it may be a quote.
            self.at += found + 2;
        }
    }

    /// Reads up to the end of a number, `true`, `false` or `null`.
    #[inline]
    fn skip_word(&mut self) {
        let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || is_space(*byte);
        let rest = self.rest();
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
    }

    /// Reads up to the end of a list or an object whose opening bracket has been read.
    fn skip_nested(&mut self) -> Result<(), NotMembers> {
        let mut depth = 1_usize;
        while depth > 0 {
            let byte = *self.rest().first().ok_or(NotMembers::NotAnObject)?;
            self.at += 1;
            match byte {
                b'"' => {
                    self.skip_string()?;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::value::RawValue;

    use super::*;

    fn members(text: &str) -> Result<Vec<(String, &str)>, NotMembers> {
        let mut members = Vec::new();
        for_each_member(text, |key, value| members.push((key.to_owned(), value)))?;
        Ok(members)
    }

    #[test]
    fn the_members_are_those_that_serde_json_reads() {
        for text in [
            "{}",
            " { } ",
            r#"{"a":1}"#,
            "{ \"a\" :\t1 ,\n\"b\" : -2.5e+3 }\r\n",
            r#"{"a":"x\"}","b":[1,{"c":"]"}],"d":{"e":{"f":"\\"}},"g":null}"#,
            r#"{"\u0061":true,"b\\":false,"":"","я":"€\ud83d\ude00"}"#,
            r#"{"a":[],"b":{},"c":[[[]]],"d":"\\\"","e":"\\\\"}"#,
            r#"{"half":"\ud83d","fm":[{"value":"+7, {916}"}]}"#,
        ] {
            let expected: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap();
            let expected: Vec<_> = expected
                .iter()
                .map(|(key, value)| (key.as_str(), value.get()))
                .collect();
            let mut read = members(text).unwrap();
            read.sort();
            let read: Vec<_> = read
                .iter()
                .map(|(key, value)| (key.as_str(), *value))
                .collect();
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn a_key_that_is_not_a_text_is_reported() {
        for key in [r"\ud83d", r"a\ude00", r"\ud83d\u0061"] {
            let text = format!(r#"{{"id":71,"{key}":1}}"#);
            assert_eq!(members(&text), Err(NotMembers::UnreadableKey), "{text}");
        }
    }

    #[test]
    fn the_first_value_of_a_key_is_found_and_nothing_after_it_is_read() {
        for (json, found) in [
            (r#"{"id":71,"id":72}"#, Some("71")),
            (r#"{"a":"id","\u0069d":"71","#, Some(r#""71""#)),
            (r#"{"a":{"id":71}}"#, None),
            (r#"{"\ud83d":1,"id":71}"#, None),
            ("[71]", None),
        ] {
            assert_eq!(first(json, "id"), found, "{json}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_whole_object_is_an_error_and_never_a_panic() {
        let text = r#" {"a":"x\"я","b":[1,{"c":"]"}],"d":-2.5} "#;
        let ends = text.char_indices().map(|(end, _)| end);
        for end in ends.take_while(|end| *end < text.len() - 1) {
            let part = text.get(..end).unwrap();
            assert_eq!(members(part), Err(NotMembers::NotAnObject), "{part}");
        }
        for text in [
            "",
            "[]",
            "1",
            "{\"id\":1} x",
            "<html>",
            "{,}",
            "{\"a\"}",
            "\"{\\",
        ] {
            assert_eq!(members(text), Err(NotMembers::NotAnObject), "{text}");
        }
    }
}
