//! The `VibeCode` API of Bitrix24 as data, and the model that reads it.
//!
//! This crate answers questions such as "which type has `companyId` of a contact", "may it be
//! written", "what clears it" and "what was meant by `compnayId`". It does no I/O: the built-in
//! entities are compiled in, and a portal's own answer to `GET /v1/{entity}/fields` is read from a
//! string by the same code.
//!
//! ```
//! use vibecode_spec::{Clearing, Entity, Kind, Reference};
//!
//! let contacts = Entity::Contacts.schema();
//! let company = contacts.field("companyId").expect("a documented field");
//! assert_eq!(company.kind, Kind::Reference(Reference::Company));
//! assert_eq!(company.clearing(), Clearing::Zero);
//! assert_eq!(contacts.suggest("compnayId"), Some("companyId"));
//! ```

mod entity;
mod error_code;
mod field;
mod kind;
mod multifield;
mod naming;
mod schema;
mod suggest;

pub use entity::Entity;
pub use error_code::{ERROR_CODES, status_of};
pub use field::{Field, Item};
pub use kind::{Clearing, Kind, Reference};
pub use multifield::Multifield;
pub use naming::{UserFieldName, read_user_field_name, user_field_wire_name};
pub use schema::{Schema, SchemaError, fields_of};
pub use suggest::closest;
