//! Generates a module for an entity: its struct, and its lists as enums.

mod module;
mod names;

use std::path::PathBuf;

use serde_json::json;
use vibecode_spec::Field;

use self::module::{Module, usual_fields};
use crate::{
    Ended, change,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    pull, schema_file,
};

/// The arguments of `new`.
#[derive(Debug, clap::Args)]
pub(crate) struct Wanted {
    /// The entity: `contacts`, `companies`, `leads`, `deals`, or a smart process such as
    /// `items/1040`.
    entity: String,

    /// The fields, by wire name or label [default: all that can be written].
    #[arg(long, value_delimiter = ',', value_name = "FIELDS")]
    fields: Vec<String>,

    /// Write the module to a new file instead of printing it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) async fn run(
    wanted: &Wanted,
    args: &PortalArgs,
    output: &Output,
) -> Result<Ended, Failure> {
    let name = &wanted.entity;
    if schema_file::find(schema_file::entity(name)?)?.is_none() {
        if portal::has_key(args) {
            pull::one(name, args, &output.quiet()).await?;
        } else {
            output.warn(format!(
                "there is no schema of {name}, so its user fields are unknown: set VIBECODE_API_KEY, or run `cargo vibecode pull {name}`"
            ));
        }
    }
    let schema = schema_file::load(name)?;
    let mut fields: Vec<&Field> = Vec::new();
    for named in &wanted.fields {
        let field = change::field(&schema, named).map_err(Failure::new)?;
        if field.name != "id" && !fields.iter().any(|other| other.name == field.name) {
            fields.push(field);
        }
    }
    if wanted.fields.is_empty() {
        fields = usual_fields(&schema);
    }
    let text = Module::new(name, fields).text();
    match &wanted.out {
        None => {
            output.line(text.trim_end());
            output.json(&json!({ "entity": name, "module": text }));
        }
        Some(file) if file.exists() => {
            let problem = format!(
                "{}: the file exists already: name another one, or delete it",
                file.display()
            );
            return Err(Failure::new(problem));
        }
        Some(file) => {
            schema_file::write(file, &text)?;
            output.line(format!("{}: new", file.display()));
            output.json(&json!({ "entity": name, "file": file.display().to_string() }));
        }
    }
    Ok(Ended::Done)
}
