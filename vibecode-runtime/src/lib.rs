//! Typed patches for the CRM of Bitrix24, sent safely through its `VibeCode` API.
//!
//! The API answers a mistyped field with 200 and changes nothing. It never replaces phones and emails,
//! it only adds them, so a call that is repeated after a lost answer adds them twice. And each portal
//! defines its own user fields. Therefore a patch is a type here: [`derive@Patch`] generates a builder
//! for your struct, and what the API would not accept does not compile. A [`Client`] sends the patch,
//! and does not send it again if that could add anything twice. Each [`Error`] says whether the change
//! may have been applied.
//!
//! # A first patch
//!
//! A struct lists the fields that an app works with. `VIBECODE_API_KEY` holds a portal's key. Without a
//! key, use the crate `vibecode-sandbox`, which emulates the API in the same process.
//!
//! ```
//! use vibecode_runtime::{Client, CompanyId, Credentials, Patch, Phone, Record};
//! use vibecode_sandbox::Sandbox;
//!
//! #[derive(Patch, Record)]
//! #[vibecode(entity = "contacts")]
//! struct Customer {
//!     post: Option<String>,              // the wire name is the field's, in camelCase
//!     #[vibecode(field = "companyId")]
//!     company: Option<CompanyId>,        // `Option`: it can be cleared
//!     phone: Vec<Phone>,                 // the API can only add values
//!     #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
//!     loyalty: Option<u64>,              // a user field of the portal
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> vibecode_runtime::Result<()> {
//! let patch = Customer::patch()
//!     .post("Director")                              // set
//!     .clear_company()                               // clear
//!     .add_phone(Phone::mobile("+79161112233"))      // add
//!     .loyalty(79_u64);                              // other fields stay as they are
//!
//! let sandbox = Sandbox::start().await;              // for a portal: `Client::from_env()?`
//! let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
//!     .base_url(sandbox.url())
//!     .build()?;
//! let updated = client.update(71, &patch).await?;    // PATCH /v1/contacts/71
//!
//! // The API answers 200 even if it drops a value, so compare the answer with the patch.
//! assert!(updated.mismatches(&patch).is_empty());
//! let customer: Customer = updated.record()?;
//! assert_eq!(customer.post.as_deref(), Some("Director"));
//! # Ok(())
//! # }
//! ```
//!
//! # What goes over the wire
//!
//! A patch implements serde's `Serialize`: what it serializes to is the body of the request, byte for
//! byte. It contains the changes that were called on the builder, and nothing else. The patch above is sent as
//!
//! ```json
//! {"post":"Director","companyId":0,"phone":[{"value":"+79161112233","typeId":"MOBILE"}],"ufCrm_1721244707107":79}
//! ```
//!
//! # When something fails
//!
//! After a lost answer it is not known whether the change was applied. A patch that only sets and
//! clears is retried automatically; one that adds is not. Use [`Client::ensure`] for those: it reads
//! the record first and sends only what is missing. [`Outcome`] has an example.
//!
//! An error that the API reports has a code: [`Error::code`]. Keys, tokens and values of records appear
//! in no error and in no Debug output.
//!
//! # Contents
//!
//! - What is sent: the derive [`derive@Patch`] and its trait [`trait@Patch`], [`Phone`], [`Email`],
//!   typed ids such as [`ContactId`], and [`Date`], [`DateTime`], [`Money`], [`CrmRef`], [`File`].
//! - How a type is converted to a value of the API: [`Encode`], by the [`kind`] of the field. Implement
//!   it for your own types.
//! - Sending: [`Client`] and [`Credentials`]; [`Client::update`] to send a patch, [`Client::ensure`] to
//!   add nothing twice, [`Client::create`] and [`Client::delete`], [`Client::update_many`] and
//!   [`Client::ensure_many`] for any number of records, [`Client::batch`] for up to 50 calls,
//!   [`PatchJob`] for a queue.
//! - Reading: [`derive@Record`], [`Client::get`], [`Client::list`] with [`field!`] and [`Order`],
//!   [`Client::multifields`]; [`RawAnswer`] is the unparsed answer.
//! - Options of a list, statuses, stages and currencies: [`derive@Enumeration`]. Changes between two records: [`Diff`].
//! - Retries and rate limits: [`RetryPolicy`], [`Throttle`], [`Budget`].
//! - Errors: [`Error`], [`ErrorKind`], [`ErrorCode`], [`Outcome`];
//!   [`Client`](Client#errors-of-every-call) lists the errors of its calls.
//!
//! Facts about the API have a grade if it matters how well founded they are: D, the API's own
//! documentation says so; B, the documentation of the layer underneath says so; O, it was observed on a
//! portal; C, other clients assume it. Behaviour that relies on a fact of grade O or C can be
//! configured.
//!
//! # Features
//!
//! - `derive` (default): the derive macros.
//! - `rustls-tls` (default): TLS by rustls, with reqwest's choice of cryptography provider.
//! - `rustls-no-provider`: TLS by rustls, with the cryptography provider that the app installs.
//! - `native-tls`: TLS by the system's library.
//! - `blocking`: the module `blocking`, a client for synchronous code.
//! - `tracing`: one span per request, with its method, entity, id, attempt, status and outcome.
//! - `jiff`, `chrono`, `time`: their date types for dates, and their types with an offset for
//!   datetimes.
//! - `decimal`: `rust_decimal::Decimal` for numbers, and for the amount of a [`Money`]. See
//!   [`kind`](kind#types-of-other-crates).
//! - `throttle-redis`: `RedisBudget`, a budget that several processes share through a Redis server.

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod error;
pub mod kind;
mod lock;
mod many;
mod patch;
mod record;
mod throttle;
mod value;
mod wire;

#[cfg(feature = "throttle-redis")]
pub use crate::throttle::RedisBudget;
#[allow(
    clippy::wildcard_imports,
    reason = "the types of all entities and of their ids"
)]
pub use crate::value::entity::*;
pub use crate::{
    client::{Call, Client, ClientBuilder, Credentials, Me, RetryPolicy, TokenError},
    error::{Error, ErrorCode, ErrorKind, Outcome, Result},
    many::{
        batch::Batch,
        bulk::{Bulk, BulkOutcome},
        ensure::Ensured,
        query::{Condition, Field, Order, Query, Rows, UntypedQuery, UntypedRows},
    },
    patch::{
        Patch,
        diff::{Diff, NotRemovable},
        job::{JobField, PatchJob, UntypedPatch},
    },
    record::{
        Record,
        answer::{Created, RawAnswer, Updated},
        mismatch::{Duplicate, Mismatch, MismatchKind},
    },
    throttle::{Acquiring, Budget, BudgetError, Feedback, Permit, Throttle},
    value::{
        CrmRef, Date, DateTime, File, Money, OtherLink, ParseError,
        decode::{Decode, DecodeError, WireValue},
        encode::{Encode, EncodeError, Encoder},
        enumeration::{Enumeration, OptionEnum, StatusEnum},
        id::{Id, IdFor},
        multifield::{Email, EmailType, MultifieldEntry, Multifields, Phone, PhoneType},
    },
};

