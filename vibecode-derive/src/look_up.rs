//! Looks up a field in the schema: whether it exists, and what is known about it.

use heck::{ToLowerCamelCase, ToSnakeCase};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{LitStr, ext::IdentExt};
use vibecode_spec::{
    Entity, EntityPath, Field, Kind, Likeness, Multifield, Schema, Suggestion, UserFieldName,
    closest, one_line, read_user_field_name,
};

use crate::{
    errors::Errors,
    model::InputField,
    portal::{Portal, PortalSchema},
};

/// A field, with everything that it is checked against.
pub(crate) struct Subject<'a, 'c> {
    pub(crate) field: &'a InputField,
    pub(crate) name: WireName,
    pub(crate) entity: EntityPath,
    pub(crate) portal: &'c Portal,
    pub(crate) errors: &'c Errors,
}

/// There is no result, since an error was reported.
pub(crate) struct Reported;

/// The properties of a field according to the schema.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the flags of a description, each with a meaning of its own"
)]
pub(crate) struct Known {
    pub(crate) kind: Kind,
    pub(crate) multiple: bool,
    pub(crate) read_only: bool,
    /// Whether it can be set when a record is created, but not changed afterwards.
    pub(crate) immutable: bool,
    /// Whether it must have a value.
    pub(crate) required: bool,
    pub(crate) user_field: bool,
    pub(crate) title: Option<String>,
}

impl Subject<'_, '_> {
    /// Reports an error, and returns it as a result.
    pub(crate) fn report<T>(
        &self,
        at: impl ToTokens,
        message: impl std::fmt::Display,
    ) -> Result<T, Reported> {
        self.errors.at(at, message);
        Err(Reported)
    }

    /// Returns the properties of the field. A field that is not in the schema is reported. The exception
    /// is a user field that states its kind, if there is no schema of the portal.
    pub(crate) fn known(&self) -> Result<Known, Reported> {
        let name = &self.name.text;
        if self.is_another_multifield() {
            let message = format!(
                "`{name}` is a multifield, and only the multifields `phone` and `email` can be written: remove this field or add `#[vibecode(skip)]`, and read it with `client.multifields`"
            );
            return self.report(&self.name, message);
        }
        match self.schema().field(name) {
            Some(field) => self.described(field),
            None => match read_user_field_name(name) {
                Some(user_field) => self.undescribed_user_field(user_field),
                None => self.unknown(),
            },
        }
    }

    /// Returns whether this is a multifield other than phone and email, whatever `kind` says. This is
    /// determined by its type in the schema, and by its name if the entity has multifields.
    fn is_another_multifield(&self) -> bool {
        let name = &self.name.text;
        let has_multifields = || {
            self.entity
                .documented()
                .field(Multifield::Phone.name())
                .is_some()
        };
        let by_name = || OTHER_MULTIFIELDS.contains(&name.as_str()) && has_multifields();
        let by_type = || {
            let kind = self.schema().field(name).map(|field| &field.kind);
            matches!(kind, Some(Kind::Unknown(given)) if is_multifield_type(given))
        };
        Multifield::of_field(name).is_none() && (by_type() || by_name())
    }

    /// Returns the documented fields, with the portal's fields if its schema is available.
    fn schema(&self) -> &Schema {
        match self.portal {
            Portal::Read(schema) => schema,
            Portal::Absent(_) | Portal::Broken(_) => self.entity.documented(),
        }
    }

    fn described(&self, field: &Field) -> Result<Known, Reported> {
        // A patch writes names to JSON without escaping them.
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if !field.name.chars().all(is_name) {
            let message = format!(
                "`{}` is not a valid wire name, which has only letters, digits and underscores: correct the schema",
                field.name
            );
            return self.report(&self.name, message);
        }
        let kind = match &field.kind {
            // The field exists, but its type is unknown, so the struct must state the kind.
            Kind::Unknown(given) => self.given_kind_of_unknown(given)?,
            kind => {
                self.refuse_another_kind(kind)?;
                kind.clone()
            }
        };
        self.refuse_another_multiple(field)?;
        Ok(Known {
            kind,
            multiple: field.multiple,
            read_only: field.read_only,
            immutable: field.immutable,
            required: field.required,
            user_field: field.is_user_field(),
            title: field.title.clone(),
        })
    }

