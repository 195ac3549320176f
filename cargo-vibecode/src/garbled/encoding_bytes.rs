//! The bytes of letters in an encoding, to bring a text back into what it was read from.

use encoding_rs::Encoding;

/// The letters up to this number have bytes in the encodings.
pub(super) const LETTERS: usize = 0x2600;

/// The letters of two encodings that `encoding_rs` does not have, from byte `0x80`: those of DOS in the USA (CP437) and in
/// Western Europe (CP850), in which archives and old programs read what was written in CP866.
pub(super) const OF_DOS: [&str; 2] = [
    concat!(
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐",
        "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
    ),
    concat!(
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐",
        "└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
    ),
];

/// The bytes of an encoding that has one for each letter.
#[derive(Debug)]
pub(super) struct EncodingBytes {
    /// The byte of each letter that is not ASCII, by its number; 0 if it has none.
    bytes: Vec<u8>,
}

impl EncodingBytes {
    pub(super) fn of(encoding: &'static Encoding) -> Self {
        let mut bytes = vec![0; LETTERS];
        // What an encoding lacks is often read as in ISO 8859-1.
        for byte in 0x80..=0x9f {
            set(&mut bytes, char::from(byte), byte);
        }
        for byte in 0x80..=u8::MAX {
            let bytes_of_letter = [byte];
            let (text, _) = encoding.decode_without_bom_handling(&bytes_of_letter);
            if let Some(letter) = text.chars().next() {
                set(&mut bytes, letter, byte);
            }
        }
        Self { bytes }
    }

    /// Returns the bytes of an encoding with these letters from byte `0x80`.
    pub(super) fn of_letters(letters: &str) -> Self {
        let mut bytes = vec![0; LETTERS];
        for (letter, byte) in letters.chars().zip(0x80..=u8::MAX) {
            set(&mut bytes, letter, byte);
        }
        Self { bytes }
    }

    /// Returns the byte of a letter; 0 if it is ASCII or has none.
    pub(super) fn of_letter(&self, letter: char) -> u8 {
        let number = usize::try_from(u32::from(letter)).ok();
        let byte = number.and_then(|number| self.bytes.get(number));
        byte.copied().unwrap_or_default()
    }

    /// Returns the byte of the letter with this number.
    pub(super) fn of_number(&self, number: usize) -> Option<u8> {
        self.bytes.get(number).copied()
    }

    /// Returns the bytes of a text. `None` if a letter has none.
    pub(super) fn of_text(&self, text: &str) -> Option<Vec<u8>> {
        let bytes = text.chars().map(|letter| {
            let byte = match u8::try_from(letter) {
                Ok(ascii) if ascii.is_ascii() => return Some(ascii),
                Ok(_) | Err(_) => self.of_letter(letter),
            };
            (byte != 0).then_some(byte)
        });
        bytes.collect()
    }
}

fn set(bytes: &mut [u8], letter: char, byte: u8) {
    let number = usize::try_from(u32::from(letter)).unwrap_or(usize::MAX);
    if let Some(known) = bytes.get_mut(number) {
        *known = byte;
    }
}
