//! What people see of a text.

/// Returns a text without spaces and invisible characters at its ends, such as a byte order mark.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_invisible)
}

/// Returns true for spaces and for characters that are invisible alone or at the end of a text: also joiners and fillers,
/// which join nothing there. The tags of a flag such as that of Scotland are seen, as its end.
pub(crate) fn is_invisible(letter: char) -> bool {
    let is_tag = matches!(letter, '\u{e0000}'..='\u{e007f}');
    let is_joiner = matches!(letter, '\u{34f}' | '\u{200c}' | '\u{200d}');
    let is_filler = matches!(letter, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
    letter.is_whitespace()
        || is_joiner
        || is_filler
        || (vibecode_spec::is_invisible(letter) && !is_tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_emoji_stays() {
        let scotland = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";
        assert_eq!(trimmed(scotland), scotland);
        assert_eq!(trimmed("\u{200d}\u{feff} a\u{3164}"), "a");
    }
}
