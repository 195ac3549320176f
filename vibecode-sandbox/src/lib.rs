//! An in-process stand-in for the `VibeCode` API of Bitrix24, for tests and first steps.
//!
//! A [`Sandbox`] listens on a free port of the loopback interface and serves contacts, companies,
//! leads and deals from memory, with the semantics that the API documents: a PATCH only ever adds
//! phones and emails, a key that is not known is dropped without a word, and every key of the
//! portal has rights. It runs on the runtime that starts it and takes all time from
//! [`tokio::time`], so that a test with a paused clock stays deterministic.
//!
//! A test of an app starts one, gives its client the base URL and a key, and looks at what came of it:
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! use vibecode_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await;
//! // A client is given `sandbox.url()` and `Sandbox::API_KEY`; with `vibecode-runtime`, by
//! // `base_url` and `Credentials::personal`. Here `send` stands for it.
//! let change = json!({ "post": "Director", "phone": "+79169876543", "pots": "Chief" });
//! let (status, _) = send(&sandbox, "PATCH contacts/71", change).await.expect("an answer");
//! assert_eq!(status, 200);
//!
//! // What the portal holds: the phone came on top of the one that was there.
//! let contact = sandbox.contact(71).expect("a contact of the default portal");
//! assert_eq!(contact["post"], "Director");
//! assert_eq!(contact["fm"].as_array().map(Vec::len), Some(3));
//! // What came in, and which of its keys the API dropped without a word.
//! let request = &sandbox.requests()[0];
//! assert_eq!((request.method().as_str(), request.path()), ("PATCH", "/v1/contacts/71"));
//! assert_eq!(request.dropped(), ["pots"]);
//! # }
//! ```
//!
//! Other records, user fields, keys and limits are set by [`Sandbox::builder`]. A fact about the API
//! has a grade where it matters: D, its own documentation says so; O, it was seen on a portal.
//!
//! # What is served
//!
//! - `GET /v1/{entity}/{id}`, `PATCH`, `DELETE`, and `POST /v1/{entity}`, which answers 201
//! - `GET /v1/{entity}` with `filter[field]=v`, `order[field]=asc`, `select=a,b`, `limit` and
//!   `offset`; `POST /v1/{entity}/search` with the same in a body, and with operators:
//!   `{"id":{"$gte":5}}` or `{">=id":5}`
//! - `POST /v1/batch` with 1 to 50 calls, `POST /v1/{entity}/batch` with up to 500 items
//! - `GET /v1/{entity}/fields`, `GET /v1/userfields/{entity}` and `GET /v1/me`
//!
//! Every other route answers 404 `ROUTE_NOT_FOUND`. Limits ([`SandboxBuilder::rate_limit`],
//! [`SandboxBuilder::portal_limit`]) are off until a test wants them.
//!
//! # What goes wrong
//!
//! A [`Fault`] hits one request: its answer is lost, late, slow, cut off or somebody else's, and
//! its write is carried out or not. A [`Storm`] hits some of all requests, the same ones in every
//! run. The log tells of each request which fault hit it and whether it was applied.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! use vibecode_sandbox::{Fault, Sandbox, Storm};
//!
//! let sandbox = Sandbox::builder().contacts(100).start().await;
//! sandbox.fault(Fault::drop_after().on("PATCH").at("contacts/71"));
//! let answer = send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
//! // The answer is lost; the change is there.
//! assert!(answer.is_none());
//! assert!(sandbox.requests()[0].was_applied());
//!
//! // Every tenth request or so:
//! sandbox.storm(Storm::seeded(7).probability(0.1));
//! for id in 1..=100 {
//!     send(&sandbox, &format!("GET contacts/{id}"), json!({})).await;
//! }
//! let hit = sandbox.requests().iter().filter(|request| request.fault().is_some()).count();
//! assert!(hit > 1 && hit < 50);
//! # }
//! ```
//!
//! On a paused clock, give the sandbox and its client one `current_thread` runtime. An answer of
//! megabytes ([`Fault::oversized`], a page of thousands of records) takes a moment of the kernel's
//! own time, in which the timers of other requests may fire.
//!
//! # A server of its own
//!
//! `cargo vibecode sandbox` runs a sandbox for programs in any language, on a
//! [port](SandboxBuilder::port) that stays, with a [page](SandboxBuilder::page) that shows what
//! comes in. A test can look at that as it happens, too: [`Sandbox::watch`].
//!
//! # Where the API is silent
//!
//! What is not documented had to be chosen, and may be otherwise on a portal.
//!
//! Writing:
//!
//! - `null` is ignored. `""` clears a text, a number, a date or a single user field, `0` a
//!   reference, `[]` a field of several values; `[]` adds no phone.
//! - `{}` answers 200 and changes nothing.
//! - A value that does not fit its field is 400 `INVALID_REQUEST`, for user fields too, and then
//!   nothing of the body is applied. The message names the field, never the value.
//! - A built-in number may be given in text (`"15"`), a user field's may not. A built-in boolean
//!   is `true` or `false`; a user field's also `"Y"` or `"N"`.
//! - A phone or email mixes no forms: an array holds strings only or objects only.
//! - Read-only keys, `fm` among them, and user fields under their upper names are ignored;
//!   immutable ones too, but for a new record.
//! - A new record needs no field. The id of a deleted one is not given again. A deletion answers
//!   200 with `{"id":5,"deleted":true}`.
//!
//! Reading:
//!
//! - A record is read with every field of its entity: one that was never set is `null`, `[]` where
//!   it holds several values, `false` for a built-in boolean. A reference cleared by `0` reads `0`.
//!   `include` is ignored.
//! - Records that a reference points to need not exist, and `companyId` does not follow
//!   `companyIds`.
//! - Reads show `fm`, unless [`SandboxBuilder::without_fm`] is asked for, and a write shows at once.
//! - A list is in the order of ids where nothing is said, with what is not set first. Several
//!   fields of an order go by their names, since a JSON object has no order of its own.
//! - A `limit` that is no number from 1 to 5000, an `offset` that is none, an unknown direction, and
//!   an unknown field in a filter or an order are 400 `INVALID_PARAMS`; one in `select` is left out.
//! - Prefixes are those of the layer underneath: `>=`, `>`, `<=`, `<`, `=`, `!`, `!=`, `%`, `@`,
//!   `!@`. `$contains` disregards case, other comparisons do not. A list of values asks for any of
//!   them; of a field with several values, all phones of a contact among them, one is enough.
//! - `meta` is truthful, unless [`SandboxBuilder::untruthful_paging`] is asked for.
//!
//! Batches:
//!
//! - Calls are carried out one after the other, and count as one request for every limit.
//! - Fields stand flat under `params`; `fields` in there is an unknown key, and is dropped.
//! - `data.results` holds of each call the `data` of its own answer, a list without its `meta`;
//!   `data.meta` is `{total,succeeded,failed}`; maps without content are `{}`
//!   ([`SandboxBuilder::empty_maps_as_lists`]).
//! - An unknown entity or action, or `params` that are no map, is the call's own `INVALID_PARAMS`.
//!   An id that is missing, too long or there twice is one of the whole batch. No calls at all are
//!   `INVALID_REQUEST`.
//! - A read-only key reads in a batch: only the writes are errors. To a batch of one entity it has
//!   no access.
//! - `POST /v1/{entity}/batch` takes `create` and `update` with `items` and `delete` with `ids`. Its
//!   answer has the shape of the other one, with the ids of the records in place of the calls', and
//!   positions for new ones.
//!
//! Keys and limits:
//!
//! - An app's key without a session token is 401 `TOKEN_MISSING`.
//! - A limit counts every request with a known key that comes in, `GET /v1/me` and those that meet
//!   a fault among them, but none that it refuses itself; it says nothing to an unknown key. The
//!   limit of the portal counts the routes of entities, and what it refuses is not applied.
//! - The window slides ([`SandboxBuilder::rate_limit_window`]), and `X-RateLimit-Reset` counts the
//!   seconds until a place in it is free ([`SandboxBuilder::rate_limit_reset`]).
//! - The limits are asked first, then come the faults, the key, the route, the key's rights,
//!   whether the body is a JSON object, the record, and the body's values.

mod action;
mod answer;
mod batch;
mod builder;
mod calendar;
mod call;
mod call_fault;
mod clock;
mod connection;
mod disturbance;
mod effects;
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
mod hosting;
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
mod order;
mod page;
mod portal;
mod query;
mod quirks;
mod raw_answer;
mod record;
mod reply;
mod respond;
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
mod watch;

pub use builder::SandboxBuilder;
pub use call_fault::CallFault;
pub use fault::Fault;
pub use key::Key;
pub use limits::{ResetUnit, Window};
pub use log::LoggedRequest;
pub use sandbox::Sandbox;
pub use start_error::StartError;
pub use storm::Storm;
pub use vibecode_spec::Entity;
pub use watch::Watch;
