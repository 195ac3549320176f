//! Where a sandbox listens, and what it serves beside the API.

#[derive(Debug, Clone, Copy)]
pub(crate) struct Hosting {
    /// 0 for any free port.
    pub(crate) port: u16,
    pub(crate) has_page: bool,
    /// The maximum number of requests in the log.
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
