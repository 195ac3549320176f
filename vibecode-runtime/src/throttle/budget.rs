//! The budget behind a throttle: the trait, its permits, and its error.

use std::{error::Error as StdError, fmt, pin::Pin, time::Duration};

use tokio::runtime::TryCurrentError;

use super::{Feedback, LONGEST_WAIT};
use crate::{Error, ErrorKind};

/// The future that [`Budget::acquire`] returns.
pub type Acquiring<'a> = Pin<Box<dyn Future<Output = Result<Permit, BudgetError>> + Send + 'a>>;

/// Decides when a request may be sent. For [`Throttle::shared`](crate::Throttle::shared).
///
/// ```
/// use std::sync::Arc;
///
/// use tokio::sync::Semaphore;
/// use vibecode_runtime::{Acquiring, Budget, BudgetError, Permit, Throttle};
///
/// /// Limits how many requests run at the same time.
/// struct AtATime(Arc<Semaphore>);
///
/// impl Budget for AtATime {
///     fn acquire(&self) -> Acquiring<'_> {
///         Box::pin(async {
///             let room = Arc::clone(&self.0).acquire_owned().await;
///             let room = room.map_err(|error| BudgetError::new("no room").with_source(error))?;
///             Ok(Permit::new(move |_feedback| drop(room)))
///         })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BudgetError> {
/// let room = Arc::new(Semaphore::new(4));
/// let throttle = Throttle::shared(AtATime(Arc::clone(&room)));
/// let permit = throttle.acquire().await?;
/// assert_eq!(room.available_permits(), 3);
/// drop(permit);
/// assert_eq!(room.available_permits(), 4);
/// # Ok(())
/// # }
/// ```
pub trait Budget: Send + Sync + 'static {
    /// Waits until one request may be sent.
    ///
    /// Dropping the future while it waits must take nothing from the budget. The future may be polled
    /// late, or never again without being dropped, so it must not hold a lock while it waits: that
    /// would block all other requests. A request waits for at most 15 minutes. After that the future is
    /// dropped, and the call fails.
    ///
    /// # Errors
    /// [`BudgetError`] if the budget does not know whether a request may be sent. Then nothing is sent,
    /// and the call fails with [`ErrorKind::Throttle`](crate::ErrorKind::Throttle). A budget must not
    /// let requests through because it has failed.
    fn acquire(&self) -> Acquiring<'_>;
}

/// Permission to send one request.
///
/// Dropping a permit finishes it without feedback, since the request may have been sent.
///
/// ```
/// use std::sync::mpsc;
/// use vibecode_runtime::{Feedback, Permit};
///
/// let (sender, finished) = mpsc::channel();
/// let permit = Permit::new(move |feedback| _ = sender.send(feedback));
/// drop(permit);
/// assert_eq!(finished.recv(), Ok(Feedback::none()));
/// ```
#[must_use = "a permit that is dropped takes a slot for nothing"]
pub struct Permit {
    on_finish: Option<Box<dyn FnOnce(Feedback) + Send>>,
}

impl Permit {
    /// Creates a permit that calls `on_finish` once, when the request has ended or was given up. It is
    /// called where futures are polled and dropped, so it must not block.
    pub fn new(on_finish: impl FnOnce(Feedback) + Send + 'static) -> Self {
        Self {
            on_finish: Some(Box::new(on_finish)),
        }
    }

    pub(super) fn unlimited() -> Self {
        Self { on_finish: None }
    }

    /// Finishes the permit: the request has ended, and `feedback` is what its answer says about the
    /// budget.
    pub fn finish(mut self, feedback: Feedback) {
        self.end(feedback);
    }

    pub(crate) fn end(&mut self, feedback: Feedback) {
        if let Some(on_finish) = self.on_finish.take() {
            on_finish(feedback);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.end(Feedback::none());
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// Why a [`Budget`] returned no permit. Nothing was sent.
///
/// ```
/// use vibecode_runtime::BudgetError;
///
/// let error = BudgetError::new("the store of the budget does not answer");
/// assert_eq!(error.to_string(), "the store of the budget does not answer");
/// ```
pub struct BudgetError {
    reason: String,
    retry_after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BudgetError {
    /// Creates an error with this reason. The reason is shown in logs, so it must not contain keys,
    /// passwords or URLs.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            retry_after: None,
            source: None,
        }
    }

    /// Sets how long the request would have had to wait.
    /// [`Error::retry_after`](crate::Error::retry_after) of the call returns it.
    #[must_use]
    pub fn with_retry_after(self, wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..self
        }
    }

    /// Returns how long the request would have had to wait, if known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(super) fn too_long(wait: Duration) -> Self {
        let seconds = whole_seconds(wait);
        Self::new(format!(
            "no request may be sent for another {seconds} s, and a request waits for {} s at most: send it after that",
            LONGEST_WAIT.as_secs()
        ))
        .with_retry_after(wait)
    }

    pub(super) fn no_answer() -> Self {
        Self::new(format!(
            "the budget gave no permit within {} s",
            LONGEST_WAIT.as_secs()
        ))
    }

    pub(super) fn no_runtime(error: TryCurrentError) -> Self {
        Self::new("a request can wait only inside a tokio runtime, and none runs here")
            .with_source(error)
    }

    /// Returns the error of a call that was not sent because of this error.
    pub(crate) fn not_sent(self) -> Error {
        let retry_after = self.retry_after;
        let problem = match retry_after {
            Some(wait) => format!(
                "no request may be sent for another {} s, which is longer than a request waits, so nothing was sent: send it after that",
                whole_seconds(wait)
            ),
            None => "the budget of requests gave no permit, so nothing was sent: the source of this error says why".to_owned(),
        };
        Error::not_sent(ErrorKind::Throttle, problem)
            .caused_by(self)
            .with(|details| details.retry_after = retry_after)
    }

    /// Sets the error that caused this one. It is shown too.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }
}

/// Rounded up, so that a request may be sent after this time.
fn whole_seconds(wait: Duration) -> u128 {
    wait.as_nanos().div_ceil(1_000_000_000)
}

impl fmt::Display for BudgetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl fmt::Debug for BudgetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BudgetError")
            .field("reason", &self.reason)
            .field("retry_after", &self.retry_after)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for BudgetError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}
