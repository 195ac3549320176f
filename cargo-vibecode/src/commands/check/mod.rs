//! Compares the schema files with the portal, or checks their format.

mod drift;

use std::{fs, path::Path};

use serde_json::json;
use vibecode_spec::{Descriptions, EntityPath, Schema};

use self::drift::Difference;
use crate::{
    ExitStatus,
    commands::pull,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    schema_file::{self, SchemaFile},
};

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entities [default: all that have a schema file].
    #[arg(value_name = "ENTITY")]
    entities: Vec<String>,

    /// Only check, without asking the portal, that the files can be read and are formatted as
    /// `pull` writes them.
    #[arg(long)]
    offline: bool,
}

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let mut status = ExitStatus::Success;
    let client = if args.offline {
        None
    } else {
        Some(portal::client(portal_args, |builder| builder)?)
    };
    let entities = if args.entities.is_empty() {
        schema_file::entities()?
    } else {
        args.entities.clone()
    };
    if entities.is_empty() {
        let problem = "there is no schema file here: fetch one with `cargo vibecode pull`";
        return Err(Failure::new(problem));
    }
    for name in entities {
        let entity = schema_file::entity(&name)?;
        let Some(file) = schema_file::find(entity)? else {
            let problem =
                format!("there is no schema of {name}: fetch it with `cargo vibecode pull {name}`");
            return Err(Failure::new(problem));
        };
        let read = schema_file::read(&file, entity)?;
        let found = match &client {
            None => {
                let found = is_out_of_form(&name, &file, &read, output);
                report_missing(entity, &read.schema, output);
                found
            }
            Some(client) => {
                let now = pull::fetch(client, entity, output).await?;
                has_drifted(entity, &read.schema, &now, output)?
            }
        };
        if found {
            status = ExitStatus::Attention;
        }
    }
    Ok(status)
}

/// Reports whether a file is formatted as `pull` writes it, and returns true if it is not.
fn is_out_of_form(name: &str, file: &Path, read: &SchemaFile, output: &Output) -> bool {
    let canonical = read.descriptions.file_text(name);
    let is_canonical = fs::read(file).is_ok_and(|text| text == canonical.as_bytes());
    let shown = file.display().to_string();
    if is_canonical {
        output.line(format!("{shown}: valid"));
    } else {
        let fix = format!("rewrite it with `cargo vibecode pull {name} --from-file {shown}`");
        output.line(format!("{shown}: not formatted as `pull` writes it: {fix}"));
    }
    output.json(&json!({ "entity": name, "file": shown, "canonical": is_canonical }));
    !is_canonical
}

/// Reports the differences between the portal and its schema, and returns whether they can break
/// code.
fn has_drifted(
    entity: EntityPath,
    schema: &Schema,
    now: &Descriptions,
    output: &Output,
) -> Result<bool, Failure> {
    let name = entity.path();
    let now = now
        .schema()
        .map_err(|error| pull::unusable_answer(entity, error))?;
    let differences = drift::between(schema, &now);
    if differences.is_empty() {
        output.line(format!("{name}: the schema is up to date"));
    }
    for difference in &differences {
        output.line(format!("{name}: {difference}"));
        output.json(&json!({
            "entity": name,
            "field": difference.field,
            "change": difference.name(),
            "breaks": difference.can_break(),
            "message": difference.to_string(),
        }));
    }
    report_missing(entity, &now, output);
    let breaks = differences.iter().any(Difference::can_break);
    if !differences.is_empty() {
        let fix = format!("update the schema with `cargo vibecode pull {name}`");
        output.warn(if breaks {
            format!("the fields of {name} have changed in a way that can break code: {fix}")
        } else {
            format!("the fields of {name} have changed in a way that breaks no code: {fix}")
        });
    }
    Ok(breaks)
}

/// Reports documented fields that are missing in the portal's complete list.
fn report_missing(entity: EntityPath, schema: &Schema, output: &Output) {
    let name = entity.path();
    for field in schema.missing(entity) {
        let field = &field.name;
        let message = format!(
            "? {field}: documented, but not in the portal's list, so the API may ignore it"
        );
        output.line(format!("{name}: {message}"));
        output.json(&json!({
            "entity": name,
            "field": field,
            "change": "missing",
            "breaks": false,
            "message": message,
        }));
    }
}
