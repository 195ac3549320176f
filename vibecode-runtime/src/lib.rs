//! Typed patches for the CRM of Bitrix24, sent safely through its `VibeCode` API.
//!
//! The API answers a mistyped field with 200 and changes nothing. It only ever adds phones and
//! emails, so that a call which is repeated after a lost answer doubles them. And every portal has
//! user fields of its own. So a patch is a type here: [`derive@Patch`] makes a builder of your struct,
//! and what the API would not take does not compile. A [`Client`] sends it, never twice if that
//! could add anything twice, and each [`Error`] says whether the change may have been applied.
//!
//! # A first patch
//!
//! A struct names the fields that an app is about. `VIBECODE_API_KEY` holds a portal's key; without one,
//! the crate `vibecode-sandbox` is a stand-in for the API in the same process.
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
//!     phone: Vec<Phone>,                 // only ever added to
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
//!     .loyalty(81_u64);                              // what is not named, is left as it is
//!
//! let sandbox = Sandbox::start().await;              // for a portal: `Client::from_env()?`
//! let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
//!     .base_url(sandbox.url())
//!     .build()?;
//! let updated = client.update(71, &patch).await?;    // PATCH /v1/contacts/71
//!
//! // The API answers 200 even if it drops a value; this shows what it took.
//! assert!(updated.mismatches(&patch).is_empty());
//! let customer: Customer = updated.record()?;
//! assert_eq!(customer.post.as_deref(), Some("Director"));
//! # Ok(())
//! # }
//! ```
//!
//! # What goes over the wire
//!
//! A patch is serde data: what it serializes to is the body of the request, byte for byte. It holds
//! what was called, and nothing else.
//!
//! ```
//! # use vibecode_runtime::{CompanyId, Patch, Phone};
//! # #[derive(Patch)]
//! # #[vibecode(entity = "contacts")]
//! # struct Customer {
//! #     post: Option<String>,
//! #     #[vibecode(field = "companyId")]
//! #     company: Option<CompanyId>,
//! #     phone: Vec<Phone>,
//! # }
//! let patch = Customer::patch()
//!     .post("Director")
//!     .clear_company()
//!     .add_phone(Phone::mobile("+79161112233"));
//! assert_eq!(
//!     serde_json::to_string(&patch)?,
//!     r#"{"post":"Director","companyId":0,"phone":[{"value":"+79161112233","typeId":"MOBILE"}]}"#,
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # When something fails
//!
//! A lost answer leaves open whether the change is there. A patch that only sets and clears is sent
//! again by itself; one that adds is not. [`Client::ensure`] is for that: it reads first, and sends
//! what is missing.
//!
//! ```
//! use vibecode_runtime::Outcome;
//! # use vibecode_runtime::{Client, Credentials, Patch, Phone};
//! # use vibecode_sandbox::{Fault, Sandbox};
//! # #[derive(Patch)]
//! # #[vibecode(entity = "contacts")]
//! # struct Customer { phone: Vec<Phone> }
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> vibecode_runtime::Result<()> {
//! # let sandbox = Sandbox::start().await;
//! # let client = Client::builder(Credentials::personal(Sandbox::API_KEY)).base_url(sandbox.url()).build()?;
//!
//! let patch = Customer::patch().add_phone("+79169876543");
//! sandbox.fault(Fault::drop_after()); // applied, and the answer is lost
//! let error = client.update(71, &patch).await.unwrap_err();
//! assert_eq!(error.outcome(), Outcome::Unknown);
//!
//! let ensured = client.ensure(71, &patch).await?;
//! assert!(ensured.added().is_empty()); // it was there
//! # Ok(())
//! # }
//! ```
//!
//! What the API refuses has a code: [`Error::code`]. Keys, tokens and values of records are in no error
//! and no Debug output.
//!
//! # Contents
//!
//! - What is sent: the derive [`derive@Patch`] and its trait [`trait@Patch`], [`Phone`], [`Email`], typed ids such as
//!   [`ContactId`], and [`Date`], [`DateTime`], [`Money`], [`CrmRef`], [`File`].
//! - How a type becomes a value of the API: [`Encode`], by the [`kind`] of the field. Your own types
//!   join by implementing it.
//! - Sending: [`Client`] and [`Credentials`]; [`Client::update`] once, [`Client::ensure`] so that nothing
//!   is added twice, [`Client::create`] and [`Client::delete`], [`Client::update_many`] and
//!   [`Client::ensure_many`] for any number of records, [`Client::batch`] for up to 50 calls, [`PatchJob`]
//!   for a queue.
//! - Reading: [`derive@Record`], [`Client::get`], [`Client::list`] with [`Filter`] and [`Order`],
//!   [`Client::multifields`]; [`Raw`] is an answer as it came.
//! - Options of a list: [`derive@Enumeration`]. Changes between two records: [`Diff`].
//! - How often and how fast: [`RetryPolicy`], [`Throttle`], [`Budget`].
//! - What went wrong: [`Error`], [`ErrorKind`], [`ErrorCode`], [`Outcome`]; [`Client`](Client#errors-of-every-call)
//!   lists what a call can fail with.
//!
//! A fact about the API has a grade if it matters: D, its own documentation says so; B, that of the
//! layer underneath does; O, it was seen on a portal; C, other clients assume it. What is graded O or C
//! can be set otherwise.
//!
//! # Features
//!
//! - `derive` (default): the macro.
//! - `rustls-tls` (default): TLS by rustls with the cryptography that reqwest chooses.
//! - `rustls-no-provider`: TLS by rustls with the cryptography that the app installs.
//! - `native-tls`: TLS by the system's library.
//! - `blocking`: the module `blocking`, a client whose calls wait.
//! - `tracing`: one span a request, with its method, entity, id, attempt, status and outcome.
//! - `jiff`, `chrono`, `time`: their dates for dates, and their moments with an offset for datetimes.
//! - `decimal`: `rust_decimal::Decimal` for numbers, and for the amount of a [`Money`]. An example of each
//!   of the four is in [`kind`](kind#types-of-other-libraries).
//! - `throttle-redis`: `RedisBudget`, a budget that processes share in a Redis server.

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
mod answer;
mod batch;
#[cfg(feature = "blocking")]
pub mod blocking;
mod body;
mod bulk;
mod client;
mod decode;
mod diff;
mod encode;
mod encoder;
mod ensure;
mod entity;
mod enumeration;
mod equality;
mod error;
mod id;
#[cfg(any(
    feature = "chrono",
    feature = "decimal",
    feature = "jiff",
    feature = "time"
))]
mod interop;
mod job;
mod json;
pub mod kind;
mod me;
mod mismatch;
mod multifield;
mod patch;
mod query;
mod record;
mod rendered;
mod retry_after;
mod text_form;
mod throttle;
mod value;

