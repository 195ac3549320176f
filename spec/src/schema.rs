//! The fields of an entity: built in, or as a portal answers.

use std::fmt;

use serde_json::Value;

use crate::{Field, naming, suggest};

/// The fields of one entity, by wire name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Sorted by name.
    fields: Vec<Field>,
}

/// Why a text is no description of fields.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaError {
    /// The line of the mistake, from 1; 0 where it concerns the whole.
    pub line: usize,
    /// The column of the mistake, from 1; 0 where it concerns the whole.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl Schema {
    /// Reads what `GET /v1/{entity}/fields` answers: the whole answer, its `data`, or the map of
    /// fields alone.
    ///
    /// # Errors
    /// Where the text is no JSON, or holds no map of fields. What is unknown about a field never
    /// fails the read.
    pub fn read(json: &str) -> Result<Self, SchemaError> {
        let answer: Value = serde_json::from_str(json).map_err(|error| SchemaError {
            line: error.line(),
            column: error.column(),
            message: "this is not JSON".to_owned(),
        })?;
        let Value::Object(fields) = map_of_fields(&answer) else {
            return Err(SchemaError {
                line: 0,
                column: 0,
                message: "there is no map of fields".to_owned(),
            });
        };
        let fields = fields
            .iter()
            .filter(|(_, description)| description.is_object())
            .map(|(name, description)| Field::read(name, description));
        Ok(Self::of(fields.collect()))
    }

    /// This schema with what a portal says added: its fields come on top, and of the fields that
    /// are here already it overrides the flags, the label and the options, and keeps the kind.
    ///
    /// The API's own vocabulary of types is looser than the one here (`number` for a reference),
    /// so a documented kind stays.
    #[must_use]
    pub fn with_portal(&self, portal: Self) -> Self {
        let mut fields = portal.fields;
        for field in &mut fields {
            if let Some(built_in) = self.field(&field.name) {
                field.kind = built_in.kind.clone();
                field.title = field.title.take().or_else(|| built_in.title.clone());
                field.multiple |= built_in.multiple;
            }
        }
        let own = self.fields.iter();
        let missing: Vec<_> = own
            .filter(|field| !has(&fields, &field.name))
            .cloned()
            .collect();
        fields.extend(missing);
        Self::of(fields)
    }

    fn of(mut fields: Vec<Field>) -> Self {
        fields.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Self { fields }
    }

    /// Every field, by name.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter()
    }

    /// The field of this wire name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        let at = self
            .fields
            .binary_search_by(|field| field.name.as_str().cmp(name));
        at.ok().and_then(|at| self.fields.get(at))
    }

    /// The wire name that was probably meant: the same name in another spelling (`COMPANY_ID`,
    /// `company_id`), or a typo of it.
    #[must_use]
    pub fn suggest(&self, name: &str) -> Option<&str> {
        let folded = naming::fold(name);
        let respelt = self
            .fields
            .iter()
            .find(|field| naming::fold(&field.name) == folded);
        respelt
            .map(|field| field.name.as_str())
            .or_else(|| suggest::closest(name, self.fields.iter().map(|field| field.name.as_str())))
    }
}

/// Whether sorted fields hold one of this name.
fn has(fields: &[Field], name: &str) -> bool {
    fields
        .binary_search_by(|field| field.name.as_str().cmp(name))
        .is_ok()
}

fn map_of_fields(answer: &Value) -> &Value {
    let data = answer
        .get("data")
        .filter(|_| answer.get("success").is_some());
    let data = data.unwrap_or(answer);
    let fields = data
        .get("fields")
        .filter(|fields| fields.get("type").is_none_or(Value::is_object));
    fields.unwrap_or(data)
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "{} (line {line}, column {})", self.message, self.column),
        }
    }
}

impl std::error::Error for SchemaError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    const FIELDS: &str = r#"{"ufCrm_1721244707107":{"type":"enumeration","isMultiple":"Y","title":"UF_CRM_1721244707107",
        "formLabel":"Loyalty","items":[{"ID":"81","VALUE":"Gold"},{"ID":82,"VALUE":"Silver"},{"odd":1}]},
        "x":{"type":7,"isReadOnly":1},"note":"not a field"}"#;

    #[test]
    fn a_portals_answer_is_read_with_and_without_its_envelope() {
        let bare = Schema::read(FIELDS).unwrap();
        let data = format!(r#"{{"success":true,"data":{FIELDS}}}"#);
        let fields = format!(r#"{{"success":true,"data":{{"fields":{FIELDS}}}}}"#);
        assert_eq!(Schema::read(&data).unwrap(), bare);
        assert_eq!(Schema::read(&fields).unwrap(), bare);
        assert_eq!(bare.fields().count(), 2);
    }

    #[test]
    fn labels_flags_and_options_are_read_in_either_vocabulary() {
        let schema = Schema::read(FIELDS).unwrap();
        let loyalty = schema.field("ufCrm_1721244707107").unwrap();
        assert_eq!(loyalty.kind, Kind::Enumeration);
        assert_eq!(loyalty.title.as_deref(), Some("Loyalty"));
        assert!(loyalty.multiple && loyalty.is_user_field() && !loyalty.read_only);
        let ids: Vec<_> = loyalty.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["81", "82"]);
        assert!(schema.field("x").unwrap().read_only);
    }

    #[test]
    fn what_is_no_description_of_fields_is_an_error_with_its_place() {
        let error = Schema::read("{\n  \"id\": }").unwrap_err();
        assert_eq!((error.line, error.column), (2, 9));
        assert!(Schema::read("[]").is_err());
        assert!(Schema::read("").is_err());
    }

    #[test]
    fn a_name_in_another_spelling_or_with_a_typo_has_a_suggestion() {
        let contacts = crate::Entity::Contacts.schema();
        for (given, meant) in [
            ("COMPANY_ID", "companyId"),
            ("company_id", "companyId"),
            ("companyid", "companyId"),
            ("assignedByID", "assignedById"),
            ("phnoe", "phone"),
            ("lastname", "lastName"),
            ("updatedTme", "updatedTime"),
        ] {
            assert_eq!(contacts.suggest(given), Some(meant));
        }
        assert_eq!(contacts.suggest("favouriteColour"), None);
    }
}
