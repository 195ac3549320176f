//! UTF-8 that was read in another encoding: letters of a few kinds, each followed by a sign. `Ð˜Ð²Ð°Ð½` and `РРІР°РЅ` were
//! `Иван`, and `MÃ¼ller` was `Müller`.
//!
//! Such a text is brought back into bytes. If they are UTF-8 of common letters, and nearly no letter is left over, it is
//! misread: in a real text a sign rarely follows `Ð` or `Ã`, and in `Різник` most letters are left over.

use std::sync::LazyLock;

use encoding_rs::{
    Encoding, IBM866, KOI8_R, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, X_MAC_CYRILLIC,
};

use super::encoding_bytes::{EncodingBytes, LETTERS};

/// Signs that follow a word in a real text, also one that ends with `Ã`, `É` or `Р`.
const AFTER_WORDS: &str = "…‚„“”‘’–—‹›•†‡™‰«»·\u{a0}\u{ad}";

/// The encodings in which UTF-8 is read by mistake, and whether their letters that begin a misread letter are rare in real
/// texts, so that one of them is evidence.
static MISREADINGS: LazyLock<[Misreading; 6]> = LazyLock::new(|| {
    [
        Misreading::new(WINDOWS_1252, true),
        Misreading::new(WINDOWS_1250, true),
        Misreading::new(WINDOWS_1251, false),
        Misreading::new(IBM866, false),
        Misreading::new(KOI8_R, false),
        Misreading::new(X_MAC_CYRILLIC, false),
    ]
});

/// For each letter by its number, in which of the encodings it begins a misread letter and in which it is part of one, as
/// bits. So a real text is looked at once, and not once for each encoding.
static PARTS: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let bits = |is_part: fn(u8) -> bool| {
        let numbers = 0..LETTERS;
        let bits = numbers.map(|number| {
            let bytes = MISREADINGS.iter().enumerate();
            let bytes = bytes.map(|(index, it)| (index, it.bytes.of_number(number)));
            let parts = bytes.filter(|(_, byte)| byte.is_some_and(is_part));
            parts.fold(0, |bits, (index, _)| bits | (1 << index))
        });
        bits.collect()
    };
    (
        bits(|byte| matches!(byte, 0xc2..=0xf4)),
        bits(|byte| matches!(byte, 0x80..=0xbf)),
    )
});

/// The mark of a lost letter, as each of the encodings reads its UTF-8: `ï¿½`.
static LOST_LETTERS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let misreadings = MISREADINGS.iter();
    let texts = misreadings.map(|it| {
        let (text, _) = it
            .encoding
            .decode_without_bom_handling("\u{fffd}".as_bytes());
        text.into_owned()
    });
    texts.collect()
});

/// Returns whether a text has the mark of a lost letter, read in another encoding.
pub(super) fn has_lost_letter(text: &str) -> bool {
    !text.is_ascii() && LOST_LETTERS.iter().any(|lost| text.contains(&**lost))
}

/// Returns whether a text looks like UTF-8 that was read in another encoding.
pub(super) fn is_misread(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let encodings = possible_encodings(text);
    if encodings == 0 {
        return false;
    }
    let letters: Vec<char> = text.chars().collect();
    let mut misreadings = MISREADINGS.iter().enumerate();
    misreadings.any(|(index, it)| encodings & (1 << index) != 0 && it.has_made(&letters))
}

/// Returns the encodings in which two letters of a text may be one that is misread, as bits.
fn possible_encodings(text: &str) -> u8 {
    let (begins, parts) = &*PARTS;
    let (mut possible, mut before) = (0, 0);
    for letter in text.chars() {
        let number = usize::try_from(u32::from(letter)).unwrap_or(usize::MAX);
        let bits = |of: &Vec<u8>| of.get(number).copied().unwrap_or_default();
        possible |= before & bits(parts);
        before = bits(begins);
    }
    possible
}

/// An encoding in which UTF-8 was read.
struct Misreading {
    encoding: &'static Encoding,
    bytes: EncodingBytes,
    begins_are_rare: bool,
}

/// What of a text is UTF-8.
#[derive(Debug, Default)]
struct Evidence {
    misread: usize,
    /// The misread letters that no real text has, if there are several of them, or if it is the only one.
    among_several: usize,
    alone: usize,
    /// The letters that are not misread.
    left_over: usize,
}

