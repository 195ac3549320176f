//! The struct as it was written, held against the API's schema.

use std::collections::HashMap;

use heck::ToLowerCamelCase;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{LitStr, Type, ext::IdentExt};
use vibecode_spec::{
    Clearing, Entity, Kind, Multifield, Schema, UserFieldName, closest, read_user_field_name,
};

use super::field::{Field, Form, Role, Value, Values};
use crate::{
    errors::Errors,
    model::{Input, InputField},
    shape,
};

/// A struct whose mistakes have been told.
pub(crate) struct Checked<'a> {
    pub(crate) input: &'a Input,
    pub(crate) entity: Entity,
    pub(crate) fields: Vec<Field<'a>>,
    /// Every wire name that the struct maps, written or not.
    pub(crate) wire_names: Vec<String>,
}

/// Methods that every builder has.
const OWN_METHODS: &[&str] = &["maybe", "set_unchecked"];

pub(crate) fn check<'a>(input: &'a Input, errors: &Errors) -> Checked<'a> {
    let known = entity(input, errors);
    let entity = known.unwrap_or(Entity::Contacts);
    let mut wire_names = Vec::new();
    let mut fields = Vec::new();
    for field in &input.fields {
        let name = WireName::of(field);
        let checker = known.map(|entity| Checker {
            field,
            name: &name,
            entity,
            schema: entity.schema(),
            errors,
        });
        let role = checker.and_then(|checker| checker.role().ok());
        if field.attributes.skip.is_none() {
            wire_names.push(name.text);
        }
        fields.push(Field {
            ident: &field.ident,
            ty: &field.ty,
            role: role.unwrap_or(Role::Broken),
        });
    }
    refuse_second_ids(input, errors);
    refuse_fields_mapped_twice(&mut fields, errors);
    refuse_clashing_methods(&mut fields, errors);
    Checked {
        input,
        entity,
        fields,
        wire_names,
    }
}

/// The entity that the struct names, or the one it seems to mean; `None` leaves nothing to check.
fn entity(input: &Input, errors: &Errors) -> Option<Entity> {
    let Some(name) = &input.attributes.entity else {
        errors.at(
            &input.ident,
            "which records is this for? Add `#[vibecode(entity = \"contacts\")]`",
        );
        return None;
    };
    let known = Entity::from_path(&name.value());
    if known.is_some() {
        return known;
    }
    let meant = Entity::suggest(&name.value());
    let paths: Vec<_> = Entity::ALL.iter().map(|each| each.path()).collect();
    let advice = meant.map_or_else(
        || format!("it is one of `{}`", paths.join("`, `")),
        |meant| format!("did you mean `{}`?", meant.path()),
    );
    errors.at(
        name,
        format!("there is no entity `{}`: {advice}", name.value()),
    );
    meant
}

fn refuse_second_ids(input: &Input, errors: &Errors) {
    let ids = input
        .fields
        .iter()
        .filter_map(|field| field.attributes.id.as_ref());
    for second in ids.skip(1) {
        errors.at(
            second,
            "a record has one id, and another field has it already",
        );
    }
}

