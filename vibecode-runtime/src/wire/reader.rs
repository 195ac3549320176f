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

use super::json;

/// A position in a JSON text. Every function returns `None` if the text is not JSON up to the place where it stops;
/// the position is then of no use.
pub(crate) struct Reader<'a> {
    text: &'a str,
    /// The number of bytes that have been read.
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Reads to the end of the text, which must only be white space.
    pub(crate) fn end(mut self) -> Option<()> {
        self.skip_space();
        (self.at == self.text.len()).then_some(())
    }

    /// Returns the first byte of the next value.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.rest().first().copied()
    }

    /// Reads a value, which is returned as it is written.
    #[inline]
    pub(crate) fn value(&mut self) -> Option<&'a str> {
        let first = self.token()?;
        let start = self.at - 1;
        match first {
            b'{' => self.nested(true)?,
            b'[' => self.nested(false)?,
            _ => self.scalar(first)?,
        }
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
            self.string()?;
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

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Reads the next byte after white space.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        // Answers rarely have white space between their tokens.
        match self.text.as_bytes().get(self.at) {
            Some(byte) if *byte > b' ' => {
                self.at += 1;
                Some(*byte)
            }
            _ => self.token_after_space(),
        }
    }

    #[cold]
    fn token_after_space(&mut self) -> Option<u8> {
        self.skip_space();
        let byte = self.rest().first().copied()?;
        self.at += 1;
        Some(byte)
    }

    fn skip_space(&mut self) {
        let is_space = |byte: &&u8| matches!(**byte, b' ' | b'\n' | b'\r' | b'\t');
        self.at += self.rest().iter().take_while(is_space).count();
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.token()? == byte).then_some(())
    }

    /// Reads to the end of an object or a list whose opening bracket has been read. It does not recurse, so that an
    /// answer can be nested to any depth.
    fn nested(&mut self, is_object: bool) -> Option<()> {
        let mut is_object = is_object;
        // Whether each of the values around this one is an object. Most records contain no other ones.
        let mut around = Vec::new();
        let mut is_empty = true;
        loop {
            let mut token = self.token()?;
            let is_end = is_empty && token == closing(is_object);
            if !is_end {
                if is_object {
                    if token != b'"' {
                        return None;
                    }
                    self.string()?;
                    self.expect(b':')?;
                    token = self.token()?;
                }
                if matches!(token, b'{' | b'[') {
                    around.push(is_object);
                    is_object = token == b'{';
                    is_empty = true;
                    continue;
                }
                self.scalar(token)?;
                token = self.token()?;
            }
            while token == closing(is_object) {
                let Some(outer) = around.pop() else {
                    return Some(());
                };
                is_object = outer;
                token = self.token()?;
            }
            if token != b',' {
                return None;
            }
            is_empty = false;
        }
    }

    /// Reads to the end of a text, a number, `true`, `false` or `null` whose first byte has been read.
    #[inline]
    fn scalar(&mut self, first: u8) -> Option<()> {
        match first {
            b'"' => self.string(),
            b'0' => self.fraction_and_exponent(),
            b'1'..=b'9' => {
                self.skip_digits();
                self.fraction_and_exponent()
            }
            b'-' => match self.byte()? {
                b'0' => self.fraction_and_exponent(),
                b'1'..=b'9' => {
                    self.skip_digits();
                    self.fraction_and_exponent()
                }
                _ => None,
            },
            b't' => self.word(b"rue"),
            b'f' => self.word(b"alse"),
            b'n' => self.word(b"ull"),
            _ => None,
        }
    }

    #[inline]
    fn word(&mut self, rest: &[u8]) -> Option<()> {
        let is_there = self.rest().starts_with(rest);
        self.at += rest.len();
        is_there.then_some(())
    }

    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let byte = self.rest().first().copied()?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn skip_digits(&mut self) {
        while self.rest().first().is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    #[inline]
    fn fraction_and_exponent(&mut self) -> Option<()> {
        if self.rest().first() == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.rest().first(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.rest().first(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// Reads one digit or more.
    fn digits(&mut self) -> Option<()> {
        let is_digit = self.byte()?.is_ascii_digit();
        self.skip_digits();
        is_digit.then_some(())
    }

    /// Reads to the end of a text whose opening quote has been read.
    #[inline]
    fn string(&mut self) -> Option<()> {
        loop {
            let rest = self.rest();
            let plain = plain_bytes(rest);
            self.at += plain + 1;
            match rest.get(plain)? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                // A control character, which must be escaped.
                _ => return None,
            }
        }
    }

    /// Half of a surrogate pair is JSON, although no text of Rust can hold it.
    #[cold]
    fn escape(&mut self) -> Option<()> {
        match self.byte()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.rest().get(..4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }
}

fn closing(is_object: bool) -> u8 {
    if is_object { b'}' } else { b']' }
}

/// Returns the number of bytes before the first quote, backslash or control character.
#[inline]
fn plain_bytes(bytes: &[u8]) -> usize {
    let (mut at, mut rest) = (0, bytes);
    // Eight bytes at a time: most keys and values are short.
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let found = not_plain(u64::from_le_bytes(*chunk));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        (at, rest) = (at + 8, after);
    }
    let is_plain = |byte: &&u8| !matches!(**byte, b'"' | b'\\' | 0..0x20);
    at + rest.iter().take_while(is_plain).count()
}

/// Returns a number whose lowest bit that is set is the highest one of the first quote, backslash or control
/// character in these eight bytes, and 0 if all eight are plain. Bytes after the first may be found by mistake.
#[inline]
fn not_plain(chunk: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The highest bit of a byte is set if the byte is less than `limit`, which is at most 128.
    let less_than = |bytes: u64, limit: u8| bytes.wrapping_sub(ONES * u64::from(limit)) & !bytes;
    let equal = |byte: u8| less_than(chunk ^ (ONES * u64::from(byte)), 1);
    (equal(b'"') | equal(b'\\') | less_than(chunk, 0x20)) & (ONES << 7)
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
    fn every_byte_that_ends_or_breaks_a_text_is_found() {
        for length in 0..40 {
            for at in 0..=length {
                for byte in 0..=0x7f_u8 {
                    let mut text = vec![b'x'; length];
                    text.insert(at, byte);
                    let is_plain = !matches!(byte, b'"' | b'\\' | 0..0x20);
                    let expected = if is_plain { length + 1 } else { at };
                    assert_eq!(plain_bytes(&text), expected, "{byte} at {at} of {length}");
                }
            }
        }
        // Bytes of characters outside of ASCII.
        assert_eq!(plain_bytes("яяяяяяяяяяя\"".as_bytes()), 22);
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
