//! Where failed rows were sent: the portal and the entity, in a column of the file of failed rows. The ids of its rows
//! are those of other records on another portal. A CSV file has no room for a first line like that of a backup, and a
//! file beside it would be left behind when the file is moved; so each row says it.

use std::collections::BTreeSet;

use super::{
    input::{
        FileFormat, Input,
        columns::{ColumnOptions, SENT_TO},
        row_jobs::RowJobs,
    },
    record_fields::RecordFields,
    spreadsheet_cell::unguarded,
};
use crate::failure::Failure;

/// Returns the value of the column for rows that were sent to a portal.
pub(super) fn cell(portal: Option<&str>, entity: &str) -> String {
    format!("{}/{entity}", portal.unwrap_or_default())
}

/// Splits a value of the column into the portal, if it is known, and the entity.
pub(super) fn parts(cell: &str) -> (Option<&str>, &str) {
    let (portal, entity) = cell.split_once('/').unwrap_or((cell, ""));
    (Some(portal).filter(|portal| !portal.is_empty()), entity)
}

/// Returns the different values of the column in a file. A file whose first row does not have it has none.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn of_file(
    input: &Input,
    column_options: &ColumnOptions<'_>,
) -> Result<BTreeSet<String>, Failure> {
    let mut rows = RowJobs::open(input, column_options)?;
    let names = &rows.columns().names;
    let column = names.iter().position(|name| name == SENT_TO);
    let mut values = BTreeSet::new();
    while rows.read()? {
        let record = rows.record();
        let value = match (input.format, column) {
            (FileFormat::Csv { .. }, None) => break,
            (FileFormat::Csv { .. }, Some(column)) => {
                let cell = record.raw_cells().nth(column).unwrap_or_default();
                Some(String::from_utf8_lossy(unguarded(cell)).trim().to_owned())
            }
            (FileFormat::JsonLines, _) => {
                let line = str::from_utf8(record.raw_line()).unwrap_or_default();
                let fields = RecordFields::read(line).unwrap_or_default();
                let value = fields.get(SENT_TO);
                value.and_then(|json| serde_json::from_str(json.get()).ok())
            }
        };
        match value {
            Some(value) if !value.is_empty() => {
                values.insert(value);
            }
            None if values.is_empty() => break,
            Some(_) | None => {}
        }
    }
    Ok(values)
}
