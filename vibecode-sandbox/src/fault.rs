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
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::drop_before());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(answer.is_none());
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn drop_before() -> Self {
        Self::new("drop_before", Effect::Close(Close::Properly))
    }

    /// Carries the request out and closes the connection without an answer.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::drop_after());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(answer.is_none());
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn drop_after() -> Self {
        Self::drop_before().applied().named("drop_after")
    }

    /// Closes the connection at once and carries the request out this much later, by tokio's
    /// clock, as a portal that works through a queue does. Dropping the sandbox before that stops
    /// it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// use std::time::Duration;
    ///
    /// sandbox.fault(Fault::late(Duration::from_secs(5)));
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(answer.is_none());
    /// assert!(!sandbox.requests()[0].was_applied());
    /// tokio::time::sleep(Duration::from_secs(6)).await;
    /// assert!(sandbox.requests()[0].was_applied());
    /// # }
    /// ```
    pub fn late(delay: Duration) -> Self {
        Self::new("late", Effect::Late(delay))
    }

    /// As [`Fault::drop_before`], by a reset (RST). Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::reset_before());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(answer.is_none());
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn reset_before() -> Self {
        Self::new("reset_before", Effect::Close(Close::ByReset))
    }

    /// As [`Fault::drop_after`], by a reset (RST).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::reset_after());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(answer.is_none());
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn reset_after() -> Self {
        Self::reset_before().applied().named("reset_after")
    }

    /// Carries the request out and answers properly, this much later.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::delay(std::time::Duration::from_secs(2)));
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 200);
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn delay(delay: Duration) -> Self {
        Self::new("delay", Effect::Delay(delay)).applied()
    }

    /// Never answers: the connection stays open until the client goes away. Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// use std::time::Duration;
    ///
    /// sandbox.fault(Fault::hang());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" }));
    /// assert!(tokio::time::timeout(Duration::from_secs(70), answer).await.is_err());
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn hang() -> Self {
        Self::new("hang", Effect::Close(Close::ByClient))
    }

    /// Carries the request out and never answers.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// use std::time::Duration;
    ///
    /// sandbox.fault(Fault::hang_after());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" }));
    /// assert!(tokio::time::timeout(Duration::from_secs(70), answer).await.is_err());
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn hang_after() -> Self {
        Self::hang().applied().named("hang_after")
    }

    /// Carries the request out and answers 16 bytes at a time, with this pause between.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::trickle(std::time::Duration::from_millis(1)));
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 200);
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn trickle(pause: Duration) -> Self {
        Self::new("trickle", Effect::Trickle(pause)).applied()
    }

    /// 429 `RATE_LIMITED` with `error.retryAfter`, in whole seconds and mirrored in `Retry-After`
    /// (graded D). Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::rate_limited(std::time::Duration::from_secs(2)));
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").1["error"]["retryAfter"], 2);
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn rate_limited(retry_after: Duration) -> Self {
        let retry_after = RetryAfter::Seconds(retry_after);
        let failure = Failure::rate_limited(retry_after);
        Self::new("rate_limited", Effect::Fail(failure))
    }

    /// 429 `RATE_LIMITED` without `error.retryAfter` and with an HTTP date in `Retry-After`: the
    /// wall clock's moment this much later. Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::rate_limited_until(std::time::Duration::from_secs(2)));
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 429);
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn rate_limited_until(retry_after: Duration) -> Self {
        let retry_after = RetryAfter::Date(retry_after);
        let failure = Failure::rate_limited(retry_after);
        Self::new("rate_limited_until", Effect::Fail(failure))
    }

    /// 503 `QUERY_LIMIT_EXCEEDED` in the API's envelope. Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::query_limit_exceeded());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 503);
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn query_limit_exceeded() -> Self {
        let failure = Failure::new("QUERY_LIMIT_EXCEEDED", "Too many requests");
        Self::new("query_limit_exceeded", Effect::Fail(failure))
    }

    /// 503 as a page of HTML. Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::unavailable_html());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 503);
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn unavailable_html() -> Self {
        let page = Effect::Page(StatusCode::SERVICE_UNAVAILABLE);
        Self::new("unavailable_html", page)
    }

    /// 502 `BITRIX_UNAVAILABLE` in the API's envelope. Applied: the gateway lost the answer.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::bad_gateway());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").1["error"]["code"], "BITRIX_UNAVAILABLE");
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn bad_gateway() -> Self {
        let failure = Failure::new("BITRIX_UNAVAILABLE", GATEWAY);
        Self::new("bad_gateway", Effect::Fail(failure)).applied()
    }

    /// 502 as a page of HTML. Applied: the gateway lost the answer.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::bad_gateway_html());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 502);
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn bad_gateway_html() -> Self {
        let page = Effect::Page(StatusCode::BAD_GATEWAY);
        Self::new("bad_gateway_html", page).applied()
    }

    /// 504 `QUEUE_TIMEOUT` in the API's envelope. Applied: the gateway did not wait for the answer.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::queue_timeout());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").1["error"]["code"], "QUEUE_TIMEOUT");
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn queue_timeout() -> Self {
        let failure = Failure::new("QUEUE_TIMEOUT", GATEWAY);
        Self::new("queue_timeout", Effect::Fail(failure)).applied()
    }

    /// 500 `INTERNAL_ERROR` in the API's envelope. Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::server_error());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").1["error"]["code"], "INTERNAL_ERROR");
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn server_error() -> Self {
        let failure = Failure::new("INTERNAL_ERROR", "Internal error");
        Self::new("server_error", Effect::Fail(failure))
    }

    /// 422 `BITRIX_ERROR` with the `b24Code` `OVERLOAD_LIMIT`, which is not to be repeated (graded
    /// O). Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::overload_limit());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").1["error"]["b24Code"], "OVERLOAD_LIMIT");
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn overload_limit() -> Self {
        let failure = Failure::new("BITRIX_ERROR", "The portal is overloaded");
        Self::new(
            "overload_limit",
            Effect::Fail(failure.b24_code("OVERLOAD_LIMIT")),
        )
    }

    /// An error of this code in the API's envelope, with the status that the code is known to come
    /// with; 500 where none is known. Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::error("ACCESS_DENIED"));
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 403);
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn error(code: &'static str) -> Self {
        Self::new("error", Effect::Fail(Failure::told(code)))
    }

    /// 204 without a body. Applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::no_content());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 204);
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn no_content() -> Self {
        Self::new("no_content", Effect::NoContent).applied()
    }

    /// The answer with its length, cut off in the middle of the body. Applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::cut_off());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// // It ends in the middle of the JSON.
    /// assert!(answer.is_none_or(|(_, body)| body.is_null()));
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn cut_off() -> Self {
        Self::new("cut_off", Effect::CutOff).applied()
    }

    /// The answer in chunks, cut off before the last one. Applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::cut_off_chunked());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// // It ends before the last chunk.
    /// assert!(answer.is_none_or(|(_, body)| body.is_null()));
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn cut_off_chunked() -> Self {
        Self::new("cut_off_chunked", Effect::CutOffChunked).applied()
    }

    /// The answer behind 17 MiB of white space, in chunks: good JSON for whoever reads that much.
    /// Applied.
    ///
    /// ```
    /// use vibecode_sandbox::Fault;
    ///
    /// assert_eq!(Fault::oversized().name(), "oversized");
    /// ```
    pub fn oversized() -> Self {
        Self::new("oversized", Effect::Oversized).applied()
    }

    /// 200 with bytes that are no JSON. Applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::garbage());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(answer.is_none_or(|(_, body)| body.is_null()));
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn garbage() -> Self {
        Self::new("garbage", Effect::Garbage).applied()
    }

    /// 200 with a page of HTML. Applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::html());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(answer.is_some_and(|(status, body)| status == 200 && body.is_null()));
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn html() -> Self {
        Self::new("html", Effect::Page(StatusCode::OK)).applied()
    }

    /// The answer with the id after its record's; of a batch, in every result. Applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::another_record());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").1["data"]["id"], 72);
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn another_record() -> Self {
        Self::new("another_record", Effect::AnotherRecord).applied()
    }

    /// 200 with `{"success":false,"error":{"code":"BITRIX_ERROR",…}}`. Not applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::success_false());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").1["success"], false);
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn success_false() -> Self {
        let failure = Failure::new("BITRIX_ERROR", "The portal refused the change");
        Self::new("success_false", Effect::FailUnder200(failure))
    }

    /// Lets single calls of a batch go wrong, by their position from 0; the others are carried out.
    /// Hits only batches.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::in_batch([(1, CallFault::error("ACCESS_DENIED"))]));
    /// let update = |id: u64| json!({ "id": id.to_string(), "entity": "contacts", "action": "update",
    ///     "entityId": id, "params": { "post": "Director" } });
    /// let calls = json!({ "calls": [update(71), update(72)] });
    /// send(&sandbox, "POST batch", calls).await;
    /// assert_eq!(sandbox.requests()[0].applied_calls(), ["71"]);
    /// # }
    /// ```
    pub fn in_batch(calls: impl IntoIterator<Item = (usize, CallFault)>) -> Self {
        let calls = calls.into_iter().collect();
        Self::new("in_batch", Effect::InBatch(calls)).applied()
    }

    /// Carries out the first calls of a batch, this many, and closes the connection without an
    /// answer. Hits only batches.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::drop_after_calls(1));
    /// let update = |id: u64| json!({ "id": id.to_string(), "entity": "contacts", "action": "update",
    ///     "entityId": id, "params": { "post": "Director" } });
    /// let calls = json!({ "calls": [update(71), update(72)] });
    /// assert!(send(&sandbox, "POST batch", calls).await.is_none());
    /// assert_eq!(sandbox.requests()[0].applied_calls(), ["71"]);
    /// # }
    /// ```
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
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::server_error().applied());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 500);
    /// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn applied(self) -> Self {
        Self {
            applies: true,
            ..self
        }
    }

    /// Does not carry a write out. Where it is answered all the same, the answer shows a record with
    /// its id and nothing else, or a batch without results. A read is answered as ever.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::bad_gateway().not_applied());
    /// let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(answer.expect("an answer").0, 502);
    /// assert_ne!(sandbox.contact(71).expect("is there")["post"], "Director");
    /// # }
    /// ```
    pub fn not_applied(self) -> Self {
        Self {
            applies: false,
            ..self
        }
    }

    /// Hits only requests of this method, such as `PATCH`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::drop_before().on("PATCH"));
    /// assert!(send(&sandbox, "GET contacts/71", json!({})).await.is_some());
    /// assert!(send(&sandbox, "PATCH contacts/71", json!({ "post": "x" })).await.is_none());
    /// # }
    /// ```
    pub fn on(self, method: impl AsRef<str>) -> Self {
        let method = Some(method.as_ref().to_owned());
        Self { method, ..self }
    }

    /// Hits only requests whose path contains this, such as `contacts/71`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::drop_before().at("contacts/72"));
    /// assert!(send(&sandbox, "GET contacts/71", json!({})).await.is_some());
    /// assert!(send(&sandbox, "GET contacts/72", json!({})).await.is_none());
    /// # }
    /// ```
    pub fn at(self, part_of_path: impl Into<String>) -> Self {
        let path = Some(part_of_path.into());
        Self { path, ..self }
    }

    /// The name of the constructor, such as `drop_after`.
    ///
    /// ```
    /// use vibecode_sandbox::Fault;
    ///
    /// assert_eq!(Fault::drop_after().name(), "drop_after");
    /// ```
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
