//! What stands behind a throttle: the trait, the permit it gives, and its error.

use std::{error::Error as StdError, fmt, pin::Pin};

use super::Feedback;

/// A permit on its way, from [`Budget::acquire`].
pub type Acquiring<'a> = Pin<Box<dyn Future<Output = Result<Permit, BudgetError>> + Send + 'a>>;

/// Decides when a request may leave. For [`Throttle::shared`](crate::Throttle::shared).
///
/// ```
/// use std::sync::Arc;
///
/// use tokio::sync::Semaphore;
/// use vibecode_runtime::{Acquiring, Budget, BudgetError, Permit, Throttle};
///
/// /// So many requests at a time, however many a minute.
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
/// let throttle = Throttle::shared(AtATime(Arc::new(Semaphore::new(4))));
/// ```
pub trait Budget: Send + Sync + 'static {
    /// Waits until one request may leave.
    ///
    /// Dropping the future while it waits must take nothing of the budget.
    ///
    /// # Errors
    /// Where the budget cannot tell whether there is room: then nothing is sent. A budget must not
    /// let requests pass because it has failed.
    fn acquire(&self) -> Acquiring<'_>;
}

/// One request may leave.
///
/// A permit that is dropped counts as finished without feedback, since the request may have left.
#[must_use = "a permit that is dropped takes a slot for nothing"]
pub struct Permit {
    on_finish: Option<Box<dyn FnOnce(Feedback) + Send>>,
}

impl Permit {
    /// A permit that calls this once, when the request has ended or was given up. It is called
    /// where futures are polled and dropped, so it must not block.
    pub fn new(on_finish: impl FnOnce(Feedback) + Send + 'static) -> Self {
        Self {
            on_finish: Some(Box::new(on_finish)),
        }
    }

    /// The request has ended, and this is what its answer tells of the budget.
    pub fn finish(mut self, feedback: Feedback) {
        self.end(feedback);
    }

    fn end(&mut self, feedback: Feedback) {
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

/// Why a [`Budget`] cannot tell whether there is room. Nothing was sent.
///
/// ```
/// use vibecode_runtime::BudgetError;
///
/// let error = BudgetError::new("the store of the budget does not answer");
/// assert_eq!(error.to_string(), "the store of the budget does not answer");
/// ```
pub struct BudgetError {
    reason: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BudgetError {
    /// An error with this reason. It is shown in logs: leave keys, passwords and URLs out.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            source: None,
        }
    }

    /// The same error, caused by another. That one is shown too.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }
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
