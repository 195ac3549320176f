//! One span per attempt, with the call that it belongs to and its result, but no values.

use super::Request;
use crate::Result;

/// The span of an attempt. Empty without the feature `tracing`.
pub(super) struct Trace {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[cfg(feature = "tracing")]
impl Trace {
    pub(super) fn new(request: &Request, attempt: u32) -> Self {
        use tracing::field::Empty;
        let span = tracing::info_span!(
            "vibecode.request",
            method = %request.method,
            entity = %request.entity,
            id = request.id,
            attempt,
            status = Empty,
            outcome = Empty,
        );
        Self { span }
    }

    pub(super) fn around<F: Future>(&self, attempt: F) -> impl Future<Output = F::Output> + use<F> {
        use tracing::Instrument as _;
        attempt.instrument(self.span.clone())
    }

    pub(super) fn within<T>(&self, run: impl FnOnce() -> T) -> T {
        self.span.in_scope(run)
    }

    pub(super) fn note<T>(&self, status: Option<http::StatusCode>, result: &Result<T>) {
        if self.span.is_disabled() {
            return;
        }
        if let Some(status) = status {
            self.span.record("status", status.as_u16());
        }
        let outcome = match result {
            Ok(_) => "done",
            Err(error) => match error.outcome() {
                crate::Outcome::NotApplied => "not applied",
                crate::Outcome::Unknown => "unknown",
            },
        };
        self.span.record("outcome", outcome);
    }
}

#[cfg(not(feature = "tracing"))]
#[expect(clippy::unused_self, reason = "there is no span to use")]
impl Trace {
    pub(super) fn new(_: &Request, _: u32) -> Self {
        Self {}
    }

    pub(super) fn around<F: Future>(&self, attempt: F) -> F {
        attempt
    }

    pub(super) fn within<T>(&self, run: impl FnOnce() -> T) -> T {
        run()
    }

    pub(super) fn note<T>(&self, _: Option<http::StatusCode>, _: &Result<T>) {}
}
