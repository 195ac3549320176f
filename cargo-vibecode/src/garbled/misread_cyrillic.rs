//! Russian in one of the older encodings that was read in another: `хБЮМ` and `Èâàí` were `Иван`.
//!
//! A text that does not look like Russian is brought back into the bytes of each encoding that it may have been read in,
//! and these are read in the others. If one of the readings looks like Russian, and by a factor of e⁶ more so than the
//! text, the text is misread. Names and words of other languages do not become Russian in this way, with one exception:
//! the encodings of Windows and of the Mac have the same small letters, so `ѓорѓиев` would be `Горгиев`. Between these
//! two, most of the letters that differ must be no letters at all, as in `€ван`.

use std::sync::LazyLock;

use encoding_rs::{
    Encoding, IBM866, ISO_8859_5, KOI8_R, KOI8_U, WINDOWS_1251, WINDOWS_1252, X_MAC_CYRILLIC,
};

use super::{
    encoding_bytes::{EncodingBytes, OF_DOS},
    russian::{Assessment, Capitals},
};

/// The encodings in which Russian is written.
const WRITTEN_IN: [&Encoding; 5] = [WINDOWS_1251, KOI8_U, IBM866, X_MAC_CYRILLIC, ISO_8859_5];

/// The encodings in which it is read by mistake. `None` stands for one that `encoding_rs` does not have.
static READ_IN: LazyLock<Vec<(Option<&Encoding>, EncodingBytes)>> = LazyLock::new(|| {
    let encodings = [
        WINDOWS_1251,
        KOI8_R,
        IBM866,
        X_MAC_CYRILLIC,
        WINDOWS_1252,
        ISO_8859_5,
        KOI8_U,
    ];
    let encodings = encodings.map(|encoding| (Some(encoding), EncodingBytes::of(encoding)));
    let of_dos = OF_DOS.map(|letters| (None, EncodingBytes::of_letters(letters)));
    encodings.into_iter().chain(of_dos).collect()
});

/// Those of them which count only if a file is known to be read in one: nothing reads texts in ISO 8859-5 by mistake,
/// in which `Хыхы` would be `Елел`, and KOI8-U differs from KOI8-R in Ukrainian letters only.
const READ_IN_IF_KNOWN: [&Encoding; 2] = [ISO_8859_5, KOI8_U];

/// By how much a reading must exceed the text, as a logarithm.
const MARGIN_OVER_TEXT: f64 = 6.0;

/// Returns the encoding in which a text was written, if it was read in another one. `read_in` is that one, if it is
/// known.
pub(crate) fn written_in(text: &str, read_in: Option<&Encoding>) -> Option<&'static Encoding> {
    if text.is_ascii() {
        return None;
    }
    let assessment = Assessment::of(text);
    if assessment.looks_russian() {
        return None;
    }
    let mut best: Option<(f64, &'static Encoding)> = None;
    let is_possible = |encoding: Option<&Encoding>| match read_in {
        Some(_) => read_in == encoding,
        None => encoding.is_none_or(|encoding| !READ_IN_IF_KNOWN.contains(&encoding)),
    };
    for (encoding, bytes) in READ_IN
        .iter()
        .filter(|(encoding, _)| is_possible(*encoding))
    {
        let Some(bytes) = bytes.of_text(text) else {
            continue;
        };
        for other in WRITTEN_IN
            .into_iter()
            .filter(|other| Some(*other) != *encoding)
        {
            let (reading, _) = other.decode_without_bom_handling(&bytes);
            let of_reading = Assessment::of(&reading);
            let gain = of_reading.likelihood - assessment.likelihood;
            let is_better = gain >= MARGIN_OVER_TEXT && best.is_none_or(|(most, _)| gain > most);
            if is_better
                && of_reading.is_plausible(Capitals::Expected)
                && !may_be_a_name(text, &reading, [*encoding, Some(other)])
            {
                best = Some((gain, other));
            }
        }
    }
    best.map(|(_, encoding)| encoding)
}

