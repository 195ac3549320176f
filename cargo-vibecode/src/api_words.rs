//! What the API itself says about a failure.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vibecode_runtime::Error;
use vibecode_spec::one_line;

/// The API's message, its hint and the code of the layer underneath it, each on one line. They may
/// quote values of the record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ApiWords {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) b24_code: Option<String>,
}

impl ApiWords {
    /// Returns `None` if the API said nothing.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        let line = |text: Option<&str>| text.map(one_line).filter(|line| !line.is_empty());
        let words = Self {
            message: line(error.message()),
            hint: line(error.hint()),
            b24_code: line(error.b24_code()),
        };
        (words != Self::default()).then_some(words)
    }

    /// Returns all fields, also those that the API did not write.
    pub(crate) fn json(&self) -> Value {
        json!({
            "message": self.message,
            "hint": self.hint,
            "b24_code": self.b24_code,
        })
    }
}

impl fmt::Display for ApiWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("message", &self.message),
            ("hint", &self.hint),
            ("b24Code", &self.b24_code),
        ];
        let parts = parts.into_iter();
        let parts = parts.filter_map(|(name, text)| Some(format!("{name}: {}", text.as_ref()?)));
        let parts: Vec<String> = parts.collect();
        write!(f, "the API's {}", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_api_said_is_shown() {
        let mut words = ApiWords {
            message: Some("Overload".to_owned()),
            ..ApiWords::default()
        };
        assert_eq!(words.to_string(), "the API's message: Overload");
        words.b24_code = Some("OVERLOAD_LIMIT".to_owned());
        let expected = "the API's message: Overload, b24Code: OVERLOAD_LIMIT";
        assert_eq!(words.to_string(), expected);
    }
}
