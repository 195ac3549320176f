//! An in-process stand-in for the `VibeCode` API of Bitrix24, for tests and first steps.
//!
//! A [`Sandbox`] listens on a free port of the loopback interface and serves contacts, companies,
//! leads and deals from memory, with the semantics that the API documents: a PATCH only ever adds
//! phones and emails, a key that is not known is dropped without a word, and every key of the
//! portal has rights. It runs on the runtime that starts it and takes all time from
//! [`tokio::time`], so that a test with a paused clock stays deterministic.
//!
//! ```
//! use vibecode_sandbox::{Key, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let sandbox = Sandbox::builder()
//!     .key(Key::personal("vibe_api_auditor").read_only())
//!     .start()
//!     .await;
//!
//! // A client is given `sandbox.url()` and `Sandbox::API_KEY`; afterwards:
//! let contact = sandbox.contact(71).expect("a contact of the default portal");
//! assert_eq!(contact["name"], "Ivan");
//! assert_eq!(contact["fm"][0]["valueType"], "WORK");
//! assert!(sandbox.requests().is_empty());
//! # }
//! ```
//!
//! # What is served
//!
//! `GET` and `PATCH /v1/{entity}/{id}`, `GET /v1/{entity}/fields` and `GET /v1/me`. Every other
//! route answers 404 `ROUTE_NOT_FOUND`.
//!
//! # Where the API is silent
//!
//! What is not documented had to be chosen, and may be otherwise on a portal:
//!
//! - `null` in a PATCH is ignored. `""` clears a text, a number, a date or a single user field,
//!   `0` a reference, `[]` a field of several values; `[]` adds no phone.
//! - `{}` answers 200 and changes nothing.
//! - A value that does not fit its field is 400 `INVALID_REQUEST`, for user fields too, and then
//!   nothing of the body is applied. The message names the field, never the value.
//! - A built-in number may be given in text (`"15"`), a user field's may not. A built-in boolean
//!   is `true` or `false`; a user field's also `"Y"` or `"N"`.
//! - A phone or email mixes no forms: an array holds strings only or objects only.
//! - Read-only and immutable keys, `fm` among them, and user fields under their upper names are
//!   ignored.
//! - A record is read with every field of its entity: one that was never set is `null`, `[]` where
//!   it holds several values, `false` for a built-in boolean. A reference cleared by `0` reads `0`.
//! - Records that a reference points to need not exist, and `companyId` does not follow
//!   `companyIds`.
//! - An app's key without a session token is 401 `TOKEN_MISSING`.
//! - The key is checked first, then the route, the key's rights, whether the body is a JSON object,
//!   the record and the body's values.

mod answer;
mod batch;
mod builder;
mod calendar;
mod call_fault;
mod clock;
mod connection;
mod disturbance;
mod ending;
mod envelope;
mod exchange;
mod fault;
mod fault_plan;
mod field_description;
mod field_value;
mod fields;
mod file_value;
mod filter;
mod ids;
mod key;
mod keyring;
mod limits;
mod listing;
mod lock;
mod log;
mod me;
mod multifield;
mod operation;
mod portal;
mod query;
mod quirks;
mod raw_answer;
mod record;
mod route;
mod sandbox;
mod seed;
mod server;
mod service;
mod start_error;
mod storm;
mod update;
mod user_field_definition;
mod wall_clock;

pub use builder::SandboxBuilder;
pub use call_fault::CallFault;
pub use fault::Fault;
pub use key::Key;
pub use limits::{ResetUnit, Window};
pub use log::LoggedRequest;
pub use quirks::BatchParams;
pub use sandbox::Sandbox;
pub use start_error::StartError;
pub use storm::Storm;
pub use vibecode_spec::Entity;
