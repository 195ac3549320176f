//! Answers that refuse: the API's own, and a gateway's.

use std::time::Duration;

use http::StatusCode;

use super::{Effect, Fault};
use crate::envelope::{Failure, RetryAfter};

/// Whose answer was lost on the way.
const GATEWAY: &str = "The portal did not answer in time";

impl Fault {
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
}
