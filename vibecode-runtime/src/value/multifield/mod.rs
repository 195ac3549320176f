//! Phones and emails: values with a type, which the API only adds and never replaces.

mod answered;
mod entry_key;
mod kinds;
mod read;
mod serde_impls;

pub(crate) use self::{
    answered::{UnclearMultifields, UnknownAlias, pick_with_unknown_aliases},
    entry_key::EntryKey,
    kinds::{FLAGS, KINDS, Multifield, ONLY_READ, SHOWN_BY, WORK, is_name, kind_of},
    read::read_list,
};
pub use self::{
    kinds::{Email, EmailType, Phone, PhoneType},
    read::{MultifieldEntry, Multifields},
};
