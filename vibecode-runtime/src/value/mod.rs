//! Values of the API that Rust has no type for.

mod crm_ref;
mod date;
mod file;
mod money;

use std::fmt;

pub use self::{
    crm_ref::{CrmRef, OtherLink},
    date::{Date, DateTime},
    file::File,
    money::Money,
};

/// Why text cannot be parsed as a value. It does not hold the text.
///
/// ```
/// use vibecode_runtime::Date;
///
/// let error = "8 May 1990".parse::<Date>().unwrap_err();
/// assert_eq!(error.to_string(), "expected a day as YYYY-MM-DD");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseError {
    expected: &'static str,
}

impl ParseError {
    pub(crate) const fn expected(expected: &'static str) -> Self {
        Self { expected }
    }

    pub(crate) fn what(self) -> &'static str {
        self.expected
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl std::error::Error for ParseError {}
