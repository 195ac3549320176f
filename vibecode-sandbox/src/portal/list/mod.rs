//! Lists of records: the query, its filter and its order, and the records that it selects.

pub(crate) mod filter;
pub(crate) mod listing;
pub(crate) mod query;
