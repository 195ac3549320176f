//! The contacts of some rows, looked up by the keys of the rows.

use std::collections::BTreeMap;

use vibecode_runtime::{Client, ErrorKind, Result, field};

use crate::customer::{Customer, SOURCE};

pub(crate) struct Contacts {
    by_key: BTreeMap<String, Vec<Customer>>,
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

    /// Adds a contact by the exact text of its key: a portal may compare `007` and `7` as equal.
    fn add(&mut self, contact: Customer) {
        let is_ours = contact.originator_id.as_deref() == Some(SOURCE);
        let key = contact.origin_id.clone();
        if let Some(key) = key.filter(|_| is_ours) {
            self.by_key.entry(key).or_default().push(contact);
        }
    }

    /// Returns the contact with this key.
    pub(crate) fn take(&mut self, key: u64) -> Found {
        let contacts = self.by_key.remove(&key.to_string());
        let mut contacts = contacts.unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vibecode_runtime::Credentials;
    use vibecode_sandbox::Sandbox;

    use super::*;

    /// The sandbox compares as text, so its answers are added here as another portal may return them.
    #[tokio::test]
    async fn a_contact_with_another_spelling_or_source_is_not_that_of_the_row() {
        let contact = |id: u64, source: &str, key: &str| json!({ "id": id, "originatorId": source, "originId": key });
        let contacts = [
            contact(1, SOURCE, "01"),
            contact(2, SOURCE, "+1"),
            contact(3, "other", "1"),
            contact(4, SOURCE, "1"),
        ];
        let seed = json!({ "contacts": contacts });
        let sandbox = Sandbox::builder().seed(seed).start().await;
        let key = Credentials::personal(Sandbox::API_KEY);
        let client = Client::builder(key)
            .base_url(sandbox.url())
            .build()
            .unwrap();
        let mut found = Contacts::of(&client, [].iter()).await.unwrap();
        for id in 1..=3 {
            found.add(client.get(id).await.unwrap());
        }
        assert!(matches!(found.take(1), Found::Missing));
        found.add(client.get(4).await.unwrap());
        assert!(matches!(found.take(1), Found::One(contact) if contact.id.get() == 4));
    }
}
