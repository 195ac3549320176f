//! Why a sandbox does not start.

use std::{error::Error, fmt, io};

/// Why a sandbox does not start: what it was built from is wrong, or there is no port.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let error = Sandbox::builder().seed(json!([])).try_start().await.unwrap_err();
/// assert_eq!(error.to_string(), "a seed is a map: entity to array of records");
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

    /// Of the port that was asked for; 0 where any would do.
    pub(crate) fn no_port(port: u16, source: io::Error) -> Self {
        let message = match port {
            0 => format!("no port of the loopback interface can be listened on ({source})"),
            port => format!(
                "port {port} of the loopback interface cannot be listened on ({source}): choose another, or 0 for any that is free"
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
