//! The error of a sandbox that does not start.

use std::{error::Error, fmt, io};

/// The error of a sandbox that does not start: its configuration is invalid, or no port is free.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let error = Sandbox::builder().seed(json!([])).try_start().await.unwrap_err();
/// assert_eq!(error.to_string(), "a seed must be an object that maps each entity to an array of its records");
/// # }
/// ```
#[derive(Debug)]
pub struct StartError {
    message: String,
    source: Option<io::Error>,
}

impl StartError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// Creates the error for the requested port; 0 if any port was allowed.
    pub(crate) fn no_port(port: u16, source: io::Error) -> Self {
        let message = match port {
            0 => format!("cannot listen on any port of the loopback interface: {source}"),
            port => format!(
                "cannot listen on port {port} of the loopback interface ({source}): choose another port, or 0 for any free one"
            ),
        };
        Self {
            message,
            source: Some(source),
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
