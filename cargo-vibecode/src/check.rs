//! The schema files held against the portal, or against themselves.

use std::path::Path;

use serde_json::{Map, Value, json};
use vibecode_spec::{Schema, fields_of};

use crate::{
    Ended,
    drift::{self, Difference},
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    pull,
    schema_file::{self, SchemaFile, canonical},
};

/// What is to be checked.
#[derive(Debug, clap::Args)]
pub(crate) struct Wanted {
    /// The entities. By default all that have a schema file.
    #[arg(value_name = "ENTITY")]
    entities: Vec<String>,

    /// Asks no portal: checks that the files can be read and are in the form in which `pull` writes
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
    let mut checked = 0;
    for name in pull::entities(&wanted.entities) {
        let entity = schema_file::entity(&name)?;
        let Some(file) = schema_file::find(&name)? else {
            if wanted.entities.is_empty() {
                continue;
            }
            let problem =
                format!("there is no schema of {name}: `cargo vibecode pull {name}` fetches it");
            return Err(Failure::new(problem));
        };
        checked += 1;
        let read = schema_file::read(&file, entity)?;
        let found = match &client {
            None => is_out_of_form(&name, &file, &read, output),
            Some(client) => {
                let fields = pull::fetch(client, &name, output).await?;
                has_drifted(&name, &read.schema, fields, output)?
            }
        };
        if found {
            ended = Ended::Found;
        }
    }
    if checked == 0 {
        let problem = "there is no schema file here: `cargo vibecode pull` fetches them";
        return Err(Failure::new(problem));
    }
    Ok(ended)
}

/// Whether a file is not as `pull` would write it.
fn is_out_of_form(name: &str, file: &Path, read: &SchemaFile, output: &Output) -> bool {
    let fields = fields_of(&read.answer);
    let is_canonical = fields.is_some_and(|fields| canonical(name, fields) == read.text);
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

/// Tells how the portal differs from its schema, and whether that can break code.
fn has_drifted(
    name: &str,
    schema: &Schema,
    fields: Map<String, Value>,
    output: &Output,
) -> Result<bool, Failure> {
    let now = Schema::of_answer(&Value::Object(fields)).map_err(|error| {
        Failure::new(format!(
            "what the portal says of {name} cannot be used: {error}"
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
