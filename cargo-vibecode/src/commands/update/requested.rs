//! The change that the arguments request, checked before anything is sent.

use std::borrow::Cow;

use vibecode_spec::{ExportColumn, Field, Kind, Multifield, Schema};

use super::Args;
use crate::{
    cells,
    change::{self, Change, SEPARATOR, field_name::composed},
    code_file::KnownCodes,
    column_header::export_headers,
    failure::Failure,
    garbled::{self, TextUse},
    output::Output,
    visible::trimmed,
};

const NO_COUNTRY: &str =
    "a phone has no country code: add it with --country, such as --country 7, or write it with `+`";

/// Returns the option to use instead of a name that stands for a type of phones or emails, as the headers `phone:MOBILE`
/// and `Мобильный телефон` of a file do. `None` if it is no such name.
fn typed_addition(entity: &str, schema: &Schema, name: &str) -> Option<String> {
    let name = composed(name);
    if schema.field(&name).is_some() {
        return None;
    }
    let exported = export_headers(entity);
    let column = exported.as_ref().and_then(|headers| headers.column(&name));
    let (field, type_id) = match (column, name.rsplit_once(':')) {
        (Some(ExportColumn::Field { field, type_id, .. }), _) => (*field, (*type_id)?),
        (_, Some((field, type_id))) => {
            let known = Multifield::of_field(field)?.type_ids().iter();
            let mut known = known.filter(|known| known.eq_ignore_ascii_case(type_id));
            (field, *known.next()?)
        }
        _ => return None,
    };
    Some(format!(
        "`{name}` is the header of a column: use --add {field}=VALUE:{type_id}"
    ))
}

/// The problem of a phone or an email that is to be set.
fn not_set(field: &str, multifield: Multifield) -> String {
    format!(
        "`{field}` cannot be set: the API can only add {}s: use --add {field}=VALUE",
        multifield.name()
    )
}

impl Args {
    /// Returns the change, and warns of what may not be meant.
    ///
    /// # Errors
    /// If a value cannot be sent, or nothing is changed. Contains all problems.
    pub(super) fn change<'s>(
        &'s self,
        schema: &'s Schema,
        codes: &'s KnownCodes,
        output: &Output,
    ) -> Result<Change<'s>, Failure> {
        let mut change = Change::new(&self.entity, schema, codes).with_rules(self.rules);
        let mut problems = Vec::new();
        let named = |name: &str| match typed_addition(&self.entity, schema, name) {
            Some(instead) => Err(instead),
            None => change::field(schema, name),
        };
        let mut unchecked = Vec::new();
        for (name, text) in &self.set {
            let set = named(name).and_then(|field| {
                if let Kind::Multifield(multifield) = field.kind {
                    return Err(not_set(&field.name, multifield));
                }
                self.check_not_garbled(&field.name, text)?;
                let text = self.normal(field, text);
                let text = text.map_err(|problem| format!("`{}` {problem}", field.name))?;
                unchecked.extend(change::unchecked(field, schema, codes));
                change.set(&field.name, &text)
            });
            problems.extend(set.err());
        }
        for (name, text) in &self.add {
            let added = named(name).and_then(|field| {
                self.check_not_garbled(&field.name, text)?;
                change.add(&field.name, text)
            });
            problems.extend(added.err());
        }
        for name in &self.clear {
            let cleared = named(name).and_then(|field| change.clear(&field.name));
            problems.extend(cleared.err());
        }
        if !problems.is_empty() {
            return Err(Failure::new(problems.join("\nerror: ")));
        }
        if change.is_empty() {
            return Err(Failure::new(
                "there is nothing to change: use --set, --add or --clear",
            ));
        }
        self.warn(&change, schema, output);
        for warning in unchecked {
            output.warn(warning);
        }
        Ok(change)
    }

    /// Refuses a text that looks garbled, unless it is meant.
    fn check_not_garbled(&self, field: &str, text: &str) -> Result<(), String> {
        if self.allow_garbled {
            return Ok(());
        }
        match garbled::problem(text, TextUse::of_field(&self.entity, field)) {
            Some(what) => Err(format!(
                "`{field}` {what}: correct the text. If it is meant, --allow-garbled sends it"
            )),
            None => Ok(()),
        }
    }

    fn warn(&self, change: &Change<'_>, schema: &Schema, output: &Output) {
        for (name, _) in &self.set {
            if let Ok(field) = change::field(schema, name)
                && change.sets_text_zero(&field.name)
            {
                output.warn(format!(
                    "`{}` is set to the text `0`: the API takes it as empty, so it clears the field",
                    field.name
                ));
            }
        }
        if change.lacking_country() > 0 {
            output.warn(NO_COUNTRY);
        }
        if change.perhaps_placeholders() > 0 {
            output
                .warn("an email looks like a placeholder, and cannot be removed once it is added");
        }
    }

    /// Returns a text with its numbers and amounts in the form that the field takes, and without invisible characters at
    /// its ends, unless they are meant.
    ///
    /// # Errors
    /// If a value can mean several ones, or is what a spreadsheet shows instead of one.
    pub(super) fn normal<'t>(&self, field: &Field, text: &'t str) -> Result<Cow<'t, str>, String> {
        let trim = if self.allow_garbled {
            str::trim
        } else {
            trimmed
        };
        if !field.multiple {
            return cells::alone(&field.kind, trim(text));
        }
        let parts = text.split(SEPARATOR);
        let parts = parts.map(|part| cells::alone(&field.kind, trim(part)));
        let parts: Result<Vec<Cow<'t, str>>, String> = parts.collect();
        Ok(parts?.join(&SEPARATOR.to_string()).into())
    }
}
