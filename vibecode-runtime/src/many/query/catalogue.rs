//! Catalogues: the lists that a portal keeps beside its records, such as its statuses.

use std::future::poll_fn;

use super::{listing::Listing, rows::RawRows};
use crate::{Client, RawAnswer, client::Call};

impl Client {
    /// Returns every row of a catalogue, a list that the portal keeps beside its records: `GET /v1/{name}`,
    /// page by page. The name is the one in the path, such as `statuses`, `deal-categories` or `currencies`.
    ///
    /// # Errors
    /// - [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected): a page repeats an earlier one.
    /// - Those of [every call](Client#errors-of-every-call).
    pub fn catalogue(&self, name: &str) -> Call<Vec<RawAnswer>> {
        let mut rows = RawRows::new(Listing::new(self.clone(), name.to_owned().into(), None));
        Call::new(async move {
            let mut all = Vec::new();
            while let Some(row) = poll_fn(|context| rows.poll(context)).await {
                all.push(row?);
            }
            Ok(all)
        })
    }
}