impl Misreading {
    fn new(encoding: &'static Encoding, begins_are_rare: bool) -> Self {
        Self {
            encoding,
            bytes: EncodingBytes::of(encoding),
            begins_are_rare,
        }
    }

    /// Returns whether a text is UTF-8 that was read in this encoding.
    fn has_made(&self, letters: &[char]) -> bool {
        let Evidence {
            misread,
            among_several,
            alone,
            left_over,
        } = self.evidence(letters);
        match misread {
            0 => false,
            1 => alone == 1 && left_over == 0,
            _ => among_several > 0 && 3 * left_over <= misread,
        }
    }

    fn evidence(&self, letters: &[char]) -> Evidence {
        let mut evidence = Evidence::default();
        let mut index = 0;
        while let Some(letter) = letters.get(index) {
            if letter.is_ascii() {
                index += 1;
                continue;
            }
            let length = match self.bytes.of_letter(*letter) {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => 1,
            };
            let end = (index + length).min(letters.len());
            let part = letters.get(index..end).unwrap_or_default();
            let mut bytes = [0; 4];
            for (byte, letter) in bytes.iter_mut().zip(part) {
                *byte = self.bytes.of_letter(*letter);
            }
            let bytes = bytes.get(..length).filter(|_| length > 1);
            let read = bytes.and_then(|bytes| str::from_utf8(bytes).ok());
            match read.and_then(|read| read.chars().next()) {
                Some(read) if is_common(read) => {
                    evidence.misread += 1;
                    let before = index.checked_sub(1).and_then(|index| letters.get(index));
                    let before = before.copied();
                    let is_alone = self.is_evidence_alone(part, read, before);
                    evidence.alone += usize::from(is_alone);
                    evidence.among_several += usize::from(is_alone || is_cyrillic(read));
                    index += length;
                }
                _ => {
                    evidence.left_over += 1;
                    index += 1;
                }
            }
        }
        evidence
    }

    /// Returns whether this part of a text is a misread letter even if it is the only one, and no letter with a sign that
    /// follows it in a real text.
    fn is_evidence_alone(&self, part: &[char], read: char, before: Option<char>) -> bool {
        let follows_small = before.is_some_and(char::is_lowercase);
        let is_in_latin = before.is_some_and(|before| before.is_ascii_alphabetic());
        if !self.begins_are_rare {
            return is_in_latin && !is_cyrillic(read);
        }
        let is_sign = part.last().is_some_and(|last| AFTER_WORDS.contains(*last));
        part.len() > 2 || is_cyrillic(read) || !is_sign || follows_small
    }
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{45f}' | '\u{490}' | '\u{491}')
}

/// Returns true for the letters and signs that misread texts mostly had.
fn is_common(letter: char) -> bool {
    is_cyrillic(letter)
        || matches!(
            letter,
            '\u{a0}'..='\u{17f}' | '\u{391}'..='\u{3c9}' | '\u{2010}'..='\u{2026}' | '€' | '№' | '™'
        )
        || matches!(letter, '\u{1f300}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_that_was_read_in_another_encoding_is_recognized() {
        for text in [
            "Ð˜Ð²Ð°Ð½",
            "РРІР°РЅ",
            "MÃ¼ller",
            "PaweĹ‚",
            "CafÃ©",
            "Itâ€™s",
            "25Â°C",
            "ÐŸÐµÑ‚Ñ€ LLC",
            "MГјller",
            "РћР»РµРі РџРµС‚СЂРѕРІ",
            "РЇРЅ",
        ] {
            assert!(is_misread(text), "{text}");
        }
        let names = [
            "Иван Петров",
            "Директор по продажам",
            "Олексій Шевченко",
            "Ёлкина Юлия",
            "Ђорђе Љубић",
            "ООО «Ромашка»",
        ];
        for name in names {
            for encoding in [WINDOWS_1251, WINDOWS_1252, IBM866, KOI8_R] {
                let (misread, _) = encoding.decode_without_bom_handling(name.as_bytes());
                assert!(is_misread(&misread), "{name}: {misread}");
            }
        }
        for name in [
            "Müller",
            "Größe",
            "Łukasz Żółć",
            "Çağrı",
            "Dvořák",
            "José",
            "Γιώργος",
        ] {
            let (misread, _) = WINDOWS_1252.decode_without_bom_handling(name.as_bytes());
            assert!(is_misread(&misread), "{name}: {misread}");
        }
    }
}
