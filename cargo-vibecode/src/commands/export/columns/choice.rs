//! Which fields are columns, and the headers that find them again.

use vibecode_spec::{ExportHeaders, Field, Kind, Multifield, Schema};

use crate::{
    change::{self, WIRE},
    column_header::means,
};

pub(super) fn named<'s>(schema: &'s Schema, name: &str) -> Result<&'s Field, String> {
    let field = change::field(schema, name)?;
    match unwritable(field) {
        Some(problem) => Err(format!("`{}` {problem}", field.name)),
        None => Ok(field),
    }
}

/// Returns why a field has no form as text.
pub(super) fn unwritable(field: &Field) -> Option<&'static str> {
    if Multifield::UNWRITABLE.contains(&&*field.name) {
        return Some("is a list that `bulk` cannot read: export `phone` and `email`");
    }
    (field.kind == Kind::File).then_some("takes files, which cannot be written as text")
}

/// Returns a header that finds the field again: its label, if it is wanted, or its wire name.
pub(super) fn header(
    field: &Field,
    schema: &Schema,
    export: Option<&ExportHeaders>,
    with_labels: bool,
) -> String {
    let label = field.title.as_ref();
    let label = label.filter(|label| with_labels && means(schema, export, label, field));
    match label {
        Some(label) => label.clone(),
        None if means(schema, None, &field.name, field) => field.name.clone(),
        // The wire name is also the label of another field.
        None => format!("{WIRE}{}", field.name),
    }
}