#[cfg(feature = "throttle-redis")]
pub use crate::throttle::RedisBudget;
pub use crate::{
    answer::{Created, Raw, Updated},
    batch::Batch,
    bulk::{Bulk, BulkOutcome},
    client::{Call, Client, ClientBuilder, Credentials, RetryPolicy, TokenError},
    decode::{Answered, Decode, DecodeError},
    diff::{Diff, NotRemovable},
    encode::Encode,
    encoder::{EncodeError, Encoder},
    ensure::Ensured,
    entity::{Companies, Contacts, Deals, Entity, Items, Leads, Users},
    enumeration::Enumeration,
    error::{Error, ErrorCode, ErrorKind, Outcome, Result},
    id::{CompanyId, ContactId, DealId, Id, IdFor, LeadId, UserId},
    job::{PatchJob, UntypedPatch},
    me::Me,
    mismatch::{Duplicate, Mismatch, MismatchKind},
    multifield::{Email, EmailType, MultifieldEntry, Multifields, Phone, PhoneType},
    patch::Patch,
    query::{Field, FieldName, Filter, Order, Query, Rows},
    record::Record,
    throttle::{Acquiring, Budget, BudgetError, Feedback, Permit, Throttle},
    value::{CrmRef, Date, DateTime, File, Money, OtherLink, ParseError},
};

