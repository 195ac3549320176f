//! What people see of a text.

/// Returns a text without spaces and letters that nobody sees at its ends, such as a byte order mark.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_invisible)
}

/// Returns true for spaces and for letters that nobody sees.
pub(crate) fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        )
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(
            letter,
            '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        )
}
