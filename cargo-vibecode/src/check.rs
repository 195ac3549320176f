//! Compares the schema files with the portal, or with the form in which `pull` writes them.

use std::{fs, path::Path};

use serde_json::json;
use vibecode_spec::{Descriptions, EntityPath, Schema};

use crate::{
    Ended,
    drift::{self, Difference},
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    pull,
    schema_file::{self, SchemaFile},
};

/// What is to be checked.
#[derive(Debug, clap::Args)]
pub(crate) struct Wanted {
    /// The entities. By default all that have a schema file.
    #[arg(value_name = "ENTITY")]
    entities: Vec<String>,

    /// Ask no portal: check that the files can be read and are in the form in which `pull` writes
    /// them.
    #[arg(long)]
    offline: bool,
}

pub(crate) async fn run(
    wanted: &Wanted,
    args: &PortalArgs,
    output: &Output,
) -> Result<Ended, Failure> {
    let mut ended = Ended::Done;
    let client = if wanted.offline {
        None
    } else {
        Some(portal::client(args, |builder| builder)?)
    };
    let entities = if wanted.entities.is_empty() {
        schema_file::entities()?
    } else {
        wanted.entities.clone()
    };
    if entities.is_empty() {
        let problem = "there is no schema file here: `cargo vibecode pull` fetches them";
        return Err(Failure::new(problem));
    }
    for name in entities {
        let entity = schema_file::entity(&name)?;
        let Some(file) = schema_file::find(entity)? else {
            let problem =
                format!("there is no schema of {name}: `cargo vibecode pull {name}` fetches it");
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
            ended = Ended::Found;
        }
    }
    Ok(ended)
}

/// Returns true if a file is not in the form in which `pull` writes it.
fn is_out_of_form(name: &str, file: &Path, read: &SchemaFile, output: &Output) -> bool {
    let canonical = read.descriptions.file_text(name);
    let is_canonical = fs::read(file).is_ok_and(|text| text == canonical.as_bytes());
    let shown = file.display().to_string();
    if is_canonical {
        output.line(format!("{shown}: good"));
    } else {
        let fix = format!("`cargo vibecode pull {name} --from-file {shown}` writes it anew");
        output.line(format!(
            "{shown}: not in the form in which `pull` writes it: {fix}"
        ));
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
    let now = now.schema().map_err(|error| {
        Failure::new(format!(
            "what the portal answers of {name} cannot be used: {error}"
        ))
    })?;
    let differences = drift::between(schema, &now);
    if differences.is_empty() {
        output.line(format!("{name}: the schema is the portal's"));
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
        let fix = format!("`cargo vibecode pull {name}` brings the schema up to date");
        output.warn(if breaks {
            format!("{name} has changed in a way that can break code: {fix}")
        } else {
            format!("{name} has changed in a way that breaks no code: {fix}")
        });
    }
    Ok(breaks)
}

/// Reports documented fields that are missing in the portal's complete list.
fn report_missing(entity: EntityPath, schema: &Schema, output: &Output) {
    let name = entity.path();
    for field in schema.missing(entity) {
        let field = &field.name;
        let message =
            format!("? {field}: documented, but not in the portal's list, so the API may drop it");
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
