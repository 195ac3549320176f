//! How the API writes values in JSON: what counts as nothing, as true, and as equal.

pub(crate) mod equality;
pub(crate) mod json;
pub(crate) mod retry_after;
