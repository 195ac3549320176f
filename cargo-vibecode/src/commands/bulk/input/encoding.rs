//! The encoding of a file: named by the user or recognised, and read as UTF-8.

mod cyrillic;
mod windows_or_mac;

use std::{
    io::{self, BufRead as _, BufReader, IsTerminal as _, Read, Seek, SeekFrom},
    path::Path,
};

use encoding_rs::{
    CoderResult, Decoder, Encoding, IBM866, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1252,
    WINDOWS_1255,
};
use vibecode_spec::one_line;

use super::{BUFFER, Hashed};
use crate::{garbled::misread_cyrillic::written_in, shell_word::no_option};

/// The number of bytes that are looked at, from the first that is not ASCII.
const SAMPLE: usize = BUFFER;

/// The number of bytes that are looked at before the first that is not ASCII.
const WORD: usize = 64;

/// The number of bytes of a line that are looked at together.
const LONGEST_LINE: u64 = 64 * 1024;

/// Converts CP1125, the encoding of DOS in Ukraine.
const TO_UTF_8: &str = "iconv -f CP1125 -t UTF-8";

/// Returns the encoding with this name. The names are those of the web, such as `cp1251`.
pub(crate) fn by_name(name: &str) -> Result<&'static Encoding, String> {
    let label = match name.to_ascii_lowercase().as_str() {
        "utf16" | "utf16le" => "utf-16le".to_owned(),
        "utf16be" => "utf-16be".to_owned(),
        "mac-cyrillic" | "maccyrillic" | "cp10007" => "x-mac-cyrillic".to_owned(),
        other => other.to_owned(),
    };
    if ["cp1125", "ibm1125", "ruscii", "cp866u"].contains(&label.as_str()) {
        return Err(format!(
            "it is not supported: convert the file with `{TO_UTF_8} FILE > rows.csv`"
        ));
    }
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        "use a name such as utf-8, cp1251, cp866, koi8-r, mac-cyrillic or utf-16".to_owned()
    })
}

/// The encoding of a file, as far as its bytes show it.
pub(super) enum Recognized {
    Encoding(&'static Encoding),
    /// The message about a file whose letters mean different things in different encodings.
    Unclear(String),
}

/// Recognises the encoding of a file: by its mark, or else by its first bytes that are not ASCII. UTF-8 with damage
/// is UTF-8, so that its rows are reported.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn recognize(
    file: &mut (impl Read + Seek),
    path: &Path,
    start: &[u8],
) -> io::Result<Recognized> {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return Ok(Recognized::Encoding(encoding));
    }
    if let Some(encoding) = utf_16_without_mark(start) {
        return Ok(Recognized::Encoding(encoding));
    }
    let sample = Sample::of(file)?;
    if is_utf_8(&sample.bytes) {
        return Ok(Recognized::Encoding(UTF_8));
    }
    Ok(match cyrillic::recognize(&sample.bytes) {
        Some(encoding) if encoding == IBM866 && has_letters_of_1125(file)? => {
            let file = no_option(path.as_os_str());
            Recognized::Unclear(format!(
                "the file is CP866 or CP1125 (DOS in Ukraine), which differ in letters that it has, such as `Є` and `І`: convert it with `{TO_UTF_8} {file} > rows.csv`, or name the encoding with --encoding cp866"
            ))
        }
        Some(encoding) => match line_in_another(file, encoding)? {
            Some(other) => Recognized::Unclear(mixed("the file as a whole", encoding, &other)),
            None => Recognized::Encoding(encoding),
        },
        None => Recognized::Unclear(match lines_in_two(&sample) {
            Some((one, other)) => mixed(&format!("line {}", one.line), one.encoding, &other),
            None => unclear(&sample),
        }),
    })
}

/// Returns whether a file has bytes that are other letters in CP1125 than in CP866. `0xf8` after a digit is the sign for
/// degrees of CP866, and no `Ї`.
fn has_letters_of_1125(file: &mut (impl Read + Seek)) -> io::Result<bool> {
    file.seek(SeekFrom::Start(0))?;
    let mut before = 0;
    for byte in BufReader::with_capacity(BUFFER, file).bytes() {
        let byte = byte?;
        let is_degree = byte == 0xf8 && u8::is_ascii_digit(&before);
        if (0xf2..=0xf9).contains(&byte) && !is_degree {
            return Ok(true);
        }
        before = byte;
    }
    Ok(false)
}

/// A line whose encoding is evident.
struct EvidentLine {
    line: usize,
    encoding: &'static Encoding,
}

/// Returns the first line that looks like another encoding than that of the file. Each of these encodings reads all
/// bytes, so the encoding of most lines makes other words of the rest.
fn line_in_another(
    file: &mut (impl Read + Seek),
    encoding: &'static Encoding,
) -> io::Result<Option<EvidentLine>> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(BUFFER, file);
    let mut bytes = Vec::new();
    let mut line = 1;
    loop {
        bytes.clear();
        // A longer line is read in parts.
        let mut part = (&mut reader).take(LONGEST_LINE);
        if part.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        if !bytes.is_ascii() {
            let (text, _) = encoding.decode_without_bom_handling(&bytes);
            let other = written_in(&text, Some(encoding));
            if let Some(encoding) =
                other.or_else(|| windows_or_mac::other_encoding(&bytes, encoding))
            {
                return Ok(Some(EvidentLine { line, encoding }));
            }
        }
        line += usize::from(bytes.ends_with(b"\n"));
    }
}

