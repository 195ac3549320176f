//! The fields of an entity: built in, or as a portal answers.

use std::{collections::HashMap, fmt};

use serde_json::Value;

use crate::{
    Descriptions, Entity, EntityPath, Field, Grade, Multifield, Suggestion, one_line, suggest,
};

/// So many fields that only another entity has are evidence.
const SEVERAL: usize = 3;

/// The fields of one entity, by wire name.
///
/// ```
/// use vibecode_spec::{Entity, EntityPath, Schema};
///
/// let portal = Schema::read(r#"{"success":true,"data":{"ufCrmFloor":{"type":"integer"}}}"#)?;
/// portal.check_for(EntityPath::Entity(Entity::Contacts))?;
/// let contacts = Entity::Contacts.schema().with_portal(portal);
/// assert!(contacts.field("ufCrmFloor").is_some() && contacts.field("post").is_some());
/// assert_eq!(contacts.suggest("ufCrmFlor"), Some("ufCrmFloor"));
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Sorted by name.
    pub(crate) fields: Vec<Field>,
    /// The entity, if a file says whose fields these are.
    entity: Option<String>,
    /// Whether these are known to be all fields of the entity.
    is_complete: bool,
    /// Fields that the layer underneath has, and the portal's complete list does not.
    lacking: Vec<Field>,
}

