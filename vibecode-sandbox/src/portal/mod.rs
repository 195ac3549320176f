//! The portal behind the API: its records and fields, how a body changes a record, and how records
//! are listed and shown. It knows neither HTTP requests nor keys.

pub(crate) mod aggregate;
pub(crate) mod calendar;
pub(crate) mod catalogue;
pub(crate) mod clock;
pub(crate) mod contents;
pub(crate) mod fields;
pub(crate) mod ids;
pub(crate) mod list;
pub(crate) mod multifield;
pub(crate) mod quirks;
pub(crate) mod record;
pub(crate) mod seed;
pub(crate) mod seed_check;
pub(crate) mod setup;
pub(crate) mod status_set;
pub(crate) mod table;
pub(crate) mod update;

/// The host of the portal. No real host can have this name.
pub(crate) const HOST: &str = "sandbox.invalid";

pub(crate) use contents::Portal;
pub use quirks::{ListShape, UnknownStatus};
