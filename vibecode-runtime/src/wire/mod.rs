//! How the API writes values in JSON: what counts as nothing, as true, as an id and as a number.

pub(crate) mod id;
pub(crate) mod json;
pub(crate) mod members;
pub(crate) mod nothing;
pub(crate) mod number;
pub(crate) mod reader;
pub(crate) mod retry_after;
mod value_end;