    fn unknown(&self) -> Result<Known, Reported> {
        let entity = self.entity.path();
        if let (EntityPath::Items(_), Portal::Absent(files)) = (self.entity, self.portal) {
            let message = format!(
                "the fields of `{entity}` are defined by the portal, and {}: `cargo vibecode pull {entity}` fetches it",
                files.message()
            );
            return self.report(&self.name, message);
        }
        if let (EntityPath::Items(_), Portal::Broken(_)) = (self.entity, self.portal) {
            return Err(Reported);
        }
        if let Portal::Read(schema) = self.portal
            && schema.lacks(&self.name.text).is_some()
        {
            let (name, file) = (&self.name.text, &schema.file);
            let message = format!(
                "the portal's {entity} have no field `{name}`: `{file}` lists all of their fields, and the API would drop the value. If the list is out of date, `cargo vibecode pull {entity}` fetches the current list"
            );
            return self.report(&self.name, message);
        }
        let meant = self.suggestions(self.schema());
        let advice = if meant.is_empty() {
            self.elsewhere().unwrap_or_else(|| {
                let last = if self.is_searched_for_typos() {
                    "if the field does not belong to the API, add `#[vibecode(skip)]`"
                } else {
                    "to see the closest names, correct the mistakes above first"
                };
                format!("GET /v1/{entity}/fields lists the names; {last}")
            })
        } else {
            self.name.instead(&meant)
        };
        let name = self.name.written();
        self.report(
            &self.name,
            format!("{entity} have no field `{name}`: {advice}"),
        )
    }

