//! The findings.

use serde_json::{Value, json};

/// One answer of a portal to a question, beside what the product assumes. It is part of a report
/// that is passed on, so it contains no value of a record, no name of the portal's own fields and
/// nothing of the key.
#[derive(Debug)]
pub(crate) struct Finding {
    /// What was tested.
    pub(crate) about: String,
    /// What the portal does.
    pub(crate) here: String,
    /// What the product assumes.
    pub(crate) assumed: String,
    pub(crate) verdict: Verdict,
}

/// How a finding compares with what is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    AsAssumed,
    Differs,
    /// The product does not depend on it.
    Information,
    /// The portal or the key does not allow the test.
    NotTestable,
}

impl Finding {
    /// Compares what the portal does with what is assumed.
    pub(crate) fn new(
        about: impl Into<String>,
        here: impl Into<String>,
        assumed: impl Into<String>,
        is_as_assumed: bool,
    ) -> Self {
        Self {
            about: about.into(),
            here: here.into(),
            assumed: assumed.into(),
            verdict: if is_as_assumed {
                Verdict::AsAssumed
            } else {
                Verdict::Differs
            },
        }
    }

    pub(crate) fn information(
        about: impl Into<String>,
        here: impl Into<String>,
        assumed: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Information,
            ..Self::new(about, here, assumed, true)
        }
    }

    pub(crate) fn not_testable(
        about: impl Into<String>,
        why: impl Into<String>,
        assumed: impl Into<String>,
    ) -> Self {
        let here = format!("not testable: {}", why.into());
        Self {
            verdict: Verdict::NotTestable,
            ..Self::new(about, here, assumed, true)
        }
    }

    pub(crate) fn document(&self) -> Value {
        json!({
            "about": self.about,
            "here": self.here,
            "assumed": self.assumed,
            "verdict": self.verdict.name().replace(' ', "_"),
        })
    }
}

impl Verdict {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AsAssumed => "as assumed",
            Self::Differs => "differs",
            Self::Information => "for information",
            Self::NotTestable => "not testable",
        }
    }
}