/// Derives a typed patch builder for a struct.
///
/// `#[derive(Patch)]` on `Customer` generates the builder `CustomerPatch`, the function
/// `Customer::patch()`, which returns an empty patch, and the method `to_patch`, which returns a patch
/// with all values of a `Customer`. Field names, kinds, types and shapes are checked against the
/// documented fields of the entity.
///
/// ```
/// use vibecode_runtime::{CompanyId, ContactId, Email, Patch, Phone};
///
/// #[derive(Patch)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     #[vibecode(id)]
///     id: ContactId,
///     post: Option<String>,
///     #[vibecode(field = "companyId")]
///     company: Option<CompanyId>,
///     phone: Vec<Phone>,
///     #[vibecode(field = "email", type_id = "MAILING")]
///     newsletter: Option<String>,
///     #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
///     scores: Vec<f64>,
///     #[vibecode(read_only)]
///     updated_time: String,
///     #[vibecode(skip)]
///     cached: u32,
/// }
///
/// let patch = Customer::patch()
///     .post("Director")
///     .clear_company()
///     .add_phone("+79169876543")
///     .scores([4.5, 5.0]);
/// assert_eq!(
///     serde_json::to_string(&patch)?,
///     r#"{"post":"Director","companyId":0,"phone":"+79169876543","ufCrm_694BF2A975BD0":[4.5,5.0]}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # What the builder has
///
/// - A setter for every writable field. If a field is set twice, the last value is sent.
/// - `clear_…` for every field that is an `Option`. The value that it sends depends on the kind: `""`
///   for texts, dates and single user fields, `0` for references, `[]` for multiple fields. Bitrix24's
///   own REST layer clears a field with these values (grade B); that this API passes them on is not
///   documented.
/// - `add_…` for phones and emails, and no setter: the API can only add them.
/// - `maybe(option, CustomerPatch::post)`: sets the field if the option is `Some`.
/// - `set_unchecked(name, value)`: sets any field, without checks.
///
/// Some values have no wire form: NaN, an empty phone, or a value that your own
/// [`Encode`](trait@Encode) does not write or writes twice. The patch keeps the first such failure.
/// Serializing or sending it then fails with an error that names the field
/// ([`ErrorKind::InvalidPatch`]).
///
/// `to_patch` makes a patch of all values of a struct, and `diff` a patch of the changes between two of
/// them:
///
/// ```
/// use vibecode_runtime::{Patch, Phone};
///
/// #[derive(Patch, Clone)]
/// #[vibecode(entity = "contacts", diff)]
/// struct Customer {
///     post: Option<String>,
///     phone: Vec<Phone>,
/// }
///
/// let before = Customer { post: Some("Director".to_owned()), phone: vec!["+79169876543".into()] };
/// let all = serde_json::to_string(&before.to_patch())?;
/// assert_eq!(all, r#"{"post":"Director","phone":"+79169876543"}"#);
///
/// let after = Customer { post: None, ..before.clone() };
/// assert_eq!(serde_json::to_string(&before.diff(&after).patch)?, r#"{"post":""}"#);
///
/// let given: Option<String> = None;
/// let patch = Customer::patch().maybe(given, CustomerPatch::post).set_unchecked("ufCrmNew", 1);
/// assert_eq!(serde_json::to_string(&patch)?, r#"{"ufCrmNew":1}"#);
///
/// // An empty phone, like NaN, has no wire form.
/// assert!(serde_json::to_string(&Customer::patch().add_phone("")).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # On the struct
///
/// | `#[vibecode(…)]` | |
/// |---|---|
/// | `entity = "contacts"` | the entity of the records: `contacts`, `companies`, `leads`, `deals`, `quotes`, `invoices`, `requisites`, `tasks`, `addresses`, `activities`, or a smart process such as `items/1040` |
/// | `diff` | generates `before.diff(&after)`: only the changes, and what the API cannot remove |
/// | `schema = "path"` | the path of the portal's schema, relative to the crate's folder, if it is not the usual one |
/// | `schema` | a missing schema is an error |
/// | `builder = "CustomerChange"` | the name of the builder, if not `CustomerPatch` |
/// | `crate = "path"` | the path of this crate, if not `::vibecode_runtime` |
///
/// # On a field
///
/// | `#[vibecode(…)]` | |
/// |---|---|
/// | `field = "companyId"` | the wire name; without it, the field's own name in camelCase |
/// | `kind = "double"` | the kind of a user field: see [`kind`] |
/// | `multiple` | the user field has several values |
/// | `type_id = "MAILING"` | one value of a multifield, of this type; multifields other than `phone` and `email` are read by `client.multifields` and never written |
/// | `id` | the record's id: its type is checked, and it is never written |
/// | `read_only` | read, never written |
/// | `skip` | not a field of the API |
/// | `clear = "null"` | the value that clears the field, instead of the kind's: `null`, `0`, `[]`, `false`, or nothing for `""` |
///
/// # The portal's schema
///
/// The answer of a portal to `GET /v1/contacts/fields` is read at compile time if it is saved as
/// `vibecode/contacts.json` beside the crate, or in a folder above it up to the root of the workspace,
/// with or without the envelope. Its fields are added to the documented ones, and the flags and labels
/// that it states override theirs. User fields are then checked for name, kind, multiple and options,
/// and need no `kind`. A field that the portal requires has no `clear_…`.
///
/// The crate is rebuilt when the file is edited or removed. Cargo does not notice a file that is new:
/// touch a source file once.
///
/// # Limits
///
/// `Option` is recognised by its name, so an alias of it is an error. If a field's type is an alias of
/// an integer type other than `i32`, its setter takes `impl Into`, for which the compiler cannot infer
/// the type of a bare literal: write `5_u64`.
///
/// The setter of a `Vec<T>` takes a `Vec<T>`, or an array of at most 32 values or a slice of values
/// that convert into `T`. If `T` is a plain number or `bool`, it takes any value that converts into the
/// `Vec`.
#[cfg(feature = "derive")]
pub use vibecode_derive::Patch;

