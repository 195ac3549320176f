//! The fields of an entity, and the reading of their descriptions.

use crate::{
    Clearing, CodeSet, Grade, Kind, LABEL_KEYS, OptionMatch, SchemaError, boolean_of,
    json::Json,
    localized_label::{add_labels, label_in},
    one_line, options,
    user_field_name::has_user_field_prefix,
};

/// A field, as `GET /v1/{entity}/fields` describes it.
///
/// ```
/// use serde_json::json;
/// use vibecode_spec::{Field, Kind};
///
/// let field = Field::read(
///     "ufCrm_1721244707107",
///     &json!({ "type": "enumeration", "formLabel": "Loyalty", "items": [{ "ID": "81", "VALUE": "Gold" }] }),
/// )?;
/// assert_eq!((field.kind, field.multiple), (Kind::Enumeration, false));
/// assert_eq!(field.title.as_deref(), Some("Loyalty"));
/// assert_eq!((&*field.items[0].id, &*field.items[0].label), ("81", "Gold"));
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the flags of the API's descriptions, each with a meaning of its own"
)]
pub struct Field {
    /// The wire name, such as `companyId`.
    pub name: String,
    /// What the field holds.
    pub kind: Kind,
    /// Whether the field holds a list of values.
    pub multiple: bool,
    /// Whether the field is read-only: the API sets it.
    pub read_only: bool,
    /// Whether the field can be set when a record is created, but not changed afterwards.
    pub immutable: bool,
    /// Whether the field must have a value, so that it cannot be cleared.
    pub required: bool,
    /// The name of the field for people: the portal's label, or the built-in title.
    pub title: Option<String>,
    /// Every name of the field for people, in each language: the portal's labels, or the built-in title.
    pub labels: Vec<String>,
    /// The name in Bitrix24's REST layer underneath, such as `COMPANY_ID`.
    pub upper_name: Option<String>,
    /// The options of a list.
    pub items: Vec<Item>,
    /// The closed set that the field's codes come from, if it is known. What is in the set is the
    /// portal's data: see [`Statuses`](crate::Statuses) and [`Currencies`](crate::Currencies).
    pub codes: Option<CodeSet>,
    /// How certain it is that the field exists.
    pub grade: Grade,
    /// The flags that the description states. A flag that it does not state is `None`.
    stated: Flags,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Flags {
    multiple: Option<bool>,
    read_only: Option<bool>,
    immutable: Option<bool>,
    required: Option<bool>,
}

/// An option of a list, or a code of a closed set.
///
/// ```
/// use vibecode_spec::Schema;
///
/// // The answer to `GET /v1/contacts/fields`.
/// let answer = r#"{"success":true,"data":{
///     "ufCrm_1721244707107": {"type": "enumeration", "formLabel": "Loyalty",
///         "items": [{"ID": "81", "VALUE": "Gold"}, {"ID": "82", "VALUE": "Silver"}]}
/// }}"#;
/// let contacts = Schema::read(answer)?;
/// let loyalty = contacts.field("ufCrm_1721244707107").expect("is in the answer");
/// assert_eq!((&*loyalty.items[1].id, &*loyalty.items[1].label), ("82", "Silver"));
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// The id, a number written as text. What is not an option of a list has a code instead.
    pub id: String,
    /// The label.
    pub label: String,
    /// What a stage means, as the portal writes it, such as `success`. `None` for anything else.
    pub semantics: Option<String>,
}

impl Item {
    pub(crate) fn new(id: String, label: String) -> Self {
        Self {
            id,
            label,
            semantics: None,
        }
    }

    pub(crate) fn with_semantics(self, semantics: Option<String>) -> Self {
        Self { semantics, ..self }
    }

    /// Returns the id as a number. Every option of a list has one.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        self.id.parse().ok()
    }
}

// The API's own names for these keys differ from those of the REST layer underneath. Both are read.
const READ_ONLY: &[&str] = &["isReadOnly", "readOnly", "readonly"];
const IMMUTABLE: &[&str] = &["isImmutable", "immutable"];
const MULTIPLE: &[&str] = &["isMultiple", "multiple"];
const REQUIRED: &[&str] = &["isRequired", "required", "mandatory"];
const UPPER_NAMES: &[&str] = &["upperName", "upper_name"];

/// Returns whether a value can be the description of a field: an object that has at least one of the
/// keys of a description, with a value of the right type.
pub(crate) fn is_description<'a>(value: &Json<'a>) -> bool {
    let has = |keys: &[&str], fits: fn(&Json<'a>) -> bool| {
        keys.iter().any(|key| value.get(key).is_some_and(fits))
    };
    has(&["type"], Json::is_text)
        || has(LABEL_KEYS, |label| {
            label.is_text() || label_in(label).is_some()
        })
        || has(UPPER_NAMES, Json::is_text)
        || has(options::LISTS, Json::is_list)
        || [READ_ONLY, IMMUTABLE, MULTIPLE, REQUIRED]
            .iter()
            .any(|flag| has(flag, |set| read_flag(set).is_ok()))
}

