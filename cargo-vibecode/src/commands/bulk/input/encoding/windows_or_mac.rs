//! Lines in Windows-1251 and in Mac Cyrillic, whose small letters have the same bytes, except for `я` and `ё`. A line in
//! the one reads almost like Russian in the other, and only its capitals show it:
//!
//! | written | read in the other | evidence |
//! |---|---|---|
//! | `Иван` (Mac) | `€ван` | a sign that no word has |
//! | `Дмитрий` (Mac) | `„митрий` | a sign that is not beside its pair, before a small letter |
//! | `Горгиев` (Mac) | `ѓоргиев` | a letter that Russian does not have |
//! | `Юрий` (Windows) | `ёрий` | a letter with which no word begins |
//!
//! The last three may be meant: `…и так далее`, `Ќосев`. They count only in a line without a word that is Russian in the
//! encoding of the file alone. So do several words that are words in both, such as `Эльвира`, which is `Ёльвира` in Mac
//! Cyrillic. A line with one such word and no other evidence is not recognised.

use encoding_rs::{Encoding, WINDOWS_1251, X_MAC_CYRILLIC};

use crate::garbled::russian::{Assessment, MARGIN_OF_A_READING, is_sign, is_usual};

/// The signs of pairs.
const PAIRS: [(char, &str); 4] = [('«', "»"), ('„', "“”"), ('“', "”"), ('‘', "’")];

/// Returns the other one of the two encodings if a line of a file in one of them is evidently in the other.
pub(super) fn other_encoding(line: &[u8], of_file: &'static Encoding) -> Option<&'static Encoding> {
    let other = if of_file == WINDOWS_1251 {
        X_MAC_CYRILLIC
    } else if of_file == X_MAC_CYRILLIC {
        WINDOWS_1251
    } else {
        return None;
    };
    let (text, _) = of_file.decode_without_bom_handling(line);
    let (reading, _) = other.decode_without_bom_handling(line);
    let is_between = |letter: char| letter.is_ascii() && !letter.is_ascii_alphanumeric();
    let words = text.split(is_between).zip(reading.split(is_between));
    let (mut certain, mut possible, mut against) = (false, false, false);
    let mut gain = 0.0;
    for (word, read) in words.filter(|(word, read)| word != read) {
        let is_usual_here = is_usual(without_signs(word, &text));
        match (is_usual_here, is_usual(read)) {
            (false, true) => {
                let is_certain = has_foreign_sign(word);
                certain |= is_certain;
                possible |= !is_certain;
            }
            (true, false) => against = true,
            (true, true) => gain += likelihood(read) - likelihood(word),
            (false, false) => {}
        }
    }
    let is_other = certain || (!against && (possible || gain >= MARGIN_OF_A_READING));
    is_other.then_some(other)
}

fn likelihood(word: &str) -> f64 {
    Assessment::of(word).likelihood
}

/// Returns a word without the signs around it that belong to its text: pairs, and signs after it.
fn without_signs<'a>(word: &'a str, text: &str) -> &'a str {
    let word = word.trim_end_matches(is_sign);
    let is_of_a_pair = |sign: char| {
        let pair = PAIRS.iter().find(|(open, _)| *open == sign);
        pair.is_some_and(|(_, close)| text.contains(|letter| close.contains(letter)))
    };
    word.trim_start_matches(is_of_a_pair)
}

/// Returns whether a word has a sign that is neither a letter nor one that texts have beside words.
fn has_foreign_sign(word: &str) -> bool {
    word.chars()
        .any(|letter| !letter.is_alphabetic() && !is_sign(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::bulk::input::encoding::cyrillic::tests::written;

    #[test]
    fn texts_in_the_encoding_of_their_file_are_not_taken_for_the_other() {
        for text in [
            "1;Иванов Иван;директор",
            "1;Ёлкина;директор",
            "1;Ёлкин Пётр;ёлки",
            "1;Элкина;эксперт",
            "1;Юлия Щукина;Шеф",
            "1;ООО «ромашка»;отдел «рога и копыта»",
            "1;„ромашка“;отдел „рога и копыта“",
            "1;Иванов;…перезвонить",
            "1;Иванов — директор;кто–то",
            "1;директор – продажи – закупки",
            "1;2–й этаж;–",
            "1;№ 5;№5",
            "1;директор…",
            "1;“отдел закупок”",
            "1;Иванов\u{a0}Иван",
            "1;Иван Ќосев",
        ] {
            for encoding in [WINDOWS_1251, X_MAC_CYRILLIC] {
                let line = written(text, encoding);
                assert_eq!(
                    other_encoding(&line, encoding),
                    None,
                    "{text} in {}",
                    encoding.name()
                );
            }
        }
    }

    #[test]
    fn a_line_in_the_other_encoding_is_found_by_each_kind_of_evidence() {
        for (text, encoding) in [
            ("1;Иван", X_MAC_CYRILLIC),
            ("1;Дмитрий", X_MAC_CYRILLIC),
            ("1;Горгиев", X_MAC_CYRILLIC),
            ("1;Ким", WINDOWS_1251),
            ("1;Юрий", WINDOWS_1251),
            ("1;Шамиль", WINDOWS_1251),
            ("1;Эльвира;Эксперт", WINDOWS_1251),
            ("1;ДИРЕКТОР", WINDOWS_1251),
        ] {
            let of_file = [WINDOWS_1251, X_MAC_CYRILLIC]
                .into_iter()
                .find(|it| *it != encoding);
            let line = written(text, encoding);
            let of_file = of_file.expect("there are two");
            assert_eq!(other_encoding(&line, of_file), Some(encoding), "{text}");
        }
    }
}
