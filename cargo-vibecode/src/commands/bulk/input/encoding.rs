//! The encoding of a file: named by the user or recognised, and read as UTF-8.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251};

use super::{BUFFER, Hashed};

/// The number of bytes that are looked at, from the first that is not ASCII.
const SAMPLE: usize = BUFFER;

/// The number of bytes that are looked at before the first that is not ASCII.
const WORD: usize = 64;

/// Returns the encoding with this name. The names are those of the web, such as `cp1251`.
pub(crate) fn by_name(name: &str) -> Result<&'static Encoding, String> {
    let label = match name.to_ascii_lowercase().as_str() {
        "utf16" | "utf16le" => "utf-16le".to_owned(),
        "utf16be" => "utf-16be".to_owned(),
        other => other.to_owned(),
    };
    Encoding::for_label(label.as_bytes())
        .ok_or_else(|| "use a name such as utf-8, cp1251, cp866, koi8-r or utf-16".to_owned())
}

/// Recognises the encoding of a file: by its mark, or else by its first bytes that are not ASCII. What is
/// not clear is UTF-8, so that its rows are reported instead of being read as other letters.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn recognize(file: &mut File, start: &[u8]) -> io::Result<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return Ok(encoding);
    }
    if let Some(encoding) = utf_16_without_mark(start) {
        return Ok(encoding);
    }
    Ok(if is_windows_1251(&sample(file)?) {
        WINDOWS_1251
    } else {
        UTF_8
    })
}

/// Returns bytes of a file from the first that is not ASCII.
fn sample(file: &mut File) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut sample = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = file.read(&mut buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        let rest = if sample.is_empty() {
            let first = read.iter().position(|byte| !byte.is_ascii());
            // With the letters of its word before it.
            first.and_then(|first| read.get(first.saturating_sub(WORD)..))
        } else {
            Some(read)
        };
        sample.extend_from_slice(rest.unwrap_or_default());
        if count == 0 || sample.len() >= SAMPLE {
            return Ok(sample);
        }
    }
}

/// In UTF-16 every other byte of the delimiters, digits and line breaks is zero. No other text has zeros.
fn utf_16_without_mark(start: &[u8]) -> Option<&'static Encoding> {
    let zeros = |parity: usize| {
        let bytes = start.iter().skip(parity).step_by(2);
        bytes.filter(|byte| **byte == 0).count()
    };
    match (zeros(0), zeros(1)) {
        (0, 0) => None,
        (even, odd) if odd > 8 * even => Some(UTF_16LE),
        (even, odd) if even > 8 * odd => Some(UTF_16BE),
        _ => None,
    }
}

/// Returns true if these bytes are Russian words in the encoding of Windows, and not UTF-8 with damage:
/// its words consist of letters of one script, and no capital follows a small letter.
fn is_windows_1251(sample: &[u8]) -> bool {
    let (mut letters, mut damaged) = (0, 0);
    for chunk in sample.utf8_chunks() {
        letters += chunk
            .valid()
            .chars()
            .filter(|letter| !letter.is_ascii())
            .count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    if damaged <= letters {
        return false;
    }
    let is_small = |byte: &u8| matches!(byte, 0xe0..=0xff | 0xb8);
    let is_capital = |byte: &u8| matches!(byte, 0xc0..=0xdf | 0xa8);
    // Quotation marks, dashes, the number sign, a space that does not break, and the degree.
    let is_sign = |byte: &u8| {
        matches!(
            byte,
            0x84 | 0x85 | 0x91..=0x97 | 0xa0 | 0xab | 0xb0 | 0xb9 | 0xbb
        )
    };
    let words =
        sample.split(|byte| is_sign(byte) || (byte.is_ascii() && !byte.is_ascii_alphabetic()));
    let (mut natural, mut odd) = (0_usize, 0_usize);
    for word in words.filter(|word| !word.is_ascii()) {
        let is_russian = word.iter().all(|byte| is_small(byte) || is_capital(byte));
        let mut pairs = word.iter().zip(word.iter().skip(1));
        if is_russian && !pairs.any(|(one, next)| is_small(one) && is_capital(next)) {
            natural += 1;
        } else {
            odd += 1;
        }
    }
    natural > 4 * odd
}

/// A file as UTF-8, whatever its encoding. What its encoding does not have becomes U+FFFD, and a cell with
/// that is bad.
pub(crate) struct Decoded {
    input: Hashed,
    /// `None`: the file is UTF-8.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    begin: usize,
    end: usize,
    has_ended: bool,
    is_over: bool,
}

impl std::fmt::Debug for Decoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoded")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}

impl Decoded {
    pub(super) fn new(input: Hashed, encoding: &'static Encoding) -> Self {
        let is_utf_8 = encoding == UTF_8;
        Self {
            input,
            decoder: (!is_utf_8).then(|| encoding.new_decoder_without_bom_handling()),
            raw: vec![0; if is_utf_8 { 0 } else { BUFFER / 2 }],
            begin: 0,
            end: 0,
            has_ended: false,
            is_over: false,
        }
    }

    /// Returns the hash of the bytes of the file, once all of it has been read.
    pub(crate) fn digest(&self) -> String {
        self.input.digest()
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else {
            return self.input.read(buffer);
        };
        while !self.is_over {
            if self.begin == self.end && !self.has_ended {
                self.begin = 0;
                self.end = self.input.read(&mut self.raw)?;
                self.has_ended = self.end == 0;
            }
            let raw = self.raw.get(self.begin..self.end).unwrap_or_default();
            let (result, read, written, _) = decoder.decode_to_utf8(raw, buffer, self.has_ended);
            self.begin += read;
            self.is_over = self.has_ended && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
            if result == CoderResult::OutputFull {
                let problem = "a buffer is too small for a letter";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{IBM866, KOI8_R};

    use super::*;

    const RUSSIAN: &str =
        "ID;Имя;Должность\r\n71;Анна;Старший «бухгалтер» ООО\r\n72;Ёжик;и др.\r\n";

    #[test]
    fn russian_words_of_windows_are_recognized() {
        assert!(is_windows_1251(&WINDOWS_1251.encode(RUSSIAN).0));
    }

    #[test]
    fn what_is_not_clear_is_not_taken_for_another_encoding() {
        for encoding in [UTF_8, KOI8_R, IBM866] {
            assert!(
                !is_windows_1251(&encoding.encode(RUSSIAN).0),
                "{}",
                encoding.name()
            );
        }
        for bytes in [&b"id,post\n71,b\xff\n"[..], b"id,M\xfcller\n", b""] {
            assert!(!is_windows_1251(bytes));
        }
        let mut damaged = RUSSIAN.as_bytes().to_vec();
        damaged.remove(40);
        assert!(!is_windows_1251(&damaged));
    }

    #[test]
    fn utf_16_without_a_mark_is_recognized() {
        let units: Vec<u16> = RUSSIAN.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(utf_16_without_mark(&little), Some(UTF_16LE));
        assert_eq!(utf_16_without_mark(&big), Some(UTF_16BE));
        assert_eq!(utf_16_without_mark(RUSSIAN.as_bytes()), None);
    }
}
