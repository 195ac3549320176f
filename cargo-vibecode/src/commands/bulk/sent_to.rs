//! Where failed rows were sent: the portal and the entity, in a column of the file of failed rows. The ids of its rows
//! are those of other records on another portal. A CSV file has no room for a first line like that of a backup, and a
//! file beside it would be left behind when the file is moved; so each row says it.

use std::collections::BTreeSet;

use super::{
    input::{
        FileFormat, Input,
        columns::{ColumnOptions, SENT_TO},
        row_jobs::RowJobs,
        rows::{Pairs, WRITTEN},
    },
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

/// Returns the different values of the column in a file. A row that lacks the column, or has nothing in it, says
/// nothing.
///
/// # Errors
/// If the file cannot be read, if a row has something else than text in the column, or if it is one of a backup whose
/// first line is missing.
pub(super) fn of_file(
    input: &Input,
    column_options: &ColumnOptions<'_>,
) -> Result<BTreeSet<String>, Failure> {
    let mut rows = RowJobs::open(input, column_options)?;
    let names = rows.columns().names.iter().enumerate();
    let columns = names.filter(|(_, name)| *name == SENT_TO);
    let columns: Vec<usize> = columns.map(|(column, _)| column).collect();
    let mut values = BTreeSet::new();
    if matches!(input.format, FileFormat::Csv { .. }) && columns.is_empty() {
        return Ok(values);
    }
    while rows.read()? {
        let record = rows.record();
        match input.format {
            FileFormat::Csv { .. } => {
                let cells = record.raw_cells().enumerate();
                let cells = cells.filter(|(column, _)| columns.contains(column));
                let texts = cells.map(|(_, cell)| String::from_utf8_lossy(unguarded(cell)));
                values.extend(texts.map(|text| text.trim().to_owned()));
            }
            FileFormat::JsonLines => {
                let is_backup = input.origin.is_some();
                let texts = texts_of_line(record.raw_line(), is_backup).map_err(|problem| {
                    let row = record.number;
                    Failure::in_file(&input.path, format!("row {row}: {problem}"))
                })?;
                values.extend(texts);
            }
        }
    }
    values.remove("");
    Ok(values)
}

/// Returns what a line of JSON has in the column. A line that is not an object has nothing: the check refuses it by the
/// same parser, so it is never sent.
fn texts_of_line(line: &[u8], is_backup: bool) -> Result<Vec<String>, String> {
    let Ok(Pairs(pairs)) = serde_json::from_slice(line) else {
        return Ok(Vec::new());
    };
    if !is_backup && pairs.iter().any(|(name, _)| name == WRITTEN) {
        return Err(
            "this row is of a backup, and the first line of the backup is missing, which says for which portal it is and that `null` clears: nothing was sent. Copy that line before the rows".to_owned(),
        );
    }
    let values = pairs.into_iter().filter(|(name, _)| name == SENT_TO);
    let texts = values.map(|(_, json)| {
        let text: Option<String> = serde_json::from_str(json.get()).map_err(|_| {
            format!(
                "`{SENT_TO}` is not a text, so it is not known for which portal the row is: restore the file of failed rows"
            )
        })?;
        Ok(text.unwrap_or_default().trim().to_owned())
    });
    texts.collect()
}