/// Makes a typed patch builder of a struct.
///
/// `#[derive(Patch)]` on `Customer` makes `CustomerPatch`, `Customer::patch()` for one that changes
/// nothing yet, and `to_patch` for one with all that a `Customer` holds. Field names, kinds, types
/// and shapes are checked against the documented fields of the entity.
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
/// - A setter for every field that is written. Setting twice: the last wins.
/// - `clear_…` for every field that is an `Option`. What it sends depends on the kind: `""` for
///   texts, dates and single user fields, `0` for references, `[]` for multiple fields. That this
///   clears is what other clients assume; the API does not document it.
/// - `add_…` for phones and emails, and no setter: the API only ever adds them.
/// - `maybe(option, CustomerPatch::post)`: sets if there is a value.
/// - `set_unchecked(name, value)`: any field, without checks.
///
/// A value that has no wire form, such as NaN, an empty phone, or one that your own
/// [`Encode`](trait@Encode) does not write or writes twice, is kept as the patch's first
/// failure: serializing and sending the patch are then refused, naming the field
/// ([`ErrorKind::InvalidPatch`]).
///
/// A struct that holds values makes a patch of them, by `to_patch` all that is there,
/// and by `diff` what has changed:
///
/// ```
/// use vibecode_runtime::{Patch, Phone};
///
/// #[derive(Patch, Clone)]
/// #[vibecode(entity = "contacts", diff)]
/// struct Customer {
///     post: Option<String>,
///     comments: Option<String>,
///     phone: Vec<Phone>,
/// }
///
/// let before = Customer {
///     post: Some("Director".to_owned()),
///     comments: None,
///     phone: vec!["+79169876543".into()],
/// };
/// assert_eq!(
///     serde_json::to_string(&before.to_patch())?,
///     r#"{"post":"Director","phone":"+79169876543"}"#,
/// );
///
/// let after = Customer { post: None, ..before.clone() };
/// assert_eq!(serde_json::to_string(&before.diff(&after).patch)?, r#"{"post":""}"#);
///
/// let given: Option<String> = None;
/// let patch = Customer::patch().maybe(given, CustomerPatch::comments).set_unchecked("ufCrmNew", 1);
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
/// | `entity = "contacts"` | whose records these are: `contacts`, `companies`, `leads`, `deals`, or a smart process such as `items/1040` |
/// | `diff` | `before.diff(&after)`: the changes only, and what the API cannot remove |
/// | `schema = "path"` | where the portal's schema is, from the crate's folder, if not at its usual place |
/// | `schema` | it is an error if there is no schema |
/// | `builder = "CustomerChange"` | what the builder is called, if not `CustomerPatch` |
/// | `crate = "path"` | where this crate is, if not at `::vibecode_runtime` |
///
/// # On a field
///
/// | `#[vibecode(…)]` | |
/// |---|---|
/// | `field = "companyId"` | the wire name; without it, the field's own name in camelCase |
/// | `kind = "double"` | what a user field holds: see [`kind`] |
/// | `multiple` | a user field holds several values |
/// | `type_id = "MAILING"` | one value of a multifield, under this type; multifields other than `phone` and `email` are read by `client.multifields` and never written |
/// | `id` | the record's id: its type is checked, and it is never written |
/// | `read_only` | read, never written |
/// | `skip` | not the API's |
/// | `clear = "null"` | what clearing sends, instead of what the kind sends: `null`, `0`, `[]`, `false`, or nothing for `""` |
///
/// # The portal's schema
///
/// What a portal answers to `GET /v1/contacts/fields`, saved as `vibecode/contacts.json` beside the
/// crate or in a folder above it up to the root of the workspace, is read at compile time: with the
/// envelope or without. It adds its fields to the documented ones, and overrides the flags and
/// labels that it states. User fields are then checked for name, kind, multiple and options, and need
/// no `kind`. A field that the portal requires has no `clear_…`.
///
/// An edit of the file or its removal rebuilds the crate. Cargo does not notice the first file: touch a
/// source file once.
///
/// # Limits
///
/// `Option` is recognised by its name, so an alias of one is an error. A setter of a field whose
/// type is an alias of an integer other than `i32` takes `impl Into`, which a bare literal does not
/// meet: write `5_u64`.
///
/// The setter of a `Vec<T>` takes a `Vec<T>`, and an array of at most 32 values or a slice of what
/// converts into `T`. If `T` is a plain number or `bool`, it takes what converts into the `Vec`.
#[cfg(feature = "derive")]
pub use vibecode_derive::Patch;

/// Reads a struct out of what the API answers.
///
/// It reads what `#[derive(Patch)]` on the same struct writes, with the same attributes, and what
/// is only read. A field that is skipped is its `Default`.
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
/// `None` for null, for what is absent, for an empty text, and for 0 in a reference; an empty list
/// for null and false; numbers in quotes; booleans as `true`, `"Y"` or `1`; dates with a time. Phones
/// and emails come from `fm`, or if the API leaves it out from the aliases such as `phoneWork`; a
/// type that can be read but not written is `OTHER` in a `Vec<Phone>`, and as it is in
/// [`Client::multifields`]. Keys that the struct does not map are ignored.
#[cfg(feature = "derive")]
pub use vibecode_derive::Record;

/// Makes an enum stand for the options of a list.
///
/// ```
/// use vibecode_runtime::{Enumeration, Patch};
///
/// #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
/// #[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
/// enum Loyalty {
///     #[vibecode(item = 81)]
///     Gold,
///     #[vibecode(item = 82)]
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
/// assert_eq!(serde_json::to_string(&patch)?, r#"{"ufCrm_1721244707107":81}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// In the field of another list it does not compile, also if a type parameter brings it there:
///
/// ```compile_fail
/// # use vibecode_runtime::{Enumeration, Patch};
/// # #[derive(Enumeration)]
/// # #[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
/// # enum Loyalty {
/// #     #[vibecode(item = 81)]
/// #     Gold,
/// # }
/// #[derive(Patch)]
/// #[vibecode(entity = "contacts")]
/// struct Customer<T> {
///     #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration")]
///     drink: Option<T>,
/// }
///
/// let patch = Customer::<Loyalty>::patch().drink(Loyalty::Gold);
/// ```
///
/// If the compiler cannot see the list, as behind your own [`Encode`](trait@Encode) around an enum, the
/// option is refused when it is set or read.
///
/// With the portal's schema every `item` must be there, and every option must have a variant, or one
/// with `#[vibecode(other)]` holds the ids of the rest: `Other(u64)`. If the schema has the labels,
/// `label = "Gold"` can be written instead of `item = 81`, and
/// [`label`](trait@Enumeration#tymethod.label) and
/// [`from_label`](trait@Enumeration#tymethod.from_label) know them.
#[cfg(feature = "derive")]
pub use vibecode_derive::Enumeration;
