//! Texts in constants, in which there are no iterators and no `==`.

/// Compares two texts, which `==` cannot do in a constant.
pub(crate) const fn is_same(one: &str, other: &str) -> bool {
    is_same_part(one.as_bytes(), 0, one.len(), other)
}

/// Compares the part of a text from `begin` to `end` with a text.
#[expect(clippy::indexing_slicing, reason = "both indices are below the length")]
pub(crate) const fn is_same_part(text: &[u8], begin: usize, end: usize, other: &str) -> bool {
    let other = other.as_bytes();
    let mut index = 0;
    if end - begin != other.len() {
        return false;
    }
    while index < other.len() {
        if text[begin + index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// A text that is assembled at compile time.
pub(crate) struct Text {
    bytes: [u8; Self::LENGTH],
    length: usize,
}

impl Text {
    const LENGTH: usize = 256;

    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; Self::LENGTH],
            length: 0,
        }
    }

    #[expect(clippy::indexing_slicing, reason = "both indices are below the length")]
    pub(crate) const fn then(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.length < Self::LENGTH {
            self.bytes[self.length] = text[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    #[expect(clippy::indexing_slicing, reason = "there are ten digits")]
    pub(crate) const fn then_number(self, number: u32) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let text = match number / 10 {
            0 => self,
            before => self.then_number(before),
        };
        text.then(DIGITS[(number % 10) as usize])
    }

    pub(crate) const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "these are the options of another list",
        }
    }
}
