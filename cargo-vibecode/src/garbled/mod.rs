//! Texts that a wrong encoding has broken before they were given, recognised by evidence. They can be stored, so the API
//! would take them.

mod lost_letters;
mod misread_utf_8;
pub(crate) mod russian;

use self::{lost_letters::has_lost_letters, misread_utf_8::is_misread};

/// Explains how a text looks broken. `None` if it does not.
pub(crate) fn problem(text: &str) -> Option<&'static str> {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Some(
            "has a letter that was lost when the file was saved or read in another encoding",
        );
    }
    if has_lost_letters(text) {
        return Some("has `?` in place of its letters, which were lost in another encoding");
    }
    is_misread(text).then_some("looks like UTF-8 that was read in another encoding and saved")
}

/// Returns whether letters of a header look lost. Signs of a header do not count when its field is looked for, so that
/// `Email ???` would be the field `email`. A question ends with one `?`, and `?` may stand alone.
pub(crate) fn is_broken_name(name: &str) -> bool {
    let name = name.trim();
    let before_the_end = name.strip_suffix('?').unwrap_or(name);
    before_the_end.contains('?') || problem(name).is_some()
}
#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(problem(text).is_none(), "{text}");
        }
    }
}
