//! Looks up a wire name in the schema. An unknown name is reported, with the names that were probably
//! meant.

use quote::ToTokens;
use vibecode_spec::{
    Entity, EntityPath, Field, Kind, Multifield, Schema, Suggestion, UserFieldName, is_wire_name,
    one_line, read_user_field_name,
};

use crate::{
    check::{
        portal::{Portal, PortalSchema, SearchedPaths},
        wire_name::{WireName, did_you_mean},
    },
    collected_errors::Errors,
};

/// The schema in which the fields of a struct are looked up.
#[derive(Clone, Copy)]
pub(crate) struct LookUp<'c> {
    pub(crate) entity: EntityPath,
    pub(crate) portal: &'c Portal,
    pub(crate) errors: &'c Errors,
}

/// There is no result, since an error was reported.
pub(crate) struct Reported;

/// The result of looking up a wire name.
pub(crate) enum Entry<'c> {
    /// A field in the schema.
    Field(&'c Field),
    /// The wire name of a user field, if there is no schema of the portal that could describe it.
    UserField,
}

impl<'c> LookUp<'c> {
    /// Reports an error, and returns it as a result.
    pub(crate) fn report<T>(
        &self,
        at: impl ToTokens,
        message: impl std::fmt::Display,
    ) -> Result<T, Reported> {
        self.errors.at(at, message);
        Err(Reported)
    }