    /// Returns the fields that were probably meant. Typos are not searched for if the struct has many
    /// errors: it is probably for another entity or another portal, and each search takes time.
    fn suggestions<'s>(&self, schema: &'s Schema) -> Vec<Suggestion<'s>> {
        if self.is_searched_for_typos() {
            schema.suggestions(&self.name.text)
        } else {
            schema.namesakes(&self.name.text)
        }
    }

    fn is_searched_for_typos(&self) -> bool {
        const MOST_MISTAKES: usize = 20;
        self.errors.count() < MOST_MISTAKES
    }

    /// Describes for a message which other entity has such a field.
    fn elsewhere(&self) -> Option<String> {
        let name = &self.name.text;
        let mut others = Entity::ALL.iter();
        if let Some(other) = others.find(|other| other.schema().field(name).is_some()) {
            return Some(format!("{} have it", other.path()));
        }
        Entity::ALL.iter().find_map(|other| {
            let meant = self.suggestions(other.schema());
            let meant = meant.first()?;
            Some(format!("{} have `{}`", other.path(), meant.name))
        })
    }

    /// Checks a user field that no schema describes. If there is a schema of the portal, the field is
    /// unknown, which is an error. Otherwise the name is checked against the naming rule.
    fn undescribed_user_field(&self, name: UserFieldName) -> Result<Known, Reported> {
        match (self.portal, name) {
            (Portal::Read(schema), name) => self.not_on_the_portal(schema, &name),
            (_, UserFieldName::Meant(meant)) => self.misspelt_user_field(&self.name.respelt(&meant)),
            (_, UserFieldName::Wire) => self.user_field(),
            (_, _) => self.misspelt_user_field("write `ufCrm_` and the digits and capitals of the upper name, such as `ufCrm_1721244707107`, or `ufCrm` and its words, such as `ufCrmLoyalty`"),
        }
    }

    fn misspelt_user_field<T>(&self, advice: &str) -> Result<T, Reported> {
        let name = &self.name.text;
        let message = format!("`{name}` is not a valid wire name of a user field: {advice}");
        self.report(&self.name, message)
    }

    fn not_on_the_portal<T>(
        &self,
        schema: &PortalSchema,
        name: &UserFieldName,
    ) -> Result<T, Reported> {
        let given = &self.name.text;
        let by_rule = match name {
            UserFieldName::Meant(meant) => schema.field(meant),
            _ => None,
        };
        let upper = given.to_ascii_uppercase();
        let by_upper_name = || {
            let mut fields = schema.fields();
            fields.find(|field| field.upper_name.as_deref() == Some(&*upper))
        };
        let advice = match by_rule.or_else(by_upper_name) {
            Some(field) => self.name.respelt(&field.name),
            None => self.likely_user_field(schema),
        };
        let (entity, file) = (self.entity.path(), &schema.file);
        let message = format!(
            "the portal's {entity} have no user field `{given}`, according to `{file}`: {advice}"
        );
        self.report(&self.name, message)
    }

    /// Describes the user fields that were probably meant. Two names may differ in one digit, so the
    /// message shows labels, and what to do if none of the fields was meant.
    fn likely_user_field(&self, schema: &Schema) -> String {
        let entity = self.entity.path();
        let refresh = format!("new, `cargo vibecode pull {entity}` fetches the current list");
        let meant = self.suggestions(schema);
        if meant.is_empty() {
            return format!("if it is {refresh}");
        }
        let ways = meant.iter().map(|meant| {
            let title = schema
                .field(meant.name)
                .and_then(|field| field.title.as_ref());
            let label = title.map_or_else(String::new, |title| format!(" ({})", one_line(title)));
            self.name.way_to(meant) + &label
        });
        let meant = did_you_mean(&ways.collect::<Vec<_>>());
        format!("{meant} If it is {refresh}")
    }

    /// Returns the properties of a user field if there is no schema of the portal: the struct must state
    /// its kind.
    fn user_field(&self) -> Result<Known, Reported> {
        let name = &self.name.text;
        let Some(kind) = &self.field.attributes.kind else {
            let Portal::Absent(files) = self.portal else {
                return Err(Reported);
            };
            let entity = self.entity.path();
            let message = format!(
                "the kind of the user field `{name}` is not known: {}. `cargo vibecode pull {entity}` fetches it. Without a schema, add `kind = \"…\"`: {}",
                files.message(),
                kinds()
            );
            return self.report(&self.name, message);
        };
        let Some(known) = Kind::of_user_field(&kind.value()) else {
            return self.unknown_kind(kind);
        };
        Ok(Known {
            kind: known,
            multiple: self.field.attributes.multiple.is_some(),
            read_only: false,
            immutable: false,
            required: false,
            user_field: true,
            title: None,
        })
    }

    fn given_kind_of_unknown(&self, schemas: &str) -> Result<Kind, Reported> {
        let name = &self.name.text;
        let Some(kind) = &self.field.attributes.kind else {
            let schemas = one_line(schemas);
            let problem = if schemas.is_empty() {
                format!("the schema does not state the type of `{name}`")
            } else {
                format!(
                    "in the schema, `{name}` has the type `{schemas}`, which this version does not know"
                )
            };
            let message = format!("{problem}: add `kind = \"…\"`: {}", kinds());
            return self.report(&self.name, message);
        };
        match Kind::of_user_field(&kind.value()) {
            Some(kind) => Ok(kind),
            None => self.unknown_kind(kind),
        }
    }

    fn unknown_kind<T>(&self, kind: &LitStr) -> Result<T, Reported> {
        let given = kind.value();
        let advice = closest(&given, Kind::user_field_names().iter().copied())
            .map_or_else(kinds, |meant| format!("did you mean `{meant}`?"));
        self.report(
            kind,
            format!("user fields have no kind `{given}`: {advice}"),
        )
    }

    /// Reports a `kind` that contradicts the schema. It may repeat the kind of the schema.
    fn refuse_another_kind(&self, kind: &Kind) -> Result<(), Reported> {
        if let Some(given) = &self.field.attributes.kind
            && !repeats(&given.value(), kind)
        {
            let name = &self.name.text;
            let message = match kind {
                Kind::Multifield(_) => format!("`{name}` is a multifield: leave `kind` out"),
                kind => format!("`{name}` has kind `{}`: leave `kind` out", kind.name()),
            };
            return self.report(given, message);
        }
        Ok(())
    }

    fn refuse_another_multiple(&self, field: &Field) -> Result<(), Reported> {
        if let Some(given) = &self.field.attributes.multiple
            && !field.multiple
        {
            let message = match field.kind {
                Kind::Multifield(_) => {
                    "a multifield always holds several values: leave `multiple` out".to_owned()
                }
                _ => format!("`{}` holds one value: leave `multiple` out", field.name),
            };
            return self.report(given, message);
        }
        Ok(())
    }
}

