//! The file with the API key, and with an app's session token.
//!
//! It has the key in its first line and the token in the second, or both as `NAME=value`, as an `.env` file
//! has them, together with the base URL. Empty lines and comments (`#`) are skipped.

use std::{fmt, fs, path::Path};

use vibecode_spec::text_of;

use crate::failure::Failure;

/// The environment variables, which a key file may set too.
pub(crate) const KEY: &str = "VIBECODE_API_KEY";
pub(crate) const SESSION: &str = "VIBECODE_SESSION_TOKEN";
pub(crate) const BASE_URL: &str = "VIBECODE_BASE_URL";

/// The beginning of every name of a variable that this command line knows.
const OWN: &str = "VIBECODE_";
/// The beginning of every documented key and token (api.md, grade D).
const KEY_PREFIX: &str = "vibe_";

/// A key, and what belongs to it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secrets {
    pub(crate) key: String,
    pub(crate) session: Option<String>,
    pub(crate) base_url: Option<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// Reads the key, and what else the file has of it.
///
/// # Errors
/// If the file cannot be read, has no key, or has a line that is not understood.
pub(crate) fn read(path: &Path) -> Result<Secrets, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::of_file(path, &error))?;
    parse(&bytes).map_err(|problem| Failure::in_file(path, problem))
}

/// Returns a warning if other users of the machine can read the file.
pub(crate) fn warning(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).ok()?.permissions().mode();
        let shown = path.display();
        (mode & 0o044 != 0).then(|| {
            let file = crate::shell_word::no_option(path.as_os_str());
            format!("other users of this machine can read {shown}: run `chmod 600 {file}`")
        })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

fn parse(bytes: &[u8]) -> Result<Secrets, String> {
    let text = text_of(bytes).map_err(|error| error.to_string())?;
    let lines = text.lines().map(str::trim);
    let lines: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    // An .env file has other settings too.
    let is_own = |line: &&str| named(line).is_some_and(|(name, _)| name.starts_with(OWN));
    let is_env = lines.iter().any(is_own);
    let (mut key, mut session, mut base_url) = (None, None, None);
    for line in lines {
        let (slot, value) = match named(line) {
            Some((KEY, value)) => (&mut key, value),
            Some((SESSION, value)) => (&mut session, value),
            Some((BASE_URL, value)) => (&mut base_url, value),
            Some((name, _)) if name.starts_with(OWN) => {
                return Err(format!(
                    "`{name}` is not known: use {KEY}, {SESSION} or {BASE_URL}"
                ));
            }
            Some((name, value)) if is_setting(name, value, is_env) => continue,
            // A key may contain `=`.
            Some(_) | None if key.is_none() => (&mut key, unquoted(line)),
            Some(_) | None => (&mut session, unquoted(line)),
        };
        if value.is_empty() || value.contains(char::is_whitespace) {
            return Err(
                "a key, a token or a URL is one word: quote nothing else with it".to_owned(),
            );
        }
        if slot.replace(value.to_owned()).is_some() {
            return Err("there is more than one key, token or URL: keep one of each".to_owned());
        }
    }
    let key = key.ok_or_else(|| {
        format!("there is no API key in it: write the key into its first line, or as {KEY}=…")
    })?;
    Ok(Secrets {
        key,
        session,
        base_url,
    })
}

/// Returns true if `name=value` is another program's setting, and not a key that contains `=`. Another
/// program's password must not be sent as a key.
fn is_setting(name: &str, value: &str, is_env: bool) -> bool {
    let is_base64 = value.trim_matches('=').is_empty()
        && name.contains(|letter: char| letter.is_ascii_lowercase());
    !name.starts_with(KEY_PREFIX) && (is_env || !is_base64)
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

    fn secrets(key: &str, session: Option<&str>, base_url: Option<&str>) -> Secrets {
        Secrets {
            key: key.to_owned(),
            session: session.map(str::to_owned),
            base_url: base_url.map(str::to_owned),
        }
    }

    #[test]
    fn a_key_file_is_two_lines_or_a_list_of_names() {
        let both = secrets("vibe_app_1", Some("vibe_session_2"), None);
        for text in [
            "vibe_app_1\nvibe_session_2\n",
            "\u{feff}vibe_app_1\r\n\r\nvibe_session_2",
            "# my key\nvibe_app_1 # the app\n\"vibe_session_2\"\n",
            "VIBECODE_API_KEY=vibe_app_1\nVIBECODE_SESSION_TOKEN='vibe_session_2'\n",
            "export VIBECODE_SESSION_TOKEN=\"vibe_session_2\" # 24 h\nOTHER=1\nexport VIBECODE_API_KEY = vibe_app_1\n",
            "database_url=x\nVIBECODE_API_KEY=vibe_app_1\nVIBECODE_SESSION_TOKEN=vibe_session_2\n",
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(both.clone()), "{text}");
        }
        let one = secrets("vibe_api_1", None, None);
        assert_eq!(parse(b"vibe_api_1"), Ok(one));
    }

    #[test]
    fn the_base_url_of_a_key_file_is_read() {
        let text = "VIBECODE_API_KEY=vibe_api_1\nVIBECODE_BASE_URL=\"https://a.example/v1\"\n";
        let expected = secrets("vibe_api_1", None, Some("https://a.example/v1"));
        assert_eq!(parse(text.as_bytes()), Ok(expected));
    }

    #[test]
    fn a_key_with_an_equals_sign_is_a_key() {
        for (text, key, session) in [
            ("vibe_api_abc==\n", "vibe_api_abc==", None),
            ("aBc==", "aBc==", None),
            (
                "OTHER=1\nvibe_app_a=b\nvibe_session_c=\n",
                "vibe_app_a=b",
                Some("vibe_session_c="),
            ),
            (
                "vibe_app_a=\nVIBECODE_SESSION_TOKEN=c=\n",
                "vibe_app_a=",
                Some("c="),
            ),
            ("VIBECODE_API_KEY=vibe_api_a==", "vibe_api_a==", None),
        ] {
            assert_eq!(
                parse(text.as_bytes()),
                Ok(secrets(key, session, None)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_is_an_error_without_the_key() {
        for text in [
            "",
            "# only\n",
            "OTHER=1",
            "OTHER=",
            "db_password=vibe_api_1",
            "a\nb\nc",
            "my key vibe_api_1",
            "VIBECODE_API_KEY=",
            "VIBECODE_APIKEY=vibe_api_1",
            "vibe_api_1\nVIBECODE_URL=https://a.example",
            "VIBECODE_API_KEY=vibe_api_1\nVIBECODE_BASE_URL=\n",
            "VIBECODE_BASE_URL=https://a.example/v1",
            "vibe_api_1\nvibe_api_1=\nb",
        ] {
            let problem = parse(text.as_bytes()).unwrap_err();
            assert!(!problem.contains("vibe_api_1"), "{problem}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let shown = format!("{:?}", secrets("vibe_api_1", Some("b"), None));
        assert_eq!(shown, "Secrets { .. }");
    }
}
