//! Escapes text from a portal for display. Labels, titles and file names are data: in documentation they
//! must not become markup or a doctest, and in a message they must not start a new line or change the
//! direction of the text that follows.

const SHOWN: usize = 200;

/// Returns a text on one line. Control characters, line breaks and characters that are invisible or
/// change the direction of the text are replaced by spaces. A run of spaces becomes one space, and a
/// text is cut after 200 characters.
///
/// ```
/// use vibecode_spec::one_line;
///
/// assert_eq!(one_line(" Owner\n\n    of the\u{202e}record "), "Owner of the record");
/// assert_eq!(one_line(&"x".repeat(1_000)).chars().count(), 201);
/// ```
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut count = 0;
    let mut space = false;
    for letter in text.chars() {
        if letter.is_whitespace() || letter.is_control() || is_invisible(letter) {
            space = count > 0;
            continue;
        }
        if count + usize::from(space) >= SHOWN {
            line.push('…');
            break;
        }
        if space {
            line.push(' ');
        }
        line.push(letter);
        count += 1 + usize::from(space);
        space = false;
    }
    line
}

/// Escapes any text as one line of documentation. No part of it is read as Markdown or HTML, so that
/// none of it becomes a link, a heading, a code block or a doctest.
///
/// ```
/// use vibecode_spec::doc_text;
///
/// assert_eq!(doc_text("Owner of the record"), "Owner of the record");
/// assert_eq!(doc_text("see [link]\n\n```\npanic!()\n```"), r"see \[link\] \`\`\` panic\!() \`\`\`");
/// assert_eq!(doc_text("- 1"), r"\- 1");
/// ```
#[must_use]
pub fn doc_text(text: &str) -> String {
    let line = one_line(text);
    let mut escaped = String::with_capacity(line.len());
    // These characters start a list or a rule only at the beginning of a line.
    let marker = line
        .find(|letter: char| !letter.is_ascii_digit())
        .filter(|at| line.get(*at..).is_some_and(begins_like_a_list));
    for (at, letter) in line.char_indices() {
        let rest = line.get(at..).unwrap_or_default();
        let is_escaped = match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '#' | '!' | '$'
            | '^' | '{' | '}' => true,
            // rustdoc warns about a bare URL.
            ':' => rest.starts_with("://"),
            _ => marker == Some(at),
        };
        if is_escaped {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Returns whether a line is a list or a rule, from the part after its leading digits.
fn begins_like_a_list(rest: &str) -> bool {
    rest.starts_with(['-', '+', '=', '.', ')'])
}

/// Returns whether a character is invisible in a text: a mark of direction or order, a soft hyphen, a byte order mark, a
/// tag. The joiners of letters and emoji are not among them, since they change what is seen.
///
/// ```
/// use vibecode_spec::is_invisible;
///
/// assert!(is_invisible('\u{ad}') && is_invisible('\u{202e}'));
/// assert!(!is_invisible('\u{200d}') && !is_invisible(' '));
/// ```
#[must_use]
pub fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_one_line_whatever_breaks_lines_in_it() {
        for breaking in [
            "\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}",
        ] {
            assert_eq!(one_line(&format!("a{breaking}b")), "a b", "{breaking:?}");
        }
    }

    #[test]
    fn what_is_invisible_or_turns_the_direction_is_left_out() {
        for letter in [
            '\0', '\u{1b}', '\u{7f}', '\u{202e}', '\u{2066}', '\u{200f}', '\u{feff}',
        ] {
            assert_eq!(one_line(&format!("a{letter}b")), "a b", "{letter:?}");
        }
        assert_eq!(one_line("\u{202e}\n \u{200b}"), "");
    }

    #[test]
    fn a_long_text_is_cut() {
        let long = "й".repeat(10_000);
        assert_eq!(one_line(&long).chars().count(), SHOWN + 1);
        assert_eq!(one_line(&"й".repeat(SHOWN)), "й".repeat(SHOWN));
        assert!(doc_text(&"`".repeat(10_000)).len() < 1_000);
    }

    #[test]
    fn everything_that_markdown_reads_is_escaped() {
        for (label, escaped) in [
            ("<VIP>", r"\<VIP\>"),
            ("#![x]", r"\#\!\[x\]"),
            ("a */ b", r"a \*/ b"),
            ("UF_CRM", r"UF\_CRM"),
            ("---", r"\---"),
            ("===", r"\==="),
            ("+ one", r"\+ one"),
            ("1. one", r"1\. one"),
            ("12) one", r"12\) one"),
            ("1.5 million (net)", r"1\.5 million (net)"),
            ("see https://example.org", r"see https\://example.org"),
            ("R&D: 50%, \"soft\"", r#"R\&D: 50%, "soft""#),
            ("~~~rust", r"\~\~\~rust"),
        ] {
            assert_eq!(doc_text(label), escaped);
        }
    }
}
