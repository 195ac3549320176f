//! What is sent over the wire: requests with their routes, answers, and the envelope of
//! successes and failures. It depends on no other folder.

pub(crate) mod action;
pub(crate) mod answer;
pub(crate) mod catalogue;
pub(crate) mod envelope;
pub(crate) mod request;
pub(crate) mod route;
pub(crate) mod wall_clock;

pub(crate) use action::{Access, Action};
pub(crate) use answer::Answer;
pub(crate) use catalogue::{Catalogue, Lookup};
pub(crate) use envelope::{Failure, RetryAfter};
pub(crate) use request::Request;
pub(crate) use route::Route;
