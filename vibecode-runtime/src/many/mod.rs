//! Many calls in one request, and many records in one run.
//!
//! A [`batch`] is one request with up to 50 calls. [`bulk`] packs the items of a run into batches, and
//! reports an outcome for each item. [`ensure`] reads a record, sends what is missing, and reads again
//! until the record shows it, alone or in batches. [`query`] reads a list of records page by page.

pub(crate) mod batch;
pub(crate) mod bulk;
pub(crate) mod ensure;
pub(crate) mod query;

use tokio::time::Instant;

use crate::{Error, Result};

/// The result of a call of a batch, or of an item of a run.
pub(crate) struct ItemResult<T> {
    /// The index of the call or the item.
    pub(crate) index: usize,
    pub(crate) result: Result<T>,
    /// When its last attempt with an unknown outcome ended.
    pub(crate) lost_at: Option<Instant>,
}

impl<T> ItemResult<T> {
    pub(crate) fn not_sent(index: usize, error: Error) -> Self {
        Self {
            index,
            result: Err(error),
            lost_at: None,
        }
    }

    /// The result of an item that was broken off, and may have been sent until now.
    pub(crate) fn broken_off(index: usize, error: Error) -> Self {
        Self {
            index,
            result: Err(error),
            lost_at: Some(Instant::now()),
        }
    }

    pub(crate) fn map<U>(self, done: impl FnOnce(T) -> U) -> ItemResult<U> {
        ItemResult {
            index: self.index,
            result: self.result.map(done),
            lost_at: self.lost_at,
        }
    }
}