/// Why a text is not a description of fields.
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
    /// The line of the mistake, from 1; 0 if it concerns the whole.
    pub line: usize,
    /// The column of the mistake, from 1; 0 if it concerns the whole.
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
    /// [`SchemaError`] if the text is anything else, or if something in it cannot be read. Types and keys
    /// that are not known never fail the read.
    pub fn read(bytes: impl AsRef<[u8]>) -> Result<Self, SchemaError> {
        Descriptions::read(bytes)?.schema()
    }

    /// The same of an answer that has been parsed.
    ///
    /// # Errors
    /// As [`Schema::read`].
    pub fn of_answer(answer: &Value) -> Result<Self, SchemaError> {
        Descriptions::of_answer(answer.clone())?.schema()
    }

    pub(crate) fn of_descriptions(descriptions: &Descriptions) -> Result<Self, SchemaError> {
        let fields = descriptions.fields.iter();
        let fields = fields.map(|(name, description)| Field::read(name, description));
        Ok(Self {
            entity: descriptions.entity.clone(),
            is_complete: descriptions.is_complete,
            ..Self::of(fields.collect::<Result<_, _>>()?)
        })
    }

    /// This schema with a portal's added: its fields come on top. Of the fields that are here already
    /// it overrides the flags, the label and the options that it states; the kind stays, since the
    /// API's own vocabulary of types is looser than the one here (`number` for a reference).
    ///
    /// `id`, `fm` and the aliases of phones and emails stay read-only whatever the portal states. A
    /// field that only the layer underneath is known to have ([`Grade::Underneath`]) is left out if
    /// the portal's list is complete and lacks it.
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
        let (missing, lacking): (Vec<_>, Vec<_>) = self
            .fields
            .iter()
            .filter(|field| portal.field(&field.name).is_none())
            .cloned()
            .partition(|field| !portal.is_complete || field.grade != Grade::Underneath);
        let has_multifields = Multifield::ALL
            .iter()
            .any(|each| self.field(each.name()).is_some());
        let fields = portal.fields.into_iter().map(|field| {
            let mut field = match self.field(&field.name) {
                Some(built_in) => field.over(built_in),
                None => field,
            };
            let only_read =
                field.name == "id" || (has_multifields && Multifield::is_only_read(&field.name));
            field.read_only |= only_read;
            field
        });
        let fields = fields.chain(missing);
        Self {
            entity: portal.entity,
            is_complete: portal.is_complete,
            lacking,
            ..Self::of(fields.collect())
        }
    }

    /// The field of this name that the layer underneath has and the portal's complete list does not,
    /// so that the API would drop it: see [`Schema::with_portal`].
    #[must_use]
    pub fn lacks(&self, name: &str) -> Option<&Field> {
        self.lacking.iter().find(|field| field.name == name)
    }

    /// The documented fields of an entity that this list, if it is a portal's complete one, does not
    /// have. What is only read beside `fm`, and `fm` itself, need not be listed.
    ///
    /// ```
    /// use vibecode_spec::{Entity, EntityPath, Schema};
    ///
    /// let file = r#"{"entity":"contacts","fields":{"post":{"type":"string"}},"format":1}"#;
    /// let contacts = EntityPath::Entity(Entity::Contacts);
    /// let missing = Schema::read(file)?;
    /// assert!(missing.missing(contacts).any(|field| field.name == "birthdate"));
    /// # Ok::<(), vibecode_spec::SchemaError>(())
    /// ```
    pub fn missing(&self, entity: EntityPath) -> impl Iterator<Item = &'static Field> {
        let documented = entity.documented().fields();
        documented.filter(|field| {
            self.is_complete
                && self.field(&field.name).is_none()
                && !Multifield::is_only_read(&field.name)
        })
    }

    /// Checks whether this can be a portal's list of the fields of an entity.
    ///
    /// Another entity's list is refused only if it says so itself, or if it has several fields that
    /// only the other entity has and none that only this one has. A list that fits several entities is
    /// taken for any of them.
    ///
    /// ```
    /// use vibecode_spec::{Entity, EntityPath, Schema};
    ///
    /// let contacts = EntityPath::Entity(Entity::Contacts);
    /// let deals = Schema::read(r#"{"amount":{},"currency":{},"closedAt":{},"title":{}}"#)?;
    /// let error = deals.check_for(contacts).unwrap_err();
    /// assert!(error.to_string().starts_with("these are the fields of deals, not of contacts"));
    /// let either = Schema::read(r#"{"id":{},"title":{},"createdTime":{}}"#)?;
    /// assert!(either.check_for(contacts).is_ok());
    /// # Ok::<(), vibecode_spec::SchemaError>(())
    /// ```
    ///
    /// # Errors
    /// [`SchemaError`] if there are no fields, if two fields have one upper name, or if the fields are
    /// those of another entity.
    pub fn check_for(&self, entity: EntityPath) -> Result<(), SchemaError> {
        if self.fields.is_empty() {
            let message = "there are no fields in it".to_owned();
            return Err(SchemaError::of_the_whole(message));
        }
        self.check_stated_entity(entity)?;
        self.check_upper_names()?;
        entity
            .built_in()
            .map_or(Ok(()), |entity| self.check_entity(entity))
    }

    fn check_stated_entity(&self, entity: EntityPath) -> Result<(), SchemaError> {
        match &self.entity {
            Some(stated) if *stated != entity.path() => Err(SchemaError::of_the_whole(format!(
                "it says that these are the fields of {}, not of {}",
                one_line(stated),
                entity.path()
            ))),
            _ => Ok(()),
        }
    }

    fn check_upper_names(&self) -> Result<(), SchemaError> {
        let mut owners: HashMap<&str, &str> = HashMap::new();
        for field in &self.fields {
            let Some(upper) = &field.upper_name else {
                continue;
            };
            if let Some(owner) = owners.insert(upper, &field.name) {
                let [owner, name, upper] = [owner, &field.name, upper].map(one_line);
                let message = format!("`{owner}` and `{name}` have one upper name, `{upper}`");
                return Err(SchemaError::of_the_whole(message));
            }
        }
        Ok(())
    }

    /// Refuses what is certainly another entity's: it has several fields that only the other one has,
    /// none of the several that only this one has, and no documented field that is strange to the
    /// other one. Tables of few fields, which may be parts, are thus no evidence.
    fn check_entity(&self, entity: Entity) -> Result<(), SchemaError> {
        let documented: Vec<&str> = self
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .filter(|name| Entity::ALL.iter().any(|each| is_of(*each, name)))
            .collect();
        let foreign: Vec<&str> = documented
            .iter()
            .copied()
            .filter(|name| !is_of(entity, name))
            .collect();
        if foreign.len() < SEVERAL {
            return Ok(());
        }
        let is_this = |other: &Entity| {
            let own = entity.schema().fields();
            let own_alone = own.filter(|field| !is_of(*other, &field.name));
            own_alone.count() >= SEVERAL && documented.iter().all(|name| is_of(*other, name))
        };
        let others: Vec<_> = Entity::ALL
            .iter()
            .filter(|other| is_this(other))
            .map(|other| other.path())
            .collect();
        if others.is_empty() {
            return Ok(());
        }
        let shown: Vec<_> = foreign.into_iter().take(SEVERAL).collect();
        Err(SchemaError::of_the_whole(format!(
            "these are the fields of {}, not of {}, which have no `{}`",
            others.join(" or "),
            entity.path(),
            shown.join("`, `")
        )))
    }

    fn of(mut fields: Vec<Field>) -> Self {
        fields.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Self {
            fields,
            ..Self::default()
        }
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
        self.suggested(suggest::candidates(&self.fields, name))
    }

    /// The fields that are called so, in another spelling or by another of their names: as
    /// [`suggestions`](Self::suggestions), but without the search for typos, which takes longer.
    ///
    /// ```
    /// use vibecode_spec::Entity;
    ///
    /// let contacts = Entity::Contacts.schema();
    /// assert_eq!(contacts.namesakes("COMPANY_ID")[0].name, "companyId");
    /// assert_eq!(contacts.namesakes("first_name")[0].name, "name");
    /// assert_eq!(contacts.namesakes("psot"), []);
    /// ```
    #[must_use]
    pub fn namesakes(&self, name: &str) -> Vec<Suggestion<'_>> {
        self.suggested(suggest::namesakes(&self.fields, name))
    }

    fn suggested(&self, candidates: Vec<(usize, suggest::Likeness)>) -> Vec<Suggestion<'_>> {
        candidates
            .into_iter()
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

