//! The API: turns a request into an answer and a report of what it changed. It checks the key, the
//! route, the key's rights and the body, in this order, and then reads or changes the portal.

mod batch;
mod catalogues;
mod list_input;
mod me;
mod operation;
mod order;
mod respond;
mod url_query;
mod write_report;

pub(crate) use respond::respond;
pub(crate) use write_report::WriteReport;
