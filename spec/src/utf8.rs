//! Decodes the text of a file or an answer: UTF-8, with or without a byte order mark.

use std::{fmt, str};

/// The reason why bytes cannot be read as text.
///
/// ```
/// use vibecode_spec::{TextError, text_of};
///
/// assert_eq!(text_of(b"\xef\xbb\xbfkey"), Ok("key"));
/// assert_eq!(text_of(b"\xff\xfek\0e\0y\0"), Err(TextError::Utf16));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// UTF-16 or UTF-32, as PowerShell's `>` and some editors write it.
    Utf16,
    /// Bytes that are not UTF-8.
    NotUtf8,
}

/// Returns the text in these bytes, without a byte order mark.
///
/// # Errors
/// Returns a [`TextError`] if the bytes are not UTF-8.
pub fn text_of(bytes: &[u8]) -> Result<&str, TextError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // The first character of a file is ASCII, which UTF-16 and UTF-32 encode with a zero byte next to
    // it.
    let begins_wide = matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..]
    );
    if begins_wide {
        return Err(TextError::Utf16);
    }
    str::from_utf8(bytes).map_err(|_| TextError::NotUtf8)
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 => "this is UTF-16, as PowerShell's `>` writes it: save it as UTF-8",
            Self::NotUtf8 => "this is not UTF-8 text: save it as UTF-8",
        })
    }
}

impl std::error::Error for TextError {}
