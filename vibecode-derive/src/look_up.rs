//! A field held against the schema: whether there is such a field, and what is known of it.

use heck::ToLowerCamelCase;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{LitStr, ext::IdentExt};
use vibecode_spec::{Entity, Kind, UserFieldName, closest, read_user_field_name};

use crate::{errors::Errors, model::InputField};

/// A field, and all that it is held against.
pub(crate) struct Subject<'a, 'c> {
    pub(crate) field: &'a InputField,
    pub(crate) name: WireName,
    pub(crate) entity: Entity,
    pub(crate) errors: &'c Errors,
}

/// A mistake was told; there is nothing to go on with.
pub(crate) struct Told;

/// What the schema says of a field.
pub(crate) struct Known {
    pub(crate) kind: Kind,
    pub(crate) multiple: bool,
    pub(crate) read_only: bool,
    pub(crate) user_field: bool,
    pub(crate) title: Option<&'static str>,
}

impl Subject<'_, '_> {
    /// Tells a mistake.
    pub(crate) fn tell<T>(
        &self,
        at: impl ToTokens,
        message: impl std::fmt::Display,
    ) -> Result<T, Told> {
        self.errors.at(at, message);
        Err(Told)
    }

    /// What the schema says of the field, which must be there.
    pub(crate) fn known(&self) -> Result<Known, Told> {
        let name = &self.name.text;
        if let Some(field) = self.entity.schema().field(name) {
            self.refuse_user_field_attributes(&field.kind, field.multiple);
            return Ok(Known {
                kind: field.kind.clone(),
                multiple: field.multiple,
                read_only: field.read_only,
                user_field: false,
                title: field.title.as_deref(),
            });
        }
        match read_user_field_name(name) {
            Some(UserFieldName::Wire) => self.user_field(),
            Some(UserFieldName::Meant(meant)) => self.tell(
                &self.name,
                format!("`{name}` is no wire name of a user field: {}", self.name.instead(&meant)),
            ),
            Some(_) => self.tell(
                &self.name,
                format!(
                    "`{name}` is no wire name of a user field: it is `ufCrm_` and the digits and capitals of the upper name, such as `ufCrm_1721244707107`, or `ufCrm` and its words, such as `ufCrmLoyalty`"
                ),
            ),
            None => self.unknown(),
        }
    }

    fn unknown(&self) -> Result<Known, Told> {
        let name = &self.name.text;
        let entity = self.entity.path();
        let advice = self.entity.schema().suggest(name).map_or_else(
            || "if it is not the API's, add `#[vibecode(skip)]`".to_owned(),
            |meant| self.name.instead(meant),
        );
        self.tell(
            &self.name,
            format!("{entity} have no field `{name}`: {advice}"),
        )
    }

    fn user_field(&self) -> Result<Known, Told> {
        let name = &self.name.text;
        let Some(kind) = &self.field.attributes.kind else {
            let message = format!(
                "what does the user field `{name}` hold? Add `kind = \"…\"`: {}",
                kinds()
            );
            return self.tell(&self.name, message);
        };
        let Some(known) = Kind::of_user_field(&kind.value()) else {
            return self.unknown_kind(kind);
        };
        Ok(Known {
            kind: known,
            multiple: self.field.attributes.multiple.is_some(),
            read_only: false,
            user_field: true,
            title: None,
        })
    }

    fn unknown_kind<T>(&self, kind: &LitStr) -> Result<T, Told> {
        let given = kind.value();
        let advice = closest(&given, Kind::user_field_names().iter().copied())
            .map_or_else(kinds, |meant| format!("did you mean `{meant}`?"));
        self.tell(
            kind,
            format!("user fields have no kind `{given}`: {advice}"),
        )
    }

    /// `kind` and `multiple` are for user fields: of the others the API's schema knows them.
    fn refuse_user_field_attributes(&self, kind: &Kind, multiple: bool) {
        let name = &self.name.text;
        if let Some(given) = &self.field.attributes.kind
            && Kind::from_name(&given.value()).as_ref() != Some(kind)
        {
            let message = format!("`{name}` holds `{}`: leave `kind` out", kind.name());
            self.errors.at(given, message);
        }
        if let Some(given) = &self.field.attributes.multiple
            && !multiple
        {
            let message = match kind {
                Kind::Multifield(_) => {
                    "a multifield always holds several values: leave `multiple` out".to_owned()
                }
                _ => format!("`{name}` holds one value: leave `multiple` out"),
            };
            self.errors.at(given, message);
        }
    }
}

fn kinds() -> String {
    format!("it is one of `{}`", Kind::user_field_names().join("`, `"))
}

/// The wire name of a field, and the tokens that it comes from.
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

    /// How to write the name that was meant.
    fn instead(&self, meant: &str) -> String {
        if self.given.is_some() {
            format!("did you mean `{meant}`?")
        } else {
            format!("did you mean `field = \"{meant}\"`?")
        }
    }
}

impl ToTokens for WireName {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.given {
            Some(given) => given.to_tokens(tokens),
            None => self.ident.to_tokens(tokens),
        }
    }
}
