//! Text from outside, such as names, labels and answers, in a terminal.

use std::borrow::Cow;

/// Returns a text in which control characters are shown and not obeyed. Line breaks and tabs stay.
///
/// An escape sequence in a label could otherwise hide or overwrite what the command reports, and a
/// mark of direction could show it in another order.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_obeyed(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown.into()
}

/// Returns true if a terminal would obey this letter.
pub(crate) fn is_obeyed(letter: char) -> bool {
    let is_layout = matches!(letter, '\n' | '\t');
    let is_direction = matches!(letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (letter.is_control() && !is_layout) || is_direction
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_escape_sequence_is_shown_and_not_obeyed() {
        let hostile = "a\u{1b}[2Jb\rc\u{9b}31m\u{202e}d\u{7}";
        let expected = "a\\u{1b}[2Jb\\u{d}c\\u{9b}31m\\u{202e}d\\u{7}";
        assert_eq!(shown(hostile), expected);
        for plain in ["Клиенты → a\n\tb", "", "👩\u{200d}👩"] {
            assert_eq!(shown(plain), plain);
        }
    }
}
