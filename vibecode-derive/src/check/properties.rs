//! The properties of a field: those in the schema, and those that the struct states.

use syn::{Ident, LitStr};
use vibecode_spec::{Field, Grade, Kind, closest, one_line};

use crate::check::{
    look_up::{Entry, LookUp, Reported},
    portal::Portal,
    wire_name::WireName,
};

/// The properties of a field.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the flags of a description, each with a meaning of its own"
)]
pub(crate) struct Properties {
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

/// The properties that a struct states: `kind = "…"` and `multiple`.
#[derive(Clone, Copy)]
pub(crate) struct Stated<'a> {
    pub(crate) kind: Option<&'a LitStr>,
    pub(crate) multiple: Option<&'a Ident>,
}

impl LookUp<'_> {
    /// Returns the properties of a field. A field that is not in the schema is reported. The exception
    /// is a user field with a stated kind, if there is no schema of the portal.
    pub(crate) fn properties(
        &self,
        name: &WireName,
        stated: Stated<'_>,
    ) -> Result<Properties, Reported> {
        match self.entry(name)? {
            Entry::Field(field) => self.described(field, name, stated),
            Entry::UserField => self.stated(name, stated),
        }
    }

    fn described(
        &self,
        field: &Field,
        name: &WireName,
        stated: Stated<'_>,
    ) -> Result<Properties, Reported> {
        let kind = match &field.kind {
            // The kind was observed on one portal, so the struct may state another.
            _ if field.grade == Grade::Observed && stated.kind.is_some() => {
                self.stated_for_unknown(field.kind.name(), name, stated)?
            }
            // The field exists, but its type is unknown, so the struct must state the kind.
            Kind::Unknown(given) => self.stated_for_unknown(given, name, stated)?,
            kind => {
                self.refuse_another_kind(kind, name, stated)?;
                kind.clone()
            }
        };
        self.refuse_another_multiple(field, stated)?;
        Ok(Properties {
            kind,
            multiple: field.multiple,
            read_only: field.read_only,
            immutable: field.immutable,
            required: field.required,
            user_field: field.is_user_field(),
            title: field.title.clone(),
        })
    }

    /// Returns the properties of a user field that no schema describes.
    fn stated(&self, name: &WireName, stated: Stated<'_>) -> Result<Properties, Reported> {
        let Some(kind) = stated.kind else {
            let Portal::Absent(paths) = self.portal else {
                return Err(Reported);
            };
            let entity = self.entity.path();
            let message = format!(
                "the kind of the user field `{}` is not known: {}. `cargo vibecode pull {entity}` fetches it. Without a schema, add `kind = \"…\"` with one of {}",
                name.text,
                paths.message(),
                kinds()
            );
            return self.report(name, message);
        };
        Ok(Properties {
            kind: self.user_field_kind(kind)?,
            multiple: stated.multiple.is_some(),
            read_only: false,
            immutable: false,
            required: false,
            user_field: true,
            title: None,
        })
    }

    /// Returns the stated kind of a field with an unknown type in the schema.
    fn stated_for_unknown(
        &self,
        type_name: &str,
        name: &WireName,
        stated: Stated<'_>,
    ) -> Result<Kind, Reported> {
        if let Some(kind) = stated.kind {
            return self.user_field_kind(kind);
        }
        let (name_text, type_name) = (&name.text, one_line(type_name));
        let problem = if type_name.is_empty() {
            format!("the schema does not state the type of `{name_text}`")
        } else {
            format!(
                "in the schema, `{name_text}` has the type `{type_name}`, which this version does not know"
            )
        };
        let message = format!("{problem}: add `kind = \"…\"` with one of {}", kinds());
        self.report(name, message)
    }

    fn user_field_kind(&self, kind: &LitStr) -> Result<Kind, Reported> {
        let given = kind.value();
        if let Some(kind) = Kind::of_user_field(&given) {
            return Ok(kind);
        }
        let advice = closest(&given, Kind::user_field_names().iter().copied()).map_or_else(
            || format!("expected one of {}", kinds()),
            |meant| format!("did you mean `{meant}`?"),
        );
        let message = format!("user fields have no kind `{given}`: {advice}");
        self.report(kind, message)
    }

    /// Reports a `kind` that contradicts the schema. It may repeat the kind of the schema.
    fn refuse_another_kind(
        &self,
        kind: &Kind,
        name: &WireName,
        stated: Stated<'_>,
    ) -> Result<(), Reported> {
        let Some(given) = stated.kind.filter(|given| !repeats(&given.value(), kind)) else {
            return Ok(());
        };
        let name = &name.text;
        let message = match kind {
            Kind::Multifield(_) => format!("`{name}` is a multifield: leave `kind` out"),
            kind => format!("`{name}` has kind `{}`: leave `kind` out", kind.name()),
        };
        self.report(given, message)
    }

    fn refuse_another_multiple(&self, field: &Field, stated: Stated<'_>) -> Result<(), Reported> {
        let Some(multiple) = stated.multiple.filter(|_| !field.multiple) else {
            return Ok(());
        };
        let message = match field.kind {
            Kind::Multifield(_) => {
                "a multifield always holds several values: leave `multiple` out".to_owned()
            }
            _ => format!("`{}` holds one value: leave `multiple` out", field.name),
        };
        self.report(multiple, message)
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

/// Lists the kinds that `kind = "…"` accepts.
fn kinds() -> String {
    format!("`{}`", Kind::user_field_names().join("`, `"))
}
