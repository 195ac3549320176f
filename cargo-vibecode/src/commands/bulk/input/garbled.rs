//! Texts that a wrong encoding has broken before the file was made, recognised by evidence. They can be stored, so the
//! API would take them.
//!
//! - A letter that was lost is U+FFFD, or `?`: `????` was `Иван`. `Why??` has letters, so it is a text.
//! - UTF-8 that was read in another encoding is letters of a few kinds, each followed by a sign: `Ð˜Ð²Ð°Ð½` and `РРІР°РЅ`
//!   were `Иван`, and `MÃ¼ller` was `Müller`. Such a text is brought back into bytes. If they are UTF-8 of common letters,
//!   and nearly no letter is left over, it is broken: in a real text a sign rarely follows `Ð` or `Ã`, and in `Різник`
//!   most letters are left over.

use std::sync::LazyLock;

use encoding_rs::{Encoding, IBM866, KOI8_R, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};

use super::rows::CellValue;

/// Signs that follow a word in a real text, also one that ends with `Ã`, `É` or `Р`.
const AFTER_WORDS: &str = "…‚„“”‘’–—‹›•†‡™‰«»·\u{a0}\u{ad}";

/// The encodings in which UTF-8 is read by mistake, and whether their letters that begin a broken letter are rare in real
/// texts, so that one of them is evidence.
static MISREADINGS: LazyLock<[Misreading; 5]> = LazyLock::new(|| {
    [
        Misreading::new(WINDOWS_1252, true),
        Misreading::new(WINDOWS_1250, true),
        Misreading::new(WINDOWS_1251, false),
        Misreading::new(IBM866, false),
        Misreading::new(KOI8_R, false),
    ]
});

/// For each letter by its number, in which of the encodings it begins a broken letter and in which it is part of one, as
/// bits. So a real text is looked at once, and not once for each encoding.
static PARTS: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let bits = |is_part: fn(u8) -> bool| {
        let numbers = 0..LETTERS;
        let bits = numbers.map(|number| {
            let bytes = MISREADINGS.iter().enumerate();
            let bytes = bytes.map(|(index, it)| (index, it.bytes.get(number).copied()));
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

/// The letters up to this number have bytes in the encodings.
const LETTERS: usize = 0x2600;

/// Explains how a value looks broken. `None` if it does not.
pub(super) fn problem(value: &CellValue) -> Option<String> {
    let mut texts = match value {
        CellValue::Empty => &[][..],
        CellValue::Text(text) => std::slice::from_ref(text),
        CellValue::List(texts) => texts,
    }
    .iter();
    let what = texts.find_map(|text| broken(text))?;
    Some(format!(
        "{what}: name the --encoding of the file if it was read in a wrong one, or correct the text. If it is meant, --allow-garbled sends it"
    ))
}

/// Returns whether letters of a header look lost. Signs of a header do not count when its field is looked for, so that
/// `Email ???` would be the field `email`. A question ends with one `?`, and `?` may stand alone.
pub(super) fn is_broken_name(name: &str) -> bool {
    let name = name.trim();
    let before_the_end = name.strip_suffix('?').unwrap_or(name);
    before_the_end.contains('?') || broken(name).is_some()
}

fn broken(text: &str) -> Option<&'static str> {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Some(
            "has a letter that was lost when the file was saved or read in another encoding",
        );
    }
    if has_lost_letters(text) {
        return Some("has `?` in place of its letters, which were lost in another encoding");
    }
    if text.is_ascii() {
        return None;
    }
    let encodings = possible_encodings(text);
    if encodings == 0 {
        return None;
    }
    let letters: Vec<char> = text.chars().collect();
    let mut misreadings = MISREADINGS.iter().enumerate();
    let is_misread =
        misreadings.any(|(index, it)| encodings & (1 << index) != 0 && it.has_made(&letters));
    is_misread.then_some("looks like UTF-8 that was read in another encoding and saved")
}

/// Returns the encodings in which two letters of a text may be one that is broken, as bits.
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

/// Returns true if every word is `?` only, one of them several. Beside numbers, a long one or several are needed: `12 ??`
/// may be meant.
fn has_lost_letters(text: &str) -> bool {
    if !text.contains("??") {
        return false;
    }
    let is_between = |letter: char| letter.is_whitespace() || "-–—.,:;'\"()«»/№#".contains(letter);
    let (mut lost, mut longest, mut has_numbers) = (0, 0, false);
    for word in text.split(is_between).filter(|word| !word.is_empty()) {
        if word.chars().all(|letter| letter == '?') {
            lost += 1;
            longest = longest.max(word.len());
        } else if word.chars().all(|letter| letter.is_ascii_digit()) {
            has_numbers = true;
        } else {
            return false;
        }
    }
    longest >= 2 && (!has_numbers || lost >= 2 || longest >= 4)
}

/// An encoding in which UTF-8 was read.
struct Misreading {
    /// The byte of each letter, by its number; 0 if it has none.
    bytes: Vec<u8>,
    begins_are_rare: bool,
}

/// What of a text is UTF-8.
#[derive(Debug, Default)]
struct Evidence {
    broken: usize,
    /// The broken letters that no real text has, if there are several of them, or if it is the only one.
    among_several: usize,
    alone: usize,
    /// The letters that are not broken.
    left_over: usize,
}

