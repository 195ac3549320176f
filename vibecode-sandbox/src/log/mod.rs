//! The log of requests, for a test or the page to read: each request with its answer, its effects
//! and the fault that hit it.

mod logged_request;
mod requests;
mod watch;

pub use logged_request::LoggedRequest;
pub(crate) use requests::Log;
pub use watch::Watch;
