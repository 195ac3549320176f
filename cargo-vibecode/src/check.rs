//! The schema files held against the portal, or against themselves.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};
use vibecode_spec::{Schema, fields_of};

use crate::{
    Ended,
    args::PortalArgs,
    drift::{self, Difference},
    failure::Failure,
    output::Output,
    portal, pull,
    schema_file::{self, canonical},
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
        let schema = schema_file::read(&file, entity)?;
        let found = match &client {
            None => is_out_of_form(&name, &file, output)?,
            Some(client) => {
                let fields = pull::fetch(client, &name, output).await?;
                has_drifted(&name, &schema, &fields, output)?
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
fn is_out_of_form(name: &str, file: &Path, output: &Output) -> Result<bool, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::of_file(file, &error))?;
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    let is_canonical = fields_of(&answer).is_some_and(|fields| canonical(name, fields) == text);
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
    Ok(!is_canonical)
}

/// Tells how the portal differs from its schema, and whether that can break code.
fn has_drifted(
    name: &str,
    schema: &Schema,
    fields: &Map<String, Value>,
    output: &Output,
) -> Result<bool, Failure> {
    let now = Schema::read(&canonical(name, fields)).map_err(|error| {
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