/// Reads a struct from an answer of the API.
///
/// It reads the fields that `#[derive(Patch)]` on the same struct writes, with the same attributes, and
/// those that are read-only. A skipped field gets its `Default`.
///
/// ```
/// use vibecode_runtime::{Client, ContactId, Credentials, Phone, Record};
/// use vibecode_sandbox::Sandbox;
///
/// #[derive(Record)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     #[vibecode(id)]
///     id: ContactId,
///     name: String,
///     post: Option<String>,
///     phone: Vec<Phone>,
///     updated_time: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let sandbox = Sandbox::start().await;
/// # let client = Client::builder(Credentials::personal(Sandbox::API_KEY)).base_url(sandbox.url()).build()?;
/// let customer: Customer = client.get(71).await?;
/// assert_eq!((customer.id, customer.name.as_str()), (71.into(), "Ivan"));
/// assert_eq!(customer.phone.len(), 1);
/// # Ok(())
/// # }
/// ```
///
/// # What is read
///
/// - An `Option` is `None` for null, an absent field, `""`, `[]`, `false` (except in a boolean), and 0 in a
///   reference, an option or a file.
/// - A list is empty for null and false.
/// - Numbers may be in quotes, booleans may be `true`, `"Y"` or `1`, and dates may have a time.
/// - Phones and emails are read from `fm`, or, if the API omits it, from the aliases such as
///   `phoneWork`. A type that can be read but not written is `OTHER` in a `Vec<Phone>`, and unchanged
///   in [`Client::multifields`].
/// - Keys that the struct does not map are ignored.
#[cfg(feature = "derive")]
pub use vibecode_derive::Record;