/// Returns whether a text in one of two encodings that share their small letters may be of another language.
fn may_be_a_name(text: &str, reading: &str, encodings: [Option<&Encoding>; 2]) -> bool {
    let share_letters = [Some(WINDOWS_1251), Some(X_MAC_CYRILLIC)];
    if !encodings
        .iter()
        .all(|encoding| share_letters.contains(encoding))
    {
        return false;
    }
    let letters = text.chars().zip(reading.chars());
    let differing = letters.filter(|(letter, read)| letter != read);
    let (letters, signs): (Vec<_>, Vec<_>) =
        differing.partition(|(letter, _)| matches!(letter, '\u{400}'..='\u{52f}'));
    letters.len() >= signs.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_in_another_encoding_is_recognized() {
        for text in [
            "Анна Петрова",
            "Старший бухгалтер",
            "Дмитрий",
            "Менеджер отдела закупок",
            "ГЕНЕРАЛЬНЫЙ ДИРЕКТОР",
            "директор по продажам",
            "Симферополь, ул. Лермонтова, д. 5",
        ] {
            for written in WRITTEN_IN {
                let bytes = EncodingBytes::of(written).of_text(text);
                let bytes = bytes.expect("the encoding has the letters");
                for (read, _) in READ_IN.iter().filter(|(read, _)| *read != Some(written)) {
                    let Some(read) = read else {
                        continue;
                    };
                    let misread = read.decode_without_bom_handling(&bytes).0;
                    let is_shared = [written, *read]
                        .iter()
                        .all(|it| [WINDOWS_1251, X_MAC_CYRILLIC].contains(it));
                    // Small letters alone are the same in these two.
                    if is_shared || misread == text {
                        continue;
                    }
                    let known = Some(*read);
                    let is_found_alone = !READ_IN_IF_KNOWN.contains(read);
                    for read_in in [known].into_iter().chain(is_found_alone.then_some(None)) {
                        let found = super::written_in(&misread, read_in);
                        assert!(found.is_some(), "{text} is {misread}");
                    }
                }
                for letters in OF_DOS {
                    let letter = |byte: &u8| match byte.checked_sub(0x80) {
                        Some(index) => letters.chars().nth(index.into()).expect("it has 128"),
                        None => char::from(*byte),
                    };
                    let misread: String = bytes.iter().map(letter).collect();
                    let found = super::written_in(&misread, None);
                    assert!(found.is_some(), "{text} is {misread}");
                }
            }
        }
        for misread in ["€ван €кубов", "Èâàí", "хБЮМ оЕРПНБ", "êóá¡ ÅÑΓα«ó"]
        {
            assert!(super::written_in(misread, None).is_some(), "{misread}");
        }
    }

    #[test]
    fn names_abbreviations_and_other_languages_are_not_taken_for_it() {
        for text in [
            "Иван",
            "ИВАН",
            "иван",
            "иВАН",
            "Щукина Щ.",
            "Цой Чжу",
            "Хыхы",
            "ВШЭ",
            "НПФ",
            "ЖКХ",
            "ФГБОУ ВО «ЩЭЮ»",
            "МКОУ СОШ № 5",
            "ЙЦУКЕН",
            "ячсмить",
            "Коммерсантъ",
            "Ыгыатта",
            "Алтын-оол Ооржак",
            "Зауэр и Со",
            "Їжак Єлизавета",
            "ЄВГЕН ҐУДЗЬ",
            "Олексій Шевченко",
            "щєїґ",
            "Қазақстан",
            "Әлия Нұрсұлтанқызы",
            "ӨСКЕМЕН",
            "Шымкент қаласы",
            "Айгүл",
            "Жексембекұлы",
            "Ўзбекистон",
            "Ђорђе Љубић",
            "ЉУБИЋ ЊЕГОШ",
            "Ѓорѓи Ќосев",
            "Ќосев",
            "Џонсон",
            "Љубовски",
            "јована андоновска",
            "јанев и иванова јп",
            "дооел «Џонсон»",
            "Търговски директор",
            "ХРАБЪР",
            "Müller",
            "ÄÖÜß",
            "Größe Äußerst",
            "Jürgen Öztürk",
            "Łukasz Żółć",
            "GŻEGŻÓŁKA",
            "Élève",
            "ÉCOLE",
            "Åse Øy",
            "Ñuñoa",
            "São João",
            "À é è ù",
            "Đorđe Šašić",
            "Dvořák",
            "İstanbul Çağrı",
            "Γιώργος",
            "שלום",
            "张伟",
            "100 €",
            "25 °C ± 2",
            "½ ¼ ¾",
            "«»",
            "──────",
            "│ 5 │ 6 │",
            "██",
            "≈ 5 √2",
        ] {
            assert_eq!(super::written_in(text, None), None, "{text}");
            assert_eq!(super::written_in(text, Some(WINDOWS_1251)), None, "{text}");
        }
    }
}
