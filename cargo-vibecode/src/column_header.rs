//! The headers of Bitrix24's own export, and which field a header means whatever the others are.

use vibecode_spec::{EntityPath, ExportColumn, ExportHeaders, Field, Schema};

use crate::change::{self, field_name::composed};

/// Returns the headers of the export of an entity.
pub(crate) fn export_headers(entity: &str) -> Option<ExportHeaders> {
    match EntityPath::from_path(entity) {
        Some(EntityPath::Entity(entity)) => entity.export_headers(),
        _ => None,
    }
}

/// Returns true for a column that only an export has.
pub(crate) fn is_typical(column: &ExportColumn) -> bool {
    matches!(
        column,
        ExportColumn::Aside(_)
            | ExportColumn::Field {
                type_id: Some(_),
                ..
            }
    )
}

/// Returns true if a header means this field beside any other headers, also of an export.
pub(crate) fn means(
    schema: &Schema,
    export: Option<&ExportHeaders>,
    header: &str,
    field: &Field,
) -> bool {
    let is_field = |name: &str| name == field.name;
    let found = change::field(schema, header).is_ok_and(|found| is_field(&found.name));
    let exported = export.and_then(|headers| headers.column(&composed(header)));
    found
        && match exported {
            Some(column) if is_typical(column) => false,
            Some(ExportColumn::Field { field, .. }) => is_field(field),
            _ => true,
        }
}
