//! temp
#[cfg(feature = "derive")]
pub use vibecode_derive::Patch;
pub use crate::{
    encode::Encode,
    entity::{Companies, Contacts, Deals, Entity, Leads, Users},
    id::{Addresses, CompanyId, ContactId, DealId, Id, LeadId, UserId},
    multifield::{Email, EmailType, Phone, PhoneType},
    patch::Patch,
    wire::{EncodeError, WireValue},
};

mod encode;
mod entity;
mod id;
pub mod kind;
mod multifield;
mod patch;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod wire;
