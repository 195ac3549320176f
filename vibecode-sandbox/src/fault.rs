//! What can go wrong with one request.

use std::time::Duration;

use http::StatusCode;

use crate::{
    CallFault,
    call::Call,
    call_fault::BatchFaults,
    ending::Close,
    envelope::{Failure, RetryAfter},
    route::Route,
};

/// What goes wrong with one request of an entity's route.
///
/// Whether the write is carried out all the same is part of the fault: each constructor says what
/// it does by itself, [`Fault::applied`] and [`Fault::not_applied`] say otherwise.
///
/// ```
/// use std::time::Duration;
/// use vibecode_sandbox::{Fault, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let sandbox = Sandbox::start().await;
/// // The next PATCH is carried out, but its answer is lost; the one after it must wait.
/// sandbox.fault(Fault::drop_after().on("PATCH"));
/// sandbox.fault(Fault::rate_limited(Duration::from_secs(2)).on("PATCH"));
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until a sandbox is given it"]
pub struct Fault {
    name: &'static str,
    pub(crate) effect: Effect,
    pub(crate) applies: bool,
    method: Option<String>,
    path: Option<String>,
}

/// What is done to the answer or its connection.
#[derive(Debug, Clone)]
pub(crate) enum Effect {
    /// No answer.
    Close(Close),
    /// No answer, and the request is carried out this much later.
    Late(Duration),
    /// The answer, this much later.
    Delay(Duration),
    /// The answer, with this pause after every few bytes.
    Trickle(Duration),
    /// An error in the API's envelope.
    Fail(Failure),
    /// An error in the API's envelope under 200.
    FailUnder200(Failure),
    /// A page of a gateway.
    Page(StatusCode),
    NoContent,
    CutOff,
    CutOffChunked,
    Oversized,
    Garbage,
    AnotherRecord,
    /// The answer, in which calls at these positions went wrong.
    InBatch(Vec<(usize, CallFault)>),
    /// No answer, and only so many calls are carried out.
    DropAfterCalls(usize),
}

/// Whose answer was lost on the way.
const GATEWAY: &str = "The portal did not answer in time";

impl Fault {
    /// Reads the request and closes the connection. Not applied.
    pub fn drop_before() -> Self {
        Self::new("drop_before", Effect::Close(Close::Properly))
    }

    /// Carries the request out and closes the connection without an answer.
    pub fn drop_after() -> Self {
        Self::drop_before().applied().named("drop_after")
    }

    /// Closes the connection at once and carries the request out this much later, by tokio's
    /// clock, as a portal that works through a queue does. Dropping the sandbox before that stops
    /// it.
    pub fn late(delay: Duration) -> Self {
        Self::new("late", Effect::Late(delay))
    }

    /// As [`Fault::drop_before`], by a reset (RST). Not applied.
    pub fn reset_before() -> Self {
        Self::new("reset_before", Effect::Close(Close::ByReset))
    }

    /// As [`Fault::drop_after`], by a reset (RST).
    pub fn reset_after() -> Self {
        Self::reset_before().applied().named("reset_after")
    }

    /// Carries the request out and answers properly, this much later.
    pub fn delay(delay: Duration) -> Self {
        Self::new("delay", Effect::Delay(delay)).applied()
    }

    /// Never answers: the connection stays open until the client goes away. Not applied.
    pub fn hang() -> Self {
        Self::new("hang", Effect::Close(Close::ByClient))
    }

    /// Carries the request out and never answers.
    pub fn hang_after() -> Self {
        Self::hang().applied().named("hang_after")
    }

    /// Carries the request out and answers 16 bytes at a time, with this pause between.
    pub fn trickle(pause: Duration) -> Self {
        Self::new("trickle", Effect::Trickle(pause)).applied()
    }

