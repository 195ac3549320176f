//! Whether the labels that are written still mean the same on the portal.

use vibecode_runtime::Client;

use super::columns::Columns;
use crate::{
    change::{self, ItemTexts},
    code_file::KnownCodes,
    failure::Failure,
    output::Output,
    portal_files::{Drift, UsedCodes, means_another},
    schema_file::KnownFields,
};

/// Compares the labels that are written with those of the portal, by the rules of `bulk`, which would read them.
///
/// # Errors
/// If a label means something else now, or if the portal does not answer.
pub(super) async fn check_labels(
    client: &Client,
    columns: &Columns<'_>,
    fields: &KnownFields,
    codes: &KnownCodes,
    portal: Option<&str>,
    output: &Output,
) -> Result<(), Failure> {
    let schema = &fields.schema;
    // Any label of a field may be written, so all of them are compared, and no single text.
    let texts = ItemTexts::default();
    let used = columns.wire_names();
    let used = used.filter_map(|name| schema.field(name));
    let used = UsedCodes::of(used, schema, codes, portal);
    used.check(client, (&texts, schema), codes, output).await?;
    let Some(of_file) = fields.fetched_from(portal) else {
        return Ok(());
    };
    let drift = Drift::fetch(client, fields.entity, of_file, output).await?;
    let mut renamed = Vec::new();
    for (header, name) in columns.headers().skip(1).zip(columns.wire_names()) {
        // A field that was removed is among the differences.
        let is_there = drift.schema.field(name).is_some();
        if is_there && !change::field(&drift.schema, header).is_ok_and(|now| now.name == name) {
            renamed.push(means_another(header, name));
        }
    }
    let used: Vec<String> = columns.wire_names().map(str::to_owned).collect();
    drift.check(&used, renamed, &texts, codes, output)
}
