//! How long the attempts of a call may take.

use std::time::Duration;

use super::Request;

#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// The timeout of one attempt of a read.
    pub(super) read: Duration,
    /// The timeout of one attempt of a write.
    pub(super) write: Duration,
    /// All attempts of a call, from the moment the first is sent.
    pub(super) deadline: Duration,
}

impl Times {
    /// The timeout of the HTTP client, for requests without their own.
    pub(super) fn usual(self) -> Duration {
        self.write
    }

    /// The timeout of this request, if it differs from the usual one. To set one costs an allocation.
    pub(super) fn unusual(self, request: &Request) -> Option<Duration> {
        Some(self.of(request)).filter(|it| *it != self.usual())
    }

    pub(super) fn of(self, request: &Request) -> Duration {
        if request.is_write() {
            self.write
        } else {
            self.read
        }
    }
}
