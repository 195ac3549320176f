//! Typed patches for the CRM of Bitrix24, sent safely through the `VibeCode` API.
#[cfg(feature = "derive")]
pub use vibecode_derive::Patch;

#[doc(inline)]
pub use crate::{
    answer::{Raw, Updated},
    client::{Call, Client, ClientBuilder, Credentials},
    encode::Encode,
    entity::{Companies, Contacts, Deals, Entity, Leads, Users},
    error::{Error, ErrorCode, ErrorKind, Outcome, Result},
    id::{Addresses, CompanyId, ContactId, DealId, Id, LeadId, UserId},
    multifield::{Email, EmailType, Phone, PhoneType},
    patch::Patch,
    wire::{EncodeError, WireValue},
};

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod answer;
mod client;
mod encode;
mod entity;
mod error;
mod id;
mod json;
pub mod kind;
mod multifield;
mod patch;
mod wire;