    /// 429 `RATE_LIMITED` with `error.retryAfter`, in whole seconds and mirrored in `Retry-After`
    /// (graded D). Not applied.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let retry_after = RetryAfter::Seconds(retry_after);
        let failure = Failure::rate_limited(retry_after);
        Self::new("rate_limited", Effect::Fail(failure))
    }

    /// 429 `RATE_LIMITED` without `error.retryAfter` and with an HTTP date in `Retry-After`: the
    /// wall clock's moment this much later. Not applied.
    pub fn rate_limited_until(retry_after: Duration) -> Self {
        let retry_after = RetryAfter::Date(retry_after);
        let failure = Failure::rate_limited(retry_after);
        Self::new("rate_limited_until", Effect::Fail(failure))
    }

    /// 503 `QUERY_LIMIT_EXCEEDED` in the API's envelope. Not applied.
    pub fn query_limit_exceeded() -> Self {
        let failure = Failure::new("QUERY_LIMIT_EXCEEDED", "Too many requests");
        Self::new("query_limit_exceeded", Effect::Fail(failure))
    }

    /// 503 as a page of HTML. Not applied.
    pub fn unavailable_html() -> Self {
        let page = Effect::Page(StatusCode::SERVICE_UNAVAILABLE);
        Self::new("unavailable_html", page)
    }

    /// 502 `BITRIX_UNAVAILABLE` in the API's envelope. Applied: the gateway lost the answer.
    pub fn bad_gateway() -> Self {
        let failure = Failure::new("BITRIX_UNAVAILABLE", GATEWAY);
        Self::new("bad_gateway", Effect::Fail(failure)).applied()
    }

    /// 502 as a page of HTML. Applied: the gateway lost the answer.
    pub fn bad_gateway_html() -> Self {
        let page = Effect::Page(StatusCode::BAD_GATEWAY);
        Self::new("bad_gateway_html", page).applied()
    }

    /// 504 `QUEUE_TIMEOUT` in the API's envelope. Applied: the gateway did not wait for the answer.
    pub fn queue_timeout() -> Self {
        let failure = Failure::new("QUEUE_TIMEOUT", GATEWAY);
        Self::new("queue_timeout", Effect::Fail(failure)).applied()
    }

    /// 500 `INTERNAL_ERROR` in the API's envelope. Not applied.
    pub fn server_error() -> Self {
        let failure = Failure::new("INTERNAL_ERROR", "Internal error");
        Self::new("server_error", Effect::Fail(failure))
    }

    /// 422 `BITRIX_ERROR` with the `b24Code` `OVERLOAD_LIMIT`, which is not to be repeated (graded
    /// O). Not applied.
    pub fn overload_limit() -> Self {
        let failure = Failure::new("BITRIX_ERROR", "The portal is overloaded");
        Self::new(
            "overload_limit",
            Effect::Fail(failure.b24_code("OVERLOAD_LIMIT")),
        )
    }

    /// An error of this code in the API's envelope, with the status that the code is known to come
    /// with; 500 where none is known. Not applied.
    pub fn error(code: &'static str) -> Self {
        Self::new("error", Effect::Fail(Failure::told(code)))
    }

    /// 204 without a body. Applied.
    pub fn no_content() -> Self {
        Self::new("no_content", Effect::NoContent).applied()
    }

    /// The answer with its length, cut off in the middle of the body. Applied.
    pub fn cut_off() -> Self {
        Self::new("cut_off", Effect::CutOff).applied()
    }

    /// The answer in chunks, cut off before the last one. Applied.
    pub fn cut_off_chunked() -> Self {
        Self::new("cut_off_chunked", Effect::CutOffChunked).applied()
    }

    /// The answer behind 17 MiB of white space, in chunks: good JSON for whoever reads that much.
    /// Applied.
    pub fn oversized() -> Self {
        Self::new("oversized", Effect::Oversized).applied()
    }

    /// 200 with bytes that are no JSON. Applied.
    pub fn garbage() -> Self {
        Self::new("garbage", Effect::Garbage).applied()
    }

    /// 200 with a page of HTML. Applied.
    pub fn html() -> Self {
        Self::new("html", Effect::Page(StatusCode::OK)).applied()
    }

    /// The answer with the id after its record's; of a batch, in every result. Applied.
    pub fn another_record() -> Self {
        Self::new("another_record", Effect::AnotherRecord).applied()
    }

    /// 200 with `{"success":false,"error":{"code":"BITRIX_ERROR",…}}`. Not applied.
    pub fn success_false() -> Self {
        let failure = Failure::new("BITRIX_ERROR", "The portal refused the change");
        Self::new("success_false", Effect::FailUnder200(failure))
    }

    /// Lets single calls of a batch go wrong, by their position from 0; the others are carried out.
    /// Hits only batches.
    pub fn in_batch(calls: impl IntoIterator<Item = (usize, CallFault)>) -> Self {
        let calls = calls.into_iter().collect();
        Self::new("in_batch", Effect::InBatch(calls)).applied()
    }

    /// Carries out the first calls of a batch, this many, and closes the connection without an
    /// answer. Hits only batches.
    pub fn drop_after_calls(calls: usize) -> Self {
        Self::new("drop_after_calls", Effect::DropAfterCalls(calls)).applied()
    }

    fn new(name: &'static str, effect: Effect) -> Self {
        Self {
            name,
            effect,
            applies: false,
            method: None,
            path: None,
        }
    }

    fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Carries the request out before whatever goes wrong. Says nothing about [`Fault::late`],
    /// which has a time of its own.
    pub fn applied(self) -> Self {
        Self {
            applies: true,
            ..self
        }
    }

    /// Does not carry a write out. Where it is answered all the same, the answer shows a record with
    /// its id and nothing else, or a batch without results. A read is answered as ever.
    pub fn not_applied(self) -> Self {
        Self {
            applies: false,
            ..self
        }
    }

    /// Hits only requests of this method, such as `PATCH`.
    pub fn on(self, method: impl AsRef<str>) -> Self {
        let method = Some(method.as_ref().to_owned());
        Self { method, ..self }
    }

    /// Hits only requests whose path contains this, such as `contacts/71`.
    pub fn at(self, part_of_path: impl Into<String>) -> Self {
        let path = Some(part_of_path.into());
        Self { path, ..self }
    }

    /// The name of the constructor, such as `drop_after`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the fault is one for this request.
    pub(crate) fn concerns(&self, call: &Call, route: Route) -> bool {
        let of_batch = matches!(self.effect, Effect::InBatch(_) | Effect::DropAfterCalls(_));
        let method = self.method.as_deref();
        let path = self.path.as_deref();
        (route.is_batch() || !of_batch)
            && method.is_none_or(|method| call.method == method)
            && path.is_none_or(|path| call.uri.path().contains(path))
    }

    /// What the fault does inside a batch.
    pub(crate) fn batch_faults(&self) -> BatchFaults {
        let mut faults = BatchFaults::default();
        match &self.effect {
            Effect::InBatch(calls) => faults.calls.clone_from(calls),
            Effect::DropAfterCalls(calls) => faults.first = Some(*calls),
            _ => {}
        }
        faults
    }
}
