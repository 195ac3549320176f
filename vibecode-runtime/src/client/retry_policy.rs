//! How often and when a request is sent once more by itself, as an app chooses it.

use std::time::Duration;

/// How often and when a request is sent once more by itself.
///
/// Only where it cannot double anything: after an answer that says that nothing was applied and to
/// come later (429, a 503 with `QUERY_LIMIT_EXCEEDED` or `QUEUE_OVERFLOW`), where no connection was
/// made, and after anything else that leaves the outcome open where sending twice leaves what
/// sending once does. That an older try does not land after somebody's newer change, nothing can
/// promise: the API has no versions of records.
///
/// ```
/// use std::time::Duration;
/// use vibecode_runtime::RetryPolicy;
///
/// let patient = RetryPolicy::new()
///     .attempts(5)
///     .base(Duration::from_secs(1))
///     .cap(Duration::from_secs(60))
///     .longest_wait(Duration::from_secs(300))
///     .budget(2_000);
/// assert_ne!(patient, RetryPolicy::off());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a policy does nothing until `ClientBuilder::retry` takes it"]
pub struct RetryPolicy {
    pub(super) attempts: u32,
    pub(super) base: Duration,
    pub(super) cap: Duration,
    pub(super) longest_wait: Duration,
    pub(super) budget: u32,
    pub(super) seed: Option<u64>,
}

impl RetryPolicy {
    /// At most 3 tries, with a random wait of up to 0.5 s before the second and of up to 1 s before
    /// the third.
    ///
    /// ```
    /// use vibecode_runtime::RetryPolicy;
    ///
    /// assert_eq!(RetryPolicy::new(), RetryPolicy::default());
    /// ```
    pub const fn new() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(20),
            longest_wait: Duration::from_secs(60),
            budget: 500,
            seed: None,
        }
    }

    /// One try.
    ///
    /// ```
    /// use vibecode_runtime::RetryPolicy;
    ///
    /// assert_eq!(RetryPolicy::off(), RetryPolicy::new().attempts(1));
    /// ```
    pub const fn off() -> Self {
        Self::new().attempts(1)
    }

    /// How many tries there are at most, the first among them. By default 3.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # use std::time::Duration;
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.faults([Fault::drop_before(), Fault::drop_before()]);
    /// let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
    ///     .base_url(sandbox.url())
    ///     .retry(RetryPolicy::new().attempts(2))
    ///     .build()?;
    /// assert!(client.get_raw(ContactId::from(71)).await.is_err());
    /// assert_eq!(sandbox.requests().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub const fn attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// How long the wait before the second try is at most; each further one is twice as long. The
    /// wait itself is random between nothing and that. By default 0.5 s.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # use std::time::Duration;
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::drop_before());
    /// let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
    ///     .base_url(sandbox.url())
    ///     .retry(RetryPolicy::new().base(Duration::from_secs(2)))
    ///     .build()?;
    /// client.get_raw(ContactId::from(71)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn base(self, base: Duration) -> Self {
        Self { base, ..self }
    }

    /// What no wait of ours exceeds. By default 20 s.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # use std::time::Duration;
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.faults([Fault::drop_before(), Fault::drop_before()]);
    /// let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
    ///     .base_url(sandbox.url())
    ///     .retry(RetryPolicy::new().attempts(9).cap(Duration::from_secs(5)))
    ///     .build()?;
    /// client.get_raw(ContactId::from(71)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn cap(self, cap: Duration) -> Self {
        Self { cap, ..self }
    }

    /// The longest `Retry-After` that is waited for. Where the API asks for more, the call fails at
    /// once, and [`Error::retry_after`](crate::Error::retry_after) tells for how much. By default 60 s.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # use std::time::Duration;
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::rate_limited(Duration::from_secs(90)));
    /// let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
    ///     .base_url(sandbox.url())
    ///     .retry(RetryPolicy::new().longest_wait(Duration::from_secs(120)))
    ///     .build()?;
    /// let start = tokio::time::Instant::now();
    /// client.get_raw(ContactId::from(71)).await?;
    /// assert!(start.elapsed() >= Duration::from_secs(90));
    /// # Ok(())
    /// # }
    /// ```
    pub const fn longest_wait(self, longest_wait: Duration) -> Self {
        Self {
            longest_wait,
            ..self
        }
    }

    /// The tokens that a client and its clones share, so that an outage is not multiplied: a
    /// further try takes 5 and gives them back where it succeeds; a first try that succeeds gives
    /// 1. Without tokens there are no further tries. By default 500.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # use std::time::Duration;
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.faults([Fault::drop_before(), Fault::drop_before()]);
    /// let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
    ///     .base_url(sandbox.url())
    ///     .retry(RetryPolicy::new().budget(5))
    ///     .build()?;
    /// // The second try takes the 5 tokens; there is no third.
    /// assert!(client.get_raw(ContactId::from(71)).await.is_err());
    /// assert_eq!(sandbox.requests().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub const fn budget(self, tokens: u32) -> Self {
        Self {
            budget: tokens,
            ..self
        }
    }

    /// Seeds the random waits, so that a test can be repeated.
    ///
    /// ```
    /// use vibecode_runtime::RetryPolicy;
    ///
    /// assert_ne!(RetryPolicy::new().seed(1), RetryPolicy::new().seed(2));
    /// ```
    pub const fn seed(self, seed: u64) -> Self {
        Self {
            seed: Some(seed),
            ..self
        }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}
