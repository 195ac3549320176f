//! The values of the API: their kinds, the Rust types for them, and how each is written, read and
//! compared.

pub(crate) mod const_text;
mod crm_ref;
mod date;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod entity;
pub(crate) mod enumeration;
pub(crate) mod equality;
mod file;
pub(crate) mod id;
#[cfg(any(
    feature = "chrono",
    feature = "decimal",
    feature = "jiff",
    feature = "time"
))]
mod interop;
pub(crate) mod kind;
mod money;
pub(crate) mod multifield;
pub(crate) mod text_form;

use std::fmt;

pub use self::{
    crm_ref::{CrmRef, OtherLink},
    date::{Date, DateTime},
    file::File,
    money::Money,
};

/// The error for text that cannot be parsed as a value. It does not contain the text.
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
