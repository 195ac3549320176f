//! Finds where a value of a JSON text ends, and checks that it is JSON.
//!
//! Bytes are compared 16 at a time. Most keys, texts and numbers of an answer are shorter, so the processor need not
//! guess in which round of a loop they end. With 8 bytes at a time, an update had 60 wrong guesses more (`BENCHMARKS.md`).

/// A JSON text. Every method takes a position in it, and returns the position after what it has read; `None` if that is
/// not JSON.
#[derive(Clone, Copy)]
pub(super) struct JsonText<'a> {
    bytes: &'a [u8],
}

impl<'a> JsonText<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
        }
    }

    /// Returns the next byte after white space, and the position after it.
    #[inline]
    pub(super) fn token(self, at: usize) -> Option<(u8, usize)> {
        // Answers rarely have white space between their tokens.
        match self.bytes.get(at) {
            Some(byte) if *byte > b' ' => Some((*byte, at + 1)),
            _ => self.token_after_space(at),
        }
    }

    #[cold]
    fn token_after_space(self, at: usize) -> Option<(u8, usize)> {
        let at = self.space(at);
        Some((*self.bytes.get(at)?, at + 1))
    }

    pub(super) fn space(self, at: usize) -> usize {
        let is_space = |byte: &&u8| matches!(**byte, b' ' | b'\n' | b'\r' | b'\t');
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(is_space).count()
    }

    #[inline]
    pub(super) fn expect(self, at: usize, wanted: u8) -> Option<usize> {
        let (byte, at) = self.token(at)?;
        (byte == wanted).then_some(at)
    }

    /// Reads to the end of an object or a list whose opening bracket has been read. It does not recurse, so that an
    /// answer can be nested to any depth.
    pub(super) fn nested(self, opening: u8, mut at: usize) -> Option<usize> {
        let mut closing = closing_of(opening);
        // The brackets that close the values around this one. Most records contain no other ones.
        let mut around = Vec::new();
        let mut is_empty = true;
        let mut token;
        loop {
            (token, at) = self.token(at)?;
            let is_end = is_empty && token == closing;
            if !is_end {
                if closing == b'}' {
                    if token != b'"' {
                        return None;
                    }
                    at = self.expect(self.string(at)?, b':')?;
                    (token, at) = self.token(at)?;
                }
                if matches!(token, b'{' | b'[') {
                    around.push(closing);
                    closing = closing_of(token);
                    is_empty = true;
                    continue;
                }
                at = self.scalar(token, at)?;
                (token, at) = self.token(at)?;
            }
            while token == closing {
                let Some(outer) = around.pop() else {
                    return Some(at);
                };
                closing = outer;
                (token, at) = self.token(at)?;
            }
            if token != b',' {
                return None;
            }
            is_empty = false;
        }
    }

    /// Reads to the end of a text, a number, `true`, `false` or `null` whose first byte has been read.
    #[inline]
    pub(super) fn scalar(self, first: u8, at: usize) -> Option<usize> {
        match first {
            b'"' => self.string(at),
            b'0'..=b'9' => self.number(at - 1),
            b'-' => self.number(at),
            b't' => self.word(at, b"rue"),
            b'f' => self.word(at, b"alse"),
            b'n' => self.word(at, b"ull"),
            _ => None,
        }
    }

    #[inline]
    fn word(self, at: usize, rest: &[u8]) -> Option<usize> {
        let end = at + rest.len();
        (self.bytes.get(at..end)? == rest).then_some(end)
    }

    /// Reads a number from its first digit.
    #[inline]
    fn number(self, at: usize) -> Option<usize> {
        let end = self.digits(at)?;
        if end > at + 1 && self.bytes.get(at) == Some(&b'0') {
            return None;
        }
        match self.bytes.get(end) {
            Some(b'.' | b'e' | b'E') => self.fraction_and_exponent(end),
            _ => Some(end),
        }
    }

    #[inline(never)]
    fn fraction_and_exponent(self, mut at: usize) -> Option<usize> {
        if self.bytes.get(at) == Some(&b'.') {
            at = self.digits(at + 1)?;
        }
        if matches!(self.bytes.get(at), Some(b'e' | b'E')) {
            at += 1;
            if matches!(self.bytes.get(at), Some(b'+' | b'-')) {
                at += 1;
            }
            at = self.digits(at)?;
        }
        Some(at)
    }

    /// Reads one digit or more.
    #[inline]
    fn digits(self, at: usize) -> Option<usize> {
        let end = find(self.bytes, at, not_digits);
        (end > at).then_some(end)
    }

    /// Reads to the end of a text whose opening quote has been read.
    #[inline]
    pub(super) fn string(self, at: usize) -> Option<usize> {
        let end = self.plain(at);
        match self.bytes.get(end)? {
            b'"' => Some(end + 1),
            _ => self.string_with_escapes(end),
        }
    }

    #[inline(never)]
    fn string_with_escapes(self, mut at: usize) -> Option<usize> {
        loop {
            match self.bytes.get(at)? {
                b'"' => return Some(at + 1),
                b'\\' => at = self.plain(self.escape(at + 1)?),
                // A control character, which must be escaped.
                _ => return None,
            }
        }
    }

    /// Returns the position of the first quote, backslash or control character, or the end of the text.
    #[inline]
    fn plain(self, at: usize) -> usize {
        find(self.bytes, at, not_plain)
    }

    /// Half of a surrogate pair is JSON, although no text of Rust can hold it.
    fn escape(self, at: usize) -> Option<usize> {
        match self.bytes.get(at)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 1),
            b'u' => {
                let digits = self.bytes.get(at + 1..at + 5)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(at + 5)
            }
            _ => None,
        }
    }
}