impl Misreading {
    fn new(encoding: &'static Encoding, begins_are_rare: bool) -> Self {
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
        Self {
            bytes,
            begins_are_rare,
        }
    }

    fn byte(&self, letter: char) -> u8 {
        let number = usize::try_from(u32::from(letter)).ok();
        let byte = number.and_then(|number| self.bytes.get(number));
        byte.copied().unwrap_or_default()
    }

    /// Returns whether a text is UTF-8 that was read in this encoding.
    fn has_made(&self, letters: &[char]) -> bool {
        let Evidence {
            broken,
            among_several,
            alone,
            left_over,
        } = self.evidence(letters);
        match broken {
            0 => false,
            1 => alone == 1 && left_over == 0,
            _ => among_several > 0 && 3 * left_over <= broken,
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
            let length = match self.byte(*letter) {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => 1,
            };
            let end = (index + length).min(letters.len());
            let part = letters.get(index..end).unwrap_or_default();
            let mut bytes = [0; 4];
            for (byte, letter) in bytes.iter_mut().zip(part) {
                *byte = self.byte(*letter);
            }
            let bytes = bytes.get(..length).filter(|_| length > 1);
            let read = bytes.and_then(|bytes| str::from_utf8(bytes).ok());
            match read.and_then(|read| read.chars().next()) {
                Some(read) if is_common(read) => {
                    evidence.broken += 1;
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

    /// Returns whether this part of a text is a broken letter even if it is the only one, and no letter with a sign that
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

fn set(bytes: &mut [u8], letter: char, byte: u8) {
    let number = usize::try_from(u32::from(letter)).unwrap_or(usize::MAX);
    if let Some(known) = bytes.get_mut(number) {
        *known = byte;
    }
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{45f}' | '\u{490}' | '\u{491}')
}

/// Returns true for the letters and signs that broken texts mostly had.
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

    fn is_broken(text: &str) -> bool {
        problem(&CellValue::Text(text.to_owned())).is_some()
    }

    #[test]
    fn lost_letters_are_recognized() {
        for text in [
            "??",
            "????",
            "???? ??????",
            "?? \"??????\"",
            "?????-???????",
            "?????? 12",
            "?. ??????",
            "????, 5, ??. 3",
            "caf\u{fffd}",
            "\u{fffd}\u{fffd}",
        ] {
            assert!(is_broken(text), "{text}");
        }
    }

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
            assert!(is_broken(text), "{text}");
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
                let (broken, _) = encoding.decode_without_bom_handling(name.as_bytes());
                assert!(is_broken(&broken), "{name}: {broken}");
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
            let (broken, _) = WINDOWS_1252.decode_without_bom_handling(name.as_bytes());
            assert!(is_broken(&broken), "{name}: {broken}");
        }
    }

    #[test]
    fn real_texts_are_not_broken() {
        for text in [
            "",
            "?",
            "Why??",
            "What ???",
            "Правда??",
            "5??",
            "12 ??",
            "C++",
            "C#",
            "???!",
            "a?b?c??",
            "?x?",
            "https://a.ru/?q=??",
            "Різник",
            "РІВНЕ",
            "Рівне",
            "Рік",
            "Рі",
            "Сєвєродонецьк",
            "СІЛЬ",
            "ДІЇ",
            "ВІДІ",
            "Гігієна",
            "ЇЖАК",
            "Є",
            "Ґудзь",
            "РЄПІН",
            "Жебракують філософи при ґанку церкви в Гадячі, ще й шатро їхнє п'яне знаємо",
            "СІРІ ДІТИ",
            "Різдво. Січ",
            "Сњежана Љубић",
            "Ђорђе Јовановић",
            "СЉЕДЕЋИ",
            "Ѓорѓи Ќосев",
            "Сјај Рјечник",
            "Đorđe Šašić",
            "ĐURĐA",
            "Müller",
            "GRÖẞE",
            "MENÜ“",
            "„Größe“ – Österreich",
            "STRASSE Ä–Ö",
            "50 % §5",
            "Jürgen Köln Ünal",
            "CAFÉ…",
            "«À» la carte",
            "FIANCÉ”",
            "AMANHÃ…",
            "NÃO",
            "Ñandú",
            "ESPAÑA",
            "ÎLE",
            "ÀÉÎÕÜ",
            "IRMÃ »",
            "Â",
            "PÂ",
            "Łukasz Wójcik ŻÓŁĆ",
            "Dvořák Ĺ",
            "ČŠŽ ĎŤŇ",
            "İbrahim Çağrı Şahin",
            "Þórr Ðórr Sögubók",
            "Tõnu Äš",
            "Ålesund Øre",
            "Γιώργος ΑΘΗΝΑ",
            "שלום",
            "محمد",
            "张伟",
            "田中",
            "김철수",
            "สมชาย",
            "😀 ok",
            "½ № 5 °C ² µm",
            "Қазақстан Ғұмар Әлия",
            "Ўзбекистон",
            "—–…",
            "A…B…C",
            "РФ–СССР",
            "Р…",
            "С”",
            "«Р»",
            "С–Р—С",
            "пёс цёц",
            "ПОЁТ ПЁС",
            "ЯЁ",
        ] {
            assert!(!is_broken(text), "{text}");
        }
    }
}
