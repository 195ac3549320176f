//! Garbled texts, recognised by evidence: a wrong encoding has changed them before they were given. Their letters were
//! misread (`хБЮМ`) or lost (`????`). They can be stored, so the API
//! would take them.

mod encoding_bytes;
mod lost_letters;
pub(crate) mod misread_cyrillic;
mod misread_utf_8;
pub(crate) mod russian;

use self::{
    lost_letters::has_lost_letters,
    misread_cyrillic::written_in,
    misread_utf_8::{has_lost_letter, is_misread},
};

/// What the text of a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextUse {
    /// The name of a person, a company or a position, which asks no question.
    Name,
    Text,
}

impl TextUse {
    /// Returns the use of a field, by its wire name.
    pub(crate) fn of_field(entity: &str, field: &str) -> Self {
        match field {
            "name" | "lastName" | "secondName" | "post" | "companyTitle" => Self::Name,
            "title" if entity == "companies" => Self::Name,
            _ => Self::Text,
        }
    }
}

/// Explains how a text looks garbled. `None` if it does not.
pub(crate) fn problem(text: &str, text_use: TextUse) -> Option<&'static str> {
    if text.contains(char::REPLACEMENT_CHARACTER) || has_lost_letter(text) {
        return Some("has a letter that was lost in another encoding");
    }
    if text.chars().any(is_control) {
        return Some("has a control character, which no text has");
    }
    if has_lost_letters(text, text_use) {
        return Some("has `?` in place of its letters, which were lost in another encoding");
    }
    if is_misread(text) {
        return Some("looks like UTF-8 that was read in another encoding and saved");
    }
    written_in(text, None)
        .map(|_| "looks like Russian in another encoding than the one it was read in")
}

/// Returns true for the control characters that texts do not have. Those above ASCII are what ISO 8859-1 reads for the
/// signs of Windows.
fn is_control(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\t' | '\n' | '\r')
}

/// Returns whether a header has lost letters. Punctuation is ignored when a header is matched to a field, so `Email ???`
/// would match `email`. One `?` at the end is a question.
pub(crate) fn is_garbled_name(name: &str) -> bool {
    let name = name.trim();
    let before_the_end = name.strip_suffix('?').unwrap_or(name);
    before_the_end.contains('?') || problem(name, TextUse::Name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_texts_are_not_garbled() {
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
            assert_eq!(problem(text, TextUse::Text), None, "{text}");
        }
    }
}
