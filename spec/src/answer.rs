//! The parts of reading that every answer and every file of a portal shares: its length, its encoding, JSON,
//! and whether it is an error answer.

use std::{fs::File, io::Read as _, path::Path};

use crate::{
    SchemaError,
    field::is_description,
    json::{Json, Mistake, Object},
    text_of,
};

/// The maximum length of a file in bytes. 10,000 fields or statuses take a few megabytes.
const MAX_LENGTH: u64 = 16 * 1024 * 1024;
/// The version of the formats in which `cargo vibecode pull` writes files.
pub(crate) const FORMAT: u64 = 1;

/// What a reader expects: the next step, which ends each message about an input that is anything else.
#[derive(Clone, Copy)]
pub(crate) struct Expected(pub(crate) &'static str);

const PORTAL_FILE: Expected = Expected("a file of a portal is what `cargo vibecode pull` writes");

impl Expected {
    pub(crate) fn refused<T>(self, what: &str) -> Result<T, SchemaError> {
        Err(SchemaError::of_the_whole(format!("{what}: {}", self.0)))
    }

    pub(crate) fn parse(self, bytes: &[u8]) -> Result<Json<'_>, SchemaError> {
        let text = text_of(bytes).map_err(|error| SchemaError::of_the_whole(error.to_string()))?;
        let begins = text.trim_start();
        if begins.is_empty() {
            return self.refused("this is empty");
        }
        if begins.starts_with('<') {
            return self.refused("this is a page in HTML or XML, not JSON");
        }
        Json::read(text).map_err(not_json)
    }

    /// Refuses an error answer.
    pub(crate) fn refuse_error(self, answer: &Object<'_>) -> Result<(), SchemaError> {
        match error_code(answer) {
            Some(code) => self.refused(&format!("this is an error answer{code}")),
            None => Ok(()),
        }
    }
}

/// Returns the bytes of a file of a portal, or of a saved answer.
///
/// # Errors
/// If the file cannot be read or is longer than 16 MiB.
pub fn file_bytes(file: &Path) -> Result<Vec<u8>, SchemaError> {
    let failed = |error: std::io::Error| SchemaError::of_the_whole(error.to_string());
    let file = File::open(file).map_err(failed)?;
    // What is not a regular file states no length, and may have no end.
    let mut bytes = Vec::new();
    let mut limited = file.take(MAX_LENGTH + 1);
    limited.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_LENGTH {
        let message = format!("it is too long: a file of a portal has at most {MAX_LENGTH} bytes");
        return Err(SchemaError::of_the_whole(message));
    }
    Ok(bytes)
}

/// Returns the host of the portal that a file names. A portal that is not text is an error, since a file without one is
/// of any portal.
pub(crate) fn stated_portal(
    file: &Object<'_>,
    expected: Expected,
) -> Result<Option<String>, SchemaError> {
    match file.get("portal") {
        None => Ok(None),
        Some(Json::Text(portal)) => Ok(Some(portal.clone().into_owned())),
        Some(_) => expected.refused("its `portal` is not text"),
    }
}

/// Returns the host of the portal that a file states which `cargo vibecode pull` has written.
///
/// ```
/// let file = r#"{"portal":"acme.bitrix24.ru","format":1}"#;
/// assert_eq!(vibecode_spec::portal_of_file(file)?.as_deref(), Some("acme.bitrix24.ru"));
/// assert!(vibecode_spec::portal_of_file("acme").is_err());
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
///
/// # Errors
/// If this is not an object in JSON, or if its `portal` is not text.
pub fn portal_of_file(bytes: impl AsRef<[u8]>) -> Result<Option<String>, SchemaError> {
    match PORTAL_FILE.parse(bytes.as_ref())? {
        Json::Object(file) => stated_portal(&file, PORTAL_FILE),
        _ => PORTAL_FILE.refused("this is not an object"),
    }
}

/// Checks the version in a file that `cargo vibecode pull` has written.
pub(crate) fn check_format(file: &Object<'_>) -> Result<(), SchemaError> {
    if matches!(file.get("format"), Some(Json::Number(format)) if format.parse() == Ok(FORMAT)) {
        return Ok(());
    }
    let message = format!(
        "its `format` is not {FORMAT}, the only one that this version reads: update the vibecode crates, or fetch the file again with `cargo vibecode pull`"
    );
    Err(SchemaError::of_the_whole(message))
}

fn not_json(Mistake { line, column }: Mistake) -> SchemaError {
    SchemaError {
        line,
        column,
        message: "this is not JSON".to_owned(),
    }
}

/// Returns the code of an error answer as messages show it, or `None` if the answer is not an error.
fn error_code(answer: &Object<'_>) -> Option<String> {
    let failed = answer.get("success").is_some_and(|it| !it.is_bool(true));
    let error = answer
        .get("error")
        .filter(|it| it.is_text() || (it.get("code").is_some() && !is_description(it)));
    if !failed && error.is_none() {
        return None;
    }
    let code = error.and_then(|it| it.get("code").unwrap_or(it).as_str());
    let is_code = |code: &&str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        code.len() <= 64 && code.bytes().all(is_plain)
    };
    Some(
        code.filter(is_code)
            .map_or_else(String::new, |code| format!(" (`{code}`)")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_without_an_end_is_not_read_to_the_end() {
        let error = file_bytes(Path::new("/dev/zero")).unwrap_err();
        assert!(error.to_string().contains("too long"), "{error}");
    }
}
