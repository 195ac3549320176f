//! Successful answers that are incomplete or wrong.

use http::StatusCode;

use super::{Effect, Fault};
use crate::wire::Failure;

impl Fault {
    /// Answers 204 without a body. The write is applied.
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

    /// Sends the answer with its full length, cut off in the middle of the body. The write is
    /// applied.
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

    /// Sends the answer in chunks, cut off before the last one. The write is applied.
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

    /// Sends the answer after 17 MiB of white space, in chunks: valid JSON for a client that reads
    /// that much. The write is applied.
    ///
    /// ```
    /// use vibecode_sandbox::Fault;
    ///
    /// assert_eq!(Fault::oversized().name(), "oversized");
    /// ```
    pub fn oversized() -> Self {
        Self::new("oversized", Effect::Oversized).applied()
    }

    /// Answers 200 with bytes that are not JSON. The write is applied.
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

    /// Answers 200 with an HTML page. The write is applied.
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
        Self::new("html", Effect::Html(StatusCode::OK)).applied()
    }

    /// Answers with the id of the next record (its own plus 1), in a batch in every result. The
    /// write is applied.
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

    /// Answers 200 with `{"success":false,"error":{"code":"BITRIX_ERROR",…}}`. The write is not
    /// applied.
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
}
