//! The API: from a request to its answer and its effects. It checks the key, the route, the key's
//! rights and the body, in this order, and then reads or changes the portal.

mod batch;
mod effects;
mod me;
mod operation;
mod order;
mod respond;
mod url_query;

pub(crate) use effects::Effects;
pub(crate) use respond::respond;
