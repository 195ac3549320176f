//! One field of an entity, and how its description is read.

use serde_json::Value;

use crate::{Clearing, Kind, naming};

/// One field, as `GET /v1/{entity}/fields` describes it.
///
/// ```
/// use serde_json::json;
/// use vibecode_spec::{Field, Kind};
///
/// let field = Field::read(
///     "ufCrm_1721244707107",
///     &json!({ "type": "enumeration", "formLabel": "Loyalty", "items": [{ "ID": "81", "VALUE": "Gold" }] }),
/// );
/// assert_eq!((field.kind, field.multiple), (Kind::Enumeration, false));
/// assert_eq!(field.title.as_deref(), Some("Loyalty"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The wire name, such as `companyId`.
    pub name: String,
    /// What the field holds.
    pub kind: Kind,
    /// Whether the field holds a list of values.
    pub multiple: bool,
    /// Whether the API sets the field by itself.
    pub read_only: bool,
    /// Whether the field can be set when a record is created, but not changed after.
    pub immutable: bool,
    /// What people call the field: the portal's label, or the built-in title.
    pub title: Option<String>,
    /// The name that the layer underneath uses, such as `COMPANY_ID`.
    pub upper_name: Option<String>,
    /// The options of a list.
    pub items: Vec<Item>,
}

/// An option of a list.
///
/// ```
/// use serde_json::json;
/// use vibecode_spec::{Field};
///
/// let field = Field::read(
///     "ufCrm_1721244707107",
///     &json!({ "type": "enumeration", "formLabel": "Loyalty", "items": [{ "ID": "81", "VALUE": "Gold" }] }),
/// );
/// assert_eq!((field.items[0].id.as_str(), field.items[0].label.as_str()), ("81", "Gold"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// The id, as it stands in the description: a number in text.
    pub id: String,
    /// The label.
    pub label: String,
}

// The API's own vocabulary of flags may differ from the one underneath: both are read.
const READ_ONLY: &[&str] = &["isReadOnly", "readOnly", "readonly"];
const IMMUTABLE: &[&str] = &["isImmutable", "immutable"];
const MULTIPLE: &[&str] = &["isMultiple", "multiple"];
/// What a person gave the field as its label comes before what the system calls it.
const TITLES: &[&str] = &["formLabel", "listLabel", "title", "label"];
const UPPER_NAMES: &[&str] = &["upperName", "upper_name"];

impl Field {
    /// Reads the description of the field `name`. What is missing or unknown is left at its
    /// default: a description never fails to be read.
    ///
    /// ```
    /// use serde_json::json;
    /// use vibecode_spec::{Field, Kind};
    ///
    /// let field = Field::read("x", &json!({ "type": "hologram", "isReadOnly": "Y" }));
    /// assert_eq!(field.kind, Kind::Unknown("hologram".to_owned()));
    /// assert!(field.read_only);
    /// ```
    #[must_use]
    pub fn read(name: &str, description: &Value) -> Self {
        let text = |keys: &[&str]| {
            keys.iter()
                .filter_map(|key| description.get(key)?.as_str())
                .find(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let flag = |keys: &[&str]| keys.iter().any(|key| is_set(description.get(key)));
        Self {
            name: name.to_owned(),
            kind: Kind::of_field(name, text(&["type"]).as_deref().unwrap_or_default()),
            multiple: flag(MULTIPLE),
            read_only: flag(READ_ONLY),
            immutable: flag(IMMUTABLE),
            title: text(TITLES),
            upper_name: text(UPPER_NAMES),
            items: description
                .get("items")
                .and_then(Value::as_array)
                .map(|items| items.iter().filter_map(Item::read).collect())
                .unwrap_or_default(),
        }
    }

    /// Whether this is a user field (`ufCrm…`).
    ///
    /// ```
    /// use vibecode_spec::Entity;
    ///
    /// let post = Entity::Contacts.schema().field("post").expect("a documented field");
    /// assert!(!post.is_user_field());
    /// ```
    #[must_use]
    pub fn is_user_field(&self) -> bool {
        naming::read_user_field_name(&self.name).is_some()
    }

    /// What clears the field: as [`Kind::clearing`].
    ///
    /// ```
    /// use vibecode_spec::{Clearing, Entity};
    ///
    /// let contacts = Entity::Contacts.schema();
    /// let clearing = |name| contacts.field(name).map(|field| field.clearing());
    /// assert_eq!(clearing("post"), Some(Clearing::EmptyText));
    /// assert_eq!(clearing("companyId"), Some(Clearing::Zero));
    /// assert_eq!(clearing("companyIds"), Some(Clearing::EmptyList));
    /// ```
    #[must_use]
    pub fn clearing(&self) -> Clearing {
        self.kind.clearing(self.multiple, self.is_user_field())
    }
}

impl Item {
    fn read(description: &Value) -> Option<Self> {
        let get = |keys: [&str; 2]| keys.iter().find_map(|key| description.get(key));
        Some(Self {
            id: match get(["ID", "id"])? {
                Value::String(id) => id.clone(),
                other => other.to_string(),
            },
            label: get(["VALUE", "value"])?.as_str()?.to_owned(),
        })
    }
}

/// A flag is true, "Y" or 1, depending on which layer wrote it.
fn is_set(flag: Option<&Value>) -> bool {
    match flag {
        Some(Value::Bool(set)) => *set,
        Some(Value::String(set)) => matches!(set.as_str(), "Y" | "1" | "true"),
        Some(Value::Number(set)) => set.as_u64() == Some(1),
        _ => false,
    }
}