/// Maps the variants of an enum to the options of a list field, or to the codes of a status, a stage or a
/// currency.
///
/// ```
/// use vibecode_runtime::{Enumeration, Patch};
///
/// #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
/// #[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
/// enum Loyalty {
///     #[vibecode(item = 79)]
///     Gold,
///     #[vibecode(item = 81)]
///     Silver,
/// }
///
/// #[derive(Patch)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
///     loyalty: Option<Loyalty>,
/// }
///
/// let patch = Customer::patch().loyalty(Loyalty::Gold);
/// assert_eq!(serde_json::to_string(&patch)?, r#"{"ufCrm_1721244707107":79}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Using it for another field does not compile, even through a type parameter.
/// If the compiler cannot see which field an enum is for, for example behind your own
/// [`Encode`](trait@Encode) that wraps it, the value is refused when it is set or read.
///
/// With the portal's schema, every `item` must exist in it, and every option must have a variant,
/// unless a variant with `#[vibecode(other)]`, such as `Other(u64)`, holds the ids of the rest. If the
/// schema has the labels, `label = "Gold"` can be written instead of `item = 79`, and
/// [`label`](trait@Enumeration#tymethod.label) and
/// [`from_label`](trait@Enumeration#tymethod.from_label) use them.
///
/// # Codes
///
/// ```
/// use vibecode_runtime::{Enumeration, Patch};
///
/// #[derive(Enumeration, Clone, PartialEq, Debug)]
/// #[vibecode(entity = "deals", field = "stageId", pipeline = 5)]
/// enum Stage {
///     #[vibecode(status = "WON")]
///     Won,
///     #[vibecode(other)]
///     Other(String),
/// }
///
/// #[derive(Patch)]
/// #[vibecode(entity = "deals")]
/// struct Deal {
///     #[vibecode(field = "stageId")]
///     stage: Option<Stage>,
/// }
///
/// let patch = Deal::patch().stage(Stage::Won);
/// assert_eq!(serde_json::to_string(&patch)?, r#"{"stageId":"C5:WON"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The fields are `stageId`, `typeId`, `sourceId`, `honorific`, `industry` and `employees`, `currency` and
/// `currencyId`, and user fields of kind `crm_status`. The portal's codes are read from
/// `vibecode/statuses.json` and `vibecode/currencies.json`, by the same rules as a schema. Without these files,
/// only the form of a code is checked, and a `label` is an error.
///
/// # On the enum and its variants
///
/// | `#[vibecode(…)]` | |
/// |---|---|
/// | `entity = "deals"`, `field = "stageId"` | the field that has the values |
/// | `pipeline = 5` | the pipeline of a deal's stages, if not 0 |
/// | `schema`, `schema = "path"`, `crate = "path"` | as on a struct |
/// | `item = 79` | on a variant: the id of an option |
/// | `status = "WON"` | on a variant: a code; a stage may be written with or without the prefix of its pipeline |
/// | `label = "Gold"` | on a variant: the label of the option or the code |
/// | `other` | on a variant with a `u64` or a `String`: all other options or codes |
#[cfg(feature = "derive")]
pub use vibecode_derive::Enumeration;