/// Whether an entity has a documented field of this name.
fn is_of(entity: Entity, name: &str) -> bool {
    entity.schema().field(name).is_some()
}

impl SchemaError {
    pub(crate) fn of_the_whole(message: String) -> Self {
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
        "formLabel":"Loyalty","items":[{"ID":"81","VALUE":"Gold"},{"ID":82,"VALUE":"Silver"}]},
        "x":{"type":"hologram","isReadOnly":1}}"#;

    const CONTACTS: EntityPath = EntityPath::Entity(Entity::Contacts);

    fn read(json: &str) -> Schema {
        Schema::read(json).unwrap()
    }

    /// A list of fields of these names, as a portal answers it.
    fn named<'n>(names: impl IntoIterator<Item = &'n str>) -> Schema {
        let fields = names
            .into_iter()
            .map(|name| format!(r#""{name}":{{"type":"string"}}"#));
        read(&format!("{{{}}}", fields.collect::<Vec<_>>().join(",")))
    }

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
    fn broken_json_is_an_error_with_its_place() {
        let error = Schema::read("{\n  \"id\": }").unwrap_err();
        assert_eq!((error.line, error.column), (2, 9));
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
    fn what_a_portal_does_not_state_keeps_the_built_in_value() {
        let contacts = Entity::Contacts.schema();
        for nothing in [
            r#"{"createdTime":{"type":"datetime"},"companyIds":{"type":"number"}}"#,
            r#"{"createdTime":{"isReadOnly":null,"title":""},"companyIds":{"isMultiple":null}}"#,
            r#"{"createdTime":{},"companyIds":{}}"#,
        ] {
            let schema = contacts.with_portal(read(nothing));
            assert_eq!(schema.fields().count(), contacts.fields().count());
            for (field, built_in) in schema.fields().zip(contacts.fields()) {
                assert_eq!(field.read_only, built_in.read_only, "{}", field.name);
                assert_eq!(field.multiple, built_in.multiple, "{}", field.name);
                assert_eq!(field.title, built_in.title, "{}", field.name);
                assert_eq!(field.kind, built_in.kind, "{}", field.name);
            }
        }
    }

    #[test]
    fn a_flag_that_a_portal_states_overrides() {
        let portal = r#"{"createdTime":{"isReadOnly":"N"},"post":{"isImmutable":"Y","isRequired":1},
            "companyIds":{"isMultiple":false},"name":{"readonly":true,"label":"Given name"}}"#;
        let schema = Entity::Contacts.schema().with_portal(read(portal));
        let field = |name| schema.field(name).unwrap();
        assert!(!field("createdTime").read_only && field("name").read_only);
        assert!(field("post").immutable && field("post").required);
        assert!(!field("companyIds").multiple);
        assert_eq!(field("name").title.as_deref(), Some("Given name"));
    }

    #[test]
    fn the_id_and_what_repeats_fm_stay_read_only_whatever_a_portal_states() {
        let names = ["id", "fm", "phoneWork", "emailMailing", "phoneFax"];
        let fields =
            names.map(|name| format!(r#""{name}":{{"type":"string","isReadOnly":false}}"#));
        let portal = read(&format!("{{{}}}", fields.join(",")));
        for entity in [Entity::Contacts, Entity::Companies, Entity::Leads] {
            let schema = entity.schema().with_portal(portal.clone());
            for name in names {
                assert!(
                    schema.field(name).unwrap().read_only,
                    "{name} of {entity:?}"
                );
            }
            assert!(!schema.field("phone").unwrap().read_only);
        }
        let items = EntityPath::Items(1040).documented().with_portal(portal);
        assert!(items.field("id").unwrap().read_only);
        assert!(!items.field("phoneWork").unwrap().read_only);
    }

    #[test]
    fn two_fields_with_one_upper_name_and_a_list_of_none_are_refused() {
        let twins = read(r#"{"a":{"upperName":"X"},"b":{"upperName":"X"}}"#);
        let error = twins.check_for(CONTACTS).unwrap_err();
        assert!(error.message.contains("one upper name"), "{error}");
        assert!(read("{}").check_for(CONTACTS).is_err());
        assert!(read(FIELDS).check_for(CONTACTS).is_ok());
    }

    #[test]
    fn a_file_that_names_another_entity_is_refused() {
        let file = r#"{"entity":"deals","fields":{"id":{"type":"integer"}},"format":1}"#;
        let error = read(file).check_for(CONTACTS).unwrap_err();
        assert!(
            error.message.contains("fields of deals, not of contacts"),
            "{error}"
        );
        let deals = EntityPath::Entity(Entity::Deals);
        assert!(read(file).check_for(deals).is_ok());
        let items = file.replace("deals", "items/1040");
        assert!(read(&items).check_for(EntityPath::Items(1040)).is_ok());
        assert!(read(&items).check_for(EntityPath::Items(1041)).is_err());
    }

    #[test]
    fn the_whole_list_of_one_entity_is_refused_for_every_other() {
        for entity in Entity::ALL {
            let all = named(entity.schema().fields().map(|field| &*field.name));
            for asked in Entity::ALL {
                let checked = all.check_for(EntityPath::Entity(*asked));
                if asked == entity {
                    assert_eq!(checked, Ok(()));
                } else {
                    let error = checked.unwrap_err();
                    let whose = format!("these are the fields of {}, not of", entity.path());
                    assert!(error.message.starts_with(&whose), "{error}");
                }
            }
        }
    }

    /// Numbers that look random and are the same every time.
    fn numbers() -> impl FnMut() -> u64 {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        }
    }

    #[test]
    fn no_part_of_an_entitys_fields_is_called_another_entitys() {
        let mut number = numbers();
        for entity in Entity::ALL {
            let fields: Vec<_> = entity.schema().fields().collect();
            for _ in 0..400 {
                // From a few fields to most of them.
                let chance = number() % 100;
                let part = fields.iter().filter(|_| number() % 100 < chance);
                let part: Vec<_> = part.map(|field| &*field.name).collect();
                let list = named(part.iter().copied().chain(["ufCrmFloor", "address"]));
                assert_eq!(
                    list.check_for(EntityPath::Entity(*entity)),
                    Ok(()),
                    "{part:?}"
                );
                for other in Entity::ALL {
                    let Err(error) = list.check_for(EntityPath::Entity(*other)) else {
                        continue;
                    };
                    // It may be called what it is, and what it could be.
                    let said = error.message.split(", not of").next().unwrap();
                    assert!(said.contains(entity.path()), "{error}: {part:?}");
                }
            }
        }
    }

    #[test]
    fn a_list_that_fits_several_entities_is_taken_for_each_and_never_called_contacts() {
        let names = [
            "id",
            "title",
            "createdTime",
            "updatedTime",
            "createdBy",
            "hasPhone",
        ];
        let list = named(names);
        for entity in [Entity::Contacts, Entity::Companies, Entity::Leads] {
            assert_eq!(list.check_for(EntityPath::Entity(entity)), Ok(()));
        }
        if let Err(error) = list.check_for(EntityPath::Entity(Entity::Deals)) {
            assert!(!error.message.contains("of contacts"), "{error}");
        }
    }

    #[test]
    fn a_complete_list_takes_away_what_only_the_layer_underneath_has() {
        let list =
            r#"{"entity":"contacts","fields":{"id":{},"birthdate":{"type":"date"}},"format":1}"#;
        let contacts = Entity::Contacts.schema();
        let schema = contacts.with_portal(read(list));
        assert!(schema.field("birthdate").is_some() && schema.lacks("birthdate").is_none());
        assert!(schema.field("photo").is_none() && schema.lacks("photo").is_some());
        for kept in ["post", "phone", "fm", "phoneWork", "id"] {
            assert!(
                schema.field(kept).is_some() && schema.lacks(kept).is_none(),
                "{kept}"
            );
        }
        let missing: Vec<_> = read(list).missing(CONTACTS).map(|it| &*it.name).collect();
        assert!(missing.contains(&"photo") && missing.contains(&"post"));
        assert!(!missing.contains(&"fm") && !missing.contains(&"birthdate"));

        let part = r#"{"birthdate":{"type":"date"}}"#;
        let schema = contacts.with_portal(read(part));
        assert!(schema.field("photo").is_some() && schema.lacks("photo").is_none());
        assert_eq!(read(part).missing(CONTACTS).count(), 0);
    }
}