/// Returns two lines that are in different encodings.
fn lines_in_two(Sample { bytes, line }: &Sample) -> Option<(EvidentLine, EvidentLine)> {
    let lines = bytes.split(|byte| *byte == b'\n').zip(*line..);
    let mut evident = lines.filter_map(|(bytes, line)| {
        let encoding = cyrillic::recognize(bytes)?;
        Some((EvidentLine { line, encoding }, bytes))
    });
    let (one, _) = evident.next()?;
    let (other, _) = evident.find(|(other, bytes)| {
        let read_in = |encoding: &'static Encoding| encoding.decode_without_bom_handling(bytes).0;
        read_in(one.encoding) != read_in(other.encoding)
    })?;
    Some((one, other))
}

/// Returns the message about a file that has several encodings.
fn mixed(what: &str, encoding: &'static Encoding, other: &EvidentLine) -> String {
    let name = encoding.name();
    format!(
        "the file mixes encodings: line {} looks like {}, and {what} like {name}: save all of it as UTF-8. If all of it is {name}, say so with --encoding {}",
        other.line,
        other.encoding.name(),
        name.to_ascii_lowercase()
    )
}

/// Returns the message about an encoding that is not recognised, with the first word in the likely ones. The word is
/// shown on a terminal, or if it is in the header: values of records do not belong in a log.
fn unclear(Sample { bytes, line }: &Sample) -> String {
    let is_shown = *line == 1 || io::stderr().is_terminal();
    let is_between = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
    let mut words = bytes.split(is_between).filter(|word| !word.is_ascii());
    let readings = words.next().filter(|_| is_shown).map(|word| {
        let others = [WINDOWS_1252, WINDOWS_1250, WINDOWS_1255];
        let encodings = cyrillic::ENCODINGS.into_iter().chain(others);
        let readings = encodings.map(|encoding| {
            let (text, _) = encoding.decode_without_bom_handling(word);
            format!("“{}” in {}", one_line(&text), encoding.name())
        });
        let readings: Vec<String> = readings.collect();
        format!(". The first word is {}", readings.join(", "))
    });
    format!(
        "line {line} has letters that are not UTF-8, and the encoding of the file cannot be recognised: name it with --encoding, such as --encoding windows-1251, or save the file as UTF-8{}",
        readings.unwrap_or_default()
    )
}

/// The bytes of a file from the first that is not ASCII.
struct Sample {
    /// With the letters of its word before it.
    bytes: Vec<u8>,
    /// The line of the first.
    line: usize,
}

impl Sample {
    fn of(file: &mut (impl Read + Seek)) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let mut sample = Self {
            bytes: Vec::new(),
            line: 1,
        };
        let mut buffer = vec![0; BUFFER];
        loop {
            let count = file.read(&mut buffer)?;
            let read = buffer.get(..count).unwrap_or_default();
            let mut rest = read;
            if sample.bytes.is_empty() {
                let first = read.iter().position(|byte| !byte.is_ascii());
                let (before, _) = read.split_at(first.unwrap_or(count));
                sample.line += before.split(|byte| *byte == b'\n').skip(1).count();
                let start = first.map_or(count, |first| first.saturating_sub(WORD));
                let of_line = before.iter().rposition(|byte| *byte == b'\n');
                let start = start.max(of_line.map_or(0, |end| end + 1));
                rest = read.get(start..).unwrap_or_default();
            }
            sample.bytes.extend_from_slice(rest);
            if count == 0 || sample.bytes.len() >= SAMPLE {
                return Ok(sample);
            }
        }
    }
}

/// In UTF-16 every other byte of the digits, delimiters and line breaks is zero. Another text may have a zero by damage, but
/// more digits and delimiters beside other bytes.
fn utf_16_without_mark(start: &[u8]) -> Option<&'static Encoding> {
    let (mut little, mut big, mut others) = (0, 0, 0);
    for unit in start.chunks_exact(2) {
        match unit {
            [0, 0] => {}
            [0, _] => big += 1,
            [_, 0] => little += 1,
            [..] => {
                let is_delimiter = |byte: &u8| b"\r\n\t,;|0123456789".contains(byte);
                others += usize::from(unit.iter().any(is_delimiter));
            }
        }
    }
    if little > 8 * big && little > others {
        Some(UTF_16LE)
    } else if big > 8 * little && big > others {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Returns true if these bytes are UTF-8, possibly damaged: they have no more invalid parts than letters beyond ASCII.
fn is_utf_8(sample: &[u8]) -> bool {
    let (mut letters, mut damaged) = (0, 0);
    for chunk in sample.utf8_chunks() {
        let valid = chunk.valid().chars();
        letters += valid.filter(|letter| !letter.is_ascii()).count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    damaged <= letters
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
mod tests;
