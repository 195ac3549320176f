//! The kinds of fields of the API, for which [`Encode`] and [`Decode`] are implemented.
//!
//! | kind | `kind = "…"` of a user field | takes | on the wire |
//! |---|---|---|---|
//! | [`Text`] | `string` | `String`, `&str` | `"Director"` |
//! | [`Integer`] | `integer` | `i64`, `u64` and the smaller ones | `5` |
//! | [`Number`] | | the same, `f64`, `f32` | `5` |
//! | [`Double`] | `double` | the same | `4.5` |
//! | [`Boolean`] | `boolean` | `bool` | `true` |
//! | [`Date`] | `date` | [`Date`](crate::Date) | `"1990-05-08"` |
//! | [`DateTime`] | `datetime` | [`DateTime`](crate::DateTime) | `"2026-04-15T12:00:00+03:00"` |
//! | [`DateOrDateTime`] | | either of the two | as the type |
//! | [`Enumeration`] | `enumeration` | `u64`, or an enum with [`Enumeration`](derive@crate::Enumeration) | `81` |
//! | [`Money`] | `money` | [`Money`](crate::Money) | `"300.50\|RUB"` |
//! | [`Url`], [`Address`] | `url`, `address` | `String`, `&str` | `"https://example.org"` |
//! | [`File`] | `file` | [`File`](crate::File) | `["a.txt","aGk="]`, `{"id":12}` |
//! | [`Crm`] | `crm` | [`CrmRef`](crate::CrmRef) | `"C_2"` |
//! | [`Status`] | `crm_status` | `String`, `&str` | `"NEW"` |
//! | [`Iblock`] | `iblock_section`, `iblock_element` | `u64` | `12` |
//! | [`Reference`] | `employee` | an [`Id`](crate::Id) of the entity, `u64` | `15` |
//! | [`Phone`], [`Email`] | | `Vec<Phone>`, `Vec<Email>` | see [`Phone`](crate::Phone) |
//! | [`Multiple`] | with `multiple` | a list of what the kind takes | `[4.5,5.0]` |
//!
//! The wire forms of user fields are documented for the layer underneath the API (grade B). 0 is
//! not a valid id, neither of a record nor of an option.
//!
//! # Using your own types
//!
//! Implement [`Encode`] for a type that is written, and [`Decode`] for one that is read. Their pages have an
//! example each. A value without a wire form is never sent.
//!
//! # Types of other crates
//!
//! With the feature `jiff`, `jiff::civil::Date` can be used for a [`Date`], and `jiff::Zoned` and
//! `jiff::Timestamp` for a [`DateTime`]. All of them can be used for a [`DateOrDateTime`]:
//!
#![cfg_attr(feature = "jiff", doc = "```")]
#![cfg_attr(not(feature = "jiff"), doc = "```ignore")]
//! use vibecode_runtime::Patch;
//!
//! #[derive(Patch)]
//! #[vibecode(entity = "contacts")]
//! struct Customer {
//!     birthdate: Option<jiff::civil::Date>,
//!     #[vibecode(field = "ufCrmLastCall", kind = "datetime")]
//!     last_call: Option<jiff::Timestamp>,
//! }
//!
//! let patch = Customer::patch()
//!     .birthdate(jiff::civil::date(1990, 5, 8))
//!     .last_call(jiff::Timestamp::UNIX_EPOCH);
//! assert_eq!(
//!     serde_json::to_string(&patch)?,
//!     r#"{"birthdate":"1990-05-08","ufCrmLastCall":"1970-01-01T00:00:00Z"}"#,
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! With `chrono`, the same applies to `chrono::NaiveDate` and `chrono::DateTime`; with `time`, to
//! `time::Date` and `time::OffsetDateTime`.
//!
//! With `decimal`, `rust_decimal::Decimal` can be used for a [`Number`] and a [`Double`], without loss
//! of digits. For money, use `Money::from_decimal`:
//!
#![cfg_attr(feature = "decimal", doc = "```")]
#![cfg_attr(not(feature = "decimal"), doc = "```ignore")]
//! use rust_decimal::Decimal;
//! use vibecode_runtime::{Money, Patch};
//!
//! #[derive(Patch)]
//! #[vibecode(entity = "deals")]
//! struct Deal {
//!     amount: Option<Decimal>,
//!     #[vibecode(field = "ufCrmBudget", kind = "money")]
//!     budget: Option<Money>,
//! }
//!
//! let price = Decimal::new(30_050, 2);
//! let patch = Deal::patch().amount(price).budget(Money::from_decimal(price, "RUB")?);
//! assert_eq!(serde_json::to_string(&patch)?, r#"{"amount":300.50,"ufCrmBudget":"300.50|RUB"}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Encode`]: crate::Encode
//! [`Decode`]: crate::Decode

#[allow(clippy::wildcard_imports, reason = "the traits of all kinds")]
pub use crate::__private::{field::*, multifield::*};
#[allow(clippy::wildcard_imports, reason = "the types of all kinds")]
pub use crate::value::kind::*;
