//! Broken and slow connections.

use std::time::Duration;

use super::{Close, Effect, Fault};

impl Fault {
    /// Reads the request and closes the connection. The write is not applied.
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

    /// Closes the connection immediately and carries the request out after `delay`, by tokio's
    /// clock, as a portal with a queue does. Dropping the sandbox before that prevents it.
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

    /// Like [`Fault::drop_before`], but with a reset (RST). The write is not applied.
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

    /// Like [`Fault::drop_after`], but with a reset (RST).
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

    /// Carries the request out and answers properly after `delay`.
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

    /// Never answers: the connection stays open until the client closes it. The write is not
    /// applied.
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

    /// Carries the request out and answers 16 bytes at a time, with this pause in between.
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
}
