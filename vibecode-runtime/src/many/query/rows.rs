//! The rows of a query, requested page by page.

use std::{
    fmt,
    marker::PhantomData,
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::{
    listing::Listing,
    page::{PAGE, Page, PageRows},
    seen_pages::{self, SeenPages},
};
use crate::{Error, Outcome, RawAnswer, Record, Result, client::Call, record::answer};

/// The rows of a [`Query`](crate::Query). It is a `Stream`; [`Rows::next`] returns the next row.
///
/// If a page cannot be read or repeats an earlier one, the rows end with one error. If the struct
/// cannot hold a row, that row is an error, and the next rows follow.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let mut rows = client.list::<Customer>().stream();
/// let mut names = Vec::new();
/// while let Some(customer) = rows.next().await {
///     names.push(customer?.name);
/// }
/// assert_eq!(names, ["Ivan", "Anna", "Ольга"]);
/// # Ok(()) }) }
/// ```
#[must_use = "a list sends nothing until a row is taken"]
pub struct Rows<T> {
    rows: RawRows,
    record: PhantomData<fn() -> T>,
}

impl<T: Record> Rows<T> {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            rows: RawRows::new(listing),
            record: PhantomData,
        }
    }

    /// Returns the next row, or `None` after the last.
    ///
    /// # Errors
    /// - [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery): a filter that cannot be
    ///   written. Nothing was sent.
    /// - [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected): a page repeats an earlier one. There
    ///   are no rows after it.
    /// - [`ErrorKind::Unreadable`](crate::ErrorKind::Unreadable): a field does not have the type that
    ///   the struct requires. The rows after it are still returned.
    /// - Those of [every call](crate::Client#errors-of-every-call).
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Collects all rows.
    ///
    /// # Errors
    /// The first error that [`Rows::next`] returns.
    pub async fn all(mut self) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        while let Some(row) = self.next().await {
            rows.push(row?);
        }
        Ok(rows)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        let row = ready!(self.rows.poll_range(context));
        Poll::Ready(row.map(|row| {
            let row = self.rows.page.text(row?);
            answer::read(&self.rows.listing.entity, row, Outcome::NotApplied)
        }))
    }
}

impl<T: Record> Stream for Rows<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.poll(context)
    }
}

impl<T: Record> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("returned", &self.rows.returned())
            .finish_non_exhaustive()
    }
}

/// The rows of a [`Listing`] as the API returned them, requested page by page.
pub(super) struct RawRows {
    listing: Listing,
    page: PageRows,
    seen: SeenPages,
    next_page: NextPage,
    returned: u64,
}

enum NextPage {
    /// The offset of the next page.
    At(u64),
    Requested {
        offset: u64,
        limit: u64,
        call: Call<Page>,
    },
    None,
}

impl RawRows {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            listing,
            page: PageRows::default(),
            seen: SeenPages::default(),
            next_page: NextPage::At(0),
            returned: 0,
        }
    }

    pub(super) fn returned(&self) -> u64 {
        self.returned
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<RawAnswer>>> {
        let row = ready!(self.poll_range(context));
        Poll::Ready(row.map(|row| {
            let (entity, row) = (self.listing.entity.clone(), self.page.shared(row?));
            Ok(RawAnswer::new(entity, row, Outcome::NotApplied))
        }))
    }

    /// Returns where the next row is in the text of its page, which is kept until this is called again.
    fn poll_range(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Range<usize>>>> {
        loop {
            if self
                .listing
                .limit
                .is_some_and(|limit| self.returned >= limit)
            {
                return Poll::Ready(None);
            }
            if let Some(row) = self.page.next() {
                self.returned += 1;
                return Poll::Ready(Some(Ok(row)));
            }
            // Its text is not kept while the next page is requested.
            self.page = PageRows::default();
            match &mut self.next_page {
                NextPage::None => return Poll::Ready(None),
                NextPage::At(offset) => {
                    let offset = *offset;
                    match self.request(offset) {
                        Ok(next_page) => self.next_page = next_page,
                        Err(error) => return self.end(error),
                    }
                }
                NextPage::Requested {
                    offset,
                    limit,
                    call,
                } => {
                    let (offset, limit) = (*offset, *limit);
                    match ready!(Pin::new(call).poll(context)) {
                        Ok(page) => {
                            if self.seen.repeats(page.rows.texts()) {
                                let request = self.listing.page(offset, limit);
                                return self.end(request.named(seen_pages::repeated(offset)));
                            }
                            self.next_page = if page.may_be_followed(limit) {
                                NextPage::At(offset + page.rows.len() as u64)
                            } else {
                                NextPage::None
                            };
                            self.page = page.rows;
                        }
                        Err(error) => return self.end(error),
                    }
                }
            }
        }
    }

    /// Requests the next page, if a record can match.
    fn request(&self, offset: u64) -> Result<NextPage> {
        self.listing.check()?;
        if self.listing.matches_nothing() {
            return Ok(NextPage::None);
        }
        let left = self
            .listing
            .limit
            .map_or(PAGE, |limit| limit - self.returned);
        let limit = left.min(PAGE);
        let request = self.listing.page(offset, limit);
        let client = &self.listing.client;
        Ok(NextPage::Requested {
            offset,
            limit,
            call: client.read(Ok(request), |page, _| Ok(page)),
        })
    }

    fn end(&mut self, error: Error) -> Poll<Option<Result<Range<usize>>>> {
        self.next_page = NextPage::None;
        Poll::Ready(Some(Err(error)))
    }
}