/// Returns whether a given `kind` repeats the kind of the schema. For a field that holds a date, or a
/// date and time, it may be either of the two.
fn repeats(given: &str, kind: &Kind) -> bool {
    match (Kind::from_name(given), kind) {
        (Some(Kind::Date | Kind::DateTime), Kind::DateOrDateTime) => true,
        (given, kind) => given.as_ref() == Some(kind),
    }
}

/// The multifields that cannot be written: all multifields together, websites, and messengers.
const OTHER_MULTIFIELDS: &[&str] = &["fm", "web", "im"];

/// Returns whether this is a name of the type of phones and emails in a schema.
fn is_multifield_type(type_name: &str) -> bool {
    let kind = Kind::of_field(Multifield::Phone.name(), type_name);
    matches!(kind, Kind::Multifield(_))
}

fn kinds() -> String {
    format!(
        "expected one of `{}`",
        Kind::user_field_names().join("`, `")
    )
}

/// The wire name of a field, with the tokens that it comes from.
pub(crate) struct WireName {
    pub(crate) text: String,
    given: Option<LitStr>,
    ident: Ident,
}

impl WireName {
    pub(crate) fn of(field: &InputField) -> Self {
        let given = field.attributes.field.clone();
        let text = given.as_ref().map_or_else(
            || field.ident.unraw().to_string().to_lower_camel_case(),
            LitStr::value,
        );
        Self {
            text,
            given,
            ident: field.ident.clone(),
        }
    }

    /// Returns the name as written.
    fn written(&self) -> String {
        match &self.given {
            Some(given) => given.value(),
            None => self.ident.unraw().to_string(),
        }
    }

    /// Describes how to write the names that were probably meant.
    fn instead(&self, meant: &[Suggestion<'_>]) -> String {
        let ways = meant.iter().map(|meant| self.way_to(meant));
        did_you_mean(&ways.collect::<Vec<_>>())
    }

    fn way_to(&self, meant: &Suggestion<'_>) -> String {
        match meant.likeness {
            Likeness::Spelling | Likeness::Typo => self.way(meant.name),
            // The field can keep its name, since it is a synonym.
            _ => self.attribute(meant.name),
        }
    }

    /// Describes how to write the wire name of which this is another spelling.
    fn respelt(&self, wire: &str) -> String {
        did_you_mean(&[self.way(wire)])
    }

    /// Returns the field's name in the struct if it converts to the wire name, or else the attribute.
    fn way(&self, wire: &str) -> String {
        let ident = wire.to_snake_case();
        if self.given.is_none() && ident.to_lower_camel_case() == wire {
            format!("`{ident}`")
        } else {
            self.attribute(wire)
        }
    }

    fn attribute(&self, wire: &str) -> String {
        if self.given.is_some() {
            format!("`{wire}`")
        } else {
            format!("`field = \"{wire}\"`")
        }
    }
}

fn did_you_mean(ways: &[String]) -> String {
    let ways = match ways {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        ways => ways.concat(),
    };
    format!("did you mean {ways}?")
}

impl ToTokens for WireName {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.given {
            Some(given) => given.to_tokens(tokens),
            None => self.ident.to_tokens(tokens),
        }
    }
}
