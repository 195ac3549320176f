//! The log of requests, which tests and the page read: each request with its answer, what it
//! changed, and the fault that hit it.

mod logged_answer;
mod logged_request;
mod requests;
mod watch;

pub(crate) use logged_answer::LoggedAnswer;
pub use logged_request::LoggedRequest;
pub(crate) use requests::{KEPT_ANSWERS, Log};
pub use watch::Watch;
