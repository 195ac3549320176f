//! What a request changed.

/// What a request changed, for the log: the answer does not show it.
#[derive(Debug, Clone, Default)]
pub(crate) struct WriteReport {
    pub(crate) applied: bool,
    /// The keys that had no effect.
    pub(crate) dropped: Vec<String>,
    pub(crate) applied_calls: Vec<String>,
}
