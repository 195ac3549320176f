//! An in-process stand-in for the `VibeCode` API of Bitrix24, for tests and first steps.
//!
//! A [`Sandbox`] listens on a free port of the loopback interface and serves contacts, companies,
//! leads, deals and smart processes from memory, with the semantics that the API documents: a PATCH only ever adds
//! phones and emails, an unknown key is dropped silently, and every key of the portal has rights.
//! It runs on the runtime that starts it and takes all time from [`tokio::time`], so that a test
//! with a paused clock stays deterministic.
//!
//! A test starts a sandbox, gives its client the base URL and a key, and then inspects the records
//! and the requests:
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! use vibecode_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await;
//! // Give your client `sandbox.url()` and `Sandbox::API_KEY`; with `vibecode-runtime`, use
//! // `base_url` and `Credentials::personal`. In this example `send` is the client.
//! let change = json!({ "post": "Director", "phone": "+79169876543", "pots": "Chief" });
//! let (status, _) = send(&sandbox, "PATCH contacts/71", change).await.expect("an answer");
//! assert_eq!(status, 200);
//!
//! // The record: the phone was added, and nothing was replaced.
//! let contact = sandbox.contact(71).expect("a contact of the default portal");
//! assert_eq!(contact["post"], "Director");
//! assert_eq!(contact["fm"].as_array().map(Vec::len), Some(3));
//! // The request, and which of its keys the API dropped silently.
//! let request = &sandbox.requests()[0];
//! assert_eq!((request.method().as_str(), request.path()), ("PATCH", "/v1/contacts/71"));
//! assert_eq!(request.dropped(), ["pots"]);
//! # }
//! ```
//!
//! Other records, user fields, keys and limits are set with [`Sandbox::builder`]. Facts about the
//! API have a grade if it matters: D means that its own documentation says so, O that it was
//! observed on a portal.
//!
//! # What is served
//!
//! - `GET /v1/{entity}/{id}`, `PATCH`, `DELETE`, and `POST /v1/{entity}`, which answers 201
//! - `GET /v1/{entity}` with `filter[field]=v`, `filter=<JSON>` or `field=v`, `order[field]=asc`,
//!   `select=a,b` or `select[]=a&select[]=b`, `limit` and `offset`; `POST /v1/{entity}/search` with
//!   the same in a body, and with operators: `{"id":{"$gte":5}}` or `{">=id":5}`
//! - `POST /v1/{entity}/aggregate`, which counts records in groups
//! - `POST /v1/batch` with 1 to 50 calls, `POST /v1/{entity}/batch` with up to 500 items
//! - `GET /v1/{entity}/fields`, `GET` and `POST /v1/userfields/{entity}`, `GET /v1/me` and
//!   `GET /v1/guide`
//! - `GET /v1/statuses`, `deal-categories`, `currencies` and `users`, each with `/{id}` and
//!   `POST …/search`, and `GET /v1/users/me`
//!
//! `{entity}` is `contacts`, `companies`, `leads`, `deals`, or a smart process such as `items/1040`,
//! which is `items` in a batch, with its `entityTypeId` inside `params`.
//!
//! Every other route answers 404 `ROUTE_NOT_FOUND`. Limits ([`SandboxBuilder::rate_limit`],
//! [`SandboxBuilder::portal_limit`]) are off by default.
//!
//! # Faults
//!
//! A [`Fault`] hits one request: its answer is lost, late, slow, cut off or about another record,
//! and its write is applied or not. A [`Storm`] hits a share of all requests, the same ones in
//! every run. The log shows for each request which fault hit it and whether it was applied.
//!
//! On a paused clock, run the sandbox and its client on the same `current_thread` runtime. An
//! answer of several megabytes ([`Fault::oversized`], a page of thousands of records) takes real
//! time in the kernel, during which the timers of other requests may fire.
//!
//! # Running it as a server
//!
//! `cargo vibecode sandbox` runs a sandbox for programs in any language, on a fixed
//! [port](SandboxBuilder::port), with a [page](SandboxBuilder::page) that shows the requests. A
//! test can follow the requests as they arrive, too: [`Sandbox::watch`].
//!
//! # Undocumented behaviour
//!
//! If the API's documentation says nothing, the sandbox makes a choice. A portal may behave
//! differently.
//!
//! Writing:
//!
//! - `null` is ignored. `""` clears a text, a number, a date or a single user field, `0` clears a
//!   reference, and `[]` clears a field of several values. `[]` adds no phone.
//! - `{}` answers 200 and changes nothing.
//! - A value that does not fit its field is 400 `INVALID_REQUEST`, for user fields too, and nothing
//!   of the body is applied. The message names the field, never the value.
//! - A built-in number may be sent as text (`"15"`), a user field's may not. A built-in boolean is
//!   `true` or `false`; a user field's may also be `"Y"` or `"N"`.
//! - A phone or email array holds either strings or objects, not both.
//! - Read-only fields, including `fm`, and user fields under their upper-case names are ignored.
//!   Immutable fields are ignored too, except in a new record.
//! - A new record requires no field. The id of a deleted record is not reused. A deletion answers
//!   200 with `{"id":5,"deleted":true}`.
//!
//! Reading:
//!
//! - A read returns every field of the entity. A field that was never set is `null`, `[]` if it
//!   holds several values, or `false` if it is a built-in boolean. A reference cleared with `0`
//!   reads `0`. `include` is ignored.
//! - Records that a reference points to need not exist, and `companyId` does not follow
//!   `companyIds`.
//! - Reads show `fm`, unless [`SandboxBuilder::without_fm`] is set. A write is visible immediately.
//! - The selected fields of a list always include `id`. A `sort` has no effect, and neither has an
//!   unknown key of a search: [`LoggedRequest::dropped`] names them.
//! - `POST /v1/{entity}/aggregate` knows only `count`. Deals are grouped by the fields that the API
//!   names, other records by status codes, references and amounts.
//! - The user of `users/me` is the first one, whatever the key.
//! - A list is sorted by id unless the request says otherwise, with unset values first. If an order
//!   has several fields, they are applied in the order of their names, since a JSON object has no
//!   order.
//! - A `limit` that is not a number from 1 to 5000, an `offset` that is not a number, an unknown
//!   direction, and an unknown field in a filter or an order are 400 `INVALID_PARAMS`. An unknown
//!   field in `select` is left out.
//! - Prefixes are those of the layer underneath: `>=`, `>`, `<=`, `<`, `=`, `!`, `!=`, `%`, `@`,
//!   `!@`. `$contains` ignores case, other comparisons do not. A list of values matches any of
//!   them. A field of several values, such as all phones of a contact, matches if one of its values
//!   does.
//! - `meta` is correct, unless [`SandboxBuilder::untruthful_paging`] is set.
//!
//! Batches:
//!
//! - Calls are carried out one after the other, and count as one request for every limit.
//! - Fields are directly under `params`; a `fields` key in there is unknown and is dropped.
//! - `data.results` holds the `data` of each call's own answer, and `data.meta` `{truncated,hasMore}`
//!   for each list; `data.summary` is `{total,succeeded,failed}`; empty maps are `{}`
//!   ([`SandboxBuilder::empty_maps_as_lists`]).
//! - An unknown entity or action, or `params` that are not a map, is an `INVALID_PARAMS` error of
//!   that call. A call id that is empty, too long or duplicated is an `INVALID_PARAMS` error of
//!   the whole batch. A batch without calls is `INVALID_REQUEST`.
//! - A read-only key can read in a batch: only the writes are errors. A batch of one entity
//!   with a write is refused.
//! - `POST /v1/{entity}/batch` takes `create` and `update` with `items`, `delete` with `ids`, `get`
//!   with either, `list` and `search` with a query or with several as `items`, and `fields`. Its
//!   answer has the shape of a `POST /v1/batch` answer, with the ids of the records instead of
//!   those of the calls, and the index for a new record or a query.
//!
//! Keys and limits:
//!
//! - An app's key without a session token is 401 `TOKEN_MISSING`.
//! - A limit counts every request with a known key, including `GET /v1/me` and requests hit by a
//!   fault, but not the requests that it refuses itself. It does not apply to an unknown key. The
//!   limit of the portal counts the routes of entities, and what it refuses is not applied.
//! - The window slides ([`SandboxBuilder::rate_limit_window`]), and `X-RateLimit-Reset` is the
//!   number of seconds until a slot in it is free ([`SandboxBuilder::rate_limit_reset`]).
//! - The limits are checked first, then the faults, the key, the route, the key's rights, whether
//!   the body is a JSON object, the record, and the body's values.

mod api;
mod builder;
mod faults;
mod keys;
mod lock;
mod log;
mod page;
mod portal;
mod sandbox;
mod server;
mod start_error;
mod wire;

pub use builder::SandboxBuilder;
pub use faults::{CallFault, Fault, Storm};
pub use keys::{Key, ResetUnit, Window};
pub use log::{LoggedRequest, Watch};
pub use sandbox::Sandbox;
pub use start_error::StartError;
pub use vibecode_spec::{Entity, EntityPath};
