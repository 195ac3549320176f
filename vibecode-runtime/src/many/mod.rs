//! Many calls in one request, and many records in one run.
//!
//! A [`batch`] is one request with up to 50 calls. [`bulk`] packs the items of a run into batches, and
//! reports an outcome for each item. [`ensure`] reads a record, sends what is missing, and reads again
//! until the record shows it, alone or in batches. [`query`] reads a list of records page by page.

pub(crate) mod batch;
pub(crate) mod bulk;
pub(crate) mod ensure;
pub(crate) mod query;
