//! Words of the commands that are printed for a shell.

use std::{borrow::Cow, ffi::OsStr, fmt::Write as _};

use crate::terminal_text::is_obeyed;

/// Returns a word that no command takes for an option, such as the path of a file, as it is written in a shell. `-`, which
/// means standard input, stays.
pub(crate) fn no_option(word: &OsStr) -> Cow<'_, str> {
    if word.as_encoded_bytes().starts_with(b"-") && word != "-" {
        return format!("./{}", quoted(word)).into();
    }
    quoted(word)
}

/// Returns a word as it is written in a shell.
pub(crate) fn quoted(word: &OsStr) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./:=,@%+".contains(letter);
    match word.to_str() {
        Some(text) if text.chars().all(is_plain) && !text.is_empty() => text.into(),
        Some(text) if !text.contains(is_hidden) => {
            format!("'{}'", text.replace('\'', "'\\''")).into()
        }
        _ => escaped(word.as_encoded_bytes()).into(),
    }
}

/// Returns true for a letter that the output would not show as it is.
fn is_hidden(letter: char) -> bool {
    letter.is_control() || is_obeyed(letter)
}

/// Returns a word with hidden letters, or that is not Unicode, as `$'…'`, which bash, zsh and ksh read.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::from("$'");
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\'' | '\\' => text.extend(['\\', letter]),
                letter if is_hidden(letter) => {
                    let mut buffer = [0; 4];
                    push_bytes(&mut text, letter.encode_utf8(&mut buffer).as_bytes());
                }
                letter => text.push(letter),
            }
        }
        push_bytes(&mut text, chunk.invalid());
    }
    text.push('\'');
    text
}

/// Adds bytes as `\NNN`. Unlike `\xNN`, it ends after three digits in every shell.
fn push_bytes(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(text, "\\{byte:03o}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_for_a_shell() {
        for (word, expected) in [
            ("a.csv", "a.csv"),
            ("Ünï.csv", "Ünï.csv"),
            ("a b", "'a b'"),
            ("", "''"),
            ("it's", r"'it'\''s'"),
            ("a\nb\\'", r"$'a\012b\\\''"),
            ("\u{1b}[2J", r"$'\033[2J'"),
            ("\u{85}", r"$'\302\205'"),
            ("a\u{202e}b", r"$'a\342\200\256b'"),
        ] {
            assert_eq!(quoted(OsStr::new(word)), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_word_that_is_not_unicode_is_escaped() {
        use std::os::unix::ffi::OsStrExt as _;
        assert_eq!(quoted(OsStr::from_bytes(b"a\xff7 b")), r"$'a\3777 b'");
    }

    #[test]
    fn the_path_of_a_file_is_never_an_option() {
        for (path, expected) in [
            ("-x.csv", "./-x.csv"),
            ("--in place", "./'--in place'"),
            ("-", "-"),
            ("a.csv", "a.csv"),
            ("a b/-x", "'a b/-x'"),
        ] {
            assert_eq!(no_option(OsStr::new(path)), expected);
        }
    }
}
