//! An in-process stand-in for the `VibeCode` API of Bitrix24, for tests and first steps.
//!
//! A [`Sandbox`] listens on a free port of the loopback interface and serves contacts, companies,
//! leads, deals, the [other entities](Entity) and smart processes from memory, with the semantics that
//! the API documents: a PATCH only ever adds
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
//! API have a grade if it matters: D means that its own documentation says so, B that the layer
//! underneath does it, O that it was observed on a portal, C that other clients assume it.
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
//! `{entity}` is the path of an [`Entity`], or a smart process such as `items/1040`, which is `items`
//! in a batch, with its `entityTypeId` inside `params`.
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
//! # What is known, and how well
//!
//! Facts without a setting cannot be changed. A dash means that nothing is known: the sandbox makes a
//! choice, and a portal may behave differently.
//!
//! | behaviour | grade | setting for another |
//! |---|---|---|
//! | null, `""`, 0, `"0"`, false and `[]` clear a field of any kind but a phone or an email | B | |
//! | a number or a reference cleared with 0 reads 0, a boolean cleared with 0 or false reads false, anything else reads null or `[]` | – | |
//! | only true, `"true"`, `"y"` and `"Y"` are true; 1 and `"1"` are false | B | |
//! | a date that cannot be parsed is silently not set | B | |
//! | `{"id":n}` keeps file n, and clears the field if it does not hold n | B | |
//! | other values that do not fit their field are 400 `INVALID_REQUEST` | D, which values is – | |
//! | a phone or an email is only added; an equal one is added again | D; – | |
//! | phones stay as they are written | – | [`formatted_phones`](SandboxBuilder::formatted_phones) (B) |
//! | an unknown key is dropped, 200 | O, B | |
//! | a read-only key is dropped, 200 | – | [`refuse_read_only`](SandboxBuilder::refuse_read_only) |
//! | on tasks, a read-only key is 400 `READONLY_FIELD` | D | |
//! | on tasks, a text for `ufCrmTask` is dropped, 200 | O | |
//! | on tasks, `fields` has each field a second time, under its upper-case name | D | |
//! | an unknown status code is stored | – | [`unknown_status`](SandboxBuilder::unknown_status) |
//! | a PATCH answers the whole record | D (text) | [`partial_updates`](SandboxBuilder::partial_updates) (D, its example) |
//! | `fields` is `data.fields` with `type`, `label` and `readonly` | O | [`native_fields`](SandboxBuilder::native_fields) (B) |
//! | `enum`, `multiple` and `required` in `fields` | – | |
//! | `userfields` has camelCase keys and `meta.total`; POST takes the same form | D; – | |
//! | `me` and `guide` have the recorded keys | O | |
//! | a list is an array | D | [`list_shape`](SandboxBuilder::list_shape) (O, doubtful) |
//! | `meta.total` and `meta.hasMore` are correct | D | [`untruthful_paging`](SandboxBuilder::untruthful_paging) (O) |
//! | `filter=<JSON>`, an unknown parameter as a filter, an unknown filter field is 400 | O | |
//! | a filter by time compares the clock on the wall: the offset in its value is ignored | O | |
//! | upper-case names in `select` leave only `id` | O | |
//! | `sort` has no effect | – | |
//! | `aggregate` counts in groups, over the fields that the API names for deals | O | |
//! | statuses, deal-categories, currencies and users have the recorded keys | O | [`seed`](SandboxBuilder::seed) |
//! | a batch has `results`, `errors` and `summary` | O | |
//! | `meta` of a batch | C | |
//! | calls without an id are `"0"`, `"1"`, … | D | |
//! | empty `results` and `errors` are `{}` | – | [`empty_maps_as_lists`](SandboxBuilder::empty_maps_as_lists) |
//! | the answer of `POST /v1/{entity}/batch` | – | |
//! | the message and the hint of a 429 | D | |
//! | built-in fields of quotes, addresses, activities and smart processes | – | [`schema`](SandboxBuilder::schema) |
//!
//! # Undocumented behaviour
//!
//! What the table says with a dash, in detail, and more of it:
//!
//! Writing:
//!
//! - `{}` answers 200 and changes nothing. `[]` and null add no phone, and `""` is 400
//!   `INVALID_MULTIFIELD_SHAPE`.
//! - If a value does not fit its field, for user fields too, nothing of the body is applied. The
//!   message names the field, never the value.
//! - A built-in number may be sent as text (`"15"`), a user field's may not. A date is `YYYY-MM-DD`,
//!   a time has an offset. In a list of dates, one that cannot be parsed leaves the whole list unset.
//! - A phone or email array holds either strings or objects, not both.
//! - Read-only fields, including `fm`, are ignored except on tasks, and so are user fields under their
//!   upper-case names. Immutable fields are ignored too, except in a new record.
//! - A new record requires no field. The id of a deleted record is not reused. A deletion answers
//!   200 with `{"id":5,"deleted":true}`.
//!
//! Reading:
//!
//! - A read returns every field of the entity. A field that was never set is `null`, `[]` if it
//!   holds several values, or `false` if it is a built-in boolean. `include` is ignored.
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
pub use portal::{ListShape, UnknownStatus};
pub use sandbox::Sandbox;
pub use start_error::StartError;
pub use vibecode_spec::{Entity, EntityPath};
