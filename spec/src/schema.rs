//! The fields of an entity, built in or from the answer of a portal.

use crate::{
    CodeSet, EntityPath, Field, Kind, Multifield, SchemaError, Suggestion,
    described::{Described, parse},
    json::Json,
    suggest,
};

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
    /// The entity that has these fields, if a file states it.
    pub(crate) entity: Option<String>,
    /// Whether these are known to be all fields of the entity.
    is_complete: bool,
    /// Fields of grade B or O that the portal's complete list does not have.
    lacking: Vec<Field>,
}

impl Schema {
    /// Reads the answer to `GET /v1/{entity}/fields`: the whole answer, its `data`, or the map of fields
    /// alone. It also reads a file that `cargo vibecode pull` has written.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] if the text is anything else, or if a part of it cannot be read.
    /// Unknown types and keys are not an error.
    pub fn read(bytes: impl AsRef<[u8]>) -> Result<Self, SchemaError> {
        Self::of_described(Described::of(&parse(bytes.as_ref())?)?, Field::of_json)
    }

    /// Reads a built-in schema: see [`Field::read_built_in`].
    pub(crate) fn read_built_in(json: &str) -> Result<Self, SchemaError> {
        let json = parse(json.as_bytes())?;
        Self::of_described(Described::of(&json)?, Field::read_built_in)
    }

    pub(crate) fn of_described(
        described: Described<'_, '_>,
        read: fn(&str, &Json<'_>) -> Result<Field, SchemaError>,
    ) -> Result<Self, SchemaError> {
        let Described { fields, about } = described;
        let fields = fields.into_iter();
        let fields = fields.map(|(name, description)| read(name, description));
        Ok(Self {
            entity: about.entity,
            is_complete: about.is_complete,
            ..Self::of(fields.collect::<Result<_, _>>()?)
        })
    }

    /// Returns this schema with a portal's fields added. If a field is in both, the flags, the label and
    /// the options that the portal states override those of this schema. The kind stays, since the API's
    /// own types are less precise than those of this schema (`number` for a reference).
    ///
    /// `id`, `fm` and the aliases of phones and emails stay read-only, whatever the portal states. A
    /// field of [grade](crate::Grade) B or O is left out if the portal's list is complete and lacks it.
    #[must_use]
    pub fn with_portal(&self, portal: Self) -> Self {
        let (missing, lacking): (Vec<_>, Vec<_>) = self
            .fields
            .iter()
            .filter(|field| portal.field(&field.name).is_none())
            .cloned()
            .partition(|field| !portal.is_complete || !field.grade.depends_on_portal());
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

    /// Adds the closed set of a field that has codes, if no description states it.
    pub(crate) fn with_codes(mut self, name: &str, codes: CodeSet) -> Self {
        let mut fields = self.fields.iter_mut();
        if let Some(field) = fields.find(|field| field.name == name)
            && matches!(field.kind, Kind::Status | Kind::Text)
            && field.codes.is_none()
        {
            field.codes = Some(codes);
        }
        self
    }

    /// Returns the field of this name if it has grade B or O and the portal's complete list lacks it. The API would drop a value of such a field. See [`Schema::with_portal`].
    #[must_use]
    pub fn lacks(&self, name: &str) -> Option<&Field> {
        self.lacking.iter().find(|field| field.name == name)
    }

    /// Returns the documented fields that are missing from a portal's complete list. There are none if
    /// the list may be a part. `fm` and the aliases of phones and emails do not count as missing.
    pub fn missing(&self, entity: EntityPath) -> impl Iterator<Item = &'static Field> {
        let documented = entity.documented().fields();
        documented.filter(|field| {
            self.is_complete
                && self.field(&field.name).is_none()
                && !Multifield::is_only_read(&field.name)
        })
    }

    fn of(mut fields: Vec<Field>) -> Self {
        // The lists of a portal and of the documentation are sorted: `sort_by` merges the two runs in linear time.
        fields.sort_by(|one, other| one.name.cmp(&other.name));
        Self {
            fields,
            ..Self::default()
        }
    }

    /// Returns every field, sorted by name.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter()
    }

    /// Returns the field with this wire name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        let at = self
            .fields
            .binary_search_by(|field| field.name.as_str().cmp(name));
        at.ok().and_then(|at| self.fields.get(at))
    }

    /// Returns the fields that were probably meant by an unknown name. The name may be another spelling
    /// (`COMPANY_ID`), another name of the field (`first_name`, `DATE_CREATE`, a label), or a typo.
    /// There are at most three, and more than one only if they are about equally close.
    #[must_use]
    pub fn suggestions(&self, name: &str) -> Vec<Suggestion<'_>> {
        self.suggested(suggest::candidates(&self.fields, name))
    }

    /// Returns the fields that have this name in another spelling, or as another of their names. This is
    /// [`suggestions`](Self::suggestions) without the search for typos, which takes longer.
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

    /// Returns the field that was probably meant, if there is exactly one. See
    /// [`suggestions`](Self::suggestions).
    #[must_use]
    pub fn suggest(&self, name: &str) -> Option<&str> {
        match self.suggestions(name)[..] {
            [only] => Some(only.name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
