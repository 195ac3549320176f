//! The fields of an entity: built in, or as a portal answers.

use std::{collections::HashMap, fmt};

use serde_json::{Map, Value};

use crate::{Entity, Field, Suggestion, suggest};

/// The fields of one entity, by wire name.
///
/// ```
/// use vibecode_spec::{Entity, Schema};
///
/// let portal = Schema::read(r#"{"success":true,"data":{"ufCrmFloor":{"type":"integer"}}}"#)?;
/// portal.check_portal(Some(Entity::Contacts))?;
/// let contacts = Entity::Contacts.schema().with_portal(portal);
/// assert!(contacts.field("ufCrmFloor").is_some() && contacts.field("post").is_some());
/// assert_eq!(contacts.suggest("ufCrmFlor"), Some("ufCrmFloor"));
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Sorted by name.
    pub(crate) fields: Vec<Field>,
}

/// Why a text is no description of fields.
///
/// ```
/// use vibecode_spec::Schema;
///
/// let error = Schema::read("{\n  \"id\": }").unwrap_err();
/// assert_eq!((error.line, error.column), (2, 9));
/// assert_eq!(error.to_string(), "this is not JSON (line 2, column 9)");
/// ```
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
    /// ```
    /// use vibecode_spec::Schema;
    ///
    /// let bare = Schema::read(r#"{"post":{"type":"string"}}"#)?;
    /// let answer = Schema::read(r#"{"success":true,"data":{"post":{"type":"string"}}}"#)?;
    /// assert_eq!(bare, answer);
    /// assert!(Schema::read("[]").is_err());
    /// # Ok::<(), vibecode_spec::SchemaError>(())
    /// ```
    ///
    /// # Errors
    /// [`SchemaError`] where the text is no JSON, or holds no map of fields. What is unknown about a field
    /// never fails the read.
    pub fn read(json: &str) -> Result<Self, SchemaError> {
        let answer: Value = serde_json::from_str(json).map_err(|error| SchemaError {
            line: error.line(),
            column: error.column(),
            message: "this is not JSON".to_owned(),
        })?;
        Self::of_answer(&answer)
    }

    /// The same of an answer that has been parsed.
    ///
    /// ```
    /// use serde_json::json;
    /// use vibecode_spec::Schema;
    ///
    /// let schema = Schema::of_answer(&json!({ "post": { "type": "string" } }))?;
    /// assert!(schema.field("post").is_some());
    /// # Ok::<(), vibecode_spec::SchemaError>(())
    /// ```
    ///
    /// # Errors
    /// [`SchemaError`] where it holds no map of fields.
    pub fn of_answer(answer: &Value) -> Result<Self, SchemaError> {
        let fields = fields_of(answer).ok_or_else(|| {
            let message = "there is no map of fields, as `GET /v1/{entity}/fields` answers it";
            SchemaError::of_the_whole(message.to_owned())
        })?;
        if let Some((name, _)) = fields.iter().find(|(_, it)| !it.is_object()) {
            let message = format!("`{name}` is not described by an object");
            return Err(SchemaError::of_the_whole(message));
        }
        let fields = fields
            .iter()
            .map(|(name, description)| Field::read(name, description));
        Ok(Self::of(fields.collect()))
    }

    /// This schema with what a portal says added: its fields come on top, and of the fields that
    /// are here already it overrides the flags, the label and the options, and keeps the kind.
    ///
    /// The API's own vocabulary of types is looser than the one here (`number` for a reference),
    /// so a documented kind stays.
    ///
    /// ```
    /// use vibecode_spec::{Entity, Kind, Reference, Schema};
    ///
    /// let portal = Schema::read(r#"{"companyId":{"type":"number","title":"Firm"}}"#)?;
    /// let contacts = Entity::Contacts.schema().with_portal(portal);
    /// let company = contacts.field("companyId").expect("is in both");
    /// assert_eq!(company.kind, Kind::Reference(Reference::Company));
    /// assert_eq!(company.title.as_deref(), Some("Firm"));
    /// # Ok::<(), vibecode_spec::SchemaError>(())
    /// ```
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

    /// Whether this can be what a portal says of an entity.
    ///
    /// ```
    /// use vibecode_spec::{Entity, Schema};
    ///
    /// let deals = Schema::read(r#"{"amount":{},"currency":{},"name":{}}"#)?;
    /// let error = deals.check_portal(Some(Entity::Contacts)).unwrap_err();
    /// assert_eq!(error.to_string(), "these are the fields of deals, not of contacts");
    /// # Ok::<(), vibecode_spec::SchemaError>(())
    /// ```
    ///
    /// # Errors
    /// [`SchemaError`] where two fields have one upper name, an option's id is no number, or the fields
    /// are those of another entity.
    pub fn check_portal(&self, entity: Option<Entity>) -> Result<(), SchemaError> {
        self.check_upper_names()?;
        self.check_options()?;
        entity.map_or(Ok(()), |entity| self.check_entity(entity))
    }

    fn check_upper_names(&self) -> Result<(), SchemaError> {
        let mut owners: HashMap<&str, &str> = HashMap::new();
        for field in &self.fields {
            let Some(upper) = &field.upper_name else {
                continue;
            };
            if let Some(owner) = owners.insert(upper, &field.name) {
                let name = &field.name;
                let message = format!("`{owner}` and `{name}` have one upper name, `{upper}`");
                return Err(SchemaError::of_the_whole(message));
            }
        }
        Ok(())
    }

    fn check_options(&self) -> Result<(), SchemaError> {
        let options = self.fields.iter().flat_map(|field| {
            let name = &field.name;
            field.items.iter().map(move |item| (name, &item.id))
        });
        for (name, id) in options {
            if id.parse::<u64>().is_err() {
                let message =
                    format!("an option of `{name}` has the id `{id}`, which is no number");
                return Err(SchemaError::of_the_whole(message));
            }
        }
        Ok(())
    }

    /// An answer has most of the documented fields of its own entity, and fewer of another's.
    fn check_entity(&self, entity: Entity) -> Result<(), SchemaError> {
        let known = |entity: Entity| {
            let names = self.fields.iter().map(|field| &field.name);
            names
                .filter(|name| entity.schema().field(name).is_some())
                .count()
        };
        let closest = Entity::ALL.iter().max_by_key(|other| known(**other));
        match closest.filter(|other| known(**other) > known(entity)) {
            Some(other) => Err(SchemaError::of_the_whole(format!(
                "these are the fields of {}, not of {}",
                other.path(),
                entity.path()
            ))),
            None => Ok(()),
        }
    }

    fn of(mut fields: Vec<Field>) -> Self {
        fields.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Self { fields }
    }

    /// Every field, by name.
    ///
    /// ```
    /// use vibecode_spec::Entity;
    ///
    /// let fields = Entity::Contacts.schema().fields();
    /// let read_only = fields.filter(|field| field.read_only);
    /// assert!(read_only.map(|field| field.name.as_str()).any(|name| name == "updatedTime"));
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter()
    }

    /// The field of this wire name.
    ///
    /// ```
    /// use vibecode_spec::Entity;
    ///
    /// let contacts = Entity::Contacts.schema();
    /// assert!(contacts.field("post").is_some() && contacts.field("psot").is_none());
    /// ```
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        let at = self
            .fields
            .binary_search_by(|field| field.name.as_str().cmp(name));
        at.ok().and_then(|at| self.fields.get(at))
    }

    /// The fields that were probably meant by a name that is not one: what it is in another spelling
    /// (`COMPANY_ID`), or is called elsewhere (`first_name`, `DATE_CREATE`, a label), or is a typo of.
    /// At most three; several if they are about equally near.
    ///
    /// ```
    /// use vibecode_spec::{Entity, Likeness, Suggestion};
    ///
    /// let contacts = Entity::Contacts.schema();
    /// let meant = contacts.suggestions("first_name");
    /// assert_eq!(meant, [Suggestion { name: "name", likeness: Likeness::Meaning }]);
    /// assert_eq!(contacts.suggestions("favouriteColour"), []);
    /// ```
    #[must_use]
    pub fn suggestions(&self, name: &str) -> Vec<Suggestion<'_>> {
        let candidates = suggest::candidates(&self.fields, name).into_iter();
        candidates
            .filter_map(|(index, likeness)| {
                let name = &self.fields.get(index)?.name;
                Some(Suggestion { name, likeness })
            })
            .collect()
    }

    /// The one field that was probably meant: see [`suggestions`](Self::suggestions).
    ///
    /// ```
    /// use vibecode_spec::Entity;
    ///
    /// let contacts = Entity::Contacts.schema();
    /// assert_eq!(contacts.suggest("COMPANY_ID"), Some("companyId"));
    /// assert_eq!(contacts.suggest("psot"), Some("post"));
    /// assert_eq!(contacts.suggest("favouriteColour"), None);
    /// ```
    #[must_use]
    pub fn suggest(&self, name: &str) -> Option<&str> {
        match self.suggestions(name)[..] {
            [only] => Some(only.name),
            _ => None,
        }
    }
}