fn closing_of(opening: u8) -> u8 {
    if opening == b'{' { b'}' } else { b']' }
}

/// Returns the position of the first byte that `mark` marks, or the end of the bytes.
#[inline]
fn find(bytes: &[u8], mut at: usize, mark: impl Fn(u128) -> u128) -> usize {
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(chunk) = rest.first_chunk::<16>() else {
            return at + find_in_the_last(rest, mark);
        };
        let marked = mark(u128::from_le_bytes(*chunk));
        if marked != 0 {
            return at + marked.trailing_zeros() as usize / 8;
        }
        at += 16;
    }
}

#[cold]
fn find_in_the_last(rest: &[u8], mark: impl Fn(u128) -> u128) -> usize {
    // Zeros, which every `mark` marks.
    let mut chunk = [0; 16];
    for (to, from) in chunk.iter_mut().zip(rest) {
        *to = *from;
    }
    mark(u128::from_le_bytes(chunk)).trailing_zeros() as usize / 8
}

const ONES: u128 = u128::from_le_bytes([1; 16]);
const HIGHEST: u128 = ONES << 7;

/// Marks quotes, backslashes and control characters: sets the highest bit of these bytes and no other bits. Bytes
/// after the first that is marked may be marked by mistake.
#[inline]
fn not_plain(chunk: u128) -> u128 {
    // Of bytes below 128, the highest bit is set if the byte is less than `limit`.
    let less_than = |bytes: u128, limit: u8| bytes.wrapping_sub(ONES * u128::from(limit));
    let equal = |byte: u8| less_than(chunk ^ (ONES * u128::from(byte)), 1);
    (equal(b'"') | equal(b'\\') | less_than(chunk, 0x20)) & !chunk & HIGHEST
}

/// Marks all but digits, in the same way.
#[inline]
fn not_digits(chunk: u128) -> u128 {
    let digits = chunk ^ (ONES * u128::from(b'0'));
    (digits.wrapping_add(ONES * u128::from(0x7f - 9_u8)) | chunk) & HIGHEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_ends_or_breaks_a_text_is_found() {
        for length in 0..40 {
            for at in 0..=length {
                for byte in 0..=0x7f_u8 {
                    let mut text = vec![b'x'; length];
                    text.insert(at, byte);
                    let is_plain = !matches!(byte, b'"' | b'\\' | 0..0x20);
                    let expected = if is_plain { length + 1 } else { at };
                    let found = find(&text, 0, not_plain);
                    assert_eq!(found, expected, "{byte} at {at} of {length}");
                }
            }
        }
        // Bytes of characters outside of ASCII.
        assert_eq!(find("яяяяяяяяяяя\"".as_bytes(), 0, not_plain), 22);
    }

    #[test]
    fn every_byte_that_ends_a_number_is_found() {
        for length in 0..40 {
            for byte in 0..=0xff_u8 {
                let mut text = vec![b'5'; length];
                text.extend([byte, b'5']);
                let expected = length + if byte.is_ascii_digit() { 2 } else { 0 };
                assert_eq!(find(&text, 0, not_digits), expected, "{byte} at {length}");
            }
        }
    }
}
