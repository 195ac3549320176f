//! The server: accepts connections, and takes each request through the log, the limits, the faults
//! and the API to its answer, or to the ending of its connection.

mod connection;
mod ending;
mod exchange;
mod hosting;
mod listener;
mod service;

pub(crate) use hosting::Hosting;
pub(crate) use listener::run;
pub(crate) use service::Service;