/// Whether sorted fields hold one of this name.
fn has(fields: &[Field], name: &str) -> bool {
    fields
        .binary_search_by(|field| field.name.as_str().cmp(name))
        .is_ok()
}

/// The descriptions by wire name in what `GET /v1/{entity}/fields` answers: the whole answer, its
/// `data`, `{"fields":…}` or the map alone; `None` where there is none.
///
/// ```
/// use serde_json::json;
/// use vibecode_spec::fields_of;
///
/// let answer = json!({ "success": true, "data": { "post": { "type": "string" } } });
/// let fields = fields_of(&answer).expect("a map of fields");
/// assert_eq!(fields["post"]["type"], "string");
/// assert!(fields_of(&json!([])).is_none());
/// ```
#[must_use]
pub fn fields_of(answer: &Value) -> Option<&Map<String, Value>> {
    let data = answer
        .get("data")
        .filter(|_| answer.get("success").is_some());
    let data = data.unwrap_or(answer);
    let fields = data
        .get("fields")
        .filter(|fields| fields.get("type").is_none_or(Value::is_object));
    fields.unwrap_or(data).as_object()
}

impl SchemaError {
    fn of_the_whole(message: String) -> Self {
        Self {
            line: 0,
            column: 0,
            message,
        }
    }
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
        "x":{"type":7,"isReadOnly":1}}"#;

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
        assert!(Schema::read(r#"{"x":1}"#).is_err());
        assert!(Schema::read(r#"{"success":false,"error":{"code":"SCOPE_DENIED"}}"#).is_err());
        assert!(Schema::read("").is_err());
    }

    #[test]
    fn a_portal_adds_fields_and_overrides_flags_and_labels_but_not_documented_kinds() {
        let portal = r#"{"companyId":{"type":"number","isReadOnly":true,"title":"Firm"},
            "ufCrmFloor":{"type":"integer"}}"#;
        let contacts = Entity::Contacts.schema();
        let schema = contacts.with_portal(Schema::read(portal).unwrap());
        let company = schema.field("companyId").unwrap();
        assert_eq!(company.kind, contacts.field("companyId").unwrap().kind);
        assert!(company.read_only);
        assert_eq!(company.title.as_deref(), Some("Firm"));
        assert!(schema.field("ufCrmFloor").is_some() && schema.field("post").is_some());
        let names: Vec<_> = schema.fields().map(|field| &field.name).collect();
        assert!(names.is_sorted());
    }

    #[test]
    fn what_no_portal_says_is_refused() {
        for (json, problem) in [
            (
                r#"{"a":{"upperName":"X"},"b":{"upperName":"X"}}"#,
                "one upper name",
            ),
            (
                r#"{"a":{"items":[{"ID":"x1","VALUE":"Gold"}]}}"#,
                "no number",
            ),
            (
                r#"{"amount":{},"currency":{},"name":{}}"#,
                "of deals, not of contacts",
            ),
        ] {
            let schema = Schema::read(json).unwrap();
            let error = schema.check_portal(Some(Entity::Contacts)).unwrap_err();
            assert!(error.message.contains(problem), "{error}");
        }
        let user_fields = Schema::read(FIELDS).unwrap();
        assert!(user_fields.check_portal(Some(Entity::Contacts)).is_ok());
    }
}
