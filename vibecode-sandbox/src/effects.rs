//! What a request did.

/// What a request did, which only the log learns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effects {
    pub(crate) applied: bool,
    pub(crate) dropped: Vec<String>,
    /// The ids of the calls of a batch that were.
    pub(crate) applied_calls: Vec<String>,
}
