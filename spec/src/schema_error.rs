//! The error of a text that is not a schema.

use std::fmt;

/// The reason why a text is not a schema.
///
/// ```
/// use vibecode_spec::Schema;
///
/// let error = Schema::read("{\n  \"id\": }").unwrap_err();
/// assert_eq!((error.line, error.column), (2, 9));
/// assert_eq!(error.to_string(), "this is not JSON (line 2, column 9)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaError {
    /// The line of the mistake, from 1; 0 if it concerns the whole text.
    pub line: usize,
    /// The column of the mistake, from 1; 0 if it concerns the whole text.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl SchemaError {
    pub(crate) fn of_the_whole(message: String) -> Self {
        Self {
            line: 0,
            column: 0,
            message,
        }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "{} (line {line}, column {})", self.message, self.column),
        }
    }
}

impl std::error::Error for SchemaError {}
