//! Answers of success that are not what they say.

use http::StatusCode;

use super::{Effect, Fault};
use crate::envelope::Failure;

impl Fault {
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
}
