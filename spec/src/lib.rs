//! The `VibeCode` API of Bitrix24 as data, and the model that reads it.
//!
//! This crate answers questions such as: which type does the field `companyId` of a contact have, can it be
//! written, what clears it, and which field did a user mean by `first_name`? The built-in entities are
//! compiled in. The same code reads a portal's own answer to `GET /v1/{entity}/fields`.
//!
//! ```
//! use vibecode_spec::{Clearing, Entity, Kind, Reference};
//!
//! let contacts = Entity::Contacts.schema();
//! let company = contacts.field("companyId").expect("a documented field");
//! assert_eq!(company.kind, Kind::Reference(Reference::Company));
//! assert_eq!(company.clearing(), Clearing::Zero);
//! assert_eq!(contacts.suggest("first_name"), Some("name"));
//! ```
//!
//! The fields of a portal, including its user fields, are added to the built-in ones with
//! [`Schema::with_portal`].
//!
//! # Contents
//!
//! - The fields of an entity: [`Entity`], [`Schema`], [`Field`] and [`Item`]; which option a
//!   label means: [`OptionMatch`]; how certain it is that a field exists: [`Grade`].
//! - The location of a portal's files: [`SchemaFolders`], [`PortalFile`], [`EntityPath`].
//! - The codes of a portal's closed sets: [`PortalCodes`], and the files that list them: [`CodeFile`],
//!   [`Statuses`], [`Pipelines`], [`Currencies`]; which field has which set: [`CodeSet`]; what is never a
//!   code: [`is_code`].
//! - Labels, and how to escape them for display: [`LABEL_KEYS`], [`one_line`], [`doc_text`], [`is_invisible`].
//! - What a field holds, and what clears it: [`Kind`], [`Reference`], [`Multifield`], [`Clearing`].
//! - What counts as true: [`boolean_of`].
//! - The Rust name of a field and its wire name: [`rust_name_of`], [`wire_name_of`], [`is_wire_name`].
//! - The names of user fields: [`user_field_wire_name`], [`read_user_field_name`].
//! - Suggestions for a misspelt name: [`Schema::suggestions`], [`Entity::suggest`], [`closest`].
//! - Error codes and their HTTP status: [`ERROR_CODES`], [`status_of`].
#![cfg_attr(
    feature = "serde_json",
    doc = "- With the feature `serde_json`, a portal's answer or a schema file: [`Descriptions`], with the label of a \
           description: [`label_of`]; the headers of Bitrix24's own export: [`ExportHeaders`]."
)]
//!
//! To write to a portal, use `vibecode-runtime`: its macros check against this data at compile time.
//! Facts about the API have a grade if it matters how certain they are. D: the API documents it. B:
//! Bitrix24's REST layer underneath documents it. O: it was observed on a portal. C: other clients
//! assume it.

mod answer;
mod boolean;
mod builder_method;
mod code_set;
mod currencies;
mod described;
mod entity;
mod entity_check;
mod entity_path;
mod error_status;
mod escape;
mod field;
mod grade;
mod json;
mod kind;
mod localized_label;
mod multifield;
mod option_match;
mod options;
mod pipelines;
mod portal_codes;
mod portal_file;
mod rows;
mod rust_name;
mod schema;
mod schema_error;
mod schema_folders;
mod statuses;
mod suggest;
mod synonyms;
mod user_field_name;
mod utf8;
#[cfg(any(test, feature = "serde_json"))]
mod values;

pub use answer::{file_bytes, portal_of_file};
pub use boolean::boolean_of;
pub use builder_method::{ADD, BUILDER_METHODS, CLEAR, is_builder_method};
pub use code_set::{CodeSet, NotAStage, has_form_of_a_code, is_code, stage_pipeline};
pub use currencies::{Currencies, is_currency_code};
pub use entity::Entity;
pub use entity_path::EntityPath;
pub use error_status::{ERROR_CODES, status_of};
pub use escape::{doc_text, is_invisible, one_line};
pub use field::{Field, Item};
pub use grade::Grade;
pub use kind::{Clearing, Kind, Reference};
pub use localized_label::LABEL_KEYS;
pub use multifield::Multifield;
pub use option_match::OptionMatch;
pub use pipelines::Pipelines;
pub use portal_codes::{CodeLookUp, PortalCodes};
pub use portal_file::{CodeFile, PortalFile};
pub use rust_name::{is_wire_name, rust_name_of, wire_name_of};
pub use schema::Schema;
pub use schema_error::SchemaError;
pub use schema_folders::SchemaFolders;
pub use statuses::Statuses;
pub use suggest::{Likeness, Suggestion, closest, closest_code};
pub use user_field_name::{UserFieldName, read_user_field_name, user_field_wire_name};
pub use utf8::{TextError, text_of};
#[cfg(any(test, feature = "serde_json"))]
pub use values::{Descriptions, ExportColumn, ExportHeaders, label_of};
