//! The contacts of some rows, looked up by the keys of the rows.

use std::collections::BTreeMap;

use vibecode_runtime::{Client, ErrorKind, Result, field};

use crate::customer::{Customer, SOURCE};

pub(crate) struct Contacts {
    by_key: BTreeMap<u64, Vec<Customer>>,
    /// Whether a contact could not be read. It may be that of any of the rows.
    has_unreadable: bool,
}

/// The contact of a row.
pub(crate) enum Found {
    One(Box<Customer>),
    /// Several contacts have the key: their ids.
    Several(String),
    Missing,
    /// No contact with the key could be read, but one that could not be read may have it.
    Unclear,
}

impl Contacts {
    /// Looks the contacts up with one search.
    ///
    /// # Errors
    /// If the portal cannot be read.
    pub(crate) async fn of(client: &Client, keys: impl Iterator<Item = &u64>) -> Result<Self> {
        let keys: Vec<String> = keys.map(u64::to_string).collect();
        let mut found = Self {
            by_key: BTreeMap::new(),
            has_unreadable: false,
        };
        let contacts = client
            .list()
            .filter(field!(Customer, originator_id).equal(SOURCE));
        let mut contacts = contacts
            .filter(field!(Customer, origin_id).any_of(keys))
            .stream();
        while let Some(contact) = contacts.next().await {
            match contact {
                Ok(contact) => found.add(contact),
                Err(error) if error.kind() == ErrorKind::Unreadable => found.has_unreadable = true,
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Adds a contact if it is one of this table: a portal may compare more loosely than a key requires.
    fn add(&mut self, contact: Customer) {
        let is_ours = contact.originator_id.as_deref() == Some(SOURCE);
        let key = contact.origin_id.as_deref();
        if let (true, Some(Ok(key))) = (is_ours, key.map(str::parse)) {
            self.by_key.entry(key).or_default().push(contact);
        }
    }

    /// Returns the contact with this key.
    pub(crate) fn take(&mut self, key: u64) -> Found {
        let mut contacts = self.by_key.remove(&key).unwrap_or_default();
        match (contacts.pop(), contacts.is_empty()) {
            (Some(contact), true) => Found::One(Box::new(contact)),
            (Some(contact), false) => {
                contacts.push(contact);
                let ids = contacts.iter().map(|contact| contact.id.to_string());
                Found::Several(ids.collect::<Vec<_>>().join(", "))
            }
            (None, _) if self.has_unreadable => Found::Unclear,
            (None, _) => Found::Missing,
        }
    }
}