impl Field {
    /// Reads the description of the field `name`. Missing keys have their defaults, and unknown keys are
    /// ignored.
    pub(crate) fn of_json(name: &str, description: &Json<'_>) -> Result<Self, SchemaError> {
        let text = |keys: &[&str]| {
            let mut found = keys.iter().filter_map(|key| description.get(key)?.as_str());
            found.find(|text| !text.is_empty()).map(str::to_owned)
        };
        let type_name = match description.get("type") {
            None | Some(Json::Null) => "",
            Some(Json::Text(type_name)) => type_name,
            Some(_) => return Err(unreadable(name, "type")),
        };
        let kind = Kind::of_field(name, type_name);
        let (mut title, mut labels) = (None, Vec::new());
        for key in LABEL_KEYS {
            if let Some(label) = description.get(key) {
                title = title.or_else(|| label_in(label));
                add_labels(label, &mut labels);
            }
        }
        let stated = Flags {
            multiple: flag(name, description, MULTIPLE)?,
            read_only: flag(name, description, READ_ONLY)?,
            immutable: flag(name, description, IMMUTABLE)?,
            required: flag(name, description, REQUIRED)?,
        };
        Ok(Self {
            name: name.to_owned(),
            multiple: stated.multiple == Some(true),
            read_only: stated.read_only == Some(true),
            immutable: stated.immutable == Some(true),
            required: stated.required == Some(true),
            title,
            labels,
            upper_name: text(UPPER_NAMES),
            items: options::read(name, &kind, description)?,
            codes: CodeSet::read(&kind, description, |key| unreadable(name, key))?,
            grade: Grade::read(description.get("grade")),
            stated,
            kind,
        })
    }

    /// Reads a built-in description, which also names the closed set of the field's codes.
    pub(crate) fn read_built_in(name: &str, description: &Json<'_>) -> Result<Self, SchemaError> {
        let codes = CodeSet::read_built_in(description, |key| unreadable(name, key))?;
        Ok(Self {
            codes,
            ..Self::of_json(name, description)?
        })
    }

    /// Merges a portal's description over the built-in one. What the portal states overrides the
    /// built-in description, except for the kind, the closed set and the grade. What it does not state stays unchanged.
    pub(crate) fn over(self, built_in: &Self) -> Self {
        Self {
            multiple: self.stated.multiple.unwrap_or(built_in.multiple),
            read_only: self.stated.read_only.unwrap_or(built_in.read_only),
            immutable: self.stated.immutable.unwrap_or(built_in.immutable),
            required: self.stated.required.unwrap_or(built_in.required),
            kind: built_in.kind.clone(),
            title: self.title.or_else(|| built_in.title.clone()),
            labels: if self.labels.is_empty() {
                built_in.labels.clone()
            } else {
                self.labels
            },
            upper_name: self.upper_name.or_else(|| built_in.upper_name.clone()),
            codes: built_in.codes.clone().or(self.codes),
            grade: built_in.grade,
            ..self
        }
    }

    /// Returns whether this is a user field (`ufCrm…`).
    #[must_use]
    pub fn is_user_field(&self) -> bool {
        has_user_field_prefix(&self.name)
    }

    /// Finds the option with this label. An option with exactly this label comes before options whose
    /// labels differ from it in case. If several are left, none of them is chosen.
    #[must_use]
    pub fn option_by_label(&self, label: &str) -> OptionMatch<'_> {
        OptionMatch::of(&self.items, label)
    }

    /// Returns the codes that the description itself lists, which count if the portal's list of the closed
    /// set is not known. `None` without such codes, and for stages: a description would list those of one
    /// pipeline, or of all.
    #[must_use]
    pub fn own_codes(&self) -> Option<&[Item]> {
        let has_codes = match self.kind {
            Kind::Enumeration => false,
            Kind::Status => true,
            _ => self.codes.is_some(),
        };
        let is_by_pipeline = self.codes.as_ref().is_some_and(CodeSet::is_by_pipeline);
        (has_codes && !is_by_pipeline && !self.items.is_empty()).then_some(&*self.items)
    }

    /// Returns the value that clears the field: see [`Kind::clearing`].
    #[must_use]
    pub fn clearing(&self) -> Clearing {
        self.kind.clearing(self.multiple, self.is_user_field())
    }
}

/// Reads a flag that can be under any of these keys. It is `None` if no key states it, and true if any
/// key does.
fn flag(name: &str, description: &Json<'_>, keys: &[&str]) -> Result<Option<bool>, SchemaError> {
    let mut stated = None;
    for key in keys {
        let flag = description.get(key).map_or(Ok(None), read_flag);
        let flag = flag.map_err(|NotAFlag| unreadable(name, key))?;
        stated = match (stated, flag) {
            (Some(true), _) | (_, None) => stated,
            (_, Some(flag)) => Some(flag),
        };
    }
    Ok(stated)
}

struct NotAFlag;

/// Reads a flag, which may be a text or a number. Null and "" state nothing.
fn read_flag(flag: &Json<'_>) -> Result<Option<bool>, NotAFlag> {
    match flag {
        Json::Null => Ok(None),
        Json::Bool(set) => Ok(Some(*set)),
        Json::Text(set) if set.is_empty() => Ok(None),
        Json::Text(set) | Json::Number(set) => boolean_of(set).map(Some).ok_or(NotAFlag),
        Json::List(_) | Json::Object(_) => Err(NotAFlag),
    }
}

fn unreadable(name: &str, key: &str) -> SchemaError {
    SchemaError::of_the_whole(format!("`{key}` of `{}` cannot be read", one_line(name)))
}
