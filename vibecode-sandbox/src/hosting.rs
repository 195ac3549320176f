//! Where a sandbox listens, and what it offers beside the API.

/// Where a sandbox listens, and what it offers beside the API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hosting {
    /// 0 for any that is free.
    pub(crate) port: u16,
    pub(crate) has_page: bool,
    /// How many requests the log holds at most.
    pub(crate) kept_requests: usize,
}

impl Default for Hosting {
    fn default() -> Self {
        Self {
            port: 0,
            has_page: false,
            kept_requests: usize::MAX,
        }
    }
}