    /// Looks up a field that can be written or read by its wire name.
    pub(crate) fn entry(&self, name: &WireName) -> Result<Entry<'c>, Reported> {
        let text = &name.text;
        let field = self.fields().field(text);
        if self.is_unwritable_multifield(text, field) {
            let message = format!(
                "`{text}` is a multifield, and only the multifields `phone` and `email` can be written: remove this field or add `#[vibecode(skip)]`, and read it with `client.multifields`"
            );
            return self.report(name, message);
        }
        if let Some(field) = field {
            return self.with_valid_name(field, name);
        }
        match read_user_field_name(text) {
            Some(user_field) => self.user_field(name, &user_field),
            None => self.unknown(name),
        }
    }

    /// Returns whether this is a multifield other than phone and email. This is determined by its type
    /// in the schema, and by its name if the entity has multifields.
    fn is_unwritable_multifield(&self, name: &str, field: Option<&Field>) -> bool {
        let by_name = || Multifield::UNWRITABLE.contains(&name) && self.entity.has_multifields();
        let by_type = || {
            let kind = field.map(|field| &field.kind);
            matches!(kind, Some(Kind::Unknown(given)) if Multifield::is_type(given))
        };
        Multifield::of_field(name).is_none() && (by_type() || by_name())
    }

    /// Returns the documented fields, with the portal's fields if its schema is available.
    pub(crate) fn fields(&self) -> &'c Schema {
        match self.portal {
            Portal::Read(schema) => schema,
            Portal::Absent(_) | Portal::Broken(_) => self.entity.documented(),
        }
    }

    /// Checks the name of a field, since a patch writes names to JSON without escaping them.
    fn with_valid_name(&self, field: &'c Field, name: &WireName) -> Result<Entry<'c>, Reported> {
        if is_wire_name(&field.name) {
            return Ok(Entry::Field(field));
        }
        let message = format!(
            "`{}` is not a valid wire name, which begins with a letter and has only letters, digits and underscores: correct the schema",
            field.name
        );
        self.report(name, message)
    }

    fn unknown<T>(&self, name: &WireName) -> Result<T, Reported> {
        let entity = self.entity.path();
        let message = match (self.entity, self.portal) {
            (EntityPath::Items(_), Portal::Absent(paths)) => format!(
                "the fields of `{entity}` are defined by the portal, and {}: `cargo vibecode pull {entity}` fetches it",
                paths.message()
            ),
            (EntityPath::Items(_), Portal::Broken(_)) => return Err(Reported),
            (EntityPath::Entity(_), Portal::Absent(paths))
                if self.entity.needs_schema()
                    && self.suggestions(self.fields(), name).is_empty() =>
            {
                self.without_schema(paths, name)
            }
            (EntityPath::Entity(_), Portal::Broken(_)) if self.entity.needs_schema() => {
                return Err(Reported);
            }
            (_, Portal::Read(schema)) if schema.lacks(&name.text).is_some() => format!(
                "the portal's {entity} have no field `{}`: `{}` lists all of their fields, and the API would drop the value. If the list is out of date, `cargo vibecode pull {entity}` fetches the current list",
                name.text, schema.file
            ),
            _ => format!(
                "{entity} have no field `{}`: {}",
                name.written(),
                self.advice_on_unknown(name)
            ),
        };
        self.report(name, message)
    }

    /// Describes a field that may be one of those that only the portal's schema has.
    fn without_schema(&self, paths: &SearchedPaths, name: &WireName) -> String {
        let (entity, searched) = (self.entity.path(), paths.message());
        let known: Vec<_> = self.fields().fields().map(|field| &*field.name).collect();
        let problem = if known.is_empty() {
            format!("no field of {entity} is built in")
        } else {
            let known = known.join("`, `");
            let name = name.written();
            format!("`{name}` is not among the built-in fields of {entity} (`{known}`)")
        };
        format!("{problem}, and {searched}: `cargo vibecode pull {entity}` fetches it")
    }

    fn advice_on_unknown(&self, name: &WireName) -> String {
        let suggestions = self.suggestions(self.fields(), name);
        if !suggestions.is_empty() {
            return name.did_you_mean(&suggestions);
        }
        self.elsewhere(name).unwrap_or_else(|| {
            let last = if self.is_searched_for_typos() {
                "if the field does not belong to the API, add `#[vibecode(skip)]`"
            } else {
                "to see the closest names, correct the mistakes above first"
            };
            format!("{}; {last}", self.list_of_names())
        })
    }

    /// Describes for a message where all names are listed.
    fn list_of_names(&self) -> String {
        let pull = format!("`cargo vibecode pull {}`", self.entity.path());
        match self.portal {
            Portal::Read(schema) => {
                format!("`{}` lists the names, and {pull} updates it", schema.file)
            }
            Portal::Absent(_) | Portal::Broken(_) => format!("{pull} fetches the list of names"),
        }
    }

    /// Returns the fields that were probably meant. Typos are not searched for if the struct has many
    /// errors: it is probably for another entity or another portal, and each search takes time.
    fn suggestions<'s>(&self, schema: &'s Schema, name: &WireName) -> Vec<Suggestion<'s>> {
        if self.is_searched_for_typos() {
            schema.suggestions(&name.text)
        } else {
            schema.namesakes(&name.text)
        }
    }

    fn is_searched_for_typos(&self) -> bool {
        const MOST_MISTAKES: usize = 20;
        self.errors.count() < MOST_MISTAKES
    }

    /// Describes for a message which other entity has such a field.
    fn elsewhere(&self, name: &WireName) -> Option<String> {
        let mut others = Entity::ALL.iter();
        let has_it = |other: &&Entity| other.schema().field(&name.text).is_some();
        if let Some(other) = others.find(has_it) {
            return Some(format!("{} have it", other.path()));
        }
        Entity::ALL.iter().find_map(|other| {
            let suggestions = self.suggestions(other.schema(), name);
            let meant = suggestions.first()?;
            Some(format!("{} have `{}`", other.path(), meant.name))
        })
    }

    /// Checks a user field that is not in the schema. If there is a schema of the portal, the field is
    /// unknown, which is an error. Otherwise the name is checked against the naming rule.
    fn user_field(&self, name: &WireName, read: &UserFieldName) -> Result<Entry<'c>, Reported> {
        match (self.portal, read) {
            (Portal::Read(schema), read) => self.not_on_the_portal(schema, name, read),
            (_, UserFieldName::Meant(meant)) => {
                self.misspelt_user_field(name, &name.did_you_mean_spelling(meant))
            }
            (_, UserFieldName::Wire) => Ok(Entry::UserField),
            (_, UserFieldName::Malformed | _) => self.misspelt_user_field(
                name,
                "write `ufCrm_` and the digits and capitals of the upper name, such as `ufCrm_1721244707107`, or `ufCrm` and its words, such as `ufCrmLoyalty`",
            ),
        }
    }

    fn misspelt_user_field<T>(&self, name: &WireName, advice: &str) -> Result<T, Reported> {
        let text = &name.text;
        let message = format!("`{text}` is not a valid wire name of a user field: {advice}");
        self.report(name, message)
    }

    fn not_on_the_portal<T>(
        &self,
        schema: &PortalSchema,
        name: &WireName,
        read: &UserFieldName,
    ) -> Result<T, Reported> {
        let by_rule = match read {
            UserFieldName::Meant(meant) => schema.field(meant),
            _ => None,
        };
        let upper = name.text.to_ascii_uppercase();
        let by_upper_name = || {
            let mut fields = schema.fields();
            fields.find(|field| field.upper_name.as_deref() == Some(&*upper))
        };
        let advice = match by_rule.or_else(by_upper_name) {
            Some(field) => name.did_you_mean_spelling(&field.name),
            None => self.likely_user_field(schema, name),
        };
        let (entity, text, file) = (self.entity.path(), &name.text, &schema.file);
        let message = format!(
            "the portal's {entity} have no user field `{text}`, according to `{file}`: {advice}"
        );
        self.report(name, message)
    }

    /// Describes the user fields that were probably meant. Two names may differ in one digit, so the
    /// message shows labels, and what to do if none of the fields was meant.
    fn likely_user_field(&self, schema: &Schema, name: &WireName) -> String {
        let entity = self.entity.path();
        let refresh = format!("is new, `cargo vibecode pull {entity}` fetches the current list");
        let suggestions = self.suggestions(schema, name);
        if suggestions.is_empty() {
            return format!("if it {refresh}");
        }
        let ways = suggestions.iter().map(|meant| {
            let title = schema
                .field(meant.name)
                .and_then(|field| field.title.as_ref());
            let label = title.map_or_else(String::new, |title| format!(" ({})", one_line(title)));
            name.way_to_suggested(meant) + &label
        });
        let question = did_you_mean(&ways.collect::<Vec<_>>());
        format!("{question} If it {refresh}")
    }
}
