//! The file with the API key, and with an app's session token.
//!
//! It has the key in its first line and the token in the second, or both as `NAME=value`, as an `.env` file
//! has them. Empty lines and comments (`#`) are skipped.

use std::{fs, path::Path};

use vibecode_spec::text_of;

use crate::failure::Failure;

const KEY: &str = "VIBECODE_API_KEY";
const SESSION: &str = "VIBECODE_SESSION_TOKEN";
const MARK: char = '\u{feff}';

/// Reads the key, and the session token if the file has one.
///
/// # Errors
/// If the file cannot be read, or has no key, or more lines than these two.
pub(crate) fn read(path: &Path) -> Result<(String, Option<String>), Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::of_file(path, &error))?;
    let text = text_of(&bytes).map_err(|error| Failure::in_file(path, error))?;
    parse(text).map_err(|problem| Failure::in_file(path, problem))
}

/// Returns a warning if other users of the machine can read the file.
pub(crate) fn warning(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).ok()?.permissions().mode();
        let shown = path.display();
        (mode & 0o044 != 0).then(|| {
            format!("other users of this machine can read {shown}: run `chmod 600 {shown}`")
        })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

fn parse(text: &str) -> Result<(String, Option<String>), String> {
    let lines = text.trim_start_matches(MARK).lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut key, mut session) = (None, None);
    for line in lines {
        let slot = match named(line) {
            Some((KEY, value)) => (&mut key, value),
            Some((SESSION, value)) => (&mut session, value),
            // An .env file has other settings too.
            Some(_) => continue,
            None if key.is_none() => (&mut key, unquoted(line)),
            None => (&mut session, unquoted(line)),
        };
        let (slot, value) = slot;
        if value.is_empty() || value.contains(char::is_whitespace) {
            return Err("a key or a token is one word: quote nothing else with it".to_owned());
        }
        if slot.replace(value.to_owned()).is_some() {
            return Err("there is more than one key or token: keep one of each".to_owned());
        }
    }
    let key = key.ok_or_else(|| {
        format!("there is no API key in it: write the key into its first line, or as {KEY}=…")
    })?;
    Ok((key, session))
}

/// Returns the name and the value of `NAME=value` or `export NAME="value"`.
fn named(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let value = value.trim();
    (!name.is_empty() && name.chars().all(is_name)).then(|| (name, unquoted(value)))
}

/// Removes quotes, or a comment behind a value without quotes.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote)
            && let Some((inner, rest)) = inner.split_once(quote)
            && (rest.trim().is_empty() || rest.trim_start().starts_with('#'))
        {
            return inner;
        }
    }
    value
        .split_once(" #")
        .map_or(value, |(value, _)| value)
        .trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_two_lines_or_a_list_of_names() {
        let both = ("vibe_app_1".to_owned(), Some("vibe_session_2".to_owned()));
        for text in [
            "vibe_app_1\nvibe_session_2\n",
            "\u{feff}vibe_app_1\r\n\r\nvibe_session_2",
            "# my key\nvibe_app_1 # the app\n\"vibe_session_2\"\n",
            "VIBECODE_API_KEY=vibe_app_1\nVIBECODE_SESSION_TOKEN='vibe_session_2'\n",
            "export VIBECODE_SESSION_TOKEN=\"vibe_session_2\" # 24 h\nOTHER=1\nexport VIBECODE_API_KEY = vibe_app_1\n",
        ] {
            assert_eq!(parse(text), Ok(both.clone()), "{text}");
        }
        assert_eq!(parse("vibe_api_1"), Ok(("vibe_api_1".to_owned(), None)));
    }

    #[test]
    fn what_is_not_understood_is_an_error_without_the_key() {
        for text in [
            "",
            "# only\n",
            "OTHER=1",
            "a\nb\nc",
            "my key vibe_api_1",
            "VIBECODE_API_KEY=",
        ] {
            let problem = parse(text).unwrap_err();
            assert!(!problem.contains("vibe_api_1"), "{problem}");
        }
    }
}
