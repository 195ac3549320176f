//! The calls for many records.

use futures_core::Stream;

use super::{Bulk, Ensures, source::Source};
use crate::{Client, Ensured, IdFor, Patch, PatchJob, many::batch::Updates};

impl Client {
    /// Changes any number of records, 50 per request, and returns the outcomes in the order of the
    /// items.
    ///
    /// The items are pairs of an id and a patch. They are taken from the iterator as they can be sent,
    /// so memory stays bounded however many there are. Up to four requests are under way at the same
    /// time. No record is in two of them, so the changes of a record keep their order.
    ///
    /// An item that cannot be sent, or that the API refuses, fails alone. If an answer is lost, the
    /// outcome is unknown for the items that add phones or emails or contain an unchecked value; the
    /// others are retried. If the key is refused, the items that follow fail without being sent.
    ///
    /// Dropping the stream stops the run: the outcomes that it had not returned are unknown. [`Bulk`] has an
    /// example.
    pub fn update_many<P, A, I>(&self, items: I) -> Bulk<P::Entity>
    where
        P: Patch,
        A: IdFor<P>,
        I: IntoIterator<Item = (A, P)>,
        I::IntoIter: Send + 'static,
    {
        Bulk::new(self, Source::<_, Updates>::of_iterator(items.into_iter()))
    }

    /// Does the same as [`Client::update_many`], for the items of a stream.
    pub fn update_many_stream<P, A, S>(&self, items: S) -> Bulk<P::Entity>
    where
        P: Patch,
        A: IdFor<P>,
        S: Stream<Item = (A, P)> + Send + 'static,
    {
        Bulk::new(self, Source::<_, Updates>::of_stream(items))
    }

    /// Makes sure that any number of records have the values of their patches, 50 per request: it reads
    /// the records and sends what is missing, as [`Client::ensure`] does for one. A run that was
    /// interrupted can simply be repeated.
    ///
    /// In all other respects it works as [`Client::update_many`].
    pub fn ensure_many<P, A, I>(&self, items: I) -> Bulk<P::Entity, Ensured>
    where
        P: Patch,
        A: IdFor<P>,
        I: IntoIterator<Item = (A, P)>,
        I::IntoIter: Send + 'static,
    {
        Bulk::new(self, Source::<_, Ensures>::of_iterator(items.into_iter()))
    }

    /// Does the same as [`Client::ensure_many`], for the items of a stream.
    pub fn ensure_many_stream<P, A, S>(&self, items: S) -> Bulk<P::Entity, Ensured>
    where
        P: Patch,
        A: IdFor<P>,
        S: Stream<Item = (A, P)> + Send + 'static,
    {
        Bulk::new(self, Source::<_, Ensures>::of_stream(items))
    }

    /// Sends any number of jobs, as [`Client::update_many`] sends patches. The jobs may be for several
    /// entities, so the ids in the outcomes have no entity type.
    pub fn update_jobs<I>(&self, jobs: I) -> Bulk<()>
    where
        I: IntoIterator<Item = PatchJob>,
        I::IntoIter: Send + 'static,
    {
        Bulk::new(self, Source::<_, Updates>::of_iterator(jobs.into_iter()))
    }

    /// Makes sure that any number of records have the values of their jobs, as [`Client::ensure_many`]
    /// does for patches.
    pub fn ensure_jobs<I>(&self, jobs: I) -> Bulk<(), Ensured>
    where
        I: IntoIterator<Item = PatchJob>,
        I::IntoIter: Send + 'static,
    {
        Bulk::new(self, Source::<_, Ensures>::of_iterator(jobs.into_iter()))
    }
}