/// Several fields may feed one multifield; any other wire name belongs to one field.
fn refuse_fields_mapped_twice(fields: &mut [Field<'_>], errors: &Errors) {
    let mut owners: HashMap<String, &Ident> = HashMap::new();
    for field in fields {
        let Role::Value(value) = &field.role else {
            continue;
        };
        if let Some(owner) = owners.get(&value.wire) {
            let message = format!("`{owner}` has the wire name `{}` already", value.wire);
            errors.at(field.ident, message);
            field.role = Role::Broken;
        } else {
            owners.insert(value.wire.clone(), field.ident);
        }
    }
}

/// A field whose methods would clash with another's gets none.
fn refuse_clashing_methods(fields: &mut [Field<'_>], errors: &Errors) {
    let mut owners: HashMap<String, String> = HashMap::new();
    for own in OWN_METHODS {
        owners.insert((*own).to_owned(), "every patch".to_owned());
    }
    // What a field is called comes first: `clear_post` beside `post` is what needs another name.
    for field in &*fields {
        let name = field.ident.unraw().to_string();
        for method in field.methods().into_iter().filter(|method| *method != name) {
            owners.insert(method, format!("the field `{name}`"));
        }
    }
    for field in fields {
        let name = field.ident.unraw().to_string();
        if let (Some(owner), false) = (owners.get(&name), field.methods().is_empty()) {
            errors.at(
                field.ident,
                format!(
                    "{owner} has a method `{name}` already: rename this field and give its wire name by `field = \"…\"`"
                ),
            );
            field.role = Role::Unwritten;
        }
    }
}

/// The wire name of a field, and the tokens that it comes from.
struct WireName {
    text: String,
    given: Option<LitStr>,
    ident: Ident,
}

impl WireName {
    fn of(field: &InputField) -> Self {
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

/// What the schema says of a field.
struct Known {
    kind: Kind,
    multiple: bool,
    read_only: bool,
    user_field: bool,
    title: Option<&'static str>,
}

/// A mistake was told; there is nothing to go on with.
struct Told;

/// The check of one field.
struct Checker<'a, 'c> {
    field: &'a InputField,
    name: &'c WireName,
    entity: Entity,
    schema: &'static Schema,
    errors: &'c Errors,
}

impl<'a> Checker<'a, '_> {
    fn role(&self) -> Result<Role<'a>, Told> {
        let attributes = &self.field.attributes;
        if let Some(skip) = &attributes.skip {
            self.refuse_beside_skip(skip);
            return Ok(Role::Unwritten);
        }
        if attributes.id.is_some() {
            return self.id();
        }
        let known = self.known()?;
        if attributes.read_only.is_some() {
            self.refuse_beside_read_only();
            return Ok(Role::Unwritten);
        }
        if known.read_only {
            return self.tell(self.name, self.read_only_message());
        }
        match known.kind {
            Kind::Multifield(multifield) => self.multifield(multifield).map(Role::Multifield),
            _ => self.value(known).map(Role::Value),
        }
    }

    /// Tells a mistake.
    fn tell<T>(&self, at: impl ToTokens, message: impl std::fmt::Display) -> Result<T, Told> {
        self.errors.at(at, message);
        Err(Told)
    }

    fn refuse_beside_skip(&self, skip: &Ident) {
        let given = &self.field.attributes;
        let texts = [&given.field, &given.kind, &given.type_id, &given.clear];
        let flags = [&given.multiple, &given.id, &given.read_only];
        if texts.iter().any(|it| it.is_some()) || flags.iter().any(|it| it.is_some()) {
            let message = "a skipped field is not the API's: nothing else can be said of it";
            self.errors.at(skip, message);
        }
    }

    fn refuse_beside_read_only(&self) {
        if let Some(clear) = &self.field.attributes.clear {
            self.errors.at(
                clear,
                "a read-only field is never cleared: leave `clear` out",
            );
        }
    }

    fn id(&self) -> Result<Role<'a>, Told> {
        if self.name.text != "id" {
            let message = "the id of a record is called `id` on the wire: add `field = \"id\"`, or leave `field` out and call this `id`";
            return self.tell(self.name, message);
        }
        Ok(Role::Id)
    }

    fn read_only_message(&self) -> String {
        let name = &self.name.text;
        if name == "id" {
            return "a record's id is never written: add `#[vibecode(id)]`".to_owned();
        }
        let multifield = Multifield::ALL
            .iter()
            .find(|each| name.starts_with(each.name()));
        match multifield {
            Some(multifield) => format!(
                "`{name}` can only be read: add `#[vibecode(read_only)]`, or write it by `field = \"{}\", type_id = \"…\"`",
                multifield.name()
            ),
            None => format!("`{name}` is read-only: add `#[vibecode(read_only)]`"),
        }
    }

    fn known(&self) -> Result<Known, Told> {
        let name = &self.name.text;
        if let Some(field) = self.schema.field(name) {
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
                self.name,
                format!("`{name}` is no wire name of a user field: {}", self.name.instead(&meant)),
            ),
            Some(_) => self.tell(
                self.name,
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
        let advice = self.schema.suggest(name).map_or_else(
            || "if it is not the API's, add `#[vibecode(skip)]`".to_owned(),
            |meant| self.name.instead(meant),
        );
        self.tell(
            self.name,
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
            return self.tell(self.name, message);
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

    fn value(&self, known: Known) -> Result<Value<'a>, Told> {
        let attributes = &self.field.attributes;
        if let Some(type_id) = &attributes.type_id {
            let message = format!(
                "`{}` is no phone or email: leave `type_id` out",
                self.name.text
            );
            return self.tell(type_id, message);
        }
        let optional = shape::option_of(&self.field.ty);
        let holds = optional.unwrap_or_else(|| shape::bare(&self.field.ty));
        self.check_shape(&known, holds)?;
        let clearing = known.kind.clearing(known.multiple, known.user_field);
        let clearing = self.clearing(optional.is_some(), clearing)?;
        Ok(Value {
            wire: self.name.text.clone(),
            title: known.title,
            kind: known.kind,
            multiple: known.multiple,
            holds,
            clearing,
        })
    }

    fn check_shape(&self, known: &Known, holds: &Type) -> Result<(), Told> {
        let name = &self.name.text;
        if shape::option_of(holds).is_some() {
            let message = "one `Option` is enough: what is left alone, and what is cleared, are calls of the patch";
            return self.tell(holds, message);
        }
        if !known.multiple && shape::vec_of(holds).is_some() {
            let advice = if known.user_field {
                "add `multiple`, or take one value"
            } else {
                "take one value"
            };
            return self.tell(holds, format!("`{name}` holds one value: {advice}"));
        }
        Ok(())
    }

    fn clearing(&self, optional: bool, by_kind: Clearing) -> Result<Option<Clearing>, Told> {
        let Some(given) = &self.field.attributes.clear else {
            return Ok(optional.then_some(by_kind));
        };
        if !optional {
            let message =
                "only an `Option` can be cleared: make the field one, or leave `clear` out";
            return self.tell(given, message);
        }
        match Clearing::from_name(&given.value()) {
            Some(clearing) => Ok(Some(clearing)),
            None => self.tell(
                given,
                "a field is cleared by `\"null\"`, `\"0\"`, `\"[]\"`, `\"false\"`, or `\"\"` for an empty text",
            ),
        }
    }

    fn multifield(&self, multifield: Multifield) -> Result<Values<'a>, Told> {
        let name = multifield.name();
        if let Some(clear) = &self.field.attributes.clear {
            let message =
                format!("`{name}` cannot be cleared: the API only ever adds phones and emails");
            return self.tell(clear, message);
        }
        let form = match &self.field.attributes.type_id {
            Some(type_id) => self.typed_form(multifield, type_id)?,
            None => self.list_form(multifield)?,
        };
        Ok(Values { multifield, form })
    }

    fn typed_form(&self, multifield: Multifield, type_id: &LitStr) -> Result<Form<'a>, Told> {
        let given = type_id.value();
        let known = multifield.type_ids();
        if !known.contains(&given.as_str()) {
            let advice = closest(&given.to_uppercase(), known.iter().copied()).map_or_else(
                || format!("it is one of `{}`", known.join("`, `")),
                |meant| format!("did you mean `{meant}`?"),
            );
            let message = format!("`{}` has no type `{given}`: {advice}", multifield.name());
            return self.tell(type_id, message);
        }
        let optional = shape::option_of(&self.field.ty);
        let holds = optional.unwrap_or_else(|| shape::bare(&self.field.ty));
        if shape::vec_of(holds).is_some() {
            let message = format!(
                "a field with `type_id` holds one value: use `Option<String>`, or leave `type_id` out and use `Vec<{}>`",
                element(multifield)
            );
            return self.tell(holds, message);
        }
        Ok(Form::Typed {
            type_id: given,
            holds,
        })
    }

    fn list_form(&self, multifield: Multifield) -> Result<Form<'a>, Told> {
        let name = multifield.name();
        if shape::option_of(&self.field.ty).is_some() {
            let element = element(multifield);
            let message = format!(
                "`{name}` holds several values and is never cleared: use `Vec<{element}>`, or add `type_id = \"WORK\"` for one value of one type"
            );
            return self.tell(&self.field.ty, message);
        }
        Ok(match shape::vec_of(&self.field.ty) {
            Some(element) => Form::Vec(element),
            None => Form::List,
        })
    }
}

/// The type of the runtime that a multifield's values have.
fn element(multifield: Multifield) -> &'static str {
    match multifield {
        Multifield::Email => "Email",
        _ => "Phone",
    }
}

fn kinds() -> String {
    format!("it is one of `{}`", Kind::user_field_names().join("`, `"))
}
