//! Reads an answer in one pass, and checks that it is JSON.
//!
//! An answer is checked once, by this reader, while it is cut into the parts that a call needs. These parts are known
//! to be JSON, and [`members`](super::members) looks only for their ends afterwards. With `serde_json`, a page of a
//! list took a pass to be checked and another one to be cut into rows.
//!
//! Example: of `{"success":true,"data":[{"id":1},{"id":2}]}`, the envelope reads the members. At `"data"`, it passes
//! the reader to the call, which reads the elements of the list, each as one [`value`](Reader::value): `{"id":1}` and
//! `{"id":2}`. The reader returns `None` if the text is not JSON, and so does the call if it expects other data. Only
//! then is the answer read again, to find out what it is.

use super::{json, value_end::JsonText};

/// A position in a JSON text. Every function returns `None` if the text is not JSON up to the place where it stops;
/// the position is then of no use.
pub(crate) struct Reader<'a> {
    text: &'a str,
    json: JsonText<'a>,
    /// The number of bytes that have been read.
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            json: JsonText::new(text),
            at: 0,
        }
    }

    /// Reads to the end of the text, which must only be white space.
    pub(crate) fn end(mut self) -> Option<()> {
        self.at = self.json.space(self.at);
        (self.at == self.text.len()).then_some(())
    }

    /// Returns the first byte of the next value.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        self.at = self.json.space(self.at);
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads a value, which is returned as it is written.
    #[inline]
    pub(crate) fn value(&mut self) -> Option<&'a str> {
        let first = self.token()?;
        let start = self.at - 1;
        self.at = match first {
            b'{' | b'[' => self.json.nested(first, self.at)?,
            _ => self.json.scalar(first, self.at)?,
        };
        self.text.get(start..self.at)
    }

    /// Reads an object, and passes each key to `read`, with its escapes resolved. `read` must read the value. Returns
    /// `None` also if a key is not valid text.
    pub(crate) fn members(
        &mut self,
        mut read: impl FnMut(&str, &mut Self) -> Option<()>,
    ) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            return self.expect(b'}');
        }
        loop {
            self.expect(b'"')?;
            let start = self.at - 1;
            self.at = self.json.string(self.at)?;
            let key = json::string(self.text.get(start..self.at)?)?;
            self.expect(b':')?;
            read(&key, self)?;
            match self.token()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Reads the elements of a list.
    pub(crate) fn elements(&mut self) -> Option<Vec<&'a str>> {
        let mut elements = Vec::new();
        self.expect(b'[')?;
        if self.peek()? == b']' {
            self.expect(b']')?;
            return Some(elements);
        }
        loop {
            elements.push(self.value()?);
            match self.token()? {
                b',' => {}
                b']' => return Some(elements),
                _ => return None,
            }
        }
    }

    /// Reads the next byte after white space.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        let (token, at) = self.json.token(self.at)?;
        self.at = at;
        Some(token)
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.token()? == byte).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    const TEXTS: &[&str] = &[
        r#"{"success":true,"data":[{"id":1,"name":"Иван"},{"id":2}],"meta":{"total":2,"hasMore":false}}"#,
        r#"{"a":"x\"}","b":[1,{"c":"]"}],"d":{"e":{"f":"\\"}},"g":null,"h":[],"i":{},"j":[[[]],[{}]]}"#,
        "{ \"a\" :\t1 ,\n\"b\" : [ -2.5e+3 , 0.10 , -0 , 1E5, 20e-1 ] , \"c\" : { } }\r\n",
        r#"["\u0061\ud83d","\n\t\r\b\f\/\\",true,false,null,"",12345678901234567890]"#,
        r#"{"long":"a text of more than eight bytes, with я and an escape \u00e4 near its end","x":0}"#,
        "\"a control character after eight bytes: \u{1}\"",
        "[0.5,5]",
        "-1",
    ];

    fn is_json(text: &str) -> bool {
        let mut reader = Reader::new(text);
        reader.value().is_some() && reader.end().is_some()
    }

    /// A text that is JSON for the one must be so for the other: a part of an answer is not checked again.
    fn compare(text: &str) {
        let expected = serde_json::from_str::<&RawValue>(text);
        assert_eq!(is_json(text), expected.is_ok(), "{text:?}");
        if let Ok(expected) = expected {
            assert_eq!(Reader::new(text).value(), Some(expected.get()), "{text:?}");
        }
    }

    #[test]
    fn what_is_json_for_serde_json_is_so_for_the_reader_and_the_other_way_round() {
        let bytes = [
            "\"", "\\", "{", "}", "[", "]", ",", ":", " ", "\n", "\u{1}", "\u{7f}", "0", "1", "-",
            "+", ".", "e", "u", "t", "true", "null", "я", "\u{a0}", "\u{feff}", "{}", "[]",
            "\"a\":",
        ];
        for text in TEXTS {
            compare(text);
            let positions: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
            for at in positions {
                let (before, after) = text.split_at(at);
                compare(before);
                compare(after);
                let mut rest = after.chars();
                rest.next();
                compare(&format!("{before}{}", rest.as_str()));
                for inserted in bytes {
                    compare(&format!("{before}{inserted}{after}"));
                    compare(&format!("{before}{inserted}{}", rest.as_str()));
                }
            }
        }
    }

    #[test]
    fn every_short_text_of_the_parts_of_json_is_read_as_serde_json_does() {
        let parts = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "1", "0", "-", ".5", "e1", "true", " ", "\"",
        ];
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..200_000 {
            let count = random.usize(1..12);
            let text: String = (0..count)
                .map(|_| parts[random.usize(..parts.len())])
                .collect();
            compare(&text);
        }
    }

    #[test]
    fn any_depth_is_read() {
        let depth = 100_000;
        let text = format!("{}1{}", r#"{"a":["#.repeat(depth), "]}".repeat(depth));
        assert!(is_json(&text));
        assert!(!is_json(&text[..text.len() - 1]));
    }

    #[test]
    fn members_are_returned_with_their_keys_and_elements_as_they_are_written() {
        let text = r#" {"a" : [1, {"b":2} ,"x"],"\u0061": {} , "c":[ ]} "#;
        let mut reader = Reader::new(text);
        let mut read = Vec::new();
        let members = reader.members(|key, reader| {
            let elements = (reader.peek()? == b'[').then(|| reader.elements());
            let value = match elements {
                Some(elements) => elements?,
                None => vec![reader.value()?],
            };
            read.push((key.to_owned(), value));
            Some(())
        });
        assert!(members.is_some() && reader.end().is_some());
        let expected = [
            ("a", vec!["1", r#"{"b":2}"#, r#""x""#]),
            ("a", vec!["{}"]),
            ("c", vec![]),
        ];
        assert_eq!(read, expected.map(|(key, value)| (key.to_owned(), value)));
    }
}
