//! Text from outside, such as names, labels and answers, in a terminal.

use std::{borrow::Cow, fmt::Write as _};

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

/// Returns JSON in which a terminal obeys no character. JSON itself escapes only some of them.
pub(crate) fn shown_in_json(json: &str) -> Cow<'_, str> {
    // Line breaks and tabs of the values are escaped already.
    if !json.contains(is_obeyed) {
        return json.into();
    }
    let mut shown = String::with_capacity(json.len());
    for letter in json.chars() {
        if is_obeyed(letter) {
            // They are all below 65,536, so that one escape is enough.
            let _ = write!(shown, "\\u{:04x}", u32::from(letter));
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
    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_obeyed() {
        let hostile = "a\u{1b}[2Jb\rc\u{9b}31m\u{202e}d\u{7}";
        let expected = "a\\u{1b}[2Jb\\u{d}c\\u{9b}31m\\u{202e}d\\u{7}";
        assert_eq!(shown(hostile), expected);
        for plain in ["Клиенты → a\n\tb", "", "👩\u{200d}👩"] {
            assert_eq!(shown(plain), plain);
        }
    }

    #[test]
    fn json_is_the_same_after_a_terminal_has_nothing_to_obey_in_it() {
        let value = serde_json::json!({"a\u{9b}": "b\u{1b}[2J\u{202e}\n\u{7f}", "c": ["Ж", 1]});
        let json = value.to_string();
        let shown = shown_in_json(&json);
        assert!(!shown.contains(is_obeyed) && json.contains(is_obeyed));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
        assert_eq!(shown_in_json("{\"a\":1}"), "{\"a\":1}");
    }
}
