//! The effects of a request.

/// The effects of a request, which only the log shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effects {
    pub(crate) applied: bool,
    pub(crate) dropped: Vec<String>,
    /// The ids of the calls of a batch that were applied.
    pub(crate) applied_calls: Vec<String>,
}
