//! A contact in this app: what it shows, and what its form may change.

use serde::{Deserialize, Deserializer, Serialize};
use vibecode_runtime::{ContactId, Patch, Phone, Record};

/// The fields that the app reads and writes.
#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
pub(crate) struct Contact {
    #[vibecode(id)]
    id: ContactId,
    name: Option<String>,
    post: Option<String>,
    phone: Vec<Phone>,
}

/// A contact in the app's own JSON.
#[derive(Serialize)]
pub(crate) struct Shown {
    id: u64,
    name: Option<String>,
    post: Option<String>,
    phones: Vec<String>,
}

impl From<Contact> for Shown {
    fn from(contact: Contact) -> Self {
        let phones = contact.phone.iter().map(|phone| phone.value().to_owned());
        Self {
            id: contact.id.get(),
            name: contact.name,
            phones: phones.collect(),
            post: contact.post,
        }
    }
}

/// The body of the app's form: `{"post":"Director","addPhone":"+79161112233"}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Form {
    #[serde(default)]
    post: Change,
    add_phone: Option<String>,
}

/// The change of a field. An absent key leaves the field unchanged, null clears it.
#[derive(Default)]
enum Change {
    #[default]
    Leave,
    Clear,
    Set(String),
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Self::Clear, Self::Set))
    }
}

impl From<Form> for ContactPatch {
    fn from(form: Form) -> Self {
        let patch = Contact::patch().maybe(form.add_phone, Self::add_phone);
        match form.post {
            Change::Leave => patch,
            Change::Clear => patch.clear_post(),
            Change::Set(post) => patch.post(post),
        }
    }
}
